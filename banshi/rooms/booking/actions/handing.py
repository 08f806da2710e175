"""What is booked on one entry of a person goes over to the other one (identity/actions/joining.py)."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, connection, transaction

from banshi.foundation.crypto import blind_index
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.actions.placing import SAME_TIME
from banshi.rooms.booking.actions.telling import subject_of
from banshi.rooms.booking.models import LIVE, Appointment, Hold, LedgerEntry, Suspension, Waiting
from banshi.rooms.booking.queries.joining import named_alike
from banshi.rooms.messaging import actions as messaging

# Of two places in one line the earlier stays.
DOUBLE_WAITS_SQL = """
UPDATE booking_waiting w SET state = 'left' FROM booking_waiting k
WHERE w.person_id = %(other)s AND k.person_id = %(keep)s AND w.state = 'waiting' AND k.state IN ('waiting', 'offered')
  AND w.appointment_id IS NULL AND k.appointment_id IS NULL
  AND (w.hall_id, w.business, w.day, w.limit_key) = (k.hall_id, k.business, k.day, k.limit_key)
"""
# person:7 → person:5, key:3/7 → key:3/5; an account's own credit stays the account's.
PARTY_SQL = """
UPDATE {table} SET person_id = %(keep)s, party = CASE
    WHEN party = 'person:' || %(other)s THEN 'person:' || %(keep)s
    WHEN party LIKE '%%/' || %(other)s THEN left(party, -length('/' || %(other)s)) || '/' || %(keep)s
    ELSE party END
WHERE person_id = %(other)s
"""


def lock_bookings(person_id: int) -> None:
    """Make whoever changes one of these wait; taken before the entries themselves, as checking in takes them."""
    rows = Appointment.objects.select_for_update(no_key=True).filter(person_id=person_id, state__in=LIVE)
    list(rows.order_by("id").values_list("id"))


@transaction.atomic
def hand_over(*, from_person: int, to_person: int, name_index: str | None = None) -> list[int]:
    """Bookings, places in waiting lists, and credit of one entry go to the other.

    :param name_index: only what was booked in this name: the number was typed wrongly, and may be somebody else's.
    :returns: ids of the appointments that went over.
    :raises Refused: same-time, limit-half-day – two live bookings that one person cannot have.
    """
    rows = Appointment.objects.filter(person_id=from_person)
    rows = rows if name_index is None else named_alike(rows, name_index)
    ids = list(rows.order_by("id").values_list("id", flat=True))
    try:
        with transaction.atomic():
            Appointment.objects.filter(id__in=ids).update(person_id=to_person)
    except IntegrityError as trouble:
        raise Refused("same-time" if SAME_TIME in str(trouble) else "limit-half-day") from trouble
    if name_index is not None:
        LedgerEntry.objects.filter(appointment_id__in=ids).update(person_id=to_person)
        return ids
    values = {"keep": to_person, "other": from_person}
    with connection.cursor() as cursor:
        cursor.execute(DOUBLE_WAITS_SQL, values)
        for table in (LedgerEntry._meta.db_table, Suspension._meta.db_table):
            cursor.execute(PARTY_SQL.format(table=table), values)
    Waiting.objects.filter(person_id=from_person).exclude(state="left").update(person_id=to_person)
    Hold.objects.filter(person_id=from_person).update(person_id=to_person)
    return ids


@transaction.atomic
def send_to(*, person_id: int, phone: str, now: datetime) -> int:
    """The messages of what a person has booked go to another number from now on; those still due, too.

    :param phone: E.164; the caller has proof of it and of the person.
    :returns: how many bookings.
    """
    rows = Appointment.objects.select_for_update(no_key=True).filter(
        person_id=person_id, state__in=LIVE, ends_at__gt=now
    )
    mine = [row for row in rows.order_by("id") if row.contact != phone]
    for row in mine:
        row.contact, row.contact_index = phone, blind_index(phone, purpose="phone")
        row.save(update_fields=["contact", "contact_index"])
    messaging.send_elsewhere(subjects=[subject_of(row.code) for row in mine], phone=phone)
    return len(mine)
