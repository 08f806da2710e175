"""Fill tables by SQL: days of history, and a line of people waiting today. Every row as the product itself writes it."""

from __future__ import annotations

from typing import Any

from banshi.crowd.bench.ground import DAY, Installation

A_DAY = 1831  # visitors on a day of the Dongguan centre (155,631 in 85 days)
POOL = 20_000  # people who come again and again

PEOPLE_SQL = """
INSERT INTO identity_person (name, masked_name, id_type, id_number, number_index, number_last4, name_index, birth_year,
  phone, phone_index, created_at)
SELECT t.name, t.masked_name, t.id_type, t.id_number, %(tag)s || md5(n::text), '0000', md5('n' || n), 1980, t.phone,
  md5('p' || n), t.created_at
FROM generate_series(1, %(count)s) n, (SELECT * FROM identity_person ORDER BY id LIMIT 1) t
ON CONFLICT ON CONSTRAINT one_person_per_document DO NOTHING
"""
# One row per visit of a day in the past, with everything that hangs on it; 45 of 100 had booked.
HISTORY_SQL = """
CREATE TEMP TABLE past ON COMMIT DROP AS
SELECT row_number() OVER () AS k, d.day, i, h.id AS hall, h.code AS hall_code,
  c.category, c.letter, c.item, w.window_id, w.staff_id, p.id AS person,
  (d.day + time '01:00' + make_interval(secs => i * 28800 / %(a_day)s)) AT TIME ZONE 'UTC' AS at,
  i %% 100 < 45 AS booked
FROM (SELECT (%(today)s::date - n) AS day, n FROM generate_series(%(from)s::int, %(to)s::int) n) d
CROSS JOIN generate_series(1, %(a_day)s) i
JOIN places_hall h ON h.code = 'dongguan'
JOIN LATERAL (
  SELECT array_agg(row_) AS all_ FROM (
    SELECT (c.id, c.letter, min(hi.item_id))::text AS row_ FROM places_category c
    JOIN catalogue_hall_item hi ON hi.category_id = c.id WHERE c.hall_id = h.id GROUP BY c.id, c.letter ORDER BY c.id) x
) cs ON true
JOIN LATERAL (
  SELECT split_part(trim(both '()' from t), ',', 1)::bigint AS category, split_part(trim(both '()' from t), ',', 2) AS letter,
    split_part(trim(both '()' from t), ',', 3)::bigint AS item
  FROM (SELECT cs.all_[1 + (i %% array_length(cs.all_, 1))] AS t) y
) c ON true
JOIN (
  SELECT row_number() OVER (ORDER BY w.code) - 1 AS n, w.id AS window_id, s.id AS staff_id, count(*) OVER () AS many
  FROM places_window w JOIN identity_staff s ON s.login = w.code JOIN places_hall h ON h.id = w.hall_id AND h.code = 'dongguan'
) w ON w.n = i %% w.many
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM identity_person WHERE number_index LIKE %(tag)s || '%%') p
  ON p.n = (d.n * %(a_day)s + i) %% %(pool)s;
CREATE INDEX ON past (k);

WITH slot AS (
  SELECT DISTINCT ON (hall_id) id, hall_id FROM booking_slot ORDER BY hall_id, id
), numbered AS (
  SELECT k, nextval(pg_get_serial_sequence('booking_appointment', 'id')) AS appointment FROM past WHERE booked
), ids AS (
  SELECT p.*, n.appointment FROM past p JOIN numbered n USING (k)
), made AS (
  INSERT INTO booking_appointment (id, code, hall_id, slot_id, item_id, category_id, person_id, business, day, half, starts_at,
    ends_at, exempt, internal, state, source, account_id, booked_by, on_behalf_why, note, visit_group, language, moves,
    created_at, cancelled_by, cancel_reason, by_hall, checked_in_at, served_at)
  SELECT appointment, 'H' || appointment, hall, slot.id, item, category, person, 'cat:' || letter, day, 'am', at,
    at + interval '30 minutes', false, false, 'served', 'app', NULL, 'channel:1', '', '', '', 'zh-hans', 0,
    at - interval '2 days', '', '', false, at, at + interval '20 minutes'
  FROM ids JOIN slot ON slot.hall_id = ids.hall
), said AS (
  INSERT INTO messaging_message (hall, key, subject, "to", to_index, language, params, dedupe, due_at, created_at, state,
    sent_at, text)
  SELECT hall_code, m, 'appointment:H' || appointment, 'v1:aesgcm:k0:' || md5(k::text) || md5(m || k), md5('p' || person),
    'zh-hans', '{"hall_zh": "东莞市民服务中心", "item_zh": "居民身份证换领", "starts": "09:00"}'::jsonb,
    m || ':H' || appointment || ':0', at, at, 'sent', at, '已预约。提前 15 分钟到场取号。'
  FROM ids CROSS JOIN unnest(ARRAY['confirmation', 'reminder', 'leave']) m
)
INSERT INTO audit_entry (at, actor, hall, action, subject, facts)
SELECT at, 'channel:1', hall_code, 'placed', 'appointment:H' || appointment, '{"slot": 1, "item": "id-card-renew"}'::jsonb
FROM ids;

CREATE TEMP TABLE visited ON COMMIT DROP AS
SELECT past.*, nextval(pg_get_serial_sequence('tickets_visit', 'id')) AS visit,
  nextval(pg_get_serial_sequence('tickets_ticket', 'id')) AS ticket FROM past;
INSERT INTO tickets_visit (id, hall_id, day, person_id, channel, arrived_at, left_at)
SELECT visit, hall, day, person, 'kiosk', at, at + interval '30 minutes' FROM visited;
INSERT INTO tickets_ticket (id, ref, hall_id, day, letter, seq, number, kind, lane, category_id, item_id, person_id, visit_id,
  channel, language, phone_index, notify_to, state, rank_class, rank_key, session_kind, after_booked, alone, window_id,
  made_at, called_at, started_at, finished_at, wait_s, handling_s, calls, recalls, misses, note, closed_why)
SELECT ticket, 'H' || ticket, hall, day, letter, i, letter || i, CASE WHEN booked THEN 'booked' ELSE 'walk_in' END, '',
  category, item, person, visit, 'kiosk', 'zh-hans', '', '', 'finished', CASE WHEN booked THEN 3 ELSE 4 END,
  (EXTRACT(EPOCH FROM at) * 1000)::bigint, 'regular', false, true, window_id, at, at + interval '11 minutes',
  at + interval '12 minutes', at + interval '25 minutes', 687, 761, 1, 0, 0, '', ''
FROM visited;
INSERT INTO tickets_call (ticket_id, hall_id, window_id, staff_id, kind, out_of_order_why, at)
SELECT ticket, hall, window_id, staff_id, 'call', '', at + interval '11 minutes' FROM visited;
INSERT INTO tickets_service (ticket_id, hall_id, window_id, staff_id, category_id, item_id, started_at, ended_at, outcome,
  learned_at)
SELECT ticket, hall, window_id, staff_id, category, item, at + interval '12 minutes', at + interval '25 minutes',
  'finished', at + interval '1 day' FROM visited;
INSERT INTO tickets_estimate (ticket_id, hall_id, day, at, ahead, likely_s, at_most_s, actual_s)
SELECT ticket, hall, day, at, 5, 600, 1200, 687 FROM visited;
INSERT INTO foundation_event (hall, topic, subject, at)
SELECT hall_code, 'line', 'H' || ticket, at FROM visited CROSS JOIN generate_series(1, 4);
INSERT INTO messaging_message (hall, key, subject, "to", to_index, language, params, dedupe, due_at, created_at, state,
  sent_at, text)
SELECT hall_code, 'your_turn', 'ticket:H' || ticket, 'v1:aesgcm:k0:' || md5(ticket::text) || md5('x' || ticket),
  md5('p' || person), 'zh-hans', '{}'::jsonb, 'your_turn:H' || ticket || ':1', at, at, 'sent', at, '请到窗口办理。' FROM visited;
"""
LINE_SQL = """
WITH h AS (SELECT id FROM places_hall WHERE code = %(hall)s),
c AS (
  SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, letter, count(*) OVER () AS many FROM places_category
  WHERE hall_id = (SELECT id FROM h)
), base AS (
  -- far above the numbers that are really given, so that neither stands in the other's way
  SELECT GREATEST(500000, max(seq)) AS seq FROM tickets_ticket WHERE hall_id = (SELECT id FROM h) AND day = %(day)s
), who AS (
  SELECT i, nextval(pg_get_serial_sequence('tickets_visit', 'id')) AS visit FROM generate_series(1, %(count)s) i
), visited AS (
  INSERT INTO tickets_visit (id, hall_id, day, person_id, channel, arrived_at)
  SELECT visit, (SELECT id FROM h), %(day)s, NULL, 'kiosk', %(now)s FROM who
)
INSERT INTO tickets_ticket (ref, hall_id, day, letter, seq, number, kind, lane, category_id, visit_id, channel, language,
  phone_index, notify_to, state, rank_class, rank_key, session_kind, after_booked, alone, made_at, calls, recalls, misses,
  note, closed_why)
SELECT 'B' || upper(substr(md5(visit::text || %(hall)s), 1, 24)), (SELECT id FROM h), %(day)s, c.letter, base.seq + i,
  c.letter || (base.seq + i), 'walk_in', '', c.id, visit, 'kiosk', 'zh-hans', '', '', 'waiting', 4,
  (EXTRACT(EPOCH FROM %(now)s::timestamptz) * 1000)::bigint - 600000 + i, 'regular', false, false,
  %(now)s::timestamptz - interval '10 minutes', 0, 0, 0, '', ''
FROM who JOIN c ON c.n = who.i %% c.many CROSS JOIN base
RETURNING ref
"""


