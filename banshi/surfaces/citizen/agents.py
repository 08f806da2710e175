"""For agents (代办): how to be registered, whom a registered one acts for; and for everybody, who may act for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.said import named
from banshi.journeys.person import mandates
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Acting, ActsForMe, AgentView, AskedToAct, Client
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.doors import citizen_page, page, public_page
from banshi.surfaces.citizen.firm_letters import firm_over_letter, firm_over_mandate


@dataclass(frozen=True)
class ActingAs:
    """The agent an account acts as: where it was registered, and its clients with the names of their matters."""

    agent: AgentView
    hall: Hall | None
    clients: list[tuple[Client, list[str]]]
    proposals: list[tuple[Client, list[str]]]


def acting_as(account_id: int) -> ActingAs | None:
    """None where the account is no agent, or its agent is suspended."""
    found = people.agent_of(account_id, today=timezone.localtime(clock.now()).date())
    if found is None:
        return None
    names = _names(code for each in (*found.clients, *found.proposals) for code in each.items)
    clients = [(each, [names.get(code, code) for code in each.items]) for each in found.clients]
    proposals = [(each, [names.get(code, code) for code in each.items]) for each in found.proposals]
    return ActingAs(found, places.hall_named(found.hall), clients, proposals)


def _names(codes: Iterable[str]) -> dict[str, str]:
    return {item.code: named(item) for item in Item.objects.filter(code__in=set(codes)).order_by("code")}


@dataclass(frozen=True)
class ForMe:
    """Somebody who may act for me, or would like to; where they are registered, and the names of the matters."""

    mandate: ActsForMe
    hall: Hall | None
    matters: list[str]


def acting_for_me(account_id: int) -> list[ForMe]:
    """For an account that is proven to be somebody; nobody for any other: who may act for whom is no stranger's to learn."""
    person_id = people.proven_person(account_id)
    if person_id is None:
        return []
    found = people.acting_for(person_id, today=timezone.localtime(clock.now()).date())
    names = _names(code for each in found for code in each.items)
    return [ForMe(each, places.hall_named(each.hall), [names.get(code, code) for code in each.items]) for each in found]


@dataclass(frozen=True)
class LetterForMe:
    """Who acts for me by a letter that a window saw, and the names of the matters."""

    letter: Acting
    matters: list[str]


def letters_for_me(account_id: int) -> list[LetterForMe]:
    """For an account that is proven to be somebody; none for any other."""
    person_id = people.proven_person(account_id)
    if person_id is None:
        return []
    found = people.letters_of(person_id, today=timezone.localtime(clock.now()).date())
    names = _names(code for each in found for code in each.items)
    return [LetterForMe(each, [names.get(code, code) for code in each.items]) for each in found]


@citizen_page
@require_POST
def end_letter(request: Any, letter: int) -> HttpResponseBase:
    """They act for me, or for an organisation I appoint for, no longer; what was handed in goes on.

    :raises Http404: another's letter, or one that is over.
    """
    mine = letter in {each.letter.ref.id for each in letters_for_me(request.who.account_id)}
    firm = None if mine else firm_over_letter(request, letter)
    if not mine and firm is None:
        raise Http404
    identity.end_letter(letter_id=letter, by=request.who.by, now=clock.now())
    if firm is not None:
        return _ended_for(request, firm)
    messages.success(request, gettext("They act for you no longer."))
    return redirect(f"{reverse('citizen:me')}#letters")


def _ended_for(request: Any, firm: int) -> HttpResponseBase:
    messages.success(request, pgettext("organisation", "They act for it no longer."))
    return redirect(f"{reverse('citizen:organisation', args=[firm])}#by-letter")


def _mine(request: Any, mandate: int) -> int:
    """Whose mandate it is: mine. :raises Http404: another's, or nobody is proven here."""
    person_id = people.proven_person(request.who.account_id)
    if person_id is None:
        raise Http404
    try:
        identity.must_be_of(mandate_id=mandate, person_id=person_id)
    except Refused as no:
        raise Http404 from no
    return person_id


def _agent(person_id: int, mandate: int) -> str:
    """Whose mandate it is, by name; "" where it is over already."""
    found = people.acting_for(person_id, today=timezone.localtime(clock.now()).date())
    return next((each.agent for each in found if each.mandate_id == mandate), "")


@dataclass(frozen=True)
class Question:
    """A hall would register my number as an agent."""

    agent: AskedToAct
    hall: Hall | None


def asked_of_me(account_id: int) -> list[Question]:
    """What the owner of this number has not answered yet."""
    found = people.asked_to_act(account_id, since=clock.now() - identity.ASKED_FOR)
    return [Question(each, places.hall_named(each.hall)) for each in found]


@citizen_page
@require_POST
def accept(request: Any, agent: int) -> HttpResponseBase:
    """My number is to be this agent's."""
    try:
        identity.accept_agent(agent_id=agent, account_id=request.who.account_id, by=request.who.by, now=clock.now())
        messages.success(request, gettext("This number is the agent's now."))
    except Refused as no:
        if no.slug == "invalid":
            messages.warning(
                request, gettext("This number, or the agent's place in the other system, is an agent's already.")
            )
        else:  # withdrawn or run out meanwhile, or never asked of me
            messages.warning(request, gettext("This is no longer proposed."))
    return redirect(f"{reverse('citizen:me')}#agent")


@citizen_page
@require_POST
def not_me(request: Any, agent: int) -> HttpResponseBase:
    """A hall mistook my number."""
    try:
        identity.decline_agent(agent_id=agent, account_id=request.who.account_id, by=request.who.by, now=clock.now())
        messages.success(request, gettext("Refused. Nothing has changed."))
    except Refused:
        messages.warning(request, gettext("This is no longer proposed."))
    return redirect("citizen:me")


@citizen_page
@require_POST
def agree(request: Any, mandate: int) -> HttpResponseBase:
    """Let an agent act for me that proposed to."""
    person_id = _mine(request, mandate)
    try:
        mandates.agree(mandate_id=mandate, person_id=person_id, by=request.who.by, now=clock.now())
        messages.success(request, gettext("%(agent)s may act for you now.") % {"agent": _agent(person_id, mandate)})
    except Refused:  # ended or run out meanwhile
        messages.warning(request, gettext("This is no longer proposed."))
    return redirect(f"{reverse('citizen:me')}#acts-for-me")


@citizen_page
@require_POST
def end(request: Any, mandate: int) -> HttpResponseBase:
    """Nobody acts for me, or for an organisation I appoint for, who I do not want to."""
    if (firm := firm_over_mandate(request, mandate)) is not None:
        mandates.end(mandate_id=mandate, by=request.who.by, now=clock.now())
        return _ended_for(request, firm)
    agent = _agent(_mine(request, mandate), mandate)
    mandates.end(mandate_id=mandate, by=request.who.by, now=clock.now())
    messages.success(
        request,
        gettext("%(agent)s does not act for you any more.") % {"agent": agent}
        if agent
        else gettext("They do not act for you any more."),
    )
    return redirect(f"{reverse('citizen:me')}#acts-for-me")


@public_page
@require_GET
def how(request: Any) -> HttpResponseBase:
    """How an agent is registered, and where: the halls and their telephones."""
    halls = Hall.objects.order_by("order", "code")
    return page(request, "citizen/agents.html", {"halls": halls})
