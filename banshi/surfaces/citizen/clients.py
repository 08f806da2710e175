"""An agent (代办) with many clients: found by name or by when the mandate ends, begun for, all their cases by what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.frames.typed import clean, int_or_none
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import CaseLine
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import AgentView, Client
from banshi.surfaces.citizen.doors import asked, citizen_page, page

PAGE = 20
SOON = timedelta(days=30)
MOST_RUNNING = 500  # cases of one agent that are sorted by what is due
FOR_CLIENT = "for_client"  # in the session: of which mandate the next matter is begun


@dataclass(frozen=True)
class Line:
    """A client in the list. `running`: cases under way; `soon`: the mandate ends within a month."""

    client: Client
    running: int
    soon: bool


@dataclass(frozen=True)
class Running:
    """A case under way. `waits`: something is to be done by whoever applied."""

    line: CaseLine
    client: str
    waits: bool


def _today() -> date:
    return timezone.localtime(clock.now()).date()


def _agent(request: Any) -> AgentView:
    """:raises Http404: the account is no agent, or its agent is suspended."""
    found = people.agent_of(request.who.account_id, today=_today())
    if found is None:
        raise Http404
    return found


@citizen_page
@require_GET
def clients(request: Any) -> HttpResponseBase:
    """Whose mandate ends first stands first; those that have run out last. And every case under way, what is due first."""
    agent, q, within = _agent(request), asked(request, "q"), request.GET.get("ends") == "soon"
    number = int_or_none(request.GET.get("page"), 1, 500) or 1
    listed = _listed(request, agent)
    rows = [each for each in listed if _fits(each, q) and (each.soon or not within)]
    running = _running(request, agent) if not q and not within and number == 1 else []
    context = {
        "agent": agent,
        "clients": rows[PAGE * (number - 1) : PAGE * number],
        "soon": sum(each.soon for each in listed),
        "q": q,
        "within": within,
        "running": running[:PAGE],
        "more_running": max(0, len(running) - PAGE),
        "number": number,
        "has_more": len(rows) > PAGE * number,
    }
    return page(request, "citizen/clients.html", context)


def _listed(request: Any, agent: AgentView) -> list[Line]:
    today = _today()
    counts = dict(_going_on(request).order_by("person_id").values_list("person_id").annotate(Count("pk")))
    rows = [
        Line(each, counts.get(each.person_id, 0), each.in_force and each.valid_until <= today + SOON)
        for each in agent.clients
    ]
    return sorted(rows, key=lambda row: (not row.client.in_force, row.client.valid_until, row.client.mandate_id))


def _fits(each: Line, q: str) -> bool:
    return q in each.client.name or q == each.client.number_last4


def _going_on(request: Any) -> QuerySet[Case]:
    rows = cases.all_cases().filter(account_id=request.who.account_id, organisation=None, phase__in=CASE.goes_on)
    return without_ended(rows, request.who.account_id, today=_today())


def _running(request: Any, agent: AgentView, person_id: int | None = None) -> list[Running]:
    """What waits for the agent, then by the day on which the next thing is due."""
    names = {each.person_id: each.name for each in agent.clients}
    rows = _going_on(request).filter(person_id__in=names)
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    found = list(rows.order_by("-opened_at", "-id")[:MOST_RUNNING])
    lines = cases.lines(found, now=clock.now())
    shown = [Running(line, names[row.person_id], waits_for_me(line)) for row, line in zip(found, lines, strict=True)]
    return sorted(shown, key=lambda each: (not each.waits, each.line.due_on or date.max))


def waits_for_me(line: CaseLine) -> bool:
    """Whether its applicant has to do something."""
    if line.phase == "supplement":
        return not line.brought
    if line.phase == "ready":
        return line.due_on is None  # what is to be posted is the hall's
    return line.phase in ("draft", "pre_returned") or "fee_due" in line.flags


def without_ended(rows: QuerySet[Case], account_id: int, *, today: date) -> QuerySet[Case]:
    """Without what an account opened for somebody it acts for no longer, or not in this matter: an agent's clients, and
    organisations."""
    rows = rows.filter(_of_firms(account_id, today=today))
    mandates = people.mandates_of(account_id, today=today)
    over = Q(pk__in=[])
    for person in sorted({person for person, _, _ in mandates.given} - {mandates.own}):
        live = [items for whose, items, in_force in mandates.given if whose == person and in_force]
        if not live:
            over |= Q(person_id=person)
        elif all(live):
            over |= Q(person_id=person) & ~Q(item__code__in={code for items in live for code in items})
    return rows.exclude(Q(organisation=None, account_id=account_id) & over) if mandates.given else rows


def _of_firms(account_id: int, *, today: date) -> Q:
    """People's cases, and those of organisations that the account's owner acts for in these matters."""
    me = people.proven_person(account_id)
    found = Q(organisation=None)
    for acts in people.organisations_of(me, today=today) if me is not None else ():
        own, may = Q(organisation_id=acts.organisation_id), acts.limits
        if not may.all_matters:
            own &= Q(item__code__in=may.items) | Q(item__department__code__in=may.departments)
        found |= own
    return found


# --- One of them ------------------------------------------------------------------------------------------------


@citizen_page
@require_GET
def client(request: Any, mandate: int) -> HttpResponseBase:
    """What the mandate covers, and how this client's cases stand."""
    agent = _agent(request)
    found = _client(agent, mandate)
    context = {
        "agent": agent,
        "client": found,
        "matters": _matters(found.items),
        "running": _running(request, agent, found.person_id) if found.in_force else [],
    }
    return page(request, "citizen/client.html", context)


def _client(agent: AgentView, mandate: int) -> Client:
    found = next((each for each in agent.clients if each.mandate_id == mandate), None)
    if found is None:
        raise Http404
    return found


def _matters(codes: Sequence[str]) -> list[Item]:
    return list(Item.objects.filter(code__in=codes, retired_on=None).order_by("code"))


@citizen_page
@require_POST
def begin_for(request: Any, mandate: int) -> HttpResponseBase:
    """The next matter is begun for this client: chosen on the page that asks for whom it is, where it may be changed."""
    found = _client(_agent(request), mandate)
    code = clean(request.POST.get("item"), 80)
    request.session[FOR_CLIENT] = found.person_id
    if code in found.items and Item.objects.filter(code=code).exists():
        return redirect("citizen:matter", code)
    return redirect("citizen:items")
