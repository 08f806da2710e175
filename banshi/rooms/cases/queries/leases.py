"""Who holds a case, and whether they may still work on it: a lease of somebody whose right ended is free at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.duties import may_hold
from banshi.rooms.identity import queries as identity
from banshi.rooms.places import queries as places


def ended(leased: Iterable[Case]) -> set[int]:
    """The cases whose holder works there no more, by key: they lost the role, left, or belong to another department."""
    rows = [case for case in leased if case.locked_by_id is not None]
    at_work = identity.at_work({case.locked_by_id for case in rows if case.locked_by_id})
    grants = {staff: places.grants(held.roles) for staff, held in at_work.items()}
    found = set()
    for case in rows:
        held = at_work.get(case.locked_by_id or 0)
        theirs = held is not None and held.department in ("", case.department.code)
        if not theirs or not may_hold(grants[case.locked_by_id or 0], case.phase, case.hall.code):
            found.add(case.pk)
    return found


def works_on(case: Case, *, now: datetime) -> bool:
    """Whether whoever holds the case holds it now, and may."""
    leased = case.locked_by_id is not None and case.locked_until is not None and case.locked_until > now
    return leased and not ended([case])


def free(rows: QuerySet[Case], *, staff: int | None, now: datetime) -> QuerySet[Case]:
    """Those of a list that nobody else works on."""
    held = rows.filter(locked_until__gt=now).exclude(locked_by_id=staff).select_related("hall", "department")
    over = ended(held.order_by("id"))
    return rows.filter(Q(locked_by=None) | Q(locked_by_id=staff) | Q(locked_until__lte=now) | Q(pk__in=over))
