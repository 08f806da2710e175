"""When to be there for an appointment, and what is true once that moment is past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.journeys import check_in
from banshi.rooms.booking.queries import AppointmentView
from banshi.rooms.places import queries as places


@dataclass(frozen=True)
class Arrival:
    """When the machine in the hall gives the number. state: ahead | early | open | over; early: be there, it opens soon."""

    come_at: datetime
    opens: datetime
    closes: datetime
    state: str

    @property
    def turns(self) -> list[datetime]:
        """When a page that says so is no longer true."""
        return [self.come_at, self.opens, self.closes]


def arrival(a: AppointmentView, now: datetime) -> Arrival:
    opens, closes = check_in.window(places.policy_of(a.hall_id, now=now).tickets, a)  # type: ignore[arg-type]  # has the same moments
    if now >= opens:
        state = "open" if now < closes else "over"
    else:
        state = "ahead" if now < a.come_at else "early"
    return Arrival(a.come_at, opens, closes, state)
