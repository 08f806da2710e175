"""Calling (叫号). `call_one` is one round trip: choose by rank, lock past others' choices, call, tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F

from banshi.foundation.announce import announced, notified
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.messaging.rules import last_moment
from banshi.rooms.messaging.statements import written
from banshi.rooms.places.models import Hall, Window, WindowCategory
from banshi.rooms.places.statements import policy_value
from banshi.rooms.tickets.actions.deciding import need_why
from banshi.rooms.tickets.actions.ground import (
    bookings_first,
    broken,
    columns,
    from_row,
    goes_on,
    locked,
    need,
    need_at_work,
    need_free,
    need_open,
    once_more,
    one_statement,
    parked_s,
    record,
    seconds,
    session_of,
    tell_line,
    waiting_s,
    waits_twice,
)
from banshi.rooms.tickets.actions.told import tell
from banshi.rooms.tickets.models import AT_WINDOW, GO_ON, Call, Estimate, Miss, Ticket, WindowSession
from banshi.rooms.tickets.queries import order
from banshi.rooms.tickets.rules import NUMBER

TRIES = (
    5  # a person's other number may be called elsewhere meanwhile, or the chosen one fall back; the next try sees it
)

# Seconds of the stretch of waiting that a call ends; none where the appointment's time has not come.
STRETCH = "GREATEST(0, floor(EXTRACT(EPOCH FROM %(now)s - {t}.waits_from)))::int"

# What the called person is told. `call` tells a later call of the same number apart.
TOLD_SQL = f"""
  SELECT free.hall_code AS hall, 'your_turn' AS key, 'ticket:' || called.ref AS subject, called.notify_to AS "to",
    called.phone_index AS to_index, called.language,
    jsonb_build_object('number', called.number, 'window', free.window_number, 'floor_zh', free.label_zh, 'floor_en',
      free.label_en, 'hall_zh', free.name_zh, 'hall_en', free.name_en, 'ahead', 0, 'ref', called.ref,
      'call', called.calls) AS params,
    'your_turn:' || called.ref || ':' || called.calls AS dedupe, %(now)s::timestamptz AS due_at,
    %(turn_until)s::timestamptz AS until, %(now)s::timestamptz AS created_at
  FROM called, free
  WHERE free.window_id = called.window_id AND called.notify_to <> ''
    AND {policy_value("messages.on_call", "(SELECT document FROM policy)")}
"""  # noqa: S608 – fragments only
NEWS_SQL = """
  SELECT free.hall_code AS hall, 'line' AS topic, called.ref AS subject, %(now)s::timestamptz AS at
  FROM called JOIN free ON free.window_id = called.window_id
