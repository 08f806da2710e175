"""What happened is found in what is written anyway: all of it, once, and by those alone who may hear it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from banshi.foundation import announce
from banshi.journeys.visit import check_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.hooks import actions
from banshi.rooms.hooks.actions import gathering
from banshi.rooms.hooks.models import Cursor, Delivery, Event
from banshi.rooms.hooks.queries.sources import snapshot
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.rooms.hooks.conftest import key, listening, told
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import KIOSK, minutes, next_at, take, work
from tests.together import held
from tests.town import CITIZEN, TUESDAY_NINE, at

EVENING = at("2026-03-10 18:00")


def book(town, *, by=CITIZEN, person=30, now=TUESDAY_NINE, slot=None):
    place = slot or Slot.objects.first() or town.slot(quota=30)
    source = "api" if by.kind is ActorKind.CHANNEL else "web"
    return booking.place(
        slot_id=place.pk, item_code="pension", person_id=town.person(person).pk, by=by, now=now, source=source
    )


def told_of(hook):
    rows = Delivery.objects.filter(hook=hook).order_by("event_id")
    return list(rows.values_list("event__type", flat=True))


@pytest.mark.django_db
def test_a_morning_is_told_in_order_and_each_thing_once(town):
    open_town(town)
    hook = listening(key(hall="town"))
    work(town)
    take(town)
    next_at(town, now=minutes(1))
    ref = Ticket.objects.get().ref
    tickets.recall(ref=ref, staff_id=town.clerk.pk, now=minutes(2))
    tickets.start(ref=ref, staff_id=town.clerk.pk, now=minutes(3))
    tickets.finish(ref=ref, staff_id=town.clerk.pk, now=minutes(4))

    first, again = actions.gather(now=minutes(5)), actions.gather(now=minutes(5))

    assert told_of(hook) == [
        "ticket.given", "ticket.called", "ticket.recalled", "ticket.started", "ticket.served",
    ]  # fmt: skip
    assert (first, again) == (5, 0)
    assert Event.objects.earliest("id").data["number"] == "A001"


@pytest.mark.django_db
def test_a_booking_its_move_and_its_end(town):
    hook = listening(key(hall="town"))
    made = book(town)
    later = town.slot(starts=at("2026-03-12 10:00"))
    booking.move(code=made.code, slot_id=later.pk, by=CITIZEN, now=minutes(1))
    booking.cancel(code=made.code, by=CITIZEN, now=minutes(2))

    actions.gather(now=minutes(3))

    assert told_of(hook) == ["appointment.booked", "appointment.moved", "appointment.cancelled"]
    moved = Event.objects.get(type="appointment.moved").data
    assert moved["was"]["starts_at"][:10] == "2026-03-11"
    assert moved["starts_at"][:10] == "2026-03-12"


@pytest.mark.django_db
def test_phases_of_a_case_are_told_and_nothing_else_of_it(matters):
    hook = listening(key(hall="town"), types=["case.*"])
    matters.decided()

    actions.gather(now=TUESDAY_NINE)

    assert told_of(hook) == ["case.received", "case.accepted", "case.in_review", "case.decided"]


@pytest.mark.django_db
def test_nothing_of_what_is_told_belongs_to_a_person(town, matters):
    open_town(town)
    listening(key(hall="town"))
    book(town)
    matters.decided()
    take(town)

    actions.gather(now=EVENING)

    said = json.dumps(list(Event.objects.order_by("id").values_list("data", flat=True)), ensure_ascii=False)
    assert Event.objects.count() > 5
    assert [word for word in ("测试", "1380013", "138001", "44190019") if word in said] == []


@pytest.mark.django_db
def test_nobody_hears_of_another_hall_nor_a_channel_of_what_it_did_not_make(town):
    channel, other_channel = key("channel"), key("channel")
    hooks = {
        name: listening(of)
        for name, of in {
            "town": key(hall="town"), "other hall": key(hall="other"), "city": key(region="441900"), "channel": channel,
            "other channel": other_channel,
        }.items()
    }  # fmt: skip
    book(town, by=Actor(ActorKind.CHANNEL, str(channel.pk)))
    book(town, person=31, slot=town.slot(starts=at("2026-03-11 10:00")))

    actions.gather(now=TUESDAY_NINE)

    assert {name: len(told_of(hook)) for name, hook in hooks.items()} == {
        "town": 2, "other hall": 0, "city": 2, "channel": 1, "other channel": 0,
    }  # fmt: skip


@pytest.mark.django_db
def test_a_hall_that_left_the_region_is_not_told_of_even_what_was_ready(town, receiver):
    of = key(region="441900")
    listening(of)
    book(town)
    actions.gather(now=TUESDAY_NINE)
    Hall.objects.filter(code="town").update(region_id=town.hall.region.parent_id)

    heard = actions.send_due(now=TUESDAY_NINE, post=receiver)

    assert (heard, receiver.came) == (0, [])


@pytest.mark.django_db
def test_what_happened_before_somebody_listened_is_not_told(town):
    made = book(town)
    hook = listening(key(hall="town"), now=minutes(5))
    booking.cancel(code=made.code, by=CITIZEN, now=minutes(6))

    actions.gather(now=minutes(6))

    assert told_of(hook) == ["appointment.cancelled"]


@pytest.mark.django_db
def test_whoever_books_pays_nothing_for_those_who_listen(town):
    slots = [town.slot(starts=at(f"2026-03-11 {hour}:00")) for hour in (10, 11)]
    town.person(32)
    book(town, slot=slots[0], person=31)  # what is read once is read

    with CaptureQueriesContext(connection) as alone:
        book(town, slot=slots[0], person=32)
    listening(key(hall="town"))
    town.person(33)
    with CaptureQueriesContext(connection) as listened_to:
        book(town, slot=slots[1], person=33)

    assert len(listened_to) == len(alone)


@pytest.mark.django_db
def test_checking_in_tells_of_the_booking_and_its_number(town):
    open_town(town)
    hook = listening(key(hall="town"), types=["appointment.checked_in", "ticket.given"])
    made = book(town, slot=town.slot(starts=at("2026-03-10 10:00")), now=at("2026-03-09 10:00"))
    check_in.by_code(code=made.code, hall=town.hall, by=KIOSK, channel="kiosk", now=at("2026-03-10 09:50"))

    actions.gather(now=at("2026-03-10 09:50"))

    assert sorted(told_of(hook)) == ["appointment.checked_in", "ticket.given"]
    assert Event.objects.get(type="ticket.given").data["appointment"] == made.code


def _cancelled(code):
    with transaction.atomic():  # a savepoint has a transaction id of its own
        Appointment.objects.filter(code=code).update(state="cancelled", cancelled_at=minutes(1))
        audit.record(action="cancelled", subject=f"appointment:{code}", by=CITIZEN, now=minutes(1), hall="town")


@pytest.mark.race
def test_what_is_committed_late_under_an_earlier_id_is_told_all_the_same(committed_town, wait):
    town = committed_town
    hook = listening(key(hall="town"), types=["appointment.cancelled"])
    first = book(town, person=30)
    second = book(town, person=31)
    actions.gather(now=minutes(1))

    with held(lambda: _cancelled(first.code)):
        _cancelled(second.code)  # a later id, committed before
        for _ in range(3):
            actions.gather(now=minutes(2))
            wait(timedelta(seconds=5))
        early = [each.subject for each in Delivery.objects.filter(hook=hook)]
    actions.gather(now=minutes(2))

    late = [each.subject for each in Delivery.objects.filter(hook=hook).order_by("event_id")]
    assert early == [f"appointment:{second.code}"]
    assert late == [f"appointment:{second.code}", f"appointment:{first.code}"]


@pytest.mark.race
def test_what_is_complete_is_not_read_again(committed_town, wait, monkeypatch):
    # Nobody else is under way: of a server, transactions in its other databases count as well.
    monkeypatch.setattr(gathering, "snapshot", lambda: (snapshot()[1],) * 2)
    town = committed_town
    listening(key(hall="town"))
    book(town)
    for _ in range(3):
        actions.gather(now=TUESDAY_NINE)
        wait(timedelta(seconds=5))

    at_rest = Cursor.objects.get(source="audit")

    assert (at_rest.low, at_rest.mark) == (at_rest.seen, None)


@pytest.mark.django_db
def test_a_backup_put_back_counts_transactions_anew_and_stops_nothing(town):
    hook = listening(key(hall="town"))
    Cursor.objects.update(horizon=10**12, mark=5, mark_xid=10**12)
    book(town)

    actions.gather(now=TUESDAY_NINE)

    assert told_of(hook) == ["appointment.booked"]


@pytest.mark.django_db
def test_who_listens_after_a_pause_begins_now(town, receiver):
    hook = listening(key(hall="town"))
    actions.turn_off(code=hook.code, by=CITIZEN, now=TUESDAY_NINE)
    book(town)
    actions.gather(now=TUESDAY_NINE)
    actions.turn_on(code=hook.code, by=CITIZEN, now=minutes(10))
    book(town, person=31, now=minutes(11))

    heard = told(receiver, minutes(11))

    assert heard == 1
    assert receiver.types == ["banshi.appointment.booked"]


@pytest.mark.django_db
def test_numbers_that_end_together_are_each_told_of(town):
    open_town(town)
    hook = listening(key(hall="town"), types=["ticket.closed"])
    take(town)
    take(town, "B")
    Ticket.objects.update(state="closed", finished_at=EVENING)
    announce.announce(hall="town", topic="line", subject="day-closed", now=EVENING)

    actions.gather(now=EVENING)

    assert told_of(hook) == ["ticket.closed", "ticket.closed"]
