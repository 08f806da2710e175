"""A call at a seat: answered or not now, the person's wish, what is written, picture and sound, passed on, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames import remote_call, remote_pages
from banshi.frames.remote_call import Side
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.typed import clean, int_or_none, lines_of
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import RemoteSession
from banshi.surfaces.seat.folder import Folder, folder_of
from banshi.surfaces.seat.frame import page
from banshi.surfaces.seat.hand import hand_of
from banshi.surfaces.seat.pages import PERMISSION, row
from banshi.surfaces.seat.passing_on import onward

WHYS = (
    ("helped", pgettext_lazy("video", "They were helped")), ("not-helped", pgettext_lazy("video", "They could not be helped")),
    ("no-answer", pgettext_lazy("video", "Nobody answered")),
)  # fmt: skip


def mine(request: Asked, hall: Hall, ref: str) -> tuple[RemoteSession, Side]:
    """The call at this person's own seat, in this hall. :raises Refused: nothing-found; changed-meanwhile – another seat has it,
    or none."""
    session = _here(hall, ref)
    side = Side("seat", request.who.staff_id or 0)
    if session.seat is None or session.seat.staff_id != side.staff:
        raise Refused("changed-meanwhile")
    return session, side


def _here(hall: Hall, ref: str) -> RemoteSession:
    """:raises Refused: nothing-found."""
    session = queries.by_ref(ref[:32])
    if session.hall_id != hall.pk:
        raise Refused("nothing-found", facts={"remote_session": ref})
    return session


@door(audience="staff", permission=PERMISSION)
@require_GET
def show(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    if session.state == "ringing":
        return redirect("seat:home", hall=hall)
    return show_page(request, place, session, side)


def show_page(
    request: Asked,
    hall: Hall,
    session: RemoteSession,
    side: Side,
    refused: Refused | None = None,
    folder: Folder | None = None,
) -> HttpResponseBase:
    """:param folder: as it was typed, where it was refused; `refused` is said in it then."""
    now, here = clock.now(), {"hall": hall.code, "ref": session.ref}
    actions.seen(staff_id=side.staff, wall=clock.wall())
    _looked(request, hall, session, f"video:{session.ref}", now=now)
    names = ("news", "say", "file", "signal", "record", "chunk")
    addresses = {name: reverse(f"seat:{name}", kwargs=here) for name in names}
    addresses |= {"here": reverse("seat:call", kwargs=here), "gone": reverse("seat:home", kwargs={"hall": hall.code})}
    addresses["files"] = addresses["file"]
    answer = page(
        request, "seat/call.html", hall, status=status_of(refused) if refused else 200, session=session,
        row=row(session, now=now), call=remote_call.shown(session, side, at=clock.wall(), addresses=addresses),
        part="seat/_call_part.html", whys=WHYS, onward=onward(session, hall, but=side.staff),
        refused=None if folder else refused, now=now,
        folder=folder or folder_of(request, session, now=now), hand=hand_of(session),
    )  # fmt: skip
    answer["Permissions-Policy"] = remote_pages.CAMERA_HERE
    return answer


def _looked(request: Asked, hall: Hall, session: RemoteSession, why: str, *, now: datetime) -> None:
    whose = f"person:{session.person_id}" if session.proven else f"account:{session.account_id}"
    if not session.proven and session.account_id is None:
        whose = f"remote:{session.ref}"  # nobody that is known: their own call is all there is to look at
    audit.looked_once([audit.Look(whose, request.who.by, hall.code, why)], now=now)


@door(audience="staff", permission=PERMISSION)
@require_POST
def answer(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """Take the call that rings. Who left meanwhile has left: the page of the seat says so."""
    place = places.hall_by_code(hall)
    actions.answer(ref=_here(place, ref).ref, by=acting(request, place), now=clock.now())
    return redirect("seat:call", hall=hall, ref=ref)


@door(audience="staff", permission=PERMISSION)
@require_POST
def decline(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """Not now: it goes back to its place in the line, and the seat is paused."""
    place = places.hall_by_code(hall)
    actions.decline(ref=_here(place, ref).ref, by=acting(request, place), now=clock.now())
    actions.assign(now=clock.now())
    return redirect("seat:home", hall=hall)


@door(audience="staff", permission=PERMISSION)
@require_GET
def news(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    session, side = mine(request, places.hall_by_code(hall), ref)
    actions.seen(staff_id=side.staff, wall=clock.wall())
    return remote_pages.news(request, session, side)


@door(audience="staff", permission=PERMISSION)
@require_POST
def say(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    return _done(request, hall, ref, remote_pages.say)


@door(audience="staff", permission=PERMISSION)
@require_POST
def send_file(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """A picture or a file for whoever calls."""
    return _done(request, hall, ref, remote_pages.say_file)


@door(audience="staff", permission=PERMISSION)
@require_GET
def file(request: Asked, hall: str, ref: str, n: int) -> HttpResponseBase:
    """What was sent in the call at one's own seat: that it was looked at is written down by itself."""
    place = places.hall_by_code(hall)
    session, _ = mine(request, place, ref)
    answer = remote_pages.file_of(request, session, n)
    _looked(request, place, session, f"video-file:{session.ref}:{n}", now=clock.now())
    return answer


@door(audience="staff", permission=PERMISSION)
@require_POST
def signal(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    return _done(request, hall, ref, remote_pages.signal)


@door(audience="staff", permission=PERMISSION)
@require_POST
def transfer(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """Pass on: to a seat, to whoever knows a matter, or to whoever speaks a language; it keeps its place in the line."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    try:
        kind, _, to = clean(request.POST.get("to"), 60).partition(":")
        actions.transfer(
            ref=session.ref, to_seat=int_or_none(to) if kind == "seat" else None, skills=[to] if kind == "skill" else (),
            language=to if kind == "language" else "", by=acting(request, place), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return show_page(request, place, session, side, refused)
    actions.assign(now=clock.now())
    return redirect("seat:home", hall=hall)


@door(audience="staff", permission=PERMISSION)
@require_POST
def end(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    why, then = clean(request.POST.get("why"), 20), clean(request.POST.get("then"), 10) or "ready"
    try:
        outcome = lines_of(request.POST.get("outcome"), 2000)
        actions.end(ref=session.ref, why=why, outcome=outcome, then=then, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return show_page(request, place, session, side, refused)
    actions.assign(now=clock.now())
    return redirect("seat:home", hall=hall)


def _done(
    request: Asked, hall: str, ref: str, act: Callable[[Asked, RemoteSession, Side], dict[str, Any]]
) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    return remote_pages.done(
        request, lambda: act(request, session, side),
        again=lambda refused: show_page(request, place, session, side, refused),
        there=reverse("seat:call", kwargs={"hall": hall, "ref": session.ref}),
    )  # fmt: skip
