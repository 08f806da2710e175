"""A call's recording as its two sides see it: what is asked, what runs, and the citizen's word to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from banshi.frames.typed import clean
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.places.queries import policy_of
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import RemoteSession
from banshi.rooms.remote.queries import recordings

WORDS: Final = ("yes", "no", "stop")


def shown(session: RemoteSession, side: str, *, now: datetime) -> dict[str, Any]:
    """What `ui/call_recording.html` shows. `state`: "" | asked | running; `may`: the seat may ask; `next`: the chunk that comes
    next; `days`: how long it is kept."""
    found: dict[str, Any] = {"mark": recordings.recording_mark(session), "state": "", "may": False}
    if session.state != "talking" or session.media == "text":
        return found
    days = policy_of(session.hall_id, now=now).video.recording_days
    found |= {"may": side == "seat" and days > 0, "days": days}
    row = recordings.open_recording(session)
    if row is None:
        return found
    return found | {"state": row.state, "purpose": row.purpose, "ref": row.ref, "next": row.chunks}


def citizen_says(request: Any, session: RemoteSession, *, by: Actor, now: datetime) -> dict[str, Any]:
    """Yes, no, or no longer. :raises Refused: invalid, nothing-found (nothing is asked), wrong-state."""
    said = clean(request.POST.get("said"), 10)
    if said not in WORDS:
        raise Refused(
            "invalid", facts={"field": "said", "reason": {"zh": "同意、不同意或停止", "en": "Yes, no or stop"}}
        )
    if said == "stop":
        actions.take_back(ref=session.ref, what="recording", by=by, now=now)
    else:
        actions.answer_recording(ref=session.ref, yes=said == "yes", by=by, now=now)
    return {}
