"""Who a case may be handed on to (转办): colleagues who may take its next step here, and departments that review here."""

from __future__ import annotations

from banshi.kernel.rights import holds
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import next_refusal, proposers
from banshi.rooms.catalogue.models import Department
from banshi.rooms.catalogue.queries import departments
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.identity.queries import HeldRole
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.places import queries as places

_NEEDS = {
    "pre_review": "cases.pre_review", "received": "cases.receive", "accepted": "cases.review", "decided": "cases.issue",
    "issuing": "cases.issue",
}  # fmt: skip


def put_by(case: Case) -> frozenset[int]:
    """Who proposed a decision of it, by id, where the next step asks that: none of them takes it."""
    asks = case.phase in ("decided", "issuing") or (case.phase == "in_review" and case.proposed)
    return proposers(case) if asks else frozenset()


def colleagues(case: Case, proposed_by: frozenset[int] | None = None) -> list[Staff]:
    """By name: who may take the next step of it, does not have it yet, and from whom the law does not keep it.

    :param proposed_by: `put_by` of it, where it is known.
    """
    ours = ("", case.department.code)
    if proposed_by is None:
        proposed_by = put_by(case)
    return [
        one
        for one in _who_may(_needed(case), case.hall.code)
        if one.pk != case.locked_by_id
        and one.department in ours
        and next_refusal(case, staff=one.pk, proposed_by=proposed_by) is None
    ]


def reviewers(case: Case) -> list[Staff]:
    """By name: who may review a case where it is; of them two or more make a visit."""
    ours = ("", case.department.code)
    return [one for one in _who_may("cases.review", case.hall.code) if one.department in ours]


def other_departments(case: Case) -> list[Department]:
    """Those of which somebody reviews cases in its hall."""
    theirs = {one.department for one in _who_may("cases.review", case.hall.code)}
    return [each for each in departments() if each.pk != case.department_id and each.code in theirs]


def _needed(case: Case) -> str:
    if case.phase == "in_review":
        return "cases.approve" if case.proposed else "cases.review"
    return _NEEDS[case.phase]


def _who_may(permission: str, hall: str) -> list[Staff]:
    """Each scope of a role is asked about once, however many hold it."""
    roles = [role for role, may in ROLES.items() if permission in may]
    rows = Role.objects.filter(role__in=roles, ended_at=None, staff__is_active=True).select_related("staff")
    held = {HeldRole(*each) for each in rows.values_list("role", "scope_kind", "scope").order_by().distinct()}
    here = {each for each in held if holds(places.grants([each]), permission, hall)}
    found = {
        row.staff_id: row.staff
        for row in rows.order_by("staff__name_zh", "staff_id")
        if HeldRole(row.role, row.scope_kind, row.scope) in here
    }
    return list(found.values())
