"""Mandates (授权委托): whom an agent acts for. Proposed by it, given by paper or the client's own word, with an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.agents import NO_PAPER, accepted_agent, invalid, locked_agent
from banshi.rooms.identity.actions.people import CHINA, clean_name, enrol, name_index
from banshi.rooms.identity.models import AccountPerson, Agent, Mandate, Person
from banshi.rooms.identity.queries.mandates import mandate_over

LONGEST = timedelta(days=3 * 366)
MOST_PROPOSED = 50  # proposals of one agent that wait for an answer
_ENDS = {"zh": "委托从今天起，最长三年", "en": "A mandate ends today or later, within three years"}


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
    """Somebody has the agent act for them: the clerk saw the letter and the client's document. A new one replaces the old; the
    very same again changes nothing.

    :param items: codes of the matters it covers; empty = all. :param valid_until: its last day.
    :raises Refused: invalid (name, paper, end), identity-invalid, nothing-found; wrong-state – the agent is not accepted.
    """
    if not paper.strip():
        raise invalid("paper", NO_PAPER)
    check_end(valid_until, now)
    agent = accepted_agent(agent_id)
    person = _client(name=name, id_type=id_type, id_number=id_number, by=by, now=now)
    terms = {"items": sorted(set(items)), "valid_until": valid_until}
    same = _open(agent, person).filter(given_at__isnull=False, **terms).order_by("id").first()
    if same is not None and same.paper == paper.strip()[:200]:
        return same
    mandate = Mandate(agent=agent, person=person, name=clean_name(name), **terms)
    _open(agent, person).update(ended_at=now)
    _stand(mandate, paper=paper, by=by, now=now)
    return mandate


@transaction.atomic
def propose_mandate(
    *,
    agent_id: int,
    name: str,
    id_type: str,
    id_number: str,
    valid_until: date,
    items: Sequence[str] = (),
    by: Actor,
    now: datetime,
) -> Mandate:
    """The agent says for whom it is to act: no right yet. A new proposal for the same client replaces the one before.

    :raises Refused: invalid (name, end), identity-invalid, nothing-found; mandate-missing – the agent is suspended;
        wrong-state – it is not accepted; too-many-people – so many proposals wait already.
    """
    check_end(valid_until, now)
    agent = accepted_agent(agent_id)
    if agent.suspended_at is not None:
        raise Refused("mandate-missing", facts={"agent": agent_id})
    person = _client(name=name, id_type=id_type, id_number=id_number, by=by, now=now)
    _open(agent, person).filter(given_at=None).update(ended_at=now)
    if Mandate.objects.filter(agent=agent, ended_at=None, given_at=None).count() >= MOST_PROPOSED:
        raise Refused("too-many-people", facts={"limit": MOST_PROPOSED})
    mandate = Mandate.objects.create(
        agent=agent,
        person=person,
        items=sorted(set(items)),
        valid_until=valid_until,
        name=clean_name(name),
        proposed_at=now,
    )
    audit.record(action="mandate-proposed", by=by, now=now, **_about(mandate))
    return mandate


@transaction.atomic
def confirm_mandate(*, mandate_id: int, paper: str, by: Actor, now: datetime) -> None:
    """The hall has seen the paper of what the agent proposed. Twice changes nothing.

    :raises Refused: nothing-found – also what was ended; invalid (paper, end).
    """
    if not paper.strip():
        raise invalid("paper", NO_PAPER)
    _confirm(mandate_id, paper=paper, by=by, now=now)


@transaction.atomic
def agree_to_mandate(*, mandate_id: int, person_id: int, by: Actor, now: datetime) -> None:
    """The client agrees to what the agent proposed; the caller has proof that it is the client. Twice changes nothing.

    :raises Refused: nothing-found – also another person's, and what was ended; invalid (end).
    """
    must_be_of(mandate_id=mandate_id, person_id=person_id)
    _confirm(mandate_id, paper="", by=by, now=now)


def _confirm(mandate_id: int, *, paper: str, by: Actor, now: datetime) -> None:
    mandate = _locked(mandate_id)
    if mandate.ended_at is not None:
        raise Refused("nothing-found", facts={"mandate": mandate_id})
    if mandate.given_at is not None:
        return
    check_end(mandate.valid_until, now)
    _open(mandate.agent, mandate.person).exclude(id=mandate_id).update(ended_at=now)
    _stand(mandate, paper=paper, by=by, now=now)


@transaction.atomic
def end_mandate(*, mandate_id: int, by: Actor, now: datetime) -> None:
    """The agent acts for this client no longer, or is not to; what it booked stands. Twice changes nothing.

    :raises Refused: nothing-found.
    """
    mandate = _locked(mandate_id)
    if not Mandate.objects.filter(id=mandate_id, ended_at=None).update(ended_at=now, ended_by=str(by)[:60]):
        return
    if mandate.given_at is not None:
        entries = Person.objects.filter(same_as_id=mandate.person_id).values_list("id", flat=True)
        AccountPerson.objects.filter(
            account_id=mandate.agent.books_as, person_id__in=[mandate.person_id, *entries], removed_at=None
        ).update(removed_at=now)
    audit.record(action="mandate-ended", by=by, now=now, **_about(mandate))


def must_be_of(*, mandate_id: int, person_id: int) -> None:
    """:raises Refused: nothing-found – no mandate of this person."""
    if not Mandate.objects.filter(id=mandate_id, person_id=person_id).exists():
        raise Refused("nothing-found", facts={"mandate": mandate_id})


def check_end(valid_until: date, now: datetime) -> None:
    """:raises Refused: invalid."""
    today = now.astimezone(CHINA).date()
    if not today <= valid_until <= today + LONGEST:
        raise invalid("valid_until", _ENDS)


def _client(*, name: str, id_type: str, id_number: str, by: Actor, now: datetime) -> Person:
    # A letter and a copy tell whose document it is; that the person themselves stood here, they do not.
    found = enrol(name=name, id_type=id_type, id_number=id_number, evidence=Evidence.DECLARED, by=by, now=now)
    # Two entries being joined at this moment: wait, and be for the one that stands.
    entry = Person.objects.select_for_update(no_key=True).get(id=found.pk)
    return entry.same_as or entry


def _locked(mandate_id: int) -> Mandate:
    """:raises Refused: nothing-found."""
    agent_id = Mandate.objects.filter(id=mandate_id).values_list("agent_id", flat=True).first()
    if agent_id is None:
        raise Refused("nothing-found", facts={"mandate": mandate_id})
    locked_agent(agent_id)
    return Mandate.objects.select_related("agent", "person").select_for_update(of=("self",)).get(id=mandate_id)


def _open(agent: Agent, person: Person) -> QuerySet[Mandate]:
    return Mandate.objects.filter(agent=agent, person=person, ended_at=None)


def _stand(mandate: Mandate, *, paper: str, by: Actor, now: datetime) -> None:
    mandate.paper, mandate.given_at, mandate.given_by = paper.strip()[:200], now, str(by)[:60]
    mandate.save()
    AccountPerson.objects.update_or_create(
        account_id=mandate.agent.books_as,
        person=mandate.person,
        defaults={"name": mandate.name, "removed_at": None},
        create_defaults={"name": mandate.name, "added_at": now},
    )
    until = mandate.valid_until.isoformat()
    audit.record(action="mandate-given", by=by, now=now, **_about(mandate, until=until))


def _about(mandate: Mandate, **more: str) -> dict[str, Any]:
    """What the trail says of it: whose, which agent's, registered where."""
    facts = {"agent": mandate.agent_id, **more} | ({"items": list(mandate.items)} if mandate.items else {})
    return {"subject": f"person:{mandate.person_id}", "hall": mandate.agent.hall, "facts": facts}


