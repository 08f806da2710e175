"""Registered agents (代办): told to the hall, accepted by the telephone's owner, under limits of their own.

Whom they act for: `mandates`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from banshi.foundation import locks, phones
from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.people import clean_name
from banshi.rooms.identity.models import Account, Agent, AgentAsked

MOST = 1000
ASKED_FOR = timedelta(days=14)  # then what nobody answered is gone
DECLINED_FOR = timedelta(days=90)  # so long the hall that was refused does not ask again
MOST_ASKED, ASKED_WITHIN = 3, timedelta(days=7)  # of one number, by all halls together
NO_PAPER = {"zh": "写明看过的材料", "en": "Say which paper was seen"}
_LIMITS = {"zh": f"上限是 1 到 {MOST} 的整数", "en": f"Limits are whole numbers from 1 to {MOST}"}
_TWICE = {"zh": "这个手机号已登记为代办人", "en": "An agent is registered with this number already"}
_NOT_ACCEPTED = {"zh": "号码的主人还没有同意", "en": "not accepted by the owner of the number"}
_ACCEPTED = {"zh": "号码的主人登录后同意", "en": "its owner signs in and accepts"}
_TWICE_THERE = {"zh": "这个接入用户已登记为代办人", "en": "This user of the key is an agent already"}


def invalid(field: str, reason: dict[str, str]) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": reason})


def register_agent(
    *,
    hall: str,
    name: str,
    phone: str,
    paper: str,
    live_most: int,
    day_most: int,
    key_id: int | None = None,
    end_user: str = "",
    by: Actor,
    now: datetime,
) -> Agent:
    """An organisation or person that would book for others, with the account of this telephone number: a proposal.

    Nobody has proven the number, so nothing changes for its owner until they have accepted (`accept_agent`). Asked again
    by the same hall, the new proposal replaces the one before; the very same again changes nothing.

    :param paper: what was seen: the licence, a letter. :param live_most: visits to come. :param day_most: visits on one
        day of one hall. :param key_id: of the system it books through as well; :param end_user: its own name there, ""
        where the whole key is the agent's.
    :raises Refused: invalid (name, paper, limits, registered already), phone-invalid; asked-enough – its owner refused
        this hall, or was asked often enough.
    """
    name = clean_name(name)
    e164 = phones.reachable(phone)
    if not paper.strip():
        raise invalid("paper", NO_PAPER)
    _check_limits(live_most, day_most)
    index = blind_index(e164, purpose="phone")
    user = user_index(end_user) if key_id is not None else ""
    if Agent.objects.filter(account__phone_index=index).exists():
        raise invalid("phone", _TWICE)
    if key_id is not None and _is_taken(key_id, user):
        raise invalid("end_user", _TWICE_THERE)
    terms = {
        "name": name, "paper": paper.strip()[:200], "live_most": live_most, "day_most": day_most, "key_id": key_id,
        "end_user_index": user,
    }  # fmt: skip
    with transaction.atomic():
        locks.hold_each(
            locks.AGENT_PHONE, [index]
        )  # of two halls that ask one number at once the second counts the first
        rows = Agent.objects.select_for_update(no_key=True).filter(hall=hall, account=None, phone_index=index)
        for standing in rows.order_by("id"):
            asked = standing.suspended_at is None and now < standing.registered_at + ASKED_FOR
            if asked and all(getattr(standing, field) == value for field, value in terms.items()):
                return standing
        _may_ask(hall, index, now=now)
        rows.delete()
        try:
            with transaction.atomic():
                agent = Agent.objects.create(
                    phone=e164,
                    phone_index=index,
                    hall=hall,
                    registered_at=now,
                    registered_by=str(by)[:60],
                    **terms,
                )
        except IntegrityError as twice:  # two clerks at once
            raise invalid("phone", _TWICE) from twice
        AgentAsked.objects.create(hall=hall, phone_index=index, at=now)
        facts = {"live_most": live_most, "day_most": day_most}
        audit.record(action="agent-registered", subject=f"agent:{agent.pk}", by=by, now=now, hall=hall, facts=facts)
    return agent


def _may_ask(hall: str, index: str, *, now: datetime) -> None:
    """:raises Refused: asked-enough, with when it is possible again."""
    of_number = AgentAsked.objects.filter(phone_index=index)
    declined = of_number.filter(hall=hall, declined_at__gt=now - DECLINED_FOR).order_by("-declined_at").first()
    lately = list(of_number.filter(at__gt=now - ASKED_WITHIN).order_by("-at", "-id").values_list("at", flat=True))
    opens = [declined.declined_at + DECLINED_FOR] if declined is not None and declined.declined_at is not None else []
    if len(lately) >= MOST_ASKED:
        opens.append(lately[MOST_ASKED - 1] + ASKED_WITHIN)
    if opens:
        raise Refused("asked-enough", facts={"opens": max(opens)}, next=max(opens))


def _is_taken(key_id: int, user: str) -> bool:
    return Agent.objects.filter(key_id=key_id, end_user_index=user, account__isnull=False).exists()


def accept_agent(*, agent_id: int, account_id: int, by: Actor, now: datetime) -> None:
    """The owner of the telephone, signed in with it, is to be this agent. Twice changes nothing.

    :raises Refused: nothing-found – not asked of this number, withdrawn, run out; invalid – an agent already.
    """
    with transaction.atomic():
        agent = Agent.objects.select_for_update(no_key=True).filter(id=agent_id).first()
        account = Account.objects.select_for_update(no_key=True).get(id=account_id)
        if agent is not None and agent.account_id == account_id:
            return
        if agent is None or not _is_asked(agent, account, now=now):
            raise Refused("nothing-found", facts={"agent": agent_id})
        agent.account, agent.phone, agent.phone_index = account, None, ""
        try:
            with transaction.atomic():
                agent.save(update_fields=["account", "phone", "phone_index"])
        except IntegrityError as twice:
            there = "a_user_of_a_key_is_one_agent" in str(twice)
            raise (invalid("end_user", _TWICE_THERE) if there else invalid("phone", _TWICE)) from twice
        audit.record(action="agent-accepted", subject=f"agent:{agent_id}", by=by, now=now, hall=agent.hall)


def decline_agent(*, agent_id: int, account_id: int, by: Actor, now: datetime) -> None:
    """Not me: nothing of it is left but the trail, and that this hall was refused: it does not ask again for a while.

    :raises Refused: nothing-found – not asked of this number, or accepted.
    """
    with transaction.atomic():
        agent = Agent.objects.select_for_update().filter(id=agent_id).first()
        if agent is None or not _is_asked(agent, Account.objects.get(id=account_id), now=now):
            raise Refused("nothing-found", facts={"agent": agent_id})
        agent.delete()
        _note_refusal(agent, now=now)
        audit.record(action="agent-declined", subject=f"agent:{agent_id}", by=by, now=now, hall=agent.hall)


def _note_refusal(agent: Agent, *, now: datetime) -> None:
    of_hall = {"hall": agent.hall, "phone_index": agent.phone_index}
    if not AgentAsked.objects.filter(**of_hall, at=agent.registered_at).update(declined_at=now):
        AgentAsked.objects.create(**of_hall, at=agent.registered_at, declined_at=now)


def drop_unanswered(*, now: datetime) -> int:
    """What nobody has answered within two weeks is gone, but for the trail. :returns: how many."""
    by = Actor(ActorKind.SYSTEM, "housekeeping")
    with transaction.atomic():
        rows = Agent.objects.select_for_update().filter(account=None, registered_at__lte=now - ASKED_FOR)
        found = list(rows.order_by("id"))
        for agent in found:
            audit.record(action="agent-lapsed", subject=f"agent:{agent.pk}", by=by, now=now, hall=agent.hall)
        Agent.objects.filter(id__in=[agent.pk for agent in found]).delete()
        AgentAsked.objects.filter(at__lte=now - ASKED_FOR - DECLINED_FOR).delete()
    return len(found)


def _is_asked(agent: Agent, account: Account, *, now: datetime) -> bool:
    """Whether the owner of this account's telephone is asked, still."""
    asked = agent.account_id is None and agent.suspended_at is None and now < agent.registered_at + ASKED_FOR
    return asked and agent.phone_index == account.phone_index


