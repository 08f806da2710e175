"""What a booking or a move would be refused for: asked when it is made, and when a place is offered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking import rules
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries.facts import AskedFacts, Asking, HallFacts, Opens, closed_under_way, read_facts
from banshi.rooms.booking.queries.standing import excused


def place_refusal(
    fact: AskedFacts,
    *,
    now: datetime,
    channel: str = "web",
    internal: bool = False,
    held: bool = False,
    persons: int = 1,
    back: bool = False,
) -> Refusal | None:
    """Why whoever asks cannot have the period, by the rules alone. :param back: as in `rules.refusal`."""
    if fact.hall is None or fact.slot is None:
        return Refusal("nothing-found", {})
    no = rules.refusal(
        slot=fact.slot,
        item=fact.item.facts if fact.item else None,
        policy=fact.hall.policy.booking,
        now=now.astimezone(fact.hall.zone),
        opens=fact.opens,
        person=fact.person,
        channel=channel,
        internal=internal,
        held=held,
        hall=fact.hall.code,
        persons=persons,
        back=back,
    )
    return no or closed_under_way(fact.hall, fact.item.facts if fact.item else None, fact.slot, now=now)


def target_refusal(
    seen: Appointment, fact: AskedFacts, slot_id: int, *, now: datetime, by_hall: bool, back: bool = False
) -> Refusal | None:
    """Why the new period is not possible. Fullness is looked at under the lock.

    :param back: to a time that the hall took and gave back (`given_back`): no opening day and no cut-off keeps it away.
    """
    if fact.hall is None or fact.slot is None or fact.hall.id != seen.hall_id:
        return Refusal("nothing-found", {"slot": slot_id})
    # The appointment itself does not count (`Asking.but`), and a suspension bars new bookings only.
    person = replace(fact.person, barred=None, account_live=0)
    if seen.exempt:
        person = replace(person, same_half_day=None)
    if (
        person.agent is not None
    ):  # whether the agent itself may still move it, `move` has asked; the client and the hall may
        person = replace(person, agent=replace(person.agent, mandated=True, until=None))
    if by_hall:
        person = replace(person, account_in_period=0, agent=None)
    no = rules.refusal(
        slot=fact.slot,
        item=fact.item.facts if fact.item else None,
        policy=fact.hall.policy.booking,
        now=now.astimezone(fact.hall.zone),
        opens=fact.opens,
        person=person,
        channel=seen.source,
        internal=by_hall or seen.internal,
        back=back,
        held=True,
        hall=fact.hall.code,
        persons=min(seen.persons, fact.item.facts.most_persons) if fact.item else 1,  # what was booked stays allowed
    )
    return no or closed_under_way(fact.hall, fact.item.facts if fact.item else None, fact.slot, now=now)


def refusal_for_mover(
    seen: Appointment,
    fact: AskedFacts,
    slot_id: int,
    *,
    by: Actor,
    now: datetime,
    by_hall: bool,
    back: bool = False,
) -> Refusal | None:
    """As `target_refusal`, for whoever moves it: an agent also no further than the mandate lasts."""
    no = target_refusal(seen, fact, slot_id, now=now, by_hall=by_hall, back=back)
    if no is None and by.kind is ActorKind.CITIZEN and by.id == str(seen.account_id) and fact.slot is not None:
        no = rules.beyond_mandate(fact.person.agent, seen.item.code, fact.slot.day)
    return no


def cannot_move_to(code: str, slots: Collection[int], *, by: Actor, now: datetime) -> dict[int, Refusal]:
    """Of these periods those to which `by` could not move the appointment now, by the rules that grant a move, with why:
    another booking of its person in that half day, or at that time; an agent's mandate that ends before. However full
    they are."""
    seen = Appointment.objects.select_related("item").filter(code=code).first()
    if seen is None or not slots:
        return {}
    wanted = sorted(slots)
    facts = read_facts([Asking.to_move(seen, slot) for slot in wanted], now=now, opens=Opens(now))
    refused = {
        slot: refusal_for_mover(seen, fact, slot, by=by, now=now, by_hall=False)
        for slot, fact in zip(wanted, facts, strict=True)
    }
    return {slot: no for slot, no in refused.items() if no is not None}


def move_target_refusal(
    seen: Appointment, fact: AskedFacts, *, hall: HallFacts, now: datetime, back: bool = False
) -> Refusal | None:
    """Why its person could not move the appointment to this place now, or None; a kept place counts as free.

    :param back: as in `target_refusal`; nor is it one of their moves.
    """
    policy = hall.policy.booking
    away = bool(excused([seen.code]))
    no = rules.change_refusal(
        policy=policy,
        state=seen.state,
        starts_at=seen.starts_at.astimezone(hall.zone),
        ends_at=seen.ends_at.astimezone(hall.zone),
        now=now,
        cancelled_at=seen.cancelled_at,
        excused=away,
    )
    return (
        no
        or rules.move_refusal(policy=policy, moves=seen.own_moves, excused=away or back)
        or target_refusal(seen, fact, fact.slot.id if fact.slot else 0, now=now, by_hall=False, back=back)
    )
