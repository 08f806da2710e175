"""文书: what was given in writing, its facts, its PDF, and whether a paper somebody holds is real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.ports import Typesetter
from banshi.rooms.cases.queries.sealed import Sealed, seals_of
from banshi.rooms.cases.rules.paper_facts import read
from banshi.rooms.cases.rules.paper_texts import Facts


def typesetter() -> Typesetter:
    """What makes PDFs here, named by the setting `BANSHI_TYPESETTER`."""
    return cast(Typesetter, import_string(settings.BANSHI_TYPESETTER)())


def facts_of(paper: CasePaper) -> Facts:
    """What it says."""
    return read(paper.facts)


def papers_of(case: Case) -> list[CasePaper]:
    """In the order in which they were given."""
    return list(CasePaper.objects.filter(case=case).order_by("id"))


def paper_by_number(number: str) -> CasePaper:
    """:raises Refused: nothing-found."""
    found = (
        CasePaper.objects.select_related("case__hall", "case__item", "case__department").filter(number=number).first()
    )
    if found is None:
        raise Refused("nothing-found", facts={"document": number})
    return found


def file_name(paper: CasePaper) -> str:
    """Under which it is saved: a copy taken before the seal says so."""
    waits = seals_of([paper])[paper.pk].state == "waiting"
    return f"{paper.number}{'-unsealed' if waits else ''}.pdf"


@dataclass(frozen=True)
class Verified:
    """What anybody may know who holds a paper: that it is real, what it is, whom (masked) it is for.

    `number`: as it stands on the paper, to compare.
    """

    valid: bool
    kind: str
    number: str
    issued_at: datetime
    holder: str
    hall_zh: str
    hall_en: str
    item_zh: str
    item_en: str
    sealed: Sealed


def verify(code: str) -> Verified | None:
    """The paper with this code; None where there is none."""
    paper = CasePaper.objects.select_related("case__hall", "case__item").filter(code=code.strip().upper()).first()
    return None if paper is None else verified(paper)


def verified(paper: CasePaper) -> Verified:
    """What anybody may know of a paper."""
    case, item = paper.case, paper.case.item_then
    return Verified(
        paper.ended_at is None, paper.kind, paper.printed, paper.made_at, case.masked_applicant, case.hall.name_zh,
        case.hall.name_en, item.name_zh, item.name_en, seals_of([paper])[paper.pk],
    )  # fmt: skip
