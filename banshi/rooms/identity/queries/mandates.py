"""Whether somebody may still speak for a person: the person by proof, or an agent whose mandate is in force."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from banshi.rooms.identity.models import Account, Agent, Mandate, Person


def speaks_for(phone_index: str, person_id: int, *, item: str, today: date) -> bool:
    """Whether a telephone is that of the person, by proof, or of an agent with a mandate in force for this matter."""
    if not phone_index:
        return False
    if Person.objects.filter(id=person_id, phone_index=phone_index).exists():
        return True
    if Account.objects.filter(phone_index=phone_index, person_id=person_id, person_evidence__gt=0).exists():
        return True
    mandates = Mandate.objects.filter(
        person_id=person_id, agent__account__phone_index=phone_index, agent__suspended_at=None,
        ended_at=None, given_at__isnull=False, valid_until__gte=today,
    )  # fmt: skip
    return any(not items or item in items for items in mandates.order_by("id").values_list("items", flat=True))


@dataclass(frozen=True)
class Mandates:
    """What was ever given to the agent that an account is: (person, matters, in force); `own`: the account's own person."""

    given: tuple[tuple[int, tuple[str, ...], bool], ...] = ()
    own: int | None = None

    def over(self, person_id: int, item: str) -> bool:
        """Whether it acted for the person as a registered agent, and does so for this matter no longer."""
        known = any(person == person_id for person, _, _ in self.given)
        return known and person_id != self.own and not self.stand(person_id, item)

    def stand(self, person_id: int, item: str) -> bool:
        """Whether it acts for the person in this matter."""
        theirs = [items for person, items, in_force in self.given if person == person_id and in_force]
        return any(not items or item in items for items in theirs)


def mandates_of(account_id: int | None, *, today: date) -> Mandates:
    """One query; nothing for whoever is no agent."""
    if account_id is None:
        return Mandates()
    rows = Mandate.objects.filter(agent__account_id=account_id, given_at__isnull=False).order_by("id")
    facts = rows.values_list(
        "person_id", "items", "ended_at", "valid_until", "agent__suspended_at", "agent__account__person_id"
    )
    given, own = [], None
    for person, items, ended_at, valid_until, suspended_at, own in facts:  # noqa: B007 – the same in every row
        given.append((person, tuple(items), ended_at is None and suspended_at is None and valid_until >= today))
    return Mandates(tuple(given), own)


def clients_for(account_id: int | None, *, items: Collection[str], until: date, today: date) -> frozenset[int] | None:
    """Of a registered agent: the only people it may book these matters for on a day – its own person, and clients whose
    mandate covers all of them then; None for whoever is no agent and may book for anybody."""
    if account_id is None:
        return None
    agent = Agent.objects.filter(account_id=account_id, suspended_at=None).select_related("account").first()
    if agent is None:
        return None
    rows = Mandate.objects.filter(
        agent=agent, given_at__isnull=False, ended_at=None, valid_until__gte=max(until, today)
    ).order_by("id")
    covered = {person for person, of in rows.values_list("person_id", "items") if not of or set(items) <= set(of)}
    own = agent.account.person_id if agent.account is not None else None
    return frozenset(covered | ({own} if own is not None else set()))


def mandate_over(account_id: int | None, person_id: int, *, item: str, today: date) -> bool:
    """Whether this account acted for the person as a registered agent, and does so for this matter no longer."""
    return mandates_of(account_id, today=today).over(person_id, item)


def why_over(account_id: int, person_id: int, *, today: date) -> str:
    """Of a mandate that is over: client, agent, hall – who ended it –, suspended, expired; "" where it is not known."""
    rows = Mandate.objects.filter(agent__account_id=account_id, person_id=person_id, given_at__isnull=False)
    last = rows.select_related("agent").order_by("-given_at", "-id").first()
    if last is None:
        return ""
    if last.ended_at is not None:
        kind = last.ended_by.partition(":")[0]
        return "agent" if last.ended_by == f"citizen:{account_id}" else _ENDED_BY.get(kind, "")
    if last.agent.suspended_at is not None:
        return "suspended"
    return "expired" if last.valid_until < today else ""


_ENDED_BY = {"citizen": "client", "staff": "hall"}
