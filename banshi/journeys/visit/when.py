"""“When can I go?” (mission §3.3): this item, here or near, now or at a time; best first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from banshi.journeys.hours.stops import stop_of
from banshi.kernel.refusals import Alternative, Refused
from banshi.rooms.booking import queries as booking
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import What
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.queries.retiring import need_taken
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.places.rules import km_between, travel_s
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.rules import line_closes_at, served_today, where_soonest

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Chance:
    """One hall's answer. Times are aware; waits in seconds, None where nothing can be said.

    `open_now`: a walk-in can be served at the asked moment. `next_slot`: the nearest quiet period that can be booked, `free`
    its free places; `first_slot`: the first of all, where no moment was asked about.
    `opens_at`/`closes_at`: the running session, or the next one. `away_km`: as the crow flies, where asked near.
    """

    hall: str
    name_zh: str
    name_en: str
    region: str
    open_now: bool
    opens_at: datetime | None
    closes_at: datetime | None
    session_kind: str
    walk_ins: bool
    bookable: bool
    next_slot: Alternative | None
    free: int
    waiting: int
    likely_s: int | None
    at_most_s: int | None
    why_closed_zh: str
    why_closed_en: str
    served_today: bool | None = None  # whether a number taken now will probably be served; None where nobody can say
    away_km: float | None = None
    first_slot: Alternative | None = None


def away_km(hall: Hall, near: tuple[float, float] | None) -> float | None:
    """Kilometres from `near` (latitude, longitude in degrees) to a hall; None where one of them is not known."""
    if near is None or hall.lat is None or hall.lon is None:
        return None
    return km_between(near, (hall.lat, hall.lon))


def when(
    *,
    item_code: str,
    hall: str | None = None,
    region: str | None = None,
    at: datetime | None = None,
    near: tuple[float, float] | None = None,
    now: datetime,
) -> list[Chance]:
    """Halls where this item can be done, best first: open with the shortest wait, then the earliest chance.

    :param at: the moment asked about; None = now. Waits are only said for about now.
    :param near: latitude and longitude in degrees; then the way there counts like waiting.
    :raises Refused: nothing-found (item, hall or region), item-not-here (this hall does not handle it), item-retired,
        out-of-season (nobody does, then).
    """
    item = catalogue.item_by_code(item_code)
    need_taken(item, day=timezone.localtime(at or now).date())
    if hall is not None:
        candidates = [places.hall_by_code(hall)]
        catalogue.hall_item(candidates[0].id, item_code)
    else:
        handling = set(catalogue.halls_that_handle(item))
        reach = places.halls_in_region(region) if region is not None else places.all_halls()
        candidates = [h for h in reach if h.code in handling]
    moment = at or now
    chances = [replace(_chance(h, item_code, at=at, now=now), away_km=away_km(h, near)) for h in candidates]
    return sorted(chances, key=lambda c: _goodness(c, moment))


def _goodness(chance: Chance, moment: datetime) -> tuple[tuple[int, float], str]:
    slot = chance.first_slot or chance.next_slot
    soonest = where_soonest(
        way_s=travel_s(chance.away_km or 0.0),
        open_now=chance.open_now,
        closes_at=chance.closes_at,
        likely_s=chance.likely_s,
        first_at=min((t for t in (chance.opens_at, slot and slot.starts_at) if t), default=None),
        moment=moment,
    )
    return soonest, chance.hall


def _chance(hall: Hall, item_code: str, *, at: datetime | None, now: datetime) -> Chance:
    moment = at or now
    listed = catalogue.hall_item(hall.id, item_code)
    tags = frozenset({"extended"}) if listed.extended else frozenset()
    category = listed.category.code
    what = What(item_code, tags, category, calendars.zones_by_category(hall.id).get(category))
    asked = calendars.hall_day(hall, moment).opening(moment, what)
    running, why = asked.session, asked.why
    coming = running or calendars.next_opening(hall, moment, what)
    next_slot = first_slot = None
    if listed.bookable:
        with suppress(Refused):
            if at is None:
                next_slot, first_slot = booking.quiet_and_first(hall=hall, item_code=item_code, now=now)
            else:
                found = booking.alternatives(hall=hall, item_code=item_code, near=at, now=now, n=1)
                next_slot = found[0] if found else None
    waiting, likely_s, at_most_s = 0, None, None
    if running is not None and abs(moment - now) <= timedelta(minutes=30):
        waiting, likely_s, at_most_s = tickets.expected_wait(hall_id=hall.id, category_code=category, now=now)
    words = why.words if why else None
    if asked.closure is not None and (stop := stop_of(hall, now, item=item_code, category=category, at=moment)):
        words = stop.both()
    policy = places.policy_of(hall.id, now=now).tickets
    walk_ins = listed.walk_in and policy.walk_ins
    return Chance(
        hall=hall.code,
        name_zh=hall.name_zh,
        name_en=hall.name_en,
        region=hall.region_id,
        open_now=running is not None and walk_ins and running.walk_ins != "never",
        opens_at=running.starts_at if running else asked.opens_at,
        closes_at=coming.ends_at if coming else None,
        session_kind=coming.kind if coming else "",
        walk_ins=walk_ins,
        bookable=listed.bookable,
        next_slot=next_slot,
        first_slot=first_slot,
        free=next_slot.free if next_slot else 0,
        waiting=waiting,
        likely_s=likely_s,
        at_most_s=at_most_s,
        why_closed_zh=words.zh if words else "",
        why_closed_en=words.en if words else "",
        served_today=served_today(
            policy=policy, likely_s=likely_s, until=line_closes_at(asked.day_ends_at), now=moment
        ),
    )
