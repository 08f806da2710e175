"""Registered agents (代办) and whom they act for: told to the hall, seen on paper, with an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from banshi.foundation import phones
from banshi.foundation.crypto import blind_index
from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.people import CHINA, clean_name, enrol
from banshi.rooms.identity.models import Account, AccountPerson, Agent, Mandate

LONGEST = timedelta(days=3 * 366)
MOST = 1000
_NO_PAPER = {"zh": "写明看过的材料", "en": "Say which paper was seen"}
_LIMITS = {"zh": f"上限是 1 到 {MOST} 的整数", "en": f"Limits are whole numbers from 1 to {MOST}"}
_ENDS = {"zh": "委托从今天起，最长三年", "en": "A mandate ends today or later, within three years"}
_TWICE = {"zh": "这个手机号已登记为代办人", "en": "An agent is registered with this number already"}


def _invalid(field: str, reason: dict[str, str]) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": reason})


def register_agent(
    *, hall: str, name: str, phone: str, paper: str, live_most: int, day_most: int, by: Actor, now: datetime
) -> Agent:
    """An organisation or person that books for others, with the account of this telephone number.

    :param paper: what was seen: the licence, a letter. :param live_most: visits to come. :param day_most: visits on one
        day of one hall.
    :raises Refused: invalid (name, paper, limits, registered already), phone-invalid.
    """
    name = clean_name(name)
    e164 = phones.reachable(phone)
    if not paper.strip():
        raise _invalid("paper", _NO_PAPER)
    if not (1 <= live_most <= MOST and 1 <= day_most <= MOST):
        raise _invalid("limits", _LIMITS)
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
                )
        except IntegrityError as twice:
            raise _invalid("phone", _TWICE) from twice
        facts = {"live_most": live_most, "day_most": day_most}
        audit.record(action="agent-registered", subject=f"agent:{agent.pk}", by=by, now=now, hall=hall, facts=facts)
    return agent


def suspend_agent(*, agent_id: int, by: Actor, now: datetime) -> None:
    """Its mandates rest and its account is like any other; what it booked stands. Twice changes nothing."""
    _turn(agent_id, suspended=True, by=by, now=now)


def restore_agent(*, agent_id: int, by: Actor, now: datetime) -> None:
    _turn(agent_id, suspended=False, by=by, now=now)


def _turn(agent_id: int, *, suspended: bool, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        rows = Agent.objects.filter(id=agent_id, suspended_at__isnull=suspended)
        if rows.update(suspended_at=now if suspended else None):
            agent = Agent.objects.get(id=agent_id)
            audit.record(
                action="agent-suspended" if suspended else "agent-restored",
                subject=f"agent:{agent_id}",
                by=by,
                now=now,
                hall=agent.hall,
            )


@transaction.atomic
def give_mandate(
    *,
    agent_id: int,
    name: str,
    id_type: str,
    id_number: str,
    valid_until: date,
    items: Sequence[str] = (),
    paper: str,
    by: Actor,
    now: datetime,
) -> Mandate:
    """Somebody has the agent act for them: the clerk saw the letter and the client's document. A new one replaces the old.

    :param items: codes of the matters it covers; empty = all. :param valid_until: its last day.
    :raises Refused: invalid (name, paper, end), identity-invalid, nothing-found.
    """
    agent = Agent.objects.select_for_update(no_key=True).filter(id=agent_id).first()
    if agent is None:
        raise Refused("nothing-found", facts={"agent": agent_id})
    if not paper.strip():
        raise _invalid("paper", _NO_PAPER)
    today = now.astimezone(CHINA).date()
    if not today <= valid_until <= today + LONGEST:
        raise _invalid("valid_until", _ENDS)
    # A letter and a copy tell whose document it is; that the person themselves stood here, they do not.
    person = enrol(name=name, id_type=id_type, id_number=id_number, evidence=Evidence.DECLARED, by=by, now=now)
    Mandate.objects.filter(agent=agent, person=person, ended_at=None).update(ended_at=now)
    mandate = Mandate.objects.create(
        agent=agent,
        person=person,
        items=sorted(set(items)),
        valid_until=valid_until,
        paper=paper.strip()[:200],
        given_at=now,
        given_by=str(by)[:60],
    )
    AccountPerson.objects.update_or_create(
        account_id=agent.account_id,
        person=person,
        defaults={"name": clean_name(name), "removed_at": None},
        create_defaults={"name": clean_name(name), "added_at": now},
    )
    facts = {"agent": agent.pk, "until": valid_until.isoformat()}
    audit.record(action="mandate-given", subject=f"person:{person.pk}", by=by, now=now, hall=agent.hall, facts=facts)
    return mandate


@transaction.atomic
def end_mandate(*, mandate_id: int, by: Actor, now: datetime) -> None:
    """The agent acts for this client no longer; what it booked stands. Twice changes nothing."""
    mandate = Mandate.objects.select_related("agent").filter(id=mandate_id).first()
    if mandate is None:
        raise Refused("nothing-found", facts={"mandate": mandate_id})
    if Mandate.objects.filter(id=mandate_id, ended_at=None).update(ended_at=now):
        AccountPerson.objects.filter(
            account_id=mandate.agent.account_id, person_id=mandate.person_id, removed_at=None
        ).update(removed_at=now)
        subject, facts = f"person:{mandate.person_id}", {"agent": mandate.agent_id}
        audit.record(action="mandate-ended", subject=subject, by=by, now=now, hall=mandate.agent.hall, facts=facts)
