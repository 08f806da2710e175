"""What is on record of me, as it filled in forms with my consent: each time, which fact, in which case, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from banshi.frames.case_fields import origin_said
from banshi.frames.facts_offered import sentence
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.library.queries import FactUseView

BECAME: dict[str, str | Promise] = {
    "kept": pgettext_lazy("fact use", "Handed in as it was on record"),
    "corrected": pgettext_lazy("fact use", "Changed before it was handed in"),
    "taken_out": pgettext_lazy("fact use", "Taken out before it was handed in"),
}


@dataclass(frozen=True)
class FactUsed:
    """`origin`: who said it and when; `origin_case`: number of the case that said it, "" where an authority did; `words`: the
    sentence that was agreed to."""

    use: FactUseView
    element: DataElement | None
    case: Case | None
    origin: str
    origin_case: str
    became: str
    words: str


def facts_used(uses: Sequence[FactUseView], *, today: date) -> list[FactUsed]:
    """In two queries, however many."""
    numbers = {_case_of(each.subject) for each in uses}
    found = {row.no: row for row in cases.all_cases().filter(no__in=numbers).order_by("id")}
    elements = DataElement.objects.filter(code__in={each.element for each in uses}).order_by("code")
    names = {each.code: each for each in elements}
    return [
        FactUsed(
            each, names.get(each.element), found.get(_case_of(each.subject)),
            origin_said(each.source, each.said_at, each.trust, today=today), _case_of(each.source), str(BECAME[each.became]),
            sentence(each.consent.words),
        )
        for each in uses
    ]  # fmt: skip


def _case_of(subject: str) -> str:
    kind, _, no = subject.partition(":")
    return no if kind == "case" else ""
