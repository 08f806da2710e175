"""What was written in a call, to read or to take along: the caller's own, or beside its recording."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import pgettext, pgettext_lazy

from banshi.kernel.clock_words import clock_words
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import RemoteSession

SIDES: Final = {
    "citizen": pgettext_lazy("transcript", "Citizen"), "seat": pgettext_lazy("transcript", "Clerk"),
    "hall": pgettext_lazy("transcript", "Hall"),
}  # fmt: skip
FILES: Final = {"picture": pgettext_lazy("transcript", "[Picture]"), "file": pgettext_lazy("transcript", "[File]")}


@dataclass(frozen=True)
class Line:
    """`at`: in the hall's zone; `who`, `text`: in the reader's language."""

    at: datetime
    who: Any
    text: Any


def lines_of(session: RemoteSession) -> list[Line]:
    """All of it, in its order; nothing once the hall has deleted it."""
    if session.forgotten:
        return []
    zone, found, more = ZoneInfo(session.hall.timezone), [], queries.said_since(session)
    while more:
        found += more
        more = queries.said_since(session, found[-1].n)
    return [Line(each.at.astimezone(zone), SIDES[each.by], FILES.get(each.kind, each.body)) for each in found]


def as_text(session: RemoteSession) -> str:
    """As a file: a line each, with its day, time and side."""
    head = pgettext("transcript", "Written in the call %(no)s") % {"no": session.no}
    said = [f"{each.at:%Y-%m-%d} {clock_words(each.at)} {each.who}: {each.text}" for each in lines_of(session)]
    return "\n".join([head, *said, ""])
