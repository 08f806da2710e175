"""Steps at the desk: a number is taken, a verb is posted."""

from __future__ import annotations

from typing import Any

from django.test import Client

from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.town import CITIZEN, TUESDAY_NINE, Town

HTMX = {"HX-Request": "true"}


def take(town: Town, i: int | None = None, item: str = "pension") -> Ticket:
    person_id = town.person(i).id if i is not None else None
    return tickets.issue(
        tickets.Take(item_code=item, person_id=person_id, channel="kiosk", by=CITIZEN), hall=town.hall, now=TUESDAY_NINE
    )


def post(client: Client, verb: str, **data: str) -> Any:
    return client.post(f"/desk/do/{verb}", data, headers=HTMX)
