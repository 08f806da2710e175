"""Hours that were taken away and come back: whoever the hall moved out of them hears once that the old time is free again."""

from __future__ import annotations

from datetime import date, datetime
from threading import Event
from typing import Any

import pytest

from banshi.journeys.hours import change_hours, follow_up
from banshi.journeys.hours.change_hours import What
from banshi.journeys.hours.follow_up import Outcome
from banshi.kernel.working_days import DayInfo
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions import following
from banshi.rooms.booking.models import Appointment, FollowUp, Slot
from banshi.rooms.messaging.models import Message
from tests.journeys.hours.test_change_hours import document
from tests.journeys.hours.test_follow_up import NINE35, booked, close, opened
from tests.journeys.hours.test_follow_up import open_town as open_town
from tests.together import together, until_somebody_waits_for_a_lock
from tests.town import CITIZEN, CLERK, Town, at, build_town

pytestmark = pytest.mark.django_db
WEDNESDAY = date(2026, 3, 11)


def hours(town: Town, ends: str, *, first: date = WEDNESDAY, others: What = "move", now: datetime = NINE35) -> FollowUp:
    """From that day on open from nine until then, every day."""
    _, follow = change_hours.publish(
        hall=town.hall, document=document(("09:00", ends), when="every_day"), valid_from=first, note="", choices={},
        others=others, by=CLERK, now=now,
    )  # fmt: skip
    follow_up.work_off(now=now)
    return follow


def told() -> list[tuple[str, str]]:
    """Of whom, and of which time."""
    rows = Message.objects.filter(key="old_time_free").order_by("id")
    return [(row.subject.removeprefix("appointment:"), row.params["was"]) for row in rows]


def booked_at(town: Town, hour: int, person: int = 1) -> tuple[Appointment, tuple[str, str]]:
    row = booked(town, f"2026-03-11 {hour}:00", person)
    return row, (row.code, at(f"2026-03-11 {hour}:00").isoformat())


def test_who_was_moved_out_of_hours_that_come_back_is_told_once(open_town: Town):
    row, old = booked_at(open_town, 16)
    shortened = hours(open_town, "15:00")
    before = told()

    hours(open_town, "17:00")
    hours(open_town, "17:00")

    row.refresh_from_db()
    assert (before, told()) == ([], [old])
    assert row.starts_at != at("2026-03-11 16:00")  # nobody is moved back unasked
    assert follow_up.outcome_of(shortened) == Outcome(moved=1, old_times=1)


def test_only_those_whose_time_is_back_are_told(open_town: Town):
    _, old = booked_at(open_town, 15)
    booked_at(open_town, 16, person=2)
    hours(open_town, "15:00")

    hours(open_town, "16:00")
    first = told()
    hours(open_town, "17:00")

    assert first == [old]
    assert [each[1] for each in told()] == [old[1], at("2026-03-11 16:00").isoformat()]


def test_a_change_that_brings_nothing_back_tells_nobody(open_town: Town):
    booked_at(open_town, 16)
    hours(open_town, "15:00")

    hours(open_town, "15:00")
    hours(open_town, "14:00")

    assert told() == []


def test_whoever_chose_another_time_since_is_left_in_peace(open_town: Town):
    row, _ = booked_at(open_town, 16)
    hours(open_town, "15:00")
    chosen = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-12 10:00"))
    booking.move(code=row.code, slot_id=chosen.pk, by=CITIZEN, now=at("2026-03-10 09:40"))

    hours(open_town, "17:00", now=at("2026-03-10 09:45"))

    assert told() == []


def test_a_time_that_is_full_by_now_is_not_told(open_town: Town):
    row, _ = booked_at(open_town, 16)
    old = row.slot_id
    hours(open_town, "15:00")
    Slot.objects.filter(pk=old).update(quota=0, touched=True)

    hours(open_town, "17:00")

    assert told() == []


def test_of_a_day_to_come_it_is_told_at_publishing_as_the_move_was(open_town: Town):
    _, old = booked_at(open_town, 16)
    hours(open_town, "15:00", first=WEDNESDAY)

    change_hours.publish(
        hall=open_town.hall, document=document(("09:00", "17:00"), when="every_day"), valid_from=WEDNESDAY, note="",
        choices={}, by=CLERK, now=NINE35,
    )  # fmt: skip

    assert told() == [old]


def test_hours_that_come_back_from_a_later_day_on_free_nothing_before_it(open_town: Town):
    booked_at(open_town, 16)
    hours(open_town, "15:00")

    hours(open_town, "17:00", first=date(2026, 3, 12))

    assert told() == []


