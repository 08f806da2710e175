"""What my certificates, and the papers I handed in before, were used for: each time, in which case, by whose word, the copy
that was seen; and where it can still be taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.said import named
from banshi.frames.typed import int_or_none
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.actions import holder_of
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.identity import queries as people
from banshi.rooms.library import queries as library
from banshi.rooms.library.queries import UseView
from banshi.surfaces.citizen.case_doors import is_open
from banshi.surfaces.citizen.case_papers import page_answer
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.facts_used import facts_used

PAGE = 20


@dataclass(frozen=True)
class Used:
    """`said`: where the consent was given: online | window | "". `open`: it can still be taken back there. `paper`: for which it
    stands. `copy`: address of what was seen of it, "" where nothing is any more. `origin`: of a paper that was handed in before,
    the case in which it came.
    """

    use: UseView
    case: Case | None
    said: str
    open: bool
    paper: str
    copy: str
    origin: Case | None = None


@citizen_page
@require_GET
def uses(request: Any) -> HttpResponseBase:
    """Newest first, for the proven owner of the account alone: of certificates and papers, and of facts that filled in forms."""
    me, number = people.proven_person(request.who.account_id), int_or_none(request.GET.get("page"), 1, 500) or 1
    some = library.uses_of(me, start=PAGE * (number - 1), most=PAGE + 1) if me is not None else []
    filled_page = int_or_none(request.GET.get("filled"), 1, 500) or 1
    filled = library.fact_uses_of(me, start=PAGE * (filled_page - 1), most=PAGE + 1) if me is not None else []
    context = {
        "me": me,
        "uses": with_cases(some[:PAGE]),
        "filled": facts_used(filled[:PAGE], today=timezone.localtime(clock.now()).date()),
        "filled_page": filled_page,
        "filled_more": len(filled) > PAGE,
        "number": number,
        "has_more": len(some) > PAGE,
        "copied": any(not each.origin for each in some),
        "again": any(each.origin for each in some),
    }
    return page(request, "citizen/uses.html", context)


@citizen_page
@require_GET
def copy(request: Any, use: int) -> HttpResponseBase:
    """What was seen of it, for the proven owner alone: also after it was taken back, until its case is destroyed."""
    me = people.proven_person(request.who.account_id)
    found = library.use_of(me, use) if me is not None else None
    row = _copies([found]).get(_key(found)) if found is not None else None
    if row is None:
        raise Http404
    return page_answer(request, row)


def with_cases(uses: Sequence[UseView]) -> list[Used]:
    numbers = [_case_of(each) for each in uses]
    asked = {*numbers, *(each.origin for each in uses if each.origin)}
    found = {row.no: row for row in cases.all_cases().filter(no__in=asked).order_by("id")}
    copies = _copies(uses)
    return [
        _used(each, found.get(no), copies.get(_key(each)), found.get(each.origin))
        for each, no in zip(uses, numbers, strict=True)
    ]


def used_in(found: Case) -> list[Used]:
    """In one case, whose copies are looked at through it: of the applicant's certificates, or the organisation's."""
    uses = [each for each in library.uses_of(**holder_of(found)) if _case_of(each) == found.no]
    rows, origins = _copies(uses), {each.origin for each in uses} - {""}
    came = {row.no: row for row in cases.all_cases().filter(no__in=origins).order_by("id")} if origins else {}
    standing = {key: row for key, row in rows.items() if row.gone_at is None}
    return [
        replace(
            _used(use, found, None, came.get(use.origin)),
            copy=reverse("citizen:picture", args=[found.no, row.pk]) if (row := standing.get(_key(use))) else "",
        )
        for use in uses
    ]


def _case_of(use: UseView) -> str:
    return use.subject.removeprefix("case:")


def _key(use: UseView) -> tuple[str, str, str]:
    return _case_of(use), use.purpose, use.certificate


def _copies(uses: Sequence[UseView]) -> dict[tuple[str, str, str], CaseMaterial]:
    """By case, paper and certificate: the last of each."""
    rows = CaseMaterial.objects.filter(
        case__no__in=[_case_of(each) for each in uses], certificate__ref__in=[each.certificate for each in uses]
    ).select_related("case", "certificate")
    return {(row.case.no, row.code, row.certificate.ref): row for row in rows.order_by("id") if row.certificate}


def _used(use: UseView, case: Case | None, row: CaseMaterial | None, origin: Case | None = None) -> Used:
    said = {"citizen": "online", "staff": "window"}.get(use.by.partition(":")[0], "")
    papers = cases.handling_of_case(case).materials if case is not None else ()
    paper = next((each for each in papers if each.code == use.purpose), None)
    if use.origin and paper is not None:  # it is called as it is asked for
        use = replace(use, name_zh=paper.name_zh, name_en=paper.name_en)
    copied = reverse("citizen:use-copy", args=[use.id]) if row is not None else ""
    is_mine = case is not None and said == "online" and is_open(case)
    return Used(use, case, said, is_mine, named(paper) if paper is not None and not use.origin else "", copied, origin)
