"""Rules of booking (预约): which days are open, who may book, what a missed or cancelled appointment leads to.

Pure functions on frozen facts. Days are plain dates in the hall's zone; moments are aware. `now` is a parameter and,
where a rule is about a local day or hour, in the hall's zone (`now.astimezone(zone)`). Spans are half-open: a period
9:00–10:00 is over at 10:00. Sources: mission §1 ([N] Nancheng, [C] Chengdu) and §11.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Any

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.policy import BookingPolicy, Credit, MessagePolicy, Quota
from banshi.kernel.refusals import Alternative, Refusal
from banshi.kernel.working_days import WorkCalendar

_DAY = timedelta(days=1)
_NOON = time(12)
# Longer than any holiday; the search for the last week with a working day ends there.
_WEEKS_BACK = 60
MISTAKE_IS_FORGIVEN_WITHIN = timedelta(minutes=30)
SOURCES = ("web", "wechat", "app", "kiosk", "phone", "video", "staff", "api")


class State(StrEnum):
    """State of an appointment (预约状态)."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    SERVED = "served"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


# from → to. A no-show and a cancellation are final: who was late takes a walk-in number, who cancelled books again.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.BOOKED: frozenset({State.CHECKED_IN, State.CANCELLED, State.NO_SHOW}),
    State.CHECKED_IN: frozenset({State.SERVED}),
    State.SERVED: frozenset(),
    State.CANCELLED: frozenset(),
    State.NO_SHOW: frozenset(),
}


def may_become(state: str, wanted: State) -> bool:
    """Whether an appointment in `state` may become `wanted`."""
    return wanted in TRANSITIONS[State(state)]


def storable(*texts: str) -> bool:
    """Whether the database can hold these texts: no NUL, no half of a surrogate pair."""
    return all(_encodable(text) for text in texts)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def half_of(starts_at: datetime) -> str:
    """`am` or `pm` by local noon: a period that starts at 12:00 is in the afternoon. :param starts_at: local."""
    return "am" if starts_at.time() < _NOON else "pm"


# --- Which days are open -----------------------------------------------------------------------------------------


def opens_at(policy: BookingPolicy, day: date, calendar: WorkCalendar, local_now: datetime) -> datetime | None:
    """When `day` opens for booking (放号时间), in the zone of `local_now`; None for a day that never opens.

    - week release (按周放号, Nancheng [N]): open are tomorrow and later working days of the current Monday–Sunday
      week; on that week's last working day also all working days of the next calendar week that has any. So a week
      opens on the last working day of the nearest earlier week that has one, and stays open: what opened on Friday
      is still open on Saturday. Days that are not worked never open.
    - rolling working days: tomorrow up to the n-th working day. A rest day with sessions opens together with the
      working day after it.
    - rolling days: tomorrow up to n days from today.

    With `release_at` the newest day opens at that local time instead of midnight.
    """
    if policy.release == "rolling_days":
        on = day - timedelta(days=policy.release_days)
    elif policy.release == "rolling_working_days":
        working = day if calendar.is_working(day) else calendar.next_working_day(day)
        on = calendar.add_working_days(working, -policy.release_days)
    else:
        if not calendar.is_working(day):
            return None
        earlier = _release_day_of_week(day, calendar)
        if earlier is None:
            return None
        on = earlier
    return datetime.combine(on, policy.release_at or time(0), local_now.tzinfo)


def _release_day_of_week(day: date, calendar: WorkCalendar) -> date | None:
    for weeks in range(1, _WEEKS_BACK):
        last = calendar.last_working_day_of_week(day - timedelta(weeks=weeks))
        if last is not None:
            return last
    return None


