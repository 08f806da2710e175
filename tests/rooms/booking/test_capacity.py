"""Places are what the hall wants now, and count over time: a cut holds at once, an hour is never given out twice."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment, Slot, Waiting
from banshi.rooms.calendars import actions as calendars
from tests.rooms.booking.test_place import book
from tests.rooms.booking.test_slots import MORNINGS, calendar
from tests.together import together, until_somebody_waits_for_a_lock
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
WEDNESDAY = date(2026, 3, 11)


def free(town: Town) -> dict[str, int]:
    views = bookings.slots(hall=town.hall, item_code="pension", first=WEDNESDAY, last=WEDNESDAY, now=TUESDAY_NINE)
    return {f"{v.starts_at:%H:%M}–{v.ends_at:%H:%M}": v.free for v in views if v.bookable or v.free == 0}


def placed(town: Town, slot: Slot, n: int, first: int = 1) -> list[Appointment]:
    return [book(town, slot, person) for person in range(first, first + n)]


# --- The quota wanted now -----------------------------------------------------------------------------------------


def test_a_quota_cut_from_twenty_to_five_with_eight_booked_leaves_nothing_free_at_once(town: Town):
    slot = town.slot(quota=20)
    rows = placed(town, slot, 8)

    actions.set_quota(slot_id=slot.pk, quota=5, by=CLERK, now=TUESDAY_NINE)

    assert free(town) == {"09:00–10:00": 0}
    with pytest.raises(Refused) as no:
        book(town, slot, 9)
    assert no.value.slug == "slot-full"
    assert Appointment.objects.filter(state="booked").count() == len(rows) == 8


def test_a_cancellation_above_the_wanted_quota_frees_nothing_and_one_below_it_does(town: Town):
    slot = town.slot(quota=20)
    rows = placed(town, slot, 7)
    actions.set_quota(slot_id=slot.pk, quota=5, by=CLERK, now=TUESDAY_NINE)

    seen = []
    for row in rows[:3]:
        actions.cancel(code=row.code, by=CITIZEN, now=TUESDAY_NINE)
        seen.append(free(town)["09:00–10:00"])

    assert seen == [0, 0, 1]


def test_a_policy_that_cuts_the_quota_holds_when_the_slots_are_made_and_no_cancellation_undoes_it(town: Town):
    town.policy(booking={"quotas": [{"public": 3}]})
    calendar(town, MORNINGS)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)
    slot = Slot.objects.get(day=WEDNESDAY, business="cat:A", starts_at=at("2026-03-11 09:00"))
    rows = placed(town, slot, 3)
    town.policy(booking={"quotas": [{"public": 1}]})
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    actions.cancel(code=rows[0].code, by=CITIZEN, now=TUESDAY_NINE)

    assert free(town)["09:00–10:00"] == 0


def test_the_database_lets_nobody_be_added_above_the_wanted_quota_and_everybody_go(town: Town):
    slot = town.slot(quota=3)
    placed(town, slot, 3)
    Slot.objects.filter(pk=slot.pk).update(quota=1)

    with pytest.raises(IntegrityError, match="no free place"), transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(taken=4)
    Slot.objects.filter(pk=slot.pk).update(taken=2)

    assert Slot.objects.get(pk=slot.pk).taken == 2


@pytest.mark.django_db(transaction=True)
def test_a_cut_while_people_book_together_lets_nobody_in_after_it(committed_town: Town):
    town = committed_town
    slot = town.slot(quota=20)
    for person in range(28):
        town.person(person)

    def act(i: int) -> Any:
        if i == 6:
            return actions.set_quota(slot_id=slot.pk, quota=5, by=CLERK, now=TUESDAY_NINE)
        return book(town, slot, i)

    together(13, act)

    slot.refresh_from_db()
    live = Appointment.objects.filter(slot=slot, state="booked").count()
    assert slot.taken == live
    late = together(8, lambda i: book(town, slot, 20 + i))
    slot.refresh_from_db()
    assert slot.taken == max(live, 5)
    assert {no.slug for no in late if isinstance(no, Refused)} == {"slot-full"}


# --- Capacity over time -------------------------------------------------------------------------------------------


def cut(town: Town, minutes: int, public: int) -> None:
    """Periods of so many minutes with so many places each."""
    town.policy(booking={"quotas": [{"public": public}]})
    calendar(town, {**MORNINGS, "period_minutes": minutes})
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)


def slot_at(starts: str, ends: str) -> Slot:
    return Slot.objects.get(business="cat:A", starts_at=at(f"2026-03-11 {starts}"), ends_at=at(f"2026-03-11 {ends}"))


def test_longer_periods_count_who_is_booked_in_the_shorter_ones(town: Town):
    cut(town, 30, 10)
    placed(town, slot_at("09:30", "10:00"), 8)

    cut(town, 60, 10)

    assert free(town) == {"09:00–10:00": 2, "10:00–11:00": 10}


def test_shorter_periods_share_who_is_booked_in_the_longer_one(town: Town):
    cut(town, 60, 10)
    placed(town, slot_at("09:00", "10:00"), 8)

    cut(town, 30, 5)

    assert free(town) == {"09:00–09:30": 1, "09:30–10:00": 1, "10:00–10:30": 5, "10:30–11:00": 5}


def test_a_period_of_an_earlier_grid_is_not_shown_beside_those_of_today(town: Town):
    cut(town, 60, 10)
    cut(town, 30, 5)

    views = bookings.slots(hall=town.hall, item_code="pension", first=WEDNESDAY, last=WEDNESDAY, now=TUESDAY_NINE)

    assert [f"{v.starts_at:%H:%M}–{v.ends_at:%H:%M}" for v in views] == [
        "09:00–09:30", "09:30–10:00", "10:00–10:30", "10:30–11:00",
    ]  # fmt: skip


def test_nobody_can_take_more_of_the_hour_than_is_left_of_it(town: Town):
    cut(town, 60, 10)
    placed(town, slot_at("09:00", "10:00"), 8)
    cut(town, 30, 5)

    placed(town, slot_at("09:00", "09:30"), 1, first=20)
    with pytest.raises(Refused) as no:
        book(town, slot_at("09:00", "09:30"), 21)

    assert no.value.slug == "slot-full"


def test_who_leaves_an_old_period_gives_its_time_back_to_the_new_ones(town: Town):
    cut(town, 30, 10)
    rows = placed(town, slot_at("09:30", "10:00"), 8)
    cut(town, 60, 10)

    actions.cancel(code=rows[0].code, by=CITIZEN, now=TUESDAY_NINE)

    assert free(town)["09:00–10:00"] == 3


@pytest.mark.race
def test_two_who_leave_old_periods_of_one_hour_at_once_both_give_their_time_back(committed_town: Town):
    """Each has counted without the other before both wait for the hour's lock."""
    cut(committed_town, 30, 10)
    rows = [
        placed(committed_town, slot_at("09:00", "09:30"), 4)[0],
        placed(committed_town, slot_at("09:30", "10:00"), 4, first=11)[0],
    ]
    cut(committed_town, 60, 10)
    before = free(committed_town)["09:00–10:00"]

    def leave(code: str) -> None:
        actions.cancel(code=code, by=CITIZEN, now=TUESDAY_NINE)
        connection.close()

    leaving = [threading.Thread(target=leave, args=(row.code,)) for row in rows]
    with transaction.atomic():
        Slot.objects.select_for_update().get(pk=slot_at("09:00", "10:00").pk)
        for one in leaving:
            one.start()
        until_somebody_waits_for_a_lock(people=2)
    for one in leaving:
        one.join(timeout=60)

    assert (before, free(committed_town)["09:00–10:00"]) == (2, 4)


