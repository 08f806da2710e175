"""A reason that others read, in a message or a trail, holds nothing unseen and nothing that turns it round."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.person import mandates
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.identity import actions as identity
from banshi.rooms.tickets import actions as tickets
from tests.agents import agent
from tests.rooms.booking.test_place import book
from tests.rooms.tickets.conftest import open_town
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
HALL = Actor(ActorKind.STAFF, "1", "town")
TURNED = "材料\u202e伪造\u200b了"


def number(town: Town) -> str:
    open_town(town)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    return tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=town.hall, now=TUESDAY_NINE
    ).ref


def served(town: Town) -> str:
    ref = number(town)
    tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    return ref


DEEDS: dict[str, Any] = {
    "suspend an agent": lambda town: mandates.suspend(agent_id=agent().pk, why=TURNED, by=HALL, now=TUESDAY_NINE),
    "cancel": lambda town: booking.cancel(
        code=book(town, town.slot(quota=3), 1).code, why=TURNED, by=HALL, by_hall=True, now=TUESDAY_NINE
    ),
    "correct a person": lambda town: identity.need_card_and_reason(why=TURNED, card_seen=True),
    "pass on": lambda town: tickets.transfer(
        ref=served(town), staff_id=town.clerk.pk, category_code="B", why=TURNED, now=TUESDAY_NINE
    ),
    "call out of turn": lambda town: tickets.call_ticket(
        window_code="town-01", ref=number(town), staff_id=town.clerk.pk, why=TURNED, now=TUESDAY_NINE
    ),
    "put first": lambda town: tickets.put_first(ref=number(town), why=TURNED, by=CLERK, now=TUESDAY_NINE),
    "send on": lambda town: tickets.mark_redirected(
        ref=number(town), to_hall=town.other_hall, why=TURNED, by=CLERK, now=TUESDAY_NINE
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_it_is_refused_by_name(town: Town, deed: str) -> None:
    with pytest.raises(Refused) as no:
        DEEDS[deed](town)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", "why")
