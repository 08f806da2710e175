"""Questions people ask of a calendar: open now? when next? why not? which half day?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from banshi.kernel.clock_words import hours_words
from banshi.kernel.spans import Span, merge, overlap
from banshi.kernel.tongues import readable
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.calendars.rules.document import CalendarDocument, Words
from banshi.rooms.calendars.rules.sessions import Closure, Session, sessions_on

_NOON = time(12)


def is_open(
    doc: CalendarDocument,
    at: datetime,
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    item: str | None = None,
    tags: Iterable[str] = (),
    *,
    category: str | None = None,
    zone: str | None = None,
) -> bool:
    """Whether the hall (this zone of it) serves this item or category at this aware moment."""
    return session_at(doc, at, cal, closures, item, tags, category=category, zone=zone) is not None


def session_at(
    doc: CalendarDocument,
    at: datetime,
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    item: str | None = None,
    tags: Iterable[str] = (),
    *,
    category: str | None = None,
    zone: str | None = None,
) -> Session | None:
    """The session that serves at this aware moment, the one of highest priority when there are several; or None."""
    local = at.astimezone(doc.zone)
    tags = frozenset(tags)
    serving = [
        session
        for session in sessions_on(doc, local.date(), cal, closures)
        if at in session.span
        and session.serves(item, tags, category=category, zone=zone)
        and any(at in span for span in session.open_in(zone, category=category, item=item))
    ]
    return max(serving, key=lambda session: session.priority, default=None)


def next_opening(
    doc: CalendarDocument,
    after: datetime,
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    item: str | None = None,
    tags: Iterable[str] = (),
    horizon_days: int = 60,
    *,
    category: str | None = None,
    zone: str | None = None,
) -> Session | None:
    """The first session for this item or category that ends after the aware moment `after`.

    If one is running, it is that one; its `starts_at` then lies before `after`. None within `horizon_days` days.
    """
    closures, tags = list(closures), frozenset(tags)
    today = after.astimezone(doc.zone).date()
    for ahead in range(horizon_days + 1):
        for session in sessions_on(doc, today + timedelta(days=ahead), cal, closures):
            if session.open_in(zone, category=category, item=item, after=after) and session.serves(
                item, tags, category=category, zone=zone
            ):
                return session
    return None


class ClosedSlug(StrEnum):
    """Why nothing is served on a day."""

    CLOSURE = "closure"
    ITEM_NOT_SERVED = "item_not_served"
    HOLIDAY = "holiday"
    NOT_A_MARKET_DAY = "not_a_market_day"
    WEEKEND = "weekend"
    NO_SESSION = "no_session"
    OUTSIDE_HOURS = "outside_hours"


@dataclass(frozen=True, slots=True)
class WhyClosed:
    """The reason, in words to show."""

    slug: ClosedSlug
    words: Words


def why_closed(
    doc: CalendarDocument,
    day: date,
    cal: WorkCalendar,
    closures: Iterable[Closure] = (),
    item: str | None = None,
    tags: Iterable[str] = (),
    *,
    category: str | None = None,
    zone: str | None = None,
    at: datetime | None = None,
) -> WhyClosed | None:
    """Why this item (or anything) is not served that day, or at that aware moment of it; None when it is.

    Of several reasons the one that explains most: closure, item not served in that day's sessions, holiday, not a
    market day (only where the hall has such days), weekend, no session.
    """
    closures, tags = list(closures), frozenset(tags)
    open_now = sessions_on(doc, day, cal, closures)
    serving = [
        session
        for session in open_now
        if session.open_in(zone, category=category, item=item)
        and session.serves(item, tags, category=category, zone=zone)
    ]
    if serving:
        if at is None or is_open(doc, at, cal, closures, item, tags, category=category, zone=zone):
            return None
        shut = closure_at(closures, at, zone=zone, category=category, item=item)
        return _closed_by(shut) if shut else _outside(serving)
    planned = sessions_on(doc, day, cal)
    meant = [session for session in planned if session.serves(item, tags, category=category, zone=zone)]
    for session in meant:
        in_zone = zone or (session.zones[0] if session.zones else None)
        shut = _closure_in(closures, session.span, zone=in_zone, category=category, item=item)
        if shut:
            return _closed_by(shut)
    if planned:
        return WhyClosed(
            ClosedSlug.ITEM_NOT_SERVED,
            Words(zh="当天的服务时段不办理该事项。", en="That day's sessions do not serve this item."),
        )
    return _why_no_session(doc, day, cal)


def _why_no_session(doc: CalendarDocument, day: date, cal: WorkCalendar) -> WhyClosed:
    info = cal.info(day)
    if info is not None and info.kind == "restday":
        return WhyClosed(
            ClosedSlug.HOLIDAY,
            Words(zh=f"{info.name_zh}放假，大厅不开放。", en=f"The hall is closed for {info.name_en}."),
        )
    if any(rule.kind == "market" for rule in doc.rules) and not cal.is_working(day):
        return WhyClosed(
            ClosedSlug.NOT_A_MARKET_DAY,
            Words(zh="当天不逢场，大厅不开放。", en="It is not a market day; the hall is closed."),
        )
    if not cal.is_working(day):
        return WhyClosed(
            ClosedSlug.WEEKEND, Words(zh="周末休息，大厅不开放。", en="The hall is closed at the weekend.")
        )
    return WhyClosed(
        ClosedSlug.NO_SESSION, Words(zh="当天没有安排服务时段。", en="No session is planned for that day.")
    )


def closure_at(
    closures: Iterable[Closure],
    at: datetime,
    *,
    zone: str | None = None,
    category: str | None = None,
    item: str | None = None,
) -> Closure | None:
    """The closure that stops this zone, category or item at a moment: an evacuation before all others, then the
    widest, and of those the longest."""
    met = [each for each in closures if at in each.span and each.stops(zone=zone, category=category, item=item)]
    return max(met, key=lambda each: (each.kind == "evacuation", each.whole, each.ends_at), default=None)


def _closure_in(
    closures: Sequence[Closure], span: Span[datetime], *, zone: str | None, category: str | None, item: str | None
) -> Closure | None:
    met = [c for c in closures if overlap(c.span, span) and c.stops(zone=zone, category=category, item=item)]
    return min(met, key=lambda each: (not each.whole, each.starts_at), default=None)


def _closed_by(closure: Closure) -> WhyClosed:
    return WhyClosed(
        ClosedSlug.CLOSURE,
        Words(
            zh=f"临时关闭：{closure.reason.zh}",
            en=f"Temporarily closed: {en}"
            if (en := readable(closure.reason.en, english=True))
            else "Temporarily closed",
        ),
    )


def _outside(sessions: Sequence[Session]) -> WhyClosed:
    hours = merge(session.span for session in sessions)
    text = [hours_words(span.start, span.end) for span in hours]
    return WhyClosed(
        ClosedSlug.OUTSIDE_HOURS,
        Words(zh=f"当天的服务时间是 {'、'.join(text)}。", en=f"That day's hours are {', '.join(text)}."),
    )


class Half(StrEnum):
    """Half of a day (上午, 下午): the unit in which a person may hold one appointment (Nancheng)."""

    AM = "am"
    PM = "pm"


def halves(period: tuple[datetime, datetime], timezone: str | tzinfo | None = None) -> Half:
    """The half day a period belongs to: by whether it starts before noon in the hall's zone.

    :param timezone: the hall's zone, needed when the datetimes come from the database in UTC.
    """
    return Half.AM if _local(period[0], timezone).time() < _NOON else Half.PM


def _local(moment: datetime, timezone: str | tzinfo | None) -> datetime:
    if timezone is None:
        return moment
    return moment.astimezone(ZoneInfo(timezone) if isinstance(timezone, str) else timezone)
