"""The hall changes its hours, or closes for a while: who booked for hours that are gone, and what becomes of them.

First look (`affected`), then do: `publish` a calendar or `close` the hall, and for each person move, cancel or keep
(`apply`). Each appointment is changed in a transaction of its own, so a crash in the middle leaves everybody either
done or untouched; `unfit` finds who is left, and applying again skips who is done. Everyone gets one message. It never
counts as the person's own cancellation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Alternative, Refusal, Refused
from banshi.kernel.spans import Span, covers
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import rules as booking_rules
from banshi.rooms.booking.actions.slots import EXTENDED_TAG, wanted_slots
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.booking.queries.facts import hall_facts
from banshi.rooms.booking.rules import ItemFacts, SlotFacts
from banshi.rooms.calendars import actions as calendar_actions
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars import rules as calendar_rules
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.calendars.models import Closure as ClosureRow
from banshi.rooms.calendars.rules import CalendarDocument, Closure, Session, Words
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Hall, Zone

What = Literal["move", "cancel", "keep"]
WHATS: tuple[What, ...] = ("move", "cancel", "keep")

AHEAD = timedelta(days=31)  # how far from the old time another is looked for
NOTICE = timedelta(hours=1)  # nobody is moved to a time that begins sooner
DAYS_NOTICE = timedelta(hours=24)  # nor to an earlier day that is nearer than this
TRIES = 5  # nearest slots tried for one person before it is left to the hall

Sessions = Mapping[date, Sequence[Session]]


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


@dataclass(frozen=True)
class Choice:
    """What becomes of one appointment. `starts_at`: the time to move to; None means the nearest that fits."""

    what: What
    starts_at: datetime | None = None


@dataclass(frozen=True)
class Failure:
    """Somebody for whom the choice was not possible: the appointment is as it was."""

    code: str
    masked_name: str
    refusal: Refusal


@dataclass
class Outcome:
    """What became of the people: counted, and whoever is left to look at. `done`: it was settled before."""

    moved: int = 0
    cancelled: int = 0
    kept: int = 0
    done: int = 0
    failed: list[Failure] = field(default_factory=list)


# --- Looking ------------------------------------------------------------------------------------------------------


def affected(
    *,
    hall: Hall,
    now: datetime,
    document: CalendarDocument | None = None,
    valid_from: date | None = None,
    closure: Closure | None = None,
) -> list[Affected]:
    """Booked appointments that fit today's hours and would no longer fit, by time.

    :param document: a new calendar, in force for days from `valid_from` (hall's zone).
    :param closure: or a closure of the hall or a zone.
    """
    rows = _booked(hall, now, first=valid_from, closure=closure)
    if not rows:
        return []
    first, last = rows[0].day, max(row.day for row in rows)
    before = calendars.sessions(hall, first, last)
    after = _sessions_after(hall, first, last + AHEAD, document=document, valid_from=valid_from, closure=closure)
    where = _where(hall, rows)
    lost = [row for row in rows if _fits(row, before, where) and not _fits(row, after, where)]
    reasons = _Reasons(hall, after, closure)
    return _described(hall, lost, after, reasons, now=now)


def unfit(*, hall: Hall, now: datetime) -> list[Affected]:
    """Booked appointments that lie outside the hours in force: those kept on purpose, and those a crash left over."""
    rows = _booked(hall, now, first=None, closure=None)
    if not rows:
        return []
    sessions = calendars.sessions(hall, rows[0].day, max(row.day for row in rows) + AHEAD)
    where = _where(hall, rows)
    lost = [row for row in rows if not _fits(row, sessions, where)]
    return _described(hall, lost, sessions, _Reasons(hall, sessions, None), now=now)


def _booked(hall: Hall, now: datetime, *, first: date | None, closure: Closure | None) -> list[Appointment]:
    rows = Appointment.objects.filter(hall=hall, state="booked", starts_at__gt=now)
    if first is not None:
        rows = rows.filter(day__gte=first)
    if closure is not None:
        rows = rows.filter(starts_at__lt=closure.ends_at, ends_at__gt=closure.starts_at)
    return list(rows.select_related("item", "category__zone", "person").order_by("starts_at", "id"))


def _sessions_after(
    hall: Hall,
    first: date,
    last: date,
    *,
    document: CalendarDocument | None,
    valid_from: date | None,
    closure: Closure | None,
) -> Sessions:
    found = calendars.sessions(hall, first, last)
    shut = calendars.closures(hall, first, last)
    if closure is not None:
        shut = [*shut, closure]
    calendar = calendars.work_calendar()
    for day in found:
        if document is not None and (valid_from is None or day >= valid_from):
            found[day] = calendar_rules.sessions_on(document, day, calendar, shut)
        elif closure is not None:
            found[day] = calendar_rules.sessions_on(calendars.document_of(hall.pk, day), day, calendar, shut)
    return found


@dataclass(frozen=True)
class _Where:
    """Where and how a hall serves what was booked: tags by item id, zones by category code."""

    tags: Mapping[int, frozenset[str]]
    zones: Mapping[str, str | None]


def _where(hall: Hall, rows: Iterable[Appointment]) -> _Where:
    extended = HallItem.objects.filter(hall=hall, extended=True, item__in={row.item_id for row in rows})
    tags = {item_id: frozenset({EXTENDED_TAG}) for item_id in extended.order_by("id").values_list("item_id", flat=True)}
    return _Where(tags, calendars.zones_by_category(hall.pk))


def _fits(row: Appointment, sessions: Sessions, where: _Where) -> bool:
    """Whether one session serves this item for the whole appointment, where its category is served."""
    zone = where.zones.get(row.category.code)
    span = Span(row.starts_at, row.ends_at)
    return any(
        session.serves(row.item.code, where.tags.get(row.item_id, frozenset()), category=row.category.code, zone=zone)
        and any(covers(part, span) for part in session.open_in(zone, category=row.category.code, item=row.item.code))
        for session in sessions.get(row.day, ())
    )


class _Reasons:
    """Why the hours are gone, in words people read."""

    def __init__(self, hall: Hall, sessions: Sessions, closure: Closure | None) -> None:
        self._sessions, self._closure = sessions, closure
        self._zone = ZoneInfo(hall.timezone)

    def of(self, row: Appointment) -> Words:
        if self._closure is not None:
            return self._closure.reason
        of_day = self._sessions.get(row.day, ())
        if not of_day:
            return Words(zh="当天不再开放", en="The hall is no longer open that day")
        hours = [f"{s.starts_at.astimezone(self._zone):%H:%M}–{s.ends_at.astimezone(self._zone):%H:%M}" for s in of_day]
        listed = list(dict.fromkeys(hours))
        return Words(zh=f"当天的服务时间改为 {'、'.join(listed)}", en=f"That day's hours are now {', '.join(listed)}")


def _described(
    hall: Hall,
    lost: Sequence[Appointment],
    sessions: Sessions,
    reasons: _Reasons,
    *,
    now: datetime,
) -> list[Affected]:
    zone = ZoneInfo(hall.timezone)
    offers = _Offers(hall, lost, sessions, now=now)
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
            suggestion=offers.take(row),
        )
        for row in lost
    ]


class _Offers:
    """The slots that the hours will have, and their free places: each place is offered to one person only."""

    def __init__(self, hall: Hall, lost: Sequence[Appointment], sessions: Sessions, *, now: datetime) -> None:
        self._hall, self._now = hall, now
        self._facts = hall_facts(hall, now=now)
        self._items = _items(hall, {row.item_id for row in lost})
        self._slots: dict[tuple[str, datetime], SlotFacts] = {}
        self._free: dict[tuple[str, datetime], int] = {}
        if lost:
            self._read({day: list(of_day) for day, of_day in sessions.items()})

    def _read(self, sessions: dict[date, list[Session]]) -> None:
        wanted = wanted_slots(self._facts, self._items.values(), sessions)
        slots = Slot.objects.filter(
            hall=self._hall,
            day__range=(min(sessions), max(sessions)),
            business__in={row["business"] for row in wanted},
        )
        known = {(slot.business, slot.starts_at): slot for slot in slots.order_by("id")}
        for row in wanted:
            key = (row["business"], row["starts_at"])
            slot = known.get(key)
            if row["starts_at"] <= self._now + NOTICE or (slot is not None and slot.closed and slot.touched):
                continue
            quota, taken = row["quota"], 0
            if slot is not None:
                quota, taken = (slot.quota if slot.touched else max(row["quota"], slot.taken)), slot.taken
            self._slots[key] = SlotFacts(
                id=slot.pk if slot else 0,
                business=row["business"],
                day=row["day"],
                half=row["half"],
                starts_at=row["starts_at"],
                ends_at=row["ends_at"],
                quota=quota,
                taken=taken,
                extended_only=row["extended_only"],
                items=None if row["items"] is None else frozenset(row["items"]),
            )
            self._free[key] = quota - taken

    def nearest(self, row: Appointment) -> list[tuple[SlotFacts, ...]]:
        """Runs of slots for this appointment's item, nearest and quietest first."""
        item = self._items.get(row.item_id)
        if item is None:
            return []
        quotas = self._facts.policy.booking.quotas
        found = []
        for slot in self._slots.values():
            brought_forward = slot.day < row.day
            if brought_forward and slot.starts_at <= self._now + DAYS_NOTICE:
                continue
            if abs(slot.starts_at - row.starts_at) > AHEAD or not booking_rules.serves(slot, item, quotas):
                continue
            run = self._run(slot, item.periods)
            if run:
                found.append(run)
        # As in booking's own suggestions: a full hour of busyness weighs like an hour of distance.
        return sorted(
            found,
            key=lambda run: (
                abs((run[0].starts_at - row.starts_at).total_seconds()) + 3600 * run[0].busy,
                run[0].starts_at,
            ),
        )

    def _run(self, slot: SlotFacts, periods: int) -> tuple[SlotFacts, ...]:
        run = [slot]
        while len(run) < periods:
            following = self._slots.get((slot.business, run[-1].ends_at))
            if following is None:
                return ()
            run.append(following)
        return tuple(run) if all(self._free[each.business, each.starts_at] > 0 for each in run) else ()

    def take(self, row: Appointment) -> Alternative | None:
        runs = self.nearest(row)
        if not runs:
            return None
        run = runs[0]
        free = min(self._free[each.business, each.starts_at] for each in run)
        for each in run:
            self._free[each.business, each.starts_at] -= 1
        zone = self._facts.zone
        return Alternative(
            run[0].id,
            run[0].starts_at.astimezone(zone),
            run[-1].ends_at.astimezone(zone),
            free,
            self._hall.code,
            self._hall.name_zh,
        )


def _items(hall: Hall, item_ids: set[int]) -> dict[int, ItemFacts]:
    rows = (
        HallItem.objects.filter(hall=hall, item__in=item_ids, bookable=True)
        .select_related("item", "category")
        .order_by("id")
    )
    return {
        row.item_id: ItemFacts(
            row.item.code, row.category.code, row.bookable, row.extended, row.item.exempt_half_day, row.periods
        )
        for row in rows
    }


# --- Doing --------------------------------------------------------------------------------------------------------


def publish(
    *,
    hall: Hall,
    document: Mapping[str, Any],
    valid_from: date,
    note: str,
    choices: Mapping[str, Choice],
    others: What = "keep",
    by: Actor,
    now: datetime,
) -> tuple[CalendarVersion, Outcome]:
    """Publish a calendar, make its slots, and do for each affected person what was chosen.

    :param choices: by appointment code. :param others: for whoever booked after the list was made.
    :raises Refused: invalid, changed-meanwhile. Nothing is changed then.
    """
    before = _before(hall, now)
    version = calendar_actions.publish(hall=hall, document=document, valid_from=valid_from, by=by, now=now, note=note)
    booking.materialise(hall=hall, now=now)
    # Slots that are gone are closed now: nobody can book into hours that are no more, the list is final.
    lost = _lost(hall, before, now)
    return version, _apply_all(hall, lost, choices, others, by=by, now=now, why="")


def close(
    *,
    hall: Hall,
    starts_at: datetime,
    ends_at: datetime,
    reason_zh: str,
    reason_en: str,
    zone: Zone | None = None,
    choices: Mapping[str, Choice],
    others: What = "keep",
    by: Actor,
    now: datetime,
) -> tuple[ClosureRow, Outcome]:
    """Close the hall or a zone from–to, and do for each affected person what was chosen.

    :raises Refused: invalid. Nothing is changed then.
    """
    before = _before(hall, now)
    closure = calendar_actions.close(
        hall=hall,
        starts_at=starts_at,
        ends_at=ends_at,
        reason_zh=reason_zh,
        reason_en=reason_en,
        zone=zone,
        by=by,
        now=now,
    )
    booking.materialise(hall=hall, now=now)
    lost = _lost(hall, before, now)
    return closure, _apply_all(hall, lost, choices, others, by=by, now=now, why=closure.reason_zh)


def withdraw(*, closure: ClosureRow, by: Actor, now: datetime) -> None:
    """Take a closure back and open its periods again. Who was moved or cancelled stays so; they may book again."""
    calendar_actions.withdraw_closure(closure=closure, by=by, now=now)
    booking.materialise(hall=closure.hall, now=now)


def apply(*, hall: Hall, choices: Mapping[str, Choice], by: Actor, now: datetime, why: str) -> Outcome:
    """Do what was chosen for each appointment (by code) that still lies outside the hours.

    Applying again is safe: what was moved fits now, what was cancelled is no longer booked; both are counted as done.

    :param why: told to the people, in Chinese as the hall wrote it; "" leaves it out.
    """
    outcome = Outcome()
    for code in choices:
        row = (
            Appointment.objects.select_related("item", "category__zone", "person").filter(code=code, hall=hall).first()
        )
        if row is None or row.state != "booked" or row.starts_at <= now:
            outcome.done += 1
            continue
        sessions = calendars.sessions(hall, row.day, row.day)
        if _fits(row, sessions, _where(hall, [row])):
            outcome.done += 1
            continue
        _do(hall, row, choices[code], outcome, by=by, now=now, why=why)
    return outcome


def _before(hall: Hall, now: datetime) -> set[str]:
    """Codes of the booked appointments that fit the hours in force."""
    rows = _booked(hall, now, first=None, closure=None)
    if not rows:
        return set()
    sessions = calendars.sessions(hall, rows[0].day, max(row.day for row in rows))
    where = _where(hall, rows)
    return {row.code for row in rows if _fits(row, sessions, where)}


def _lost(hall: Hall, before: set[str], now: datetime) -> list[Appointment]:
    """Booked, not fitting, and not among those that lay outside the hours already."""
    rows = _booked(hall, now, first=None, closure=None)
    if not rows:
        return []
    sessions = calendars.sessions(hall, rows[0].day, max(row.day for row in rows))
    where = _where(hall, rows)
    outside = [row for row in rows if not _fits(row, sessions, where)]
    # Who booked in between fitted the old hours: a slot cannot be booked outside of them.
    return [row for row in outside if row.code in before or row.created_at >= now]


def _apply_all(
    hall: Hall,
    lost: Sequence[Appointment],
    choices: Mapping[str, Choice],
    others: What,
    *,
    by: Actor,
    now: datetime,
    why: str,
) -> Outcome:
    outcome = Outcome()
    for row in lost:
        _do(hall, row, choices.get(row.code, Choice(others)), outcome, by=by, now=now, why=why)
    return outcome


def _do(hall: Hall, row: Appointment, choice: Choice, outcome: Outcome, *, by: Actor, now: datetime, why: str) -> None:
    try:
        if choice.what == "move":
            _move(hall, row, choice, by=by, now=now, why=why)
            outcome.moved += 1
        elif choice.what == "cancel":
            booking.cancel(code=row.code, by=by, now=now, why=why, by_hall=True)
            outcome.cancelled += 1
        else:
            outcome.kept += 1
    except Refused as refused:
        if refused.slug in ("already-cancelled", "wrong-state"):  # settled by the person or the clerk meanwhile
            outcome.done += 1
        else:
            outcome.failed.append(Failure(row.code, row.person.masked_name, refused.refusal))


def _move(hall: Hall, row: Appointment, choice: Choice, *, by: Actor, now: datetime, why: str) -> None:
    """To the time that was offered; where somebody was quicker, to the nearest that fits.

    :raises Refused: slot-full when none of the nearest is possible, or the last reason.
    """
    last: Refused | None = None
    for slot_id in _targets(hall, row, choice, now=now):
        try:
            booking.move(code=row.code, slot_id=slot_id, by=by, now=now, why=why, by_hall=True)
            return
        except Refused as refused:
            if refused.slug not in ("slot-full", "limit-half-day", "closed", "nothing-found", "item-not-here"):
                raise
            last = refused
    raise last or Refused("slot-full", facts={"quota": 0})


def _targets(hall: Hall, row: Appointment, choice: Choice, *, now: datetime) -> Iterator[int]:
    """Slots to try: the one offered, then the nearest; those are only worked out when the first was taken."""
    if choice.starts_at is not None:
        businesses = [f"item:{row.item.code}", f"cat:{row.category.code}", "hall"]
        offered = Slot.objects.filter(hall=hall, business__in=businesses, starts_at=choice.starts_at, closed=False)
        yield from offered.order_by("id").values_list("id", flat=True)
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    around = calendars.sessions(hall, max(row.day - AHEAD, today), row.day + AHEAD)
    runs = _Offers(hall, [row], around, now=now).nearest(row)
    yield from [run[0].id for run in runs if run[0].id and run[0].starts_at != choice.starts_at][:TRIES]
