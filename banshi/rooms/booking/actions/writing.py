"""Appointments are written in one statement, for all who book together: it claims the places and writes appointments, messages
and audit entries; what must survive a race is in its SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import OperationalError, connection, transaction

from banshi.foundation import prepared
from banshi.foundation.crypto import blind_index, decrypt, encrypt, words_sealed
from banshi.kernel.names import fold
from banshi.rooms.audit.statements import recorded
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.actions.asked import Granted
from banshi.rooms.booking.actions.retrying import TRIES, met
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.messaging.statements import TO_PLACE, written

NAME_PLACE, CONTACT_PLACE = "booking_appointment.name", "booking_appointment.contact"
WHY_PLACE, NOTE_PLACE = "booking_appointment.on_behalf_why", "booking_appointment.note"
SAME_TIME = "nobody_is_at_two_places_at_a_time"
Columns = dict[str, Any]

# A confirmation and the reminders of each appointment that was made.
TOLD_SQL = """
  SELECT a.hall_code AS hall, m.key, 'appointment:' || a.code AS subject, a.phone AS "to", a.contact_index AS to_index,
    a.language, a.params, m.key || ':' || a.code || ':0' AS dedupe, m.due_at, m.until, %(now)s::timestamptz AS created_at
  FROM inserted i JOIN asked a ON a.code = i.code
  CROSS JOIN LATERAL (
    VALUES ('confirmation', %(now)s::timestamptz, a.ends_at),
      ('reminder', a.reminder_at, a.reminder_until), ('leave', a.leave_at, a.starts_at)
  ) m(key, due_at, until)
  WHERE a.phone IS NOT NULL AND m.due_at IS NOT NULL
"""
NOTED_SQL = """
  SELECT %(now)s::timestamptz AS at, a.booked_by AS actor, a.hall_code AS hall, 'placed' AS action,
    'appointment:' || a.code AS subject, jsonb_build_object('slot', a.slot_id, 'item', a.item, 'source', a.source) AS facts
  FROM inserted i JOIN asked a ON a.code = i.code
