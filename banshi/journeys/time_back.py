"""A time that the hall took and gave back: a visit has it again as one, with all its matters – by its person's tap, or because
they stand in the hall at that time: an alarm is over after ten minutes, and those who came for it are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from banshi.journeys import whole_visit
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.places import queries as places


@transaction.atomic
def move_back(
    *, row: Appointment, slot_id: int, by: Actor, now: datetime, along: Sequence[whole_visit.Part] = ()
) -> Appointment:
    """Move it to this period, and – where that was given back – what else of its visit was moved out of the same day with it.

    :param along: what of its visit goes with it to any other period.
    :returns: the row as it is now. :raises Refused: those of `booking.move`, of any of them; nothing is moved then.
    """
    chosen = next((slot for slot in booking.times_back(row, now=now) if slot.pk == slot_id), None)
    if chosen is None:
        return whole_visit.move(whole_visit.Part(row, by), slot_id, along=along, now=now)
    back = booking.move(code=row.code, slot_id=slot_id, by=by, now=now)
    for other in _of_visit(row, state="booked"):
        same = next((slot for slot in booking.times_back(other, now=now) if slot.day == chosen.day), None)
        if same is not None:
            booking.move(code=other.code, slot_id=same.pk, by=by, now=now)
    return back


@transaction.atomic
def book_again(*, row: Appointment, by: Actor, now: datetime) -> Appointment:
    """Book it again, and what else of its visit went with it: by the hall, that gave its time back, or by its person's tap.

    :returns: what was booked in its stead. :raises Refused: those of `booking.rebook`, of any of them; nothing is booked then.
    """
    given_back = booking.was_given_back(row, now=now)
    again = booking.rebook(code=row.code, by=by, now=now)
    for other in _of_visit(row, state="cancelled") if given_back else ():
        if booking.was_given_back(other, now=now):
            booking.rebook(code=other.code, by=by, now=now)
    if not row.by_hall:
        whole_visit.book_again_along(row, by=by, now=now)
    return again


def take_back(rows: Iterable[Appointment], *, by: Actor, now: datetime) -> list[Appointment]:
    """Move those that cannot be checked in yet back to their time, where it is open for check-in now. Where somebody was
    quicker, they stay as they are.

    :returns: the rows, as they are now.
    """
    return [_back(row, by=by, now=now) for row in rows]


def _back(row: Appointment, *, by: Actor, now: datetime) -> Appointment:
    ahead = timedelta(minutes=places.policy_of(row.hall_id, now=now).tickets.check_in_opens)
    row.refresh_from_db(
        fields=["state", "starts_at", "ends_at", "slot", "hall_moves"]
    )  # it may have gone with another one
    if row.state != "booked" or not row.hall_moves or now >= row.starts_at - ahead:
        return row
    for slot in booking.times_back(row, now=now):
        if now >= slot.starts_at - ahead:
            with suppress(Refused):
                return move_back(row=row, slot_id=slot.pk, by=by, now=now)
    return row


def _of_visit(row: Appointment, *, state: str) -> list[Appointment]:
    if not row.visit_group:
        return []
    same = Appointment.objects.filter(
        visit_group=row.visit_group, hall=row.hall_id, person=row.person_id, limit_key=row.limit_key, state=state
    )
    return list(same.exclude(pk=row.pk).select_related("hall", "item", "person", "slot").order_by("starts_at", "id"))
