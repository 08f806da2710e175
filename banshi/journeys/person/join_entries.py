"""Two entries of one person become one (合并): what stands on the other entry goes over, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions.retrying import again
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.tickets import actions as tickets


@dataclass(frozen=True)
class Moved:
    """How much went over."""

    bookings: int
    numbers: int


@again
@transaction.atomic
def join(*, keep_id: int, other_id: int, how: str, why: str, card_seen: bool, by: Actor, now: datetime) -> Moved:
    """Make two entries one: the entry `keep_id` stands.

    Whoever books for the other one at this very moment is waited for and moved along, or finds the entry that stands
    (a trigger, `it_is_for_the_entry_that_stands`).

    :param how: renewed – both documents are this person's, and both lead there from now on; mistyped – the number was
        typed wrongly: only what was booked in this person's name goes over, and the number leads nowhere.
    :raises Refused: invalid (reason, card, how), nothing-found; same-time, limit-half-day, person-elsewhere – what one
        person cannot have twice is to be settled first.
    """
    booking.lock_bookings(other_id)
    keep, other = identity.lock_entries(keep_id=keep_id, other_id=other_id, how=how, why=why, card_seen=card_seen)
    name = None if how == "renewed" else keep.name_index
    booked = booking.hand_over(from_person=other.pk, to_person=keep.pk, name_index=name, now=now)
    numbers = tickets.hand_over(
        from_person=other.pk, to_person=keep.pk, appointments=None if name is None else booked, now=now
    )
    moved = Moved(len(booked), numbers)
    facts = {"bookings": moved.bookings, "numbers": moved.numbers}
    identity.join_entries(keep, other, how=how, why=why, by=by, now=now, moved=facts)
    return moved


@transaction.atomic
def join_document(
    *, keep_id: int, id_type: str, id_number: str, how: str, why: str, card_seen: bool, by: Actor, now: datetime
) -> Moved:
    """As `join`, by the other document; a renewed one that nobody has used yet leads there from the start.

    :raises Refused: those of `join`; nothing-found – no such number was ever typed.
    """
    other = people.entry_of_document(id_type, id_number)
    if other is None:
        if how != "renewed":
            raise Refused("nothing-found", facts={"person": "number"})
        other = identity.enrol_number(id_type=id_type, id_number=id_number, now=now)
    return join(keep_id=keep_id, other_id=other.pk, how=how, why=why, card_seen=card_seen, by=by, now=now)


def refusal(*, keep_id: int, other_id: int, how: str, now: datetime) -> Refused | None:
    """What would stop it now; None where nothing would. It is tried, and taken back."""
    try:
        with transaction.atomic():
            join(keep_id=keep_id, other_id=other_id, how=how, why="–", card_seen=True, by=SYSTEM, now=now)
            transaction.set_rollback(True)
    except Refused as no:
        return no
    return None
