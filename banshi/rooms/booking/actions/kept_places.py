"""Places that are kept for whoever asks: offered by the waiting list, held by a form, withheld after a cancellation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from banshi.kernel.refusals import Refused
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.asked import Asked, Granted
from banshi.rooms.booking.actions.holding import end_hold, use_up
from banshi.rooms.booking.models import Hold, Slot, Waiting
from banshi.rooms.booking.queries.facts import AskedFacts


def kept_for(asked: Iterable[Asked], *, now: datetime) -> set[tuple[int, int]]:
    """Slot and person of each of these requests for which a place may be kept (`offered` looks closer): one query for all."""
    wanted = {(each.slot_id, each.person_id) for each in asked}
    slots, people = {slot for slot, _ in wanted}, {person for _, person in wanted}
    holds = Hold.objects.filter(slot_id__in=slots, person_id__in=people, ended_at=None, expires_at__gt=now)
    return wanted & set(holds.order_by("id").values_list("slot_id", "person_id"))


def offered(asked: Asked, fact: AskedFacts, *, now: datetime) -> Asked | None:
    """The same request with the place that is kept for whoever asks – by the waiting list, or after a cancellation –, whichever
    way they come for it."""
    if asked.hold_id is not None or asked.internal:
        return None
    # An offer of an earlier place moves the appointment; it is no second booking.
    offered = waits_for(asked, fact) & Q(kind="offer", waiting__appointment=None)
    withheld = Q(kind="withheld", person_id=asked.person_id)
    if not fact.evidence:  # whose card was seen has what is kept for them, whoever had booked it
        withheld &= Q(limit_key=fact.limit_key)
    kept = Hold.objects.filter(offered | withheld, slot_id=asked.slot_id, ended_at=None, expires_at__gt=now)
    hold_id = kept.order_by("id").values_list("id", flat=True).first()
    return replace(asked, hold_id=hold_id) if hold_id is not None else None


def waits_for(asked: Asked, fact: AskedFacts) -> Q:
    """Offers to this person that whoever asks may take: their own, and with evidence all; a number typed opens none."""
    theirs = Q(person_id=asked.person_id, waiting__person_id=asked.person_id)
    if fact.evidence:
        return theirs
    own = Q(waiting__limit_key=fact.limit_key)
    if asked.account_id is not None:
        own |= Q(waiting__account_id=asked.account_id) & ~Q(waiting__limit_key="")  # not after a mandate
    return theirs & own


def use_hold(grant: Granted, *, now: datetime) -> datetime | None:
    """Turn the hold into the appointment's place.

    :returns: None, or when the hold ran out: then its place is anybody's, and this person's if it is still free.
    """
    if grant.asked.hold_id is None:
        return None
    hold = Hold.objects.select_for_update().filter(id=grant.asked.hold_id, slot_id=grant.slot.id).first()
    if hold is None or not _is_theirs(hold, grant):
        raise Refused("nothing-found", facts={"hold": grant.asked.hold_id})
    if hold.ended_at is not None or hold.expires_at <= now:
        return min(hold.ended_at or hold.expires_at, hold.expires_at)
    end_hold(hold, outcome="used", now=now)
    if hold.kind == "offer":
        Waiting.objects.filter(hold=hold, state__in=rules.WAITING.of("take")).update(state=rules.WAITING.to("take"))
    return None


def free_withheld(slot: Slot, grant: Granted, *, now: datetime) -> None:
    """Beside the one place that was used: those kept for the further persons and periods are there to be taken."""
    kept = Hold.objects.select_for_update().filter(
        slot=slot, kind="withheld", person_id=grant.asked.person_id, ended_at=None, expires_at__gt=now
    )
    if not grant.facts.evidence:
        kept = kept.filter(limit_key=grant.facts.limit_key)
    use_up(kept.order_by("id")[: places_needed(grant, slot, held=True)], slot, now=now)


def places_needed(grant: Granted, slot: Slot, *, held: bool) -> int:
    """Places to take: one a person, less the one that is held already."""
    return grant.asked.persons - int(held and slot.pk == grant.slot.id)


def _is_theirs(hold: Hold, grant: Granted) -> bool:
    asked = grant.asked
    if hold.kind == "form":
        return hold.account_id is not None and hold.account_id == asked.account_id
    if hold.kind == "offer":
        return Hold.objects.filter(waits_for(asked, grant.facts), pk=hold.pk).exists()
    # Withheld after a cancellation: for the booking made again (`rebook`), which says whose it was, or by the same hand.
    theirs = bool(asked.holder) or bool(grant.facts.evidence) or hold.limit_key == grant.facts.limit_key
    return theirs and hold.person_id == asked.person_id
