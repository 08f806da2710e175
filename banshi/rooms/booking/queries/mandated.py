"""What an agent booked: whether the mandate stands for its day, who acts on it, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import queries as known


def day_of(row: Appointment, *, now: datetime) -> date:
    """The day on which the mandate has to stand: the booking's, or today where that is later."""
    return max(row.day, now.astimezone(ZoneInfo(row.hall.timezone)).date())


def is_agents(row: Appointment, *, now: datetime) -> bool:
    """Whether it is an agent's, by a mandate that stands: who has to hear of it to come for the client."""
    if row.account_id is None or row.limit_key:
        return False
    mandates = known.mandates_of(row.account_id, today=day_of(row, now=now))
    return mandates.stand(row.person_id, row.item.code)


def by_mandate(row: Appointment) -> bool:
    """Whether an agent booked it for somebody, whatever became of the mandate."""
    if row.account_id is None or row.limit_key or row.evidence:
        return False
    return known.is_agent(row.account_id)


class Side(Enum):
    """Who does something to what an agent booked."""

    AGENT = "agent"  # with its account, through its system, or by the link of its messages
    CLIENT = "client"  # with their own account, or by the link on their telephone
    HALL = "hall"  # its staff, or a system of the hall, for whoever asked


def side_of(row: Appointment, by: str) -> Side:
    """:param by: `str(Actor)`, as facts keep it."""
    kind, _, who = by.partition(":")
    if kind == "channel":
        return Side.AGENT if by == row.booked_by else Side.HALL
    if kind != "citizen":
        return Side.HALL
    return Side.AGENT if who in (str(row.account_id), f"link-{row.code}") else Side.CLIENT


def client_told_at(row: Appointment) -> tuple[str, str] | None:
    """Telephone and language of the person an agent booked for; None where nobody else is to be told."""
    if not by_mandate(row):
        return None
    phone, language = known.told_at(row.person_id)
    return (phone, language) if phone and phone != row.told_at else None


@dataclass(frozen=True)
class Told:
    """Whom a message about a booking reaches when the hall acts on it; `agent`: False where none booked it."""

    person: bool
    agent: bool


def told_of(row: Appointment) -> Told:
    if not by_mandate(row):
        return Told(person=bool(row.told_at), agent=False)
    phone, _ = known.told_at(row.person_id)
    return Told(person=bool(phone), agent=bool(row.told_at) and row.told_at != phone)
