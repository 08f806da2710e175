"""What the tick does by itself: each duty as it is wired, not as its tests call it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from banshi.journeys.hall import change_rules, housekeeping
from banshi.kernel.policy import HallPolicy
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import LedgerEntry, Slot, Waiting
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import HandlingTime, Ticket
from tests.journeys.visit.test_booked_and_walk_in import KIOSK, booked, minutes, serve_to_the_end, take
from tests.rooms.booking.test_opening import OPENS, ask
from tests.rooms.booking.test_opening import account as account_that_asks
from tests.rooms.booking.test_place import book
from tests.rooms.library.test_files import scanner, take_in
from tests.rooms.tickets.conftest import open_town
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _begin_anew() -> None:
    housekeeping._last.clear()


@pytest.fixture
def hall(town: Town) -> Town:
    open_town(town)
    return town


def tick(now: datetime) -> None:
    assert housekeeping.run_due(now=now) == []


def test_nobody_who_was_here_for_something_else_is_struck(hall: Town):
    here = booked(hall)
    take(hall, "B", now=minutes(50))

    tick(minutes(61))

    here.refresh_from_db()
    assert (here.state, LedgerEntry.objects.count()) == ("checked_in", 0)


def test_who_never_came_is(hall: Town):
    away = booked(hall)

    tick(minutes(61))

    away.refresh_from_db()
    assert (away.state, LedgerEntry.objects.count()) == ("no_show", 1)


def test_those_in_line_hear_of_a_closure_when_it_begins(hall: Town):
    from banshi.rooms.calendars import actions as calendars

    number = tickets.issue(
        tickets.Take(
            category_code="A",
            channel="kiosk",
            by=KIOSK,
            person_id=hall.person(30).pk,
            follows=True,
            contact="+8613800138000",
        ),
        hall=hall.hall,
        now=TUESDAY_NINE,
    )
    calendars.close(
        hall=hall.hall, starts_at=minutes(10), ends_at=minutes(60), reason_zh="停电", reason_en="Power cut", by=CLERK,
        now=TUESDAY_NINE,
    )  # fmt: skip

    tick(minutes(9))
    before = Message.objects.filter(key="line_stopped").count()
    tick(minutes(10))

    (told,) = Message.objects.filter(key="line_stopped")
    assert (before, told.subject) == (0, f"ticket:{number.ref}")


def test_a_place_that_is_free_is_offered_to_who_waits_and_taken_back_when_nobody_answers(town: Town):
    open_town(town, hours="09:00-10:00")
    town.policy(booking={"quotas": [{"public": 2}]})
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)
    slot = Slot.objects.get(day=date(2026, 3, 11), business="cat:A")
    book(town, slot, 1)
    one = Waiting.objects.create(
        hall=town.hall, item=town.items["pension"], business="cat:A", day=slot.day, person=town.person(2),
        made_at=TUESDAY_NINE,
    )  # fmt: skip

    tick(TUESDAY_NINE)
    one.refresh_from_db()
    offered = one.state
    tick(minutes(31))

    one.refresh_from_db()
    assert (offered, one.state, Slot.objects.get(pk=slot.pk).taken) == ("offered", "waiting", 1)


def test_who_stepped_out_is_back_in_line_at_their_time(hall: Town):
    number = take(hall)
    tickets.park(ref=number.ref, by=KIOSK, now=minutes(1), until=minutes(30))

    tick(minutes(30))

    assert Ticket.objects.get().state == "waiting"


def test_who_is_nearly_there_is_told(hall: Town):
    hall.policy(messages={"ahead": 3})
    tickets.sign_in(window_code="town-01", staff_id=hall.clerk.pk, now=TUESDAY_NINE)
    tickets.issue(
        tickets.Take(
            category_code="A",
            channel="kiosk",
            by=KIOSK,
            person_id=hall.person(30).pk,
            follows=True,
            contact="+8613800138000",
        ),
        hall=hall.hall,
        now=TUESDAY_NINE,
    )

    tick(minutes(1))

    assert Message.objects.filter(key="ahead").count() == 1


def test_the_line_closes_after_the_day_and_apologises(hall: Town):
    take(hall)

    tick(at("2026-03-10 18:30"))

    assert Ticket.objects.get().state == "closed"


def test_whoever_asked_hears_that_a_day_opens(town: Town):
    open_town(town)
    town.policy(booking={"release": "rolling_days", "release_days": 1})
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)
    ask(town, account_that_asks().pk)

    tick(OPENS)

    assert Message.objects.filter(key="booking_open").count() == 1


def test_planned_rules_give_the_days_from_their_begin_their_places_at_once(hall: Town):
    booking.materialise(hall=hall.hall, now=TUESDAY_NINE)
    begins = at("2026-03-13 00:00")
    document: dict[str, Any] = HallPolicy.model_validate({"booking": {"quotas": [{"public": 1}]}}).model_dump(
        mode="json"
    )
    change_rules.publish(hall=hall.hall, document=document, by=CLERK, now=TUESDAY_NINE, valid_from=begins)
    planned = set(Slot.objects.filter(starts_at__gt=begins).values_list("quota", flat=True))
    until_then = set(Slot.objects.filter(starts_at__lt=begins).values_list("quota", flat=True))

    tick(begins)

    assert policy_of(hall.hall.pk, now=begins).booking.quotas[0].public == 1
    assert set(Slot.objects.filter(starts_at__gt=begins, closed=False).values_list("quota", flat=True)) == {1}
    assert planned == {1}  # who booked a place there would have lost it on the day
    assert until_then
    assert 1 not in until_then


def test_what_was_served_is_learned(hall: Town):
    take(hall)
    serve_to_the_end(hall, now=minutes(1))

    tick(minutes(10))

    assert HandlingTime.objects.count() > 0


def test_a_file_that_no_scanner_saw_is_looked_through_as_soon_as_one_answers(hall: Town, settings: Any):
    settings.BANSHI_INTAKE = "tests.rooms.library.test_files.as_it_is"
    scanner(settings, "silent")
    file = take_in(b"good")
    tick(minutes(1))
    file.refresh_from_db()
    waits = file.scan
    scanner(settings, "finds")

    tick(minutes(3))

    file.refresh_from_db()
    assert (waits, file.scan) == ("pending", "clean")
