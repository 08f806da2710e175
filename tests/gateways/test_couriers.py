"""The demo's carrier: its parcels go on by hall time, some come back; it tells twice, backwards, or not at all."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from banshi.gateways import couriers, stand_in
from banshi.gateways.couriers import StandIn
from banshi.rooms.delivery.ports import Consignment, CourierDown
from tests.surfaces.citizen.conftest import stop_the_clock
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def told(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was told, in its order."""
    settings.BANSHI_COURIER_FOLDER, settings.BANSHI_COURIER_TELLS = tmp_path, "http://127.0.0.1:9/callback"
    heard: list[str] = []
    monkeypatch.setattr(
        stand_in.httpx, "post", lambda _url, content, **_more: heard.append(json.loads(content)["status"])
    )
    stop_the_clock()
    return heard


def ordered(reference: str = "a1") -> str:
    return StandIn().order(
        Consignment(reference, "大厅", "一号路", "陈小红", "+8613900139000", "二号路 9 号", "receiver")
    )


def test_one_reference_has_one_waybill_and_nothing_personal_is_kept(told: list[str], tmp_path: Any) -> None:
    assert ordered() == ordered()
    assert "陈小红" not in (tmp_path / f"{ordered()}.json").read_text()


def test_parcels_go_on_by_themselves_and_some_come_back(told: list[str]) -> None:
    numbers = [ordered(f"r{n}") for n in range(30)]

    early = StandIn().tick(now=TUESDAY_NINE)
    StandIn().tick(now=TUESDAY_NINE + 9 * DAY)
    again = StandIn().tick(now=TUESDAY_NINE + 9 * DAY)

    ends = [StandIn().trace(number)[-1].status for number in numbers]
    assert (early, again, set(ends)) == (0, 0, {"delivered", "returning"})
    assert told != sorted(told, key=list(couriers.AFTER).index)  # some of it backwards
    assert len(told) != sum(len(StandIn().trace(number)) for number in numbers)  # some twice, some never


def test_a_person_pushes_one_on(told: list[str]) -> None:
    number = ordered()

    for how in ("next", "early", "silent", "next"):
        StandIn().press(number, how)

    assert told == ["accepted", "out", "moving"]
    assert [each.status for each in StandIn().trace(number)] == ["accepted", "moving", "out", "delivered"]


def test_one_that_is_out_of_order_says_so(told: list[str], settings: Any) -> None:
    settings.BANSHI_COURIER_DOWN = True

    with pytest.raises(CourierDown):
        ordered()
