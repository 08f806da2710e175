"""A hall's line at one moment: six queries whatever its size, every wait worked out in one pass."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from banshi.kernel.refusals import Refused
from banshi.rooms.tickets import rules

RECENT_CALLS = 12


# --- What is shown -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineCategory:
    """`likely_s`, `at_most_s`: of somebody who takes a number now; None when no window serves it."""

    code: str
    name_zh: str
    name_en: str
    letter: str
    waiting: int
    longest_wait_s: int
    likely_s: int | None
    at_most_s: int | None
    windows: int  # truly serving it


@dataclass(frozen=True)
class LineWindow:
    """state: closed | idle | called | serving | paused | emergency. `since`: of that state."""

    code: str
    number: str
    zone: str
    floor: str
    floor_zh: str
    floor_en: str
    kind: str
    state: str
    staff_id: int | None
    staff_name_zh: str
    staff_name_en: str
    ticket_number: str
    ticket_ref: str
    since: datetime | None
    categories: tuple[str, ...]
    pause_reason: str = ""


@dataclass(frozen=True)
class LineTicket:
    """Somebody in the hall. `ahead`: numbers called before this one at windows that serve both; None unless waiting."""

    ref: str
    number: str
    category: str
    kind: str
    lane: str
    state: str
    masked_name: str
    ahead: int | None
    likely_s: int | None
    at_most_s: int | None
    made_at: datetime
    window: str | None  # number of the window it is or was at
    floor: str  # where it is called or, waiting, may be
    floor_en: str


@dataclass(frozen=True)
class LineCall:
    number: str
    window: str
    floor: str
    floor_en: str
    at: datetime
    kind: str
    masked_name: str
    ref: str
    zone: str


@dataclass(frozen=True)
class Line:
    """`version`: id of the hall's last event, from which watchers resume. `tickets`: who waits first, in call order."""

    version: int
    hall: str
    timezone: str
    at: datetime
    waiting: int
    serving: int
    categories: tuple[LineCategory, ...]
    windows: tuple[LineWindow, ...]
    tickets: tuple[LineTicket, ...]
    calls: tuple[LineCall, ...]


class Promise(NamedTuple):
    """What somebody who takes a number is told."""

    ahead: int
    band: rules.Band | None


# --- What is read ------------------------------------------------------------------------------------------------


class _Hall(NamedTuple):
    code: str
    timezone: str
    version: int
    booked_first: bool


class _Category(NamedTuple):
    id: int
    code: str
    letter: str
    name_zh: str
    name_en: str
    handling_minutes: float
    learned: list[list[float]] | None  # [hour, weight, mean, p50, p90]


class _Window(NamedTuple):
    id: int
    code: str
    number: str
    kind: str
    zone: str
    floor: str
    floor_zh: str
    floor_en: str
    categories: list[int]
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

    @property
    def at_work(self) -> bool:
        return self.staff_id is not None and self.paused_at is None and self.emergency_at is None


class _Ticket(NamedTuple):
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
    window: str | None
    masked_name: str


