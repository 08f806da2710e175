"""Devices out of use and back, and tests of their printer and page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.devices import actions, queries
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.ports import PrinterTrouble, Slip
from tests.together import together
from tests.town import TUESDAY_NINE, Town

SLIP = Slip("大厅", "测试小票", "A000", (), "", "", ())
printed: list[str] = []


def prints(address: str, _slip: Slip) -> None:
    printed.append(address)


def jams(_address: str, _slip: Slip) -> None:
    raise PrinterTrouble("no_paper")


@pytest.fixture
def token(town: Town) -> str:
    Device.objects.create(hall=town.hall, code="k-1", kind="kiosk", name="一号机", printer="file:k1")
    secret = actions.new_secret(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    return actions.pair(hall=town.hall, code="k-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)


def ask(at: Any = TUESDAY_NINE) -> None:
    actions.test(code="k-1", slip=SLIP, by=SYSTEM, at=at, now=TUESDAY_NINE)


def outcome(later: int = 0) -> tuple[str, str]:
    found = queries.tested(Device.objects.get(), now=TUESDAY_NINE + timedelta(seconds=later))
    assert found is not None
    return found.printer, found.screen


def test_a_retired_devices_key_opens_nothing_and_only_its_holder_learns_of_it(token: str):
    actions.retire(code="k-1", by=SYSTEM, now=TUESDAY_NINE)

    assert queries.by_token("k-1", token) is None
    assert queries.retired_by_token("k-1", token) == Device.objects.get()
    assert queries.retired_by_token("k-1", "guessed") is None
    assert actions.heartbeat(code="k-1", state={}, now=TUESDAY_NINE) is False


def test_brought_back_it_is_paired_anew(town: Town, token: str):
    actions.retire(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    actions.bring_back(code="k-1", by=SYSTEM, now=TUESDAY_NINE)

    assert queries.by_token("k-1", token) is None
    secret = actions.new_secret(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    fresh = actions.pair(hall=town.hall, code="k-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)
    assert queries.by_token("k-1", fresh) == Device.objects.get()


def test_a_secret_made_before_pairs_no_retired_device(town: Town, token: str):
    secret = actions.new_secret(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    actions.retire(code="k-1", by=SYSTEM, now=TUESDAY_NINE)

    with pytest.raises(Refused, match="code-wrong"):
        actions.pair(hall=town.hall, code="k-1", secret=secret, by=SYSTEM, now=TUESDAY_NINE)
    with pytest.raises(Refused, match="invalid"):
        actions.new_secret(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    with pytest.raises(Refused, match="invalid"):
        ask()


@pytest.mark.django_db(transaction=True)
def test_retiring_and_bringing_back_stand_once_each_in_the_trail(token: str):
    together(5, lambda _i: actions.retire(code="k-1", by=SYSTEM, now=TUESDAY_NINE))
    together(5, lambda _i: actions.bring_back(code="k-1", by=SYSTEM, now=TUESDAY_NINE))

    deeds = Entry.objects.filter(action__in=["device_retired", "device_brought_back"]).order_by("id")
    assert list(deeds.values_list("action", flat=True)) == ["device_retired", "device_brought_back"]


def test_a_retired_device_stands_last_and_for_no_page(town: Town, token: str):
    Device.objects.create(hall=town.hall, code="k-2", kind="kiosk", name="二号机")
    actions.retire(code="k-1", by=SYSTEM, now=TUESDAY_NINE)

    found = [(each.code, each.health) for each in queries.health(town.hall, now=TUESDAY_NINE)]

    assert found == [("k-2", "never"), ("k-1", "retired")]
    assert queries.first_of_kind(town.hall, "kiosk").code == "k-2"


def test_a_test_prints_and_waits_for_the_page_to_show_it(token: str, settings: Any):
    settings.BANSHI_PRINTER = f"{__name__}.prints"
    ask()

    shown = queries.test_to_show("k-1", now=TUESDAY_NINE)
    assert (printed.pop(), outcome()) == ("file:k1", ("ok", "asked"))
    actions.test_seen(code="k-1", test=shown, at=TUESDAY_NINE + timedelta(seconds=20))

    assert outcome(200) == ("ok", "seen")
    assert queries.test_to_show("k-1", now=TUESDAY_NINE) == ""


def test_a_page_that_is_away_did_not_answer_and_shows_no_old_test(token: str, settings: Any):
    settings.BANSHI_PRINTER = f"{__name__}.jams"
    ask()

    assert outcome(90) == ("no_paper", "asked")
    assert outcome(91) == ("no_paper", "never")  # no machine of this device was ever heard
    Device.objects.update(last_seen_at=TUESDAY_NINE)
    assert outcome(91) == ("no_paper", "silent")
    assert queries.test_to_show("k-1", now=TUESDAY_NINE + timedelta(seconds=91)) == ""


def test_the_answer_to_an_older_test_is_nobodys(token: str, settings: Any):
    settings.BANSHI_PRINTER = f"{__name__}.prints"
    ask()
    older = queries.test_to_show("k-1", now=TUESDAY_NINE)
    ask(TUESDAY_NINE + timedelta(seconds=5))

    actions.test_seen(code="k-1", test=older, at=TUESDAY_NINE + timedelta(seconds=6))

    assert outcome(7) == ("ok", "asked")


@pytest.mark.parametrize(
    ("change", "deed"),
    [({"name": "大门取号机"}, "device_renamed"), ({"printer": ""}, "device_changed")],
)
def test_the_trail_tells_a_new_name_from_another_change(town: Town, token: str, change: dict[str, str], deed: str):
    values = {"name": "一号机", "printer": "file:k1"} | change

    actions.register(hall=town.hall, code="k-1", kind="kiosk", by=SYSTEM, now=TUESDAY_NINE, **values)

    last = Entry.objects.order_by("-id").first()
    assert last.action == deed
    assert last.facts == ({"from": "一号机", "to": "大门取号机"} if deed == "device_renamed" else {})
