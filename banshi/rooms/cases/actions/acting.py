"""Who acts for somebody else in a case – for an organisation, or as an agent (代办) for a client – is asked in the transaction
of what they do, their standing held: whoever ends it at that moment comes before or after.
"""

from __future__ import annotations

from datetime import datetime

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.agents import agent_ref, over
from banshi.rooms.cases.queries.members import firm_of, limited
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import ItemSaid
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Acting, MandateRef
from banshi.rooms.places.models import Hall

_FOR_SOMEBODY = (ActorKind.CHANNEL, ActorKind.KIOSK)  # what they send is sent by the person the case was opened by


def need_acting(case: Case, *, sends: bool = False, by: Actor, now: datetime) -> None:
    """Whoever acts may still do so for the applicant, in this matter. Staff have looked at the papers themselves; of an agent who
    stands before them they ask `need_agent`.

    :param sends: what is filled in is sent, supplemented, taken back or received.
    :raises Refused: mandate-missing – they act for them no longer; member-limited – they do, and not in this.
    """
    if by.kind is ActorKind.CITIZEN and by.id.isdecimal():
        if case.organisation_id is None:
            identity.need_mandate(account_id=int(by.id), person_id=case.person_id, item=case.item.code, now=now)
            if case.letter is not None and people.proven_person(int(by.id)) == case.letter.agent_id:
                need_agent(case, now=now)
            return
        person_id = people.proven_person(int(by.id))
    elif by.kind in _FOR_SOMEBODY and (firm := _asked_of(case, by)) is not None:
        need_member(firm, by.person or case.person_id, item=case.item, hall=case.hall, sends=sends, now=now)
        return
    elif by.kind in _FOR_SOMEBODY:
        need_agent(case, now=now)
        return
    else:
        return
    need_member(case.organisation_id, person_id, item=case.item, hall=case.hall, sends=sends, now=now)


def _asked_of(case: Case, by: Actor) -> int | None:
    """The organisation for which whoever sends has to stand; None: they apply themselves, or as an agent. Of one that was only
    typed it is asked of somebody else, whose card a machine read."""
    others = by.person is not None and by.person != case.person_id
    return firm_of(case) if others else case.organisation_id


def need_member(
    organisation_id: int | None, person_id: int | None, *, item: Item, hall: Hall, sends: bool = False, now: datetime
) -> None:
    """:raises Refused: mandate-missing, member-limited."""
    today = today_in(hall, now)
    standing = None
    if organisation_id is not None and person_id is not None:
        standing = identity.hold_member(organisation_id=organisation_id, person_id=person_id, today=today)
    if standing is None:
        raise Refused("mandate-missing", facts={"item": item.code})
    may = standing.limits
    if not may.covers(item.code, item.department.code) or (sends and not may.sends):
        raise limited(standing, today=today)


# --- Agents (代理人) ----------------------------------------------------------------------------------------------


def need_agent(case: Case, *, now: datetime) -> None:
    """Inside a transaction: the agent of a case acts in it, and their mandate stands; nothing where the applicant has none.

    :raises Refused: mandate-missing.
    """
    if (ref := agent_ref(case)) is not None:
        held_mandate(ref, person_id=case.person_id, item=case.item_then, hall=case.hall, now=now)


def held_mandate(ref: MandateRef, *, person_id: int, item: Item | ItemSaid, hall: Hall, now: datetime) -> Acting:
    """The mandate, held until the transaction ends: whoever ends it comes before or after.

    :raises Refused: agent-not-allowed – the matter is done in person; mandate-missing – it is none of theirs, is over, or
        does not cover the matter, with what it covers and who can extend it.
    """
    if not item.agent_allowed:
        raise Refused("agent-not-allowed")
    found = identity.hold_acting(ref, today=today_in(hall, now))
    if found is None or found.person_id != person_id:
        raise Refused("mandate-missing", facts={"item": item.code})
    if not found.stands or not found.covers(item.code):
        raise over(found)
    return found
