"""What a line is worked out from: categories, windows, who is there and who is due, as loaded rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection

from banshi.foundation import prepared
from banshi.kernel.policy import TicketPolicy
from banshi.rooms.places.statements import policy_in_force, policy_value
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.queries import order
from banshi.rooms.tickets.queries.where import Place, Post, Zone, place, shut_now


class Promise(NamedTuple):
    """`ahead`: other people before them. `band`: of their wait; None where no window serves what they wait for."""

    ahead: int
    band: rules.Band | None
    where: Place | None = None  # where they wait, for whom that was asked


class HallRow(NamedTuple):
    code: str
    timezone: str
    version: int
    tickets: str | None  # that part of the policy, as JSON

    @property
    def policy(self) -> TicketPolicy:
        return TicketPolicy.model_validate_json(self.tickets or "{}")


class CategoryRow(NamedTuple):
    id: int
    code: str
    letter: str
    name_zh: str
    name_en: str
    zone: int | None
    zone_code: str
    zone_shut: bool
    floor_zh: str
    floor_en: str
    handling_minutes: float
    learned: list[list[float]] | None  # [hour, weight, mean, p50, p90, gap]
    stopped: bool  # a closure runs over it now: nobody is called, but for kept appointments
    turnout: list[float] | None  # of the hall's booked people: weight, comes, then shares by rules.BY_S


class WindowRow(NamedTuple):
    id: int
    code: str
    number: str
    kind: str
    zone_id: int
    zone: str
    floor: str
    floor_zh: str
    floor_en: str
    categories: list[int]
    preferred: list[int]
    staff_id: int | None
    staff_zh: str | None
    staff_en: str | None
    paused_at: datetime | None
    pause_reason: str | None
    emergency_at: datetime | None
    idle_since: datetime | None
    ref: str | None
    ticket: str | None
    state: str | None
    category: int | None
    called_at: datetime | None
    started_at: datetime | None
    shut: bool  # its zone is closed now
    visit: int

    @property
    def at_work(self) -> bool:
        """Takes numbers: somebody is there, nothing holds them up."""
        return not self.shut and self.manned

    @property
    def manned(self) -> bool:
        return self.staff_id is not None and self.paused_at is None and self.emergency_at is None


class TicketRow(NamedTuple):
    id: int
    ref: str
    number: str
    category: int
    kind: str
    lane: str
    state: str
    rank_class: int
    rank_key: int
    call_by: datetime | None
    only_window: int | None
    made_at: datetime
    waits_from: datetime
    wait_s: int
    skipped_by: list[int]
    line_closes_at: datetime | None
    persons: int
    window: str | None
    masked_name: str
    not_yet: bool  # waits, and is called to no window now
    stopped: bool  # for a closure runs over what it waits for
    visit: int = 0  # the numbers of one person on one day are one visit

    def waited_s(self, now: datetime) -> int:
        """Stretches present so far."""
        under_way = max(0, int((now - self.waits_from).total_seconds())) if self.state == "waiting" else 0
        return self.wait_s + under_way


HALL_SQL = f"""
SELECT h.code, h.timezone, COALESCE((SELECT max(e.id) FROM foundation_event e WHERE e.hall = h.code), 0),
  ({policy_in_force("h.id")}) -> 'tickets'
FROM places_hall h WHERE h.id = %(hall)s
"""  # noqa: S608 – fragments only
CATEGORIES_SQL = f"""
WITH here AS (SELECT %(hall)s::bigint AS hall_id), {order.SHUT_CTE}
SELECT c.id, c.code, c.letter, c.name_zh, c.name_en, c.zone_id,
  COALESCE(cz.code, ''), {shut_now("cz")}, COALESCE(cf.label_zh, ''), COALESCE(cf.label_en, ''), c.handling_minutes,
  (SELECT array_agg(ARRAY[t.hour, t.weight, t.mean_s, t.p50_s, t.p90_s, t.gap_s] ORDER BY t.hour)
   FROM tickets_handling_time t WHERE t.category_id = c.id AND t.hour IN (-1, %(hour)s)),
  EXISTS (SELECT 1 FROM shut WHERE shut.whole OR shut.category_id = c.id OR c.id = ANY (shut.categories)),
  (SELECT ARRAY[o.weight, o.comes] || o.come_by FROM tickets_turnout o WHERE o.hall_id = c.hall_id)
