"""Changing rules: the plan does not leak, codes are the hall's own, places and people are counted before it happens."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.journeys.hall import change_rules
from banshi.journeys.hours.consequences import consequences
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Slot
from banshi.rooms.calendars import rules as calendar_rules
from banshi.rooms.places.models import PolicyVersion
from banshi.rooms.places.queries import policy_of
from tests.rooms.booking.test_place import book
from tests.rooms.booking.test_slots import MORNINGS, calendar
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
FRIDAY = at("2026-03-13 00:00")


@pytest.fixture
def open_town(town: Town) -> Town:
    town.policy(booking={"quotas": [{"public": 10}]})
    calendar(town, MORNINGS)
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)
    return town


def publish(town: Town, *, valid_from: Any = None, confirmed: bool = False, **changed: Any) -> PolicyVersion:
    """What rules now, with these booking rules changed."""
    document = policy_of(town.hall.pk, now=TUESDAY_NINE).model_dump(mode="json")
    document["booking"] |= changed
    return change_rules.publish(
        hall=town.hall, document=document, by=CLERK, now=TUESDAY_NINE, valid_from=valid_from, confirmed=confirmed
    )


def test_a_planned_version_is_not_the_start_of_the_next_small_change(open_town: Town):
    publish(open_town, valid_from=FRIDAY, come_early=45)

    small = publish(open_town, hold=5)

    assert (small.document["booking"]["come_early"], small.document["booking"]["hold"]) == (15, 5)
    assert policy_of(open_town.hall.pk, now=TUESDAY_NINE).booking.come_early == 15


def test_a_notice_for_the_screens_that_turns_text_round_is_refused(open_town: Town):
    document = policy_of(open_town.hall.pk, now=TUESDAY_NINE).model_dump(mode="json")
    document["screens"] |= {"notices_zh": ["今天\u202e停电"]}

    with pytest.raises(Refused) as no:
        change_rules.publish(hall=open_town.hall, document=document, by=CLERK, now=TUESDAY_NINE)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", "screens.notices_zh")


def test_the_small_change_is_carried_into_the_plan_and_the_plan_still_comes(open_town: Town):
    publish(open_town, valid_from=FRIDAY, come_early=45)
    publish(open_town, hold=5)

    on_friday = policy_of(open_town.hall.pk, now=FRIDAY).booking

    assert (on_friday.come_early, on_friday.hold) == (45, 5)
    assert [row.valid_from for row in change_rules.planned(open_town.hall, TUESDAY_NINE)] == [FRIDAY]


def test_where_the_plan_says_otherwise_itself_it_stays(open_town: Town):
    publish(open_town, valid_from=FRIDAY, come_early=45)
    publish(open_town, come_early=20)

    assert policy_of(open_town.hall.pk, now=TUESDAY_NINE).booking.come_early == 20
    assert policy_of(open_town.hall.pk, now=FRIDAY).booking.come_early == 45


def test_rules_in_force_at_once_change_the_places_at_once(open_town: Town):
    publish(open_town, quotas=[{"target": "category", "code": "*", "public": 4, "internal": 0}])

    assert set(Slot.objects.values_list("quota", flat=True)) == {4}


def test_planned_rules_change_the_places_when_they_begin(open_town: Town):
    change_rules.begin_due(now=TUESDAY_NINE)
    publish(open_town, valid_from=FRIDAY, quotas=[{"target": "category", "code": "*", "public": 4, "internal": 0}])

    before = change_rules.begin_due(now=at("2026-03-12 23:59"))
    then = change_rules.begin_due(now=FRIDAY)

    assert (before, then) == ([], ["town"])
    assert set(Slot.objects.filter(day__gte=date(2026, 3, 13)).values_list("quota", flat=True)) == {4}


def test_days_from_the_plan_on_sell_its_places_at_once_and_days_before_do_not(open_town: Town):
    four = [{"target": "category", "code": "*", "public": 4, "internal": 1}]
    publish(open_town, valid_from=FRIDAY, quotas=four)
    planned = set(Slot.objects.filter(day__gte=FRIDAY.date()).values_list("quota", "internal_quota"))
    before = set(
        Slot.objects.filter(day__lt=FRIDAY.date(), day__gt=TUESDAY_NINE.date()).values_list("quota", flat=True)
    )
    publish(open_town, valid_from=FRIDAY)  # the plan is taken back

    assert (planned, before) == ({(4, 1)}, {10})
    assert set(Slot.objects.filter(day__gte=FRIDAY.date()).values_list("quota", flat=True)) == {10}


@pytest.mark.parametrize(
    "quota", [{"target": "category", "code": "NOPE", "public": 1}, {"target": "item", "code": "nope", "public": 1}]
)
def test_a_quota_for_what_the_hall_does_not_have_is_refused(open_town: Town, quota: dict[str, Any]):
    with pytest.raises(Refused) as no:
        publish(open_town, quotas=[quota])

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", "booking.quotas")


@pytest.mark.parametrize("field", ["weights", "daily_limits"])
def test_weights_and_limits_are_for_categories_of_the_hall(open_town: Town, field: str):
    policy = HallPolicy.model_validate({"tickets": {field: {"NOPE": 2}}})

    assert list(change_rules.faults(hall=open_town.hall, policy=policy)) == [f"tickets.{field}"]


def test_the_preview_counts_places_and_people_before_and_after(open_town: Town):
    slot = Slot.objects.get(business="cat:A", starts_at=at("2026-03-11 09:00"))
    for person in (1, 2, 3):
        book(open_town, slot, person)
    policy = HallPolicy.model_validate({"booking": {"quotas": [{"public": 1}]}})

    found = change_rules.foresee(hall=open_town.hall, policy=policy, now=TUESDAY_NINE)

    # Ten working days of two periods of two categories.
    assert (found.places_before, found.places_after) == (400, 40)
    assert (found.people, found.over) == (3, 2)


def test_the_preview_counts_the_days_of_a_plan_with_the_places_it_gives(open_town: Town):
    """Friday the 13th on, the plan sells four; a change today leaves them, a change of what the plan leaves is carried."""
    publish(open_town, valid_from=FRIDAY, quotas=[{"target": "category", "code": "*", "public": 4, "internal": 0}])
    document = policy_of(open_town.hall.pk, now=TUESDAY_NINE).model_dump(mode="json")
    small, fewer = (HallPolicy.model_validate(document | {"booking": document["booking"] | each})
                    for each in ({"hold": 5}, {"quotas": [{"public": 5}]}))  # fmt: skip

    first, second = (
        change_rules.foresee(hall=open_town.hall, policy=each, now=TUESDAY_NINE) for each in (small, fewer)
    )
    hours = consequences(hall=open_town.hall, now=TUESDAY_NINE, shut=())
    taken_back = change_rules.foresee(hall=open_town.hall, policy=small, now=TUESDAY_NINE, valid_from=FRIDAY)

    # Two working days of two periods of two categories as they are, eight by the plan.
    assert (first.places_before, first.places_after) == (2 * 4 * 10 + 8 * 4 * 4,) * 2
    assert (second.places_before, second.places_after) == (2 * 4 * 10 + 8 * 4 * 4, 2 * 4 * 5 + 8 * 4 * 4)
    assert (hours.unchanged, hours.places_before) == (True, first.places_before)
    assert taken_back.places_after > taken_back.places_before


def test_rules_that_leave_nothing_to_book_need_a_word_of_confirmation(open_town: Town):
    nothing = [{"target": "item", "code": "pension", "public": 0, "internal": 0}]

    with pytest.raises(Refused) as no:
        publish(open_town, quotas=nothing)
    done = publish(open_town, confirmed=True, quotas=nothing)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", "confirmed")
    assert done.version == 2


def test_periods_longer_than_the_session_leave_no_place_and_the_preview_says_so(open_town: Town):
    document = calendar_rules.load({"rules": [{**MORNINGS, "period_minutes": 240}]})

    found = consequences(hall=open_town.hall, now=TUESDAY_NINE, document=document, valid_from=date(2026, 3, 10))

    assert (found.places_before, found.places_after, found.nothing_left) == (400, 0, True)
