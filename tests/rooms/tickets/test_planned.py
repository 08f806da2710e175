"""Before anybody signs in, planned desks stand in: what people are told at 8:30 is what six desks at 9:00 will do."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.places.models import Window
from banshi.rooms.staffing import actions as staffing
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.actions.planning import windows_for
from banshi.rooms.tickets.models import PlannedDesk
from banshi.rooms.tickets.rules import Desk, Planned, open_together, stand_ins
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

A, B = 1, 2
TUESDAY = 1


def desk(window: int, *near: int, manned: bool = False) -> Desk:
    return Desk(window, frozenset(near), frozenset(), manned)


def opens(found: Any) -> list[tuple[int, float]]:
    return [(each.window, each.opens_in_s) for each in found]


def test_planned_desks_stand_in_and_open_when_they_are_to():
    found = stand_ins([Planned(1800, 9000, desks=2)], [desk(1, A, B), desk(2, A, B), desk(3, B)])

    assert [each.opens_in_s for each in found] == [1800, 1800]


def test_whoever_has_signed_in_is_no_longer_stood_in_for():
    found = stand_ins([Planned(1800, 9000, desks=2)], [desk(1, A, manned=True), desk(2, A), desk(3, A)])

    assert opens(found) == [(2, 1800)]


def test_a_desk_that_is_late_is_waited_for_ten_minutes():
    desks = [desk(1, A)]

    assert opens(stand_ins([Planned(-300, 9000)], desks)) == [(1, 60)]
    assert stand_ins([Planned(-600, 9000)], desks) == []


def test_more_desks_later_come_later():
    plan = [Planned(0, 3600, desks=1), Planned(3600, 9000, desks=3)]

    assert opens(stand_ins(plan, [desk(1, A), desk(2, A), desk(3, A)])) == [(1, 60), (2, 3600), (3, 3600)]


def test_desks_of_a_category_are_among_those_that_serve_it_and_counted_once():
    plan = [Planned(600, 9000, desks=1, category=B), Planned(600, 9000, desks=2)]

    found = stand_ins(plan, [desk(1, A), desk(2, A), desk(3, B)])

    assert sorted(each.window for each in found) == [1, 3]


def test_desks_of_no_category_are_spread_over_what_the_hall_does():
    found = stand_ins([Planned(600, 9000, desks=2)], [desk(1, A), desk(2, A), desk(3, B)])

    assert [each.categories for each in found] == [{A}, {B}]


def test_a_window_of_the_roster_is_that_window():
    plan = [Planned(600, 9000, window=3), Planned(600, 9000, desks=2)]

    assert opens(stand_ins(plan, [desk(1, A), desk(2, A), desk(3, A)])) == [(3, 600), (1, 600)]


# --- In the hall -------------------------------------------------------------------------------------------------


def likely(town: Town, moment: str, category: str = "A") -> int | None:
    line = queries.line(town.hall.pk, at(f"2026-03-10 {moment}"))
    return next(c.likely_s for c in line.categories if c.code == category)


def plan(town: Town, **more: Any) -> None:
    asked = {"starts": time(9), "ends": time(17), "desks": 2, "weekdays": [TUESDAY], **more}
    tickets.plan_desks(hall=town.hall, by=CLERK, now=TUESDAY_NINE, **asked)


@pytest.mark.django_db
def test_at_half_past_eight_the_wait_is_until_the_desks_open(town: Town):
    open_town(town)

    before = likely(town, "08:30")
    plan(town)

    assert (before, likely(town, "08:30")) == (None, 1800)


@pytest.mark.django_db
def test_twice_as_many_desks_halve_the_line_before_opening(town: Town):
    open_town(town)
    town.policy(tickets={"numbers_before_opening": 60})
    plan(town, desks=1)
    for _ in range(4):
        tickets.issue(
            tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=town.hall, now=at("2026-03-10 08:30")
        )
    one = likely(town, "08:30")
    plan(town, desks=2)
    two = likely(town, "08:30")

    assert one is not None
    assert two is not None
    assert (one - 1800) / (two - 1800) == pytest.approx(2, abs=0.5)
    line = queries.line(town.hall.pk, at("2026-03-10 08:30"))
    assert [c.windows for c in line.categories] == [0, 0]


@pytest.mark.django_db
def test_a_number_given_before_opening_carries_the_planned_wait_as_its_promise(town: Town):
    open_town(town)
    town.policy(tickets={"numbers_before_opening": 60})
    plan(town)

    given = tickets.issue(
        tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=town.hall, now=at("2026-03-10 08:45")
    )

    assert (given.told or ())[:2] == (0, 900)


@pytest.mark.django_db
def test_a_day_set_by_hand_counts_before_its_weekday(town: Town):
    open_town(town)
    plan(town, starts=time(9))
    plan(town, starts=time(10), weekdays=[], day=TUESDAY_NINE.date())

    assert likely(town, "08:30") == 5400


@pytest.mark.django_db
def test_the_roster_stands_in_too_and_stops_when_the_shift_is_taken_out(town: Town):
    open_town(town)
    shift = staffing.add_shift(
        hall=town.hall, staff=town.clerk, day=TUESDAY_NINE.date(), starts=time(9), ends=time(12),
        window=town.windows["01"], by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip

    planned = likely(town, "08:30")
    staffing.remove_shift(hall=town.hall, shift_id=shift.pk, by=CLERK, now=TUESDAY_NINE)

    assert (planned, likely(town, "08:30")) == (1800, None)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"desks": 0}, {"ends": time(9)}, {"weekdays": []}, {"weekdays": [7]}])
def test_a_plan_that_cannot_be_is_refused(town: Town, wrong: dict[str, Any]):
    with pytest.raises(Refused) as no:
        plan(town, **wrong)

    assert no.value.slug == "invalid"


@pytest.mark.django_db
def test_the_same_beginning_is_planned_once(town: Town):
    plan(town, desks=2)
    plan(town, desks=3)

    assert list(PlannedDesk.objects.values_list("desks", flat=True)) == [3]
    with pytest.raises(IntegrityError), transaction.atomic():
        PlannedDesk.objects.create(
            hall=town.hall, weekday=TUESDAY, starts=time(9), ends=time(10), desks=1, made_by="", made_at=TUESDAY_NINE
        )


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_plan_the_same_hour_leave_one_plan(committed_town: Town):
    results = together(2, lambda i: plan(committed_town, desks=i + 1))

    assert results == [None, None]
    assert PlannedDesk.objects.count() == 1


def test_plans_of_one_hour_are_not_added_up():
    desks = [desk(1, A), desk(2, A, B), desk(3, B)]

    assert open_together([Planned(0, 1, desks=2), Planned(0, 1, desks=1, category=A)], desks) == 2
    assert open_together([Planned(0, 1, desks=2, category=A), Planned(0, 1, desks=2, category=B)], desks) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(("category", "most"), [(None, 3), ("A", 2)])
def test_no_more_desks_are_planned_than_windows_can_be(town: Town, category, most):
    Window.objects.filter(code="town-03").first().categories.clear()
    town.windows["03"].categories.add(town.categories["B"])
    chosen = town.categories[category] if category else None
    able = windows_for(town.hall, chosen)

    plan(town, desks=able, category=chosen)
    with pytest.raises(Refused) as refused:
        plan(town, desks=able + 1, category=chosen)

    assert able == most
    assert refused.value.facts["field"] == "desks"