FROM places_category c
LEFT JOIN places_zone cz ON cz.id = c.zone_id
LEFT JOIN places_floor cf ON cf.id = cz.floor_id
WHERE c.hall_id = %(hall)s ORDER BY c."order", c.code
"""  # noqa: S608 – fragments only
# Of a number that is served: when it began, if nothing had come between – what it was on hold, or out in an evacuation, is
# left out.
SERVED_SINCE = """SELECT CASE WHEN o.ended_at IS NULL THEN o.started_at ELSE %(now)s::timestamptz END
    - COALESCE((SELECT sum(e.ended_at - e.started_at) FROM tickets_service e
    WHERE e.ticket_id = t.id AND e.ended_at IS NOT NULL), interval '0')
  FROM tickets_service o WHERE o.ticket_id = t.id ORDER BY o.id DESC LIMIT 1"""
WINDOWS_SQL = f"""
SELECT w.id, w.code, w.number, w.kind, w.zone_id, z.code, f.code, f.label_zh, f.label_en,
  ARRAY(SELECT wc.category_id FROM places_window_category wc WHERE wc.window_id = w.id ORDER BY wc.category_id),
  ARRAY(SELECT wc.category_id FROM places_window_category wc WHERE wc.window_id = w.id AND wc.preferred),
  ws.staff_id, st.name_zh, st.name_en, ws.paused_at, ws.pause_reason, ws.emergency_at, ws.idle_since,
  t.ref, t.number, t.state, t.category_id, t.called_at, COALESCE(({SERVED_SINCE}), t.started_at),
  {shut_now("z")},
  COALESCE((SELECT max(s.id) FROM tickets_service s WHERE s.window_id = w.id), 0)
FROM places_window w
JOIN places_zone z ON z.id = w.zone_id
JOIN places_floor f ON f.id = z.floor_id
LEFT JOIN tickets_window_session ws ON ws.window_id = w.id AND ws.signed_out_at IS NULL
LEFT JOIN identity_staff st ON st.id = ws.staff_id
LEFT JOIN tickets_ticket t ON t.window_id = w.id AND t.state IN ('called', 'serving')
WHERE w.hall_id = %(hall)s ORDER BY w.code
"""  # noqa: S608 – fragments only
# In the order in which waiting numbers are called.
TICKETS_SQL = f"""
WITH here AS (SELECT %(hall)s::bigint AS hall_id, %(day)s::date AS day), {order.CTES}
SELECT t.id, t.ref, t.number, t.category_id, t.kind, t.lane, t.state, t.rank_class, t.rank_key, t.call_by,
  t.only_window_id, t.made_at, COALESCE(t.waits_from, t.made_at), COALESCE(t.wait_s, 0),
  ARRAY(SELECT k.window_id FROM tickets_skip k WHERE k.ticket_id = t.id), t.line_closes_at, COALESCE(a.persons, 1),
  w.number, COALESCE(p.masked_name, ''), t.state = 'waiting' AND {order.NOT_YET}, {order.STOPPED}, t.visit_id
FROM tickets_ticket t
LEFT JOIN shares ON shares.id = t.id
LEFT JOIN places_window w ON w.id = t.window_id
LEFT JOIN identity_person p ON p.id = t.person_id
LEFT JOIN booking_appointment a ON a.id = t.appointment_id
WHERE t.hall_id = %(hall)s AND t.day = %(day)s AND t.state = ANY(%(states)s) ORDER BY {order.TURN}
"""  # noqa: S608 – fragments only
# Everybody in the hall reads the boards: a name that somebody only typed is nobody's to hint at. Who is back in line –
# passed on, put back, sent out –, was put aside, did not come or is gone is sent to no window any more, and whoever goes on
# at another window is not sent to the first.
# The last calls of today, newest first. What is over is no call any more – nobody runs to a window for it –, but for whoever was
# served in the moment they were called: that one stays as long as a board makes a new call stand out.
JUST_CALLED_S = 10
CALLS_SQL = f"""
SELECT t.number, w.number, f.label_zh, f.label_en, c.at, CASE c.kind WHEN 'recall' THEN 'recall' ELSE 'call' END,
  CASE WHEN p.name_evidence > 0 AND {policy_value("screens.names", f"({policy_in_force('%(hall)s')})")} = 'masked'
    THEN p.masked_name ELSE '' END, t.ref, z.code
FROM tickets_call c
JOIN tickets_ticket t ON t.id = c.ticket_id
JOIN places_window w ON w.id = c.window_id
JOIN places_zone z ON z.id = w.zone_id
JOIN places_floor f ON f.id = z.floor_id
LEFT JOIN identity_person p ON p.id = t.person_id
WHERE c.hall_id = %(hall)s AND c.at >= %(midnight)s AND c.at <= %(now)s AND t.day = %(day)s
  AND (t.state IN ('called', 'serving')
    OR t.state = 'finished' AND c.at > %(now)s::timestamptz - interval '{JUST_CALLED_S} seconds')
  AND t.window_id = c.window_id
