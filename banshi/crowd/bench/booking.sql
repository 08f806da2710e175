\set n random(1, :pairs)
\set p random(:first, :last)
WITH asked AS (
  SELECT * FROM bench_pair WHERE n = :n
), locked AS MATERIALIZED (
  SELECT s.id, s.quota - s.taken AS free, s.closed, s.business, s.day, s.half, s.starts_at, s.ends_at
  FROM booking_slot s, asked WHERE s.id = asked.slot_id FOR NO KEY UPDATE OF s
), inserted AS (
  INSERT INTO booking_appointment (
    code, hall_id, slot_id, item_id, category_id, person_id, business, day, half, starts_at, ends_at, exempt, internal,
    state, source, account_id, booked_by, on_behalf_why, note, visit_group, language, moves, created_at,
    cancelled_by, cancel_reason, by_hall)
  SELECT upper(substr(md5(random()::text || :p), 1, 12)), a.hall_id, l.id, a.item_id, a.category_id, :p, l.business,
    l.day, l.half, l.starts_at, l.ends_at, false, false, 'booked', 'app', NULL, 'channel:1', '', '', '', 'zh-hans', 0,
    a.now, '', '', false
  FROM asked a, locked l WHERE NOT l.closed AND l.free > 0
  ON CONFLICT DO NOTHING
  RETURNING id, code, slot_id
), counted AS (
  UPDATE booking_slot s SET taken = s.taken + 1 FROM inserted i WHERE s.id = i.slot_id
), told AS (
  INSERT INTO messaging_message (hall, key, subject, "to", to_index, language, params, dedupe, due_at, created_at)
  SELECT a.hall_code, m.key, 'appointment:' || i.code, a.phone, a.phone_index, 'zh-hans', a.params,
    m.key || ':' || i.code || ':0', m.due_at, a.now
  FROM inserted i, asked a
  CROSS JOIN LATERAL (VALUES ('confirmation', a.now), ('reminder', a.reminder_at), ('leave', a.leave_at)) m(key, due_at)
  ON CONFLICT (dedupe) DO NOTHING
), audited AS (
  INSERT INTO audit_entry (at, actor, hall, action, subject, facts)
  SELECT a.now, 'channel:1', a.hall_code, 'placed', 'appointment:' || i.code,
    jsonb_build_object('slot', i.slot_id, 'item', a.item, 'source', 'app')
  FROM inserted i, asked a
)
SELECT id, code FROM inserted;