def user_index(end_user: str) -> str:
    """The blind index of a user as a key's system names it; "" for nobody."""
    return blind_index(end_user, purpose="end-user") if end_user else ""


def _check_limits(live_most: int, day_most: int) -> None:
    """:raises Refused: invalid, naming the limit."""
    for field, most in (("live_most", live_most), ("day_most", day_most)):
        if not 1 <= most <= MOST:
            raise invalid(field, _LIMITS)


def limit_agent(*, agent_id: int, live_most: int, day_most: int, by: Actor, now: datetime) -> None:
    """Other limits from now on; what is booked beyond them stands. The same again changes nothing.

    :raises Refused: invalid (limits), nothing-found.
    """
    _check_limits(live_most, day_most)
    with transaction.atomic():
        agent = locked_agent(agent_id)
        facts = {"live_most": live_most, "day_most": day_most}
        if {"live_most": agent.live_most, "day_most": agent.day_most} == facts:
            return
        Agent.objects.filter(id=agent_id).update(**facts)
        audit.record(action="agent-limited", subject=f"agent:{agent_id}", by=by, now=now, hall=agent.hall, facts=facts)


def locked_agent(agent_id: int) -> Agent:
    """The agent; whoever books or changes a mandate as it waits until the transaction ends.

    :raises Refused: nothing-found.
    """
    # First its own row: of an acceptance and a suspension one waits for the other.
    agent = Agent.objects.select_for_update(no_key=True).filter(id=agent_id).first()
    if agent is None:
        raise Refused("nothing-found", facts={"agent": agent_id})
    # The lock under which its bookings are counted: none is granted on a mandate or limit that ends meanwhile.
    list(Account.objects.select_for_update(no_key=True).filter(id=agent.books_as).values_list("id"))
    return agent


def accepted_agent(agent_id: int) -> Agent:
    """`locked_agent`, of one whose telephone's owner has accepted.

    :raises Refused: nothing-found; wrong-state – not accepted yet.
    """
    agent = locked_agent(agent_id)
    if agent.account_id is None:
        raise Refused("wrong-state", facts={"state": _NOT_ACCEPTED, "needs": _ACCEPTED})
    return agent


def suspend_agent(*, agent_id: int, why: str = "", by: Actor, now: datetime) -> None:
    """Its mandates rest and its account is like any other; what it booked stands. Twice changes nothing.

    Whom nobody has accepted yet is withdrawn by it: the owner of the number is asked no more.
    """
    _turn(agent_id, suspended=True, why=why, by=by, now=now)


def restore_agent(*, agent_id: int, by: Actor, now: datetime) -> None:
    _turn(agent_id, suspended=False, by=by, now=now)


def _turn(agent_id: int, *, suspended: bool, why: str = "", by: Actor, now: datetime) -> None:
    with transaction.atomic():
        agent = locked_agent(agent_id)
        rows = Agent.objects.filter(id=agent_id, suspended_at__isnull=suspended)
        if rows.update(suspended_at=now if suspended else None, suspended_why=why.strip()[:200]):
            audit.record(
                action="agent-suspended" if suspended else "agent-restored",
                subject=f"agent:{agent_id}",
                by=by,
                now=now,
                hall=agent.hall,
            )
