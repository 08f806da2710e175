"""Every path of answers through an item's questions, and what stands at its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from banshi.rooms.catalogue.rules.guided import Guided, guided
from banshi.rooms.catalogue.rules.handling import Handling, Option, Question


@dataclass(frozen=True)
class Path:
    """One way through the questions. `empty`: no papers at its end; `nowhere`: no situation, where there are some."""

    said: tuple[tuple[Question, Option], ...]
    end: Guided
    empty: bool
    nowhere: bool


def ends(handling: Handling) -> Iterator[Guided]:
    """What each path comes to, the first answers first."""
    left: list[dict[str, str]] = [{}]
    while left:
        answers = left.pop()
        end = guided(handling, answers)
        if end.next_question is None:
            yield end
        else:
            left += [{**answers, end.next_question.id: option.id} for option in reversed(end.next_question.options)]


def paths(handling: Handling, most: int) -> tuple[tuple[Path, ...], bool]:
    """:returns: the first `most`, and whether there are more."""
    found = tuple(islice(ends(handling), most + 1))
    return tuple(_path(handling, end) for end in found[:most]), len(found) > most


def _path(handling: Handling, end: Guided) -> Path:
    said = tuple((question, _option(question, end.answers[question.id])) for question in end.questions)
    empty = bool(handling.materials) and not end.materials
    return Path(said, end, empty, bool(handling.situations) and end.situation is None)


def _option(question: Question, answer: str) -> Option:
    return next(each for each in question.options if each.id == answer)