HALL_SQL = """
SELECT h.code, h.timezone, COALESCE((SELECT max(e.id) FROM foundation_event e WHERE e.hall = h.code), 0),
  COALESCE((SELECT (p.document #>> '{tickets,booked_first}')::boolean FROM places_policy_version p
            WHERE p.hall_id = h.id AND p.valid_from <= %s ORDER BY p.version DESC LIMIT 1), true)
FROM places_hall h WHERE h.id = %s
"""
CATEGORIES_SQL = """
SELECT c.id, c.code, c.letter, c.name_zh, c.name_en, c.handling_minutes,
  (SELECT array_agg(ARRAY[t.hour, t.weight, t.mean_s, t.p50_s, t.p90_s] ORDER BY t.hour)
   FROM tickets_handling_time t WHERE t.category_id = c.id AND t.hour IN (-1, %s))
FROM places_category c WHERE c.hall_id = %s ORDER BY c."order", c.code
"""
WINDOWS_SQL = """
SELECT w.id, w.code, w.number, w.kind, z.code, f.code, f.label_zh, f.label_en,
  ARRAY(SELECT wc.category_id FROM places_window_category wc WHERE wc.window_id = w.id ORDER BY wc.category_id),
  ws.staff_id, st.name_zh, st.name_en, ws.paused_at, ws.pause_reason, ws.emergency_at, ws.idle_since,
  t.ref, t.number, t.state, t.category_id, t.called_at, t.started_at
FROM places_window w
JOIN places_zone z ON z.id = w.zone_id
JOIN places_floor f ON f.id = z.floor_id
LEFT JOIN tickets_window_session ws ON ws.window_id = w.id AND ws.signed_out_at IS NULL
LEFT JOIN identity_staff st ON st.id = ws.staff_id
LEFT JOIN tickets_ticket t ON t.window_id = w.id AND t.state IN ('called', 'serving')
WHERE w.hall_id = %s ORDER BY w.code
"""
TICKETS_SQL = """
SELECT t.id, t.ref, t.number, t.category_id, t.kind, t.lane, t.state, t.rank_class, t.rank_key, t.call_by,
  t.only_window_id, t.made_at, w.number, COALESCE(p.masked_name, '')
FROM tickets_ticket t
LEFT JOIN places_window w ON w.id = t.window_id
LEFT JOIN identity_person p ON p.id = t.person_id
WHERE t.hall_id = %s AND t.day = %s AND t.state = ANY(%s) ORDER BY t.id
"""
CALLS_SQL = """
SELECT t.number, w.number, f.label_zh, f.label_en, c.at, c.kind, COALESCE(p.masked_name, ''), t.ref, z.code
FROM tickets_call c
JOIN tickets_ticket t ON t.id = c.ticket_id
JOIN places_window w ON w.id = c.window_id
JOIN places_zone z ON z.id = w.zone_id
JOIN places_floor f ON f.id = z.floor_id
LEFT JOIN identity_person p ON p.id = t.person_id
WHERE c.hall_id = %s AND c.at >= %s AND c.at <= %s AND t.day = %s ORDER BY c.at DESC, c.id DESC LIMIT %s
"""
DUE_SQL = """
SELECT a.category_id, a.starts_at FROM booking_appointment a
WHERE a.hall_id = %s AND a.day = %s AND a.state = 'booked' AND a.ends_at > %s ORDER BY a.starts_at, a.id
"""
# Who stands before a rank, by category and class; the marks are those of `call_next`.
BEFORE_SQL = """
SELECT t.category_id, t.rank_class, t.only_window_id, count(*) FROM tickets_ticket t
WHERE t.hall_id = %s AND t.day = %s AND t.state = 'waiting'
  AND (t.call_by <= %s OR (t.rank_class, t.rank_key) <= (%s, %s))
GROUP BY t.category_id, t.rank_class, t.only_window_id ORDER BY t.rank_class, t.category_id, t.only_window_id
"""
IN_THE_HALL = ["waiting", "called", "serving", "held", "parked", "missed"]


@dataclass(frozen=True)
class Scene:
    """What a forecast needs of a hall: categories, windows, who is there, who is due."""

    categories: Sequence[_Category]
    windows: Sequence[_Window]
    tickets: Sequence[_Ticket]
    due: Sequence[tuple[int, datetime]]
    booked_first: bool
    now: datetime

    def waiting(self) -> list[_Ticket]:
        """Waiting numbers in the order in which they are called."""
        return sorted((t for t in self.tickets if t.state == "waiting"), key=self._turn)

    def _turn(self, ticket: _Ticket) -> tuple[Any, ...]:
        rank = (ticket.rank_class, ticket.rank_key, ticket.id)
        if ticket.call_by is not None and ticket.call_by <= self.now:
            return (0, ticket.call_by, *rank)
        return (1, *rank)

    def at_work(self) -> list[rules.AtWork]:
        return [
            rules.AtWork(
                window=w.id,
                categories=frozenset(w.categories),
                category=w.category,
                elapsed_s=(self.now - (w.started_at or w.called_at or self.now)).total_seconds() if w.ref else None,
            )
            for w in self.windows
            if w.at_work
        ]

    def forecaster(self) -> rules.Forecaster:
        return rules.Forecaster(
            windows=self.at_work(),
            handling={c.id: handling_of(c) for c in self.categories},
            due=[rules.Due(category, (starts - self.now).total_seconds()) for category, starts in self.due],
            booked_first=self.booked_first,
        )

    def neighbours(self) -> dict[int, frozenset[int]]:
        """Category → categories that stand in one line with it, by the windows at work, else by all windows."""
        working = self.at_work()
        everything = [rules.AtWork(w.id, frozenset(w.categories)) for w in self.windows]
        served = frozenset[int]().union(*(w.categories for w in working))
        return {c.id: rules.shares_windows(c.id, working if c.id in served else everything) for c in self.categories}


