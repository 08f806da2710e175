"""May a number be given now, and will it be served today? Asked before one is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from banshi.kernel.policy import TicketPolicy
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.queries import HallDay, Opening
from banshi.rooms.calendars.rules import What
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.queries.retiring import taken_on
from banshi.rooms.catalogue.queries.seasons import is_in_season
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets.rules import line_closes_at


def numbers_open(
    *,
    hall: Hall,
    policy: TicketPolicy,
    now: datetime,
    item: str | None = None,
    category: str | None = None,
    tags: Iterable[str] = (),
) -> Opening:
    """The session in which a number taken now is served: the one that runs, or – by policy – the one about to begin.

    Doors may open before the windows do (Nancheng: 8:15); a closure is never walked round.
    """
    what = calendars.what_of(hall, What(item, frozenset(tags), category))
    return numbers_open_on(calendars.hall_day(hall, now), what, policy, now)


def numbers_open_on(day: HallDay, what: What, policy: TicketPolicy, now: datetime) -> Opening:
    """As `numbers_open`, for the day of `now` as read."""
    found = day.opening(now, what)
    early = timedelta(minutes=policy.numbers_before_opening)
    if found.open or not early or found.closure is not None:
        return found
    if found.opens_at is None or found.opens_at - now > early or not _same_day(day.hall, found.opens_at, now):
        return found
    begins = day.opening(found.opens_at, what)
    return (
        replace(found, session=begins.session, day_ends_at=begins.day_ends_at) if begins.session is not None else found
    )


def numbers_given(hall: Hall, *, item: str | None, category: str, now: datetime) -> bool:
    """Whether a walk-in number for this is given now."""
    if item and not _taken(hall, item, now):
        return False
    policy = policy_of(hall.pk, now=now).tickets
    return numbers_open(hall=hall, policy=policy, now=now, item=item, category=category).open


def _taken(hall: Hall, item: str, now: datetime) -> bool:
    """Whether people walk in with it today."""
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    handled = HallItem.objects.filter(taken_on(today, "item__"), hall=hall, item__code=item, walk_in=True)
    row = handled.select_related("item").first()
    return row is not None and is_in_season(row.item, day=today)


def _same_day(hall: Hall, one: datetime, other: datetime) -> bool:
    zone = ZoneInfo(hall.timezone)
    return one.astimezone(zone).date() == other.astimezone(zone).date()


def categories_open(*, hall: Hall, policy: TicketPolicy, now: datetime, codes: Iterable[str]) -> dict[str, datetime]:
    """The categories for which a number is given now, and until when the windows serve those in line: as `numbers_open` of
    each.

    As many queries as for one.
    """
    local = now.astimezone(ZoneInfo(hall.timezone))
    early = timedelta(minutes=policy.numbers_before_opening)
    shut = calendars.closed_now(hall, now)
    zones = calendars.zones_by_category(hall.pk)
    of_day = calendars.sessions(hall, local.date(), local.date())[local.date()]
    running = [session for session in of_day if session.starts_at - early <= now < session.ends_at]
    closes = line_closes_at(max((session.ends_at for session in of_day), default=None))
    found: dict[str, datetime] = {}
    for code in codes:
        served = any(session.serves(category=code, zone=zones.get(code)) for session in running)
        if closes and served and not any(closure.stops(category=code, zone=zones.get(code)) for closure in shut):
            found[code] = closes
    return found
