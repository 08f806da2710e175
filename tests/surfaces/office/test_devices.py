"""Devices in the office: made known, renamed, given a printer, paired with a secret that is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from banshi.foundation import clock
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.devices import actions
from banshi.rooms.devices.models import Device, Fault, MachineType
from banshi.rooms.devices.rules import allowed_printers
from banshi.rooms.places.models import SelfServiceArea
from tests.rooms.devices.test_fleet import machines
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


def test_a_device_is_tested_and_the_page_tells_how_it_went(manager: Client, kiosk: Device):  # noqa: F811
    machine = Client()

    manager.post("/office/town/devices/town-kiosk-1/test")
    asked = manager.get("/office/town/devices/town-kiosk-1/").content.decode()
    heard = machine.post("/kiosk/town/heartbeat", {"page": "start"}, content_type="application/json").json()
    answer = {"page": "start", "tested": heard["test"]}
    after = machine.post("/kiosk/town/heartbeat", answer, content_type="application/json").json()
    part = manager.get("/office/town/devices/town-kiosk-1/test", headers={"HX-Request": "true"}).content.decode()

    assert "半分钟内回应" in asked
    assert (heard["name"], after["test"]) == ("一号机", "")
    assert ("显示测试" in part, "hx-get" in part) == (True, False)
    assert Entry.objects.filter(action="device_tested", hall="town", subject="device:town-kiosk-1").count() == 1


def test_a_test_of_a_device_that_no_machine_is_says_what_is_missing(manager: Client, kiosk: Device):  # noqa: F811
    page = "/office/town/devices/town-kiosk-1/"
    manager.post(f"{page}test")
    asked = manager.get(page).content.decode()
    Device.objects.update(test={**Device.objects.get().test, "asked_at": "2026-01-01T00:00:00+00:00"})
    never = manager.get(page).content.decode()
    Device.objects.update(last_seen_at=TUESDAY_NINE)
    silent = manager.get(page).content.decode()

    said = ("半分钟内回应", "还没有机器用这个设备连接过", "屏幕没有回应")
    assert [[word in text for word in said] for text in (asked, never, silent)] == [
        [True, False, False], [False, True, False], [False, False, True],
    ]  # fmt: skip
    assert ("没有打印小票： 没有设打印机" in never.replace("\n", ""), "生成配对码" in never) == (True, True)


def test_a_test_of_a_screen_is_heard_by_its_own_page_alone(manager: Client, office: Town):  # noqa: F811
    for code in ("town-board-1", "town-board-2"):
        Device.objects.create(hall=office.hall, code=code, kind="board", name=code)
    manager.post("/office/town/devices/town-board-2/test")

    def heard(code: str) -> str:
        said = {"device": code, "page": "board"}
        return Client().post("/screens/heartbeat", said, content_type="application/json").json()["test"]

    assert (heard("town-board-1"), len(heard("town-board-2"))) == ("", 8)


def test_a_jammed_printer_is_told(manager: Client, kiosk: Device, settings: Any):  # noqa: F811
    settings.BANSHI_PRINTER = "tests.rooms.devices.test_retiring_and_testing.jams"
    Device.objects.update(printer="file:k1")

    manager.post("/office/town/devices/town-kiosk-1/test")
    shown = manager.get("/office/town/devices/town-kiosk-1/").content.decode()

    assert "测试小票没有打印出来： 打印机缺纸" in shown.replace("\n", "")


@pytest.mark.parametrize(
    ("kind", "page"),
    [("kiosk", "/kiosk/town/"), ("board", "/screens/town/board"), ("zone_board", "/screens/town/zones/main"),
     ("window_display", "/screens/windows/town-03"), ("evaluator", "/screens/windows/town-03/rate")],
)  # fmt: skip
def test_the_page_of_a_retired_device_says_so(manager: Client, kiosk: Device, office: Town, kind: str, page: str):  # noqa: F811
    Device.objects.update(kind=kind)
    secret = actions.new_secret(code="town-kiosk-1", by=SYSTEM, now=TUESDAY_NINE)
    machine, another = Client(), Client()
    machine.post("/kiosk/town/pair", {"code": "town-kiosk-1", "secret": secret})
    before = machine.get(page).status_code

    manager.post("/office/town/devices/town-kiosk-1/retire")
    shown = machine.get(page)

    assert (before, shown.status_code, another.get(page).status_code) == (200, 410, 200)
    assert "这台设备已停用" in shown.content.decode()
    assert "已停用" in manager.get("/office/town/devices/").content.decode()


@pytest.mark.parametrize(
    ("kind", "stops"),
    [("kiosk", "停止取号、签到"), ("board", "不再显示叫号"), ("zone_board", "不再显示叫号"),
     ("window_display", "不再显示号码"), ("evaluator", "不能在这里评价")],
)  # fmt: skip
def test_retiring_asks_first_and_names_what_stops(manager: Client, kiosk: Device, kind: str, stops: str):  # noqa: F811
    Device.objects.update(kind=kind)

    asked = manager.get("/office/town/devices/town-kiosk-1/retire").content.decode()

    kiosk.refresh_from_db()
    assert ("停用“一号机”？" in asked, stops in asked, kiosk.retired_at) == (True, True, None)
    assert ("唯一的取号机" in asked) == (kind == "kiosk")
    manager.post("/office/town/devices/town-kiosk-1/retire")
    kiosk.refresh_from_db()
    assert kiosk.retired_at is not None


def test_of_two_kiosks_none_is_the_only_one_and_one_at_work_is_said_to_be(manager: Client, kiosk: Device):  # noqa: F811
    Device.objects.create(hall=kiosk.hall, code="town-kiosk-2", kind="kiosk", name="二号机")
    actions.heartbeat(code="town-kiosk-1", state={}, now=clock.wall())

    asked = manager.get("/office/town/devices/town-kiosk-1/retire").content.decode()

    assert ("唯一的取号机" in asked, "它正在运行" in asked) == (False, True)


def test_a_retired_device_is_not_asked_about_again(manager: Client, kiosk: Device):  # noqa: F811
    manager.post("/office/town/devices/town-kiosk-1/retire")

    answer = manager.get("/office/town/devices/town-kiosk-1/retire")

    assert (answer.status_code, answer["Location"]) == (302, "/office/town/devices/town-kiosk-1/")


def test_an_open_page_of_a_retired_device_hears_it_next(manager: Client, kiosk: Device, settings: Any):  # noqa: F811
    secret = actions.new_secret(code="town-kiosk-1", by=SYSTEM, now=TUESDAY_NINE)
    machine = Client()
    machine.post("/kiosk/town/pair", {"code": "town-kiosk-1", "secret": secret})
    settings.PRODUCTION = True

    manager.post("/office/town/devices/town-kiosk-1/retire")

    assert machine.post("/kiosk/town/heartbeat", {}, content_type="application/json").status_code == 410
    answer = machine.post("/screens/heartbeat", {}, content_type="application/json").json()
    assert answer == {"known": False, "retired": True}
    stranger = Client().post("/screens/heartbeat", {}, content_type="application/json").json()
    assert stranger == {"known": False, "retired": False}


def test_a_retired_device_comes_back_to_be_paired(manager: Client, kiosk: Device):  # noqa: F811
    manager.post("/office/town/devices/town-kiosk-1/retire")
    away = manager.get("/office/town/devices/town-kiosk-1/").content.decode()
    manager.post("/office/town/devices/town-kiosk-1/back")
    back = manager.get("/office/town/devices/town-kiosk-1/").content.decode()

    assert ("恢复使用" in away, "生成配对码" in away) == (True, False)
    assert "还没有机器配对" in back


@pytest.mark.parametrize(("wrong", "field"), [({"name": "一\u202e号"}, "name"), ({"printer": "lpt1"}, "printer")])
def test_an_error_stands_at_its_field_and_what_was_typed_stays(manager: Client, kiosk: Device, wrong: Any, field: str):  # noqa: F811
    shown = change(manager, **wrong).content.decode()

    assert shown.count('class="error"') == 1
    assert shown.index('class="error"') < shown.index(f'id="d-{field}"')
    assert f'value="{wrong[field]}"' in shown


@pytest.mark.parametrize("kind", ["kiosk", "machine"])
def test_a_machine_of_the_fleet_has_its_kind_and_its_area(manager: Client, office: Town, kind: str):  # noqa: F811
    machines(office, 1)
    fleet_fields = {"code": "town-m-9", "kind": kind, "type": "all-in-one", "area": "town-area-1"}

    made = manager.post("/office/town/devices/new", KIOSK | fleet_fields)
    page = manager.get("/office/town/devices/town-m-9/").content.decode()

    row = Device.objects.get(code="town-m-9")
    assert (made.status_code, row.kind, row.type_id, row.area.code) == (302, kind, "all-in-one", "town-area-1")
    assert '<option value="town-area-1" selected>' in page
    assert "town-m-9/" in manager.get("/office/town/fleet/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "machine", "type": "", "area": ""}, {"kind": "board"}, {"type": "", "kind": "kiosk"}, {"type": "nonsense"},
        {"area": "far-area"}, {"area": "nonsense"},
    ],
)  # fmt: skip
def test_a_kind_or_area_that_cannot_be_is_refused_at_its_field(manager: Client, office: Town, wrong: dict[str, str]):  # noqa: F811
    machines(office, 1)
    SelfServiceArea.objects.create(
        hall=office.other_hall, code="far-area", name_zh="远", name_en="Far", place_zh="远", place_en="Far"
    )
    fleet_fields = {"code": "town-m-9", "kind": "machine", "type": "all-in-one", "area": "town-area-1"}

    answer = manager.post("/office/town/devices/new", KIOSK | fleet_fields | wrong)

    assert (answer.status_code, Device.objects.filter(code="town-m-9").exists()) == (422, False)


def test_faults_of_parts_that_another_kind_has_not_are_over(manager: Client, office: Town):  # noqa: F811
    machines(office, 1)
    MachineType.objects.create(code="small", name_zh="小终端", name_en="Small", parts=["screen"])
    for part, kind in (("reader", "jam"), ("screen", "broken"), ("", "silent")):
        Fault.objects.create(
            device=Device.objects.get(), part=part, kind=kind, opened_at=TUESDAY_NINE + timedelta(minutes=1)
        )

    answer = manager.post(
        "/office/town/devices/town-area-1-1/", KIOSK | {"zone": "", "type": "small", "area": "town-area-1"}
    )

    assert answer.status_code == 302
    assert set(Fault.objects.filter(ended_at=None).values_list("part", flat=True)) == {"screen", ""}
    assert Fault.objects.filter(ended_at__gte=F("opened_at")).count() == 1
