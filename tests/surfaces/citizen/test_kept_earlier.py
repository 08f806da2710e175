"""An earlier place that the waiting list keeps for a booking stands where that booking is moved, and for nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment, Slot, Waiting
from tests.rooms.booking.test_place import book as book_for
from tests.rooms.booking.test_waiting import freed
from tests.surfaces.citizen.conftest import Phone, book, stop_the_clock, text
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
FIRST = at("2026-03-11 14:00")


@pytest.fixture
def full(open_town: Town) -> Slot:
    slot = open_town.slot(quota=1, starts=FIRST)
    book_for(open_town, slot, 7)
    return slot


@pytest.fixture
def row(mine: Phone, open_town: Town, full: Slot) -> Appointment:
    """Booked for Friday, with the place of Wednesday kept for it until 9:30."""
    row = book(mine, open_town.slot(quota=2, starts=at("2026-03-13 14:00")))
    actions.join_earlier(code=row.code, by=CITIZEN, now=TUESDAY_NINE)
    freed(open_town, full, 7)
    assert Waiting.objects.get().state == "offered"
    return row


def offered(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'<button class="row period[^"]*" id="period-(\d+)"', page)]


def strip(page: Any) -> dict[int, str]:
    return {each.day.day: each.state for each in page.context["choice"].days}


@pytest.mark.parametrize("day", ["", "?day=2026-03-11"])
def test_who_presses_move_finds_the_place_that_is_kept_for_them(mine: Phone, row: Appointment, full: Slot, day: str):
    page = mine.get(f"/a/{row.code}/move{day}")

    assert (strip(page)[11], page.context["choice"].chosen.day.day, offered(text(page))) == ("open", 11, [full.pk])
    assert [word in text(page) for word in ("候补给你留的", "留到 9:30", "约满")] == [True, True, False]


@pytest.mark.parametrize("day", ["11", "13"])
def test_the_strip_names_its_day_whichever_is_looked_at(mine: Phone, row: Appointment, day: str):
    page = text(mine.get(f"/a/{row.code}/move?day=2026-03-{day}"))

    assert page.count('<span class="note-line">留着</span>') == 1


def test_the_button_moves_the_booking_to_it(mine: Phone, row: Appointment, full: Slot):
    mine.post(f"/a/{row.code}/move", slot=full.pk, day="2026-03-11")

    row.refresh_from_db()
    full.refresh_from_db()
    assert (row.slot_id, full.taken, Waiting.objects.get().state) == (full.pk, 1, "taken")


def test_another_booking_and_a_new_one_see_that_it_is_full(
    mine: Phone, theirs: Phone, row: Appointment, full: Slot, open_town: Town
):
    other = book(theirs, Slot.objects.get(pk=row.slot_id))

    pages = [theirs.get(f"/a/{other.code}/move?day=2026-03-11"), mine.get("/book/pension/?hall=town&day=2026-03-11")]

    assert [(strip(each)[11], offered(text(each))) for each in pages] == [("full", [])] * 2
    assert ["候补给你留的" in text(each) for each in pages] == [False, False]


@pytest.mark.parametrize("passed", [timedelta(minutes=30), timedelta(minutes=31)])
def test_once_it_is_kept_no_longer_it_is_full(mine: Phone, row: Appointment, full: Slot, passed: timedelta):
    stop_the_clock(TUESDAY_NINE + passed)

    page = mine.get(f"/a/{row.code}/move?day=2026-03-11")

    assert (strip(page)[11], offered(text(page))) == ("full", [])


def test_a_place_that_the_hall_has_taken_away_since_is_not_promised(mine: Phone, row: Appointment, full: Slot):
    Slot.objects.filter(pk=full.pk).update(quota=0)

    page = text(mine.get(f"/a/{row.code}/move?day=2026-03-11"))

    assert (offered(page), "留着" in page) == ([], False)


def test_a_kept_place_in_a_period_that_is_stopped_is_not_offered(mine: Phone, row: Appointment, full: Slot):
    Slot.objects.filter(pk=full.pk).update(closed=True)

    assert offered(text(mine.get(f"/a/{row.code}/move?day=2026-03-11"))) == []
