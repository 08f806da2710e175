"""Other times for people whose hours are gone: the slots that the hours will have, and their free places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from banshi.kernel.refusals import Alternative
from banshi.rooms.booking import rules as booking_rules
from banshi.rooms.booking.actions.slots import wanted_slots
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.booking.queries.facts import hall_facts
from banshi.rooms.booking.rules import ItemFacts, SlotFacts
from banshi.rooms.calendars.rules import Session
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.queries.retiring import retired_of
from banshi.rooms.catalogue.queries.seasons import seasons_of
from banshi.rooms.places.models import Hall

AHEAD = timedelta(days=31)  # how far from the old time another is looked for
NOTICE = timedelta(hours=1)  # nobody is moved to a time that begins sooner
DAYS_NOTICE = timedelta(hours=24)  # nor to an earlier day that is nearer than this

Sessions = Mapping[date, Sequence[Session]]


class Offers:
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
        known = {(slot.business, slot.starts_at, slot.ends_at): slot for slot in slots.order_by("id")}
        for row in wanted:
            key = (row["business"], row["starts_at"])
            slot = known.get((*key, row["ends_at"]))
            if row["starts_at"] <= self._now + NOTICE or (slot is not None and slot.closed and slot.touched):
                continue
            quota, taken, carried = row["quota"], 0, 0
            if slot is not None:
                quota, taken, carried = (slot.quota if slot.touched else quota), slot.taken, slot.carried
            self._slots[key] = SlotFacts(
                id=slot.pk if slot else 0,
                business=row["business"],
                day=row["day"],
                half=row["half"],
                starts_at=row["starts_at"],
                ends_at=row["ends_at"],
                quota=quota,
                taken=taken,
                carried=carried,
                extended_only=row["extended_only"],
                items=None if row["items"] is None else frozenset(row["items"]),
            )
            self._free[key] = self._slots[key].free()

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
            if slot.starts_at < row.starts_at and not row.told_at:
                continue  # who hears nothing of it comes at the time they know
            same = slot.starts_at == row.starts_at  # the very time that is gone is no answer
            if same or abs(slot.starts_at - row.starts_at) > AHEAD or not booking_rules.serves(slot, item, quotas):
                continue
            if booking_rules.place_of(slot.business) != row.place:
                continue  # a time by video is not one at a window
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

    def visits(self, rows: Sequence[Appointment]) -> list[dict[str, tuple[SlotFacts, ...]]]:
        """For all matters of one visit, runs that begin together on one day, nearest and quietest first; by code."""
        first, *others = rows
        found = []
        for run in self.nearest(first):
            together = {first.code: run}
            used = Counter(each.id or (each.business, each.starts_at) for each in run)
            for row in others:
                theirs = self._beside(row, run[0].starts_at, used)
                if theirs is None:
                    break
                together[row.code] = theirs
            if len(together) == len(rows):
                found.append(together)
        return found

    def _beside(self, row: Appointment, starts_at: datetime, used: Counter[Any]) -> tuple[SlotFacts, ...] | None:
        """A run for a further matter of the visit at the same time, whose places nobody of the visit has yet."""
        item = self._items.get(row.item_id)
        if item is None:
            return None
        quotas = self._facts.policy.booking.quotas
        for business in booking_rules.lines_of(item, row.place):
            slot = self._slots.get((business, starts_at))
            if slot is None or not booking_rules.serves(slot, item, quotas):
                continue
            run = self._run(slot, item.periods)
            keys = [each.id or (each.business, each.starts_at) for each in run]
            if run and all(self._free[e.business, e.starts_at] > used[k] for e, k in zip(run, keys, strict=True)):
                used.update(keys)
                return run
        return None

    def take(self, rows: Sequence[Appointment]) -> dict[str, Alternative]:
        """The time offered to a visit, by code of its appointments; nothing where there is none. Its places are gone."""
        possible = self.visits(rows)
        if not possible:
            return {}
        found = {}
        for code, run in possible[0].items():
            free = min(self._free[each.business, each.starts_at] for each in run)
            for each in run:
                self._free[each.business, each.starts_at] -= 1
            found[code] = Alternative(
                run[0].id,
                run[0].starts_at.astimezone(self._facts.zone),
                run[-1].ends_at.astimezone(self._facts.zone),
                free,
                self._hall.code,
                self._hall.name_zh,
            )
        return found


def _items(hall: Hall, item_ids: set[int]) -> dict[int, ItemFacts]:
    rows = (
        HallItem.objects.filter(hall=hall, item__in=item_ids, bookable=True)
        .select_related("item__successor", "category")
        .order_by("id")
    )
    return {
        row.item_id: ItemFacts(
            row.item.code,
            row.category.code,
            row.bookable,
            row.extended,
            row.item.exempt_half_day,
            row.periods,
            retired=retired_of(row.item),
            seasons=seasons_of(row.item),
        )
        for row in rows
    }
