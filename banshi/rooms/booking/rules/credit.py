"""Credit (信用): which no-shows and cancellations suspend, from when until when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from banshi.kernel.policy import Credit
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking.rules.facts import Barred

_DAY = timedelta(days=1)
REASONS: Mapping[str, Mapping[str, str]] = {
    "no_shows": {"zh": "多次预约后未到", "en": "booked and did not come, several times"},
    "cancels": {"zh": "一个自然月内取消次数过多", "en": "too many cancellations in a calendar month"},
    "manual": {"zh": "由大厅决定", "en": "decided by the hall"},
}
MISTAKE_IS_FORGIVEN_WITHIN = timedelta(minutes=30)


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
