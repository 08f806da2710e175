"""The next chance of whoever is refused: places they could have instead, by the rules that refused them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from banshi.kernel.refusals import Alternative, Refusal, Refused
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.granting import move_target_refusal
from banshi.rooms.booking.models import STANDS, Appointment
from banshi.rooms.booking.queries.facts import AskedFacts, Asking, Opens, hall_facts, read_facts
from banshi.rooms.booking.queries.slots import item_facts, open_periods
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import ClosedSlug, What
from banshi.rooms.places.models import Hall

Would = Callable[[AskedFacts], Refusal | None]
Open = list[tuple[Alternative, float]]

CONSIDERED = 40  # of the nearest periods: where what somebody has stands in the way of so many, the next ones are far
FEW = 3
# About what whoever asks has already, not about the period.
_OWN = frozenset({"limit-half-day", "same-time", "limit-period", "limit-day"})
_OFFER_OTHERS = _OWN | {"slot-full", "past", "same-day", "cut-off", "closed", "hold-expired"}


class Chances:
    """Refusals with the next chance: open periods are looked up once per slot and item of a batch. Who has nothing yet can
    take any of them; for others their own visits and limits are looked at, too."""

    def __init__(self, now: datetime, opens: Opens) -> None:
        self._now = now
        self._opens = opens
        self._open: dict[tuple[int, str, int, str, bool], Open] = {}
        self._nearest: dict[tuple[int, str, int, str, bool], tuple[Alternative, ...]] = {}

    def refused(
        self,
        no: Refusal,
        fact: AskedFacts,
        asking: Asking,
        would: Would,
        *,
        persons: int = 1,
        channel: str = "web",
        internal: bool = False,
        moving: bool = False,
    ) -> Refused:
        """
        :param would: why this request would be refused for other facts, or None.
        :param persons: who come together: only periods with so many places are a chance for them.
        :param moving: it has a period already, which is no chance.
        """
        no = _as_it_is(no, fact)
        if no.next is not None or no.slug not in _OFFER_OTHERS or fact.hall is None or not fact.slot or not fact.item:
            return Refused(no)
        key = (fact.slot.id, fact.item.facts.code, persons, channel, internal)
        if key not in self._open:
            self._open[key] = open_periods(
                fact.hall, fact.item.facts, near=fact.slot.starts_at, now=self._now, opens=self._opens,
                persons=persons, channel=channel, internal=internal, place=rules.place_of(fact.slot.business),
            )  # fmt: skip
            self._nearest[key] = rules.nearest_quiet(self._open[key], near=fact.slot.starts_at)
        chances = self._nearest[key]
        if moving or no.slug in _OWN or _has_something(fact):
            chances = self._takeable(self._open[key], fact, asking, would)
        return Refused(replace(no, next=chances or None))

    def _takeable(self, found: Open, fact: AskedFacts, asking: Asking, would: Would) -> tuple[Alternative, ...]:
        assert fact.slot is not None
        assert fact.item is not None
        near, busy = fact.slot.starts_at, {each.slot_id: how for each, how in found}
        nearest = rules.nearest_quiet(found, near=near, n=CONSIDERED)
        asked = [replace(asking, slot_id=each.slot_id) for each in nearest]
        facts = read_facts(asked, now=self._now, opens=self._opens)
        free = [each for each, there in zip(nearest, facts, strict=True) if would(there) is None]
        if fact.item.facts.periods > 1:
            free = _beside(free, fact, asking)
        return rules.nearest_quiet([(each, busy[each.slot_id]) for each in free], near=near)


_NOT_BY_HAND = frozenset({ClosedSlug.CLOSURE, ClosedSlug.HOLIDAY})


def _as_it_is(no: Refusal, fact: AskedFacts) -> Refusal:
    """A period that is stopped because the hall is closed then says why, and not that somebody stopped it."""
    if not no.facts.get("stopped") or fact.hall is None or fact.slot is None or fact.item is None:
        return no
    at, hall = fact.slot.starts_at, Hall.objects.get(pk=fact.hall.id)
    day = at.astimezone(fact.hall.zone).date()
    why = calendars.why_closed(hall, day, What(fact.item.facts.code), at=at)
    if why is None or why.slug not in _NOT_BY_HAND:
        return no
    return replace(no, facts={"reason": {"zh": why.words.zh, "en": why.words.en}})


def _has_something(fact: AskedFacts) -> bool:
    person = fact.person
    return bool(person.anywhere or person.account_live or person.barred or person.agent)


def _beside(found: list[Alternative], fact: AskedFacts, asking: Asking) -> list[Alternative]:
    """Those of several periods in a row of which none lies over what the person has."""
    if not found:
        return []
    rows = Appointment.objects.filter(
        STANDS, person_id=asking.person_id, limit_key=fact.limit_key, ends_at__gt=found[0].starts_at
    ).exclude(code=asking.but)
    if asking.visit:
        rows = rows.exclude(visit_group=asking.visit)
    taken = list(rows.order_by("id").values_list("starts_at", "ends_at"))
    return [each for each in found if not any(a < each.ends_at and each.starts_at < b for a, b in taken)]


def earlier_places(row: Appointment, *, by: timedelta, now: datetime) -> tuple[Alternative, ...]:
    """What is free now and so much earlier, and its person could move to; the first ones."""
    hall, item = hall_facts(row.hall, now=now), item_facts(row.hall_id, row.item.code)
    if item is None:
        return ()
    opens = Opens(now)
    found = open_periods(
        hall, item, near=row.starts_at, now=now, channel=row.source, opens=opens, persons=row.persons,
        place=rules.place_of(row.business),
    )  # fmt: skip
    early = [each for each, _ in found if each.starts_at <= row.starts_at - by][:CONSIDERED]
    asked = [Asking.to_move(row, each.slot_id) for each in early]
    facts = read_facts(asked, now=now, opens=opens)
    free = [
        each
        for each, fact in zip(early, facts, strict=True)
        if move_target_refusal(row, fact, hall=hall, now=now) is None
    ]
    return tuple(free[:FEW])
