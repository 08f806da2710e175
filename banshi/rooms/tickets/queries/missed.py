"""Until when a missed number may be put back (补号); who was here and took none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries.credit import FORGIVEN
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.models import Miss, Ticket


def back_until(rows: Iterable[Ticket], now: datetime) -> dict[int, datetime]:
    """By id, for the missed of these numbers that may still be put back; two queries however many there are."""
    missed = {row.pk: row for row in rows if row.state == "missed"}
    if not missed:
        return {}
    misses: dict[int, list[Miss]] = {}
    for miss in Miss.objects.filter(ticket__in=list(missed)).order_by("-id"):
        misses.setdefault(miss.ticket_id, []).append(miss)
    found = {}
    for pk, row in missed.items():
        mine = misses.get(pk, [])
        until = rules.back_until(
            came_back=sum(miss.reinstated_at is not None for miss in mine),
            missed_at=mine[0].at if mine else now,
            policy=policy_of(row.hall_id, now=now).tickets,
            now=now,
        )
        if until is not None:
            found[pk] = until
    return found


def back_until_by_ref(refs: Iterable[str], now: datetime) -> dict[str, datetime]:
    """As `back_until`, by ref."""
    rows = {row.pk: row for row in Ticket.objects.filter(ref__in=list(refs), state="missed")}
    return {rows[pk].ref: until for pk, until in back_until(rows.values(), now).items()}


# Its period went by while its person was in the hall for something else: no number, no line, and no no-show.
_WITHOUT_NUMBER = Q(state="checked_in") & ~Exists(Ticket.objects.filter(appointment=OuterRef("pk")))
# The state of an appointment as people read it, for `annotate`.
SHOWN_STATE = Case(
    When(_WITHOUT_NUMBER, then=Value("no_number")), When(FORGIVEN, then=Value("no_show_forgiven")), default=F("state")
)


class Stated(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def state(self) -> str: ...


def came_without_number(booked: Appointment) -> bool:
    """Whether its period went by while its person was in the hall for something else: no number, and no no-show."""
    return booked.state == "checked_in" and not Ticket.objects.filter(appointment=booked).exists()


# Why a number came to nothing without its holder's doing: they are owed an apology.
NOT_SERVED = ("not_called", "hall_closed")


def fates(rows: Iterable[Stated]) -> dict[str, str]:
    """By reference, of those whose number came to nothing: `not_reached` – the day or the hall closed –, or `number_over`."""
    came = [row.code for row in rows if row.state == "checked_in"]
    if not came:
        return {}
    numbers = Ticket.objects.filter(appointment__code__in=came).exclude(state="redirected").order_by("id")
    last = {code: (state, why) for code, state, why in numbers.values_list("appointment__code", "state", "closed_why")}
    return {
        code: "not_reached" if state == "closed" and why in NOT_SERVED else "number_over"
        for code, (state, why) in last.items()
        if code is not None and state in ("closed", "left")
    }


def shown_states(rows: Iterable[Stated]) -> dict[str, str]:
    """By reference, the state as people read it: `no_number` for whoever came and took none, `no_show_forgiven` for what
    was missed and does not count. One query, or none."""
    found = {row.code: row.state for row in rows}
    unclear = [code for code, state in found.items() if state in ("checked_in", "no_show")]
    if unclear:
        read = Appointment.objects.filter(code__in=unclear).annotate(shown=SHOWN_STATE).order_by("id")
        found |= dict(read.values_list("code", "shown"))
    return found
