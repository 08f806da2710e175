"""Booking with a held place, over several periods or for several persons: a few statements in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q

from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.actions.asked import Granted
from banshi.rooms.booking.actions.chances import Chances
from banshi.rooms.booking.actions.kept_places import free_withheld, places_needed, use_hold
from banshi.rooms.booking.actions.retrying import again, met
from banshi.rooms.booking.actions.verdicts import with_chances
from banshi.rooms.booking.actions.writing import SAME_TIME, appointment_of, columns_of
from banshi.rooms.booking.models import STANDS, Appointment, ExtraSlot, Slot
from banshi.rooms.booking.queries.facts import HallFacts, slot_facts
from banshi.rooms.booking.rules import SlotFacts


def place_long(grant: Granted, chances: Chances, *, now: datetime) -> Appointment | Refused:
    """Book with a held place, over several periods or for several persons: a few statements in one transaction."""
    try:
        return _claim_long(grant, now=now)
    except Refused as no:
        return with_chances(no.refusal, grant.facts, grant.asked, chances, now=now)
    except OperationalError as trouble:
        if met(trouble):
            return Refused("changed-meanwhile")
        raise


@again
@transaction.atomic
def _claim_long(grant: Granted, *, now: datetime) -> Appointment:
    run = _locked_run(grant)
    expired = use_hold(grant, now=now)
    held = grant.asked.hold_id is not None and expired is None
    internal = grant.asked.internal
    for slot in run:
        if held:
            free_withheld(slot, grant, now=now)
        if slot.closed or not serves_still(slot, grant.item.facts.code):
            raise Refused("closed", facts={"reason": rules.STOPPED, "stopped": True})
        free = slot_facts(slot, grant.hall.zone).free(internal=internal)
        if free < places_needed(grant, slot, held=held):
            if expired is not None:
                raise Refused("hold-expired", facts={"expired": expired.astimezone(grant.hall.zone)})
            raise Refused(rules.full(slot_facts(slot, grant.hall.zone), internal=internal, persons=grant.asked.persons))
    appointment = appointment_of(grant, columns_of(grant), None, now=now)
    appointment.ends_at = run[-1].ends_at.astimezone(grant.hall.zone)
    try:
        with transaction.atomic():
            appointment.save(force_insert=True)
    except IntegrityError as trouble:
        if SAME_TIME in str(trouble):
            raise Refused("same-time") from trouble
        same = {"half": appointment.half}
        if grant.facts.person.told:
            same["appointment"] = _same_half_day(appointment)
        raise Refused("limit-half-day", facts=same) from trouble
    for slot in run:
        if needed := places_needed(grant, slot, held=held):
            if internal:
                slot.internal_taken += needed
            else:
                slot.taken += needed
            slot.save(update_fields=["taken", "internal_taken"])
    ExtraSlot.objects.bulk_create([ExtraSlot(appointment=appointment, slot=slot) for slot in run[1:]])
    telling.tell("confirmation", appointment, hall=grant.hall, item=grant.item, now=now)
    telling.remind(appointment, hall=grant.hall, item=grant.item, now=now)
    facts = {"slot": grant.slot.id, "item": grant.item.facts.code, "source": grant.asked.source}
    audit.record(
        action="placed",
        subject=telling.subject_of(appointment.code),
        by=grant.asked.by,
        now=now,
        hall=grant.hall.code,
        facts=facts,
    )
    return appointment


def _same_half_day(appointment: Appointment) -> str:
    others = Appointment.objects.filter(
        STANDS,
        person_id=appointment.person_id,
        limit_key=appointment.limit_key,
        hall_id=appointment.hall_id,
        business=appointment.business,
        day=appointment.day,
        half=appointment.half,
        exempt=False,
    )
    return others.values_list("code", flat=True).first() or ""


def _locked_run(grant: Granted) -> list[Slot]:
    """The slots of the appointment, locked in id order, by start.

    :raises Refused: closed, when too few follow each other directly.
    """
    periods = grant.item.facts.periods
    return lock_run(grant.slot, grant.hall, periods)


def lock_run(slot: SlotFacts, hall: HallFacts, periods: int, *, also: Sequence[int] = ()) -> list[Slot]:
    """Lock `periods` slots in a row from `slot` on, and the slots `also`, all in id order; the run by start."""
    same_day = Slot.objects.filter(
        hall_id=hall.id, business=slot.business, day=slot.day, starts_at__gte=slot.starts_at
    ).order_by("starts_at", "closed")
    # A period of an earlier grid lies across those of today; it is in a row with nothing.
    same_day = same_day.exclude(~Q(id=slot.id), closed=True, session="")
    run = list(same_day[:periods])
    if not rules.in_a_row([slot_facts(each, hall.zone) for each in run], periods):
        reason = {"zh": f"需要连续 {periods} 个时段", "en": f"This matter needs {periods} periods in a row"}
        raise Refused("closed", facts={"reason": reason})
    wanted = {each.pk for each in run} | set(also)
    locked = {
        each.pk: each for each in Slot.objects.select_for_update(no_key=True).filter(id__in=wanted).order_by("id")
    }
    return [locked[each.pk] for each in run]


def serves_still(slot: Slot, item_code: str) -> bool:
    """Whether the period, as it is under its lock, is for the item: one closure of the item alone changes that."""
    return slot.items is None or item_code in slot.items
