"""Changing hours: who no longer fits, where they could go, and what becomes of each of them."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from banshi.journeys.hours import change_hours, follow_up, outside
from banshi.journeys.hours.change_hours import Choice
from banshi.journeys.hours.follow_up import Outcome
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, FollowUpVisit, LedgerEntry, Slot
from banshi.rooms.calendars import rules as calendar_rules
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.calendars.rules import Closure, Words
from banshi.rooms.messaging.models import Message
from tests.remembered import Added
from tests.town import CITIZEN, CLERK, CN, TOWN, TUESDAY_NINE, Town, at

WEDNESDAY = date(2026, 3, 11)


def document(*hours: tuple[str, str], when: Any = "working") -> dict[str, Any]:
    return {
        "timezone": "Asia/Shanghai",
        "period_minutes": 60,
        "rules": [
            {
                "code": "regular",
                "name": {"zh": "日常", "en": "Regular"},
                "when": when,
                "hours": [list(h) for h in hours],
            }
        ],
    }


def _opened(town: Town) -> None:
    """Open 9–12 and 14–17 on working days, two places per period and category; slots are made."""
    town.policy(booking={"quotas": [{"target": "category", "code": "*", "public": 2, "internal": 0}]})
    CalendarVersion.objects.create(
        hall=town.hall,
        version=1,
        document=calendar_rules.load(document(("09:00", "12:00"), ("14:00", "17:00"))).model_dump(mode="json"),
        valid_from=date(2020, 1, 1),
        made_by="system",
        made_at=TUESDAY_NINE,
    )
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)


OPENED = Added(TOWN, _opened)


@pytest.fixture
def open_town(town: Town) -> Town:
    OPENED(town)
    return town


def booked(town: Town, starts: str, person: int = 0, item: str = "pension") -> Appointment:
    slot = Slot.objects.get(hall=town.hall, business="cat:A", starts_at=at(starts))
    return booking.place(
        slot_id=slot.pk,
        item_code=item,
        person_id=town.person(person).pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )


def settled(done: Any) -> Outcome:
    """What became of everybody, once the job has run."""
    follow = done[1] if isinstance(done, tuple) else done
    follow_up.work_off(now=TUESDAY_NINE)
    return follow_up.outcome_of(follow)


def shorter() -> Any:
    return calendar_rules.load(document(("09:00", "12:00")))


def test_an_appointment_outside_the_new_hours_is_listed_with_the_nearest_time(open_town):
    inside = booked(open_town, "2026-03-11 11:00", 0)
    left_out = booked(open_town, "2026-03-11 14:00", 1)

    found = outside.affected(hall=open_town.hall, now=TUESDAY_NINE, document=shorter(), valid_from=WEDNESDAY)

    assert [each.code for each in found] == [left_out.code]
    assert inside.code not in [each.code for each in found]
    assert found[0].suggestion is not None
    assert found[0].suggestion.starts_at == at("2026-03-11 11:00")
    assert found[0].reason.zh == "当天的服务时间改为 9:00–12:00"


def test_days_before_the_change_keep_their_people(open_town):
    booked(open_town, "2026-03-11 14:00")

    found = outside.affected(
        hall=open_town.hall, now=TUESDAY_NINE, document=shorter(), valid_from=WEDNESDAY + timedelta(days=1)
    )

    assert found == []


def test_two_people_are_not_offered_the_same_last_place(open_town):
    booked(open_town, "2026-03-11 11:00", 0)
    booked(open_town, "2026-03-11 14:00", 1)
    booked(open_town, "2026-03-11 14:00", 2)

    found = outside.affected(hall=open_town.hall, now=TUESDAY_NINE, document=shorter(), valid_from=WEDNESDAY)

    offered = [each.suggestion.starts_at for each in found if each.suggestion]
    assert offered == [at("2026-03-11 11:00"), at("2026-03-11 10:00")]


def test_a_time_that_only_the_new_hours_have_is_offered_before_its_slot_exists(open_town):
    booked(open_town, "2026-03-11 16:00")
    evening = calendar_rules.load(document(("18:00", "20:00")))

    (found,) = outside.affected(hall=open_town.hall, now=TUESDAY_NINE, document=evening, valid_from=WEDNESDAY)

    assert found.suggestion is not None
    assert (found.suggestion.starts_at, found.suggestion.slot_id) == (at("2026-03-11 18:00"), 0)


def test_publishing_moves_each_person_to_the_offered_time_with_one_message(open_town):
    row = booked(open_town, "2026-03-11 14:00")
    Message.objects.all().delete()

    version, follow = change_hours.publish(
        hall=open_town.hall,
        document=document(("09:00", "12:00")),
        valid_from=WEDNESDAY,
        note="shorter",
        choices={row.code: Choice("move", at("2026-03-11 11:00"))},
        by=CLERK,
        now=TUESDAY_NINE,
    )

    outcome = settled(follow)

    row.refresh_from_db()
    assert version.version == 2
    assert outcome == Outcome(moved=1)
    assert (row.state, row.starts_at) == ("booked", at("2026-03-11 11:00"))
    assert list(Message.objects.filter(due_at__lte=TUESDAY_NINE).order_by("id").values_list("key", flat=True)) == [
        "moved_by_hall"
    ]


def test_who_is_moved_into_hours_that_are_new_gets_the_slot_made_for_them(open_town):
    row = booked(open_town, "2026-03-11 16:00")

    outcome = settled(
        change_hours.publish(
            hall=open_town.hall,
            document=document(("18:00", "20:00")),
            valid_from=WEDNESDAY,
            note="evening",
            choices={row.code: Choice("move", at("2026-03-11 18:00"))},
            by=CLERK,
            now=TUESDAY_NINE,
        )
    )

    row.refresh_from_db()
    assert outcome.moved == 1
    assert row.starts_at == at("2026-03-11 18:00")


def test_a_cancellation_by_the_hall_is_told_and_never_counts(open_town):
    row = booked(open_town, "2026-03-11 14:00")
    Message.objects.all().delete()

    outcome = settled(
        change_hours.close(
            hall=open_town.hall,
            starts_at=at("2026-03-11 13:00"),
            ends_at=at("2026-03-11 18:00"),
            reason_zh="停电检修",
            reason_en="Power works",
            choices={row.code: Choice("cancel")},
            by=CLERK,
            now=TUESDAY_NINE,
        )
    )

    row.refresh_from_db()
    assert outcome.cancelled == 1
    assert (row.state, row.by_hall, row.cancel_reason) == ("cancelled", True, "停电检修")
    assert LedgerEntry.objects.count() == 0
    assert list(Message.objects.filter(state="due").order_by("id").values_list("key", flat=True)) == [
        "cancelled_by_hall"
    ]


def test_a_closure_lists_only_those_it_touches(open_town):
    booked(open_town, "2026-03-11 09:00", 0)
    hit = booked(open_town, "2026-03-11 11:00", 1)
    closure = Closure(at("2026-03-11 11:30"), at("2026-03-11 13:00"), Words(zh="演练", en="Drill"))

    (found,) = outside.affected(hall=open_town.hall, now=TUESDAY_NINE, closure=closure)

    assert found.code == hit.code
    assert found.reason.en == "Drill"


def test_a_closed_zone_affects_only_its_categories(open_town):
    booked(open_town, "2026-03-11 11:00")
    whole_morning = (at("2026-03-11 08:00"), at("2026-03-11 13:00"))

    elsewhere = outside.affected(
        hall=open_town.hall, now=TUESDAY_NINE, closure=Closure(*whole_morning, Words(zh="检修", en="Works"), "annex")
    )
    here = outside.affected(
        hall=open_town.hall, now=TUESDAY_NINE, closure=Closure(*whole_morning, Words(zh="检修", en="Works"), "main")
    )

    assert (len(elsewhere), len(here)) == (0, 1)


def test_who_is_kept_stays_and_can_be_found_again(open_town):
    row = booked(open_town, "2026-03-11 14:00")

    change_hours.publish(
        hall=open_town.hall,
        document=document(("09:00", "12:00")),
        valid_from=WEDNESDAY,
        note="",
        choices={},
        by=CLERK,
        now=TUESDAY_NINE,
    )

    assert [each.code for each in outside.unfit(hall=open_town.hall, now=TUESDAY_NINE)] == [row.code]


def test_applying_again_after_a_crash_does_only_what_is_left(open_town):
    one = booked(open_town, "2026-03-11 14:00", 0)
    two = booked(open_town, "2026-03-11 15:00", 1)
    change_hours.publish(
        hall=open_town.hall,
        document=document(("09:00", "12:00")),
        valid_from=WEDNESDAY,
        note="",
        choices={},
        by=CLERK,
        now=TUESDAY_NINE,
    )
    choices = {one.code: Choice("cancel"), two.code: Choice("move")}
    settled(
        change_hours.apply(
            hall=open_town.hall, choices={one.code: choices[one.code]}, by=CLERK, now=TUESDAY_NINE, why=""
        )
    )

    outcome = settled(change_hours.apply(hall=open_town.hall, choices=choices, by=CLERK, now=TUESDAY_NINE, why=""))
    again = settled(change_hours.apply(hall=open_town.hall, choices=choices, by=CLERK, now=TUESDAY_NINE, why=""))

    assert (outcome.done, outcome.moved, outcome.cancelled) == (1, 1, 0)
    assert (again.done, again.moved, again.cancelled) == (2, 0, 0)
    assert Message.objects.filter(key="moved_by_hall").count() == 1


def test_when_the_offered_place_was_taken_the_next_nearest_is_given(open_town):
    row = booked(open_town, "2026-03-11 14:00", 0)
    for person in (1, 2):
        booked(open_town, "2026-03-11 11:00", person)

    outcome = settled(
        change_hours.publish(
            hall=open_town.hall,
            document=document(("09:00", "12:00")),
            valid_from=WEDNESDAY,
            note="",
            choices={row.code: Choice("move", at("2026-03-11 11:00"))},
            by=CLERK,
            now=TUESDAY_NINE,
        )
    )

    row.refresh_from_db()
    assert outcome.moved == 1
    assert row.starts_at == at("2026-03-11 10:00")


def test_where_no_place_is_left_the_person_stays_and_is_named_as_left_over(open_town):
    row = booked(open_town, "2026-03-11 14:00")
    never = document(("09:00", "12:00"), when={"dates": ["2027-01-01"]})

    outcome = settled(
        change_hours.publish(
            hall=open_town.hall,
            document=never,
            valid_from=WEDNESDAY,
            note="",
            choices={row.code: Choice("move")},
            by=CLERK,
            now=TUESDAY_NINE,
        )
    )

    row.refresh_from_db()
    assert outcome == Outcome(failed=1)
    assert list(FollowUpVisit.objects.values_list("visit", "slug")) == [(row.code, "slot-full")]
    assert row.state == "booked"


def test_nobody_is_brought_forward_to_an_earlier_day_at_short_notice(open_town):
    row = booked(open_town, "2026-03-11 14:00")
    closed_from_wednesday = calendar_rules.load(document(("09:00", "12:00"), when={"dates": ["2027-01-01"]}))

    (found,) = outside.affected(
        hall=open_town.hall, now=TUESDAY_NINE, document=closed_from_wednesday, valid_from=WEDNESDAY
    )

    assert (found.code, found.suggestion) == (row.code, None)


def test_an_invalid_document_changes_nothing(open_town):
    row = booked(open_town, "2026-03-11 14:00")

    with pytest.raises(Refused) as refused:
        change_hours.publish(
            hall=open_town.hall,
            document={"rules": []},
            valid_from=WEDNESDAY,
            note="",
            choices={row.code: Choice("cancel")},
            by=CLERK,
            now=TUESDAY_NINE,
        )

    row.refresh_from_db()
    assert refused.value.slug == "invalid"
    assert row.state == "booked"
    assert CalendarVersion.objects.count() == 1


def test_nobody_is_moved_to_a_time_that_begins_within_the_hour(open_town):
    row = booked(open_town, "2026-03-11 14:00")
    wednesday_noon = at("2026-03-11 10:30")

    (found,) = outside.affected(hall=open_town.hall, now=wednesday_noon, document=shorter(), valid_from=WEDNESDAY)

    assert found.code == row.code
    assert found.suggestion is not None
    assert found.suggestion.starts_at.astimezone(CN).date() == date(2026, 3, 12)
    assert found.suggestion.starts_at.astimezone(CN).time() == time(9)
