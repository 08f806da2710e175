"""Until when a missed number may be put back (补号); what became of a number, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from banshi.kernel.policy import TicketPolicy
from banshi.kernel.spans import Span, merge
from banshi.rooms.booking.models import BY_VIDEO, Appointment, LedgerEntry
from banshi.rooms.booking.queries.credit import FORGIVEN
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.models import Miss, Ticket
from banshi.rooms.tickets.queries.stopped import goes_on_today


@dataclass(frozen=True)
class Missed:
    """How a missed number comes back. `until`: before when; None where it may not any more. `way`: as its person was told, or
    would be now, the policy's `missed`; "" where nobody ever was. `stands`: its line is closed, so `until` moves on with the
    clock: nobody is told that moment before it goes on."""

    until: datetime | None
    way: str
    stands: bool = False


def missed(rows: Iterable[Ticket], now: datetime, *, changed: TicketPolicy | None = None) -> dict[int, Missed]:
    """By id, those of these numbers that are missed; three queries however many there are, and those of `stood_still` where
    something was closed.

    :param changed: as it would be under this rule.
    """
    found = {row.pk: row for row in rows if row.state == "missed"}
    if not found:
        return {}
    misses: dict[int, list[Miss]] = {}
    for miss in Miss.objects.filter(ticket__in=list(found)).order_by("-id"):
        misses.setdefault(miss.ticket_id, []).append(miss)
    missed_at = {pk: misses[pk][0].at if pk in misses else now for pk in found}
    shut = _shut(found.values(), missed_at, now)
    return {
        pk: _missed(row, misses.get(pk, []), changed or policy_of(row.hall_id, now=now).tickets, shut.get(pk, ()), now)
        for pk, row in found.items()
    }


def _missed(
    row: Ticket, misses: Sequence[Miss], rule: TicketPolicy, shut: Sequence[Span[datetime]], now: datetime
) -> Missed:
    """:param misses: of this number, the last one first. :param shut: as `_shut` says."""
    came_back = times_back(misses)
    rule = rule_for(rule, misses)
    closes = rules.comes_back_before(
        missed_at=misses[0].at if misses else now,
        policy=rule,
        stood=_stood(shut, misses[0].at if misses else now, now),
        line_closes_at=row.line_closes_at,
    )
    until = rules.back_until(came_back=came_back, closes=closes, policy=rule, now=now)
    told = misses[0].back_way if misses else ""
    return Missed(until, told or (rule.missed if until is not None else ""), _stands(shut, now))


def times_back(misses: Iterable[Miss]) -> int:
    return sum(miss.reinstated_at is not None for miss in misses)


def rule_for(rule: TicketPolicy, misses: Sequence[Miss]) -> TicketPolicy:
    """The hall's rule as it stands for a number with these misses, the last one first."""
    if not misses:
        return rule
    return rules.as_told(rule, within=misses[0].back_within, way=misses[0].back_way, came_back=times_back(misses))


def back_until(rows: Iterable[Ticket], now: datetime) -> dict[int, datetime]:
    """By id, for the missed of these numbers that may still be put back."""
    return {pk: each.until for pk, each in missed(rows, now).items() if each.until is not None}


def comes_back(rows: Collection[Ticket], now: datetime) -> dict[int, Missed]:
    """As `missed`, for whoever asks how to come back: not into a line that is closed for the rest of the day. (Its apology
    still comes: `back_until` has such a number.)"""
    found = missed(rows, now)
    for row in rows:
        if row.pk in found and found[row.pk].until is not None and not goes_on_today(row, now):
            found[row.pk] = replace(found[row.pk], until=None)
    return found


def stood_still(rows: Iterable[Ticket], since: Mapping[int, datetime], now: datetime) -> dict[int, timedelta]:
    """By id, for how long the line of these numbers was closed: in an evacuation, or while a floor is shut, nobody can be put
    back, and no time runs out for it.

    :param since: by id, the moment from which it counts.
    """
    return {pk: _stood(spans, since[pk], now) for pk, spans in _shut(rows, since, now).items()}


