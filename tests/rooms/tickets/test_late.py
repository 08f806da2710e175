"""Late, back, gone: the holder taps in the same instant as the clerk calls."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import Ticket, WindowSession
from tests.rooms.tickets.conftest import open_town
from tests.together import together, until_somebody_waits_for_a_lock
from tests.town import TUESDAY_NINE, Town

KIOSK = Actor(ActorKind.KIOSK, "1", "town")
HOLDER = Actor(ActorKind.CITIZEN, "link")


@pytest.mark.race
@pytest.mark.parametrize(
    ("tap", "policy", "states"),
    [
        ("late", "park", {"called", "parked"}),
        ("late", "behind", {"called", "waiting", "parked"}),
        ("leave", "park", {"left"}),
    ],
)
def test_a_tap_and_the_call_in_the_same_instant_leave_one_truth(
    committed_town: Town, tap: str, policy: str, states: set[str]
) -> None:
    open_town(committed_town)
    committed_town.policy(tickets={"late_number": policy})
    mine, other = (
        actions.issue(
            actions.Take(category_code="A", channel="kiosk", by=KIOSK), hall=committed_town.hall, now=TUESDAY_NINE
        )
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
        if (policy, mine.state) == ("behind", "parked"):  # the other was called first: nobody is left to let go ahead
            assert other.state == "called"


@pytest.mark.race
@pytest.mark.parametrize("together_with", ["alone", "with another window"])
def test_who_fell_back_after_the_choice_began_is_not_called(committed_town: Town, together_with: str) -> None:
    """The call has read the line and stands before its window's lock; the first in line falls back meanwhile."""
    open_town(committed_town)
    committed_town.policy(tickets={"late_number": "behind"})
    mine, other = (
        actions.issue(
            actions.Take(category_code="A", channel="kiosk", by=KIOSK), hall=committed_town.hall, now=TUESDAY_NINE
        )
        for _ in range(2)
    )
    clerk = committed_town.clerk.pk
    actions.sign_in(window_code="town-01", staff_id=clerk, now=TUESDAY_NINE)
    asked = [("town-01", clerk), *([("town-02", 0)] if together_with != "alone" else [])]
    answers: list[Any] = []

    def call() -> None:
        answers.extend(actions.call_next_many(asked=asked, now=TUESDAY_NINE))
        connection.close()

    calling = threading.Thread(target=call)
    with transaction.atomic():
        WindowSession.objects.select_for_update().get(staff_id=clerk)
        calling.start()
        until_somebody_waits_for_a_lock()
        late = threading.Thread(target=_late, args=(mine.ref,))
        late.start()
        late.join(timeout=30)
    calling.join(timeout=30)

    assert answers[0].pk == other.pk
    states = dict(Ticket.objects.values_list("number", "state"))
    assert states == {mine.number: "waiting", other.number: "called"}


def _late(ref: str) -> None:
    actions.late(ref=ref, by=HOLDER, now=TUESDAY_NINE)
    connection.close()


@pytest.mark.race
def test_who_comes_back_in_the_instant_the_day_is_closed_is_not_left_in_line(committed_town: Town) -> None:
    open_town(committed_town)
    mine = actions.issue(
        actions.Take(category_code="A", channel="kiosk", by=KIOSK), hall=committed_town.hall, now=TUESDAY_NINE
    )
    actions.late(ref=mine.ref, by=HOLDER, now=TUESDAY_NINE)
    accounts: list[dict[str, int]] = []

    def close() -> None:
        accounts.append(
            actions.close_day(hall=committed_town.hall, day=TUESDAY_NINE.date(), by=SYSTEM, now=TUESDAY_NINE)
        )
        connection.close()

    closing = threading.Thread(target=close)
    with transaction.atomic():
        actions.come_back(ref=mine.ref, by=HOLDER, now=TUESDAY_NINE)
        closing.start()
        until_somebody_waits_for_a_lock()
    closing.join(timeout=60)

    assert accounts == [{"closed": 1}]
    assert list(Ticket.objects.values_list("state", "closed_why")) == [("closed", "not_called")]


@pytest.mark.django_db
@pytest.mark.parametrize("policy", ["park", "behind"])
def test_who_is_late_is_late_for_every_number_of_the_visit_and_back_with_every_one(town: Town, policy: str) -> None:
    """The other number was called at once, and missed: its person had said that they were not there yet."""
    open_town(town)
    town.policy(tickets={"late_number": policy})
    person = {"person_id": town.person(1).pk, "channel": "kiosk", "by": KIOSK}
    at = {"hall": town.hall, "now": TUESDAY_NINE}
    one = actions.issue(actions.Take(category_code="A", **person), **at)
    other = actions.issue(actions.Take(category_code="B", visit_id=one.visit_id, **person), **at)
    behind = [
        actions.issue(actions.Take(category_code=code, channel="kiosk", by=KIOSK), hall=town.hall, now=TUESDAY_NINE)
        for code in "AB"
    ]

    actions.late(ref=one.ref, by=HOLDER, now=TUESDAY_NINE)
    first = {
        code: Ticket.objects.filter(category__code=code, state="waiting")
        .order_by("rank_class", "rank_key", "id")
        .first()
        for code in "AB"
    }

    assert list(first.values()) == behind
    if policy == "park":
        assert set(Ticket.objects.filter(visit_id=one.visit_id).values_list("state", flat=True)) == {"parked"}
        actions.come_back(ref=other.ref, by=HOLDER, now=TUESDAY_NINE)
        assert set(Ticket.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.django_db
def test_a_number_at_a_window_is_not_put_off_with_the_one_that_waits(town: Town) -> None:
    open_town(town)
    town.policy(tickets={"late_number": "park"})
    person = {"person_id": town.person(1).pk, "channel": "kiosk", "by": KIOSK}
    at = {"hall": town.hall, "now": TUESDAY_NINE}
    one = actions.issue(actions.Take(category_code="A", **person), **at)
    other = actions.issue(actions.Take(category_code="B", visit_id=one.visit_id, **person), **at)
    Ticket.objects.filter(pk=other.pk).update(state="held")

    actions.late(ref=one.ref, by=HOLDER, now=TUESDAY_NINE)

    assert dict(Ticket.objects.values_list("pk", "state")) == {one.pk: "parked", other.pk: "held"}


@pytest.mark.django_db
def test_a_person_steps_out_and_is_here_again_with_every_number_of_the_visit(town: Town) -> None:
    """Said at the desk, to the guide, at the machine: one number came back, and the other stayed set aside all day."""
    open_town(town)
    person = {"person_id": town.person(1).pk, "channel": "kiosk", "by": KIOSK}
    at = {"hall": town.hall, "now": TUESDAY_NINE}
    one = actions.issue(actions.Take(category_code="A", **person), **at)
    other = actions.issue(actions.Take(category_code="B", visit_id=one.visit_id, **person), **at)

    actions.step_out(ref=one.ref, by=KIOSK, now=TUESDAY_NINE)
    out = set(Ticket.objects.values_list("state", flat=True))
    actions.is_here(ref=other.ref, by=KIOSK, now=TUESDAY_NINE)

    assert (out, set(Ticket.objects.values_list("state", flat=True))) == ({"parked"}, {"waiting"})
