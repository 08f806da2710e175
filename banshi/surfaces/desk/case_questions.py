"""The questions of a case at the window (情形), each with what the booking said to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from banshi.foundation.said import english, named
from banshi.rooms.booking.queries import BookedSituation
from banshi.rooms.catalogue.rules.guided import Guided
from banshi.rooms.catalogue.rules.handling import Question


@dataclass(frozen=True)
class QuestionLine:
    """One question. `booked`: whether the booking said what is chosen; `otherwise`: what it said instead. Not answered yet:
    `gone`: what it said is offered no more, `unasked`: it did not say.
    """

    question: Question
    chosen: str
    booked: bool = False
    otherwise: str = ""
    gone: str | None = None
    unasked: bool = False


def questions_of(said: Guided, answers: Mapping[str, str], booked: BookedSituation | None = None) -> list[QuestionLine]:
    return [_question(each, answers.get(each.id, ""), booked) for each in said.questions]


def _question(question: Question, chosen: str, booked: BookedSituation | None) -> QuestionLine:
    if booked is None:
        return QuestionLine(question, chosen)
    was = booked.answers.get(question.id, "")
    if was:
        words = next((named(each, "text") for each in question.options if each.id == was), "")
        return QuestionLine(question, chosen, booked=chosen == was, otherwise="" if chosen == was else words)
    if question.id in booked.gone:
        return QuestionLine(question, chosen, gone=booked.gone[question.id][english()])
    return QuestionLine(question, chosen, unasked=not chosen)
