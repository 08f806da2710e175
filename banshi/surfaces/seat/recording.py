"""Record a call from the seat: ask and say what for, stop, and take in what the browser recorded, chunk by chunk."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from banshi.foundation import clock, limits
from banshi.foundation.doors import Asked, door
from banshi.frames import remote_pages
from banshi.frames.staff.frame import acting
from banshi.frames.typed import clean, int_or_none, invalid, lines_of
from banshi.rooms.places import queries as places
from banshi.rooms.remote import actions
from banshi.rooms.remote.rules import LARGEST_CHUNK
from banshi.surfaces.seat.calls import mine, show_page
from banshi.surfaces.seat.pages import PERMISSION

CHUNKS_A_MINUTE, CHUNKS_AT_ONCE = 60, 60  # one each few seconds; what a lost line kept back comes together


@door(audience="staff", permission=PERMISSION)
@require_POST
def record(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """Ask the citizen, or stop."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)

    def act() -> dict[str, Any]:
        now, by = clock.now(), acting(request, place)
        if request.POST.get("said") == "stop":
            actions.stop_recording(ref=session.ref, by=by, now=now)
        else:
            actions.ask_recording(ref=session.ref, purpose=lines_of(request.POST.get("purpose"), 400), by=by, now=now)
        return {}

    return remote_pages.done(
        request, act, again=lambda refused: show_page(request, place, session, side, refused),
        there=reverse("seat:call", kwargs={"hall": hall, "ref": session.ref}),
    )  # fmt: skip


@door(audience="staff", permission=PERMISSION)
@require_POST
def chunk(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """Some seconds of it, sent by the page's script: which one comes next is answered, and whether it runs still."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)

    def act() -> dict[str, Any]:
        limits.take(key=f"video-chunk:{session.ref}", per_minute=CHUNKS_A_MINUTE, burst=CHUNKS_AT_ONCE)
        sent, no = request.FILES.get("chunk"), int_or_none(request.POST.get("no"))
        if sent is None or no is None:
            raise invalid("chunk", pgettext("recording", "There is no chunk in it."))
        row = actions.keep_chunk(
            ref=session.ref, no=no, body=sent.read(LARGEST_CHUNK + 1), mime=sent.content_type or "",
            anew=request.POST.get("anew") == "1", recording=clean(request.POST.get("recording"), 32),
            by=acting(request, place), now=clock.now(),
        )  # fmt: skip
        return {"next": row.chunks, "runs": row.state == "running"}

    return remote_pages.done(
        request, act, again=lambda refused: show_page(request, place, session, side, refused),
        there=reverse("seat:call", kwargs={"hall": hall, "ref": session.ref}),
    )  # fmt: skip
