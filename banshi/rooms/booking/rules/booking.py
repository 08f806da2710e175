"""Who may book what, cancel it, move it: the first reason to say no, or None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from banshi.kernel.policy import BookingPolicy, Quota
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking.rules.credit import suspended
from banshi.rooms.booking.rules.facts import NOBODY, VIDEO, AgentFacts, ItemFacts, PersonFacts, SlotFacts
from banshi.rooms.booking.rules.lifecycle import APPOINTMENT, State

STOPPED = {"zh": "这个时段不再接受预约", "en": "This period takes no more bookings"}


_NOT_WORKED = {"zh": "这一天不是工作日，不开放预约", "en": "Not a working day; it does not open for booking"}


_OTHER_ITEMS = {"zh": "这个时段只办理部分事项", "en": "This session serves other matters only"}


def refusal(
    *,
    slot: SlotFacts,
    item: ItemFacts | None,
    policy: BookingPolicy,
    now: datetime,
    opens: datetime | None,
    person: PersonFacts = NOBODY,
    channel: str = "web",
    internal: bool = False,
    held: bool = False,
    hall: str = "",
    persons: int = 1,
    back: bool = False,
) -> Refusal | None:
    """The first reason why this person cannot book this item in this slot now, or None.

    :param now: aware, in the hall's zone.
    :param opens: when the slot's day opens (`opens_at`), None if never.
    :param internal: staff give a place kept for them: they may do so before the day opens, on the same day, after the
        cut-off, through any channel and to a suspended person. Everything else holds for them too.
    :param held: the place is already held for this person: fullness does not matter.
    :param persons: for whom one booking is made; each takes a place.
    :param back: the hall took this very time from the person and gave it back: no opening day, cut-off or suspension since
        keeps it from them.
    """
    if item is None:
        return Refusal("item-not-here", {"hall": hall})
    if not item.bookable:
        return Refusal("not-bookable", {"item": item.code})
    for taken in (item.retired, item.seasons):
        if taken is not None and (no := taken.refusal(slot.day)) is not None:
            return no
    if not serves(slot, item, policy.quotas):
        return Refusal("item-not-here", {"hall": hall, "item": item.code, "reason": _OTHER_ITEMS})
    if not 1 <= persons <= item.most_persons:
        most = item.most_persons
        reason = {"zh": f"一次最多 {most} 人", "en": f"At most {most} in one booking"}
        return Refusal("invalid", {"field": "persons", "most": most, "reason": reason})
    if now >= slot.ends_at:
        return Refusal("past", {"ended": slot.ends_at})
    if slot.closed:
        return Refusal("closed", {"reason": STOPPED, "stopped": True})
    if not internal and not back:
        no = _not_open(slot=slot, policy=policy, now=now, opens=opens, channel=channel)
        if no is not None:
            return no
        if person.barred is not None and channel in policy.suspension_bars:
            return suspended(person.barred, now.tzinfo)
    if policy.half_day_limit and not item.exempt and person.same_half_day is not None:
        mine = {"appointment": person.same_half_day, "starts_at": person.same_half_day_starts_at}
        return Refusal("limit-half-day", _told(person, mine) | {"half": slot.half})
    if person.same_time is not None:
        mine = {"appointment": person.same_time, "starts_at": person.same_time_starts_at}
        return Refusal("same-time", _told(person, mine))
    if policy.live_limit is not None and person.live >= policy.live_limit:
        return Refusal("limit-live", {"limit": policy.live_limit, "live": person.live})
    no = _beyond_caps(person, policy, item.code, slot.starts_at.date(), persons)
    if no is not None:
        return no
    if not held and slot.free(internal=internal) < persons:
        return full(slot, internal=internal, persons=persons)
    return None


def beyond_mandate(agent: AgentFacts | None, item: str, day: date) -> Refusal | None:
    """A day after the mandate's last: then nobody could change what the agent booked."""
    if agent is None or agent.until is None or day <= agent.until:
        return None
    return Refusal("mandate-missing", {"item": item, "until": agent.until})


def full(slot: SlotFacts, *, internal: bool = False, persons: int = 1) -> Refusal:
    """No place is left, or too few for those who come together."""
    facts: dict[str, Any] = {"quota": slot.internal_quota if internal else slot.quota}
    left = slot.free(internal=internal)
    return Refusal("slot-full", facts | ({"left": left, "persons": persons} if 0 < left < persons else {}))