ORDER BY c.at DESC, c.id DESC LIMIT %(most)s
"""  # noqa: S608 – a number of ours
# What is still to come today: booked people, and planned desks – as set by hand for the day, else as set for the weekday
# together with the windows of the roster.
COMING_SQL = """
WITH plan AS (
  SELECT p.*, CASE WHEN p.weekday IS NULL AND p.shift IS NULL THEN 1 ELSE 2 END AS level
  FROM tickets_planned_desk p
  WHERE p.hall_id = %(hall)s AND (p.day = %(day)s OR p.weekday = EXTRACT(ISODOW FROM %(day)s::date) - 1)
)
SELECT NULL::int, a.persons::bigint, a.category_id, a.starts_at, a.ends_at, count(*)
FROM booking_appointment a
WHERE a.hall_id = %(hall)s AND a.day = %(day)s AND a.business <> 'video' AND a.state = 'booked' AND a.ends_at > %(now)s
GROUP BY 2, 3, 4, 5
UNION ALL
SELECT p.desks, p.window_id, p.category_id, (%(day)s::date + p.starts) AT TIME ZONE h.timezone,
  (%(day)s::date + p.ends) AT TIME ZONE h.timezone, NULL
FROM plan p JOIN places_hall h ON h.id = p.hall_id WHERE p.level = (SELECT min(level) FROM plan)
ORDER BY 4, 3, 2, 5
"""
IN_THE_HALL = list(rules.NUMBER.goes_on)


@dataclass(frozen=True)
class Scene:
    """What a forecast needs of a hall: categories, windows, who is there, who is due."""

    categories: Sequence[CategoryRow]
    windows: Sequence[WindowRow]
    tickets: Sequence[TicketRow]
    due: Sequence[tuple[int, datetime, datetime, int, int]]  # category, period, persons of one booking, how many such
    planned: Sequence[rules.Planned]
    policy: TicketPolicy
    now: datetime

    def waiting(self) -> list[TicketRow]:
        """Waiting numbers in the order in which they are called."""
        return [t for t in self.tickets if t.state == "waiting"]

    @cached_property
    def reaches(self) -> dict[int, order.Reach]:
        """What each window may call, by its id."""
        posts = [
            order.Post(w.id, w.zone_id, frozenset(w.categories), frozenset(w.preferred), w.manned, w.shut)
            for w in self.windows
        ]
        zones = {c.id: c.zone for c in self.categories}
        return order.reaches(posts, zones, within_zone=self.policy.call_within == "zone")

    def turn_at(self, window_id: int) -> list[TicketRow]:
        """Whom this window calls, first to last."""
        after = timedelta(minutes=self.policy.spill_over_after)
        return order.turn_at(self.reaches[window_id], self.waiting(), now=self.now, spill_over=after)

    @cached_property
    def at_work(self) -> list[rules.AtWork]:
        """Windows that take numbers, with what is under way there."""
        reaches = self.reaches
        return [
            rules.AtWork(w.id, reaches[w.id].near, w.category, self._elapsed(w), reaches[w.id].far)
            for w in self.windows
            if w.at_work
        ]

    @cached_property
    def desks(self) -> list[rules.AtWork]:
        """Windows that take numbers, and those planned that stand in until somebody has signed in there."""
        reaches = self.reaches
        desks = [
            rules.Desk(w.id, reaches[w.id].near, reaches[w.id].far, w.staff_id is not None)
            for w in self.windows
            if not w.shut
        ]
        return self.at_work + rules.stand_ins(self.planned, desks)

    def _elapsed(self, w: WindowRow) -> float | None:
        if w.ref is None:
            return None
        if w.state == "serving" and w.started_at is not None:
            return max(0.0, -self._in_s(w.started_at))
        # Called, and on the way: most of what lies between two services is still to come.
        return min(0.0, -rules.CHANGEOVER_S - self._in_s(w.called_at or self.now))

    def _in_s(self, moment: datetime) -> float:
        return (moment - self.now).total_seconds()

    def spills_in_s(self, waits_from: datetime) -> float:
        """Until windows of other zones may call somebody who waits since then."""
        return max(0.0, self._in_s(waits_from) + self.policy.spill_over_after * 60)

    def forecaster(self, waiting: int, *, among: frozenset[int] | None = None) -> rules.Forecaster:
        """:param waiting: about how many will be placed. :param among: only the windows and people of these categories, which
        meet no other (`meeting`).
        """
        return rules.Forecaster(
            windows=[w for w in self.desks if among is None or not among.isdisjoint(w.categories | w.far)],
            handling=self._handling,
            due=[
                rules.Due(category, self._in_s(starts), self._in_s(ends), persons, count)
                for category, starts, ends, persons, count in self.due
                if among is None or category in among
            ],
            booked_first=self.policy.booked_first,
            waiting=waiting,
            turnout=turnout_of(self.categories),
        )

    @cached_property
    def _handling(self) -> dict[int, rules.Handling]:
        return {c.id: handling_of(c) for c in self.categories}

    def place_of(self, category: int) -> Place:
        """Where its people wait, as `where.places` says."""
        return self._places[category]

    @cached_property
    def _places(self) -> dict[int, Place]:
        posts: dict[int, list[Post]] = {c.id: [] for c in self.categories}
        for w in self.windows:
            post = Post(w.id, w.number, w.zone, w.floor_zh, w.floor_en, w.manned, w.shut)
            for category in w.categories:
                posts[category].append(post)
        zones = {
            c.id: Zone(c.zone_code, c.floor_zh, c.floor_en, c.zone_shut) if c.zone_code else None
            for c in self.categories
        }
        within = self.policy.call_within == "zone"
        return {category: place(served, zones[category], within_zone=within) for category, served in posts.items()}

    @cached_property
    def neighbours(self) -> dict[int, frozenset[int]]:
        """Category → categories that stand in one line with it, by the windows at work, else by all windows."""
        working = {w.categories | w.far for w in self.desks}
        everything = {frozenset(w.categories) for w in self.windows}
        served = frozenset[int]().union(*working)
        return {c.id: rules.served_together(c.id, working if c.id in served else everything) for c in self.categories}

    def meeting(self, category: int) -> frozenset[int]:
        """The categories that this one meets at a window at work, those that they meet, and so on: nobody else can lengthen
        or shorten its wait."""
        return next((among for among in self._meetings if category in among), frozenset({category}))

    @cached_property
    def _meetings(self) -> list[frozenset[int]]:
        found: list[frozenset[int]] = []
        for line in {w.categories | w.far for w in self.desks}:
            met = [among for among in found if not among.isdisjoint(line)]
            found = [among for among in found if among.isdisjoint(line)] + [line.union(*met)]
        return found


def handling_of(category: CategoryRow) -> rules.Handling:
    """Learned times of the hour once there is something to go by, else of any hour, else the category's own."""
    known = rules.prior(category.handling_minutes)
    for _, weight, mean, p50, p90, gap in category.learned or []:  # hour -1 comes first
        if weight >= 5:
            known = rules.Handling(weight, mean, p50, p90, gap)
    return known


