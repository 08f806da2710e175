"""Whose a booking is that somebody else made: an agent whose mandate is over, or anybody where the person books it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.booking import rules
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries.mandated import day_of
from banshi.rooms.identity import queries as known
from banshi.rooms.identity.models import Account


@dataclass(frozen=True)
class Client:
    """The person it is for: their own account, else their proven telephone alone (E.164)."""

    account: Account | None
    phone: str

    @property
    def account_id(self) -> int | None:
        return self.account.pk if self.account is not None else None

    @property
    def holder(self) -> str:
        return f"account:{self.account.pk}" if self.account is not None else rules.PASSED_ON

    def language(self, before: str) -> str:
        return self.account.language if self.account is not None else before

    def name(self, row: Appointment) -> str | None:
        """As the card proved it, where a stranger or the hall had only declared the document, in whatever name."""
        name: str | None = row.person.name if row.limit_key and row.person.name_evidence else row.name
        return name


def client_of(row: Appointment, *, now: datetime, by: Actor | None = None) -> Client | None:
    """Whose the booking is instead of whoever made it; None where it stays as it is: the mandate of its agent stands, it was
    no agent's, or nothing of the person is proven.

    :param by: who books it again; the person themselves – with their own account, whoever had booked it, or by their own link to
        what an agent booked – is bound by no mandate.
    """
    theirs = known.account_proven(row.person_id)
    if theirs is not None and theirs != row.account_id and by == Actor(ActorKind.CITIZEN, str(theirs)):
        return _client(theirs, row)
    if row.account_id is None or row.limit_key or theirs == row.account_id:
        return None
    by_link = by == Actor(ActorKind.CITIZEN, f"client-{row.code}")
    if by_link or known.mandate_over(row.account_id, row.person_id, item=row.item.code, today=day_of(row, now=now)):
        return _client(theirs, row)
    return None


def _client(account_id: int | None, row: Appointment) -> Client | None:
    account = Account.objects.filter(id=account_id).first() if account_id is not None else None
    phone = account.phone if account is not None else known.phone_of(person_id=row.person_id)
    return Client(account, phone) if phone is not None else None
