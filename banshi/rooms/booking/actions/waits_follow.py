"""A matter's places move to another line – its category changed, or whose quota it is: whoever waits for one, or has booked
it, goes with it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, connection, transaction

from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.holding import end_hold, lock_slots
from banshi.rooms.booking.actions.offering import free_place
from banshi.rooms.booking.actions.retrying import Meanwhile, again
from banshi.rooms.booking.models import BY_VIDEO, Appointment, Hold, Waiting
from banshi.rooms.booking.queries.facts import HallFacts, hall_facts
from banshi.rooms.booking.queries.slots import line_of
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall

FOLLOW_SQL = f"""
UPDATE booking_appointment a SET category_id = h.category_id FROM catalogue_hall_item h
WHERE h.hall_id = a.hall_id AND h.item_id = a.item_id AND a.category_id <> h.category_id AND a.id = ANY(%s)
  AND a.state IN ({rules.APPOINTMENT.sql("move")})
"""  # noqa: S608 – states of the table


@again
@transaction.atomic
def bookings_follow_their_line(*, hall: Hall, now: datetime) -> int:
    """What is booked for a matter is of the category in which its number will be given: there its person looks for their
    windows, and what closes that line closes theirs. Time and place stay. :returns: how many went over."""
    booked = Appointment.objects.filter(hall=hall, state=rules.State.BOOKED, ends_at__gt=now)
    locked = booked.select_for_update(of=("self",), no_key=True).order_by("id").values_list("id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW_SQL, [list(locked)])
        return int(cursor.rowcount)


def waits_follow_their_line(*, hall: Hall, now: datetime) -> int:
    """Let each wait of days to come stand where the places of its matter are now, at its turn. What is offered of the line
    before, which cannot be booked for it any more, is given back. :returns: how many went over."""
    facts = hall_facts(hall, now=now)
    today = now.astimezone(facts.zone).date()
    rows = Waiting.objects.filter(hall=hall, day__gte=today, state__in=rules.WAITING.goes_on).exclude(BY_VIDEO)
    rows = rows.order_by("made_at", "id")
    lines: dict[str, str | None] = {}
    went = 0
    for pk, code, business in list(rows.values_list("id", "item__code", "business")):
        if code not in lines:
            lines[code] = line_of(code, hall=facts)
        line = lines[code]
        if line is not None and line != business:
            went += _go_over(waiting_id=pk, line=line, hall=facts, now=now)
    return went


@again
@transaction.atomic
def _go_over(*, waiting_id: int, line: str, hall: HallFacts, now: datetime) -> bool:
    """Whether an open entry stands in this line from now on. Whoever waits there already waits once, at the earlier turn."""
    seen = Waiting.objects.select_related("hold").get(id=waiting_id)
    slot = lock_slots({seen.hold.slot_id})[seen.hold.slot_id] if seen.hold is not None else None
    kept = Hold.objects.select_for_update().filter(id=seen.hold_id, ended_at=None).first() if seen.hold_id else None
    one = Waiting.objects.select_for_update(no_key=True).get(id=waiting_id)
    if one.state not in rules.WAITING.goes_on or one.business == line:
        return False
    if (one.state, one.hold_id) != (seen.state, seen.hold_id):
        raise Meanwhile
    try:
        with transaction.atomic():
            Waiting.objects.filter(id=waiting_id).update(business=line, state=rules.WAITING.to("rest"), hold=None)
    except IntegrityError:
        Waiting.objects.filter(id=waiting_id).update(state=rules.WAITING.to("hand"), hold=None)
        Waiting.objects.filter(
            hall_id=one.hall_id, business=line, day=one.day, person_id=one.person_id, limit_key=one.limit_key,
            appointment=None, state__in=rules.WAITING.goes_on, made_at__gt=one.made_at,
        ).update(made_at=one.made_at)  # fmt: skip
    if one.state == "offered":
        messaging.drop(subject=f"waiting:{waiting_id}", now=now)
    if slot is not None and kept is not None:
        end_hold(kept, outcome="given_back", now=now)
        free_place(slot, hall=hall, now=now)
    return True