def _beyond_caps(person: PersonFacts, policy: BookingPolicy, item: str, day: date, persons: int) -> Refusal | None:
    """The caps of whoever books: the hall's for an account, a registered agent's own for an agent."""
    if (agent := person.agent) is not None:
        if not agent.mandated:
            return Refusal("mandate-missing", {"item": item})
        if (no := beyond_mandate(agent, item, day)) is not None:
            return no
        if _beyond(agent.live_most, person.account_live, persons):
            return Refusal("limit-live", {"limit": agent.live_most, "live": person.account_live})
        if _beyond(agent.day_most, person.account_in_day, persons):
            return Refusal("limit-day", {"limit": agent.day_most})
        return None
    if _beyond(policy.account_live, person.account_live, persons):
        return Refusal("limit-live", {"limit": policy.account_live, "live": person.account_live})
    if _beyond(policy.account_per_period, person.account_in_period, persons):
        return Refusal("limit-period", {"limit": policy.account_per_period})
    return None


def _beyond(most: int, there: int, persons: int) -> bool:
    """Whether so many more are too many. The first booking may be for as many as its matter allows: a family is one visit."""
    return there > 0 and there + persons > most


def _told(person: PersonFacts, mine: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in mine.items() if fact is not None and person.told}


def _not_open(
    *, slot: SlotFacts, policy: BookingPolicy, now: datetime, opens: datetime | None, channel: str
) -> Refusal | None:
    if slot.channels is not None and channel not in slot.channels:
        return Refusal("channel-not-allowed", {"channels": sorted(slot.channels)})
    if slot.day <= now.date():
        if not policy.same_day:
            return Refusal("same-day", {"day": slot.day})
        closes = slot.starts_at - timedelta(minutes=policy.same_day_lead)
        if now >= closes:
            return Refusal("cut-off", {"cut_off": closes})
    elif opens is None:
        return Refusal("closed", {"reason": _NOT_WORKED})
    elif now < opens:
        return Refusal("not-open-yet", {"opens": opens}, opens)
    if slot.cut_off_at is not None and now >= slot.cut_off_at:
        return Refusal("cut-off", {"cut_off": slot.cut_off_at})
    return None


def serves(slot: SlotFacts, item: ItemFacts, quotas: Sequence[Quota] = ()) -> bool:
    """Whether the slot's places are for this item: its own, its category's, the hall's or those by video, and its session
    serves it.

    An item with places of its own cannot use up those of its category.
    """
    own = f"item:{item.code}"
    if slot.business not in (own, VIDEO) and any(q.target == "item" and q.code == item.code for q in quotas):
        return False
    if slot.business not in (own, f"cat:{item.category}", "hall", VIDEO):
        return False
    if slot.extended_only and not item.extended:
        return False
    return slot.items is None or item.code in slot.items


def in_a_row(slots: Sequence[SlotFacts], periods: int) -> bool:
    """Whether these are `periods` slots of one business, each beginning when the one before ends."""
    return len(slots) == periods and all(
        one.ends_at == other.starts_at and one.business == other.business for one, other in pairwise(slots)
    )


def change_refusal(
    *,
    policy: BookingPolicy,
    state: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    cancelled_at: datetime | None = None,
    by_hall: bool = False,
    excused: bool = False,
) -> Refusal | None:
    """Why an appointment can no longer be cancelled or moved, or None. The hall itself may as long as it is booked.

    Until the period ends [N], or until it starts, by policy; whom the hall does not serve then (`excused`), until it ends.
    """
    if state == State.CANCELLED:
        return Refusal("already-cancelled", {"cancelled_at": cancelled_at})
    if (no := APPOINTMENT.refusal(state, "cancel")) is not None:
        return no
    closes = ends_at if excused or policy.cancel_until == "period_end" else starts_at
    if not by_hall and now >= closes:
        return Refusal("too-late", {"closes": closes})
    return None


def move_refusal(*, policy: BookingPolicy, moves: int, excused: bool = False) -> Refusal | None:
    """Why it may not be moved once more, or None. :param excused: the hall does not serve it then, and asked to choose again."""
    if not excused and policy.move_limit is not None and moves >= policy.move_limit:
        return Refusal("move-limit", {"moves": moves, "limit": policy.move_limit})
    return None
