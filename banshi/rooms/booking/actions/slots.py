"""Make slots from the hall's calendar and policy (放号), and change them by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from django.db import connection, transaction

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.kernel.policy import HallPolicy, Quota
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.offering import carry_over, offer_free_places, offer_waiting
from banshi.rooms.booking.actions.retrying import again
from banshi.rooms.booking.models import Slot
from banshi.rooms.booking.queries.facts import HallFacts, hall_facts
from banshi.rooms.booking.queries.slots import horizon_at
from banshi.rooms.booking.rules import ItemFacts
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Session, What
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import planned_policies

EXTENDED_TAG = "extended"
AHEAD = timedelta(weeks=2)

# A quota may fall below what is taken: then nothing is free. A slot edited by hand keeps its quota. What the calendar no
# longer has is closed, never deleted: people may be booked. Locking in id order first keeps this job out of the way of
# bookings.
MATERIALISE_SQL = """
WITH wanted AS (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    business text, day date, half text, starts_at timestamptz, ends_at timestamptz, quota int, internal_quota int,
    session_kind text, session text, cut_off_at timestamptz, extended_only boolean, items jsonb, channels jsonb)
), locked AS MATERIALIZED (
  SELECT * FROM booking_slot WHERE hall_id = %(hall)s AND id = ANY(%(known)s) ORDER BY id FOR NO KEY UPDATE
), made AS (
  INSERT INTO booking_slot (hall_id, business, day, half, starts_at, ends_at, quota, taken, internal_quota,
    internal_taken, session_kind, session, cut_off_at, extended_only, items, channels, closed, touched)
  SELECT %(hall)s, w.business, w.day, w.half, w.starts_at, w.ends_at, w.quota, 0, w.internal_quota, 0,
    w.session_kind, w.session, w.cut_off_at, w.extended_only, w.items, w.channels, false, false
  FROM wanted w
  WHERE NOT EXISTS (SELECT 1 FROM locked l WHERE l.business = w.business AND l.starts_at = w.starts_at
    AND l.ends_at = w.ends_at)
  ON CONFLICT (hall_id, business, starts_at, ends_at) DO NOTHING
  RETURNING id
), changed AS (
  UPDATE booking_slot s SET
    quota = CASE WHEN s.touched THEN s.quota ELSE w.quota END,
    internal_quota = CASE WHEN s.touched THEN s.internal_quota ELSE w.internal_quota END,
    session_kind = w.session_kind, session = w.session, cut_off_at = w.cut_off_at,
    extended_only = w.extended_only, items = w.items, channels = w.channels,
    closed = CASE WHEN s.touched AND s.session <> '' THEN s.closed ELSE false END
  FROM wanted w, locked l
  WHERE l.id = s.id AND s.business = w.business AND s.starts_at = w.starts_at AND s.ends_at = w.ends_at
    AND (s.session_kind, s.session, s.cut_off_at, s.extended_only, s.items, s.channels,
         CASE WHEN s.touched THEN 0 ELSE s.quota END, CASE WHEN s.touched THEN 0 ELSE s.internal_quota END,
         s.closed AND NOT s.touched)
      IS DISTINCT FROM
        (w.session_kind, w.session, w.cut_off_at, w.extended_only, w.items, w.channels,
         CASE WHEN s.touched THEN 0 ELSE w.quota END,
         CASE WHEN s.touched THEN 0 ELSE w.internal_quota END, false)
  RETURNING s.id
), gone AS (
  -- Without its session: so it is known, when the session comes back, that nobody closed it by hand.
  UPDATE booking_slot s SET closed = true, session = '' FROM locked l
  WHERE l.id = s.id AND NOT s.closed AND s.starts_at > %(now)s AND s.id = ANY(%(gone)s)
  RETURNING s.id
)
SELECT (SELECT count(*) FROM made) + (SELECT count(*) FROM changed) + (SELECT count(*) FROM gone)
"""


@again
@transaction.atomic
def materialise(*, hall: Hall, now: datetime, offer: bool = True) -> int:
    """Make the hall's slots from its calendar and policy: all that may be opened for booking, and two weeks more.

    The most specific quota wins: item, category, hall. Leaves alone the quotas edited by
     hand; closes the slots whose session is gone. A period cut anew gets a row of its own: people booked in the old one keep
    it, and their share of the time counts in the new ones. Running it again changes nothing.

    :param offer: what became free to who waits; else the caller does, once others have had it first.
    :returns: how many slots were made, changed or closed.
    """
    facts = hall_facts(hall, now=now)
    today = now.astimezone(facts.zone).date()
    calendar = calendars.work_calendar()
    last = max(horizon_at(facts, today, calendar, place) for place in rules.PLACES) + AHEAD
    items = bookable_items(hall)
    rows = as_planned(wanted_slots(facts, items, calendars.sessions(hall, today, last)), items, facts, now=now)
    written = {
        (slot.business, slot.starts_at, slot.ends_at): slot
        for slot in Slot.objects.filter(hall=hall, day__range=(today, last))
    }
    wanted = {_span_of(row): row for row in rows if row["ends_at"] > now}
    # Nearly always nothing is different: then this costs one read, and no lock that a booking would wait for.
    different = [row for key, row in wanted.items() if key not in written or not _same(written[key], row)]
    gone = [s.pk for key, s in written.items() if key not in wanted and not s.closed and s.starts_at > now]
    if not different and not gone:
        return 0
    written_day = {slot.pk: slot.day for slot in written.values()}
    known = [written[key].pk for key in map(_span_of, different) if key in written]
    values: dict[str, Any] = {
        "rows": orjson.dumps(different).decode(),
        "hall": hall.pk,
        "known": sorted(known + gone),
        "gone": gone,
        "now": now,
    }
    with connection.cursor() as cursor:
        # The planner cannot know how many rows the JSON holds, and a nested loop over thousands takes seconds.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(MATERIALISE_SQL, values)
        changed = int(cursor.fetchone()[0])
        cursor.execute("SET LOCAL enable_nestloop = on")
    if changed:
        carry_over(hall_id=hall.pk, days={row["day"] for row in different} | {written_day[pk] for pk in gone})
        if offer:
            offer_waiting(hall=hall, now=now)
        announce(hall=hall.code, topic="slots", now=now)
    return changed


def _span_of(row: Mapping[str, Any]) -> tuple[str, datetime, datetime]:
    return row["business"], row["starts_at"], row["ends_at"]


def _same(slot: Slot, row: dict[str, Any]) -> bool:
    """Whether materialising would leave this slot as it is."""
    fixed = ("session_kind", "session", "cut_off_at", "extended_only", "items", "channels")
    if any(getattr(slot, name) != row[name] for name in fixed):
        return False
    return slot.touched or (
        not slot.closed and slot.quota == row["quota"] and slot.internal_quota == row["internal_quota"]
    )


def bookable_items(hall: Hall) -> list[ItemFacts]:
    """The items of the hall that can be booked, as the rules read them."""
    rows = HallItem.objects.filter(hall=hall, bookable=True).order_by("item__code")
    return [
        ItemFacts(code, category, True, extended, exempt, periods)
        for code, category, extended, exempt, periods in rows.values_list(
            "item__code", "category__code", "extended", "item__exempt_half_day", "periods"
        )
    ]


def as_planned(
    rows: list[dict[str, Any]],
    items: Iterable[ItemFacts],
    hall: HallFacts,
    *,
    now: datetime,
    carried: Callable[[HallPolicy], HallPolicy] | None = None,
) -> list[dict[str, Any]]:
    """With the places of a plan on its days: what is sold there now is given then. Its periods and businesses come with it.

    :param carried: what becomes of a plan by a change that is only looked at.
    """
    days = {row["day"]: datetime.combine(row["day"], time.max, hall.zone) for row in rows}
    plans = planned_policies(hall.id, days.items(), now=now)
    if carried is not None:
        plans = {day: carried(plan) for day, plan in plans.items()}
    planned = {day: (plan.booking, rules.businesses(plan.booking.quotas, items)) for day, plan in plans.items()}
    for row in rows:
        if row["business"] == rules.VIDEO and row["day"] in plans:
            row["quota"] = rules.video_places(plans[row["day"]].video, _minutes(row["starts_at"], row["ends_at"]))
        booking, users = planned.get(row["day"], (None, {}))
        if booking is not None and (found := users.get(row["business"])) is not None:
            row["quota"] = rules.places(found[0], booking.overbook_percent)
            row["internal_quota"] = found[0].internal
    return rows


def wanted_slots(
    hall: HallFacts, items: Iterable[ItemFacts], sessions: dict[date, list[Session]]
) -> list[dict[str, Any]]:
    """The slots that the calendar and the policy call for.

    A period that a closure of a zone, category or item touches is not for what is closed. Where sessions overlap, the
    same hour is not given out twice: equal periods become one for the items of both, and a period is left out where
    those of a session of higher priority take up its time for the same items.
    """
    policy = hall.policy.booking
    users = rules.businesses(policy.quotas, items)
    zones = calendars.zones_by_category(hall.id)
    found: list[dict[str, Any]] = []
    for day in sorted(sessions):
        for business, (quota, all_items) in users.items():
            periods = _periods_of(sessions[day], all_items, zones)
            places = rules.places(quota, policy.overbook_percent)
            found += [_slot_row(hall, business, quota, day, period, len(all_items), places) for period in periods]
    return found + _by_video(hall, items, sessions, zones)


def _by_video(
    hall: HallFacts, items: Iterable[ItemFacts], sessions: dict[date, list[Session]], zones: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """Those by video (视频预约): for whatever is booked there, in the hall's hours as far as the video service has them."""
    video, served = hall.policy.video, [item for item in items if item.bookable]
    if not video.booked_seats or not video.most_waiting or not served:
        return []
    none_by_staff = Quota(target="hall", public=0)
    found = []
    for day in sorted(sessions):
        for period in _periods_of(sessions[day], served, zones):
            starts_at, ends_at = period.starts_at.astimezone(hall.zone), period.ends_at.astimezone(hall.zone)
            places = rules.video_places(video, _minutes(starts_at, ends_at))
            if places and video.answers(starts_at.time(), ends_at.time()):
                found.append(_slot_row(hall, rules.VIDEO, none_by_staff, day, period, len(served), places))
    return found


