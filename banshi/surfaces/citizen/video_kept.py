"""What is left of a call: what was written in it, to read and take along; what was recorded of it, and who looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.frames import remote_transcript
from banshi.rooms.remote.models import Recording, RecordingLook, RemoteSession
from banshi.rooms.remote.queries import recordings
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.video_mine import my_call


@dataclass(frozen=True)
class Recorded:
    row: Recording
    looks: Sequence[RecordingLook]


def recorded(session: RemoteSession) -> list[Recorded]:
    """What was recorded, once the call is over."""
    if session.state != "ended":
        return []
    return [Recorded(row, recordings.looks_of(row)) for row in recordings.of_session(session)]


@citizen_page
@require_GET
def words(request: Any, ref: str) -> HttpResponseBase:
    session = my_call(request, ref)
    context = {"session": session, "hall": session.hall, "lines": remote_transcript.lines_of(session)}
    return page(request, "citizen/video_words.html", context, hall=session.hall)


@citizen_page
@require_GET
def words_text(request: Any, ref: str) -> HttpResponseBase:
    session = my_call(request, ref)
    answer = HttpResponse(remote_transcript.as_text(session), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{session.no}.txt"'
    answer["Cache-Control"] = "no-store"
    return answer
