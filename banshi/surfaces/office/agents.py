"""Agents (代办): organisations and people who book for others, registered with their papers seen; and whom they act for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.frames.staff.frame import acting, local, status_of
from banshi.frames.typed import clean, day_or_none, int_or_none, invalid
from banshi.journeys.person import mandates
from banshi.kernel.documents import IdType
from banshi.kernel.masking import mask_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import AgentView, Client
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page

# What the forms propose: of an agent, of a mandate.
AGENT: dict[str, Any] = {
    "live_most": 30,
    "day_most": 20,
    "name": "",
    "phone": "",
    "paper": "",
    "key_id": None,
    "end_user": "",
}
MANDATE: dict[str, Any] = {"name": "", "id_type": "", "id_number": "", "paper": "", "until": "", "scope": ""}


def _list(request: Asked, hall: Hall, *, refused: Refused | None = None, **typed: Any) -> HttpResponseBase:
    found = people.agents(hall=hall.code, today=local(hall, clock.now()).date())
    lines = [(each, sum(client.in_force for client in each.clients)) for each in found]
    typed = AGENT | typed
    status = status_of(refused) if refused else 200
    systems = mandates.systems(hall)
    return page(
        request, "office/agents.html", hall, lines=lines, typed=typed, systems=systems, refused=refused, status=status
    )


@door(audience="staff", permission="agents.manage")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    return _list(request, places.hall_by_code(hall))


@sensitive_post_parameters("name", "phone", "paper")
@door(audience="staff", permission="agents.manage")
@require_POST
def register(request: Asked, hall: str) -> HttpResponseBase:
    """A new agent of this hall, as soon as the owner of the number has accepted."""
    place = places.hall_by_code(hall)
    given = request.POST
    typed: dict[str, Any] = {
        "name": str(given.get("name", ""))[:120],
        "phone": clean(given.get("phone"), 30),
        "paper": clean(given.get("paper"), 200),
        "live_most": int_or_none(given.get("live_most"), 0, 99_999) or 0,
        "day_most": int_or_none(given.get("day_most"), 0, 99_999) or 0,
        "key_id": int_or_none(given.get("key"), 1),
        "end_user": clean(given.get("end_user"), 100),
    }
    try:
        agent = mandates.register(place, by=acting(request, place), now=clock.now(), **typed)
    except Refused as refused:
        return _list(request, place, refused=refused, **typed)
    messages.success(request, _("The owner of the number is told, and accepts on their own page."))
    return redirect("office:agent", hall=hall, agent_id=agent.pk)


@door(audience="staff", permission="agents.manage")
@require_POST
def limit(request: Asked, hall: str, agent_id: int) -> HttpResponseBase:
    """Other limits from now on."""
    place = places.hall_by_code(hall)
    agent = _agent(place, agent_id)
    given = request.POST
    typed = {name: int_or_none(given.get(name), 0, 99_999) or 0 for name in ("live_most", "day_most")}
    try:
        identity.limit_agent(agent_id=agent.id, by=acting(request, place), now=clock.now(), **typed)
    except Refused as refused:
        return _one(request, place, agent, refused=refused, limits=typed)
    messages.success(request, _("The limits are changed."))
    return redirect("office:agent", hall=hall, agent_id=agent.id)


def _agent(hall: Hall, agent_id: int) -> AgentView:
    """:raises Refused: nothing-found – not of this hall."""
    found = people.agents(hall=hall.code, today=local(hall, clock.now()).date())
    one = next((each for each in found if each.id == agent_id), None)
    if one is None:
        raise Refused("nothing-found", facts={"agent": agent_id})
    return one


def _one(
    request: Asked,
    hall: Hall,
    agent: AgentView,
    *,
    refused: Refused | None = None,
    limits: dict[str, int] | None = None,
    q: str = "",
    chosen: Sequence[str] = (),
    **typed: Any,
) -> HttpResponseBase:
    """:param q: words by which matters are looked for; :param chosen: codes of those chosen already."""
    now = clock.now()
    by = acting(request, hall)
    why = f"agents:{now:%Y-%m-%d}"
    everybody = (*agent.proposals, *agent.clients)
    audit.looked_once([audit.Look(f"person:{each.person_id}", by, hall.code, why) for each in everybody], now=now)
    codes = {code for each in everybody for code in each.items}
    names = {item.code: named(item) for item in Item.objects.filter(code__in=codes).order_by("code")}
    return page(
        request,
        "office/agent.html",
        hall,
        agent=agent,
        phone=mask_phone(agent.phone),
        limits=limits or {"live_most": agent.live_most, "day_most": agent.day_most},
        clients=[(each, _named(each, names)) for each in agent.clients],
        proposals=[(each, _named(each, names)) for each in agent.proposals],
        choice=mandates.choice(hall, q=q, chosen=chosen),
        q=q,
        id_types=[(kind.value, named(kind)) for kind in IdType],
        typed=MANDATE | typed,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


def _named(client: Client, names: dict[str, str]) -> list[str]:
    return [names.get(code, code) for code in client.items]


@door(audience="staff", permission="agents.manage")
@require_GET
def one(request: Asked, hall: str, agent_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _one(request, place, _agent(place, agent_id))


@door(audience="staff", permission="agents.manage")
@require_POST
def turn(request: Asked, hall: str, agent_id: int) -> HttpResponseBase:
    """Suspend an agent, or let it go on."""
    place = places.hall_by_code(hall)
    agent = _agent(place, agent_id)
    by, now = acting(request, place), clock.now()
    if request.POST.get("act") == "restore":
        mandates.restore(agent_id=agent.id, by=by, now=now)
        return redirect("office:agent", hall=hall, agent_id=agent.id)
    try:
        mandates.suspend(agent_id=agent.id, why=clean(request.POST.get("why"), 200), by=by, now=now)
    except Refused as no:
        return _one(request, place, agent, refused=no)
    return redirect("office:agent", hall=hall, agent_id=agent.id)


@sensitive_post_parameters("name", "id_number", "paper")
@door(audience="staff", permission="agents.manage")
@require_POST
def give(request: Asked, hall: str, agent_id: int) -> HttpResponseBase:
    """Somebody has this agent act for them. `look` only looks for matters: what was typed stays."""
    place = places.hall_by_code(hall)
    agent = _agent(place, agent_id)
    given = request.POST
    typed: dict[str, Any] = {
        "name": str(given.get("name", ""))[:120],
        "id_type": clean(given.get("id_type"), 20),
        "id_number": clean(given.get("id_number"), 40),
        "paper": clean(given.get("paper"), 200),
    }
    said = {"until": clean(given.get("until"), 10)}
    chosen = [clean(code, 80) for code in given.getlist("items")[: mandates.MOST_ITEMS]]
    form = {"q": clean(given.get("q"), 60), "chosen": chosen, "scope": clean(given.get("scope"), 4), **typed, **said}
    if given.get("look"):
        return _one(request, place, agent, **form)
    try:
        until = day_or_none(said["until"])
        if until is None:
            raise invalid("valid_until", _("Until which day is it valid?"))
        if given.get("scope") == "some" and not chosen:
            raise invalid("items", _("Choose the matters, or every matter."))
        items = mandates.matters(place, chosen) if given.get("scope") == "some" else []
        mandates.give(
            agent_id=agent.id, valid_until=until, items=items, by=acting(request, place), now=clock.now(), **typed
        )
    except Refused as refused:
        return _one(request, place, agent, refused=refused, **form)
    messages.success(request, _("The mandate stands."))
    return redirect("office:agent", hall=hall, agent_id=agent.id)


def _mandate(agent: AgentView, mandate_id: int) -> Client:
    """:raises Refused: nothing-found – not of this agent."""
    found = next((each for each in (*agent.proposals, *agent.clients) if each.mandate_id == mandate_id), None)
    if found is None:
        raise Refused("nothing-found", facts={"mandate": mandate_id})
    return found


@sensitive_post_parameters("paper")
@door(audience="staff", permission="agents.manage")
@require_POST
def confirm(request: Asked, hall: str, agent_id: int, mandate_id: int) -> HttpResponseBase:
    """The paper of what the agent proposed was seen."""
    place = places.hall_by_code(hall)
    agent = _agent(place, agent_id)
    mandate = _mandate(agent, mandate_id)
    paper = clean(request.POST.get("paper"), 200)
    try:
        mandates.confirm(mandate_id=mandate.mandate_id, paper=paper, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _one(request, place, agent, refused=refused)
    messages.success(request, _("The mandate stands."))
    return redirect("office:agent", hall=hall, agent_id=agent.id)


@door(audience="staff", permission="agents.manage")
@require_POST
def end(request: Asked, hall: str, agent_id: int, mandate_id: int) -> HttpResponseBase:
    """The agent acts for this client no longer, or is not to."""
    place = places.hall_by_code(hall)
    agent = _agent(place, agent_id)
    mandate = _mandate(agent, mandate_id)
    mandates.end(mandate_id=mandate.mandate_id, by=acting(request, place), now=clock.now())
    return redirect("office:agent", hall=hall, agent_id=agent.id)
