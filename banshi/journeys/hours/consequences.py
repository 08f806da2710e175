"""What a change of rules or hours does to booking, counted before it is made: places and people, before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from banshi.journeys.hours.outside import sessions_after
from banshi.kernel.policy import HallPolicy
from banshi.rooms.booking import rules as booking_rules
from banshi.rooms.booking.actions.slots import as_planned, bookable_items, wanted_slots
from banshi.rooms.booking.models import STANDS, Appointment, Slot
from banshi.rooms.booking.queries.facts import HallFacts, hall_facts
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import CalendarDocument, Closure, Session
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class Consequences:
    """`places`: public ones of all periods that are or will be open to book within the hall's reach. `people`: booked
    from now on; `over`: of these, more than the periods then have places for."""

    places_before: int
    places_after: int
    people: int
    over: int

    @property
    def fewer(self) -> int:
        return max(0, self.places_before - self.places_after)

    @property
    def more(self) -> int:
        return max(0, self.places_after - self.places_before)

    @property
    def unchanged(self) -> bool:
        """Whether places and people stay as they are."""
        return self.places_before == self.places_after and not self.over

    @property
    def nothing_left(self) -> bool:
        """Whether nothing at all could be booked any more, though it can now."""
        return self.places_before > 0 and self.places_after == 0


def consequences(
    *,
    hall: Hall,
    now: datetime,
    policy: HallPolicy | None = None,
    document: CalendarDocument | None = None,
    valid_from: date | None = None,
    shut: Sequence[Closure] = (),
    carried: Callable[[HallPolicy], HallPolicy] | None = None,
) -> Consequences:
    """Of a policy, a calendar (for days from `valid_from`) or closures that are not in force yet.

    Days of a planned policy have its places before and after.

    :param carried: what the policy makes of a plan; without it a policy takes the place of what is planned after it.
    """
    before = hall_facts(hall, now=now)
    after = replace(before, policy=policy) if policy is not None else before
    today = now.astimezone(before.zone).date()
    last = max(_reach(each, today) for each in (before, after))
    sessions = calendars.sessions(hall, today, last)
    then = sessions_after(hall, today, last, document=document, valid_from=valid_from, shut=shut)
    written = {
        (s.business, s.starts_at, s.ends_at): s for s in Slot.objects.filter(hall=hall, day__range=(today, last))
    }
    rows_after = _rows(hall, after, then, now)
    if policy is None or carried is not None:
        rows_after = as_planned(rows_after, bookable_items(hall), after, now=now, carried=carried)
    rows_before = as_planned(_rows(hall, before, sessions, now), bookable_items(hall), before, now=now)
    over = sum(
        max(0, slot.taken + slot.carried - _quota(row, slot))
        for row in rows_after
        if (slot := written.get(_key(row))) is not None
    )
    return Consequences(
        places_before=_places(before, rows_before, written, now),
        places_after=_places(after, rows_after, written, now),
        people=Appointment.objects.filter(STANDS, hall=hall, ends_at__gt=now).count(),
        over=over,
    )


def places_within(
    hall: Hall, sessions: Sequence[Session], starts_at: datetime, ends_at: datetime, *, now: datetime
) -> int:
    """Public places of the periods that sessions of one day would have between two moments, by the policy in force."""
    rows = wanted_slots(hall_facts(hall, now=now), bookable_items(hall), {starts_at.date(): list(sessions)})
    return sum(int(row["quota"]) for row in rows if row["starts_at"] < ends_at and row["ends_at"] > starts_at)


def _reach(hall: HallFacts, today: date) -> date:
    """The last day looked at: whatever a policy opens is somewhere within two weeks of its horizon."""
    return booking_rules.horizon(hall.policy.booking, today, calendars.work_calendar()) + timedelta(days=14)


def _rows(hall: Hall, facts: HallFacts, sessions: dict[date, list[Session]], now: datetime) -> list[dict[str, Any]]:
    return [row for row in wanted_slots(facts, bookable_items(hall), sessions) if row["ends_at"] > now]


def _places(
    hall: HallFacts, rows: list[dict[str, Any]], written: dict[tuple[str, datetime, datetime], Slot], now: datetime
) -> int:
    policy, calendar = hall.policy.booking, calendars.work_calendar()
    local = now.astimezone(hall.zone)
    horizon = booking_rules.horizon(policy, local.date(), calendar)
    opens: dict[date, bool] = {}
    total = 0
    for row in rows:
        day = row["day"]
        if day not in opens:
            later = day > local.date() and booking_rules.opens_at(policy, day, calendar, local) is not None
            opens[day] = day <= horizon and (later or (day == local.date() and policy.same_day))
        if opens[day]:
            total += _quota(row, written.get(_key(row)))
    return total


def _quota(row: dict[str, Any], slot: Slot | None) -> int:
    """A period changed by hand keeps its places."""
    return slot.quota if slot is not None and slot.touched else int(row["quota"])


def _key(row: dict[str, Any]) -> tuple[str, datetime, datetime]:
    return row["business"], row["starts_at"], row["ends_at"]
