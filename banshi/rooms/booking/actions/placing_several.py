"""Booking several matters for one visit (一次办多件)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from django.db import connection, transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.asked import Asked, new_code
from banshi.rooms.booking.actions.holding import lock_slots
from banshi.rooms.booking.actions.placing import one_of, place_many
from banshi.rooms.booking.actions.verdicts import MALFORMED
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.booking.queries.facts import Asking, Opens, read_facts
from banshi.rooms.identity import actions as identity

_NO_MATTER = {"zh": "至少选一件事项", "en": "Choose at least one matter"}


@transaction.atomic
def place_several(
    *,
    slot_id: int,
    item_codes: Sequence[str],
    person_id: int,
    source: str,
    by: Actor,
    now: datetime,
    account_id: int | None = None,
    language: str = "zh-hans",
    note: str = "",
    internal: bool = False,
    why: str = "",
    hold_id: int | None = None,
    name: str = "",
    contact: str | None = None,
    evidence: int = 0,
    answers: Mapping[str, str] | None = None,
) -> list[Appointment]:
    """Book several matters for one visit (一次办多件): all of them, or none.

    Each takes a place of its business in the same period, because each takes time at the window; the half-day limit
    counts the visit once. The appointments share `visit_group`.

    :param answers: to the questions of the first matter.

    :raises Refused: the first reason; `wrong-state` when there are more matters than the hall takes in one visit.
    """
    codes = list(dict.fromkeys(item_codes))
    if not codes or not rules.storable(*codes):
        raise Refused("invalid", facts={"field": "items", "reason": _NO_MATTER if not codes else MALFORMED})
    first = Asked(
        slot_id=slot_id,
        item_code=codes[0],
        person_id=person_id,
        source=source,
        by=by,
        account_id=account_id,
        language=language,
        note=note,
        internal=internal,
        why=why,
        visit_group=new_code() if len(codes) > 1 else "",
        hold_id=hold_id,
        name=name,
        contact=contact,
        evidence=evidence,
        answers=answers or {},
    )
    if account_id is not None:
        identity.lock_account(account_id)
    fact = read_facts([first.asking], now=now, opens=Opens(now))[0]
    if fact.hall is not None and len(codes) > (most := fact.hall.policy.booking.matters_per_visit):
        state = {"zh": f"选了 {len(codes)} 件", "en": f"{len(codes)} matters"}
        needs = {"zh": f"一次最多 {most} 件", "en": f"at most {most} in one visit"}
        raise Refused("wrong-state", facts={"state": state, "needs": needs, "limit": most})
    if len(codes) > 1:
        _lock_periods(codes[1:], first.asking, now=now)
    booked = [one_of(place_many([first], now=now)[0])]
    businesses = {booked[0].business}
    for code in codes[1:]:
        slot = _same_period(booked[0], first.asking, code, now=now)
        further = replace(
            first, slot_id=slot.pk, item_code=code, hold_id=None, ride_along=slot.business in businesses, answers={}
        )
        booked.append(one_of(place_many([further], now=now)[0]))
        businesses.add(slot.business)
    return booked


def _lock_periods(others: Sequence[str], asking: Asking, *, now: datetime) -> None:
    """All periods of a visit, in one order, before the first place is taken: else two visits of the same matters, one the
    other way round, wait for each other. What is refused is refused where its place is taken."""
    at = Slot.objects.filter(id=asking.slot_id).first() if connection.in_atomic_block else None
    if at is None:
        return
    ids = {at.pk}
    for code in others:
        with suppress(Refused):
            ids.add(_same_period(at, asking, code, now=now).pk)
    lock_slots(ids)


def slot_beside(at: Slot, other: Appointment, *, now: datetime) -> Slot:
    """The slot for another matter of the visit at the time of the one that its first matter goes to.

    :raises Refused: item-not-here, closed.
    """
    return _same_period(at, Asking.to_move(other, other.slot_id), other.item.code, now=now)


_ONE_BY_VIDEO = {"zh": "视频预约一次办一个事项", "en": "One matter at a time is booked by video"}


def _same_period(first: Slot | Appointment, asking: Asking, item_code: str, *, now: datetime) -> Slot:
    """The slot that serves another item at the same time as this one."""
    if rules.place_of(first.business) == "video":
        raise Refused("closed", facts={"item": item_code, "reason": _ONE_BY_VIDEO})
    fact = read_facts([replace(asking, item_code=item_code)], now=now, opens=Opens(now))[0]
    if fact.hall is None or fact.item is None:
        raise Refused("item-not-here", facts={"item": item_code})
    target = rules.quota_for(fact.hall.policy.booking.quotas, fact.item.facts)
    wanted = [target[0]] if target else []
    rows = Slot.objects.filter(hall_id=first.hall_id, starts_at=first.starts_at).order_by("-closed", "id")
    own = {"hall", f"cat:{fact.item.facts.category}", f"item:{item_code}"}
    found = {row.business: row for row in rows if row.business in own}
    for business in (*wanted, f"item:{item_code}", f"cat:{fact.item.facts.category}", "hall"):
        if business in found:
            return found[business]
    closed = {"zh": "这个时段不办理该事项", "en": "This period does not serve this matter"}
    raise Refused("closed", facts={"item": item_code, "reason": closed})
