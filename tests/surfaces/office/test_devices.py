"""Devices in the office: made known, renamed, given a printer, paired with a secret that is shown once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.devices import actions
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.rules import allowed_printers
from tests.surfaces.office.editing import manager, office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town

KIOSK = {"code": "town-kiosk-1", "kind": "kiosk", "name": "门口取号机", "zone": "main", "window": "", "printer": ""}


@pytest.fixture
def kiosk(office: Town) -> Device:  # noqa: F811
    return Device.objects.create(hall=office.hall, code="town-kiosk-1", kind="kiosk", name="一号机")


def change(client: Client, **fields: str) -> Any:
    return client.post("/office/town/devices/town-kiosk-1/", KIOSK | fields)


def test_a_new_device_is_known_and_on_the_record(manager: Client):  # noqa: F811
    answer = manager.post("/office/town/devices/new", KIOSK)

    made = Device.objects.get()
    assert (answer.status_code, made.name, made.zone.code, made.window) == (302, "门口取号机", "main", None)
    assert Entry.objects.filter(action="device_registered", hall="town", subject="device:town-kiosk-1").count() == 1


def test_a_code_is_given_once(manager: Client, kiosk: Device):  # noqa: F811
    answer = manager.post("/office/town/devices/new", KIOSK)

    kiosk.refresh_from_db()
    assert (answer.status_code, kiosk.name) == (422, "一号机")


def test_name_place_and_printer_change_and_the_code_stays(manager: Client, kiosk: Device, settings: Any):  # noqa: F811
    settings.BANSHI_PRINTERS = allowed_printers("10.0.0.5:9100")
    answer = change(manager, code="other-1", kind="board", printer="tcp:10.0.0.5:9100")

    kiosk.refresh_from_db()
    assert answer.status_code == 302
    assert (kiosk.code, kiosk.kind, kiosk.name) == ("town-kiosk-1", "kiosk", "门口取号机")
    assert kiosk.printer == "tcp:10.0.0.5:9100"


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"zone": "nowhere"}, {"window": "other-01"}, {"printer": "lpt1"}, {"printer": "file:/etc/crontab"},
     {"printer": "file:/dev/../etc/crontab"}, {"printer": "file:../pg.json"}, {"printer": "file:/dev/usb/lp0"},
     {"printer": "tcp:127.0.0.1:5432"}],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_changes(manager: Client, kiosk: Device, wrong: dict[str, str]):  # noqa: F811
    answer = change(manager, **wrong)

    kiosk.refresh_from_db()
    assert (answer.status_code, kiosk.name, kiosk.printer) == (422, "一号机", "")


def test_a_printer_that_is_set_already_may_stay(manager: Client, kiosk: Device):  # noqa: F811
    Device.objects.update(printer="file:/srv/slips/k1")

    answer = change(manager, printer="file:/srv/slips/k1")

    kiosk.refresh_from_db()
    assert (answer.status_code, kiosk.name) == (302, "门口取号机")


def test_the_form_names_the_printers_that_the_operator_allows(manager: Client, kiosk: Device, settings: Any):  # noqa: F811
    settings.BANSHI_PRINTERS = allowed_printers("10.0.0.5:9100,/dev/usb/lp0")

    shown = manager.get("/office/town/devices/town-kiosk-1/").content.decode()
    refused = change(manager, printer="tcp:10.0.0.6:9100").content.decode()

    assert "可用：file:name · tcp:10.0.0.5:9100 · file:/dev/usb/lp0" in shown
    assert "这个地址不在运维人员允许的打印机之中。可用：file:name, tcp:10.0.0.5:9100, file:/dev/usb/lp0" in refused


def test_the_secret_is_shown_once_and_pairs_one_machine(manager: Client, kiosk: Device, office: Town):  # noqa: F811
    answer = manager.post("/office/town/devices/town-kiosk-1/pair")
    secret = answer.context["secret"]
    again = manager.get("/office/town/devices/town-kiosk-1/").content.decode()

    actions.pair(hall=office.hall, code="town-kiosk-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)
    with pytest.raises(Refused):
        actions.pair(hall=office.hall, code="town-kiosk-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)

    assert (secret in answer.content.decode(), secret in again) == (True, False)


def test_another_halls_manager_cannot_pair_it(kiosk: Device):
    theirs = signed_in(staff_with("theirs", "hall_manager", scope="other"))

    assert theirs.post("/office/other/devices/town-kiosk-1/pair").status_code == 404
    assert Device.objects.get().secret_hash == ""
