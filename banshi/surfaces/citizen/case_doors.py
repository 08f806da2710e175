"""Who may see a case here: the account that opened it, and whoever is proven to be the person it is for. Others find nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from banshi.foundation import clock
from banshi.foundation.said import english
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation
from banshi.surfaces.citizen.online_level import ways_to_prove
from banshi.surfaces.citizen.refusals import Option, Panel, panel, ways_on


def my_people(request: Any) -> list[int]:
    """Whom the account is proven to be, and the children it is guardian of; empty where nothing proves it."""
    me = people.proven_person(request.who.account_id)
    today = timezone.localtime(clock.now()).date()
    return [me, *people.wards_of(request.who.account_id, today=today)] if me is not None else []


def told_here(request: Any) -> list[int]:
    """Cases left at a window with this account's telephone, of people it typed itself, and those in which its proven owner acts
    by a letter that stands: how they stand may be seen."""
    account = request.who.account_id
    named = {each.pk: each.name for each in people.people_of(account)}
    return [*cases.told_to(people.phone_of(account_id=account), named), *acted_here(request)]


def acted_here(request: Any) -> list[int]:
    """Cases of others in which the proven owner of the account acts by a letter that stands."""
    me = people.proven_person(request.who.account_id)
    today = timezone.localtime(clock.now()).date()
    return cases.acted_by_letter(me, today=today) if me is not None else []


def my_case(request: Any, no: str) -> Case:
    """:raises Http404: there is none, or it is nobody's business. :raises Refused: mandate-missing, guardian-over,
    member-limited – an agent's or a guardian's whose time is over, or a member's of other matters."""
    try:
        found = cases.case_by_no(no)
    except Refused as nothing:
        raise Http404 from nothing
    mine = my_people(request)
    if found.organisation is not None:
        return _of_organisation(request, found)
    if not cases.may_follow(found, account_id=request.who.account_id, person_ids=mine):
        raise Http404
    if (over := _over(request, found, mine)) is not None:
        raise over
    _written_down(request, found, mine)
    return found


def _over(request: Any, found: Case, mine: Sequence[int]) -> Refused | None:
    """An agent's or a guardian's time that is over: mandate-missing, guardian-over; None: theirs is not, or it is their own."""
    if found.person_id in mine:
        return None
    account, today = request.who.account_id, today_of(found, clock.now())
    if people.mandate_over(account, found.person_id, item=found.item.code, today=today):
        return Refused("mandate-missing", facts={"item": found.item.code})
    if people.guardianship_over(account, found.person_id, today=today):
        return Refused("guardian-over")
    return None


def _written_down(request: Any, found: Case, mine: Sequence[int]) -> None:
    """A guardian's look at a child's case leaves a trace, once a day: the child, and its other guardians, can see it."""
    if mine and found.person_id in mine[1:]:
        now = clock.now()
        why = f"guardian:{found.no}:{today_of(found, now)}"
        audit.looked_once([audit.Look(f"person:{found.person_id}", request.who.by, found.hall.code, why)], now=now)


def _of_organisation(request: Any, found: Case) -> Case:
    """:raises Http404: it is nobody's business here. :raises Refused: of a case that they opened: mandate-missing – they act for
    it no longer; member-limited – they do, in other matters."""
    standing = standing_of(request, found)
    if standing is not None and cases.sees(standing, found):
        return found
    if found.account_id is None or found.account_id != request.who.account_id:
        raise Http404
    if standing is None:
        raise Refused("mandate-missing", facts={"item": found.item.code})
    raise cases.limited(standing, today=today_of(found, clock.now()))


def reads(request: Any, found: Case) -> bool:
    """Whether it is theirs to read now, as `my_case` lets them; a booking that brings its papers leaves no trace of it."""
    account = request.who.account_id
    if account is None:
        return False
    today, mine = today_of(found, clock.now()), my_people(request)
    if found.organisation is not None:
        standing = standing_of(request, found)
        return standing is not None and cases.sees(standing, found)
    if mine and cases.acts_in(found, mine[0], today=today) is not None:
        return True
    return cases.may_follow(found, account_id=account, person_ids=mine) and _over(request, found, mine) is None


def standing_of(request: Any, found: Case) -> ActsForOrganisation | None:
    """What the proven owner of the account may do for the organisation of a case; None: nothing, or it is a person's."""
    if found.organisation_id is None:
        return None
    me = people.proven_person(request.who.account_id)
    return people.standing_in(found.organisation_id, me, today=today_of(found, clock.now())) if me is not None else None


def only_fills(request: Any, found: Case) -> list[str]:
    """Whom to ask to send it, by masked name, where this account only fills in for the organisation; else nobody."""
    standing = standing_of(request, found)
    if standing is None or standing.limits.sends:
        return []
    asked = cases.whom_to_ask(standing, today=today_of(found, clock.now()))
    return [each["en" if english() else "zh"] for each in asked]


def is_me(request: Any, found: Case) -> bool:
    """Whether the account is proven to be the applicant, or their guardian."""
    today = today_of(found, clock.now())
    return found.organisation_id is None and people.opens_for(request.who.account_id, found.person_id, today=today)


def opens_library(request: Any, found: Case) -> bool:
    """Whether what the authorities hold of the applicant may be used: to themselves, and to who acts for an organisation in
    this matter."""
    standing = standing_of(request, found)
    return is_me(request, found) or (standing is not None and cases.sees(standing, found))


def today_of(found: Case, now: datetime) -> date:
    """The hall's day."""
    return now.astimezone(ZoneInfo(found.hall.timezone)).date()


def is_open(found: Case) -> bool:
    """Whether the applicant may still change form and papers."""
    return CASE.may(found.phase, "change")


def case_panel(refused: Refused, found: Case, *, now: datetime) -> Panel:
    """A refusal with the page on which it is put right."""
    ways: list[Option] = []
    if refused.slug == "form-invalid":
        if refused.facts.get("questions"):
            ways.append(Option(pgettext("case", "Answer the question"), reverse("citizen:situation", args=[found.no])))
        if refused.facts.get("fields"):
            ways.append(Option(pgettext("case", "To the form"), form_url(found, all_faults=True)))
    elif refused.slug == "material-missing":
        ways.append(Option(pgettext("case", "To the papers"), reverse("citizen:papers", args=[found.no])))
    elif refused.slug == "identity-level":
        ways += ways_to_prove(found)
    elif refused.slug == "wrong-state":
        ways.append(Option(pgettext("case", "See how it stands"), reverse("citizen:case", args=[found.no])))
    zone = ZoneInfo(found.hall.timezone)
    return panel(refused, today=today_of(found, now), zone=zone, more=(*ways, *ways_on(refused)))


def form_url(found: Case, *, all_faults: bool = False) -> str:
    return reverse("citizen:case-form", args=[found.no]) + ("?faults=all" if all_faults else "")


def answer_pairs(answers: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("a", f"{question}:{option}") for question, option in answers.items()]


def answers_query(answers: Mapping[str, str], *, hall: str = "", at: str = "") -> str:
    """Answers as they stand in an address: `?a=premises:rented&a=food:no`."""
    parts = answer_pairs(answers)
    parts += [("hall", hall)] if hall else []
    parts += [("at", at)] if at else []
    return f"?{urlencode(parts)}" if parts else ""
