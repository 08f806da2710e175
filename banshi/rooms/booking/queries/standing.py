"""How things stand, for messages that are about to go out (`messaging.ports.Condition`): one query for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import Q

from banshi.rooms.booking.models import Appointment, Suspension, Waiting
from banshi.rooms.messaging.rules import Standing

# Of an appointment (or its row) `{a}`: closures that lie over it.
CLOSED_OVER = """
    SELECT c.made_at, c.made_by, c.reason_zh FROM calendars_closure c
    JOIN places_category g ON g.id = {a}.category_id LEFT JOIN places_zone z ON z.id = g.zone_id
    WHERE c.hall_id = {a}.hall_id AND c.withdrawn_at IS NULL AND c.starts_at < {a}.ends_at AND c.ends_at > {a}.starts_at
      AND (num_nonnulls(c.floor_id, c.zone_id, c.category_id, c.item_id) = 0 OR c.category_id = {a}.category_id
        OR c.item_id = {a}.item_id OR c.zone_id = g.zone_id OR c.floor_id = z.floor_id)"""
APPOINTMENTS_SQL = f"""
SELECT a.code, CASE WHEN a.state = 'booked' AND EXISTS ({CLOSED_OVER.format(a="a")})
    AND NOT EXISTS (SELECT 1 FROM booking_kept k WHERE k.appointment_id = a.id AND k.served)
  THEN 'closed' ELSE a.state END, a.starts_at
FROM booking_appointment a WHERE a.code = ANY(%s) ORDER BY a.id
"""  # noqa: S608 – only our own statements are put in


def appointments(refs: Sequence[str], /, *, now: datetime) -> Mapping[str, Standing]:
    """By code: the state – `closed` where a closure lies over it and nobody was told to come –, and the start."""
    with connection.cursor() as cursor:
        cursor.execute(APPOINTMENTS_SQL, [list(refs)])
        return {code: Standing(state, starts_at) for code, state, starts_at in cursor.fetchall()}


CLOSED_SQL = f"""
SELECT a.code FROM booking_appointment a WHERE a.code = ANY(%s) AND EXISTS ({CLOSED_OVER.format(a="a")}) ORDER BY a.id
"""  # noqa: S608 – only our own statements are put in


def closed_over(codes: Sequence[str]) -> set[str]:
    """Of these appointments those whose time a closure takes now."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSED_SQL, [list(codes)])
        return {code for (code,) in cursor.fetchall()}


EXCUSED_SQL = f"""
SELECT a.code FROM booking_appointment a JOIN booking_kept k ON k.appointment_id = a.id AND NOT k.served
WHERE a.code = ANY(%s) AND a.state = 'booked' AND EXISTS ({CLOSED_OVER.format(a="a")}) ORDER BY a.id
"""  # noqa: S608 – only our own statements are put in


def excused(codes: Sequence[str]) -> set[str]:
    """Of these appointments those that a closure lies over, that are not served in it, and were told that it is no no-show."""
    if not codes:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(EXCUSED_SQL, [list(codes)])
        return {code for (code,) in cursor.fetchall()}


def has_booked(asked: Appointment | Waiting, *, now: datetime) -> bool:
    """Whether the matter of a booking that is gone, or of a wait, is booked there: by the same hand, or for the person by
    evidence. A stranger's booking on their document is none."""
    theirs = Q(limit_key=asked.limit_key) | Q(limit_key="")
    of_it = Appointment.objects.filter(theirs, hall=asked.hall_id, item=asked.item_id, person=asked.person_id)
    return of_it.filter(state="booked", ends_at__gt=now).exists()


ASKED_SQL = """
SELECT a.code, CASE WHEN starts_with(a.holder, 'staff') OR (starts_with(a.holder, 'key:') AND a.evidence > 0) THEN NULL
    ELSE array_remove(ARRAY[c.phone_index, p.phone_index], NULL) END
FROM booking_appointment a JOIN identity_person p ON p.id = a.person_id LEFT JOIN identity_account c ON c.id = a.account_id
WHERE a.code = ANY(%s) ORDER BY a.id
"""


def who_asked(refs: Sequence[str], /) -> Mapping[str, frozenset[str] | None]:
    """By code: the telephone of the account that booked, and the proven one of the person themselves."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED_SQL, [list(refs)])
        return {code: None if phones is None else frozenset(phones) for code, phones in cursor.fetchall()}


def waiting(refs: Sequence[str], /, *, now: datetime) -> Mapping[str, Standing]:
    """By id: an offer that is over or used is no longer `offered`."""
    rows = Waiting.objects.filter(id__in=_ids(refs)).order_by("id").values_list("id", "state", "hold__ended_at")
    return {str(id_): Standing("over" if ended_at and state == "offered" else state) for id_, state, ended_at in rows}


def suspensions(refs: Sequence[str], /, *, now: datetime) -> Mapping[str, Standing]:
    rows = Suspension.objects.filter(id__in=_ids(refs)).order_by("id").values_list("id", "lifted_at")
    return {str(id_): Standing("lifted" if lifted_at else "suspended") for id_, lifted_at in rows}


def _ids(refs: Sequence[str]) -> list[int]:
    return [int(ref) for ref in refs if ref.isdecimal()]


def is_suspended(person_id: int, *, today: date) -> bool:
    """Whether online booking is barred to somebody on this day, anywhere."""
    rows = Suspension.objects.filter(person_id=person_id, lifted_at=None, from_on__lte=today, until_on__gte=today)
    return rows.exists()
