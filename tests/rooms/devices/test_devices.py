"""Devices: registered, paired once, heard, and their health told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.devices import actions, queries, rules
from banshi.rooms.devices.models import Device
from tests.together import together
from tests.town import TUESDAY_NINE, Town, build_town


def kiosk(town: Town, **more: str) -> Device:
    return actions.register(
        hall=town.hall, code="town-kiosk-1", kind="kiosk", name="一号机", by=SYSTEM, now=TUESDAY_NINE, **more
    )


@pytest.mark.django_db
def test_a_code_is_one_device_and_can_be_changed(town: Town, settings: Any):
    settings.BANSHI_PRINTERS = rules.allowed_printers("10.0.0.0/28:9100")
    kiosk(town)

    kiosk(town, printer="tcp:10.0.0.5:9100")

    assert Device.objects.get().printer == "tcp:10.0.0.5:9100"
    deeds = Entry.objects.filter(subject__startswith="device:").order_by("id").values_list("action", flat=True)
    assert list(deeds) == ["device_registered", "device_changed"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"code": "A B"}, {"kind": "toaster"}, {"printer": "lpt1"}, {"printer": "tcp:x"},
     {"printer": "tcp:127.0.0.1:5432"}, {"printer": "file:/etc/crontab"}, {"printer": "file:../demo.json"}],
)  # fmt: skip
def test_what_is_no_device_is_refused(town: Town, wrong: dict[str, str]):
    values = {"code": "k-1", "kind": "kiosk", "printer": "", **wrong}

    with pytest.raises(Refused) as no:
        actions.register(hall=town.hall, name="x", by=SYSTEM, now=TUESDAY_NINE, **values)

    assert (no.value.slug, Device.objects.count()) == ("invalid", 0)


@pytest.mark.django_db
def test_another_halls_device_is_not_taken_over(town: Town):
    kiosk(town)

    with pytest.raises(Refused) as no:
        actions.register(hall=town.other_hall, code="town-kiosk-1", kind="kiosk", name="x", by=SYSTEM, now=TUESDAY_NINE)

    assert no.value.slug == "not-your-hall"


@pytest.mark.django_db
def test_a_token_opens_and_the_secret_does_not(town: Town):
    kiosk(town)
    secret = actions.new_secret(code="town-kiosk-1", by=SYSTEM, now=TUESDAY_NINE)

    token = actions.pair(hall=town.hall, code="town-kiosk-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)

    paired = queries.by_token("town-kiosk-1", token)
    assert paired is not None
    assert queries.by_token("town-kiosk-1", secret) is None
    assert queries.by_token("town-kiosk-2", token) is None


@pytest.mark.django_db
def test_a_new_secret_ends_the_old_pairing(town: Town):
    kiosk(town)
    secret = actions.new_secret(code="town-kiosk-1", by=SYSTEM, now=TUESDAY_NINE)
    token = actions.pair(hall=town.hall, code="town-kiosk-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)

    actions.new_secret(code="town-kiosk-1", by=SYSTEM, now=TUESDAY_NINE)

    assert queries.by_token("town-kiosk-1", token) is None


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_secret_pairs_one_machine_however_many_try_at_once():
    town = build_town()
    kiosk(town)
    secret = actions.new_secret(code="town-kiosk-1", by=SYSTEM, now=TUESDAY_NINE)

    results = together(
        6, lambda _: actions.pair(hall=town.hall, code="town-kiosk-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)
    )

    assert sum(isinstance(r, str) for r in results) == 1


@pytest.mark.django_db
def test_health_tells_the_silent_from_the_well_and_the_troubled(town: Town, django_assert_num_queries):
    for code, kind in [("k-1", "kiosk"), ("b-1", "board"), ("b-2", "board"), ("e-1", "evaluator")]:
        actions.register(hall=town.hall, code=code, kind=kind, name=code, by=SYSTEM, now=TUESDAY_NINE)
    actions.heartbeat(code="k-1", state={"page": "start"}, now=TUESDAY_NINE)
    actions.heartbeat(code="b-1", state={"stale": True}, now=TUESDAY_NINE)
    actions.heartbeat(code="b-2", state={}, now=TUESDAY_NINE - timedelta(seconds=91))

    with django_assert_num_queries(1):
        told = queries.health(town.hall, now=TUESDAY_NINE)

    assert [(d.code, d.health, d.trouble) for d in told] == [
        ("b-1", "trouble", "stale"),
        ("b-2", "silent", ""),
        ("e-1", "never", ""),
        ("k-1", "ok", ""),
    ]


@pytest.mark.django_db
def test_an_unknown_device_has_no_heartbeat(town: Town):
    assert actions.heartbeat(code="nobody", state={}, now=TUESDAY_NINE) is False