def turnout_of(categories: Sequence[CategoryRow]) -> rules.Turnout:
    """What the hall has learned of its booked people; the same beside each category."""
    known = categories[0].turnout if categories else None
    if known is None or len(known) != 2 + len(rules.BY_S):
        return rules.Turnout()
    weight, comes, *by = known
    return rules.Turnout(weight, comes, tuple(by))


def rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def scene(
    *, hall_id: int, day: date, hour: int, policy: TicketPolicy, now: datetime, states: Sequence[str] = ()
) -> Scene:
    """Four queries; three when nobody in the line is asked for.

    :param day: business day of the hall. :param hour: local hour, for the learned times.
    :param states: of the tickets to be read.
    """
    at: dict[str, Any] = {"hall": hall_id, "day": day, "now": now}
    coming = rows(COMING_SQL, **at)
    return Scene(
        categories=[CategoryRow(*row) for row in rows(CATEGORIES_SQL, hall=hall_id, hour=hour, now=now)],
        windows=[WindowRow(*row) for row in rows(WINDOWS_SQL, hall=hall_id, now=now)],
        tickets=list(map(TicketRow._make, prepared.many(TICKETS_SQL, {**at, "states": list(states)})))
        if states
        else [],
        due=[
            (category, starts, ends, persons, count)
            for desks, persons, category, starts, ends, count in coming
            if desks is None
        ],
        planned=[
            rules.Planned((starts - now).total_seconds(), (ends - now).total_seconds(), desks, category, window)
            for desks, window, category, starts, ends, _ in coming
            if desks is not None
        ],
        policy=policy,
        now=now,
    )