def test_who_was_cancelled_or_kept_hears_of_no_old_time(open_town: Town):
    booked_at(open_town, 16)
    hours(open_town, "15:00", others="cancel")
    hours(open_town, "17:00")
    booked_at(open_town, 16, person=2)
    hours(open_town, "15:00", others="keep")

    hours(open_town, "17:00")

    assert told() == []


def notice(kind: Any) -> None:
    change_hours.import_national_days(
        days=[DayInfo(WEDNESDAY, kind, "节日", "Holiday")], notice="", by=CLERK, now=NINE35
    )
    follow_up.work_off(now=NINE35)


def test_a_holiday_taken_back_tells_whom_it_moved(open_town: Town):
    change_hours.publish(
        hall=open_town.hall, document=document(("09:00", "17:00")), valid_from=date(2026, 3, 10), note="", choices={},
        by=CLERK, now=NINE35,
    )  # fmt: skip
    row, old = booked_at(open_town, 16)
    notice("restday")
    row.refresh_from_db()
    assert row.day != WEDNESDAY

    notice("workday")
    notice("workday")

    assert told() == [old]


# --- Whom the hall had cancelled ----------------------------------------------------------------------------------


def cancelled_told() -> list[str]:
    rows = Message.objects.filter(key="time_back").order_by("id")
    return [row.subject.removeprefix("appointment:") for row in rows]


def test_whom_hours_had_cancelled_is_told_once_that_the_time_can_be_booked_again(open_town: Town):
    row, _ = booked_at(open_town, 16)
    hours(open_town, "15:00", others="cancel")
    before = cancelled_told()

    hours(open_town, "17:00")
    hours(open_town, "17:00")

    row.refresh_from_db()
    assert (before, cancelled_told(), row.state) == ([], [row.code], "cancelled")


def test_whom_a_closure_had_cancelled_is_told_when_it_is_taken_back(open_town: Town):
    row, _ = booked_at(open_town, 10)
    own, _ = booked_at(open_town, 10, person=2)
    closure, follow = close(open_town, starts="2026-03-11 09:00", ends="2026-03-11 12:00", others="cancel")
    booking.cancel(code=own.code, by=CITIZEN, now=NINE35)
    follow_up.work_off(now=NINE35)

    done = change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    assert (done.cancelled, cancelled_told()) == (1, [row.code])
    assert follow_up.outcome_of(follow) == Outcome(cancelled=1, done=1, times_back=1)


def test_who_was_cancelled_and_booked_the_matter_again_hears_nothing(open_town: Town):
    booked_at(open_town, 10)
    closure, _follow = close(open_town, starts="2026-03-11 09:00", ends="2026-03-11 12:00", others="cancel")
    follow_up.work_off(now=NINE35)
    booked(open_town, "2026-03-12 10:00", 1)

    done = change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    assert (done.cancelled, cancelled_told()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_who_is_being_moved_as_the_closure_is_taken_back_is_told(transactional_db: Any, monkeypatch: Any):
    town = opened(build_town())
    row = booked(town, "2026-03-11 10:00")
    closure, _follow = close(town, starts="2026-03-11 09:00", ends="2026-03-11 12:00")
    moving, real = Event(), following.settle

    def settle(*args: Any, **more: Any) -> None:
        moving.set()
        until_somebody_waits_for_a_lock()
        real(*args, **more)

    def act(i: int) -> Any:
        if i == 0:
            return follow_up.work_off(now=NINE35)
        moving.wait(60)
        return change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    monkeypatch.setattr(following, "settle", settle)
    settled, done = together(2, act)

    assert (settled, done.told, [code for code, _was in told()]) == (1, 1, [row.code])


def test_a_time_that_lies_in_a_new_period_now_is_given_back_too(open_town: Town):
    """Booked nine to ten; the periods are three quarters of an hour now. Of the old period nobody could be told any more."""
    row = booked(open_town, "2026-03-11 09:00")
    closure, _ = close(open_town, starts="2026-03-11 08:00", ends="2026-03-11 12:00")
    follow_up.work_off(now=NINE35)
    change_hours.publish(
        hall=open_town.hall, document=document(("09:00", "17:00"), when="every_day") | {"period_minutes": 45},
        valid_from=WEDNESDAY, note="", choices={}, others="keep", by=CLERK, now=NINE35,
    )  # fmt: skip
    follow_up.work_off(now=NINE35)
    before = told()

    change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)

    row = Appointment.objects.select_related("hall", "item", "person").get(pk=row.pk)
    (back,) = booking.times_back(row, now=NINE35)
    moved = booking.move(code=row.code, slot_id=back.pk, by=CITIZEN, now=NINE35)
    assert (before, told()) == ([], [(row.code, at("2026-03-11 09:00").isoformat())])
    assert (moved.starts_at, moved.ends_at) == (at("2026-03-11 09:00"), at("2026-03-11 09:45"))