def people(on: Installation, tag: str, count: int) -> tuple[int, int]:
    """Rows of people; first and last id. A booking must have been made before: its person is copied."""
    on.sql(PEOPLE_SQL, {"tag": tag, "count": count})
    first, last = on.sql("SELECT min(id), max(id) FROM identity_person WHERE number_index LIKE %s || '%%'", [tag])[0]
    return int(first), int(last)


def history(on: Installation, *, first: int, last: int) -> None:
    """Days `first` to `last` before today, one at a time so that no statement is huge; then ANALYZE by `settle`."""
    import psycopg

    values: dict[str, Any] = {"a_day": A_DAY, "today": DAY, "tag": "past", "pool": POOL}
    with psycopg.connect(on.url) as connection, connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        for start in range(first, last + 1, 10):
            part = {**values, "from": start, "to": min(start + 9, last)}
            for statement in HISTORY_SQL.split(";\n"):
                if statement.strip():
                    cursor.execute(statement, part if "%(" in statement else None)
            connection.commit()


def settle(on: Installation) -> None:
    """What autovacuum does by night: statistics and the visibility map."""
    for table in (
        "booking_appointment", "booking_slot", "identity_person", "messaging_message", "audit_entry", "tickets_ticket",
        "tickets_visit", "tickets_call", "tickets_service", "tickets_estimate", "foundation_event",
    ):  # fmt: skip
        on.sql(f"VACUUM ANALYZE {table}")


def line(on: Installation, hall: str, count: int, now: str) -> list[str]:
    """`count` anonymous people waiting in the hall, spread over its categories; their refs."""
    return [row[0] for row in on.sql(LINE_SQL, {"hall": hall, "day": DAY, "count": count, "now": now})]


def clear_line(on: Installation, hall: str) -> None:
    """Everybody served or gone, every window free."""
    on.sql(
        "UPDATE tickets_ticket SET state = 'closed', closed_why = 'bench' WHERE state IN ('waiting', 'called', 'serving') "
        "AND hall_id = (SELECT id FROM places_hall WHERE code = %s)",
        [hall],
    )


def rows(on: Installation) -> dict[str, int]:
    """How full the tables are."""
    names = (
        "booking_appointment",
        "tickets_ticket",
        "tickets_call",
        "tickets_service",
        "messaging_message",
        "audit_entry",
    )
    return {name: int(on.sql(f"SELECT count(*) FROM {name}")[0][0]) for name in names}  # noqa: S608 – names above
