"""What was written of a closure goes out only while it is true, however long the gateway was away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from banshi.journeys.hours import change_hours, close_line, follow_up
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from tests.journeys.hours.test_follow_up import NINE35, booked, close, number, opened
from tests.rooms.messaging.test_outbox import Spy
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_town(town: Town) -> Town:
    return opened(town)


def minute(n: int) -> datetime:
    return at(f"2026-03-10 09:{35 + n}")


def begin(town: Town, kind: str, n: int, *, ends: str = "2026-03-10 11:00", **part: Any) -> Closure:
    closure, _ = change_hours.close(
        hall=town.hall, starts_at=minute(n), ends_at=at(ends), reason_zh="燃气味", reason_en="Smell of gas", kind=kind,
        choices={}, others="keep", by=CLERK, now=minute(n), **part,
    )  # fmt: skip
    close_line.look(now=minute(n))
    return closure


def end(closure: Closure, n: int) -> None:
    change_hours.withdraw(closure=closure, by=CLERK, now=minute(n))
    close_line.look(now=minute(n))


def goes_out(n: int) -> list[str]:
    """The keys of what is sent when the gateway is back, in order."""
    spy = Spy()
    messaging.drain(channels={"sms": spy}, now=minute(n))
    return list(Message.objects.filter(state="sent").order_by("id").values_list("key", flat=True))


ALARMS = {"evacuation": ("evacuated", "evacuation_over"), "closure": ("line_stopped", "line_goes_on")}


@pytest.mark.parametrize("kind", ALARMS)
def test_what_is_over_is_not_told_after_its_end(open_town: Town, kind: str):
    number(open_town)
    end(begin(open_town, kind, 0), 1)

    assert goes_out(2) == [ALARMS[kind][1]]


@pytest.mark.parametrize("kind", ALARMS)
def test_while_it_lasts_it_is_told(open_town: Town, kind: str):
    number(open_town)
    begin(open_town, kind, 0)

    assert goes_out(2) == [ALARMS[kind][0]]


@pytest.mark.parametrize("kind", ALARMS)
@pytest.mark.parametrize("again", ALARMS)
def test_nobody_is_told_to_come_back_into_the_next_one(open_town: Town, kind: str, again: str):
    number(open_town)
    end(begin(open_town, kind, 0), 1)
    begin(open_town, again, 2)

    assert goes_out(3) == [ALARMS[again][0]]


def test_who_is_served_in_a_line_closed_since_is_told_that_the_evacuation_is_over(open_town: Town):
    row = number(open_town)
    tickets.sign_in(window_code="town-01", staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    tickets.start(ref=row.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    out = begin(open_town, "evacuation", 0)
    begin(open_town, "closure", 1, category=open_town.categories["A"])
    end(out, 2)

    assert "evacuation_over" in goes_out(3)


def test_who_is_at_a_window_of_a_floor_evacuated_again_is_not_told_to_come_back(open_town: Town):
    row = number(open_town)
    tickets.sign_in(window_code="town-01", staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    tickets.start(ref=row.ref, staff_id=open_town.clerk.pk, now=TUESDAY_NINE)
    zone = open_town.windows["01"].zone
    end(begin(open_town, "evacuation", 0, zone=zone), 1)
    begin(open_town, "evacuation", 2, zone=zone)

    assert goes_out(3)[-1] == "evacuated"
    assert "evacuation_over" not in goes_out(3)


@pytest.mark.parametrize("chose", [False, True])
def test_who_could_not_be_moved_hears_that_nothing_closes_and_not_that_it_does(open_town: Town, chose: bool):
    row = booked(open_town, "2026-03-10 14:00")
    later = Slot.objects.filter(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-12 15:00")).get()
    Slot.objects.exclude(pk=row.slot_id).update(quota=0, touched=True)
    closure, follow = close(open_town)
    follow_up.work_off(now=NINE35)
    assert follow_up.outcome_of(follow).failed == 1
    if chose:
        Slot.objects.filter(pk=later.pk).update(quota=2)
        booking.move(code=row.code, slot_id=later.pk, by=CITIZEN, now=minute(1))

    change_hours.withdraw(closure=closure, by=CLERK, now=minute(2))
    change_hours.withdraw(closure=closure, by=CLERK, now=minute(3))

    told = [key for key in goes_out(4) if key.startswith("closure")]
    assert told == ([] if chose else ["closure_off"])
    assert Appointment.objects.get().state == "booked"


@pytest.mark.parametrize("others", ["move", "keep"])
def test_each_closure_over_a_booking_is_told_and_its_end(open_town: Town, others: str):
    row = booked(open_town, "2026-03-10 14:00")
    Slot.objects.exclude(pk=row.slot_id).update(quota=0, touched=True)
    told = []
    for n in (0, 2):
        closure, _ = close(open_town, others=others, now=minute(n))
        follow_up.work_off(now=minute(n))
        told = goes_out(n)
        change_hours.withdraw(closure=closure, by=CLERK, now=minute(n + 1))
        told = goes_out(n + 1)

    key = {"move": "closure", "keep": "kept"}[others]
    assert [each for each in told if each in (key, "closure_off")] == [key, "closure_off"] * 2
