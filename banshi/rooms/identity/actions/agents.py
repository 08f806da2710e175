"""Registered agents (代办): told to the hall, under limits of their own. Whom they act for: `mandates`."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from banshi.foundation import phones
from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.people import clean_name
from banshi.rooms.identity.models import Account, Agent

MOST = 1000
NO_PAPER = {"zh": "写明看过的材料", "en": "Say which paper was seen"}
_LIMITS = {"zh": f"上限是 1 到 {MOST} 的整数", "en": f"Limits are whole numbers from 1 to {MOST}"}
_TWICE = {"zh": "这个手机号已登记为代办人", "en": "An agent is registered with this number already"}
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
    """An organisation or person that books for others, with the account of this telephone number.

    :param paper: what was seen: the licence, a letter. :param live_most: visits to come. :param day_most: visits on one
        day of one hall. :param key_id: of the system it books through as well; :param end_user: its own name there, ""
        where the whole key is the agent's.
    :raises Refused: invalid (name, paper, limits, registered already), phone-invalid.
    """
    name = clean_name(name)
    e164 = phones.reachable(phone)
    if not paper.strip():
        raise invalid("paper", NO_PAPER)
    _check_limits(live_most, day_most)
    with transaction.atomic():
        account, _ = Account.objects.get_or_create(
            phone_index=blind_index(e164, purpose="phone"), defaults={"phone": e164, "created_at": now}
        )
        try:
            with transaction.atomic():
                agent = Agent.objects.create(
                    account=account,
                    hall=hall,
                    name=name,
                    paper=paper.strip()[:200],
                    live_most=live_most,
                    day_most=day_most,
                    registered_at=now,
                    registered_by=str(by)[:60],
                    key_id=key_id,
                    end_user_index=user_index(end_user) if key_id is not None else "",
                )
        except IntegrityError as twice:
            if "a_user_of_a_key_is_one_agent" in str(twice):
                raise invalid("end_user", _TWICE_THERE) from twice
            raise invalid("phone", _TWICE) from twice
        facts = {"live_most": live_most, "day_most": day_most}
        audit.record(action="agent-registered", subject=f"agent:{agent.pk}", by=by, now=now, hall=hall, facts=facts)
    return agent


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
    agent = Agent.objects.filter(id=agent_id).first()
    if agent is None:
        raise Refused("nothing-found", facts={"agent": agent_id})
    # The lock under which its bookings are counted: none is granted on a mandate or limit that ends meanwhile.
    list(Account.objects.select_for_update(no_key=True).filter(id=agent.account_id).values_list("id"))
    return Agent.objects.get(id=agent_id)


def suspend_agent(*, agent_id: int, by: Actor, now: datetime) -> None:
    """Its mandates rest and its account is like any other; what it booked stands. Twice changes nothing."""
    _turn(agent_id, suspended=True, by=by, now=now)


def restore_agent(*, agent_id: int, by: Actor, now: datetime) -> None:
    _turn(agent_id, suspended=False, by=by, now=now)


def _turn(agent_id: int, *, suspended: bool, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        agent = locked_agent(agent_id)
        rows = Agent.objects.filter(id=agent_id, suspended_at__isnull=suspended)
        if rows.update(suspended_at=now if suspended else None):
            audit.record(
                action="agent-suspended" if suspended else "agent-restored",
                subject=f"agent:{agent_id}",
                by=by,
                now=now,
                hall=agent.hall,
            )
