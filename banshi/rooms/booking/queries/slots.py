"""Slots as people choose them: free places, how busy, why not; and the nearest quiet alternatives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from banshi.foundation import prepared
from banshi.foundation.said import named
from banshi.kernel.refusals import Alternative, Refusal, Refused
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.booking import rules
from banshi.rooms.booking.models import STANDS, Appointment, Slot, Suspension
from banshi.rooms.booking.queries.facts import HallFacts, Opens, closed_under_way, hall_facts, slot_facts, zone_of
from banshi.rooms.booking.rules import Barred, ItemFacts, PersonFacts, SlotFacts
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.queries import retiring
from banshi.rooms.catalogue.queries.seasons import COLUMN as SEASONS
from banshi.rooms.catalogue.rules.retiring import retired
from banshi.rooms.catalogue.rules.seasons import seasons
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policies_of

_NO_ROW = {"zh": "后面没有连续的时段了", "en": "No further period follows directly"}
ALTERNATIVES_WITHIN = timedelta(days=31)


SOON = timedelta(days=14)


@dataclass(frozen=True)
class SlotView:
    """A period offered for an item. Moments in the hall's zone; `free` counts every period an item needs in a row."""

    id: int
    starts_at: datetime
    ends_at: datetime
    day: date
    half: str
    quota: int
    free: int
    bookable: bool
    refusal: Refusal | None
    busy: float
    session_kind: str


def item_facts(hall_id: int, item_code: str) -> ItemFacts | None:
    """The item as this hall handles it; None where it does not."""
    if not rules.storable(item_code):
        return None
    row = HallItem.objects.filter(hall_id=hall_id, item__code=item_code).values_list(*_COLUMNS).first()
    return None if row is None else _facts_of(item_code, *row)


_COLUMNS = ("category__code", "bookable", "extended", "item__exempt_half_day", "periods", SEASONS, *retiring.COLUMNS)


def _facts_of(
    code: str, category: str, bookable: bool, extended: bool, exempt: bool, periods: int, taken: Any, *gone: Any
) -> ItemFacts:
    return ItemFacts(
        code, category, bookable, extended, exempt, periods, retired=retired(code, *gone), seasons=seasons(code, taken)
    )


def line_of(item_code: str, *, hall: HallFacts) -> str | None:
    """The business whose places the matter uses here; None where it is not booked, or no places are given for it."""
    item = item_facts(hall.id, item_code)
    target = rules.quota_for(hall.policy.booking.quotas, item) if item is not None and item.bookable else None
    return None if target is None else target[0]


def slots(
    *,
    hall: Hall,
    item_code: str,
    first: date,
    last: date,
    now: datetime,
    person_id: int | None = None,
    limit_key: str = "",
    party: str = "",
    channel: str = "web",
    internal: bool = False,
    persons: int = 1,
    kept: Collection[int] = (),
    place: str = "window",
) -> list[SlotView]:
    """The slots of an item on the days first–last, by start, each with the reason why it cannot be booked, or None.

    :param person_id: with it, this person's half-day limit and suspension count too; of their bookings those that count
        together under `limit_key` (Appointment.limit_key), and what bars `party` (`rules.party_of`).
    :param persons: who come together and need a place each.
    :param kept: periods of which a place is kept for whoever asks, and for nobody else: it is free for them.
    :param place: `rules.PLACES`: the times at a window, or those by video.
    :raises Refused: item-not-here, not-bookable.
    """
    item = item_facts(hall.pk, item_code)
    if item is None:
        raise Refused("item-not-here", facts={"hall": hall.code, "item": item_code})
    if not item.bookable:
        raise Refused("not-bookable", facts={"item": item_code})
    return _views(
        hall_facts(hall, now=now),
        item,
        first=first,
        last=last,
        now=now,
        person_id=person_id,
        limit_key=limit_key,
        party=party,
        channel=channel,
        internal=internal,
        persons=persons,
        kept=kept,
        place=place,
    )


