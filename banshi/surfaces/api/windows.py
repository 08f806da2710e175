"""The key's member of staff works a window: sign in and out, pause, call."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.hall import steer
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import AT_WINDOW, Ticket, WindowSession
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.schemas import AtWindowOut, Code, PauseIn, TicketOut, WindowNowOut
from banshi.surfaces.api.ticket_parts import shown_ticket

router = Router(tags=["windows"])


def _reached(request: HttpRequest, window: str) -> Caller:
    """:raises Refused: nothing-found (no such window), not-your-hall."""
    who = caller(request)
    who.must_reach(places.window_by_code(window).hall.code)
    return who


def _worked(request: HttpRequest, window: str) -> Caller:
    """As `_reached`, and the key's clerk is at this very window. :raises Refused: not-signed-in."""
    who = _reached(request, window)
    if not WindowSession.objects.filter(window__code=window, staff_id=who.staff_id, signed_out_at=None).exists():
        raise Refused("not-signed-in", facts={"window": window})
    return who


def _state(window: str) -> Answer:
    return answer(200, _state_of(window))


def _state_of(window: str) -> dict[str, str]:
    session = WindowSession.objects.filter(window__code=window, signed_out_at=None).order_by("id").first()
    if session is None:
        state = "closed"
    elif session.emergency_at is not None:
        state = "emergency"
    elif session.paused_at is not None:
        state = "paused"
    else:
        at = Ticket.objects.filter(window_id=session.window_id, state__in=AT_WINDOW).order_by("id").first()
        state = at.state if at is not None else "idle"
    return {"window": window, "state": state}


@router.get("/windows/{window}", **op("get_window", {200: WindowNowOut}), summary="A window now")
def get_window(request: HttpRequest, window: Path[Code]) -> HttpResponse:
    """State of a window and the ticket at it: what a clerk's client picks up after it was restarted."""
    who = _reached(request, window)
    ref = Ticket.objects.filter(window__code=window, state__in=AT_WINDOW).values_list("ref", flat=True).first()
    shown = shown_ticket(ref, who, now=clock.now()) if ref is not None else None
    return found({**_state_of(window), "ticket": shown})


@router.post("/windows/{window}/sign-in", **op("sign_in", {200: AtWindowOut}), summary="Sign in")
@write
def sign_in(request: HttpRequest, window: Path[Code]) -> Answer:
    """The key's member of staff opens the window. Again at the same window changes nothing."""
    who = _reached(request, window)
    steer.sign_in(window_code=window, staff_id=who.staff_id, now=clock.now())
    return _state(window)


@router.post("/windows/{window}/sign-out", **op("sign_out", {200: AtWindowOut}), summary="Sign out")
@write
def sign_out(request: HttpRequest, window: Path[Code]) -> Answer:
    tickets.sign_out(staff_id=_worked(request, window).staff_id, now=clock.now())
    return _state(window)


@router.post("/windows/{window}/pause", **op("pause", {200: AtWindowOut}), summary="Pause")
@write
def pause(request: HttpRequest, window: Path[Code], body: PauseIn) -> Answer:
    """Take no further numbers, for a reason."""
    tickets.pause(staff_id=_worked(request, window).staff_id, reason=body.reason, now=clock.now())
    return _state(window)


@router.post("/windows/{window}/resume", **op("resume", {200: AtWindowOut}), summary="Take numbers again")
@write
def resume(request: HttpRequest, window: Path[Code]) -> Answer:
    tickets.resume(staff_id=_worked(request, window).staff_id, now=clock.now())
    return _state(window)


@router.post("/windows/{window}/calls", **op("call_next", {201: TicketOut, 204: None}), summary="Call the next number")
def call_next(request: HttpRequest, window: Path[Code]) -> HttpResponse:
    """Call whoever is next to this window; 204 when nobody waits."""
    raise NotImplementedError  # config/lanes.py answers, by calls.py
