"""What a number does now, in the few words that home, the appointment it came of and the list of appointments share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from banshi.journeys.hours.stops import Stop, stop_of
from banshi.kernel.refusals import Refused
from banshi.rooms.places import queries as places
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import TicketView
from banshi.surfaces.citizen.following import evacuation_over, may_act, stays, texts

IN_THE_LINE = ["waiting", "called", "serving", "held", "parked", "missed"]


@dataclass(frozen=True)
class NumberNow:
    """A number in line. `evacuated`: over it now; `closed`: why its line does not move, in anything but an evacuation."""

    ticket: TicketView
    evacuated: Stop | None = None
    closed: Stop | None = None

    @property
    def urgent(self) -> bool:
        """Whether its person has to go somewhere now."""
        return self.evacuated is not None or self.ticket.state == "called"

    @property
    def counts_down(self) -> bool:
        """Whether an estimate stands there that its page goes on counting."""
        return self.ticket.state == "waiting" and not self.ticket.stopped and self.evacuated is None

    @property
    def stays(self) -> str:
        """What becomes of it while nobody is called."""
        return stays(self.ticket, self.evacuated)


def number_now(ref: str, now: datetime) -> NumberNow | None:
    """None where it is gone, or no more in line."""
    try:
        seen = tickets.ticket(ref, now)
    except Refused:
        return None
    if seen.state not in IN_THE_LINE:
        return None
    out = evacuation_over(seen, now)
    closed = None
    if seen.stopped and out is None:
        hall = places.hall_by_code(seen.hall)
        closed = stop_of(hall, now, item=seen.item, category=seen.category, appointment_id=seen.appointment_id)
    return NumberNow(seen, out, closed)


def numbers_of(codes: Iterable[str], *, account_id: int, now: datetime) -> dict[str, NumberNow]:
    """By reference of the appointment, the numbers in line which this account may follow."""
    rows = Ticket.objects.filter(appointment__code__in=list(codes), state__in=IN_THE_LINE).order_by("id")
    found = {}
    for row in rows.select_related("appointment__item", "hall"):
        if may_act(row, account_id=account_id) and (number := number_now(row.ref, now)):
            found[str(row.appointment.code)] = number  # type: ignore[union-attr]
    return found


def number_texts() -> dict[str, str]:
    """As the number's own page has them, with what is said here of who is ahead."""
    return texts() | {
        "one": ngettext("%(n)s person ahead", "%(n)s people ahead", 1),
        "many": ngettext("%(n)s person ahead", "%(n)s people ahead", 2),
    }
