"""A matter that is changed, as a citizen would read it: question by question; and every path of answers in one table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation.doors import Asked, door
from banshi.foundation.said import english
from banshi.frames.file_answers import PDF, PDF_MAY
from banshi.frames.staff.frame import paged, query_without_page
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.queries import drafted_blank
from banshi.rooms.catalogue.rules.guided import Guided, guided
from banshi.rooms.catalogue.rules.handling import Handling, Option, Question
from banshi.rooms.catalogue.rules.paths import Path, paths
from banshi.rooms.catalogue.rules.seasons import Span, faults_of, words
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.item_draft_words import limit_words, paper_words
from banshi.surfaces.office.item_edits import change_of

MOST_ANSWERS = 30
MOST_PATHS = 1000  # listed
PER_PAGE = 100


@dataclass(frozen=True)
class Choice:
    option: Option
    href: str


@dataclass(frozen=True)
class Given:
    """An answer that was given; `href` goes back to its question."""

    question: Question
    option: Option
    href: str


@dataclass(frozen=True)
class PathLine:
    """`href`: the preview with these answers."""

    path: Path
    href: str
    promised: str


def _answers(request: Asked) -> dict[str, str]:
    pairs = (each[:200].partition(":") for each in request.GET.getlist("a")[:MOST_ANSWERS])
    return {question: option for question, colon, option in pairs if colon}


def _query(answers: dict[str, str]) -> str:
    return "?" + urlencode([("a", f"{question}:{option}") for question, option in answers.items()])


@door(audience="staff", permission="items.edit")
@require_GET
def preview(request: Asked, hall: str, change: int) -> HttpResponseBase:
    """`?a=question:option`, as the guide for citizens; nothing is kept."""
    said = change_of(hall, change)
    found = guided(said.handling, _answers(request)) if said.handling is not None else None
    context: dict[str, Any] = {}
    if said.handling is not None and found is not None:
        context = _read(said.handling, found)
    return page(
        request, "office/item_edit_preview.html", said.hall, draft=said.draft, change=said, guided=found,
        handling=said.handling, **context,
    )  # fmt: skip


@door(audience="staff", permission="items.edit")
@require_GET
def blank(request: Asked, hall: str, change: int, paper: str) -> HttpResponseBase:
    """The blank of a paper as it is kept, marked as a draft."""
    said = change_of(hall, change)
    if said.handling is None or said.draft.item is None:
        raise Refused("nothing-found", facts={"paper": paper})
    answer = HttpResponse(drafted_blank(said.draft.item, said.handling, paper).pdf(), content_type=PDF)
    answer["Content-Security-Policy"] = PDF_MAY
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _read(handling: Handling, found: Guided) -> dict[str, Any]:
    answers = dict(found.answers)
    question = found.next_question
    given = [each for each in found.questions if each.id in answers]
    return {
        "said": [
            Given(each, _option(each, answers[each.id]), _query({before.id: answers[before.id] for before in given[:i]}))
            for i, each in enumerate(given)
        ],
        "choices": [Choice(each, _query({**answers, question.id: each.id})) for each in question.options] if question else [],
        "papers": [(each, paper_words(each)) for each in found.materials],
        "groups": [list(fields) for _, fields in groupby(found.fields, lambda each: (each.group_zh, each.group_en))],
        "seasons": _seasons(handling),
        "promised": limit_words(found.promised),
        "statutory": limit_words(found.statutory) if found.statutory.value else "",
    }  # fmt: skip


def _seasons(handling: Handling) -> str:
    """In words; nothing while a day is none."""
    spans = [Span(each.first, each.last) for each in handling.seasons]
    return "" if faults_of(spans) else words(spans)[int(english())]


def _option(question: Question, answer: str) -> Option:
    return next(each for each in question.options if each.id == answer)


@door(audience="staff", permission="items.edit")
@require_GET
def all_paths(request: Asked, hall: str, change: int) -> HttpResponseBase:
    """What each path comes to, those that end badly first; so many are listed, and that there are more is said."""
    said = change_of(hall, change)
    found, more = paths(said.handling, MOST_PATHS) if said.handling is not None else ((), False)
    rows = paged(request, sorted(found, key=lambda each: not _bad(each)), PER_PAGE)
    lines = [PathLine(each, _query(dict(each.end.answers)), limit_words(each.end.promised)) for each in rows]
    return page(
        request, "office/item_edit_paths.html", said.hall, draft=said.draft, lines=lines, rows=rows, cut=more,
        more=query_without_page(request), count=len(found), bad=sum(map(_bad, found)),
    )  # fmt: skip


def _bad(path: Path) -> bool:
    return path.empty or path.nowhere
