"""The one form of a 一件事 before it is published: what is asked, what can be carried over, which papers, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from banshi.foundation.doors import Asked
from banshi.foundation.said import named
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.queries.matter_drafts import items_of
from banshi.rooms.catalogue.rules.guided import Guided
from banshi.rooms.catalogue.rules.handling import Field, Option, Paper, Question
from banshi.rooms.catalogue.rules.one_form import OneForm, guided_jointly, implied_jointly, one_form, unasked
from banshi.rooms.catalogue.rules.one_matters import members

MOST_ANSWERS = 30


@dataclass(frozen=True)
class Choice:
    option: Option
    href: str


@dataclass(frozen=True)
class Asks:
    """A field or a paper of the one form, with the items that ask for it."""

    what: Field | Paper
    items: tuple[str, ...]

    @property
    def carried(self) -> bool:
        """Whether it may be filled in from what is known: it has its entry in the data dictionary."""
        return isinstance(self.what, Field) and bool(self.what.element)


@dataclass(frozen=True)
class Preview:
    """:ivar apart: fields that the items ask for each by itself. :ivar question: the next one; None: all are answered."""

    fields: tuple[Asks, ...]
    papers: tuple[Asks, ...]
    apart: int
    question: Question | None
    choices: tuple[Choice, ...]
    again: bool
    conflicts: tuple[str, ...]

    @property
    def carried(self) -> int:
        return sum(each.carried for each in self.fields)

    @property
    def to_fill(self) -> int:
        return len(self.fields) - self.carried


def preview_of(request: Asked, document: Mapping[str, Any]) -> Preview | None:
    """By `?a=question:option`, as for citizens; nothing is kept. None where no item is in it."""
    listed = members(document)
    rows = items_of(code for code, _ in listed)
    codes = list(dict.fromkeys(code for code, _ in listed if code in rows))
    if not codes:
        return None
    one = one_form([(code, catalogue.handling_of(rows[code])) for code in codes])
    implied = implied_jointly(one, dict(listed))
    given = _answers(request)
    found = unasked(guided_jointly(one, {**given, **implied}), implied)
    names = {code: named(rows[code]) for code in codes}
    question = found.next_question
    said = {name: option for name, option in found.answers.items() if name not in implied}
    return Preview(
        fields=tuple(Asks(each, _asking(one, "fields", each.code, names)) for each in found.fields),
        papers=tuple(Asks(each, _asking(one, "papers", each.code, names)) for each in found.materials),
        apart=_apart(one, found),
        question=question,
        choices=tuple(Choice(each, _query({**said, question.id: each.id})) for each in question.options)
        if question
        else (),
        again=bool(said),
        conflicts=one.conflicts,
    )


def _answers(request: Asked) -> dict[str, str]:
    pairs = (each[:200].partition(":") for each in request.GET.getlist("a")[:MOST_ANSWERS])
    return {question: option for question, colon, option in pairs if colon}


def _query(answers: Mapping[str, str]) -> str:
    return "?" + urlencode([("a", f"{question}:{option}") for question, option in answers.items()]) + "#preview"


def _asking(one: OneForm, what: str, name: str, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names[part.item] for part in one.parts if name in getattr(part, what).values())


def _apart(one: OneForm, found: Guided) -> int:
    shown = {each.code for each in found.fields}
    return sum(name in shown for part in one.parts for name in part.fields.values())
