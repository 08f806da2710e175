"""Whoever stands in the hall at the time that was taken from them and given back has it again: an alarm is over after ten
minutes, and those who came for that time are there."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.places import queries as places


def take_back(rows: Iterable[Appointment], *, by: Actor, now: datetime) -> list[Appointment]:
    """Move those that cannot be checked in yet back to their time, where it is open for check-in now. Where somebody was
    quicker, they stay as they are.

    :returns: the rows, as they are now.
    """
    return [_back(row, by=by, now=now) for row in rows]


def _back(row: Appointment, *, by: Actor, now: datetime) -> Appointment:
    ahead = timedelta(minutes=places.policy_of(row.hall_id, now=now).tickets.check_in_opens)
    if row.state != "booked" or not row.hall_moves or now >= row.starts_at - ahead:
        return row
    for slot in booking.times_back(row, now=now):
        if now >= slot.starts_at - ahead:
            with suppress(Refused):
                return booking.move(code=row.code, slot_id=slot.pk, by=by, now=now)
    return row