def hold_agent(*, account_id: int) -> None:
    """Inside a transaction, before any other lock: no mandate of the agent that this account is is given or ended, and it is
    not suspended, until the transaction ends. Nothing for whoever is no agent."""
    list(Agent.objects.select_for_update(no_key=True).filter(account_id=account_id).values_list("id", flat=True))


def need_mandate(*, account_id: int, person_id: int, item: str, now: datetime, on: date | None = None) -> None:
    """Inside a transaction: of the end of a mandate and a deed under it, whichever comes first counts, and the other waits.

    :param on: the day it has to cover; None = today.
    :raises Refused: mandate-missing – it is over, or will be on that day.
    """
    rows = Mandate.objects.filter(agent__account_id=account_id, person_id=person_id).order_by("id")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("id", flat=True))
    if mandate_over(account_id, person_id, item=item, today=on or now.astimezone(CHINA).date()):
        raise Refused("mandate-missing", facts={"item": item})


# --- Two entries of one person -----------------------------------------------------------------------------------


def hand_over_mandates(keep: Person, other: Person, *, how: str, now: datetime) -> None:
    """Mandates of one entry go to the other, those that ended too. Of two for one agent the longer stays, then the wider.

    Of a number typed wrongly only those given in this person's name go over.
    """
    rows = (
        Mandate.objects.select_for_update(of=("self",), no_key=True)
        .filter(person__in=[keep, other])
        .select_related("agent")
    )
    found = list(rows.order_by("id"))
    going = [row for row in found if row.person_id == other.pk and (how == "renewed" or _is_of(row, keep))]
    staying = [row for row in found if row.person_id == keep.pk]
    for mandate in going:
        for mine in staying:
            if mandate.ended_at is None and mine.ended_at is None and _same_place(mandate, mine):
                weaker = min(mandate, mine, key=_strength)
                weaker.ended_at = now
                weaker.save(update_fields=["ended_at"])
        mandate.person = keep
        mandate.save(update_fields=["person"])
        if how == "mistyped":
            _list_under(keep, other, mandate, now=now)


def _same_place(one: Mandate, other: Mandate) -> bool:
    return one.agent_id == other.agent_id and (one.given_at is None) == (other.given_at is None)


def _strength(mandate: Mandate) -> tuple[date, bool, int, int]:
    return mandate.valid_until, not mandate.items, len(mandate.items), mandate.pk


def _is_of(mandate: Mandate, keep: Person) -> bool:
    listed = AccountPerson.objects.filter(account_id=mandate.agent.books_as, person_id=mandate.person_id)
    name: str | None = mandate.name or listed.values_list("name", flat=True).first()
    return name is not None and name_index(name) == keep.name_index


def _list_under(keep: Person, other: Person, mandate: Mandate, *, now: datetime) -> None:
    """A number that leads nowhere from now on: in the agent's list the client stands under the right one."""
    rows = AccountPerson.objects.filter(account_id=mandate.agent.books_as, removed_at=None)
    if not rows.filter(person=other).update(removed_at=now) or mandate.ended_at is not None:
        return
    AccountPerson.objects.update_or_create(
        account_id=mandate.agent.books_as,
        person=keep,
        defaults={"name": mandate.name, "removed_at": None},
        create_defaults={"name": mandate.name, "added_at": now},
    )