def stands(ticket: Ticket, now: datetime) -> bool:
    """Whether the line of this number is closed at this moment."""
    return _stands(_shut([ticket], {ticket.pk: now}, now).get(ticket.pk, ()), now)


def _stood(shut: Sequence[Span[datetime]], since: datetime, now: datetime) -> timedelta:
    met = [(max(span.start, since), min(span.end, now)) for span in shut]
    return sum((end - start for start, end in met if start < end), timedelta())


def _stands(shut: Sequence[Span[datetime]], now: datetime) -> bool:
    return any(span.start <= now < span.end for span in shut)


def _shut(rows: Iterable[Ticket], since: Mapping[int, datetime], now: datetime) -> dict[int, list[Span[datetime]]]:
    """By id, when the line of these numbers was closed, from `since` up to this moment."""
    upto = now + timedelta.resolution  # what begins now is over it now
    shut = calendars.ran({row.hall_id for row in rows}, min(since.values(), default=now), upto)
    if not shut:
        return {}
    what = Ticket.objects.filter(pk__in=list(since)).order_by("id")
    zones = {hall_id: calendars.zones_by_category(hall_id) for hall_id in shut}
    found: dict[int, list[Span[datetime]]] = {}
    for pk, hall_id, category, item in what.values_list("pk", "hall_id", "category__code", "item__code"):
        zone = zones.get(hall_id, {}).get(category)
        over = [each.span for each in shut.get(hall_id, ()) if each.stops(zone=zone, category=category, item=item)]
        found[pk] = merge(over)
    return found


def comes_back_by_ref(refs: Iterable[str], now: datetime) -> dict[str, Missed]:
    """By ref, how those of these numbers come back that are missed and still may."""
    asked = Ticket.objects.select_related("hall", "category", "item").filter(ref__in=list(refs), state="missed")
    rows = {row.pk: row for row in asked.order_by("id")}
    back = comes_back(list(rows.values()), now)
    return {rows[pk].ref: each for pk, each in back.items() if each.until is not None}


# Why a number came to nothing in the hall's line, set aside or not: its holder is told sorry (`close_line.apologise`).
NOT_SERVED = ("not_called", "parked", "hall_closed")
# How a number ended that the end of the day alone finished, by closed_why: put aside at a window, it was not done; left
# open at one, nobody knows.
HELD, LEFT_OPEN = "held", "left_open"
ENDED_BY_THE_DAY = {HELD: "not_finished", LEFT_OPEN: "left_open"}
TURNED_AWAY = "turned_away:"  # closed_why of a number that ended with another of its visit


def _last_number(*fates: When) -> Coalesce:
    """Of an appointment that was checked in: what became of its last number; `no_number` where it never had one, its period
    having gone by while its person was in the hall for something else – not where they took a number for it apart."""
    last = Ticket.objects.filter(appointment=OuterRef("pk")).order_by("-id")
    apart = _apart(OuterRef).order_by("-id")
    over = Case(
        When(state="closed", closed_why__in=NOT_SERVED, then=Value("not_reached")),
        When(state__in=["finished", "closed", "left"], then=Value("number_over")),
        default=Value("checked_in"),
    )
    return Coalesce(
        Subquery(last.values(fate=Case(*fates, default=Value("checked_in")))[:1]),
        Subquery(apart.values(fate=over)[:1]),
        Value("no_number"),
    )


def _apart(of: Callable[[str], Any]) -> QuerySet[Ticket]:
    """Numbers on a typed document for the very matter of a booking, or in its line: as `WAS_HERE` has it, whatever became of
    them."""
    matter = Q(item=of("item_id")) | Q(category=of("category_id"))
    same = Ticket.objects.filter(matter, person=of("person_id"), hall=of("hall_id"), day=of("day"), appointment=None)
    return same.exclude(identity_ok=False).exclude(outcome="refused", started_at=None)


def has_number_apart(booked: Appointment) -> bool:
    """Whether whoever came took a number for the matter without the booking: they need no other one."""
    return _apart(lambda name: getattr(booked, name)).exists()