def _views(
    hall: HallFacts,
    item: ItemFacts,
    *,
    first: date,
    last: date,
    now: datetime,
    person_id: int | None = None,
    limit_key: str = "",
    party: str = "",
    channel: str = "web",
    internal: bool = False,
    persons: int = 1,
    kept: Collection[int] = (),
    opens: Opens | None = None,
    place: str = "window",
    rows: Iterable[Slot] | None = None,
) -> list[SlotView]:
    """:param rows: the hall's slots of these days, where they are read already; by start."""
    opens = opens or Opens(now)
    local = now.astimezone(hall.zone)
    if rows is None:
        lines = rules.lines_of(item, place)
        rows = Slot.objects.filter(hall_id=hall.id, day__range=(first, last), business__in=lines)
        rows = rows.order_by("starts_at", "id")
    kinds = {}
    offered = []
    for row in rows:
        facts = slot_facts(row, hall.zone)
        if rules.serves(facts, item, hall.policy.booking.quotas):
            offered.append(replace(facts, taken=facts.taken - 1) if row.pk in kept else facts)
            kinds[row.pk] = row.session_kind
    offered = [slot for slot in offered if not (slot.closed and _cut_anew(slot, offered))]
    people = {}
    if person_id is not None:
        people = _person_facts(hall, person_id, limit_key, party, first=first, last=last, local=local)
    barred = people.get(None, PersonFacts()).barred
    found = []
    for slot in offered:
        run = _run(slot, offered, item.periods)
        free = max(0, min(each.free(internal=internal) for each in run)) if run else 0
        person = people.get((slot.business, slot.day, slot.half))
        no = rules.refusal(
            slot=_with_free(slot, free, internal=internal) if run else slot,
            item=item,
            policy=hall.policy.booking,
            now=local,
            opens=opens.at(hall, slot.day, slot.business),
            person=person or PersonFacts(barred=barred, live=people.get(None, PersonFacts()).live),
            channel=channel,
            internal=internal,
            hall=hall.code,
        )
        no = no or closed_under_way(hall, item, slot, now=local)
        if no is None and not run:
            no = Refusal("closed", {"reason": _NO_ROW})
        if no is None and free < persons:
            no = rules.full(_with_free(slot, free, internal=internal), internal=internal, persons=persons)
        found.append(
            SlotView(
                id=slot.id,
                starts_at=slot.starts_at,
                ends_at=run[-1].ends_at if run else slot.ends_at,
                day=slot.day,
                half=slot.half,
                quota=slot.internal_quota if internal else slot.quota,
                free=free,
                bookable=no is None,
                refusal=no,
                busy=slot.busy,
                session_kind=kinds[slot.id],
            )
        )
    return found


def _cut_anew(slot: SlotFacts, offered: Sequence[SlotFacts]) -> bool:
    """Whether a closed period is one of an earlier grid: those of today lie across it."""
    return any(
        other.business == slot.business
        and not other.closed
        and other.starts_at < slot.ends_at
        and slot.starts_at < other.ends_at
        for other in offered
    )


def _run(slot: SlotFacts, offered: Sequence[SlotFacts], periods: int) -> list[SlotFacts]:
    """The slot and those that follow it directly, as many as the item takes; empty where the row breaks off."""
    run = [slot]
    by_start = {(each.business, each.starts_at): each for each in offered} if periods > 1 else {}
    while len(run) < periods:
        following = by_start.get((slot.business, run[-1].ends_at))
        if following is None:
            return []
        run.append(following)
    return run


def _with_free(slot: SlotFacts, free: int, *, internal: bool) -> SlotFacts:
    """The slot as full as the fullest period of its run."""
    if internal:
        return replace(slot, internal_taken=slot.internal_quota - free)
    return replace(slot, taken=slot.quota - slot.carried - free)


def _person_facts(
    hall: HallFacts, person_id: int, limit_key: str, party: str, *, first: date, last: date, local: datetime
) -> dict[tuple[str, date, str] | None, PersonFacts]:
    """By business, day and half; under None what holds everywhere."""
    today = local.date()
    suspensions = Suspension.objects.filter(party=party, scope=hall.scope, lifted_at=None, until_on__gte=today)
    in_force = [Barred(each.until_on, each.reason) for each in suspensions if each.from_on <= today]
    barred = max(in_force, key=lambda each: each.until_on, default=None)
    rows = Appointment.objects.filter(
        STANDS,
        person_id=person_id,
        limit_key=limit_key,
        hall_id=hall.id,
        day__gte=min(first, today - timedelta(days=1)),
    ).order_by("starts_at", "id")
    appointments = list(rows)
    live = sum(each.ends_at > local for each in appointments)
    found: dict[tuple[str, date, str] | None, PersonFacts] = {None: PersonFacts(live=live, barred=barred)}
    for each in appointments:
        if not each.exempt:
            found[each.business, each.day, each.half] = PersonFacts(
                each.code, each.starts_at.astimezone(hall.zone), live, barred
            )
    return found


def alternatives(
    *,
    hall: Hall,
    item_code: str,
    near: datetime,
    now: datetime,
    n: int = 3,
    channel: str = "web",
    place: str = "window",
) -> tuple[Alternative, ...]:
    """The nearest quiet slots (错峰) of the item in this hall that can be booked now, by time; at most `n`."""
    item = item_facts(hall.pk, item_code)
    if item is None or not item.bookable:
        return ()
    found = open_periods(hall_facts(hall, now=now), item, near=near, now=now, channel=channel, place=place)
    return rules.nearest_quiet(found, near=near, n=n)


def quiet_and_first(
    *, hall: Hall, item_code: str, now: datetime, channel: str = "web"
) -> tuple[Alternative | None, Alternative | None]:
    """The nearest quiet period (错峰) of the item in this hall, and the first of all: the quiet one is later only where the
    first is fuller."""
    item = item_facts(hall.pk, item_code)
    if item is None or not item.bookable:
        return None, None
    found = open_periods(hall_facts(hall, now=now), item, near=now, now=now, channel=channel)
    return next(iter(rules.nearest_quiet(found, near=now, n=1)), None), _first_of(found)