"""
# Slots are locked in id order and people inserted in id order: two batches cannot wait for each other in a circle.
# Whoever is not inserted (place gone, or the person booked elsewhere meanwhile) is simply not in the answer.
PLACE_SQL = f"""
WITH asked AS (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS r(
    ord int, code text, hall_id bigint, hall_code text, slot_id bigint, item_id bigint, category_id bigint,
    person_id bigint, business text, day date, half text, starts_at timestamptz, ends_at timestamptz, exempt boolean,
    internal boolean, source text, account_id bigint, booked_by text, why text, note text, visit_group text,
    language text, holder text, evidence int, limit_key text, name text, name_index text, contact text,
    contact_index text, phone text, params jsonb, answers jsonb, reminder_at timestamptz,
    reminder_until timestamptz, leave_at timestamptz, item text)
), locked AS MATERIALIZED (
  SELECT id, quota - carried - taken AS free, internal_quota - internal_taken AS internal_free, closed, items
  FROM booking_slot
  WHERE id = ANY(%(slots)s) ORDER BY id FOR NO KEY UPDATE
), chosen AS (
  SELECT * FROM (
    SELECT a.*, row_number() OVER (PARTITION BY a.slot_id, a.internal ORDER BY a.ord) AS rank,
      CASE WHEN a.internal THEN l.internal_free ELSE l.free END AS free
    FROM asked a JOIN locked l ON l.id = a.slot_id
    -- As it is under the lock: a closure of one matter leaves the period to the others.
    WHERE NOT l.closed AND (l.items IS NULL OR l.items @> to_jsonb(a.item))
  ) ranked WHERE rank <= free
), inserted AS (
  INSERT INTO booking_appointment (
    code, hall_id, slot_id, item_id, category_id, person_id, business, day, half, starts_at, ends_at, exempt, internal,
    state, source, account_id, booked_by, on_behalf_why, note, visit_group, language, moves, created_at,
    cancelled_by, cancel_reason, by_hall, holder, evidence, limit_key, name, name_index, contact, contact_index, answers)
  SELECT code, hall_id, slot_id, item_id, category_id, person_id, business, day, half, starts_at, ends_at, exempt,
    internal, 'booked', source, account_id, booked_by, why, note, visit_group, language, 0, %(now)s, '', '', false,
    holder, evidence, limit_key, name, name_index, contact, contact_index, answers
  FROM chosen ORDER BY person_id, ord
  ON CONFLICT DO NOTHING
  RETURNING id, code, slot_id, internal
), counted AS (
  UPDATE booking_slot s SET taken = s.taken + n.public, internal_taken = s.internal_taken + n.internal
  FROM (
    SELECT slot_id, count(*) FILTER (WHERE NOT internal) AS public, count(*) FILTER (WHERE internal) AS internal
    FROM inserted GROUP BY slot_id
  ) n WHERE s.id = n.slot_id
), told AS (
{written(TOLD_SQL)}
), audited AS (
{recorded(NOTED_SQL)}
)
SELECT id, code FROM inserted
"""  # noqa: S608 – only our own statements are put in


def write(granted: Sequence[Granted], *, whole: bool, now: datetime) -> dict[str, tuple[Columns, int]]:
    """What was written of the appointments that were made, and their ids, by code."""
    columns = [columns_of(grant) for grant in granted]
    rows = [_row(grant, each, ord_, now=now) for ord_, (grant, each) in enumerate(zip(granted, columns, strict=True))]
    ids = _written(
        {
            "rows": orjson.dumps(rows).decode(),
            "slots": sorted({grant.slot.id for grant in granted}),
            "now": now,
        },
        whole=whole,
    )
    return {each["code"]: (each, ids[each["code"]]) for each in columns if each["code"] in ids}


def _written(values: dict[str, Any], *, whole: bool) -> dict[str, int]:
    if whole:
        return _run_place_sql(values)
    for left in reversed(range(TRIES)):
        try:
            if connection.in_atomic_block:  # a savepoint, so that a deadlock leaves the caller's transaction usable
                with transaction.atomic():
                    return _run_place_sql(values)
            return _run_place_sql(values)
        except OperationalError as trouble:
            if not left or not met(trouble):
                raise
    raise AssertionError("unreachable")


def _run_place_sql(values: dict[str, Any]) -> dict[str, int]:
    return {code: id_ for id_, code in prepared.rows(PLACE_SQL, values)}


def _row(grant: Granted, columns: Columns, ord_: int, *, now: datetime) -> dict[str, Any]:
    asked, slot, item, hall = grant.asked, grant.slot, grant.item, grant.hall
    reminders = rules.reminders_at(rules.place_of(slot.business), hall.policy, slot.starts_at, now)
    name, contact = columns["name"], columns["contact"]
    return columns | {
        "ord": ord_,
        "hall_code": hall.code,
        "why": words_sealed(asked.why[:200], place=WHY_PLACE),
        "note": words_sealed(asked.note[:200], place=NOTE_PLACE),
        # A sealed value opens in its own column only.
        "name": encrypt(name, place=NAME_PLACE) if name else None,
        "contact": encrypt(contact, place=CONTACT_PLACE) if contact else None,
        "phone": encrypt(contact, place=TO_PLACE) if contact else None,
        "params": telling.params_of(
            hall,
            item,
            code=grant.code,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            visit=asked.visit_group,
            persons=asked.persons,
            place=rules.place_of(slot.business),
        ),
        "reminder_at": reminders.get("reminder"),
        "reminder_until": reminders.get("leave") or slot.starts_at,
        "leave_at": reminders.get("leave"),
        "item": item.facts.code,
    }


def columns_of(grant: Granted) -> dict[str, Any]:
    """What is written of an appointment, by column; asked for by the statement and for the row handed back."""
    asked, slot, facts = grant.asked, grant.slot, grant.facts
    contact, contact_index = asked.contact, ""
    if contact is not None:
        contact_index = phone_index(contact)
    elif facts.phone is not None:
        contact, contact_index = decrypt(facts.phone, place=facts.phone_place), facts.phone_index
    return {
        "code": grant.code,
        "hall_id": grant.hall.id,
        "slot_id": slot.id,
        "item_id": grant.item.id,
        "category_id": grant.item.category_id,
        "person_id": asked.person_id,
        "business": slot.business,
        "day": slot.day,
        "half": slot.half,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "exempt": grant.exempt,
        "internal": asked.internal,
        "source": asked.source,
        "account_id": asked.account_id,
        "booked_by": str(asked.by)[:60],
        "note": asked.note[:200],
        "visit_group": asked.visit_group[:16],
        "language": asked.language[:10],
        "holder": asked.asking.holder,
        "evidence": facts.evidence,
        "limit_key": facts.limit_key,
        "name": asked.name or None,
        "name_index": blind_index(fold(asked.name), purpose="name") if asked.name else "",
        "contact": contact,
        "contact_index": contact_index,
        "persons": asked.persons,
        "answers": dict(asked.answers),
    }


def appointment_of(grant: Granted, columns: Columns, id_: int | None, *, now: datetime) -> Appointment:
    """The row as it was written, without reading it again."""
    values = columns | {
        "id": id_,
        "on_behalf_why": grant.asked.why[:200],
        "moves": 0,
        "hall_moves": 0,
        "created_at": now,
        "cancelled_at": None,
        "cancelled_by": "",
        "cancel_reason": "",
        "by_hall": False,
        "checked_in_at": None,
        "no_show_at": None,
        "served_at": None,
        "dealt_on": "",
        "link_turn": 0,
        "disowned_at": None,
        "let_go_at": None,
        "state": rules.State.BOOKED.value,
    }
    # Several times quicker than keyword arguments, which fill defaults one by one.
    return Appointment.from_db("default", _ATTRIBUTES, [values[name] for name in _ATTRIBUTES])


_ATTRIBUTES = [column.attname for column in Appointment._meta.concrete_fields]
