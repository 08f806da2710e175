"""Agents in cases (代理人): by which mandate one acts or fetches, as a key may say it, and how an answer names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.agents import over
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.actions import Enrolled, PersonAsked
from banshi.rooms.identity.queries import MandateRef
from banshi.rooms.places.models import Hall
from banshi.surfaces.api.case_schemas import CaseIn, LetterIn
from banshi.surfaces.api.guardians import known_person, vouched
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.parts import zone_of
from banshi.surfaces.api.schemas import ClientIn

_NOT_HERE = {"zh": "自助机不能代办", "en": "Not at a machine"}
_NO_MATTER = {"zh": "不是这个大厅的事项", "en": "No matter of this hall"}
_STAFF = {"zh": "委托书由窗口核验：用 staff 密钥", "en": "Letters are seen at a window: by keys of staff"}


def agent_for(asked: CaseIn, client_id: int, who: Caller, hall: Hall) -> MandateRef | None:
    """By which mandate somebody opens a case for `client_id`; None: they apply themselves.

    :raises Refused: invalid – a machine, or a letter by a key that is not of staff; nothing-found – a channel that vouches for
        nobody; mandate-missing; invalid – a letter for what the hall does not do; those of `identity.record_letter`.
    """
    agent = asked.agent
    if agent is None:
        return None
    if who.scope == "kiosk":
        raise Refused("invalid", facts={"field": "agent", "reason": _NOT_HERE})
    if who.scope != "staff" and (agent.letter is not None or agent.mandate is not None):
        raise Refused("invalid", facts={"field": "agent", "reason": _STAFF})
    if agent.mandate is not None:
        return MandateRef.read(agent.mandate)
    assert agent.person is not None
    if agent.letter is not None:
        return _seen(agent.person, agent.letter, asked, who, hall)
    known = known_person(agent.person) if who.scope == "staff" else vouched(who, agent.person)
    return _on_record(known, client_id, asked.items or [asked.item or ""], hall)


def _seen(person: ClientIn, letter: LetterIn, asked: CaseIn, who: Caller, hall: Hall) -> MandateRef:
    """A letter that lies at the window, written down."""
    client = asked.person
    here = set(
        HallItem.objects.filter(hall=hall, item__code__in=letter.items)
        .order_by("id")
        .values_list("item__code", flat=True)
    )
    for code in letter.items:
        if code not in here:
            raise Refused("invalid", facts={"field": "agent.letter.items", "reason": _NO_MATTER})
    made = identity.record_letter(
        agent=person_of(person), client=PersonAsked(client.name, client.id_type, client.id_number), kind=letter.kind,
        number=letter.number, items=letter.items, fetches=letter.fetches, valid_until=letter.valid_until,
        by=replace(who.by, hall=hall.code), now=clock.now(),
    )  # fmt: skip
    return MandateRef("letter", made.pk)


def enrolled(client: PersonAsked, asked: CaseIn, who: Caller, hall: Hall) -> Enrolled | Refused:
    """Whoever applies, and who comes for them with a letter along with them: at another window the two may be the other way
    round. What is wrong about the agent is said with the letter."""
    agent = asked.agent
    if who.scope != "staff" or agent is None or agent.letter is None or agent.person is None:
        return identity.enrol_many([client], now=clock.now())[0]
    comes = identity.seen_here(person_of(agent.person), replace(who.by, hall=hall.code))
    return identity.enrol_together([client, comes], now=clock.now())[0]


def client_named(mandate: MandateRef | None, hall: Hall) -> str:
    """Whose name stands on what is acted by, as at the window; "" where nobody acts for anybody."""
    today = clock.now().astimezone(zone_of(hall)).date()
    found = people.acting_by(mandate, today=today) if mandate is not None else None
    return found.client if found is not None else ""


def _on_record(agent_id: int, client_id: int, items: Sequence[str], hall: Hall) -> MandateRef:
    """:raises Refused: mandate-missing – with what theirs covers, where there is one for other matters."""
    today = clock.now().astimezone(zone_of(hall)).date()
    mine = [each for each in people.acts_for_people(agent_id, today=today) if each.person_id == client_id]
    found = next((each for each in mine if all(each.covers(item) for item in items)), None)
    if found is not None:
        return found.ref
    raise over(mine[0]) if mine else Refused("mandate-missing", facts={"item": items[0]})


def person_of(asked: ClientIn) -> PersonAsked:
    return PersonAsked(asked.name, asked.id_type, asked.id_number)


def agent_part(case: Case, *, now: datetime) -> dict[str, Any] | None:
    """Who acts in a case, masked, and by what."""
    found = cases.agent_of_case(case, today=now.astimezone(zone_of(case.hall)).date())
    if found is None:
        return None
    return {
        "name": case.masked_agent, "mandate": str(found.ref), "items": list(found.items), "valid_until": found.valid_until,
        "how": found.how, "kind": found.kind or None, "fetches": found.fetches, "stands": found.stands,
    }  # fmt: skip
