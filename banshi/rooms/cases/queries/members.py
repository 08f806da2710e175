"""Members of an organisation, each in their matters: which of its cases they see, and what a refusal says to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from banshi.kernel.documents import IdType
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.views import all_cases, of_organisation
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation, MemberView
from banshi.rooms.identity.rules import Limits

REPRESENTATIVE = {"zh": "法定代表人", "en": "the legal representative"}
EVERYTHING = {"zh": "所有事项", "en": "every matter"}


def cases_for(standing: ActsForOrganisation) -> QuerySet[Case]:
    """What was applied for in the name of an organisation, as far as it is this member's business; newest first."""
    rows, may = of_organisation(standing.organisation_id), standing.limits
    if may.all_matters:
        return rows
    return rows.filter(Q(item__code__in=may.items) | Q(item__department__code__in=may.departments))


def sees(standing: ActsForOrganisation, case: Case) -> bool:
    return standing.limits.covers(case.item.code, case.item.department.code)


def acted_for(person_id: int, *, today: date) -> Q:
    """Cases of the organisations that somebody acts for on that day, whoever opened them, as far as they are their business: also
    those for which an organisation was only typed, by its code."""
    found, acts_for = Q(pk__in=[]), people.organisations_of(person_id, today=today)
    entries = people.entries_of_organisations(acts_for) if acts_for else {}
    for each in acts_for:
        of, may = Q(organisation_id=each.organisation_id), each.limits
        if (entry := entries.get(each.organisation_id)) is not None:
            of |= Q(organisation=None, person_id=entry)
        if not may.all_matters:
            of &= Q(item__code__in=may.items) | Q(item__department__code__in=may.departments)
        found |= of
    return found


def at_window_of(person_id: int, *, hall: str, own: Sequence[int] = (), today: date) -> QuerySet[Case]:
    """What somebody, or an organisation they act for, has under way or had: for the window or machine they stand at, newest
    first. :param own: ids of their entries, where they have several."""
    whose = Q(person_id__in=own or [person_id], organisation=None) | acted_for(person_id, today=today)
    return all_cases().filter(whose, hall__code=hall).order_by("-opened_at", "-id")


def firm_of(case: Case) -> int | None:
    """The registered organisation a case is of, also where it was only typed, by its code; None: it is a person's."""
    if case.organisation_id is not None:
        return case.organisation_id
    if case.person.id_type != IdType.USCC:
        return None
    typed = people.organisation_by_code(case.person.id_number)
    return typed.pk if typed is not None else None


def acts_in(case: Case, person_id: int, *, today: date) -> ActsForOrganisation | None:
    """What lets somebody go on with an organisation's case on that day, whoever opened it; None: nothing, or in other matters."""
    firm = firm_of(case)
    standing = people.standing_in(firm, person_id, today=today) if firm is not None else None
    return standing if standing is not None and sees(standing, case) else None


def who_acts_in(case: Case, *, today: date) -> list[MemberView]:
    """Who may go on with an organisation's case on that day, the first given first; nobody with a person's."""
    firm = firm_of(case)
    rows = people.members_of(firm, today=today) if firm is not None else ()
    return [each for each in rows if each.limits.covers(case.item.code, case.item.department.code)]


def matters_of(may: Limits) -> list[dict[str, str]]:
    """What somebody may do, by name: matters, then all matters of a department."""
    if may.all_matters:
        return [EVERYTHING]
    items = Item.objects.filter(code__in=may.items).order_by("code").values_list("name_zh", "name_en")
    bodies = Department.objects.filter(code__in=may.departments).order_by("code").values_list("name_zh", "name_en")
    whole = [{"zh": f"{zh}的事项", "en": f"matters of {en}"} for zh, en in bodies]
    return [{"zh": zh, "en": en} for zh, en in items] + whole


def whom_to_ask(standing: ActsForOrganisation, *, today: date) -> list[dict[str, str]]:
    """Masked names of who may widen it; where nobody is entered, by what they are."""
    names = people.who_appoints(standing.organisation_id, today=today)
    return [{"zh": name, "en": name} for name in names] or [REPRESENTATIVE]


def limited(standing: ActsForOrganisation, *, today: date) -> Refused:
    """What they may do for it, and whom to ask for more."""
    facts: dict[str, object] = {
        "may": matters_of(standing.limits),
        "ask": whom_to_ask(standing, today=today),
    }
    if not standing.limits.sends:
        facts["fills"] = True
    return Refused("member-limited", facts=facts)
