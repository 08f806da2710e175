"""Calling for many windows that ask together (同时叫号): the line is read once, each window is given its next, and all are called
in one statement. Whoever's choice changed between reading and locking is called for alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from django.db import IntegrityError, transaction

from banshi.foundation import prepared
from banshi.foundation.announce import notified
from banshi.kernel.refusals import Refused
from banshi.rooms.messaging.rules import last_moment
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets.actions.calling import CALLED_SET, LEFT_CTES, call_one
from banshi.rooms.tickets.actions.ground import columns, from_row, need_at_work
from banshi.rooms.tickets.models import Ticket, WindowSession
from banshi.rooms.tickets.queries import order
from banshi.rooms.tickets.queries.where import shut_now

# Locked in the order of windows' codes: two batches cannot wait for each other in a circle.
DESKS_SQL = """
SELECT w.code, s.staff_id, w.id, w.hall_id, s.paused_at, s.emergency_at
FROM tickets_window_session s JOIN places_window w ON w.id = s.window_id
WHERE w.code = ANY (%(windows)s) AND s.signed_out_at IS NULL
ORDER BY w.code FOR NO KEY UPDATE OF s
"""
BUSY_SQL = """
SELECT window_id, number FROM tickets_ticket WHERE window_id = ANY (%(windows)s) AND state IN ('called', 'serving')
"""
POSTS_SQL = f"""
SELECT w.id, w.zone_id, array_agg(wc.category_id), COALESCE(array_agg(wc.category_id) FILTER (WHERE wc.preferred), '{{}}'),
  s.id IS NOT NULL, {shut_now("z")}
FROM places_window w JOIN places_zone z ON z.id = w.zone_id
JOIN places_window_category wc ON wc.window_id = w.id
LEFT JOIN tickets_window_session s ON s.window_id = w.id AND s.signed_out_at IS NULL AND s.paused_at IS NULL
  AND s.emergency_at IS NULL
WHERE w.hall_id = %(hall)s GROUP BY w.id, z.id, s.id
"""  # noqa: S608 – fragments only
# The first waiting numbers in the order in which they are called, each with the version of its row: so many for each window
# that asks, and some that none of them may call.
FOR_EACH, BESIDES = 8, 40
LINE_SQL = f"""
WITH here AS (
  SELECT h.id AS hall_id, (%(now)s AT TIME ZONE h.timezone)::date AS day FROM places_hall h WHERE h.id = %(hall)s
), {order.CTES}
SELECT t.id, t.xmin::text::bigint, t.category_id, t.only_window_id, t.call_by, COALESCE(t.waits_from, t.made_at),
  ARRAY(SELECT k.window_id FROM tickets_skip k WHERE k.ticket_id = t.id), t.person_id, t.limit_key, {order.NOT_YET},
  t.after_booked