def _minutes(starts_at: datetime, ends_at: datetime) -> float:
    return (ends_at - starts_at).total_seconds() / 60


@dataclass
class _Period:
    session: Session
    starts_at: datetime
    ends_at: datetime
    items: frozenset[str]
    merged: bool = False  # of several sessions


def _periods_of(
    sessions: Iterable[Session], items: Sequence[ItemFacts], zones: Mapping[str, str | None]
) -> list[_Period]:
    found: dict[tuple[datetime, datetime], _Period] = {}
    for session in sorted(sessions, key=lambda each: -each.priority):
        served = [item for item in items if _serves(session, item, zones)]
        if not served:
            continue
        kept, codes = list(found.values()), frozenset(item.code for item in served)
        for starts_at, ends_at in session.periods:
            open_then = codes
            if session.part_closures:
                open_then = frozenset(i.code for i in served if _open(session, i, zones, starts_at, ends_at))
            same = found.get((starts_at, ends_at))
            if same is not None:
                if len(open_then) > len(same.items):  # the wider session says until when, and by which channels
                    same.session = session
                same.merged = same.merged or not open_then <= same.items
                same.items |= open_then
                continue
            over = [each for each in kept if each.starts_at < ends_at and starts_at < each.ends_at]
            if open_then and not (over and open_then <= frozenset[str]().union(*(each.items for each in over))):
                found[starts_at, ends_at] = _Period(session, starts_at, ends_at, open_then)
    return list(found.values())


