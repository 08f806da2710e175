"""The times that the hall took from an appointment by changing its hours, and gave back."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

from django.db.models import Q

from banshi.kernel.policy import TicketPolicy
from banshi.rooms.booking.models import Appointment, FollowUpVisit, Move, Slot
from banshi.rooms.booking.queries.facts import HallFacts
from banshi.rooms.booking.queries.slots import line_of
from banshi.rooms.booking.queries.standing import has_booked


class Moved(NamedTuple):
    """By moment, newest first: what of the hall's changes moved it since its person chose, and out of which period."""

    by: dict[datetime, FollowUpVisit]
    out_of: dict[datetime, Slot]

    @property
    def chosen(self) -> Slot:
        """The period that the person chose."""
        return list(self.out_of.values())[-1]


def moved_since_chosen(row: Appointment, *, visit: str) -> Moved | None:
    """None where its person has chosen its time since. :param visit: its visit in follow-ups."""
    by = {each.settled_at: each for each in FollowUpVisit.objects.filter(visit=visit, state="moved").order_by("id")}
    moves = Move.objects.select_related("from_slot").filter(appointment=row).order_by("-id") if by else []
    out_of = {move.at: move.from_slot for move in takewhile(lambda move: move.at in by, moves)}
    return Moved({at: by[at] for at in out_of if at is not None}, out_of) if out_of else None


def given_back(row: Appointment, *, hall: HallFacts, now: datetime) -> dict[int, Slot]:
    """By id, the periods in which the times lie of which its person was told that they are open again – the one they chose, and
    the ones the hall had moved it to and taken again –, as long as one may check in. What the hall took and gave back no
    cut-off keeps from them."""
    moved = moved_since_chosen(row, visit=row.visit_group or row.code)
    told = [moved.out_of[at] for at, visit in moved.by.items() if visit.told_again_at] if moved is not None else []
    if moved is None or not told:
        return {}
    found = {slot.pk: slot for old in (moved.chosen, *told) for slot in as_they_are_now(old, row, hall=hall)}
    return {pk: slot for pk, slot in found.items() if in_time(slot, hall.policy.tickets, now)}


def cancelled_and_given_back(row: Appointment, *, policy: TicketPolicy, now: datetime) -> bool:
    """Whether the hall cancelled it, and its person was told that the time can be booked again: as long as one may check in, no
    cut-off keeps it from them. Not once the matter is booked again."""
    if row.state != "cancelled" or not row.by_hall or row.slot is None or not in_time(row.slot, policy, now):
        return False
    visits = FollowUpVisit.objects.filter(visit=row.visit_group or row.code, state="cancelled")
    return not has_booked(row, now=now) and any(
        row.code in each.codes for each in visits.exclude(told_again_at=None).order_by("id")
    )


def as_they_are_now(old: Slot, row: Appointment, *, hall: HallFacts) -> list[Slot]:
    """The period itself, and the one in which its start lies now: the hall may have cut its periods anew since, or given the
    matter to another category."""
    line = old.business if row.place == "video" else line_of(row.item.code, hall=hall)
    same = Slot.objects.filter(hall_id=old.hall_id, business=line or old.business, closed=False).exclude(pk=old.pk)
    now_there = (
        same.filter(starts_at__lte=old.starts_at, ends_at__gt=old.starts_at).order_by("-starts_at", "id").first()
    )
    return [old] if now_there is None else [old, now_there]


def kept_for(row: Appointment, *, slot_id: int, now: datetime) -> Q:
    """Of holds: the places of this period that are kept for whoever's appointment it is – or was, before its account was proven
    to be its person."""
    whose = Q(limit_key=row.limit_key) | Q(limit_key=f"account:{row.account_id}")
    return whose & Q(slot=slot_id, kind="withheld", person=row.person_id, ended_at=None, expires_at__gt=now)


def in_time(slot: Slot, policy: TicketPolicy, now: datetime) -> bool:
    """Whether who comes for this period now may check in on time."""
    return now < min(slot.ends_at, policy.checks_in_before(starts_at=slot.starts_at, ends_at=slot.ends_at))
