"""Look at recorded calls (录像回看): the list of a hall, masked; one of them, once it is said why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames import remote_transcript
from banshi.frames.staff.case_ways import CASE_WAYS, OFFICE_WAYS
from banshi.frames.staff.frame import Frame, acting, paged, query_without_page, status_of
from banshi.frames.typed import lines_of
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import Recording
from banshi.rooms.remote.queries import recordings

PERMISSION = "video.review"
FRAME = Frame(
    first="seat:recordings", ways=(CASE_WAYS, OFFICE_WAYS), sees=PERMISSION, bars=("office:help", "office:help-mine"),
    styles=("ui/call.css", "seat/seat.css"),
)  # fmt: skip
STATES = {
    "running": (pgettext_lazy("recording", "Being recorded"), "urgent"), "ended": (pgettext_lazy("recording", "Kept"), ""),
    "deleted": (pgettext_lazy("recording", "Deleted"), ""),
}  # fmt: skip
WHYS = {
    "taken-back": pgettext_lazy("recording", "The citizen stopped it"),
    "stopped": pgettext_lazy("recording", "The clerk stopped it"),
    "talk-over": pgettext_lazy("recording", "The call was over"), "silent": pgettext_lazy("recording", "Nothing came any more"),
    "full": pgettext_lazy("recording", "It was as long as may be"),
}  # fmt: skip


@door(audience="staff", permission=PERMISSION)
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    rows = paged(request, recordings.of_hall(place.pk))
    lines = [(each, *STATES[each.state]) for each in rows]
    return FRAME.page(request, "seat/recordings.html", place, rows=rows, lines=lines, more=query_without_page(request))


@door(audience="staff", permission=PERMISSION)
@require_http_methods(["GET", "POST"])
def show(request: Asked, hall: str, recording: str) -> HttpResponseBase:
    """First why one looks; then, for an hour, picture, sound and what was written."""
    place, now = places.hall_by_code(hall), clock.now()
    row = recordings.recording(recording[:32], hall_id=place.pk)
    if request.method == "POST":
        try:
            reason = lines_of(request.POST.get("reason"), 400)
            actions.look_at(recording=row.ref, reason=reason, by=acting(request, place), now=now)
        except Refused as refused:
            return _show(request, place, row, refused=refused)
        return redirect("seat:recording", hall=hall, recording=row.ref)
    return _show(request, place, row)


def _show(request: Asked, hall: Hall, row: Recording, *, refused: Refused | None = None) -> HttpResponseBase:
    look = recordings.look_of(row, request.who.staff_id or 0, now=clock.now()) if row.state == "ended" else None
    state, tone = STATES[row.state]
    context: dict[str, Any] = {
        "row": row, "session": row.session, "state": state, "tone": tone, "why": WHYS.get(row.why, ""), "look": look,
        "may_look": row.state == "ended" and look is None, "refused": refused, "looks": recordings.looks_of(row),
        "parts": recordings.parts_of(row) if look else [],
        "written": remote_transcript.lines_of(row.session) if look else [],
    }  # fmt: skip
    answer = FRAME.page(request, "seat/recording.html", hall, status=status_of(refused) if refused else 200, **context)
    answer["Cache-Control"] = "no-store"
    return answer


@door(audience="staff", permission=PERMISSION)
@require_GET
def part(request: Asked, hall: str, recording: str, stretch: int) -> HttpResponseBase:
    """One stretch of it, as it was recorded; who has not said why is led to where that is asked."""
    place = places.hall_by_code(hall)
    row = recordings.recording(recording[:32], hall_id=place.pk)
    look = recordings.look_of(row, request.who.staff_id or 0, now=clock.now())
    kinds = dict(recordings.parts_of(row))
    if row.state != "ended" or look is None or stretch not in kinds:
        return redirect("seat:recording", hall=hall, recording=row.ref)
    answer = StreamingHttpResponse(_bytes(row, stretch), content_type=kinds[stretch])
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _bytes(row: Recording, stretch: int) -> Iterator[bytes]:
    yield from recordings.opened(row, stretch)