def _slot_row(
    hall: HallFacts, business: str, quota: Quota, day: date, period: _Period, of_business: int, places: int
) -> dict[str, Any]:
    session = period.session
    return {
        "business": business,
        "day": day,
        "half": rules.half_of(period.starts_at.astimezone(hall.zone)),
        "starts_at": period.starts_at,
        "ends_at": period.ends_at,
        "quota": places,
        "internal_quota": quota.internal,
        "session_kind": session.kind,
        "session": session.rule[:40],
        "cut_off_at": session.cut_off_at,
        "channels": None if session.channels is None else list(session.channels),
        **_limited(period, of_business),
    }


def _serves(session: Session, item: ItemFacts, zones: Mapping[str, str | None]) -> bool:
    tags = (EXTENDED_TAG,) if item.extended else ()
    return session.serves(item.code, tags, category=item.category, zone=zones.get(item.category))


def _open(
    session: Session, item: ItemFacts, zones: Mapping[str, str | None], starts_at: datetime, ends_at: datetime
) -> bool:
    zone = zones.get(item.category)
    return not any(
        part.starts_at < ends_at
        and starts_at < part.ends_at
        and part.stops(zone=zone, category=item.category, item=item.code)
        for part in session.part_closures
    )


def _limited(period: _Period, of_business: int) -> dict[str, Any]:
    """Which items the slot is for: all of its business, those with the tag for extended sessions, or a list."""
    session = period.session
    by_tag_alone = session.item_tag == EXTENDED_TAG and session.items is None and session.categories is None
    if by_tag_alone and not session.part_closures and not period.merged:
        return {"extended_only": True, "items": None}
    if len(period.items) == of_business:
        return {"extended_only": False, "items": None}
    return {"extended_only": False, "items": sorted(period.items)}


