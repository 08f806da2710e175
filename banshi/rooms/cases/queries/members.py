"""Members of an organisation, each in their matters: which of its cases they see, and what a refusal says to them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.views import of_organisation
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation
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
