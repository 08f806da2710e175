"""What is booked by video is nobody's number: no machine, no clerk and no forecast takes it for a time at a window."""

from __future__ import annotations

import pytest

from banshi.journeys.visit import check_in, take_number
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries.scene import scene
from tests.rooms.tickets.conftest import open_town
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
KIOSK = Actor(ActorKind.KIOSK, "1", "town")


@pytest.fixture
def by_video(town: Town) -> Appointment:
    """For nine on this Tuesday, with the chip of their card."""
    open_town(town)
    return booking.place(
        slot_id=town.slot(starts=TUESDAY_NINE, business="video").pk, item_code="pension", person_id=town.person(1).pk,
        source="web", by=Actor(ActorKind.CITIZEN, "1"), now=at("2026-03-09 10:00"), evidence=Evidence.CHIP,
    )  # fmt: skip


def test_its_code_gives_no_number_and_says_where_it_is_instead(town: Town, by_video: Appointment):
    with pytest.raises(Refused) as no:
        check_in.by_code(hall=town.hall, code=by_video.code, by=KIOSK, now=TUESDAY_NINE, channel="kiosk")

    assert no.value.slug == "wrong-state"
    assert "视频预约" in no.value.facts["state"]["zh"]
    assert not Ticket.objects.exists()


def test_the_card_finds_no_time_at_a_window(town: Town, by_video: Appointment):
    with pytest.raises(Refused) as no:
        check_in.by_id(
            hall=town.hall, id_number=town.person(1).id_number, evidence=Evidence.CHIP, by=KIOSK, now=TUESDAY_NINE,
            channel="kiosk",
        )  # fmt: skip

    assert no.value.slug == "nothing-found"


def test_a_walk_in_of_the_same_person_is_a_walk_in(town: Town, by_video: Appointment):
    asked = take_number.Asked(
        channel="kiosk", by=KIOSK, item_code="pension", person_id=town.person(1).pk, shown=Evidence.CHIP
    )
    (ticket,) = take_number.take_many(hall=town.hall, asked=[asked], now=TUESDAY_NINE)

    assert isinstance(ticket, Ticket)
    by_video.refresh_from_db()
    assert (ticket.appointment_id, by_video.state) == (None, "booked")


def test_no_forecast_counts_them_among_those_who_come(town: Town, by_video: Appointment):
    found = scene(
        hall_id=town.hall.pk, day=TUESDAY_NINE.date(), hour=8, policy=TicketPolicy(), now=at("2026-03-10 08:30")
    )

    assert list(found.due) == []