def open_days(policy: BookingPolicy, local_now: datetime, calendar: WorkCalendar) -> tuple[date, ...]:
    """The days open to book now, in order; today only where the policy allows the same day.

    Rolling days count every day, working or not: which of them have sessions is the hall calendar's matter.
    """
    today = local_now.date()
    found = [today] if policy.same_day and _may_ever_open(policy, today, calendar) else []
    for day in _days(today + _DAY, horizon(policy, today, calendar)):
        opens = opens_at(policy, day, calendar, local_now)
        if opens is not None and opens <= local_now:
            found.append(day)
    return tuple(found)


def _may_ever_open(policy: BookingPolicy, day: date, calendar: WorkCalendar) -> bool:
    return policy.release != "week_release" or calendar.is_working(day)


def horizon(policy: BookingPolicy, today: date, calendar: WorkCalendar) -> date:
    """The last day that may be open to book at any time today."""
    if policy.release == "rolling_days":
        return today + timedelta(days=policy.release_days)
    if policy.release == "rolling_working_days":
        return calendar.add_working_days(today, policy.release_days)
    for weeks in range(1, _WEEKS_BACK):
        last = calendar.last_working_day_of_week(today + timedelta(weeks=weeks))
        if last is not None:
            return last
    return today


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


# --- Whose bookings count together --------------------------------------------------------------------------------


OWN = "person"  # holds what a person booked with an account that is theirs no more, and who has no other yet
PASSED_ON = "client"  # holds what an agent booked for them and may change no more, where they have no account


def holder_of(*, account_id: int | None, by: Actor, behind: str = "") -> str:
    """Who books, as limits and credit name them: an account, or whom a key, a machine or the staff act for (`behind`)."""
    if account_id is not None:
        return f"account:{account_id}"
    match by.kind:
        case ActorKind.CITIZEN:
            return f"account:{by.id}"
        case ActorKind.CHANNEL:
            holder = f"key:{by.id}"
        case ActorKind.STAFF:
            holder = "staff"
        case _:
            holder = str(by)
    return f"{holder[: 39 - len(behind)]}:{behind}" if behind else holder[:40]


def behind(*, end_user: str = "", contact: str = "", else_: str = "") -> str:
    """Whom somebody acts for who acts for many: the user that a key's system named, else a telephone, else who is
    nobody else (`else_`). One key serves a whole city's app: its users must not block each other.

    :param end_user: and `contact`: blind indexes; enough of them to tell people apart is kept.
    """
    if end_user:
        return f"u{end_user[:16]}"
    return f"c{contact[:16]}" if contact else f"x{else_}"


def is_of(holder: str, owner: str) -> bool:
    """Whether a booking of this holder was made by `owner`, for whomever: key:3 made what key:3:u… holds."""
    return holder == owner or holder.startswith(f"{owner}:")


def tells_which(*, holder: str, found: str, evidence: int) -> bool:
    """Whether a refusal may name the booking it rests on: to its own holder, and where the card was seen.

    A telephone is typed like a name: who knows it learns no reference.
    """
    return evidence >= Evidence.CHIP or (holder == found and ":c" not in holder)


def party_of(*, holder: str, person_id: int, evidence: int) -> str:
    """On whom credit falls: the person where the booking had evidence, else who booked.

    An account answers for all it books; a key, a machine or the staff for each document apart.
    """
    if evidence:
        return f"person:{person_id}"
    return holder if holder.startswith("account:") else f"{holder}/{person_id}"


