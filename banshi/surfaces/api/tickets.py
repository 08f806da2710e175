"""A ticket followed, and what is done with it at the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.visit import serve
from banshi.kernel.refusals import Refused
from banshi.kernel.rights import must_hold
from banshi.rooms.identity import queries as identity
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import actions as tickets
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.schemas import (
    Code,
    FinishIn,
    IdentityIn,
    MatterIn,
    ReasonIn,
    TakeOverIn,
    TicketOut,
    TransferIn,
    TurnAwayIn,
)
from banshi.surfaces.api.ticket_parts import seen_by, shown_ticket

router = Router(tags=["tickets"])


@router.get("/tickets/{id}", **op("get_ticket", {200: TicketOut}), summary="Follow a ticket")
def get_ticket(request: HttpRequest, id: Path[Code]) -> HttpResponse:
    """A channel sees tickets of appointments it made; other keys those of their halls. Live: `/live/tickets/{id}`."""
    return found(shown_ticket(id, caller(request), now=clock.now()))


def _at_window(request: HttpRequest, ref: str, act: Callable[..., object]) -> Answer:
    """One step by the key's clerk with a ticket of a hall the key reaches."""
    who = caller(request)
    seen_by(who, ref)
    now: datetime = clock.now()
    act(ref=ref, staff_id=who.staff_id, now=now)
    return answer(200, shown_ticket(ref, who, now=now))


def _step(request: HttpRequest, ref: str, act: Callable[..., object]) -> Answer:
    """One step with a number that the key sees, at no window: staff's, or its own person's."""
    who = caller(request)
    seen_by(who, ref)
    now = clock.now()
    act(ref=ref, by=who.by, now=now)
    return answer(200, shown_ticket(ref, who, now=now))


@router.post("/tickets/{id}/recall", **op("recall_ticket", {200: TicketOut}), summary="Call again")
@write
def recall_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    """Call the called number once more, up to the hall's limit."""
    return _at_window(request, id, tickets.recall)


@router.post("/tickets/{id}/start", **op("start_ticket", {200: TicketOut}), summary="Start serving")
@write
def start_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    return _at_window(request, id, tickets.start)


@router.post("/tickets/{id}/miss", **op("miss_ticket", {200: TicketOut}), summary="Mark as missed")
@write
def miss_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    """Nobody came; what follows is the hall's policy."""
    return _at_window(request, id, serve.miss)


@router.post("/tickets/{id}/reinstate", **op("reinstate_ticket", {200: TicketOut}), summary="Put a missed number back")
@write
def reinstate_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    """The person came after all: back into the line as the hall's policy says."""
    return _step(request, id, tickets.reinstate)


@router.post("/tickets/{id}/late", **op("late_ticket", {200: TicketOut}), summary="I am late")
@write
def late_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    """By the hall's policy the waiting number is set aside with its rank (`parked`), or lets some numbers go first."""
    return _step(request, id, tickets.late)


@router.post("/tickets/{id}/return", **op("return_ticket", {200: TicketOut}), summary="Back in the line")
@write
def return_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    """Who was set aside is back: waiting again, at the old rank."""
    return _step(request, id, tickets.come_back)


@router.post("/tickets/{id}/leave", **op("leave_ticket", {200: TicketOut}), summary="Give up the number")
@write
def leave_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    """For good; an appointment that was checked in is over with it."""
    return _step(request, id, tickets.leave)


@router.post("/tickets/{id}/hold", **op("hold_ticket", {200: TicketOut}), summary="Hold")
@write
def hold_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    """The person steps aside (to copy a paper, to fill a form) and keeps this window."""
    return _at_window(request, id, tickets.hold)


@router.post("/tickets/{id}/resume", **op("resume_ticket", {200: TicketOut}), summary="Go on with a held ticket")
@write
def resume_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    return _at_window(request, id, tickets.resume_held)


