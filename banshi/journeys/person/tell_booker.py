"""What became of a booking, in neutral words, to the contact given with it.

Once the card was seen, the number is the person's, and whoever only declared their document is told nothing of where they
stand (docs/decisions/0009-evidence.md); that it is over, they may know: they booked it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.queries.facts import hall_facts
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.tickets.models import Ticket

_WAS_THERE = {"zh": "已到过窗口", "en": "was at the window"}
_NOT_SERVED = {"zh": "没能办上", "en": "could not be served"}
_COUNTS_AGAIN = {
    "zh": "的号又有效了，回到大厅即可接着排",
    "en": "the number counts again; come back to the hall to go on",
}
_MAY_COME_BACK = {  # missed before: not in line by itself; that it was missed they are not told
    "zh": "的号又有效了，到大厅找导办接着办",
    "en": "the number counts again; ask the guide in the hall how to go on",
}


def served(ticket: Ticket, *, now: datetime) -> None:
    if told_apart(ticket):
        _tell([ticket], _NOT_SERVED if ticket.outcome == "refused" else _WAS_THERE, None, now=now)


def not_over(ticket: Ticket) -> None:
    """It is at the window again: what `served` wrote and nobody has heard yet is not said."""
    if ticket.appointment is not None:
        messaging.unsay(subject=telling.subject_of(ticket.appointment.code), keys=["booking_over"])


def not_served(
    tickets: Sequence[Ticket], *, next_place: Callable[[Ticket], datetime | None], closure: int | None, now: datetime
) -> None:
    """Numbers that the end of the day, or a closure (its id), leaves unserved: one message for a visit, whatever the number
    of its matters. Whoever was begun and put aside when the day ended was at the window.

    :param tickets: as they stood in line. :param next_place: the first time that can be booked instead.
    """
    for visit in _visits(tickets):
        unserved = [each for each in visit if closure is not None or each.state != "held"]
        if unserved:
            anew = f":home{closure}" if closure is not None else ""
            _tell(unserved, _NOT_SERVED, next_place(unserved[0]), now=now, anew=anew)
        else:
            _tell(visit, _WAS_THERE, None, now=now)


def counts_again(tickets: Sequence[Ticket], *, closure: int, now: datetime) -> None:
    """Numbers that this closure had sent home, and that count again since it is taken back."""
    for visit in _visits(tickets):
        missed = all(each.state == "missed" for each in visit)
        _tell(visit, _MAY_COME_BACK if missed else _COUNTS_AGAIN, None, now=now, anew=f":back{closure}")


def _visits(tickets: Sequence[Ticket]) -> list[list[Ticket]]:
    """Those whose booker is told apart, by visit."""
    visits: dict[str, list[Ticket]] = {}
    for ticket in tickets:
        if ticket.appointment is not None and told_apart(ticket):
            visits.setdefault(ticket.appointment.visit_group or ticket.appointment.code, []).append(ticket)
    return list(visits.values())


def told_apart(ticket: Ticket) -> bool:
    """Whether whoever booked is told nothing of the number itself, and so hears how the booking ended."""
    booked = ticket.appointment
    if booked is None or ticket.limit_key or not booked.limit_key or not booked.contact:
        return False
    return ticket.phone_index != phone_index(booked.contact)


def _tell(
    tickets: Sequence[Ticket], fate: dict[str, str], next_place: datetime | None, *, now: datetime, anew: str = ""
) -> None:
    """How it ended; also where it had ended otherwise, and that was undone.

    :param tickets: of one visit, each of what was booked by the same hand. :param anew: as in `telling.tell`.
    """
    rows = sorted((each.appointment for each in tickets if each.appointment), key=lambda row: (row.starts_at, row.pk))
    more: dict[str, object] = {"fate": fate}
    over = anew or (":not_served" if fate is _NOT_SERVED else "")
    if next_place is not None:
        more["next"] = next_place.isoformat()
    telling.tell_visit("booking_over", rows, hall=hall_facts(rows[0].hall, now=now), now=now, more=more, anew=over)
