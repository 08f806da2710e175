"""Numbers are counted, filed and promised in one statement, for all who ask a hall together; what must survive a race is in
its SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from banshi.foundation import prepared
from banshi.foundation.announce import announced, notified
from banshi.kernel.refusals import Refused
from banshi.rooms.tickets.actions.ground import broken, columns, from_row
from banshi.rooms.tickets.models import Ticket

# The counters there must be before they can be locked. The whole hall's begins with what was given before it had a limit.
COUNTERS_SQL = """
INSERT INTO tickets_counter (hall_id, day, letter, last, walk_ins)
SELECT %(hall)s, %(day)s, letter, 0, CASE WHEN letter = '*' THEN (
    SELECT COALESCE(sum(o.walk_ins), 0) FROM tickets_counter o WHERE o.hall_id = %(hall)s AND o.day = %(day)s
  ) ELSE 0 END
FROM unnest(%(letters)s::text[]) AS letter ORDER BY letter
ON CONFLICT ON CONSTRAINT one_counter_per_hall_day_letter DO NOTHING
"""

NEWS_SQL = """
  SELECT %(hall_code)s::text AS hall, 'line' AS topic, made.ref AS subject, %(now)s::timestamptz AS at
  FROM made ORDER BY made.id
"""
# Counters are locked in the order of their letters, people's visits made in the order of people: two batches cannot wait for
# each other in a circle. First come, first served, as long as a limit lets them.
FILE_SQL = f"""
WITH asked AS (
  SELECT r.*, r.ordinality AS ord FROM ROWS FROM (json_to_recordset(%(rows)s::json) AS (
    ref text, letter text, category bigint, item bigint, person bigint, limit_key text, appointment bigint,
    visit bigint, kind text, lane text, lane_to_check boolean, channel text, language text, phone_index text,
    notify_to text, rank_class int, rank_key bigint, call_by timestamptz, session_kind text, session_until timestamptz,
    line_closes_at timestamptz, after_booked boolean, alone boolean, only_window bigint, waits_from timestamptz,
    walk_in boolean, category_limit int, hall_limit int, ahead int, likely_s int, at_most_s int)) WITH ORDINALITY AS r
), standing AS (
  SELECT DISTINCT ON (a.ord) a.ord, s.number, s.checked_in FROM asked a CROSS JOIN LATERAL (
    (SELECT t.number, false AS checked_in FROM tickets_ticket t
     WHERE a.alone AND t.person_id = a.person AND t.limit_key = a.limit_key AND t.hall_id = %(hall)s AND t.day = %(day)s
       AND (t.category_id = a.category OR t.item_id = a.item) AND t.state IN ('waiting', 'called', 'parked') LIMIT 1)
    UNION ALL
    (SELECT t.number, true FROM tickets_ticket t
     WHERE t.appointment_id = a.appointment AND t.state <> 'redirected' LIMIT 1)
  ) s ORDER BY a.ord, s.checked_in DESC
), locked AS MATERIALIZED (
  SELECT letter, last, walk_ins FROM tickets_counter
  WHERE hall_id = %(hall)s AND day = %(day)s AND letter = ANY (%(letters)s) ORDER BY letter FOR NO KEY UPDATE
), in_category AS (
  SELECT w.* FROM (
    SELECT a.*, l.last, l.walk_ins, sum(a.walk_in::int) OVER (PARTITION BY a.letter ORDER BY a.ord) AS nth
    FROM asked a JOIN locked l ON l.letter = a.letter WHERE NOT EXISTS (SELECT 1 FROM standing s WHERE s.ord = a.ord)
  ) w WHERE w.category_limit IS NULL OR w.walk_ins + w.nth <= w.category_limit
), passed AS MATERIALIZED (
  SELECT h.*, h.last + row_number() OVER (PARTITION BY h.letter ORDER BY h.ord) AS seq,
    CASE WHEN h.visit IS NULL THEN nextval(pg_get_serial_sequence('tickets_visit', 'id')) END AS new_visit
  FROM (
    SELECT c.*, sum(c.walk_in::int) OVER (ORDER BY c.ord) AS nth_of_hall FROM in_category c
  ) h
  WHERE h.hall_limit IS NULL
    OR (SELECT walk_ins FROM locked WHERE letter = '*') + h.nth_of_hall <= h.hall_limit
), counted AS (
  UPDATE tickets_counter c SET last = c.last + n.given, walk_ins = c.walk_ins + n.walk_ins
  FROM (
    SELECT letter, count(*) AS given, sum(walk_in::int) AS walk_ins FROM passed GROUP BY letter
    UNION ALL
    SELECT '*', 0, count(*) FROM passed WHERE walk_in AND hall_limit IS NOT NULL
  ) n WHERE c.hall_id = %(hall)s AND c.day = %(day)s AND c.letter = n.letter
), visited AS (
  INSERT INTO tickets_visit (id, hall_id, day, person_id, limit_key, channel, arrived_at)
  SELECT new_visit, %(hall)s, %(day)s, person, limit_key, channel, %(now)s FROM passed WHERE visit IS NULL
  ORDER BY person, limit_key, ord
  ON CONFLICT (hall_id, day, person_id, limit_key) WHERE person_id IS NOT NULL DO UPDATE SET left_at = NULL
  RETURNING id, person_id, limit_key
), made AS (
  INSERT INTO tickets_ticket AS t (ref, hall_id, day, letter, seq, number, kind, lane, category_id, item_id, person_id,
    limit_key, appointment_id, visit_id, channel, language, phone_index, notify_to, state, rank_class, rank_key, call_by,
    session_kind, session_until, line_closes_at, after_booked, alone, only_window_id, made_at, waits_from, lane_to_check,
    calls, recalls, misses, note, closed_why)
  SELECT p.ref, %(hall)s, %(day)s, p.letter, p.seq, p.letter || lpad(p.seq::text, GREATEST(3, length(p.seq::text)), '0'),
    p.kind, p.lane, p.category, p.item, p.person, p.limit_key, p.appointment,
    COALESCE(p.visit, (SELECT v.id FROM visited v WHERE v.person_id = p.person AND v.limit_key = p.limit_key), p.new_visit),
    p.channel, p.language, p.phone_index, p.notify_to, 'waiting', p.rank_class, p.rank_key, p.call_by,
    p.session_kind, p.session_until, p.line_closes_at, p.after_booked, p.alone, p.only_window, %(now)s, p.waits_from,
    p.lane_to_check, 0, 0, 0, '', ''
  FROM passed p ORDER BY p.ord
  RETURNING {columns("t")}
), promised AS (
  INSERT INTO tickets_estimate (ticket_id, hall_id, day, at, ahead, likely_s, at_most_s)
  SELECT made.id, made.hall_id, made.day, p.waits_from, p.ahead,
    GREATEST(0, p.likely_s - floor(EXTRACT(EPOCH FROM p.waits_from - %(now)s))::int), p.at_most_s
  FROM made JOIN passed p ON p.ref = made.ref WHERE p.likely_s IS NOT NULL
), event AS (
{announced(NEWS_SQL)}
), told AS MATERIALIZED (
  SELECT count({notified("event")}::text) FROM event
)
SELECT (SELECT * FROM told), s.number, s.checked_in, EXISTS (SELECT 1 FROM in_category c WHERE c.ord = a.ord),
  {columns("made")}