def handling_of(category: _Category) -> rules.Handling:
    """Learned times of the hour once there is something to go by, else of any hour, else the category's own."""
    known = rules.prior(category.handling_minutes)
    for _, weight, mean, p50, p90 in category.learned or []:  # hour -1 comes first
        if weight >= 5:
            known = rules.Handling(weight, mean, p50, p90)
    return known


def _rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def scene(
    *, hall_id: int, day: date, hour: int, booked_first: bool, now: datetime, states: Sequence[str] = ()
) -> Scene:
    """Four queries; three when nobody in the line is asked for.

    :param day: business day of the hall. :param hour: local hour, for the learned times.
    :param states: of the tickets to be read.
    """
    return Scene(
        categories=[_Category(*row) for row in _rows(CATEGORIES_SQL, hour, hall_id)],
        windows=[_Window(*row) for row in _rows(WINDOWS_SQL, hall_id)],
        tickets=[_Ticket(*row) for row in _rows(TICKETS_SQL, hall_id, day, list(states))] if states else [],
        due=[(row[0], row[1]) for row in _rows(DUE_SQL, hall_id, day, now)],
        booked_first=booked_first,
        now=now,
    )


def promise_for(
    *,
    hall_id: int,
    day: date,
    hour: int,
    booked_first: bool,
    now: datetime,
    category: int,
    rank: rules.Rank,
    only_window: int | None,
) -> Promise:
    """How many stand before a new number of this rank, and how long it will wait.

    Those before it are read as counts: their order among themselves hardly moves its own turn.
    """
    seen = scene(hall_id=hall_id, day=day, hour=hour, booked_first=booked_first, now=now)
    before = _rows(BEFORE_SQL, hall_id, day, now, rank.rank_class, rank.key)
    neighbours, forecaster, ahead = seen.neighbours()[category], seen.forecaster(), 0
    for theirs, rank_class, window, count in before:
        ahead += count if theirs in neighbours and window is None and only_window is None else 0
        for _ in range(count):
            forecaster.pass_by(rules.InLine(theirs, rank_class, window))
    return Promise(ahead, forecaster.place(rules.InLine(category, rank.rank_class, only_window)))


def line(hall_id: int, now: datetime) -> Line:
    """The hall's line now. Six queries; estimates of everybody in one pass.

    :param now: aware; the business day is the hall's own.
    :raises Refused: nothing-found.
    """
    found = _rows(HALL_SQL, now, hall_id)
    if not found:
        raise Refused("nothing-found", facts={"hall": hall_id})
    hall = _Hall(*found[0])
    local = now.astimezone(ZoneInfo(hall.timezone))
    day = local.date()
    seen = scene(hall_id=hall_id, day=day, hour=local.hour, booked_first=hall.booked_first, now=now, states=IN_THE_HALL)
    midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(hall.timezone))
    calls = _rows(CALLS_SQL, hall_id, midnight, now, day, RECENT_CALLS)

    waiting = seen.waiting()
    in_line, probes = _foretold(seen, waiting)
    codes = {c.id: c.code for c in seen.categories}
    floors = _floors(seen.windows)
    in_category: Counter[int] = Counter(t.category for t in waiting)
    longest: dict[int, int] = defaultdict(int)
    for ticket in waiting:
        longest[ticket.category] = max(longest[ticket.category], round((now - ticket.made_at).total_seconds()))
    serving_windows: Counter[int] = Counter(c for w in seen.at_work() for c in w.categories)
    return Line(
        version=hall.version,
        hall=hall.code,
        timezone=hall.timezone,
        at=now,
        waiting=len(waiting),
        serving=sum(t.state == "serving" for t in seen.tickets),
        categories=tuple(
            LineCategory(
                code=c.code,
                name_zh=c.name_zh,
                name_en=c.name_en,
                letter=c.letter,
                waiting=in_category[c.id],
                longest_wait_s=longest[c.id],
                likely_s=band.likely_s if (band := probes[c.id]) else None,
                at_most_s=band.at_most_s if band else None,
                windows=serving_windows[c.id],
            )
            for c in seen.categories
        ),
        windows=tuple(_shown_window(w, codes) for w in seen.windows),
        tickets=tuple(
            [_shown_ticket(t, codes, floors, in_line[t.id]) for t in waiting]
            + [_shown_ticket(t, codes, floors, None) for t in seen.tickets if t.state != "waiting"]
        ),
        calls=tuple(LineCall(*row) for row in calls),
    )


