"""Where to wait, and which windows are named, while a floor is closed or evacuated: never one of that floor."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.foundation.translations import compile_all
from banshi.journeys.hours import close_line
from banshi.rooms.calendars.models import Closure
from banshi.rooms.places.models import WindowCategory
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries as line
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.kiosk.where import where
from banshi.surfaces.screens.facts import facts_of
from tests.journeys.hours.test_closures import TEN, two_floors
from tests.surfaces.test_closed_in_the_middle import browser
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
compile_all()
__all__ = ["two_floors"]


@pytest.fixture
def upstairs(two_floors: Town) -> Any:
    """Ten o'clock; somebody waits for B, which is served upstairs at 03, and at 01 and 02 below."""
    tickets.issue(
        tickets.Take(item_code="id-card", channel="kiosk", by=CITIZEN), hall=two_floors.hall, now=TUESDAY_NINE
    )
    clock.set_clock(now=TEN, speed=0)
    yield two_floors
    clock.forget()


def shut_upstairs(town: Town, kind: str = "closure") -> None:
    closure = Closure.objects.create(
        hall=town.hall, starts_at=TEN, ends_at=at("2026-03-10 12:00"), reason_zh="漏水", reason_en="A leak",
        made_by="staff:1", made_at=TEN, floor=town.extra["upstairs"], kind=kind,
    )  # fmt: skip
    close_line.begin(closure=closure, now=TEN)


def served_upstairs_only(town: Town) -> None:
    WindowCategory.objects.filter(category=town.categories["B"]).exclude(window=town.windows["03"]).delete()


def phone(ref: str) -> str:
    return browser().get(f"/t/{ref}").content.decode()


def slip(ref: str) -> str:
    return browser().get(f"/kiosk/town/slip/{ref}?k={rating_key(ref)}").content.decode()


def test_whose_floor_is_closed_goes_to_the_floor_that_may_call(upstairs: Town):
    ref = Ticket.objects.get().ref
    shut_upstairs(upstairs)

    seen = line.ticket(ref, TEN)

    assert (seen.moved, seen.floor, seen.windows) == (True, "1 楼", ["01", "02"])
    assert "到1 楼等。" in phone(ref)


def test_where_every_window_is_closed_none_is_named_and_no_closed_floor_to_wait_on(upstairs: Town):
    served_upstairs_only(upstairs)
    ref = Ticket.objects.get().ref
    before = line.ticket(ref, TEN)
    shut_upstairs(upstairs)

    seen = line.ticket(ref, TEN)
    board = next(t for t in line.line(upstairs.hall.pk, TEN).tickets if t.ref == ref)

    assert (before.floor, before.windows) == ("2 楼", ["03"])
    assert (seen.floor, seen.windows, seen.floors, seen.stopped, seen.moved) == ("", [], [("", "")], True, False)
    assert (board.floor, board.floor_en) == ("", "")
    assert ("在这里等" in phone(ref), "窗口 03" in phone(ref)) == (False, False)
    assert ("等候楼层" in slip(ref), "<strong>03</strong>" in slip(ref)) == (False, False)
    assert where(upstairs.categories["B"], TEN).windows == ""


def test_who_waits_for_one_window_of_a_closed_floor_is_not_sent_there(upstairs: Town):
    Ticket.objects.update(only_window=upstairs.windows["03"])
    ref = Ticket.objects.get().ref
    before = line.ticket(ref, TEN)
    in_line = next(t for t in line.line(upstairs.hall.pk, TEN).tickets if t.ref == ref)
    shut_upstairs(upstairs)

    seen = line.ticket(ref, TEN)

    assert (before.floor, before.windows, in_line.floor) == ("2 楼", ["03"], "2 楼")
    assert (seen.floor, seen.windows, seen.moved) == ("1 楼", ["01", "02"], True)  # no more kept for that one window


@pytest.mark.parametrize("kind", ["closure", "evacuation"])
def test_no_board_of_a_half_closed_hall_sends_anybody_to_a_machine(upstairs: Town, kind: str):
    before = facts_of(upstairs.hall, now=TEN)
    shut_upstairs(upstairs, kind)
    during = facts_of(upstairs.hall, now=TEN)

    assert (before["numbers"], during["open"], during["numbers"]) == (True, True, False)


def test_a_board_sends_to_the_machines_while_they_give_numbers(upstairs: Town):
    upstairs.policy(tickets={"numbers_before_opening": 45})

    hours = ["08:10", "08:20", "09:00", "17:00"]

    numbers = [facts_of(upstairs.hall, now=at(f"2026-03-10 {hour}"))["numbers"] for hour in hours]
    assert numbers == [False, True, True, False]
