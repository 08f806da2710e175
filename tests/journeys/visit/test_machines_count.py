"""A number given at a machine is counted there, with or without a booking, and never as a matter."""

from __future__ import annotations

import pytest

from banshi.journeys.visit import check_in, take_number
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.devices.models import Device, MachineUse
from tests.journeys.visit.test_booked_and_walk_in import STAFF, booked, open_hall
from tests.town import TUESDAY_NINE, Town

__all__ = ["open_hall"]
KIOSK = Actor(ActorKind.KIOSK, "town-kiosk-1", "town")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kiosk(town: Town) -> Device:
    return Device.objects.create(hall=town.hall, code="town-kiosk-1", kind="kiosk", name="1 号取号机")


def counted() -> list[tuple[str, str, int | None, bool]]:
    return list(MachineUse.objects.order_by("id").values_list("deed", "key", "item_id", "matter"))


def test_numbers_of_one_machine_and_none_of_the_counter_or_refused(open_hall: Town) -> None:
    asked = [
        take_number.Asked(channel="kiosk", by=KIOSK, category_code="A"),
        take_number.Asked(channel="staff", by=STAFF, category_code="A"),
        take_number.Asked(channel="kiosk", by=KIOSK, category_code="nothing"),
        take_number.Asked(channel="kiosk", by=KIOSK, item_code="pension"),
    ]

    first, second, third, fourth = take_number.take_many(hall=open_hall.hall, asked=asked, now=TUESDAY_NINE)

    assert isinstance(third, Refused)
    assert not isinstance(second, Refused)
    assert counted() == [
        ("ticket", f"ticket-{first.pk}", None, False),
        ("ticket", f"ticket-{fourth.pk}", open_hall.items["pension"].pk, False),
    ]


def test_who_checks_in_gets_a_number_at_that_machine(open_hall: Town) -> None:
    found = booked(open_hall)

    ticket = check_in.check_in(
        hall=open_hall.hall, found=found, limit_key=None, by=KIOSK, now=TUESDAY_NINE, channel="kiosk", lane=""
    )

    assert counted() == [("ticket", f"ticket-{ticket.pk}", open_hall.items["pension"].pk, False)]