"""
# What a call makes of a number `t` at the window of `free`, and what it leaves behind: of CTEs `called` and `free`.
CALLED_SET = f"""state = {NUMBER.sql_to("call")}, window_id = free.window_id, called_at = %(now)s, calls = t.calls + 1,
    recalls = 0, wait_s = COALESCE(t.wait_s, 0) + {STRETCH.format(t="t")}"""
LEFT_CTES = f"""said AS (
  INSERT INTO tickets_call (ticket_id, hall_id, window_id, staff_id, kind, out_of_order_why, waited_s, at)
  SELECT called.id, called.hall_id, called.window_id, free.staff_id, 'call', '', {STRETCH.format(t="called")}, %(now)s
  FROM called JOIN free ON free.window_id = called.window_id
), kept AS (
  UPDATE tickets_estimate e SET actual_s = GREATEST(0, floor(EXTRACT(EPOCH FROM %(now)s - e.at)) - called.away_s)
  FROM called WHERE e.ticket_id = called.id AND e.actual_s IS NULL
), told AS (
{written(TOLD_SQL)}
), event AS (
{announced(NEWS_SQL)}
)"""  # noqa: S608 – only our own statements are put in

# A number and the version of its row that was locked. Order was read from the statement's snapshot: where the locked
# version is a newer one (its person fell back meanwhile, was ranked anew …) another may be next, so nobody is called yet.
CHOICE = "ARRAY[t.id, t.xmin::text::bigint] AS choice"

CALL_NEXT_SQL = f"""
WITH desk AS (
  SELECT s.id, s.window_id, s.hall_id, s.staff_id, s.paused_at, s.emergency_at, w.zone_id,
    w.number AS window_number, h.code AS hall_code, h.name_zh, h.name_en, f.label_zh, f.label_en,
    (%(now)s AT TIME ZONE h.timezone)::date AS day
  FROM tickets_window_session s
  JOIN places_window w ON w.id = s.window_id
  JOIN places_hall h ON h.id = w.hall_id
  JOIN places_zone z ON z.id = w.zone_id
  JOIN places_floor f ON f.id = z.floor_id
  WHERE w.code = %(window)s AND s.staff_id = %(staff)s AND s.signed_out_at IS NULL
  FOR NO KEY UPDATE OF s
), busy AS (
  SELECT b.number FROM tickets_ticket b
  WHERE b.window_id = (SELECT window_id FROM desk) AND b.state IN ('called', 'serving')
), free AS MATERIALIZED (
  SELECT * FROM desk WHERE paused_at IS NULL AND emergency_at IS NULL AND NOT EXISTS (SELECT 1 FROM busy)
), here AS (
  SELECT hall_id, day FROM free
), {order.CTES}, {order.SERVED_CTE}, overdue AS (
  SELECT {CHOICE} FROM tickets_ticket t WHERE {order.MAY_CALL} AND {order.OVERDUE_BY_INDEX}
  ORDER BY {order.BY_LAST_MOMENT} LIMIT 1 FOR UPDATE OF t SKIP LOCKED
), weighted AS (
  SELECT {CHOICE} FROM tickets_ticket t JOIN shares ON shares.id = t.id
  WHERE EXISTS (SELECT 1 FROM weights) AND {order.MAY_CALL}
  ORDER BY t.category_id <> ALL (ARRAY(SELECT category_id FROM served WHERE preferred)), shares.share, {order.BY_RANK}
  LIMIT 1 FOR UPDATE OF t SKIP LOCKED
), preferred AS (
  SELECT {CHOICE} FROM tickets_ticket t
  WHERE EXISTS (SELECT 1 FROM served WHERE preferred)
    AND t.category_id = ANY (ARRAY(SELECT category_id FROM served WHERE preferred)) AND {order.MAY_CALL}
  ORDER BY {order.BY_RANK} LIMIT 1 FOR UPDATE OF t SKIP LOCKED
), in_line AS (
  SELECT {CHOICE} FROM tickets_ticket t WHERE {order.MAY_CALL}
  ORDER BY {order.BY_RANK} LIMIT 1 FOR UPDATE OF t SKIP LOCKED
), chosen AS MATERIALIZED (
  SELECT COALESCE((SELECT choice FROM overdue), (SELECT choice FROM weighted), (SELECT choice FROM preferred),
    (SELECT choice FROM in_line)) AS choice
), moved AS (
  SELECT seen.id FROM tickets_ticket seen, chosen
  WHERE seen.id = chosen.choice[1] AND seen.xmin::text::bigint <> chosen.choice[2]
), called AS (
  UPDATE tickets_ticket t
  SET {CALLED_SET}
  FROM free
  WHERE t.id = (SELECT choice[1] FROM chosen) AND NOT EXISTS (SELECT 1 FROM moved)
  RETURNING {columns("t")}
), {LEFT_CTES}
SELECT desk.id, desk.paused_at, desk.emergency_at, (SELECT number FROM busy LIMIT 1), EXISTS (SELECT 1 FROM moved),
  (SELECT {notified("event")}::text FROM event),
  {columns("called")}
