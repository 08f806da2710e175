"""What a clerk compares at the window is evidence from then on: of the booking, and of the name where it was compared."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.kernel.documents import generate_resident_id
from banshi.kernel.evidence import Evidence
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity.actions import enrol
from banshi.rooms.identity.models import Person
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.conftest import open_town
from tests.town import CITIZEN, TUESDAY_NINE, Town

NUMBER = generate_resident_id("441900", date(1985, 6, 6), 77)


@pytest.fixture
def called(town: Town) -> Ticket:
    """The number of somebody who is only declared, at the clerk's window; booked under the name 王 伟."""
    open_town(town)
    town.policy(booking={"same_day": True, "same_day_lead": 0})
    person = enrol(name="陌生人", id_type="resident_id", id_number=NUMBER, now=TUESDAY_NINE)
    slot = town.slot(starts=TUESDAY_NINE + timedelta(minutes=10), quota=5)
    appointment = booking.place(
        slot_id=slot.pk,
        item_code="pension",
        person_id=person.pk,
        name="王 伟",
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
    )
    booking.mark_checked_in(appointment_id=appointment.pk, now=TUESDAY_NINE)
    actions.issue(
        actions.Take(
            appointment=appointment,
            category_code="A",
            item_code="pension",
            person_id=person.pk,
            kind="booked",
            channel="kiosk",
            by=CITIZEN,
        ),
        hall=town.hall,
        now=TUESDAY_NINE,
    )
    actions.sign_in(staff_id=town.clerk.pk, window_code="town-01", now=TUESDAY_NINE)
    return actions.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)


def check(town: Town, ticket: Ticket, **how: Any) -> None:
    actions.identity_checked(ref=ticket.ref, staff_id=town.clerk.pk, now=TUESDAY_NINE, **how)


def evidence() -> tuple[int, str, int]:
    person, appointment = Person.objects.get(number_last4=NUMBER[-4:]), Appointment.objects.get()
    return person.name_evidence, person.name, appointment.evidence


def test_person_and_card_compared_prove_the_name_shown_and_the_booking(town: Town, called: Ticket):
    check(town, called, ok=True)

    assert evidence() == (Evidence.WINDOW, "王 伟", Evidence.WINDOW)
    entry = Entry.objects.get(action="name_confirmed")
    assert (entry.actor, entry.facts) == (f"staff:{town.clerk.pk}", {"evidence": 3, "was": 0})


def test_a_number_that_fits_proves_the_booking_and_no_name(town: Town, called: Ticket):
    check(town, called, id_number=NUMBER)

    assert evidence() == (Evidence.DECLARED, "陌生人", Evidence.WINDOW)


@pytest.mark.parametrize("how", [{"ok": False}, {"id_number": generate_resident_id("441900", date(1990, 6, 6), 78)}])
def test_a_mismatch_proves_nothing(town: Town, called: Ticket, how: dict[str, Any]):
    check(town, called, **how)

    assert evidence() == (Evidence.DECLARED, "陌生人", Evidence.DECLARED)


def test_a_name_read_from_the_card_stands_when_a_clerk_agrees(town: Town, called: Ticket):
    enrol(name="王伟民", id_type="resident_id", id_number=NUMBER, evidence=Evidence.CHIP, by=CITIZEN, now=TUESDAY_NINE)

    check(town, called, ok=True)

    assert evidence() == (Evidence.CHIP, "王伟民", Evidence.WINDOW)
