"""A time that the hall took and gave back: a visit has it again as one, with all its matters – by its person's tap, or because
they stand in the hall at that time: an alarm is over after ten minutes, and those who came for it are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from banshi.journeys.visit import whole_visit
from banshi.kernel.actors import Actor
from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions.retrying import again
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.places import queries as places
from banshi.rooms.tickets.rules import checks_in_from


def times_back(row: Appointment, *, now: datetime) -> list[Slot]:
    """The times that the hall took from a visit and gave back, and to which all its matters could be moved now, by start."""
    return list(_back_together(row, now=now))


def _back_together(row: Appointment, *, now: datetime) -> dict[Slot, dict[int, Slot]]:
    """By period of this matter, the one of each other matter of its visit, by id of its row."""
    others = {other.pk: booking.times_back(other, now=now) for other in whole_visit.beside(row)}
    found = {}
    for slot in booking.times_back(row, now=now):
        same = {pk: next((each for each in slots if each.day == slot.day), None) for pk, slots in others.items()}
        if all(same.values()):
            found[slot] = {pk: each for pk, each in same.items() if each is not None}
    return found


@transaction.atomic
def move_back(
    *,
    row: Appointment,
    slot_id: int,
    by: Actor,
    now: datetime,
    along: Sequence[whole_visit.Part] | None = None,
    why: str = "",
) -> Appointment:
    """Move it to this period with what else of its visit is for the same time, all of it or none: where the hall gave a time
    back, each matter to the period that it had.

    :param along: what goes with it; None for the whole visit, by the same hand.
    :returns: the row as it is now. :raises Refused: those of `booking.move`, of any of them.
    """
    if along is None:
        along = [whole_visit.Part(other, whole_visit.same_hand(by, row, other)) for other in whole_visit.beside(row)]
    to = next((others for slot, others in _back_together(row, now=now).items() if slot.pk == slot_id), None)
    return whole_visit.move(whole_visit.Part(row, by), slot_id, along=along, now=now, why=why, to=to)


@again
@transaction.atomic
def book_again(*, row: Appointment, by: Actor, now: datetime) -> tuple[Appointment, list[whole_visit.PartRefused]]:
    """Book it again, and what else of its visit went with it: by the hall, or by its person's tap.

    :returns: what was booked in its stead, and why others of the visit could not be.
    :raises Refused: those of `booking.rebook`; PartRefused, of another matter: nothing is booked then.
    """
    whole_visit.lock_cancelled(row)
    placed = booking.rebook(code=row.code, by=by, now=now)
    return placed, whole_visit.book_again_along(row, by=by, now=now)


def take_back(rows: Iterable[Appointment], *, by: Actor, now: datetime) -> list[Appointment]:
    """Move those that cannot be checked in yet back to their time, where it is open for check-in now: the visit, or – its
    person stands there – this matter alone. Where somebody was quicker, they stay as they are.

    :returns: the rows, as they are now.
    """
    return [_back(row, by=by, now=now) for row in rows]


def _back(row: Appointment, *, by: Actor, now: datetime) -> Appointment:
    policy = places.policy_of(row.hall_id, now=now).tickets
    # It may have gone with another one.
    row.refresh_from_db(fields=["state", "starts_at", "ends_at", "slot", "hall_moves"])
    if not row.hall_moves or _opens(row, row.state, policy, now) is None:
        return row
    together = times_back(row, now=now)
    for slot in (*together, *booking.times_back(row, now=now)):
        if _opens(slot, row.state, policy, now) is None:
            along = None if slot in together else ()
            with suppress(Refused):
                return move_back(row=row, slot_id=slot.pk, by=by, now=now, along=along)
    return row


def _opens(at: Appointment | Slot, state: str, policy: TicketPolicy, now: datetime) -> datetime | None:
    return checks_in_from(state, starts_at=at.starts_at, ends_at=at.ends_at, policy=policy, now=now)
