"""Who comes to another hall than they booked in gets no number there, whatever they show; where they are expected they do."""

from __future__ import annotations

from datetime import datetime

import pytest

from banshi.journeys.visit import check_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries import qr_text
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Category
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.conftest import open_town
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
KIOSK = Actor(ActorKind.KIOSK, "1", "town")
THERE = Actor(ActorKind.KIOSK, "2", "other")


@pytest.fixture
def halls(town: Town) -> Town:
    """Both halls are open and handle pensions."""
    open_town(town)
    category = Category.objects.create(hall=town.other_hall, code="A", letter="S", name_zh="社保", name_en="Pensions")
    HallItem.objects.create(hall=town.other_hall, item=town.items["pension"], category=category)
    return town


def booked(town: Town, *, other: bool = False, visit: str = "") -> Appointment:
    """For nine on this Tuesday, with the chip of their card."""
    more = {"hall": town.other_hall} if other else {}
    return booking.place(
        slot_id=town.slot(starts=TUESDAY_NINE if not other else at("2026-03-10 10:00"), **more).pk, item_code="pension",
        person_id=town.person(1).pk, source="web", by=Actor(ActorKind.CITIZEN, "1"), now=at("2026-03-09 10:00"),
        evidence=Evidence.CHIP, visit_group=visit,
    )  # fmt: skip


def by_card(town: Town, *, other: bool, now: datetime = TUESDAY_NINE) -> str:
    try:
        return check_in.by_id(
            hall=town.other_hall if other else town.hall, id_number=town.person(1).id_number, evidence=Evidence.CHIP,
            by=THERE if other else KIOSK, now=now, channel="kiosk",
        ).number  # fmt: skip
    except Refused as no:
        return no.slug


@pytest.mark.parametrize("signed", [False, True])
def test_the_code_of_a_booking_names_its_hall_and_opens_no_other(halls: Town, signed: bool):
    row = booked(halls)
    code = qr_text(row.code) if signed else row.code

    with pytest.raises(Refused) as no:
        check_in.by_code(hall=halls.other_hall, code=code, by=THERE, now=TUESDAY_NINE, channel="kiosk")

    assert (no.value.slug, no.value.facts["hall"]) == ("other-hall", {"zh": "小镇大厅", "en": "Town Hall"})
    assert (Ticket.objects.count(), Appointment.objects.get().state) == (0, "booked")
    here = check_in.by_code(hall=halls.hall, code=code, by=KIOSK, now=TUESDAY_NINE, channel="kiosk")
    assert (here.hall_id, Appointment.objects.get().state) == (halls.hall.pk, "checked_in")


def test_a_card_finds_what_is_booked_in_this_hall_alone(halls: Town):
    row = booked(halls)

    there = by_card(halls, other=True)

    assert (there, Ticket.objects.count()) == ("nothing-found", 0)
    assert by_card(halls, other=False) == "A001"
    row.refresh_from_db()
    assert row.state == "checked_in"


def test_what_the_hall_moved_is_taken_back_in_that_hall_alone(halls: Town, monkeypatch: pytest.MonkeyPatch):
    """A time that the hall took is given back to whoever comes for it – here, not in a hall that knows nothing of it."""
    row = booked(halls)
    Appointment.objects.filter(pk=row.pk).update(hall_moves=1)
    asked: list[Appointment] = []
    monkeypatch.setattr(check_in, "take_back", lambda rows, **_: asked.extend(rows))

    there = (by_card(halls, other=True), list(asked))
    here = (by_card(halls, other=False), list(asked))

    assert (there, here) == (("nothing-found", []), ("A001", [row]))


def test_a_visit_in_two_halls_is_checked_in_hall_by_hall(halls: Town):
    """At 9:45 both are open for check-in: nine o'clock here, ten o'clock there."""
    here, there = booked(halls, visit="V1"), booked(halls, other=True, visit="V1")

    assert by_card(halls, other=False, now=at("2026-03-10 09:45")) == "A001"
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.state, there.state, Ticket.objects.count()) == ("checked_in", "booked", 1)