def first_free(*, hall: Hall, item_code: str, now: datetime, channel: str = "web") -> Alternative | None:
    """The first period of the item in this hall that can be booked now, however busy: where “first” is said, it is."""
    item = item_facts(hall.pk, item_code)
    if item is None or not item.bookable:
        return None
    return _first_of(open_periods(hall_facts(hall, now=now), item, near=now, now=now, channel=channel))


def _first_of(found: Iterable[tuple[Alternative, float]]) -> Alternative | None:
    return min((each for each, _ in found), key=lambda each: (each.starts_at, each.slot_id), default=None)


def alternatives_for(
    hall: HallFacts, item: ItemFacts, *, near: datetime, now: datetime, n: int = 3, channel: str = "web"
) -> tuple[Alternative, ...]:
    """The nearest quiet periods that can be booked, by whoever has nothing yet."""
    return rules.nearest_quiet(open_periods(hall, item, near=near, now=now, channel=channel), near=near, n=n)


def open_periods(
    hall: HallFacts,
    item: ItemFacts,
    *,
    near: datetime,
    now: datetime,
    channel: str = "web",
    opens: Opens | None = None,
    persons: int = 1,
    internal: bool = False,
    place: str = "window",
) -> list[tuple[Alternative, float]]:
    """What can be booked within a month of `near`, with how busy it is. :param persons: who come together and need a
    place each; :param place: as in `slots`."""
    opens = opens or Opens(now)
    today = now.astimezone(hall.zone).date()
    around = near.astimezone(hall.zone).date()
    last = min(horizon_at(hall, today, opens.calendar, place), around + ALTERNATIVES_WITHIN)
    first = max(today, around - ALTERNATIVES_WITHIN)
    views = _views(
        hall, item, first=first, last=last, now=now, channel=channel, internal=internal, opens=opens, place=place
    )
    return [(alternative(hall, view), view.busy) for view in views if view.bookable and view.free >= persons]


def horizon_at(hall: HallFacts, today: date, calendar: WorkCalendar, place: str) -> date:
    """The last day that may be open to book at this place today."""
    return rules.horizon(rules.rules_at(hall.policy, place), today, calendar)


def alternative(hall: HallFacts, view: SlotView) -> Alternative:
    return Alternative(view.id, view.starts_at, view.ends_at, view.free, hall.code, named(hall))


def earliest(*, halls: Sequence[Hall], item_code: str, now: datetime, channel: str = "web") -> dict[str, Alternative]:
    """By code of the hall the first period of the item that can be booked within two weeks; as many queries for many
    halls as for one.
    """
    if not rules.storable(item_code):
        return {}
    handled = HallItem.objects.filter(hall__in=halls, item__code=item_code, bookable=True).order_by("hall_id")
    items = {hall_id: _facts_of(item_code, *rest) for hall_id, *rest in handled.values_list("hall_id", *_COLUMNS)}
    wanted = {business for item in items.values() for business in rules.lines_of(item)}
    days = ((now - timedelta(days=1)).date(), (now + SOON).date())
    rows: dict[int, list[Slot]] = {}
    for row in Slot.objects.filter(hall_id__in=items, day__range=days, ends_at__gt=now, business__in=wanted).order_by(
        "starts_at", "id"
    ):
        rows.setdefault(row.hall_id, []).append(row)
    policies, opens, found = policies_of(items, now=now), Opens(now), {}
    for hall in halls:
        if hall.pk not in rows:
            continue
        # No person is asked for, so the region that credit is shared in does not matter here.
        facts = HallFacts(
            hall.pk, hall.code, hall.name_zh, hall.name_en, zone_of(hall.timezone), hall.region_id, policies[hall.pk]
        )
        item = items[hall.pk]
        mine = [row for row in rows[hall.pk] if row.business in rules.lines_of(item)]
        views = _views(facts, item, first=days[0], last=days[1], now=now, channel=channel, opens=opens, rows=mine)
        first = next((view for view in views if view.bookable), None)
        if first is not None:
            found[hall.code] = alternative(facts, first)
    return found


HELD_SQL = """
WITH free AS MATERIALIZED (
  SELECT id FROM booking_slot WHERE id = ANY(%(slots)s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
SELECT id FROM booking_slot WHERE id = ANY(%(slots)s) AND id NOT IN (SELECT id FROM free)
"""


def held(slot_ids: Collection[int]) -> set[int]:
    """Those of the slots that somebody else has locked at this moment. Outside a transaction nothing stays locked."""
    return {row[0] for row in prepared.rows(HELD_SQL, {"slots": sorted(i for i in slot_ids if 0 < i < 2**63)})}


def halls_of(slot_ids: Iterable[int]) -> dict[int, str]:
    """Code of the hall of each slot there is."""
    return dict(Slot.objects.filter(id__in=list(slot_ids)).values_list("id", "hall__code").order_by("id"))
