"""A visit of several matters is cancelled, moved and brought back as one, unless its person says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.actions.retrying import again
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.booking.queries.facts import hall_facts


@dataclass(frozen=True)
class Part:
    """A matter of a visit, and who acts on it. `counts`: as in `booking.cancel`."""

    row: Appointment
    by: Actor
    counts: bool = True


class PartRefused(Refused):
    """Why another matter of the visit cannot go along: `row`."""

    def __init__(self, no: Refused, row: Appointment) -> None:
        super().__init__(no.refusal)
        self.row = row


def beside(row: Appointment) -> list[Appointment]:
    """What else of its visit is booked for the same time and in the same hands."""
    return _in_the_same_hands(row, state="booked", starts_at=row.starts_at)


def _cancelled_with(row: Appointment) -> list[Appointment]:
    """What of its visit was cancelled at the same instant, by the hall as well, or by its person as well."""
    if row.cancelled_at is None:
        return []
    return _in_the_same_hands(
        row, state="cancelled", cancelled_at=row.cancelled_at, by_hall=row.by_hall, disowned_at=None
    )


def _in_the_same_hands(row: Appointment, **more: Any) -> list[Appointment]:
    if not row.visit_group:
        return []
    same = Appointment.objects.filter(
        visit_group=row.visit_group, hall=row.hall_id, person=row.person_id, holder=row.holder, limit_key=row.limit_key,
        account_id=row.account_id, contact_index=row.contact_index, link_turn=row.link_turn, **more,
    )  # fmt: skip
    return list(same.exclude(pk=row.pk).select_related("hall", "item", "category", "person", "slot").order_by("id"))


def same_hand(by: Actor, row: Appointment, other: Appointment) -> Actor:
    """Who acts on one matter by its link – the booker's or the client's – acts on the other as by its own."""
    return replace(by, id=f"{kind}-{other.code}") if (kind := by.id.removesuffix(f"-{row.code}")) != by.id else by


@again
@transaction.atomic
def cancel(parts: Sequence[Part], *, now: datetime, why: str = "", by_hall: bool = False) -> None:
    """Cancel all of them, or none; one message.

    :param why: and `by_hall`: as in `booking.cancel`.
    :raises Refused: those of `booking.cancel`; PartRefused, of another one than the first.
    """
    if len(parts) > 1:
        booking.lock_visit([part.row for part in parts])
    for part in parts:
        try:
            booking.cancel(
                code=part.row.code, by=part.by, now=now, why=why, by_hall=by_hall, counts=part.counts,
                quiet=len(parts) > 1,
            )  # fmt: skip
        except Refused as no:
            raise (no if part is parts[0] else PartRefused(no, part.row)) from no
    if len(parts) > 1:
        gone = [Appointment.objects.get(pk=part.row.pk) for part in parts]
        key, more = ("cancelled_by_hall", {"reason": why} if why else None) if by_hall else ("cancelled", None)
        hall = hall_facts(gone[0].hall, now=now)
        telling.tell_visit(key, gone, hall=hall, now=now, more=more, by=parts[0].by)


@again
@transaction.atomic
def move(
    first: Part,
    slot_id: int,
    *,
    along: Sequence[Part],
    now: datetime,
    why: str = "",
    to: Mapping[int, Slot] | None = None,
) -> Appointment:
    """Move the first to this period and the others to the one of their line at that time, all or none; one message.

    :param why: as in `booking.move`. :param to: by id of their rows, periods of the others that are known already.
    :returns: the first as it is now. :raises Refused: those of `booking.move`; PartRefused, of another one.
    """
    at = Slot.objects.filter(id=slot_id, hall=first.row.hall_id).first()
    if at is None or first.row.slot_id == slot_id or not along:
        return booking.move(code=first.row.code, slot_id=slot_id, by=first.by, now=now, why=why)
    targets = {part.row.pk: (to or {}).get(part.row.pk) or _slot_beside(at, part.row, now=now) for part in along}
    booking.lock_visit([part.row for part in (first, *along)], slots={slot_id, *(slot.pk for slot in targets.values())})
    moved = [booking.move(code=first.row.code, slot_id=slot_id, by=first.by, now=now, why=why, quiet=True)]
    for part in along:
        target = targets[part.row.pk].pk
        try:
            moved.append(booking.move(code=part.row.code, slot_id=target, by=part.by, now=now, why=why, quiet=True))
        except Refused as no:
            raise PartRefused(no, part.row) from no
    hall = first.row.hall
    was = {"was": first.row.starts_at.astimezone(ZoneInfo(hall.timezone)).isoformat()}
    telling.tell_visit("moved", moved, hall=hall_facts(hall, now=now), now=now, more=was, by=first.by)
    return moved[0]


def _slot_beside(at: Slot, row: Appointment, *, now: datetime) -> Slot:
    """:raises PartRefused: the matter is not served then."""
    try:
        return booking.slot_beside(at, row, now=now)
    except Refused as no:
        raise PartRefused(no, row) from no


def lock_cancelled(row: Appointment) -> None:
    """Inside a transaction, before a visit is booked again: its accounts, periods and rows, in one order."""
    if along := _cancelled_with(row):
        booking.lock_visit([row, *along])


def book_again_along(row: Appointment, *, by: Actor, now: datetime) -> list[PartRefused]:
    """Inside a transaction: book again what was cancelled at the same instant as this one, in one go with it.

    What the hall cancelled comes back whole or not at all.

    :returns: why what its person cancelled is gone meanwhile. :raises PartRefused: of what the hall cancelled.
    """
    gone = []
    for other in _cancelled_with(row):
        try:
            booking.rebook(code=other.code, by=same_hand(by, row, other), now=now)
        except Refused as no:
            if row.by_hall:
                raise PartRefused(no, other) from no
            gone.append(PartRefused(no, other))
    return gone
