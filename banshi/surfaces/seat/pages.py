"""A seat that waits (坐席): ready, paused or away; who is in the line; and what rings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames import remote_call
from banshi.frames.remote_call import Side
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.typed import clean
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import RemoteSession
from banshi.surfaces.seat.frame import page

PERMISSION = "video.answer"
WANTS = {
    "consult": pgettext_lazy("video", "Asks something"), "tutor": pgettext_lazy("video", "Needs help with the form"),
    "pre-review": pgettext_lazy("video", "Papers to look through"), "accept": pgettext_lazy("video", "Wants to apply"),
    "book": pgettext_lazy("video", "Wants a place booked"),
}  # fmt: skip
MEDIA = {
    "video": pgettext_lazy("video", "Picture and sound"), "voice": pgettext_lazy("video", "Sound"),
    "text": pgettext_lazy("video", "In writing"),
}  # fmt: skip
LANGUAGES = {
    "zh": pgettext_lazy("video", "Chinese"), "en": pgettext_lazy("video", "English"),
    "sign": pgettext_lazy("video", "Sign language"),
}  # fmt: skip
STATES = {"ready": actions.ready, "pause": actions.pause, "away": actions.away}


@dataclass(frozen=True)
class Row:
    """Somebody in the line, or at the screen. `waited_s`: since they asked. `booked`: the time for which they go first; `who`:
    then, masked."""

    session: RemoteSession
    wants: Any
    media: Any
    language: Any
    waited_s: float
    booked: datetime | None
    who: str


def row(session: RemoteSession, *, now: datetime) -> Row:
    return Row(
        session, WANTS[session.wants], MEDIA[session.media], LANGUAGES[session.language],
        (now - session.asked_at).total_seconds(), session.first_from,
        session.masked_name if session.appointment else "",
    )  # fmt: skip


@door(audience="staff", permission=PERMISSION)
@require_GET
def home(request: Asked, hall: str) -> HttpResponseBase:
    return _home(request, places.hall_by_code(hall))


@door(audience="staff", permission=PERMISSION)
@require_GET
def part(request: Asked, hall: str) -> HttpResponseBase:
    """The moving part. That it is asked for says that the page is there."""
    return _home(request, places.hall_by_code(hall), template="seat/_home.html")


def _home(
    request: Asked, hall: Hall, *, template: str = "seat/home.html", refused: Refused | None = None
) -> HttpResponseBase:
    now, staff = clock.now(), request.who.staff_id or 0
    actions.seen(staff_id=staff, wall=clock.wall())
    seat, rings = queries.seat_of(staff), queries.for_seat(staff)
    line = [row(each, now=now) for each in queries.waiting([hall.pk], now=now) if rings is None or each.pk != rings.pk]
    stands, call_at = seat.state if seat is not None else "", ""
    if rings is not None and rings.state == "talking" and rings.hall_id == hall.pk:
        call_at = reverse("seat:call", kwargs={"hall": hall.code, "ref": rings.ref})
    context = {
        "ringing": rings.ref if rings is not None and rings.state == "ringing" else "", "call_at": call_at,
        "is_ready": stands == "ready", "not_ready": stands != "ready", "is_paused": stands == "paused",
        "seat": seat, "rings": row(rings, now=now) if rings is not None else None, "line": line, "refused": refused,
        "closed": queries.closed(hall, now=now), "subject": f"hall-{hall.code}",
    }  # fmt: skip
    return page(request, template, hall, status=status_of(refused) if refused else 200, **context)


@door(audience="staff", permission=PERMISSION)
@require_POST
def state(request: Asked, hall: str) -> HttpResponseBase:
    """Ready for calls, paused, or away."""
    place, now = places.hall_by_code(hall), clock.now()
    wanted = clean(request.POST.get("state"), 10)
    try:
        if wanted not in STATES:
            reason = {"zh": "选一种状态", "en": "Choose a state"}
            raise Refused("invalid", facts={"field": "state", "reason": reason})
        STATES[wanted](by=acting(request, place), now=now, wall=clock.wall())
    except Refused as refused:
        return _home(request, place, refused=refused)
    if wanted == "ready":
        actions.assign(now=now)
    return redirect("seat:home", hall=hall)


@door(audience="staff", permission=PERMISSION)
@require_GET
def hall_ticket(request: Asked, hall: str) -> HttpResponseBase:
    """What opens the socket of the hall's line."""
    subject = f"hall-{places.hall_by_code(hall).code}"
    side = Side("hall", request.who.staff_id or 0)
    return JsonResponse({"ticket": remote_call.ticket(subject, side, at=clock.wall())})