@again
@transaction.atomic
def set_quota(*, slot_id: int, quota: int, internal_quota: int | None = None, by: Actor, now: datetime) -> Slot:
    """Change a slot's places by hand. From then on the materialising job leaves them alone. New places go to who waits.

    Cut below who is booked, nothing is free until enough of them have gone; nobody loses their place.

    :raises Refused: nothing-found, invalid.
    """
    slot = _locked(slot_id)
    internal = slot.internal_quota if internal_quota is None else internal_quota
    if not (0 <= quota <= 10_000 and 0 <= internal <= 10_000):
        raise Refused(
            "invalid", facts={"field": "quota", "reason": {"zh": "号数为 0 到 10000", "en": "Places: 0 to 10,000"}}
        )
    facts = {"from": [slot.quota, slot.internal_quota], "to": [quota, internal]}
    slot.quota, slot.internal_quota, slot.touched = quota, internal, True
    slot.save(update_fields=["quota", "internal_quota", "touched"])
    hall = hall_facts(slot.hall, now=now)
    offer_free_places(slot, hall=hall, now=now)
    audit.record(action="quota", subject=f"slot:{slot.pk}", by=by, now=now, hall=hall.code, facts=facts)
    announce(hall=hall.code, topic="slots", subject=str(slot.pk), now=now)
    return slot


@again
@transaction.atomic
def close_slot(*, slot_id: int, by: Actor, now: datetime, closed: bool = True, why: str = "") -> Slot:
    """Stop (or resume) bookings of a slot. Those booked keep their place until they are moved or cancelled.

    Resumed, its free places go to who waits first.

    :raises Refused: nothing-found; closed, when it should open inside a closure or outside the hours.
    """
    slot = _locked(slot_id)
    if not closed:
        _need_hours(slot, now=now)
    slot.closed, slot.touched = closed, True
    slot.save(update_fields=["closed", "touched"])
    if not closed:
        offer_free_places(slot, hall=hall_facts(slot.hall, now=now), now=now)
    facts = {"why": why} if why else {}
    action = "closed" if closed else "opened"
    audit.record(action=action, subject=f"slot:{slot.pk}", by=by, now=now, hall=slot.hall.code, facts=facts)
    announce(hall=slot.hall.code, topic="slots", subject=str(slot.pk), now=now)
    return slot


def _need_hours(slot: Slot, *, now: datetime) -> None:
    """:raises Refused: closed – a closure covers the period, or its time is given out in periods cut anew."""
    hall = slot.hall
    kind, _, code = slot.business.partition(":")
    category = code if kind == "cat" else None
    what = calendars.what_of(hall, What(code if kind == "item" else None, category=category))
    for closure in calendars.closures(hall, slot.day, slot.day):
        if closure.takes(slot.starts_at, slot.ends_at, zone=what.zone, category=what.category, item=what.item):
            reason = {"zh": closure.reason.zh, "en": closure.reason.en}
            opens = calendars.next_open_moment(hall, closure.ends_at, what)
            raise Refused("closed", facts={"reason": reason, "until": closure.ends_at}, next=opens)
    wanted = wanted_slots(hall_facts(hall, now=now), bookable_items(hall), calendars.sessions(hall, slot.day, slot.day))
    spans = {_span_of(row) for row in wanted if row["business"] == slot.business}
    if (slot.business, slot.starts_at, slot.ends_at) in spans:
        return
    if any(starts_at < slot.ends_at and slot.starts_at < ends_at for _, starts_at, ends_at in spans):
        raise Refused("closed", facts={"reason": _CUT_ANEW})


_CUT_ANEW = {
    "zh": "时段已经重新划分，这段时间在新时段里放号",
    "en": "The periods were cut anew; the new ones give out this time",
}


def _locked(slot_id: int) -> Slot:
    found = Slot.objects.select_for_update(no_key=True, of=("self",)).select_related("hall").filter(id=slot_id).first()
    if found is None:
        raise Refused("nothing-found", facts={"slot": slot_id})
    return found
