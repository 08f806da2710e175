"""Places kept a while: held for a form, withheld after a cancellation, offered to the waiting list (see offering).

A kept place counts in `slot.taken` until its hold ends. Slots are locked before holds, holds before the waiting list.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.offering import free_place, lapsed
from banshi.rooms.booking.actions.retrying import Meanwhile, again
from banshi.rooms.booking.models import Hold, Slot
from banshi.rooms.booking.queries.facts import HallFacts, Opens, hall_facts, slot_facts
from banshi.rooms.booking.rules import ItemFacts
from banshi.rooms.places.models import Hall

KEPT_ON_AT_MOST = timedelta(hours=1)


@again
@transaction.atomic
def hold(*, slot_id: int, account_id: int, now: datetime) -> Hold:
    """Keep a public place while a signed-in person fills in the form (占号). One per account; an earlier one ends.

    :raises Refused: slot-full, not-open-yet, past, same-day, cut-off, closed, nothing-found.
    """
    earlier = Hold.objects.filter(account_id=account_id, kind="form", ended_at=None).first()
    if not 0 < slot_id < 2**63:
        raise Refused("nothing-found", facts={"slot": slot_id})
    ids = {slot_id} | ({earlier.slot_id} if earlier else set())
    locked = lock_slots(ids)
    slot = locked.get(slot_id)
    if slot is None:
        raise Refused("nothing-found", facts={"slot": slot_id})
    if earlier is not None:
        earlier = Hold.objects.select_for_update().filter(id=earlier.pk, ended_at=None).first()
    hall = hall_facts(Hall.objects.get(id=slot.hall_id), now=now)
    if earlier is not None and earlier.slot_id == slot_id and earlier.expires_at > now:
        return earlier
    if earlier is not None:
        end_hold(earlier, outcome="given_back" if earlier.expires_at > now else "expired", now=now)
        free_place(locked[earlier.slot_id], hall=_hall_of(locked[earlier.slot_id], hall, now=now), now=now)
    opens = Opens(now)
    facts = slot_facts(slot, hall.zone)
    no = rules.refusal(
        slot=facts,
        item=_any_item(facts),
        policy=hall.policy.booking,
        now=now.astimezone(hall.zone),
        opens=opens.at(hall, facts.day, facts.business),
        channel=next(iter(sorted(facts.channels))) if facts.channels else "web",
        hall=hall.code,
    )
    if no is not None:
        raise Refused(no)
    slot.taken += 1
    slot.save(update_fields=["taken"])
    try:
        with transaction.atomic():
            return Hold.objects.create(
                slot=slot,
                kind="form",
                account_id=account_id,
                made_at=now,
                expires_at=min(now + timedelta(minutes=hall.policy.booking.hold), slot.ends_at),
            )
    except IntegrityError as trouble:  # the same account held another place at this very moment
        raise Meanwhile from trouble


def _any_item(slot: rules.SlotFacts) -> ItemFacts:
    """A hold does not say yet what it is for: an item that fits the slot."""
    kind, _, code = slot.business.partition(":")
    if kind == "item":
        return ItemFacts(code, "", extended=True)
    return ItemFacts(next(iter(slot.items), "") if slot.items else "", code if kind == "cat" else "", extended=True)


def _hall_of(slot: Slot, known: HallFacts, *, now: datetime) -> HallFacts:
    return known if slot.hall_id == known.id else hall_facts(Hall.objects.get(id=slot.hall_id), now=now)


@transaction.atomic
def keep_on(*, hold_id: int, account_id: int, now: datetime) -> Hold | None:
    """Keep the place as long again as at first: whoever reads slowly is not hurried. An hour at most, from the first tap.

    :returns: None where it is not kept any more.
    """
    kept = (
        Hold.objects.select_for_update(of=("self",))
        .select_related("slot__hall")
        .filter(id=hold_id, account_id=account_id, kind="form", ended_at=None, expires_at__gt=now)
        .first()
    )
    if kept is None:
        return None
    minutes = hall_facts(kept.slot.hall, now=now).policy.booking.hold
    until = min(now + timedelta(minutes=minutes), kept.made_at + KEPT_ON_AT_MOST, kept.slot.ends_at)
    if until > kept.expires_at:
        kept.expires_at = until
        kept.save(update_fields=["expires_at"])
    return kept


@again
@transaction.atomic
def give_back(*, hold_id: int, now: datetime, account_id: int | None = None) -> None:
    """End a hold early; its place is free at once. Ending it twice changes nothing.

    :param account_id: with it, only that account's hold is found.
    :raises Refused: nothing-found.
    """
    seen = Hold.objects.filter(id=hold_id, kind="form").first()
    if seen is None or (account_id is not None and seen.account_id != account_id):
        raise Refused("nothing-found", facts={"hold": hold_id})
    slot = lock_slots({seen.slot_id})[seen.slot_id]
    kept = Hold.objects.select_for_update().filter(id=hold_id, ended_at=None).first()
    if kept is not None:
        end_hold(kept, outcome="given_back", now=now)
        free_place(slot, hall=hall_facts(Hall.objects.get(id=slot.hall_id), now=now), now=now)


@again
@transaction.atomic
def expire_holds(*, now: datetime) -> int:
    """End the holds that ran out; each place goes to the next who waits, or is free again. A late run does the same.

    :returns: how many ended.
    """
    due = dict(Hold.objects.filter(ended_at=None, expires_at__lte=now).values_list("id", "slot_id"))
    if not due:
        return 0
    locked = lock_slots(set(due.values()))
    holds = list(
        Hold.objects.select_for_update()
        .filter(id__in=due, ended_at=None, expires_at__lte=now)
        .order_by("expires_at", "id")
    )
    halls = {
        row.pk: hall_facts(row, now=now) for row in Hall.objects.filter(id__in={s.hall_id for s in locked.values()})
    }
    for kept in holds:
        end_hold(kept, outcome="expired", now=now)
        if kept.kind == "offer":
            lapsed(kept, hall=halls[locked[kept.slot_id].hall_id])
        slot = locked[kept.slot_id]
        free_place(slot, hall=halls[slot.hall_id], now=now)
    return len(holds)


def lock_slots(ids: set[int]) -> dict[int, Slot]:
    return {row.pk: row for row in Slot.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id")}


def end_hold(kept: Hold, *, outcome: str, now: datetime) -> None:
    kept.ended_at, kept.outcome = now, outcome
    kept.save(update_fields=["ended_at", "outcome"])


def use_up(kept: Iterable[Hold], slot: Slot, *, now: datetime) -> None:
    """What is kept of a locked slot is there to be taken by whom it was kept for; the slot is not saved."""
    for hold in kept:
        end_hold(hold, outcome="used", now=now)
        slot.taken -= 1
