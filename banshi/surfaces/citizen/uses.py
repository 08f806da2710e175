"""What my certificates were used for: each time, in which case, by whose word; and where it can still be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.frames.typed import int_or_none
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import queries as people
from banshi.rooms.library import queries as library
from banshi.rooms.library.queries import UseView
from banshi.surfaces.citizen.case_doors import is_open
from banshi.surfaces.citizen.doors import citizen_page, page

PAGE = 20


@dataclass(frozen=True)
class Used:
    """`said`: where the consent was given: online | window | "". `open`: it can still be taken back there."""

    use: UseView
    case: Case | None
    said: str
    open: bool


@citizen_page
@require_GET
def uses(request: Any) -> HttpResponseBase:
    """Newest first, for the proven owner of the account alone."""
    me, number = people.proven_person(request.who.account_id), int_or_none(request.GET.get("page"), 1, 500) or 1
    some = library.uses_of(me, start=PAGE * (number - 1), most=PAGE + 1) if me is not None else []
    context = {
        "me": me,
        "uses": with_cases(some[:PAGE]),
        "number": number,
        "has_more": len(some) > PAGE,
    }
    return page(request, "citizen/uses.html", context)


def with_cases(uses: Sequence[UseView]) -> list[Used]:
    numbers = [each.subject.removeprefix("case:") for each in uses]
    found = {row.no: row for row in cases.all_cases().filter(no__in=numbers).order_by("id")}
    return [_used(each, found.get(no)) for each, no in zip(uses, numbers, strict=True)]


def _used(use: UseView, case: Case | None) -> Used:
    said = {"citizen": "online", "staff": "window"}.get(use.by.partition(":")[0], "")
    return Used(use, case, said, case is not None and said == "online" and is_open(case))
