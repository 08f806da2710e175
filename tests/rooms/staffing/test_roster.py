"""The roster in the database: planning, copying, who is on duty."""

from __future__ import annotations

from datetime import date, time

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.staffing import actions, queries
from banshi.rooms.staffing.models import Shift
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at, build_town

TUESDAY = date(2026, 3, 10)
MONDAY = date(2026, 3, 9)


def plan(town: Town, *, staff=None, window="01", day=TUESDAY, starts=time(9), ends=time(12), **more):
    return actions.add_shift(
        hall=town.hall,
        staff=staff or town.clerk,
        day=day,
        starts=starts,
        ends=ends,
        window=town.windows[window] if window else None,
        by=CLERK,
        now=TUESDAY_NINE,
        **more,
    )


def open_nine_to_five(town: Town) -> None:
    document = {
        "timezone": "Asia/Shanghai",
        "rules": [
            {
                "code": "regular",
                "name": {"zh": "日常", "en": "Regular"},
                "when": "working",
                "hours": [["09:00", "17:00"]],
            }
        ],
    }
    CalendarVersion.objects.create(
        hall=town.hall,
        version=1,
        document=document,
        valid_from=date(2020, 1, 1),
        made_by="system",
        made_at=TUESDAY_NINE,
    )


def test_a_shift_is_planned_in_the_halls_own_time(town):
    shift = plan(town)

    assert (shift.starts_at, shift.ends_at) == (at("2026-03-10 09:00"), at("2026-03-10 12:00"))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"starts": time(12), "ends": time(12)}, "ends"),
        ({"starts": time(0), "ends": time(17)}, "ends"),
        ({"window": None}, "window"),
        ({"duty": "cook"}, "duty"),
    ],
)
def test_what_makes_no_shift_is_refused_with_the_field(town, more, field):
    with pytest.raises(Refused) as refused:
        plan(town, **more)

    assert (refused.value.slug, refused.value.facts["field"]) == ("invalid", field)


def test_a_person_planned_already_is_refused(town):
    plan(town)

    with pytest.raises(Refused) as refused:
        plan(town, window="02", starts=time(11), ends=time(13))

    assert refused.value.facts["field"] == "staff"


def test_a_window_planned_already_is_refused(town):
    plan(town)

    with pytest.raises(Refused) as refused:
        plan(town, staff=town.second_clerk, starts=time(11), ends=time(13))

    assert refused.value.facts["field"] == "window"


def test_on_duty_is_who_works_at_this_very_moment(town):
    plan(town)
    plan(town, staff=town.second_clerk, window=None, duty="guide", starts=time(12), ends=time(17))

    assert [each.staff_id for each in queries.on_duty(town.hall, at("2026-03-10 11:59"))] == [town.clerk.id]
    assert [each.staff_id for each in queries.on_duty(town.hall, at("2026-03-10 12:00"))] == [town.second_clerk.id]


def test_a_week_counts_people_per_session_and_marks_hours_outside(town):
    open_nine_to_five(town)
    inside = plan(town)
    early = plan(town, staff=town.second_clerk, window="02", starts=time(8), ends=time(12))

    week = queries.week(town.hall, MONDAY)

    assert [duty.people for duty in week.duties[TUESDAY]] == [2]
    assert week.outside == {early.id}
    assert inside.id not in week.outside
    assert week.clashing == frozenset()


def test_a_copied_week_leaves_out_what_clashes(town):
    plan(town)
    plan(town, staff=town.second_clerk, window="02")
    plan(town, window="03", day=date(2026, 3, 17))

    copied = actions.copy_week(
        hall=town.hall, from_monday=MONDAY, to_monday=date(2026, 3, 16), by=CLERK, now=TUESDAY_NINE
    )

    assert (copied.planned, copied.refused) == (1, 1)
    tuesday = queries.shifts(town.hall, date(2026, 3, 17), date(2026, 3, 17))
    assert [(each.staff_id, each.window) for each in tuesday] == [(town.second_clerk.id, "02"), (town.clerk.id, "03")]


def test_a_week_cannot_be_copied_onto_itself(town):
    with pytest.raises(Refused) as refused:
        actions.copy_week(hall=town.hall, from_monday=MONDAY, to_monday=MONDAY, by=CLERK, now=TUESDAY_NINE)

    assert refused.value.slug == "invalid"


def test_removing_a_shift_twice_changes_nothing(town):
    shift = plan(town)

    for _ in range(2):
        actions.remove_shift(hall=town.hall, shift_id=shift.id, by=CLERK, now=TUESDAY_NINE)

    assert Shift.objects.count() == 0


def test_a_shift_of_another_hall_stays(town):
    shift = plan(town)

    actions.remove_shift(hall=town.other_hall, shift_id=shift.id, by=CLERK, now=TUESDAY_NINE)

    assert Shift.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_people_planned_at_one_window_together_exactly_one_stays():
    town = build_town()
    staff = [town.clerk, town.second_clerk]

    def try_it(i: int) -> object:
        try:
            return plan(town, staff=staff[i % 2])
        except Refused as refused:
            return refused

    results = together(6, try_it)

    assert sum(isinstance(each, Shift) for each in results) == 1
    assert Shift.objects.count() == 1
