"""A lost confirmation is sent again by the hall: to the number of the booking, with a trail, and not without end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging import queries as notices
from tests.rooms.messaging.test_outbox import Spy
from tests.town import CITIZEN, TUESDAY_NINE, at

GUIDE = Actor(ActorKind.STAFF, "9", "town")


@pytest.fixture
def booked(town):
    town.policy(messages={"channels": ["sms"]})
    return booking.place(
        slot_id=town.slot().pk, item_code="pension", person_id=town.people[0].pk, source="web", by=CITIZEN,
        now=TUESDAY_NINE,
    )  # fmt: skip


def slug_of(code, now=TUESDAY_NINE):
    with pytest.raises(Refused) as no:
        booking.confirm_again(code=code, by=GUIDE, now=now)
    return no.value.slug


def test_the_same_words_go_to_the_same_number_again_and_it_is_on_record(booked):
    gateway = Spy()
    messaging.drain(channels={"sms": gateway}, now=TUESDAY_NINE)

    booking.confirm_again(code=booked.code, by=GUIDE, now=TUESDAY_NINE + timedelta(minutes=5))
    messaging.drain(channels={"sms": gateway}, now=TUESDAY_NINE + timedelta(minutes=5))

    (first, second) = gateway.sent
    assert first[:2] == second[:2]
    last = Entry.objects.latest("id")
    assert (last.action, last.subject, last.actor) == ("confirmed-again", f"appointment:{booked.code}", str(GUIDE))


def test_twice_in_ten_minutes_is_enough(booked):
    for _ in range(2):
        booking.confirm_again(code=booked.code, by=GUIDE, now=TUESDAY_NINE)

    assert slug_of(booked.code) == "rate-limited"


def test_what_is_over_or_cancelled_or_has_no_number_is_not_confirmed(booked, town):
    late = slug_of(booked.code, now=at("2026-03-11 10:00"))
    booking.cancel(code=booked.code, by=CITIZEN, now=TUESDAY_NINE)
    cancelled = slug_of(booked.code)
    Appointment.objects.update(state="booked", contact=None)
    type(town.people[0]).objects.update(phone=None, phone_index=None)

    assert (late, cancelled, slug_of(booked.code), slug_of("NONE")) == (
        "too-late",
        "wrong-state",
        "invalid",
        "nothing-found",
    )


def test_a_visit_of_two_matters_is_confirmed_in_one_message(town):
    town.policy(messages={"channels": ["sms"]})
    first, _ = booking.place_several(
        slot_id=town.slot().pk, item_codes=["pension", "medical"], person_id=town.people[0].pk, source="web",
        by=CITIZEN, now=TUESDAY_NINE,
    )  # fmt: skip
    messaging.drain(channels={"sms": Spy()}, now=TUESDAY_NINE)

    booking.confirm_again(code=first.code, by=GUIDE, now=TUESDAY_NINE)
    gateway = Spy()
    messaging.drain(channels={"sms": gateway}, now=TUESDAY_NINE)

    assert len(gateway.sent) == 1
    assert [n.status for n in notices.notices(key="confirmation")] == ["dropped", "sent", "dropped", "sent"]
