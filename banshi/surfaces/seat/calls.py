"""A call at a seat: answered or not now, the person's wish, what is written, picture and sound, passed on, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.words import words
from banshi.frames import remote_call
from banshi.frames.remote_call import Side, Since
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
from banshi.surfaces.seat.pages import PERMISSION, row

CAMERA_HERE = "geolocation=(), camera=(self), microphone=(self)"  # on a call's page alone
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
    whose = f"person:{session.person_id}" if session.person_id is not None else f"account:{session.account_id}"
    audit.looked_once([audit.Look(whose, request.who.by, hall.code, f"video:{session.ref}")], now=now)
    addresses = {name: reverse(f"seat:{name}", kwargs=here) for name in ("news", "say", "signal")}
    addresses |= {"here": reverse("seat:call", kwargs=here), "gone": reverse("seat:home", kwargs={"hall": hall.code})}
    seats = [each for each in queries.seats([hall.pk]) if each.staff_id != side.staff and each.state != "away"]
    answer = page(
        request, "seat/call.html", hall, status=status_of(refused) if refused else 200, session=session,
        row=row(session, now=now), call=remote_call.shown(session, side, at=clock.wall(), addresses=addresses),
        part="seat/_call_part.html", whys=WHYS, seats=seats, refused=None if folder else refused, now=now,
        folder=folder or folder_of(request, session, now=now),
    )  # fmt: skip
    answer["Permissions-Policy"] = CAMERA_HERE
    return answer


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
    since = Since(*(int_or_none(request.GET.get(name)) or 0 for name in ("said", "signal")))
    told = remote_call.news(session.ref, side, since, now=clock.now())
    return JsonResponse(remote_call.answer_of(told, remote_call.ticket(session.ref, side, at=clock.wall())))


@door(audience="staff", permission=PERMISSION)
@require_POST
def say(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)

    def act() -> dict[str, Any]:
        key, text = clean(request.POST.get("key"), 64), str(request.POST.get("text", ""))
        line = actions.say(ref=session.ref, side=side.name, text=text, key=key, now=clock.now())
        return remote_call.said_part(line, zone=ZoneInfo(place.timezone))

    return _done(request, place, session, side, act)


@door(audience="staff", permission=PERMISSION)
@require_POST
def signal(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)

    def act() -> dict[str, Any]:
        kind, body = clean(request.POST.get("kind"), 20), remote_call.body_of(request.POST.get("body"))
        remote_call.signal(session.ref, side, kind, body, now=clock.now())
        return {}

    return _done(request, place, session, side, act)


@door(audience="staff", permission=PERMISSION)
@require_POST
def transfer(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """Pass on: to one seat, or to whoever knows the matter's department."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    try:
        seat = int_or_none(request.POST.get("seat"))
        actions.transfer(ref=session.ref, to_seat=seat, by=acting(request, place), now=clock.now())
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
    request: Asked, hall: Hall, session: RemoteSession, side: Side, act: Callable[[], dict[str, Any]]
) -> HttpResponseBase:
    """Do it, and answer as whoever asked wants it: a script with data, a form with the page."""
    script = "application/json" in request.headers.get("Accept", "")
    try:
        said = act()
    except Refused as refused:
        if not script:
            return show_page(request, hall, session, side, refused)
        title, detail = words(refused.refusal)
        return JsonResponse({"title": title, "detail": detail}, status=status_of(refused))
    return JsonResponse(said) if script else redirect("seat:call", hall=hall.code, ref=session.ref)