FROM tickets_ticket t LEFT JOIN shares ON shares.id = t.id
WHERE t.hall_id = (SELECT hall_id FROM here) AND t.day = (SELECT day FROM here) AND t.state = 'waiting'
ORDER BY {order.TURN} LIMIT %(most)s
"""  # noqa: S608 – fragments only
ZONES_SQL = "SELECT id, zone_id FROM places_category WHERE hall_id = %(hall)s"
CALL_MANY_SQL = f"""
WITH asked AS (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(ticket bigint, version bigint, window_id bigint, staff bigint)
), here AS (
  SELECT %(hall)s::bigint AS hall_id
), {order.POLICY_CTE}, chosen AS MATERIALIZED (
  SELECT t.id FROM tickets_ticket t JOIN asked a ON a.ticket = t.id AND a.version = t.xmin::text::bigint
  WHERE t.state = 'waiting' ORDER BY t.id FOR UPDATE OF t SKIP LOCKED
), free AS (
  SELECT w.id AS window_id, w.number AS window_number, asked.staff AS staff_id, h.code AS hall_code, h.name_zh, h.name_en,
    f.label_zh, f.label_en
  FROM asked JOIN places_window w ON w.id = asked.window_id JOIN places_hall h ON h.id = w.hall_id
  JOIN places_zone z ON z.id = w.zone_id JOIN places_floor f ON f.id = z.floor_id
), called AS (
  UPDATE tickets_ticket t
  SET {CALLED_SET}
  FROM chosen JOIN asked a ON a.ticket = chosen.id JOIN free ON free.window_id = a.window_id WHERE t.id = chosen.id
  RETURNING {columns("t")}
), {LEFT_CTES}, heard AS MATERIALIZED (
  SELECT count({notified("event")}::text) FROM event
)
SELECT (SELECT * FROM heard), {columns("called")} FROM called
"""  # noqa: S608 – only column names are put in


class _Desk(NamedTuple):
    """A window where somebody is signed in, under lock."""

    code: str
    staff: int
    window: int
    hall: int
    paused_at: datetime | None
    emergency_at: datetime | None


@dataclass(slots=True)
class _Waits:
    """A waiting number (`order.Waits`), and the version of its row."""

    id: int
    version: int
    category: int
    only_window: int | None
    call_by: datetime | None
    waits_from: datetime
    skipped_by: list[int]
    person: int | None
    limit_key: str
    not_yet: bool
    after_booked: bool


Answer = Ticket | Refused | None


def call_next(*, window_code: str, staff_id: int, now: datetime) -> Ticket | None:
    """Call whoever is next to this window: `call_next_many` for one. None when nobody waits whom it serves.

    :raises Refused: those of `call_one`.
    """
    (result,) = call_next_many(asked=[(window_code, staff_id)], now=now)
    if isinstance(result, Refused):
        raise result
    return result


def call_next_many(*, asked: Sequence[tuple[str, int]], now: datetime) -> list[Answer]:
    """`call_one` for windows (code, staff id) that asked together, by their codes: one commit; answers in order, those of a
    hall in a few statements however many they are.

    Where a constraint stops one of them (somebody's other number was called elsewhere meanwhile), or somebody else took
    what was chosen, it is done alone.
    """
    answers: dict[int, Answer] = {}
    if len(asked) > 1:
        try:
            with transaction.atomic():
                answers = _together(asked, now)
        except IntegrityError:
            answers = {}
    for i in sorted(range(len(asked)), key=lambda i: asked[i]):
        if i not in answers:
            try:
                answers[i] = call_one(window_code=asked[i][0], staff_id=asked[i][1], now=now)
            except Refused as no:
                answers[i] = no
    return [answers[i] for i in range(len(asked))]


def _together(asked: Sequence[tuple[str, int]], now: datetime) -> dict[int, Answer]:
    """Answers by place in `asked`; without those that are to be done alone."""
    answers: dict[int, Answer] = {}
    in_order = sorted(range(len(asked)), key=lambda i: asked[i])
    rows = prepared.rows(DESKS_SQL, {"windows": sorted({code for code, _ in asked})})
    desks = {(desk.code, desk.staff): desk for desk in map(_Desk._make, rows)}
    busy = dict(prepared.rows(BUSY_SQL, {"windows": [desk.window for desk in desks.values()]}))
    free: dict[int, dict[int, _Desk]] = {}  # hall → window → desk
    for i in in_order:
        one = asked[i]
        desk = desks.get(one)
        try:
            _need_free(one[0], desk, busy)
        except Refused as no:
            answers[i] = no
        if i not in answers and desk is not None:
            free.setdefault(desk.hall, {})[desk.window] = desk
    called: dict[int, Answer] = {}
    for hall, here in free.items():
        called.update(_in_hall(hall, here, now))
    for i in in_order:
        if i not in answers and (window := desks[asked[i]].window) in called:
            answers[i] = called.pop(window)  # a second request of the same window finds somebody there
    return answers


def _need_free(code: str, desk: _Desk | None, busy: Mapping[int, str]) -> None:
    """:raises Refused: not-signed-in, window-busy, wrong-state."""
    if desk is None:
        raise Refused("not-signed-in", facts={"window": code})
    if desk.window in busy:
        raise Refused("window-busy", facts={"number": busy[desk.window]})
    need_at_work(WindowSession(paused_at=desk.paused_at, emergency_at=desk.emergency_at))


def _in_hall(hall: int, free: Mapping[int, _Desk], now: datetime) -> dict[int, Answer]:
    """Whom each window called; without those to be done alone."""
    at: dict[str, Any] = {"hall": hall, "now": now}
    policy = policy_of(hall, now=now).tickets
    posts = [
        order.Post(window, zone, frozenset(categories), frozenset(preferred), manned, shut)
        for window, zone, categories, preferred, manned, shut in prepared.rows(POSTS_SQL, at)
    ]
    zones = dict(prepared.rows(ZONES_SQL, {"hall": hall}))
    reaches = order.reaches(posts, zones, within_zone=policy.call_within == "zone")
    most = FOR_EACH * len(free) + BESIDES
    line = [_Waits(*row) for row in prepared.rows(LINE_SQL, {**at, "most": most})]
    chosen = choose(
        [reaches[window] for window in free if window in reaches],
        line,
        now=now,
        spill_over=timedelta(minutes=policy.spill_over_after),
    )
    wanted = [
        {"ticket": ticket.id, "version": ticket.version, "window_id": window, "staff": free[window].staff}
        for window, ticket in chosen.items()
    ]
    turn_until = last_moment(key="your_turn", due_at=now, params={})
    rows = prepared.rows(
        CALL_MANY_SQL, {**at, "rows": orjson.dumps(wanted).decode(), "turn_until": turn_until}
    ) if wanted else []  # fmt: skip
    called = [from_row(row[1:]) for row in rows]
    answers: dict[int, Answer] = {ticket.window_id: ticket for ticket in called if ticket.window_id is not None}
    # Else whom a window may call stands further back, or their turn may just have come.
    if len(line) < most and not any(ticket.after_booked for ticket in line):
        answers.update({window: None for window in free if window not in chosen})
    return answers


def choose(
    windows: Sequence[order.Reach], line: Sequence[_Waits], *, now: datetime, spill_over: timedelta
) -> dict[int, _Waits]:
    """Window → whom it calls: each in turn the first of `order.turn_at` whom none before it has taken. Nobody is called to
    two windows.

    :param line: in the hall's order (`order.TURN`).
    """
    lines: dict[tuple[int | None, int], list[tuple[int, _Waits]]] = {}  # kept for a window, category
    kept_for: dict[int, set[int]] = {}
    for place, ticket in enumerate(line):
        lines.setdefault((ticket.only_window, ticket.category), []).append((place, ticket))
        if ticket.only_window is not None:
            kept_for.setdefault(ticket.only_window, set()).add(ticket.category)
    heads = dict.fromkeys(lines, 0)
    at_window: set[tuple[int, str]] = set()
    taken: set[int] = set()
    found: dict[int, _Waits] = {}

    def may(reach: order.Reach, ticket: _Waits) -> bool:
        if ticket.id in taken or (ticket.person is not None and (ticket.person, ticket.limit_key) in at_window):
            return False
        return order.may_call(reach, ticket, now=now, spill_over=spill_over)

    for reach in windows:
        firsts: list[tuple[bool, int, _Waits]] = []  # of each line of its own
        names = [(None, c) for c in reach.near | reach.far] + [
            (reach.window, c) for c in kept_for.get(reach.window, ())
        ]
        for name in names:
            waiting = lines.get(name, [])
            while heads.get(name, 0) < len(waiting) and waiting[heads[name]][1].id in taken:
                heads[name] += 1
            for place, ticket in waiting[heads.get(name, 0) :]:
                if may(reach, ticket):
                    later = not order.overdue(ticket, now) and ticket.category not in reach.preferred
                    firsts.append((bool(reach.preferred) and later, place, ticket))
                    break
        if firsts:
            ticket = found[reach.window] = min(firsts, key=lambda each: each[:2])[2]
            taken.add(ticket.id)
            if ticket.person is not None:
                at_window.add((ticket.person, ticket.limit_key))
    return found
