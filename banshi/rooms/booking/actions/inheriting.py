"""Whose a booking is that an agent made: under a mandate which is over, or booked again by the client."""

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
    """The client: their own account, else their proven telephone alone (E.164)."""

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


def client_of(row: Appointment, *, now: datetime, by: Actor | None = None) -> Client | None:
    """Whose the booking is instead of the agent's; None where the mandate stands, where it was no agent's, and where nothing
    of the client is proven.

    :param by: who books it again; the client themselves – signed in, or by their own link – is bound by no mandate.
    """
    if row.account_id is None or row.limit_key:
        return None
    theirs = known.account_proven(row.person_id)
    themselves = by is not None and by.kind == ActorKind.CITIZEN and by.id in (f"client-{row.code}", str(theirs))
    over = known.mandate_over(row.account_id, row.person_id, item=row.item.code, today=day_of(row, now=now))
    if theirs == row.account_id or not (over or themselves):
        return None
    account = Account.objects.filter(id=theirs).first() if theirs is not None else None
    phone = account.phone if account is not None else known.phone_of(person_id=row.person_id)
    return Client(account, phone) if phone is not None else None