def _foretold(seen: Scene, waiting: Sequence[_Ticket]) -> tuple[dict[int, Promise], dict[int, rules.Band | None]]:
    """Promise of each waiting ticket by id, and the wait of a newcomer per category."""
    forecaster, neighbours = seen.forecaster(), seen.neighbours()
    before: Counter[int] = Counter()
    promises = {}
    for ticket in waiting:
        ahead = 0 if ticket.only_window else sum(before[c] for c in neighbours[ticket.category])
        promises[ticket.id] = Promise(
            ahead, forecaster.place(rules.InLine(ticket.category, ticket.rank_class, ticket.only_window))
        )
        if ticket.only_window is None:
            before[ticket.category] += 1
    return promises, {c.id: forecaster.probe(c.id) for c in seen.categories}


def _shown_window(w: _Window, codes: dict[int, str]) -> LineWindow:
    if w.staff_id is None and w.ref is None:
        state, since = "closed", None
    elif w.emergency_at is not None:
        state, since = "emergency", w.emergency_at
    elif w.ref is not None:
        state, since = str(w.state), w.started_at if w.state == "serving" else w.called_at
    elif w.paused_at is not None:
        state, since = "paused", w.paused_at
    else:
        state, since = "idle", w.idle_since
    return LineWindow(
        code=w.code,
        number=w.number,
        zone=w.zone,
        floor=w.floor,
        floor_zh=w.floor_zh,
        floor_en=w.floor_en,
        kind=w.kind,
        state=state,
        staff_id=w.staff_id,
        staff_name_zh=w.staff_zh or "",
        staff_name_en=w.staff_en or "",
        ticket_number=w.ticket or "",
        ticket_ref=w.ref or "",
        since=since,
        categories=tuple(codes[c] for c in w.categories if c in codes),
        pause_reason=w.pause_reason or "",
    )


def _floors(windows: Sequence[_Window]) -> dict[int | str, tuple[str, str]]:
    """Floor (zh, en) by window number, and by category: of the first window that serves it, at work before closed."""
    floors: dict[int | str, tuple[str, str]] = {}
    for w in sorted(windows, key=lambda w: not w.at_work):
        floors[w.number] = (w.floor_zh, w.floor_en)
        for category in w.categories:
            floors.setdefault(category, floors[w.number])
    return floors


def _shown_ticket(
    t: _Ticket, codes: dict[int, str], floors: dict[int | str, tuple[str, str]], promise: Promise | None
) -> LineTicket:
    band = promise.band if promise else None
    floor = floors.get(t.window or t.category, ("", ""))
    return LineTicket(
        ref=t.ref,
        number=t.number,
        category=codes[t.category],
        kind=t.kind,
        lane=t.lane,
        state=t.state,
        masked_name=t.masked_name,
        ahead=promise.ahead if promise else None,
        likely_s=band.likely_s if band else None,
        at_most_s=band.at_most_s if band else None,
        made_at=t.made_at,
        window=t.window,
        floor=floor[0],
        floor_en=floor[1],
    )
