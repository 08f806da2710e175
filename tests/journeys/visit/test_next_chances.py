"""Every refusal that can have a next chance has one: what is asked of each rule is what a person can do instead."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from banshi.journeys.visit import check_in
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Suspension
from banshi.rooms.calendars.models import Closure
from banshi.rooms.tickets import actions as tickets
from tests.surfaces.office.hours import open_on_working_days
from tests.town import CITIZEN, TUESDAY_NINE, at

WEDNESDAY, THURSDAY = "2026-03-11", "2026-03-12"


@pytest.fixture
def slots(town):
    """Nine, ten and two on Wednesday, nine on Thursday; today at four and in eleven days' time."""
    open_on_working_days(town.hall)
    town.policy(booking={"release": "rolling_days", "release_days": 7})
    return {
        "nine": town.slot(starts=at(f"{WEDNESDAY} 09:00"), quota=1),
        "ten": town.slot(starts=at(f"{WEDNESDAY} 10:00")),
        "two": town.slot(starts=at(f"{WEDNESDAY} 14:00")),
        "thursday": town.slot(starts=at(f"{THURSDAY} 09:00")),
        "today": town.slot(starts=at("2026-03-10 16:00")),
        "over": town.slot(starts=at("2026-03-10 08:00"), minutes=30),
        "later": town.slot(starts=at("2026-03-21 09:00")),
        "stopped": town.slot(starts=at(f"{WEDNESDAY} 11:00"), closed=True),
    }


def book(town, slot, *, person=0, item="pension", now=TUESDAY_NINE):
    return booking.place(
        slot_id=slot.id, item_code=item, person_id=town.person(person).pk, source="web", by=CITIZEN, now=now
    )


def refused(work):
    with pytest.raises(Refused) as no:
        work()
    return no.value


def offered(no):
    """What is given instead: a moment as itself, periods as their beginnings."""
    return no.next if isinstance(no.next, datetime) else [slot.starts_at for slot in no.next or ()]


@pytest.mark.parametrize(
    ("wanted", "slug", "first"),
    [
        ("nine", "slot-full", at(f"{WEDNESDAY} 10:00")),
        ("ten", "limit-half-day", at(f"{WEDNESDAY} 14:00")),
        ("today", "same-day", at(f"{WEDNESDAY} 10:00")),
        ("over", "past", at(f"{WEDNESDAY} 10:00")),
        ("stopped", "closed", at(f"{WEDNESDAY} 10:00")),
    ],
)
def test_a_time_that_cannot_be_booked_comes_with_times_that_can(town, slots, wanted, slug, first):
    book(town, slots["nine"], person=0)
    person = 0 if slug == "limit-half-day" else 1

    no = refused(lambda: book(town, slots[wanted], person=person))

    assert (no.slug, offered(no)[0]) == (slug, first)
    assert slots[wanted].starts_at not in offered(no)


def test_the_half_day_that_is_taken_is_never_offered_again(town, slots):
    book(town, slots["nine"])

    no = refused(lambda: book(town, slots["ten"]))

    assert offered(no) == [at(f"{WEDNESDAY} 14:00"), at(f"{THURSDAY} 09:00")]
    assert no.facts["appointment"]


def test_moving_into_a_time_that_cannot_be_offers_others_too(town, slots):
    code = book(town, slots["thursday"]).code

    no = refused(lambda: booking.move(code=code, slot_id=slots["today"].id, by=CITIZEN, now=TUESDAY_NINE))

    assert (no.slug, offered(no)[0]) == ("same-day", at(f"{WEDNESDAY} 09:00"))


def test_what_is_not_open_yet_says_from_when(town, slots):
    no = refused(lambda: book(town, slots["later"]))

    assert (no.slug, offered(no)) == ("not-open-yet", no.facts["opens"])
    assert offered(no) > TUESDAY_NINE


def test_who_is_suspended_learns_until_when_and_what_is_possible_meanwhile(town, slots):
    until = (TUESDAY_NINE + timedelta(days=20)).date()
    Suspension.objects.create(
        person=town.person(0), party="account:1", scope="town", reason="no_shows", from_on=TUESDAY_NINE.date(), until_on=until,
        made_at=TUESDAY_NINE,
    )  # fmt: skip

    no = refused(lambda: book(town, slots["ten"]))

    assert (no.slug, offered(no)) == ("suspended", at("2026-03-31 00:00"))
    assert no.facts["until"] == until


def take(town, now=TUESDAY_NINE, person=None):
    return tickets.issue(
        tickets.Take(
            channel="kiosk",
            by=SYSTEM,
            category_code="A",
            person_id=town.person(person).pk if person is not None else None,
        ),
        hall=town.hall,
        now=now,
    )


def test_when_the_numbers_of_the_day_are_given_the_next_opening_is_said(town, slots):
    town.policy(tickets={"daily_limit": 1})
    take(town)

    no = refused(lambda: take(town))

    assert (no.slug, offered(no)) == ("daily-limit", at(f"{WEDNESDAY} 09:00"))


@pytest.mark.parametrize(
    ("now", "opens"), [("2026-03-10 06:00", "2026-03-10 09:00"), ("2026-03-13 20:00", "2026-03-16 09:00")]
)
def test_a_closed_hall_says_when_it_opens(town, slots, now, opens):
    no = refused(lambda: take(town, now=at(now)))

    assert (no.slug, offered(no)) == ("closed", at(opens))


def test_who_checks_in_too_early_learns_from_when(town, slots):
    code = book(town, slots["ten"]).code

    no = refused(
        lambda: check_in.by_code(hall=town.hall, code=code, by=SYSTEM, now=at(f"{WEDNESDAY} 09:00"), channel="kiosk")
    )

    assert (no.slug, offered(no)) == ("too-early", at(f"{WEDNESDAY} 09:45"))


def test_a_period_stopped_by_a_closure_says_why_and_one_stopped_by_hand_that_it_is_stopped(town, slots):
    by_hand = refused(lambda: book(town, slots["stopped"]))
    Closure.objects.create(
        hall=town.hall, starts_at=at(f"{WEDNESDAY} 10:30"), ends_at=at(f"{WEDNESDAY} 12:30"), reason_zh="漏水",
        reason_en="Leak", made_by="staff:1", made_at=TUESDAY_NINE,
    )  # fmt: skip

    closed = refused(lambda: book(town, slots["stopped"]))

    assert (by_hand.slug, by_hand.facts.get("stopped")) == ("closed", True)
    assert (closed.slug, closed.facts["reason"]["zh"], "stopped" in closed.facts) == ("closed", "临时关闭：漏水", False)