# --- Who may book what -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A period and its places. Moments are aware; `starts_at` and `ends_at` in the hall's zone."""

    id: int
    business: str  # cat:<code> | item:<code> | hall
    day: date
    half: str
    starts_at: datetime
    ends_at: datetime
    quota: int
    taken: int
    internal_quota: int = 0
    internal_taken: int = 0
    closed: bool = False
    cut_off_at: datetime | None = None
    extended_only: bool = False
    items: frozenset[str] | None = None
    channels: frozenset[str] | None = None
    carried: int = 0  # places of its time used by people booked on an earlier grid

    def free(self, *, internal: bool = False) -> int:
        """Free places, never below none: a quota may be cut below who is booked."""
        if internal:
            return max(0, self.internal_quota - self.internal_taken)
        return max(0, self.quota - self.carried - self.taken)

    @property
    def busy(self) -> float:
        """How full the period is: 0 empty, 1 full (a period without public places is full)."""
        return min(1.0, (self.taken + self.carried) / self.quota) if self.quota > 0 else 1.0


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item in a hall. `exempt`: the half-day limit does not count it [N]. `periods`: how many it takes in a row.
    `most_persons`: for how many one booking may be; each takes a place."""

    code: str
    category: str
    bookable: bool = True
    extended: bool = False
    exempt: bool = False
    periods: int = 1
    most_persons: int = 1


@dataclass(frozen=True, slots=True)
class Barred:
    """A suspension in force; `until_on` is its last day."""

    until_on: date
    reason: str  # no_shows | cancels | manual


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """The account that books is a registered agent (代办): its own limits, and whether this person's mandate covers it."""

    live_most: int
    day_most: int
    mandated: bool
    until: date | None = None  # the mandate's last day


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What counts for one person under one limit key: the live appointment of this half day and business, one at the same
    time in any hall, live ones in all, suspension; and how many persons are to come by the account that books, if one does: a
    place each, and a kept one.
    """

    same_half_day: str | None = None  # its code
    same_half_day_starts_at: datetime | None = None
    live: int = 0
    barred: Barred | None = None
    same_time: str | None = None  # code of an appointment that overlaps
    same_time_starts_at: datetime | None = None
    account_live: int = 0
    account_in_period: int = 0
    told: bool = True  # whether the one who asks may learn which booking it is
    account_in_day: int = 0  # persons of the account on the slot's day, in its hall
    anywhere: int = 0  # live ones of the person in all halls
    agent: AgentFacts | None = None


NOBODY = PersonFacts()

REASONS: Mapping[str, Mapping[str, str]] = {
    "no_shows": {"zh": "多次预约后未到", "en": "booked and did not come, several times"},
    "cancels": {"zh": "一个自然月内取消次数过多", "en": "too many cancellations in a calendar month"},
    "manual": {"zh": "由大厅决定", "en": "decided by the hall"},
}
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
    """Whether the slot's places are for this item: its own, its category's or the hall's, and its session serves it.

    An item with places of its own cannot use up those of its category.
    """
    own = f"item:{item.code}"
    if slot.business != own and any(q.target == "item" and q.code == item.code for q in quotas):
        return False
    if slot.business not in (own, f"cat:{item.category}", "hall"):
        return False
    if slot.extended_only and not item.extended:
        return False
    return slot.items is None or item.code in slot.items


def in_a_row(slots: Sequence[SlotFacts], periods: int) -> bool:
    """Whether these are `periods` slots of one business, each beginning when the one before ends."""
    return len(slots) == periods and all(
        one.ends_at == other.starts_at and one.business == other.business for one, other in pairwise(slots)
    )


# --- Off-peak (错峰) ----------------------------------------------------------------------------------------------


def nearest_quiet(found: Iterable[tuple[Alternative, float]], *, near: datetime, n: int = 3) -> tuple[Alternative, ...]:
    """The `n` nearest alternatives, quiet ones preferred, in order of time.

    :param found: each with how busy it is (0–1). A full hour of busyness weighs like an hour of distance: an empty
        period is offered before a nearly full one that lies up to an hour closer.
    """

    def worth(each: tuple[Alternative, float]) -> tuple[float, float, datetime]:
        alternative, busy = each
        return abs((alternative.starts_at - near).total_seconds()) + 3600 * busy, busy, alternative.starts_at

    ranked = sorted(found, key=worth)
    return tuple(sorted((each[0] for each in ranked[:n]), key=lambda each: (each.starts_at, each.slot_id)))


# --- Cancel, move -------------------------------------------------------------------------------------------------


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
    if state != State.BOOKED:
        return Refusal("wrong-state", {"state": state, "needs": State.BOOKED.value})
    closes = ends_at if excused or policy.cancel_until == "period_end" else starts_at
    if not by_hall and now >= closes:
        return Refusal("too-late", {"closes": closes})
    return None


def move_refusal(*, policy: BookingPolicy, moves: int, excused: bool = False) -> Refusal | None:
    """Why it may not be moved once more, or None. :param excused: the hall does not serve it then, and asked to choose again."""
    if not excused and policy.move_limit is not None and moves >= policy.move_limit:
        return Refusal("move-limit", {"moves": moves, "limit": policy.move_limit})
    return None


# --- Credit (信用) ------------------------------------------------------------------------------------------------


def no_show_due(*, state: str, ends_at: datetime, now: datetime, grace: timedelta = timedelta(0)) -> bool:
    """Whether a booked appointment has become a no-show (失约): its period, and the hall's grace, are over."""
    return state == State.BOOKED and ends_at + grace <= now


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the ledger that stands (not forgiven) and that no suspension has used up for good.

    `credit`: the rule in force where and when it happened. `new`: it came just now, or stands again since just now.
    """

    id: int
    kind: str  # no_show | cancel
    on: date
    at: datetime
    credit: Credit
    new: bool = True


Called = tuple[str, date, date]  # a suspension by what it is for: reason, first and last day


@dataclass(frozen=True, slots=True)
class Due:
    """A suspension that the entries call for, from–until, both days included; and the entries it rests on.

    `uses_up`: they count for no further one.
    """

    reason: str  # no_shows | cancels
    from_on: date
    until_on: date
    entries: tuple[int, ...] = field(default=())
    uses_up: bool = True

    @property
    def called(self) -> Called:
        return self.reason, self.from_on, self.until_on


def suspensions_from(entries: Iterable[Entry], *, made: Collection[Called] = ()) -> tuple[Due, ...]:
    """The suspensions a person's entries in one scope call for, from the dates alone: when a job ran changes nothing.

    The n-th no-show suspends from the day after it [N]. More than n cancellations in a calendar month suspend from
    the day of the one too many: the report names a first day for no-shows only. Each for so many days, the first
    included. `uses_strikes_up`: counting starts again after a suspension; else every further entry suspends anew.

    What was made keeps its entries as long as they call for it. Anything else must rest on something new: forgiving
    one entry never turns the others into another suspension.

    :param made: those that were made before.
    """
    ordered = sorted(entries, key=lambda each: (each.on, each.at, each.id))
    lists: dict[tuple[int, int] | None, list[Entry]] = {None: [e for e in ordered if e.kind == "no_show"]}
    for entry in ordered:
        if entry.kind == "cancel":
            lists.setdefault((entry.on.year, entry.on.month), []).append(entry)
    due: dict[Called, Due] = {}
    for counted in lists.values():
        kept = list(_called_for(counted, lambda each, _strikes: each.called in made))
        held = {id_ for each in kept if each.uses_up for id_ in each.entries}
        others = [entry for entry in counted if entry.id not in held]
        more = _called_for(others, lambda _each, strikes: any(entry.new for entry in strikes))
        due |= {each.called: each for each in (*kept, *more)}
    return tuple(sorted(due.values(), key=lambda each: (each.from_on, each.reason)))


def _called_for(entries: Sequence[Entry], may: Callable[[Due, Sequence[Entry]], bool]) -> Iterator[Due]:
    strikes: list[Entry] = []
    for entry in entries:
        strikes.append(entry)
        due = _due(strikes)
        if due is not None and may(due, strikes):
            yield due
            if due.uses_up:
                strikes = []


def _due(strikes: Sequence[Entry]) -> Due | None:
    """What the last of these strikes of one kind calls for, by the rule in force then."""
    last, credit, ids = strikes[-1], strikes[-1].credit, tuple(each.id for each in strikes)
    if last.kind == "no_show":
        if credit.no_shows is None or not credit.no_show_days or len(strikes) < credit.no_shows:
            return None
        until = last.on + timedelta(days=credit.no_show_days)
        return Due("no_shows", last.on + _DAY, until, ids, credit.uses_strikes_up)
    if credit.cancels_per_month is None or not credit.cancel_days or len(strikes) <= credit.cancels_per_month:
        return None
    until = last.on + timedelta(days=credit.cancel_days - 1)
    return Due("cancels", last.on, until, ids, credit.uses_strikes_up)


def suspended(barred: Barred, zone: tzinfo | None) -> Refusal:
    """The refusal of whoever may not book online, with the day from which they may again."""
    free_again = datetime.combine(barred.until_on + _DAY, time(0), zone)
    return Refusal("suspended", {"until": barred.until_on, "reason": REASONS[barred.reason]}, free_again)


def in_force(from_on: date, until_on: date, today: date) -> bool:
    """Whether a suspension bars booking today."""
    return from_on <= today <= until_on


def rebooking_forgives(*, cancelled_at: datetime, now: datetime) -> bool:
    """Whether booking again now makes up for the cancellation.

    Ours, kinder than the report: who cancels by mistake and books the same again within 30 minutes has not cancelled.
    """
    return cancelled_at <= now < cancelled_at + MISTAKE_IS_FORGIVEN_WITHIN


# --- Places (号源) ------------------------------------------------------------------------------------------------


def quota_for(quotas: Sequence[Quota], item: ItemFacts) -> tuple[str, Quota] | None:
    """The business an item's places belong to, and its quota: the item's own, else its category's, else the hall's."""
    ways = (("item", item.code, f"item:{item.code}"), ("category", item.category, f"cat:{item.category}"))
    for target, code, business in ways:
        for wanted in (code, "*"):
            for quota in quotas:
                if quota.target == target and quota.code == wanted:
                    return business, quota
    for quota in quotas:
        if quota.target == "hall":
            return "hall", quota
    return None


def businesses(quotas: Sequence[Quota], items: Iterable[ItemFacts]) -> dict[str, tuple[Quota, tuple[ItemFacts, ...]]]:
    """Each business that needs places: its quota and the bookable items that use them."""
    found: dict[str, tuple[Quota, list[ItemFacts]]] = {}
    for item in items:
        target = quota_for(quotas, item) if item.bookable else None
        if target is not None:
            found.setdefault(target[0], (target[1], []))[1].append(item)
    return {business: (quota, tuple(users)) for business, (quota, users) in sorted(found.items())}


def places(quota: Quota, overbook_percent: int) -> int:
    """Public places of a period, with the hall's conscious overbooking (超额放号), rounded down."""
    return quota.public * (100 + overbook_percent) // 100


# --- Messages -----------------------------------------------------------------------------------------------------


def reminder_times(policy: MessagePolicy, starts_at: datetime, now: datetime) -> dict[str, datetime]:
    """When to remind: `reminder` the day before, `leave` when it is time to go.

    What would add nothing is left out: what is already over, what would follow the confirmation (`now`) within
    `reminder_gap` minutes, and a reminder that "time to leave" would follow so soon.

    :param starts_at: in the hall's zone.
    """
    found: dict[str, datetime] = {}
    if policy.day_before_at is not None:
        found["reminder"] = datetime.combine(starts_at.date() - _DAY, policy.day_before_at, starts_at.tzinfo)
    if policy.leave_before is not None:
        found["leave"] = starts_at - timedelta(minutes=policy.leave_before)
    gap = timedelta(minutes=policy.reminder_gap)
    found = {key: at for key, at in found.items() if at > now and at - now >= gap}
    if "reminder" in found and "leave" in found and found["leave"] - found["reminder"] < gap:
        del found["reminder"]
    return found