FROM desk LEFT JOIN called ON true
"""  # noqa: S608 – only column names are put in


def call_one(*, window_code: str, staff_id: int, now: datetime) -> Ticket | None:
    """Call whoever is next to this window, alone; None when nobody waits whom it serves.

    Nobody while the hall or the window's zone is closed, and nobody whose category, item or waiting zone is;
    whose appointment the hall kept is called all the same, by policy, unless it is evacuated.
    Next is: whose last moment has come (put first, finally-call-by), else by weighted calling where the hall has it,
    else by rank. Walk-ins of an extended session only once its booked work is done. Nobody who is at another window.

    :raises Refused: not-signed-in, window-busy (with the number), wrong-state (paused, emergency).
    """
    values = _values(window_code, staff_id, now)
    for _ in range(TRIES):
        try:
            row = one_statement(CALL_NEXT_SQL, values)
        except IntegrityError as trouble:
            if broken(trouble) not in ("a_person_is_at_one_window", "a_window_has_one_ticket"):
                raise
            continue
        if not _moved(row):
            return _called(row, window_code)
    return None


def _values(window_code: str, staff_id: int, now: datetime) -> dict[str, str | int | datetime]:
    turn_until = last_moment(key="your_turn", due_at=now, params={})
    return {"window": window_code, "staff": staff_id, "now": now, "turn_until": turn_until}


def _moved(row: tuple[Any, ...] | None) -> bool:
    """Whether the number chosen changed between the choice and its lock."""
    return row is not None and bool(row[4])


def _called(row: tuple[Any, ...] | None, window_code: str) -> Ticket | None:
    """The ticket that the statement called. :raises Refused: why it called none."""
    if row is None:
        raise Refused("not-signed-in", facts={"window": window_code})
    _, paused_at, emergency_at, busy, _, _, *ticket = row
    if busy is not None:
        raise Refused("window-busy", facts={"number": busy})
    need_at_work(WindowSession(paused_at=paused_at, emergency_at=emergency_at))
    return from_row(ticket) if ticket[0] is not None else None


def call_ticket(*, window_code: str, ref: str, staff_id: int, why: str, now: datetime) -> Ticket:
    """Call one number out of turn (越号叫号), with the reason; the surface asks for the permission.

    :raises Refused: nothing-found, not-signed-in, not-your-hall, window-busy, wrong-state, person-elsewhere, invalid.
    """
    reason = need_why(why, most=120)
    try:
        return once_more(lambda: _call_ticket(window_code, ref, staff_id, reason, now))
    except IntegrityError as trouble:
        if broken(trouble) == "a_person_is_at_one_window":
            raise Refused("person-elsewhere", facts=_elsewhere(ref)) from trouble
        raise


def _call_ticket(window_code: str, ref: str, staff_id: int, why: str, now: datetime) -> Ticket:
    if session_of(staff_id).window.code != window_code:
        raise Refused("not-signed-in", facts={"window": window_code})
    bookings_first(Ticket.objects.filter(ref=ref))
    ticket = locked(ref)
    session = session_of(staff_id, lock=True)
    if ticket.hall_id != session.hall_id:
        raise Refused("not-your-hall", facts={"hall": ticket.hall.code})
    need(ticket, "call_out_of_order")
    need_at_work(session)
    need_free(session)
    need_person_free(ticket)
    need_open(ticket, session, now)
    if ticket.state == "missed":
        _back(ticket, staff_id, now)
    _call(ticket, session, why=why, now=now)
    record("called_out_of_turn", ticket, staff_id, now, window=session.window.number, why=why)
    return ticket


def call_of_visit(*, after: Ticket, ref: str, staff_id: int, now: datetime) -> Ticket:
    """Call another number of the visit – booked with it, or added at a window – whose person has just been served here
    (接着办): nobody is passed over, they stand at this window. What the window saw of them holds for it, too.

    :raises Refused: nothing-found – no number of this visit, or not this window's business – and those of `call_ticket`.
    """
    return once_more(lambda: _call_of_visit(after, ref, staff_id, now))


def _call_of_visit(after: Ticket, ref: str, staff_id: int, now: datetime) -> Ticket:
    ticket = locked(ref)
    session = session_of(staff_id, lock=True)
    visits = [each.booked.visit_group if each.booked else "" for each in (after, ticket)]
    added = ticket.visit_id == after.visit_id and ticket.channel == "desk"  # for whoever stood at a window
    same = all(getattr(after, each) == getattr(ticket, each) for each in ("hall_id", "day", "person_id", "limit_key"))
    served = WindowCategory.objects.filter(window_id=session.window_id, category_id=ticket.category_id).exists()
    of_visit = same and (added or visits[0] == visits[1] != "")
    if not (of_visit and served and after.window_id == session.window_id):
        raise Refused("nothing-found", facts={"ticket": ref[:40]})
    need(ticket, "call_out_of_order")
    need_at_work(session)
    need_free(session)
    need_person_free(ticket)
    need_open(ticket, session, now)
    if ticket.state == "missed":
        _back(ticket, staff_id, now)
    if after.identity_ok and ticket.identity_ok is None:
        Ticket.objects.filter(pk=ticket.pk).update(identity_ok=True, mismatch_allowed=after.mismatch_allowed)
    _call(ticket, session, why="", now=now, kind=GO_ON)
    return ticket


def _call(ticket: Ticket, session: WindowSession, *, why: str, now: datetime, kind: str = "call") -> None:
    waited = waiting_s(ticket, now) if ticket.state == "waiting" else 0
    Ticket.objects.filter(pk=ticket.pk).update(
        state=NUMBER.to("call"), window=session.window, called_at=now, calls=F("calls") + 1, recalls=0, parked_at=None,
        parked_until=None, wait_s=(ticket.wait_s or 0) + waited, away_s=ticket.away_s + parked_s(ticket, now),
        alone=ticket.alone and not waits_twice(ticket),
    )  # fmt: skip
    ticket.refresh_from_db()
    Call.objects.create(
        ticket=ticket, hall_id=ticket.hall_id, window=session.window, staff_id=session.staff_id, kind=kind,
        out_of_order_why=why, waited_s=waited, at=now,
    )  # fmt: skip
    for estimate in Estimate.objects.filter(ticket=ticket, actual_s=None).order_by("id"):
        actual = max(0, seconds(estimate.at, now) - ticket.away_s)
        Estimate.objects.filter(pk=estimate.pk).update(actual_s=actual)
    dedupe = f"your_turn:{ticket.ref}:{ticket.calls}"
    tell(ticket, key="your_turn", dedupe=dedupe, window=session.window, now=now, more={"call": ticket.calls})
    tell_line(ticket, now)


def _back(ticket: Ticket, staff_id: int, now: datetime) -> None:
    """A missed number called out of turn has come back by the clerk's hand."""
    last = Miss.objects.filter(ticket=ticket, reinstated_at=None).order_by("-id").first()
    if last is not None:
        Miss.objects.filter(pk=last.pk).update(reinstated_at=now, reinstated_by=f"staff:{staff_id}")
    goes_on(ticket)


