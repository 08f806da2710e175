"""Changes: what a new calendar, closure or national notice takes away from people who booked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

from banshi.kernel.spans import Span, merge, subtract
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.calendars.rules.document import CalendarDocument
from banshi.rooms.calendars.rules.sessions import Closure, Session, sessions_on


@dataclass(frozen=True, slots=True)
class Lost:
    """A stretch of a day that was served and no longer is, for what the old session served."""

    day: date
    starts_at: datetime
    ends_at: datetime
    session: Session


def diff(
    old_doc: CalendarDocument,
    new_doc: CalendarDocument,
    days: Iterable[date],
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    *,
    new_closures: Iterable[Closure] | None = None,
    new_cal: WorkCalendar | None = None,
) -> list[Lost]:
    """What the change takes away on these days, by day and start: the appointments in there need moving.

    A moment is kept when the new sessions together serve each thing the old one served: item, tag, category, zone,
    channel. What an item's tags are is not looked up: an item that was listed must be listed again. New closures
    or a new working-day calendar (a notice came out) are compared the same way.
    """
    before = list(closures)
    after = before if new_closures is None else list(new_closures)
    lost: list[Lost] = []
    for day in sorted(set(days)):
        new_sessions = sessions_on(new_doc, day, new_cal or cal, after)
        for session in sessions_on(old_doc, day, cal, before):
            gone = [span for part in _parts(session) for span in _lost_to(part, session, new_sessions)]
            lost.extend(Lost(day, span.start, span.end, session) for span in merge(gone))
    return lost


# What a session serves, taken apart: what (kind and code, None for everything), zone and channel (None for all).
_Part = tuple[tuple[str, str] | None, str | None, str | None]


def _parts(session: Session) -> list[_Part]:
    what: list[tuple[str, str] | None] = [("item", code) for code in session.items or ()]
    what += [("tag", session.item_tag)] if session.item_tag is not None else []
    what += [("category", code) for code in session.categories or ()]
    return list(product(what or [None], session.zones or [None], session.channels or [None]))


def _lost_to(part: _Part, old: Session, new_sessions: Sequence[Session]) -> list[Span[datetime]]:
    what, zone, channel = part
    kept: list[Span[datetime]] = []
    for new in new_sessions:
        if _serves_part(new, what) and _has(new.zones, zone) and _has(new.channels, channel):
            kept += subtract([new.span], _shut(new, what, zone))
    had = subtract([old.span], _shut(old, what, zone))
    return subtract(had, kept)


def _shut(session: Session, what: tuple[str, str] | None, zone: str | None) -> list[Span[datetime]]:
    """When a part does not serve: one that is of no zone or kind in particular is stopped by any closure of one."""
    kind, code = what or (None, None)
    return [
        each.span
        for each in session.part_closures
        if each.stops(
            zone=zone or each.zone,
            category=code if kind == "category" else each.category if what is None else None,
            item=code if kind == "item" else each.item if what is None else None,
        )
    ]


def _serves_part(new: Session, what: tuple[str, str] | None) -> bool:
    if new.serves_everything or what is None:
        return new.serves_everything
    kind, code = what
    listed = {"item": new.items, "tag": (new.item_tag,), "category": new.categories}[kind]
    return code in (listed or ())


def _has(codes: tuple[str, ...] | None, code: str | None) -> bool:
    return codes is None or code in codes
