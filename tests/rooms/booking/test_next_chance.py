"""What a refusal offers instead can be taken by whoever was refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Slot
from banshi.rooms.catalogue.models import HallItem
from tests.rooms.booking.test_place import book, refused
from tests.rooms.booking.test_waiting import by_account, member
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
HOURS = ("09:00", "10:00", "11:00", "14:00")


@pytest.fixture
def day(town: Town) -> dict[str, Slot]:
    """Wednesday's periods of category A, and those of B at the same hours."""
    return {
        f"{letter} {hour}": town.slot(quota=9, starts=at(f"2026-03-11 {hour}"), category=letter)
        for letter in "AB"
        for hour in HOURS
    }


def offered(no: Refused) -> list[int]:
    assert isinstance(no.next, tuple | list)
    return [each.slot_id for each in no.next]


def ids(day: dict[str, Slot], *names: str) -> list[int]:
    return [day[name].pk for name in names]


def test_at_the_same_time_the_next_chance_is_another_time(town: Town, day: dict[str, Slot]) -> None:
    book(town, day["A 10:00"])

    no = refused(book, town, day["B 10:00"], item="id-card")

    assert no.slug == "same-time"
    assert offered(no) == ids(day, "B 09:00", "B 11:00", "B 14:00")
    assert [book(town, Slot.objects.get(pk=pk), person=1, item="id-card").state for pk in offered(no)[:1]] == ["booked"]


def test_what_stands_in_another_hall_is_no_chance_either(town: Town, day: dict[str, Slot]) -> None:
    from tests.agents import pension_there

    pension_there(town)
    for hour in ("09:00", "10:00"):
        there = town.slot(quota=9, starts=at(f"2026-03-11 {hour}"), hall=town.other_hall)
    there_early = Slot.objects.get(hall=town.other_hall, starts_at=at("2026-03-11 09:00"))
    book(town, there_early)
    Slot.objects.filter(pk=day["A 10:00"].pk).update(quota=0)

    no = refused(book, town, day["A 10:00"])

    assert (no.slug, offered(no)) == ("slot-full", ids(day, "A 11:00", "A 14:00"))
    assert there.taken == 0


@pytest.mark.parametrize("evidence", [0, Evidence.VOUCHED])
def test_in_a_half_day_that_has_one_the_next_chance_is_the_other_half(
    town: Town, day: dict[str, Slot], evidence: int
) -> None:
    book(town, day["A 10:00"], evidence=evidence)

    no = refused(book, town, day["A 11:00"], evidence=evidence)

    assert (no.slug, offered(no)) == ("limit-half-day", ids(day, "A 14:00"))


def test_a_full_period_sends_nobody_into_their_own_half_day(town: Town, day: dict[str, Slot]) -> None:
    book(town, day["A 09:00"])
    Slot.objects.filter(pk=day["A 14:00"].pk).update(quota=0)
    later = town.slot(quota=1, starts=at("2026-03-12 14:00"))

    no = refused(book, town, day["A 14:00"])
    stranger = refused(book, town, day["A 14:00"], 2, by=CITIZEN, account_id=member(2).pk)

    assert (no.slug, offered(no)) == ("slot-full", [later.pk])
    assert offered(stranger) == ids(day, "A 09:00", "A 10:00", "A 11:00")


def test_where_an_account_has_enough_in_a_period_the_next_chance_is_beside_it(town: Town, day: dict[str, Slot]) -> None:
    who = member(1)
    for person in (1, 2):
        by_account(town, day["A 10:00"], who, person)

    no = refused(by_account, town, day["A 10:00"], who, 3)

    assert (no.slug, offered(no)) == ("limit-period", ids(day, "A 09:00", "A 11:00", "A 14:00"))


def test_whoever_may_book_nothing_more_is_offered_nothing(town: Town, day: dict[str, Slot]) -> None:
    town.policy(booking={"account_live": 1})
    who = member(1)
    by_account(town, day["A 10:00"], who, 1)
    Slot.objects.filter(pk=day["A 14:00"].pk).update(closed=True)

    no = refused(by_account, town, day["A 14:00"], who, 2)

    assert (no.slug, no.next) == ("closed", None)


def test_of_several_periods_in_a_row_none_lies_over_what_one_has(town: Town, day: dict[str, Slot]) -> None:
    HallItem.objects.filter(item=town.items["id-card"]).update(periods=2)
    twelve = town.slot(quota=9, starts=at("2026-03-11 12:00"), category="B")
    book(town, day["A 10:00"])

    no = refused(book, town, day["B 09:00"], item="id-card")

    assert (no.slug, offered(no)) == ("same-time", ids(day, "B 11:00"))
    assert twelve.taken == 0


def test_a_move_is_offered_what_it_can_have_and_not_where_it_is(town: Town, day: dict[str, Slot]) -> None:
    row = book(town, day["A 10:00"])
    book(town, day["B 11:00"], item="id-card")

    no = refused(actions.move, code=row.code, slot_id=day["A 11:00"].pk, by=CITIZEN, now=TUESDAY_NINE)

    assert (no.slug, offered(no)) == ("same-time", ids(day, "A 09:00", "A 14:00"))


def wait(town: Town, **more: Any) -> Refused:
    asked = {"hall": town.hall, "item_code": "id-card", "day": date(2026, 3, 11), "person_id": town.person(1).pk}
    return refused(actions.join_waiting, **asked | more, by=CITIZEN, now=TUESDAY_NINE)


def test_instead_of_waiting_one_is_offered_what_one_can_have_that_day(town: Town, day: dict[str, Slot]) -> None:
    book(town, day["A 09:00"])
    for name in ("B 10:00", "B 14:00"):
        Slot.objects.filter(pk=day[name].pk).update(quota=0)

    no = wait(town)

    assert (no.slug, offered(no)) == ("wrong-state", ids(day, "B 11:00"))


def test_where_the_only_free_place_lies_over_ones_own_visit_one_may_wait(town: Town, day: dict[str, Slot]) -> None:
    book(town, day["A 09:00"])
    for name in ("B 10:00", "B 11:00", "B 14:00"):
        Slot.objects.filter(pk=day[name].pk).update(quota=0)

    one = actions.join_waiting(
        hall=town.hall, item_code="id-card", day=date(2026, 3, 11), person_id=town.person(1).pk, by=CITIZEN,
        now=TUESDAY_NINE,
    )  # fmt: skip

    assert one.state == "waiting"
