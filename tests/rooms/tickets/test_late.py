"""Late, back, gone: the holder taps in the same instant as the clerk calls."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import TUESDAY_NINE, Town

KIOSK = Actor(ActorKind.KIOSK, "1", "town")
HOLDER = Actor(ActorKind.CITIZEN, "link")


@pytest.mark.race
@pytest.mark.parametrize(
    ("tap", "policy", "states"),
    [
        ("late", "park", {"called", "parked"}),
        ("late", "behind", {"called", "waiting"}),
        ("leave", "park", {"left"}),
    ],
)
def test_a_tap_and_the_call_in_the_same_instant_leave_one_truth(
    committed_town: Town, tap: str, policy: str, states: set[str]
) -> None:
    open_town(committed_town)
    committed_town.policy(tickets={"late_number": policy})
    mine, other = (
        actions.issue(hall=committed_town.hall, category_code="A", channel="kiosk", by=KIOSK, now=TUESDAY_NINE)
        for _ in range(2)
    )
    actions.sign_in(window_code="town-01", staff_id=committed_town.clerk.pk, now=TUESDAY_NINE)

    def act(i: int) -> Any:
        if i:
            return getattr(actions, tap)(ref=mine.ref, by=HOLDER, now=TUESDAY_NINE)
        return actions.call_next(window_code="town-01", staff_id=committed_town.clerk.pk, now=TUESDAY_NINE)

    called, tapped = together(2, act)

    mine, other = Ticket.objects.get(pk=mine.pk), Ticket.objects.get(pk=other.pk)
    assert mine.state in states
    assert not isinstance(called, Exception)
    if isinstance(tapped, Refused):
        assert (tapped.slug, mine.state, other.state) == ("wrong-state", "called", "waiting")
    elif called is not None and called.pk == mine.pk:  # called first, given up at the window
        assert (tap, mine.state) == ("leave", "left")
    else:
        assert {other.state} <= {"called", "waiting"}
        assert mine.state != "called"
