"""Registered agents (代办) with whom they act for; and, for a person, who may act for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from banshi.foundation.crypto import blind_index
from banshi.kernel.masking import mask_name
from banshi.rooms.identity.models import Account, AccountPerson, Agent, Mandate


@dataclass(frozen=True)
class Client:
    """Whom an agent acts for, or proposed to. `items` empty = every matter; `in_force` on the day asked for."""

    mandate_id: int
    person_id: int
    name: str
    number_last4: str
    items: tuple[str, ...]
    valid_until: date
    in_force: bool
    given: bool  # False: only proposed
    ended: bool = False

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def state(self) -> str:
        """proposed | in_force | run_out | ended."""
        if self.ended:
            return "ended"
        return "in_force" if self.in_force else "run_out" if self.given else "proposed"


@dataclass(frozen=True)
class AgentView:
    """A registered agent with its clients, those whose mandates stand first; and what it proposed, oldest first."""

    id: int
    account_id: int | None  # None: the owner of the number has not accepted yet
    hall: str
    name: str
    phone: str
    paper: str
    live_most: int
    day_most: int
    registered_at: datetime
    suspended_at: datetime | None
    key_id: int | None
    key_name: str  # of the system it books through; "" where none
    end_user_index: str
    clients: tuple[Client, ...]
    proposals: tuple[Client, ...]

    def acts_for(self, person_id: int, item: str) -> bool:
        """Whether a mandate in force covers this matter of this person."""
        return any(
            each.person_id == person_id and each.in_force and (not each.items or item in each.items)
            for each in self.clients
        )

    def comes_through(self, key_id: int, end_user: str) -> bool:
        """Whether this is the agent that a key, or a user of its system, acts as."""
        index = blind_index(end_user, purpose="end-user") if end_user else ""
        return self.account_id is not None and self.key_id == key_id and self.end_user_index in ("", index)

    @property
    def state(self) -> str:
        """proposed | active | suspended."""
        return "suspended" if self.suspended_at else "active" if self.account_id is not None else "proposed"


def agents(
    *, hall: str | None = None, account_id: int | None = None, ids: list[int] | None = None, today: date
) -> list[AgentView]:
    """Agents of a hall, that of an account, or these; in the order they were registered."""
    rows = Agent.objects.select_related("account", "key").order_by("id")
    if hall is not None:
        rows = rows.filter(hall=hall)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if ids is not None:
        rows = rows.filter(id__in=ids)
    clients: dict[tuple[int, bool], list[Client]] = {}
    mandates = Mandate.objects.filter(agent__in=list(rows), ended_at=None).select_related("person", "agent")
    names = {
        (one.account_id, one.person_id): one.name
        for one in AccountPerson.objects.filter(account__agents__in=list(rows)).order_by("id")
    }
    for one in mandates.order_by("-valid_until", "id"):
        name = one.name or names.get((one.agent.books_as, one.person_id)) or one.person.masked_name
        clients.setdefault((one.agent_id, one.given_at is not None), []).append(_client(one, name=name, today=today))
    return [
        AgentView(
            row.pk, row.account_id, row.hall, row.name, (row.account or row).phone or "", row.paper, row.live_most, row.day_most,
            row.registered_at, row.suspended_at, row.key_id, row.key.name if row.key else "", row.end_user_index,
            clients=tuple(clients.get((row.pk, True), ())),
            proposals=tuple(sorted(clients.get((row.pk, False), ()), key=lambda each: each.mandate_id)),
        )
        for row in rows
    ]  # fmt: skip


def _client(mandate: Mandate, *, name: str, today: date) -> Client:
    given = mandate.given_at is not None
    return Client(
        mandate.pk,
        mandate.person_id,
        name,
        mandate.person.number_last4,
        tuple(mandate.items),
        mandate.valid_until,
        in_force=given and mandate.ended_at is None and mandate.valid_until >= today,
        given=given,
        ended=mandate.ended_at is not None,
    )


def mandate(mandate_id: int, *, today: date) -> tuple[int, Client] | None:
    """A mandate with the id of its agent, ended or not."""
    row = Mandate.objects.filter(id=mandate_id).select_related("person", "agent").first()
    if row is None:
        return None
    listed = AccountPerson.objects.filter(account_id=row.agent.books_as, person_id=row.person_id)
    name = row.name or listed.values_list("name", flat=True).first() or row.person.masked_name
    return row.agent_id, _client(row, name=name, today=today)


def agent(agent_id: int, *, today: date) -> AgentView | None:
    """One agent, suspended or not."""
    return next(iter(agents(ids=[agent_id], today=today)), None)


def agent_of(account_id: int | None, *, today: date) -> AgentView | None:
    """The agent that an account acts as, unless it is suspended."""
    found = agents(account_id=account_id, today=today) if account_id is not None else []
    return found[0] if found and found[0].suspended_at is None else None


def is_agent(account_id: int) -> bool:
    """Whether an account acts as an agent, suspended or not."""
    return Agent.objects.filter(account_id=account_id).exists()


def suspended_agent(account_id: int) -> Agent | None:
    """The agent that an account would act as, had the hall not suspended it."""
    return Agent.objects.filter(account_id=account_id, suspended_at__isnull=False).first()


def accounts_of_key(key_id: int, *, end_user: str = "") -> list[int]:
    """Accounts of the agents that this key, or this user of its system, acts as."""
    index = blind_index(end_user, purpose="end-user") if end_user else ""
    rows = Agent.objects.filter(key_id=key_id, account__isnull=False, end_user_index__in=["", index])
    return [found for found in rows.order_by("id").values_list("account_id", flat=True) if found is not None]


@dataclass(frozen=True)
class AskedToAct:
    """A hall would register somebody's telephone number as an agent."""

    agent_id: int
    name: str
    hall: str
    live_most: int
    day_most: int


def asked_to_act(account_id: int, *, since: datetime) -> list[AskedToAct]:
    """What halls ask the owner of this account's number, oldest first. :param since: what was asked before has run out."""
    index = Account.objects.values_list("phone_index", flat=True).get(id=account_id)
    rows = Agent.objects.filter(account=None, phone_index=index, suspended_at=None, registered_at__gt=since)
    return [AskedToAct(row.pk, row.name, row.hall, row.live_most, row.day_most) for row in rows.order_by("id")]


@dataclass(frozen=True)
class ActsForMe:
    """An agent who may act for a person, or would like to. `items` empty = every matter."""

    mandate_id: int
    agent_id: int
    agent: str
    hall: str  # where the agent is registered
    items: tuple[str, ...]
    valid_until: date
    given: bool  # False: the agent proposed it
    resting: bool  # the agent is suspended: it acts for nobody now

    @property
    def state(self) -> str:
        """proposed | in_force."""
        return "in_force" if self.given else "proposed"


def acting_for(person_id: int, *, today: date) -> list[ActsForMe]:
    """Who may act for this person, and who proposed to; what has run out or ended is not listed."""
    rows = Mandate.objects.filter(person_id=person_id, ended_at=None, valid_until__gte=today).select_related("agent")
    return [
        ActsForMe(
            row.pk, row.agent_id, row.agent.name, row.agent.hall, tuple(row.items), row.valid_until,
            given=row.given_at is not None, resting=row.agent.suspended_at is not None,
        )
        for row in rows.order_by("id")
    ]  # fmt: skip


def agents_given(person_id: int) -> dict[int, str]:
    """Who was ever given a mandate by this person: the agent's name by its account."""
    rows = Mandate.objects.filter(person_id=person_id, given_at__isnull=False, agent__account__isnull=False)
    return dict(rows.order_by("id").values_list("agent__account_id", "agent__name"))