@router.post("/tickets/{id}/finish", **op("finish_ticket", {200: TicketOut}), summary="Finish")
@write
def finish_ticket(request: HttpRequest, id: Path[Code], body: FinishIn | None = None) -> Answer:
    """Served, with how it ended (done unless said); the appointment is done and the person is asked for a rating."""
    ended = body or FinishIn(outcome="done", reason="")
    return _at_window(request, id, partial(serve.finish, outcome=ended.outcome, why=ended.reason))


@router.post("/tickets/{id}/undo", **op("undo_ticket", {200: TicketOut}), summary="Take the last step back")
@write
def undo_ticket(request: HttpRequest, id: Path[Code]) -> Answer:
    """Finish, missed, turned away or start, by the clerk who did it, within the hall's minutes."""
    return _at_window(request, id, serve.undo)


@router.post("/tickets/{id}/turn-away", **op("turn_away_ticket", {200: TicketOut}), summary="Turn away")
@write
def turn_away_ticket(request: HttpRequest, id: Path[Code], body: TurnAwayIn) -> Answer:
    """The wrong person came, or may not be served: the number ends as refused, with the reason."""
    return _at_window(request, id, partial(serve.turn_away, why=body.reason, others=body.others))


def _as_lead(request: HttpRequest, ref: str) -> None:
    """:raises Refused: not-allowed, where the key's clerk leads nobody in this hall."""
    who = caller(request)
    must_hold(places.grants(identity.roles_of(who.staff_id)), "desk.out_of_order", seen_by(who, ref).hall)


@router.post("/tickets/{id}/take-over", **op("take_over_ticket", {200: TicketOut}), summary="Take over")
@write
def take_over_ticket(request: HttpRequest, id: Path[Code], body: TakeOverIn) -> Answer:
    """A lead goes on, at their own free window, with the number at a window whose clerk cannot; that window pauses."""
    _as_lead(request, id)
    return _at_window(request, id, partial(tickets.take_over, window_code=body.window, why=body.reason))


@router.post("/tickets/{id}/override", **op("override_ticket", {200: TicketOut}), summary="Override a mismatch")
@write
def override_ticket(request: HttpRequest, id: Path[Code], body: ReasonIn) -> Answer:
    """A lead lets the number at their window go on though card and person differ, with the reason."""
    _as_lead(request, id)
    return _at_window(request, id, partial(tickets.override_mismatch, why=body.reason))


@router.post("/tickets/{id}/skip", **op("skip_ticket", {200: TicketOut}), summary="Pass by at this window")
@write
def skip_ticket(request: HttpRequest, id: Path[Code], body: ReasonIn) -> Answer:
    """Next, but not this one: the waiting number keeps its place for the other windows."""
    return _at_window(request, id, partial(tickets.skip, why=body.reason))


@router.post("/tickets/{id}/identity", **op("identify_ticket", {200: TicketOut}), summary="Compare person and card")
@write
def check_identity(request: HttpRequest, id: Path[Code], body: IdentityIn) -> Answer:
    """A mismatch stops start and finish until it is checked again, overridden by a lead, or turned away."""
    return _at_window(request, id, partial(tickets.identity_checked, id_number=body.id_number, ok=body.ok))


@router.post("/tickets/{id}/matter", **op("name_ticket", {200: TicketOut}), summary="Name the matter")
@write
def set_matter(request: HttpRequest, id: Path[Code], body: MatterIn) -> Answer:
    """Of a number that was taken for a category only, or for another matter."""
    return _at_window(request, id, partial(tickets.set_matter, item_code=body.item))


@router.post("/tickets/{id}/transfer", **op("transfer_ticket", {200: TicketOut}), summary="Transfer")
@write
def transfer_ticket(request: HttpRequest, id: Path[Code], body: TransferIn) -> Answer:
    """To another window (its code) or category of the same hall."""
    who = caller(request)
    seen = seen_by(who, id)
    if body.window is not None and places.window_by_code(body.window).hall.code != seen.hall:
        raise Refused("nothing-found", facts={"window": body.window})
    now = clock.now()
    tickets.transfer(
        ref=id,
        staff_id=who.staff_id,
        now=now,
        window_code=body.window,
        category_code=body.category,
        why=body.why.strip(),
    )
    return answer(200, shown_ticket(id, who, now=now))