_REFUSED = Q(state="finished", outcome="refused") | Q(state="closed", closed_why__startswith=TURNED_AWAY)
_NOT_REACHED = When(state="closed", closed_why__in=NOT_SERVED, then=Value("not_reached"))
_OVER = Q(state__in=["closed", "left"])
# Whoever was here that day for another matter of the visit is not struck for this one – unless they came after it was entered.
_CAME_FOR_ANOTHER = (
    Q(state="no_show")
    & Exists(
        Appointment.objects.filter(
            visit_group=OuterRef("visit_group"), day=OuterRef("day"), state__in=["checked_in", "served"]
        ).exclude(visit_group="")
    )
    & ~Exists(LedgerEntry.objects.filter(visit=OuterRef("visit_group"), kind="no_show"))
)
_FORGIVEN = When(FORGIVEN | _CAME_FOR_ANOTHER, then=Value("no_show_forgiven"))
_BY_VIDEO = When(BY_VIDEO & Q(state="checked_in"), then=F("state"))  # nobody has a number there
_NOT_ACCEPTED = Exists(Ticket.objects.filter(appointment=OuterRef("pk"), state="finished", outcome="refused"))

# The state of an appointment as its person and whoever booked it read it, for `annotate`: that a window refused it, its
# number alone says, to its holder.
SHOWN_STATE = Case(
    _BY_VIDEO,
    When(state="checked_in", then=_last_number(_NOT_REACHED, When(_OVER | _REFUSED, then=Value("number_over")))),
    _FORGIVEN,
    default=F("state"),
)
# As staff read it: what was not accepted at the window is not served.
STATE_TO_STAFF = Case(
    _BY_VIDEO,
    When(
        state="checked_in",
        then=_last_number(_NOT_REACHED, When(_REFUSED, then=Value("refused")), When(_OVER, then=Value("number_over"))),
    ),
    When(Q(state="served") & _NOT_ACCEPTED, then=Value("refused")),
    _FORGIVEN,
    default=F("state"),
)


def ending(ticket: Ticket) -> str:
    """How a number ended at the window: `rules.OUTCOMES`, or by the day alone; "" where nobody said, or it goes on."""
    if ticket.state != "finished":
        return ticket.outcome
    return ENDED_BY_THE_DAY.get(ticket.closed_why, ticket.outcome)


class Stated(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def state(self) -> str: ...


def came_without_number(booked: Appointment) -> bool:
    """Whether its period went by while its person was in the hall for something else: no number, and no no-show."""
    if booked.place == "video":
        return False
    return booked.state == "checked_in" and not Ticket.objects.filter(appointment=booked).exists()


def fates(rows: Iterable[Stated]) -> dict[str, str]:
    """By reference, of those whose number came to nothing: `not_reached` – the day or the hall closed –, or `number_over`."""
    came = shown_states(row for row in rows if row.state == "checked_in")
    return {code: state for code, state in came.items() if state in ("not_reached", "number_over")}


def shown_states(rows: Iterable[Stated]) -> dict[str, str]:
    """By reference, the state as people read it: `no_number` for whoever came and took none, `not_reached` or `number_over`
    for a number that came to nothing, `no_show_forgiven` for what was missed and does not count. One query, or none."""
    return _read(rows, SHOWN_STATE, ("checked_in", "no_show"))


def states_to_staff(rows: Iterable[Stated]) -> dict[str, str]:
    """The same as staff read it: `refused` for what was not accepted at the window."""
    return _read(rows, STATE_TO_STAFF, ("checked_in", "no_show", "served"))


def _read(rows: Iterable[Stated], how: Case, unclear: Collection[str]) -> dict[str, str]:
    found = {row.code: row.state for row in rows}
    asked = [code for code, state in found.items() if state in unclear]
    if asked:
        read = Appointment.objects.filter(code__in=asked).annotate(shown=how).order_by("id")
        found |= dict(read.values_list("code", "shown"))
    return found
