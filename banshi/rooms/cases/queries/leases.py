"""Who holds a case, and whether they may still work on it: a lease of somebody whose right ended is free at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from django.db.models import Case as Order
from django.db.models import Q, QuerySet, SmallIntegerField, Value, When

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.duties import may_hold
from banshi.rooms.identity import queries as identity
from banshi.rooms.places import queries as places

COMES_BACK: Final = ("pre_review", "received")  # phases in which what was sent back waits for who sent it back


def ended(leased: Iterable[Case], *, holder: str = "locked_by_id") -> set[int]:
    """The cases whose holder works there no more, by key: they lost the role, left, or belong to another department.

    :param holder: the column that says who it is.
    """
    rows = [(case, int(held)) for case in leased if (held := getattr(case, holder)) is not None]
    at_work = identity.at_work({staff for _, staff in rows})
    grants = {staff: places.grants(held.roles) for staff, held in at_work.items()}
    found = set()
    for case, staff in rows:
        held = at_work.get(staff)
        theirs = held is not None and held.department in ("", case.department.code)
        if not theirs or not may_hold(grants[staff], case.phase, case.hall.code):
            found.add(case.pk)
    return found


def works_on(case: Case, *, now: datetime) -> bool:
    """Whether whoever holds the case holds it now, and may."""
    leased = case.locked_by_id is not None and case.locked_until is not None and case.locked_until > now
    return leased and not ended([case])


def kept(rows: Iterable[Case], *, away: Collection[int] = (), now: datetime) -> set[int]:
    """Those that came back and wait for the one who sent them back, by key. :param away: staff who are not there today."""
    waits = [
        case
        for case in rows
        if case.back_until is not None and case.back_until > now and case.phase in COMES_BACK
        if case.back_to_id not in away
    ]
    return {case.pk for case in waits} - ended(waits, holder="back_to_id")


def free(rows: QuerySet[Case], *, staff: int | None, away: Collection[int] = (), now: datetime) -> QuerySet[Case]:
    """Those of a list that nobody else works on, or is to look at again first: what came back to `staff` before all others.

    :param away: as in `kept`.
    """
    held = rows.filter(locked_until__gt=now).exclude(locked_by_id=staff).select_related("hall", "department")
    over = ended(held.order_by("id"))
    back = rows.filter(back_until__gt=now, phase__in=COMES_BACK)
    others = back.exclude(back_to_id=staff).select_related("hall", "department").order_by("id")
    unheld = Q(locked_by=None) | Q(locked_by_id=staff) | Q(locked_until__lte=now) | Q(pk__in=over)
    found = rows.filter(unheld).exclude(pk__in=kept(others, away=away, now=now))
    mine = Q(back_to_id=staff, back_until__gt=now, phase__in=COMES_BACK)
    first = Order(When(mine, then=Value(0)), default=Value(1), output_field=SmallIntegerField())
    return found.order_by(first, *rows.query.order_by)
