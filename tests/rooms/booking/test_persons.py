"""One booking for several who come together: a place each, served one after the other."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.visit import check_in
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Hold
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.api.conftest import Calls, keys_of, stop_the_clock
from tests.surfaces.api.conftest import booking as body
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

SUNDAY = at("2026-03-08 10:00")


def for_families(town: Town, most: int = 4) -> Town:
    open_town(town)
    HallItem.objects.filter(hall=town.hall, item__code="pension").update(most_persons=most)
    return town


def book(town: Town, slot: Any, persons: int, i: int = 1, **more: Any) -> Appointment:
    return booking.place(
        slot_id=slot.pk, item_code="pension", person_id=town.person(i).pk, source="web", by=CITIZEN, persons=persons,
        now=SUNDAY, **more,
    )  # fmt: skip


def taken(slot: Any) -> int:
    slot.refresh_from_db()
    return int(slot.taken)


@pytest.mark.django_db
def test_a_family_takes_a_place_each_and_gives_each_back(town: Town):
    slot = for_families(town).slot(quota=5)

    row = book(town, slot, 4)
    booked = taken(slot)
    booking.cancel(code=row.code, by=CITIZEN, now=SUNDAY)

    assert (row.persons, booked, taken(slot)) == (4, 4, 0)


@pytest.mark.django_db
def test_where_too_few_places_are_left_the_period_is_full_for_them(town: Town):
    slot = for_families(town).slot(quota=3)

    with pytest.raises(Refused) as no:
        book(town, slot, 4)

    assert (no.value.slug, taken(slot)) == ("slot-full", 0)
    assert book(town, slot, 3).persons == 3


@pytest.mark.django_db
@pytest.mark.parametrize("persons", [0, 5, -1])
def test_a_matter_says_for_how_many(town: Town, persons: int):
    slot = for_families(town).slot(quota=9)

    with pytest.raises(Refused) as no:
        book(town, slot, persons)

    assert (no.value.slug, no.value.facts["field"], no.value.facts["most"]) == ("invalid", "persons", 4)


@pytest.mark.django_db
def test_other_matters_are_for_one(town: Town):
    open_town(town)

    with pytest.raises(Refused) as no:
        book(town, town.slot(), 2)

    assert no.value.facts["most"] == 1


@pytest.mark.django_db
def test_moving_takes_all_places_along_or_none(town: Town):
    for_families(town)
    first, small, large = (
        town.slot(quota=n, starts=at(f"2026-03-11 {h:02}:00")) for n, h in ((4, 9), (3, 10), (4, 11))
    )
    row = book(town, first, 4)

    with pytest.raises(Refused) as no:
        booking.move(code=row.code, slot_id=small.pk, by=CITIZEN, now=SUNDAY)
    after_refusal = (taken(first), taken(small))
    booking.move(code=row.code, slot_id=large.pk, by=CITIZEN, now=SUNDAY)

    assert (no.value.slug, after_refusal) == ("slot-full", (4, 0))
    assert (taken(first), taken(small), taken(large)) == (0, 0, 4)


@pytest.mark.django_db
def test_booking_again_finds_the_places_withheld_after_a_cancellation(town: Town):
    for_families(town)
    town.policy(booking={"withhold_cancelled": 30})
    slot = town.slot(quota=4)
    row = book(town, slot, 4)
    booking.cancel(code=row.code, by=CITIZEN, now=SUNDAY)

    again = booking.rebook(code=row.code, by=CITIZEN, now=SUNDAY)

    assert (again.persons, taken(slot)) == (4, 4)
    assert Hold.objects.filter(ended_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_families_that_come_together_never_oversell(committed_town: Town):
    town = for_families(committed_town)
    slot = town.slot(quota=10)
    for i in range(1, 7):
        town.person(i)

    results = together(6, lambda i: book(town, slot, 3, i + 1))

    assert sum(isinstance(each, Appointment) for each in results) == 3
    assert taken(slot) == 9


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_three_families_at_the_last_two_places_exactly_one_gets_them(committed_town: Town):
    town = for_families(committed_town)
    slot = town.slot(quota=2)
    for i in range(1, 4):
        town.person(i)

    results = together(3, lambda i: book(town, slot, 2, i + 1))

    assert sorted(r.slug if isinstance(r, Refused) else "booked" for r in results) == ["booked"] + ["slot-full"] * 2
    assert taken(slot) == 2


@pytest.mark.django_db
def test_who_find_too_few_places_are_told_how_many_and_where_enough_are_together(town: Town):
    for_families(town)
    one, _, many = (town.slot(quota=n, starts=at(f"2026-03-11 {h:02}:00")) for n, h in ((1, 9), (1, 10), (3, 11)))

    with pytest.raises(Refused) as no:
        book(town, one, 2)

    assert (no.value.facts["left"], no.value.facts["persons"]) == (1, 2)
    assert [each.slot_id for each in no.value.next] == [many.pk]


@pytest.mark.django_db
def test_the_line_reckons_with_all_of_them(town: Town):
    for_families(town)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)

    def wait_behind(persons: int, i: int) -> int:
        slot = town.slot(quota=9, starts=TUESDAY_NINE, minutes=60 + i)
        row = book(town, slot, persons, i)
        number = check_in.by_code(hall=town.hall, code=row.code, by=CITIZEN, now=TUESDAY_NINE, channel="kiosk")
        line = queries.line(town.hall.pk, TUESDAY_NINE)
        tickets.leave(ref=number.ref, by=CITIZEN, now=TUESDAY_NINE)
        return next(c.likely_s for c in line.categories if c.code == "A") or 0

    one, four = wait_behind(1, 5), wait_behind(4, 6)

    assert four == pytest.approx(4 * one, rel=0.15)


@pytest.mark.django_db
def test_the_api_takes_and_shows_them(town: Town):
    for_families(town)
    stop_the_clock(SUNDAY)
    calls, slot = Calls(town, keys_of(town)), town.slot(quota=9)

    made = calls("post", "/appointments", "channel", body(slot, persons=3))
    too_many = calls("post", "/appointments", "channel", body(slot, persons=5))
    one = calls("post", "/appointments", "channel", body(town.slot(starts=at("2026-03-12 09:00"))))

    assert (made.status_code, made.json()["persons"], taken(slot)) == (201, 3, 3)
    calls("delete", f"/appointments/{made.json()['code']}", "channel")
    again = calls("post", f"/appointments/{made.json()['code']}/rebook", "channel")
    assert (again.json()["persons"], taken(slot)) == (3, 3)
    assert too_many.status_code == 422
    assert one.json()["persons"] == 1
