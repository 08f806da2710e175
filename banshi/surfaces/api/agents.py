"""Registered agents and their mandates: the hall registers and confirms, the agent proposes, the client agrees or ends."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from banshi.foundation import clock
from banshi.foundation.problem import rfc3339
from banshi.journeys.person import mandates
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_name, mask_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import AgentView, Client
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op, write
from banshi.surfaces.api.pages import page
from banshi.surfaces.api.parts import zone_of
from banshi.surfaces.api.schemas import (
    ActsForMeListOut,
    AgentIn,
    AgentLimits,
    AgentOut,
    AgentSuspension,
    ClientIn,
    Code,
    EndMandateIn,
    EndUser,
    Id,
    MandateIn,
    MandateOut,
    Page,
    Paged,
    PaperIn,
    WhoseIn,
)

router = Router(tags=["agents"])


class Mandates(Paged):
    end_user: EndUser = ""


class OneAgent(Paged):
    end_user: EndUser = ""


@router.get("/halls/{hall}/agents", **op("list_agents", {200: Page[AgentOut]}), summary="Agents")
def list_agents(request: HttpRequest, hall: Path[Code], asked: Query[Paged]) -> HttpResponse:
    """Agents registered at the hall, in the order they were registered, the suspended ones too."""
    place = _hall(request, hall)
    return found(page([_part(each, place) for each in people.agents(hall=place.code, today=_today(place))], asked))


@router.post("/halls/{hall}/agents", **op("register_agent", {201: AgentOut}), summary="Register an agent")
@write
def register_agent(request: HttpRequest, hall: Path[Code], body: AgentIn) -> Answer:
    """An organisation or person that would book for others, its papers seen at the hall. It signs in with its mobile
    number, and may come through another system: as the whole of its key, or as one user of it. The owner of the number is
    told and accepts on their own page; until then it is `proposed`, and changes nothing for them. What they refuse, or
    leave for two weeks, is gone (404). The same number again replaces the proposal; the
    very same proposal tells nobody again. After a refusal, or where a number was asked often enough, 409 `asked-enough`."""
    place = _hall(request, hall)
    made = mandates.register(
        place,
        name=body.name,
        phone=body.phone,
        paper=body.paper,
        live_most=body.live_most,
        day_most=body.day_most,
        key_id=body.key,
        end_user=body.end_user,
        by=caller(request).by,
        now=clock.now(),
    )
    return answer(201, _fresh(made.pk, place))


@router.get("/agents/{agent}", **op("get_agent", {200: AgentOut}), summary="One agent")
def get_agent(request: HttpRequest, agent: Path[Id], asked: Query[OneAgent]) -> HttpResponse:
    """A channel sees the agent that comes through it; a `manage` key those of its halls."""
    one, place = _reached(caller(request), agent, asked.end_user)
    return found(_part(one, place))


@router.put("/agents/{agent}", **op("limit_agent", {200: AgentOut}), summary="Change an agent's limits")
@write
def limit_agent(request: HttpRequest, agent: Path[Id], body: AgentLimits) -> Answer:
    """Other limits from now on. What is booked beyond them stands."""
    one, place = _reached(caller(request), agent)
    now = clock.now()
    identity.limit_agent(
        agent_id=one.id, live_most=body.live_most, day_most=body.day_most, by=caller(request).by, now=now
    )
    return answer(200, _fresh(one.id, place))


@router.post("/agents/{agent}/suspend", **op("suspend_agent", {200: AgentOut}), summary="Suspend an agent")
@write
def suspend_agent(request: HttpRequest, agent: Path[Id], body: AgentSuspension | None = None) -> Answer:
    """Its mandates rest, and what it booked passes to its clients for good; it is told, and why. A proposal is asked of
    nobody any more. Repeating it changes nothing."""
    one, place = _reached(caller(request), agent)
    mandates.suspend(agent_id=one.id, why=body.why if body else "", by=caller(request).by, now=clock.now())
    return answer(200, _fresh(one.id, place))


@router.post("/agents/{agent}/restore", **op("restore_agent", {200: AgentOut}), summary="Let an agent go on")
@write
def restore_agent(request: HttpRequest, agent: Path[Id]) -> Answer:
    """The suspension ends, its mandates hold again, and it is told. Repeating it changes nothing."""
    one, place = _reached(caller(request), agent)
    mandates.restore(agent_id=one.id, by=caller(request).by, now=clock.now())
    return answer(200, _fresh(one.id, place))


@router.get("/agents/{agent}/mandates", **op("list_mandates", {200: Page[MandateOut]}), summary="Mandates of an agent")
def list_mandates(request: HttpRequest, agent: Path[Id], asked: Query[Mandates]) -> HttpResponse:
    """Proposals first, then the mandates, those that last longest first; ended ones are not listed."""
    one, _ = _reached(caller(request), agent, asked.end_user)
    return found(page([_mandate(one.id, each) for each in (*one.proposals, *one.clients)], asked))


@router.post("/agents/{agent}/mandates", **op("enter_mandate", {201: MandateOut}), summary="Propose or enter a mandate")
@write
def enter_mandate(request: HttpRequest, agent: Path[Id], body: MandateIn) -> Answer:
    """By a channel the agent proposes a client: no right until the hall or the client confirms it. By a `manage` key the
    mandate stands at once, with the `paper` that was seen. A new one for the same client replaces the old."""
    who = caller(request)
    one, place = _reached(who, agent, body.end_user)
    given: dict[str, Any] = {
        "agent_id": one.id,
        **body.person.model_dump(),
        "items": mandates.matters(place, body.items),
        "valid_until": body.valid_until,
        "by": who.by,
        "now": clock.now(),
    }
    if who.scope == "manage":
        made = mandates.give(paper=body.paper, **given)
    else:
        made = identity.propose_mandate(**given)
    return answer(201, _mandate_view(made.pk)[1])


@router.post(
    "/mandates/{mandate}/confirm", **op("confirm_mandate", {200: MandateOut}), summary="Confirm a proposed mandate"
)
@write
def confirm_mandate(request: HttpRequest, mandate: Path[Id], body: PaperIn) -> Answer:
    """By a `manage` key with the `paper` that was seen; by a vouching channel as the client. Repeating it changes
    nothing."""
    who, now = caller(request), clock.now()
    agent_id, _ = _mandate_view(mandate)
    if who.scope == "manage":
        _reached(who, agent_id)
        mandates.confirm(mandate_id=mandate, paper=body.paper, by=who.by, now=now)
    else:
        person_id = _vouched(who, body.person, agent_id)
        mandates.agree(mandate_id=mandate, person_id=person_id, by=who.by, now=now)
    return answer(200, _mandate_view(mandate)[1])


@router.post("/mandates/{mandate}/end", **op("end_mandate", {200: MandateOut}), summary="End a mandate")
@write
def end_mandate(request: HttpRequest, mandate: Path[Id], body: EndMandateIn) -> Answer:
    """By the hall, by the agent, or – through a vouching channel – by the client. Repeating it changes nothing."""
    who = caller(request)
    agent_id, _ = _mandate_view(mandate)
    if body.person is not None:
        identity.must_be_of(mandate_id=mandate, person_id=_vouched(who, body.person, agent_id))
    else:
        _reached(who, agent_id, body.end_user)
    mandates.end(mandate_id=mandate, by=who.by, now=clock.now())
    return answer(200, _mandate_view(mandate)[1])


@router.post("/people/mandates", **op("who_acts_for", {200: ActsForMeListOut}), summary="Who may act for a person")
@write
def who_acts_for(request: HttpRequest, body: WhoseIn) -> Answer:
    """Who may act for this person in the halls of the key, and who proposed to. A vouching channel asks for its signed-in
    user."""
    who = caller(request)
    person_id = _vouched(who, body.person)
    rows = people.acting_for(person_id, today=clock.now().astimezone(identity.CHINA).date())
    return answer(
        200,
        {
            "data": [
                {
                    "id": each.mandate_id,
                    "agent": each.agent_id,
                    "agent_name": each.agent,
                    "hall": each.hall,
                    "items": list(each.items),
                    "valid_until": each.valid_until.isoformat(),
                    "state": each.state,
                    "resting": each.resting,
                }
                for each in rows
                if who.reaches(each.hall)
            ]
        },
    )


def _hall(request: HttpRequest, code: str) -> Hall:
    """:raises Refused: nothing-found, not-your-hall."""
    hall = places.hall_by_code(code)
    caller(request).must_reach(hall.code)
    return hall


def _reached(who: Caller, agent_id: int, end_user: str = "") -> tuple[AgentView, Hall]:
    """The agent and its hall: a `manage` key reaches those of its halls, a channel the one that comes through it.

    :raises Refused: nothing-found – also for another's agent.
    """
    one = people.agent(agent_id, today=clock.now().astimezone(identity.CHINA).date())
    if one is None or not (who.reaches(one.hall) if who.scope == "manage" else one.comes_through(who.key.id, end_user)):
        raise Refused("nothing-found", facts={"agent": agent_id})
    return one, places.hall_by_code(one.hall)


def _mandate_view(mandate_id: int) -> tuple[int, dict[str, Any]]:
    """A mandate as it is now, with the id of its agent.

    :raises Refused: nothing-found.
    """
    known = people.mandate(mandate_id, today=clock.now().astimezone(identity.CHINA).date())
    if known is None:
        raise Refused("nothing-found", facts={"mandate": mandate_id})
    return known[0], _mandate(*known)


def _vouched(who: Caller, person: ClientIn | None, agent_id: int | None = None) -> int:
    """The client themselves, as a vouching channel knows them.

    :param agent_id: whose mandate it is about: an agent of a hall that the key reaches.
    :raises Refused: nothing-found – nobody of that number, or under another name than a card or a window proved; nobody at
        all for a key that only passes on what was typed.
    """
    if agent_id is not None:
        agent = people.agent(agent_id, today=clock.now().astimezone(identity.CHINA).date())
        if agent is None or not who.reaches(agent.hall):
            raise Refused("nothing-found", facts={"agent": agent_id})
    if who.evidence < Evidence.VOUCHED or person is None:
        raise Refused("nothing-found", facts={"needs": "a vouching channel, and `person`"})
    known = people.person_by_document(person.id_type, person.id_number)
    if known is None or not people.may_be(known, person.name):
        raise Refused("nothing-found", facts={"person": "number"})
    return known.pk


def _today(hall: Hall) -> Any:
    return clock.now().astimezone(zone_of(hall)).date()


def _fresh(agent_id: int, hall: Hall) -> dict[str, Any]:
    one = people.agent(agent_id, today=_today(hall))
    assert one is not None  # agents are never deleted
    return _part(one, hall)


def _part(agent: AgentView, hall: Hall) -> dict[str, Any]:
    return {
        "id": agent.id,
        "hall": agent.hall,
        "name": mask_name(agent.name),
        "phone": mask_phone(agent.phone),
        "live_most": agent.live_most,
        "day_most": agent.day_most,
        "state": agent.state,
        "registered_at": rfc3339(agent.registered_at, zone_of(hall)),
        "key": agent.key_id,
        "clients": sum(each.in_force for each in agent.clients),
        "proposals": len(agent.proposals),
    }


def _mandate(agent_id: int, client: Client) -> dict[str, Any]:
    return {
        "id": client.mandate_id,
        "agent": agent_id,
        "name": client.masked_name,
        "id_last4": client.number_last4,
        "items": list(client.items),
        "valid_until": client.valid_until.isoformat(),
        "state": client.state,
    }
