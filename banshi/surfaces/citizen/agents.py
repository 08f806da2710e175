"""For agents (代办): how to be registered, and whom a registered one acts for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.said import named
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import AgentView, Client
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.doors import page, public_page


@dataclass(frozen=True)
class ActingAs:
    """The agent an account acts as: where it was registered, and its clients with the names of their matters."""

    agent: AgentView
    hall: Hall | None
    clients: list[tuple[Client, list[str]]]


def acting_as(account_id: int) -> ActingAs | None:
    """None where the account is no agent, or its agent is suspended."""
    found = people.agent_of(account_id, today=timezone.localtime(clock.now()).date())
    if found is None:
        return None
    codes = {code for each in found.clients for code in each.items}
    names = {item.code: named(item) for item in Item.objects.filter(code__in=codes).order_by("code")}
    clients = [(each, [names.get(code, code) for code in each.items]) for each in found.clients]
    return ActingAs(found, places.hall_named(found.hall), clients)


@public_page
@require_GET
def how(request: Any) -> HttpResponseBase:
    """How an agent is registered, and where: the halls and their telephones."""
    halls = Hall.objects.order_by("order", "code")
    return page(request, "citizen/agents.html", {"halls": halls, "tab": "me"})
