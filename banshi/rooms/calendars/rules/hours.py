"""A hall's hours, read once: everything people ask of them for some days, without asking anybody again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.calendars.rules import questions
from banshi.rooms.calendars.rules.document import CalendarDocument, load
from banshi.rooms.calendars.rules.questions import WhyClosed
from banshi.rooms.calendars.rules.sessions import Closure, Session, sessions_on

# A hall without a calendar: a document needs a rule, and this one never applies.
NEVER_OPEN = load(
    {
        "timezone": "Asia/Shanghai",
        "rules": [
            {
                "code": "none",
                "name": {"zh": "尚未设置开放时间", "en": "No opening hours yet"},
                "kind": "regular",
                "when": {"dates": ["1970-01-01"]},
                "hours": [["09:00", "09:01"]],
            }
        ],
    }
)


@dataclass(frozen=True)
class What:
    """What is asked about: an item has tags and a category, a category a zone; all None = anything the hall does."""

    item: str | None = None
    tags: frozenset[str] = frozenset()
    category: str | None = None
    zone: str | None = None


ANYTHING = What()


@dataclass(frozen=True)
class Hours:
    """The hours of one hall over the days it was read for.

    `zone`: the hall's. `documents`: (valid from, document), the newest version first. `closures`: all that touch those days.
    """

    zone: ZoneInfo
    documents: tuple[tuple[date, CalendarDocument], ...]
    calendar: WorkCalendar
    closures: tuple[Closure, ...] = ()

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def ruled(self, day: date) -> bool:
        """Whether some version is in force on a day."""
        return any(valid_from <= day for valid_from, _ in self.documents)

    def document(self, day: date) -> CalendarDocument:
        """The version in force on a day; one without sessions where there is none."""
        return document_on(self.documents, day)

    def on(self, day: date) -> list[Session]:
        """The day's sessions, what closures leave of them."""
        return sessions_on(self.document(day), day, self.calendar, self.closures)

    def between(self, first: date, last: date) -> dict[date, list[Session]]:
        """The sessions of each day first–last, both included."""
        return {day: self.on(day) for day in _days(first, last)}

    def session_at(self, at: datetime, what: What = ANYTHING) -> Session | None:
        """The session that serves it at a moment."""
        return questions.session_at(
            self.document(self.day_of(at)), at, self.calendar, self.closures, what.item, what.tags,
            category=what.category, zone=what.zone,
        )  # fmt: skip

    def closure_at(self, at: datetime, what: What = ANYTHING) -> Closure | None:
        """What stops it at a moment, where it is a closure."""
        return questions.closure_at(self.closures, at, item=what.item, category=what.category, zone=what.zone)

    def why_closed(self, day: date, what: What = ANYTHING, *, at: datetime | None = None) -> WhyClosed | None:
        """Why it is not served on a day, or at a moment of it; None when it is."""
        return questions.why_closed(
            self.document(day), day, self.calendar, self.closures, what.item, what.tags,
            category=what.category, zone=what.zone, at=at,
        )  # fmt: skip

    def next_opening(self, after: datetime, what: What = ANYTHING, *, last: date) -> Session | None:
        """The first session, up to a day, that still serves it after a moment: it may be running."""
        for day in _days(self.day_of(after), last):
            for session in self.on(day):
                if session.serves(what.item, what.tags, category=what.category, zone=what.zone) and session.open_in(
                    what.zone, category=what.category, item=what.item, after=after
                ):
                    return session
        return None

    def next_start(self, after: datetime, *, last: date) -> datetime | None:
        """When the next session begins, up to a day, whatever it serves; one that is running has begun."""
        for day in _days(self.day_of(after), last):
            starts = [session.starts_at for session in self.on(day) if session.starts_at > after]
            if starts:
                return min(starts)
        return None

    def open_until(self, at: datetime) -> datetime | None:
        """When what is open at a moment ends; sessions of its day that touch or overlap count as one. None: closed."""
        today = sorted(self.on(self.day_of(at)), key=lambda session: session.starts_at)
        end = at
        for session in today:
            if session.starts_at <= end < session.ends_at:
                end = session.ends_at
        return end if end > at else None

    def under(self, document: CalendarDocument) -> Hours:
        """As they would be were this document in force."""
        return replace(self, documents=((date.min, document),))

    def also_closed(self, closures: Iterable[Closure]) -> Hours:
        """As they would be with these closures too."""
        return replace(self, closures=(*self.closures, *closures))

    def but_for(self, kind: str) -> Hours:
        """As they would be without closures of a kind: an evacuation may be over at any moment."""
        return replace(self, closures=tuple(each for each in self.closures if each.kind != kind))


def document_on(versions: Iterable[tuple[date, CalendarDocument]], day: date) -> CalendarDocument:
    """Of (valid from, document), the newest version first, the one in force on a day; else one without sessions."""
    return next((document for valid_from, document in versions if valid_from <= day), NEVER_OPEN)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