def need_person_free(ticket: Ticket) -> None:
    where = _elsewhere(ticket.ref)
    if where:
        raise Refused("person-elsewhere", facts=where)


def _elsewhere(ref: str) -> dict[str, Any]:
    ticket = Ticket.objects.only("person_id", "limit_key").get(ref=ref)
    if ticket.person_id is None:
        return {}
    other = (
        Ticket.objects.filter(person_id=ticket.person_id, limit_key=ticket.limit_key, state__in=AT_WINDOW)
        .select_related("window", "hall")
        .order_by("id")
        .first()
    )
    return {"window": other.window.number if other.window else "", "hall": other.hall.code} if other else {}


# Idle windows that serve one of these categories, the longest idle first.
IDLE_SQL = """
SELECT w.code, s.staff_id, array_agg(c.category_id) FROM tickets_window_session s
JOIN places_window w ON w.id = s.window_id
JOIN places_window_category c ON c.window_id = w.id AND c.category_id = ANY (%s)
WHERE s.hall_id = %s AND s.signed_out_at IS NULL AND s.paused_at IS NULL AND s.emergency_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM tickets_ticket t WHERE t.window_id = w.id AND t.state IN ('called', 'serving'))
GROUP BY s.id, w.code ORDER BY COALESCE(s.idle_since, s.signed_in_at), s.id
"""


def call_at_idle_windows(tickets: Sequence[Ticket], *, hall: Hall, now: datetime) -> list[Ticket]:
    """Let, for each number just given, the window that has been idle longest call at once (自动叫号); others may be first in
    line. The numbers as they are then.

    A window that somebody else took meanwhile is passed over. Nobody is called by the machine before the hall's day begins:
    whoever takes a number early is told when the windows do, and need not be there before.
    """
    if not tickets:
        return []
    with connection.cursor() as cursor:
        cursor.execute(IDLE_SQL, [[ticket.category_id for ticket in tickets], hall.pk])
        idle: list[tuple[str, int, list[int]]] = cursor.fetchall()
    if not idle or calendars.begins_at(hall, now) is not None:
        return list(tickets)
    called: dict[int, Ticket] = {}
    for ticket in tickets:
        for window in [each for each in idle if ticket.category_id in each[2]]:
            if ticket.pk in called:
                break
            idle.remove(window)
            try:
                somebody = call_one(window_code=window[0], staff_id=window[1], now=now)
            except Refused:
                continue
            if somebody is None:
                break  # nobody there may be called now
            called[somebody.pk] = somebody
    return [called.get(ticket.pk, ticket) for ticket in tickets]


def window_by_code(code: str) -> Window:
    """:raises Refused: nothing-found."""
    window = Window.objects.select_related("hall", "zone__floor").filter(code=code).order_by("id").first()
    if window is None:
        raise Refused("nothing-found", facts={"window": code})
    return window
