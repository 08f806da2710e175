"""A number changes hands: a lead takes it over from a clerk who cannot go on, or the window is freed of its clerk."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.hall import steer
from banshi.journeys.visit import serve
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.queries import trail
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Call, Service, Ticket, Transfer, WindowSession
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import minutes, next_at, refused, take, work
from tests.together import together
from tests.town import Town

ILL = "不舒服，回家了"


def at_both(town: Town, *, start: bool = True, **more: Any) -> Ticket:
    """A number at the clerk's window 01 since 9:00 (served since 9:01), the lead free at window 02."""
    work(town)
    ticket = take(town, **more)
    next_at(town)
    work(town, "02", town.second_clerk)
    return actions.start(ref=ticket.ref, staff_id=town.clerk.pk, now=minutes(1)) if start else ticket


def over(town: Town, ticket: Ticket, *, why: str = ILL, n: float = 5) -> Ticket:
    return actions.take_over(
        ref=ticket.ref, window_code="town-01", staff_id=town.second_clerk.pk, why=why, now=minutes(n)
    )


def test_who_is_being_served_goes_on_at_the_leads_window(open_hall):
    ticket = at_both(open_hall)

    over(open_hall, ticket)
    serve.finish(ref=ticket.ref, staff_id=open_hall.second_clerk.pk, now=minutes(9))

    ticket.refresh_from_db()
    stretches = [(s.window.number, s.outcome) for s in Service.objects.order_by("id")]
    assert (ticket.state, ticket.window.number, ticket.handling_s) == ("finished", "02", 8 * 60)
    assert stretches == [("01", "transferred"), ("02", "finished")]
    moved = Transfer.objects.get()
    assert (moved.from_window.number, moved.to_window.number, moved.why) == ("01", "02", ILL)
    assert trail(action="took_over")[0].facts == {"why": ILL, "window": "01", "to": "02", "staff": "clerk"}


def test_who_was_only_called_is_called_to_the_leads_window_and_told_so(open_hall):
    ticket = at_both(open_hall, start=False, contact="13800138000")

    over(open_hall, ticket)

    ticket.refresh_from_db()
    told = [m.params["window"] for m in Message.objects.filter(key="your_turn").order_by("id")]
    assert (ticket.state, ticket.window.number) == ("called", "02")
    assert (told, Call.objects.count()) == (["01", "02"], 2)


def test_the_other_window_pauses_with_the_reason_and_calls_nobody(open_hall):
    ticket = at_both(open_hall)
    take(open_hall)

    over(open_hall, ticket)

    view = queries.desk(open_hall.clerk.pk, minutes(6))
    assert (view.state, view.pause_reason) == ("paused", ILL)
    assert view.taken_over == queries.TakenOver(ticket.number, "02")
    assert refused(lambda: next_at(open_hall, now=minutes(6)))[0] == "wrong-state"


def test_the_clerk_who_is_back_can_no_longer_finish_it_nor_undo(open_hall):
    ticket, clerk = at_both(open_hall), open_hall.clerk.pk
    over(open_hall, ticket)

    assert refused(lambda: serve.finish(ref=ticket.ref, staff_id=clerk, now=minutes(6))) == (
        "person-elsewhere",
        {"window": "02"},
    )
    assert queries.undoable(queries.desk(clerk, minutes(6)), now=minutes(6)) is None


def test_the_start_of_a_number_taken_over_is_not_the_leads_to_undo(open_hall):
    ticket, lead = at_both(open_hall), open_hall.second_clerk.pk

    over(open_hall, ticket, n=2)

    assert queries.undoable(queries.desk(lead, minutes(2)), now=minutes(2)) is None
    assert refused(lambda: actions.undo(ref=ticket.ref, staff_id=lead, now=minutes(2)))[0] == "wrong-state"


def test_nothing_is_taken_over_without_a_reason_a_free_window_or_a_number_at_another(open_hall):
    ticket, waits = at_both(open_hall), take(open_hall)
    lead = open_hall.second_clerk.pk

    assert refused(lambda: over(open_hall, ticket, why=" "))[0] == "invalid"
    assert refused(lambda: over(open_hall, waits))[0] == "wrong-state"
    mine = {"ref": ticket.ref, "window_code": "town-01", "staff_id": open_hall.clerk.pk}
    assert refused(lambda: actions.take_over(**mine, why=ILL, now=minutes(2)))[0] == "wrong-state"
    next_at(open_hall, "02", open_hall.second_clerk, now=minutes(3))
    assert refused(lambda: over(open_hall, ticket))[0] == "window-busy"
    actions.miss(ref=waits.ref, staff_id=lead, now=minutes(3))
    actions.pause(staff_id=lead, reason="午餐", now=minutes(3))
    assert refused(lambda: over(open_hall, ticket))[0] == "wrong-state"
    assert (Transfer.objects.count(), Service.objects.count()) == (0, 1)


@pytest.fixture
def committed_hall(committed_town: Town) -> Town:
    open_town(committed_town)
    return committed_town


def _slug(result: Any) -> str:
    return result.slug if isinstance(result, Refused) else type(result).__name__


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(3))
def test_the_clerk_finishes_while_the_lead_takes_over_and_one_of_them_does(committed_hall, _again):
    ticket = at_both(committed_hall)
    acts = [
        lambda: over(committed_hall, ticket),
        lambda: serve.finish(ref=ticket.ref, staff_id=committed_hall.clerk.pk, now=minutes(5)),
    ]

    lead, clerk = (_slug(each) for each in together(2, lambda i: acts[i]()))

    ticket.refresh_from_db()
    open_services = Service.objects.filter(ended_at=None).count()
    assert (lead, clerk, ticket.state, open_services) in [
        ("Ticket", "person-elsewhere", "serving", 1),
        ("wrong-state", "Ticket", "finished", 0),
    ]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_leads_one_takes_it_over(committed_hall, more_staff):
    ticket = at_both(committed_hall)
    third = more_staff(1)
    work(committed_hall, "03", third)
    leads = [committed_hall.second_clerk.pk, third.pk]

    results = together(
        2,
        lambda i: actions.take_over(ref=ticket.ref, window_code="town-01", staff_id=leads[i], why=ILL, now=minutes(5)),
    )

    assert sorted(map(_slug, results)) == ["Ticket", "person-elsewhere"]
    assert (Service.objects.filter(ended_at=None).count(), Transfer.objects.count()) == (1, 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(3))
def test_a_clerk_deactivated_while_finishing_leaves_nobody_behind(committed_hall, _again):
    ticket = at_both(committed_hall)
    acts = [
        lambda: steer.deactivate(staff=committed_hall.clerk, by=SYSTEM, now=minutes(5)),
        lambda: serve.finish(ref=ticket.ref, staff_id=committed_hall.clerk.pk, now=minutes(5)),
    ]

    freed, finished = together(2, lambda i: acts[i]())

    ticket.refresh_from_db()
    assert (freed, _slug(finished), ticket.state) in [
        (None, "Ticket", "finished"),
        (None, "wrong-state", "held"),
        (None, "not-signed-in", "held"),
    ]
    assert not WindowSession.objects.filter(staff=committed_hall.clerk, signed_out_at=None).exists()
