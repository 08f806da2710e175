"""Who is booked outside the hours: those in force, those of a calendar or a closure that is only looked at; and where each
could go instead, with all the matters of its visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from banshi.journeys.hours.other_times import AHEAD, Offers, Sessions
from banshi.kernel.clock_words import hours_words
from banshi.kernel.refusals import Alternative
from banshi.kernel.spans import Span, covers
from banshi.rooms.booking.actions.slots import EXTENDED_TAG
from banshi.rooms.booking.models import Appointment, Kept
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import CalendarDocument, Closure, Session, Words
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class Affected:
    """A booked appointment that the hours no longer cover. Moments in the hall's zone.

    `suggestion` is the nearest quiet slot that fits the new hours, its place reckoned for this person alone; its
    `slot_id` is 0 where the slot is only made when the new hours are published. None where there is no such slot.
    """

    code: str
    day: date
    starts_at: datetime
    ends_at: datetime
    masked_name: str
    item_code: str
    item_zh: str
    item_en: str
    reason: Words
    suggestion: Alternative | None


def affected(
    *,
    hall: Hall,
    now: datetime,
    document: CalendarDocument | None = None,
    valid_from: date | None = None,
    closure: Closure | Sequence[Closure] = (),
) -> list[Affected]:
    """Booked appointments that fit today's hours and would no longer fit, by time; of a closure all that it lies over, also
    those kept in an earlier one.

    :param document: a new calendar, in force for days from `valid_from` (hall's zone).
    :param closure: or a closure of the hall or a part of it.
    """
    shut = [closure] if isinstance(closure, Closure) else list(closure)
    rows = _booked(hall, now, first=valid_from, closures=shut)
    if not rows:
        return []
    first, last = rows[0].day, max(row.day for row in rows)
    before = calendars.sessions(hall, first, last)
    after = sessions_after(hall, first, last + AHEAD, document=document, valid_from=valid_from, shut=shut)
    where = where_served(hall, rows)
    lost = [
        row
        for row in rows
        if not _fits(row, after, where) and (_fits(row, before, where) or lies_over(shut, row, where))
    ]
    reasons = Reasons(hall, after, shut)
    return _described(hall, lost, after, reasons, now=now)


def unfit(*, hall: Hall, now: datetime) -> list[Affected]:
    """Booked appointments that lie outside the hours in force and about which nobody has decided yet: see `kept`."""
    kept_ones = {row.pk for row in kept(hall=hall, now=now)}
    lost = [row for row in out_of_hours(hall, now).values() if row.pk not in kept_ones]
    if not lost:
        return []
    sessions = calendars.sessions(hall, lost[0].day, max(row.day for row in lost) + AHEAD)
    return _described(hall, lost, sessions, Reasons(hall, sessions, ()), now=now)


def kept(*, hall: Hall, now: datetime) -> list[Appointment]:
    """Booked appointments outside the hours that stand by decision; their people were told. By time."""
    rows = out_of_hours(hall, now).values()
    settled = Kept.objects.filter(appointment__in=[row.pk for row in rows]).order_by("id")
    ids = set(settled.values_list("appointment_id", flat=True))
    return [row for row in rows if row.pk in ids]


def _booked(hall: Hall, now: datetime, *, first: date | None, closures: Sequence[Closure] = ()) -> list[Appointment]:
    """Booked and not over: whoever's period is running counts too."""
    rows = Appointment.objects.filter(hall=hall, state="booked", ends_at__gt=now)
    if first is not None:
        rows = rows.filter(day__gte=first)
    if closures:
        rows = rows.filter(
            starts_at__lt=max(each.ends_at for each in closures), ends_at__gt=min(each.starts_at for each in closures)
        )
    return list(rows.select_related("item", "category__zone", "person").order_by("starts_at", "id"))


def sessions_after(
    hall: Hall,
    first: date,
    last: date,
    *,
    document: CalendarDocument | None,
    valid_from: date | None,
    shut: Sequence[Closure],
) -> dict[date, list[Session]]:
    """Sessions by day as they would be under a document or closures that are not in force yet."""
    hours = calendars.hours(hall, first, last).also_closed(shut)
    found = hours.between(first, last)
    if document is None:
        return found
    plans = calendars.planned(hall.pk, valid_from) if valid_from is not None else []
    until = plans[0].valid_from if plans else None
    under = hours.under(document)
    for day in found:
        if (valid_from is None or day >= valid_from) and (until is None or day < until):
            found[day] = under.on(day)
    return found


@dataclass(frozen=True)
class Where:
    """Where and how a hall serves what was booked: tags by item id, zones by category code."""

    tags: Mapping[int, frozenset[str]]
    zones: Mapping[str, str | None]


def where_served(hall: Hall, rows: Iterable[Appointment]) -> Where:
    extended = HallItem.objects.filter(hall=hall, extended=True, item__in={row.item_id for row in rows})
    tags = {item_id: frozenset({EXTENDED_TAG}) for item_id in extended.order_by("id").values_list("item_id", flat=True)}
    return Where(tags, calendars.zones_by_category(hall.pk))


def _fits(row: Appointment, sessions: Sessions, where: Where) -> bool:
    """Whether one session serves this item for the whole appointment, where its category is served."""
    zone = where.zones.get(row.category.code)
    span = Span(row.starts_at, row.ends_at)
    return any(
        session.serves(row.item.code, where.tags.get(row.item_id, frozenset()), category=row.category.code, zone=zone)
        and any(covers(part, span) for part in session.open_in(zone, category=row.category.code, item=row.item.code))
        for session in sessions.get(row.day, ())
    )


def lies_over(closures: Iterable[Closure], row: Appointment, where: Where) -> bool:
    """Whether one of these closures takes its time."""
    zone, category, item = where.zones.get(row.category.code), row.category.code, row.item.code
    return any(each.takes(row.starts_at, row.ends_at, zone=zone, category=category, item=item) for each in closures)


def fits_now(hall: Hall, rows: Sequence[Appointment]) -> bool:
    """Whether the hours in force cover all of these appointments."""
    days = [row.day for row in rows]
    sessions, where = calendars.sessions(hall, min(days), max(days)), where_served(hall, rows)
    return all(_fits(row, sessions, where) for row in rows)


class Reasons:
    """Why the hours are gone, in words people read."""

    def __init__(self, hall: Hall, sessions: Sessions, shut: Sequence[Closure]) -> None:
        self._hall, self._sessions, self._shut = hall, sessions, shut
        self._zone = ZoneInfo(hall.timezone)

    def of(self, row: Appointment) -> Words:
        if self._shut:
            return self._shut[0].reason
        over = next((each for each in self._closed if lies_over([each], row, self._where)), None)
        if over is not None:
            return over.reason
        of_day = self._sessions.get(row.day, ())
        if not of_day:
            return Words(zh="当天不再开放", en="The hall is no longer open that day")
        hours = [hours_words(s.starts_at.astimezone(self._zone), s.ends_at.astimezone(self._zone)) for s in of_day]
        listed = list(dict.fromkeys(hours))
        return Words(zh=f"当天的服务时间改为 {'、'.join(listed)}", en=f"That day's hours are now {', '.join(listed)}")

    @cached_property
    def _closed(self) -> list[Closure]:
        """All of these days: read once, however many are asked about."""
        return calendars.closures(self._hall, min(self._sessions), max(self._sessions)) if self._sessions else []

    @cached_property
    def _where(self) -> Where:
        return where_served(self._hall, ())


def _described(
    hall: Hall,
    lost: Sequence[Appointment],
    sessions: Sessions,
    reasons: Reasons,
    *,
    now: datetime,
) -> list[Affected]:
    """Those who lost their hours, with the time offered to their visit as a whole: all its matters move together."""
    zone = ZoneInfo(hall.timezone)
    visits = _visits(hall, lost)
    offers = Offers(hall, [row for rows in visits.values() for row in rows], sessions, now=now)
    offered: dict[str, Alternative] = {}
    for rows in visits.values():
        offered |= offers.take(rows)
    return [
        Affected(
            code=row.code,
            day=row.day,
            starts_at=row.starts_at.astimezone(zone),
            ends_at=row.ends_at.astimezone(zone),
            masked_name=row.person.masked_name,
            item_code=row.item.code,
            item_zh=row.item.name_zh,
            item_en=row.item.name_en,
            reason=reasons.of(row),
            suggestion=offered.get(row.code),
        )
        for row in lost
    ]


def _visits(hall: Hall, lost: Sequence[Appointment]) -> dict[str, list[Appointment]]:
    """By visit, all its booked appointments of the hall, those that kept their hours too; those that lost them first."""
    visits: dict[str, list[Appointment]] = {}
    for row in lost:
        visits.setdefault(row.visit_group or row.code, []).append(row)
    known = {row.pk for row in lost}
    companions = Appointment.objects.filter(
        hall=hall, state="booked", visit_group__in=[row.visit_group for row in lost if row.visit_group]
    ).exclude(pk__in=known)
    for row in companions.select_related("item", "category__zone", "person").order_by("starts_at", "id"):
        visits[row.visit_group].append(row)
    return visits


def out_of_hours(hall: Hall, now: datetime) -> dict[str, Appointment]:
    """Booked appointments that lie outside the hours in force, by code."""
    rows = _booked(hall, now, first=None)
    if not rows:
        return {}
    sessions = calendars.sessions(hall, rows[0].day, max(row.day for row in rows))
    where = where_served(hall, rows)
    return {row.code: row for row in rows if not _fits(row, sessions, where)}
