"""Reach for a machine's screen from the seat: ask to see it, point, write, press, print, open – each after a yes there."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames import remote_hand
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.typed import clean
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import RemoteSession
from banshi.surfaces.seat.calls import mine, show_page
from banshi.surfaces.seat.frame import page
from banshi.surfaces.seat.hand import hand_of
from banshi.surfaces.seat.pages import PERMISSION


@door(audience="staff", permission=PERMISSION)
@require_GET
def hand(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """The hand alone."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    if "HX-Request" not in request.headers:
        return show_page(request, place, session, side)
    return _part(request, place, session)


def _part(request: Asked, hall: Hall, session: RemoteSession, refused: Refused | None = None) -> HttpResponseBase:
    status = status_of(refused) if refused else 200
    return page(
        request, "seat/_hand.html", hall, status=status, session=session, hand=hand_of(session, refused=refused)
    )


@door(audience="staff", permission=PERMISSION)
@require_POST
def ask_screen(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """Ask in words that they show it: it is theirs to press."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    text = pgettext("hand", "May I see your screen? Press “Show my screen” for that.")
    key = clean(request.POST.get("key"), 64)
    return _done(request, place, session, lambda: actions.say(
        ref=session.ref, side=side.name, text=text, key=key, kind="act", now=clock.now()
    ))  # fmt: skip


@door(audience="staff", permission=PERMISSION)
@require_POST
def act(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """One act on the screen as it stands now. Nothing is done before the person's yes."""
    place = places.hall_by_code(hall)
    session, _side = mine(request, place, ref)
    kind, target = clean(request.POST.get("kind"), 10), clean(request.POST.get("target"), 40)
    text = str(request.POST.get("text", "")).replace("\0", "").strip()

    def asked() -> None:
        body = remote_hand.asked(session, kind=kind, target=target, text=text)
        actions.ask_act(
            ref=session.ref, kind=kind, body=body, key=clean(request.POST.get("key"), 64), by=acting(request, place),
            now=clock.now(),
        )  # fmt: skip

    return _done(request, place, session, asked)


def _done(request: Asked, hall: Hall, session: RemoteSession, asked: Callable[[], object]) -> HttpResponseBase:
    refused = None
    try:
        asked()
    except Refused as no:
        refused = no
    if "HX-Request" in request.headers:
        return _part(request, hall, queries.by_ref(session.ref), refused)
    if refused is not None:
        fresh, side = mine(request, hall, session.ref)
        return show_page(request, hall, fresh, side, refused)
    return redirect("seat:call", hall=hall.code, ref=session.ref)