def test_people_keep_the_period_they_booked_when_it_is_cut_anew(town: Town):
    cut(town, 60, 10)
    (row,) = placed(town, slot_at("09:00", "10:00"), 1)

    cut(town, 30, 5)

    row.refresh_from_db()
    assert (row.starts_at, row.ends_at) == (at("2026-03-11 09:00"), at("2026-03-11 10:00"))
    assert (row.slot.starts_at, row.slot.ends_at, row.slot.closed) == (row.starts_at, row.ends_at, True)


def test_cutting_back_gives_the_old_periods_and_their_people_back(town: Town):
    cut(town, 60, 10)
    placed(town, slot_at("09:00", "10:00"), 8)
    cut(town, 30, 5)

    cut(town, 60, 10)

    assert free(town) == {"09:00–10:00": 2, "10:00–11:00": 10}


def test_a_period_of_an_earlier_grid_is_not_opened_by_hand(town: Town):
    cut(town, 60, 10)
    old = slot_at("09:00", "10:00")
    cut(town, 30, 5)

    with pytest.raises(Refused) as no:
        actions.close_slot(slot_id=old.pk, closed=False, by=CLERK, now=TUESDAY_NINE)

    assert no.value.slug == "closed"


def test_a_period_inside_a_closure_is_not_opened_by_hand(town: Town):
    cut(town, 60, 10)
    slot = slot_at("09:00", "10:00")
    calendars.close(
        hall=town.hall, starts_at=at("2026-03-11 08:00"), ends_at=at("2026-03-11 12:00"), reason_zh="停电",
        reason_en="Power cut", category=town.categories["A"], by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    with pytest.raises(Refused) as no:
        actions.close_slot(slot_id=slot.pk, closed=False, by=CLERK, now=TUESDAY_NINE)

    assert no.value.facts["reason"] == {"zh": "停电", "en": "Power cut"}


# --- Places that appear go through the list -----------------------------------------------------------------------


def waits(town: Town, person: int) -> Waiting:
    return Waiting.objects.create(
        hall=town.hall, item=town.items["pension"], business="cat:A", day=WEDNESDAY, person=town.person(person),
        made_at=TUESDAY_NINE,
    )  # fmt: skip


def test_places_of_a_larger_policy_are_offered_to_who_waits(town: Town):
    cut(town, 60, 1)
    placed(town, slot_at("09:00", "10:00"), 1)
    placed(town, slot_at("10:00", "11:00"), 1, first=2)
    one = waits(town, 3)

    cut(town, 60, 2)

    one.refresh_from_db()
    assert one.state == "offered"


def test_a_period_that_is_resumed_is_offered_to_who_waits(town: Town):
    cut(town, 60, 1)
    slot = slot_at("09:00", "10:00")
    actions.close_slot(slot_id=slot.pk, by=CLERK, now=TUESDAY_NINE)
    one = waits(town, 3)

    actions.close_slot(slot_id=slot.pk, closed=False, by=CLERK, now=TUESDAY_NINE)

    one.refresh_from_db()
    assert one.state == "offered"


def test_the_guard_is_a_trigger_with_a_name_one_can_read(town: Town):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname = 'a_slot_is_never_oversold'")
        assert cursor.fetchall() == [("a_slot_is_never_oversold",)]