FROM asked a LEFT JOIN standing s ON s.ord = a.ord LEFT JOIN made ON made.ref = a.ref ORDER BY a.ord
"""  # noqa: S608 – only column names are put in


@dataclass(frozen=True, slots=True)
class Sheet:
    """A number to be filed: what `tickets_ticket` keeps of it (category, item, person, appointment, visit and only_window by
    id), the limits it counts against (None: none), and its promise in seconds (None: nothing can be said).
    """

    ref: str
    letter: str
    category: int
    item: int | None
    person: int | None
    limit_key: str
    appointment: int | None
    visit: int | None  # None: the person's visit of the day, made where there is none
    kind: str
    lane: str
    lane_to_check: bool
    channel: str
    language: str
    phone_index: str
    notify_to: str
    rank_class: int
    rank_key: int
    call_by: datetime | None
    session_kind: str
    session_until: datetime | None
    line_closes_at: datetime | None
    after_booked: bool
    alone: bool
    only_window: int | None
    waits_from: datetime
    walk_in: bool
    category_limit: int | None
    hall_limit: int | None
    ahead: int
    likely_s: int | None
    at_most_s: int | None


def file_many(
    sheets: Sequence[Sheet], *, hall_id: int, hall_code: str, day: date, now: datetime
) -> list[Ticket | Refused]:
    """File them, first come, first served; one result each, in order. No two of one person (with one limit key) or one
    appointment.

    Where somebody else was faster with a number of one of them, all are filed one by one.
    """
    if not sheets:
        return []
    try:
        with transaction.atomic():
            return _file(sheets, hall_id, hall_code, day, now)
    except IntegrityError as trouble:
        if len(sheets) == 1:
            return [_beaten(trouble, sheets[0], day)]
    found: list[Ticket | Refused] = []
    for sheet in sheets:
        found += file_many([sheet], hall_id=hall_id, hall_code=hall_code, day=day, now=now)
    return found


def _file(sheets: Sequence[Sheet], hall_id: int, hall_code: str, day: date, now: datetime) -> list[Ticket | Refused]:
    letters = sorted({sheet.letter for sheet in sheets})
    if any(sheet.hall_limit is not None for sheet in sheets):
        letters = ["*", *letters]
    at: dict[str, Any] = {"hall": hall_id, "day": day, "letters": letters}
    with connection.cursor() as cursor:
        cursor.execute(COUNTERS_SQL, at)
    values = {**at, "rows": orjson.dumps(list(sheets)).decode(), "hall_code": hall_code, "now": now}
    rows = prepared.rows(FILE_SQL, values)
    return [_filed(sheet, row) for sheet, row in zip(sheets, rows, strict=True)]


def _filed(sheet: Sheet, row: tuple[Any, ...]) -> Ticket | Refused:
    _, standing, checked_in, in_category, *ticket = row
    if ticket[0] is not None:
        return from_row(ticket)
    if standing is not None:
        return _waits_already(sheet, "already-checked-in" if checked_in else "already-waiting", str(standing))
    limit = sheet.hall_limit if in_category or sheet.category_limit is None else sheet.category_limit
    return Refused("daily-limit", facts={"limit": limit})


def _beaten(trouble: IntegrityError, sheet: Sheet, day: date) -> Refused:
    """The same person's other hand was faster: the number it got is the answer."""
    name = broken(trouble)
    if name == "a_person_waits_once_per_category":
        slug = "already-waiting"
        theirs = Ticket.objects.filter(
            person=sheet.person, limit_key=sheet.limit_key, category=sheet.category, alone=True
        )
    elif name == "one_ticket_per_appointment":
        slug, theirs = "already-checked-in", Ticket.objects.filter(appointment=sheet.appointment)
    else:
        raise trouble
    number = theirs.filter(day=day).order_by("-id").values_list("number", flat=True).first()
    refused = _waits_already(sheet, slug, number or "")
    refused.__cause__ = trouble
    return refused


def _waits_already(sheet: Sheet, slug: str, number: str) -> Refused:
    return Refused(slug, facts={"number": number} | ({"declared": True} if sheet.limit_key else {}))
