"""From answers to what is needed (情形引导), and whether a form says it all.

Questions are asked in order, each where its `asked_if` holds. What cannot be told – a condition on a question that was not
asked – is not asked for: nothing is needed because something is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from banshi.kernel.conditions import judge, names
from banshi.kernel.documents import age_on, birth_date, types_that_fit
from banshi.rooms.catalogue.rules import values
from banshi.rooms.catalogue.rules.costs import Cost, cost
from banshi.rooms.catalogue.rules.flow import stages
from banshi.rooms.catalogue.rules.handling import (
    Appointment,
    Clause,
    Field,
    Handling,
    HandlingItem,
    Limit,
    Paper,
    Question,
    Situation,
    Stage,
    Where,
)
from banshi.rooms.catalogue.rules.values import WrongValue

Answers = Mapping[str, str]
Named = TypeVar("Named", Situation, HandlingItem)
TODAY = "today"  # the hall's day, as rules ask it
SHOWN = "applicant.shown"  # how whoever applies was seen to be that person, as rules ask it: one of these, else ""
SHOWN_BY = ("window", "card", "channel", "account")
REGISTER, APPLICANT = "register", "applicant"  # who says what a field says


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with one answer or field."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Guided:
    """What the answers come to. While they are not complete: what is needed in any case so far."""

    complete: bool
    next_question: Question | None
    questions: tuple[Question, ...]  # asked so far, in order
    answers: Mapping[str, str]  # of those alone
    situation: Situation | None
    handling_item: HandlingItem | None  # 业务办理项
    conditions: tuple[Clause, ...]
    materials: tuple[Paper, ...]
    stages: tuple[Stage, ...]  # 办理流程
    fields: tuple[Field, ...]  # those that hang on other fields as well: `show_if` is asked again with the form
    where: Where
    appointment: Appointment
    fee: Cost | None  # by the answers alone; with the form: `cost_in`
    promised: Limit
    statutory: Limit
    minutes: float | None


def answer_faults(handling: Handling, answers: Answers) -> tuple[FieldFault, ...]:
    """Answers to questions that there are not, and answers that are none of the question's. One to a question that is not
    asked any more is no fault: it is left out.
    """
    options = {question.id: {option.id for option in question.options} for question in handling.questions}
    found = []
    for code, option in answers.items():
        if code not in options:
            found.append(FieldFault(code, "没有这个问题", "There is no such question"))
        elif option not in options[code]:
            found.append(FieldFault(code, "没有这个选项", "There is no such option"))
    return tuple(found)


def guided(handling: Handling, answers: Answers) -> Guided:
    asked: list[Question] = []
    kept: dict[str, str] = {}
    waiting = None
    for question in handling.questions:
        if judge(question.asked_if, kept).value is not True:
            continue
        asked.append(question)
        answer = answers.get(question.id)
        if answer not in [option.id for option in question.options]:
            waiting = question
            break
        kept[question.id] = str(answer)
    return Guided(
        complete=waiting is None,
        next_question=waiting,
        questions=tuple(asked),
        answers=kept,
        situation=_first(handling.situations, kept) if waiting is None else None,
        handling_item=_first(handling.handling_items, kept) if waiting is None else None,
        conditions=tuple(each for each in handling.conditions if judge(each.needed_if, kept).value is True),
        materials=tuple(each for each in handling.materials if judge(each.needed_if, kept).value is True),
        stages=tuple(each for each in stages(handling) if judge(each.needed_if, kept).value is True),
        fields=tuple(each for each in handling.fields if _may_show(each, kept, handling)),
        where=handling.where,
        appointment=handling.appointment,
        fee=cost(handling, kept),
        promised=handling.limits.promised,
        statutory=handling.limits.statutory,
        minutes=handling.minutes,
    )


def in_hall(guided: Guided, *, bookable: bool, walk_in: bool) -> Guided:
    """The same in a hall that takes this item by booking, by walk-in, or both."""
    if not bookable:
        return replace(guided, appointment="none")
    return guided if walk_in else replace(guided, appointment="required")


def _first(those: tuple[Named, ...], kept: Answers) -> Named | None:
    return next((each for each in those if judge(each.when, kept).value is True), None)


def cost_in(handling: Handling, answers: Answers, form: Mapping[str, object]) -> Cost | None:
    """What it costs by these answers and this form; None: free of charge."""
    facts: dict[str, object] = dict(guided(handling, answers).answers)
    shown = _shown(handling, answers, form, None)
    return cost(handling, facts | {f.code: v for f, v in shown if v is not None and not isinstance(v, WrongValue)})


def _may_show(field: Field, kept: Answers, handling: Handling) -> bool:
    value = judge(field.show_if, kept).value
    return value is True or (value is None and bool(names(field.show_if) & {each.code for each in handling.fields}))


def form_faults(
    handling: Handling, answers: Answers, form: Mapping[str, object], today: date
) -> tuple[FieldFault, ...]:
    """Everything that is wrong with a form at once: unknown fields, missing ones, and values that cannot be.

    A field that is not shown is not looked at. :param today: the hall's day; nobody is born after it.
    """
    known = {field.code for field in handling.fields}
    found = [FieldFault(code, "没有这一栏", "There is no such field") for code in form if code not in known]
    for field, value in _shown(handling, answers, form, today):
        if value is None and field.required:
            found.append(FieldFault(field.code, f"缺{field.label_zh}", f"{field.label_en} is missing"))
        elif isinstance(value, WrongValue):
            found.append(FieldFault(field.code, value.zh, value.en))
    return tuple(found)


def age_of(field: str) -> str:
    """The fact that is the age of whoever has the document of a field."""
    return f"{field}.age"


def vouched_by(field: str) -> str:
    """The fact that is who says what a field says: REGISTER where an authority's own record says the same, else APPLICANT."""
    return f"{field}.by"


def facts_of(handling: Handling, answers: Answers, form: Mapping[str, object], today: date) -> dict[str, object]:
    """What a rule may ask: answers, fields as far as they are shown and can be read, the day, the ages that documents say."""
    facts: dict[str, object] = {**guided(handling, answers).answers, TODAY: today.isoformat()}
    for field, value in _shown(handling, answers, form, today):
        if value is None or isinstance(value, WrongValue):
            continue
        facts[field.code] = value.isoformat() if isinstance(value, date) else value
        if field.type == "id_number" and (age := _age(str(value), today)) is not None:
            facts[age_of(field.code)] = age
    return facts


def _age(number: str, today: date) -> int | None:
    for kind in types_that_fit(number, today=today):
        if (born := birth_date(kind, number)) is not None:
            return age_on(born, today)
    return None


def cleaned(handling: Handling, answers: Answers, form: Mapping[str, object]) -> dict[str, object]:
    """The form as it is kept, ready for JSON: only what is shown and filled in, each in its one spelling (amounts and numbers
    as text, days as YYYY-MM-DD, telephones in E.164). What cannot be read stays as it was sent.
    """
    return {
        field.code: form[field.code] if isinstance(value, WrongValue) else values.stored(value)
        for field, value in _shown(handling, answers, form, None)
        if value is not None
    }


def shown(handling: Handling, answers: Answers, form: Mapping[str, object]) -> tuple[Field, ...]:
    """The fields that a form has as far as it is filled in, in order."""
    return tuple(field for field, _ in _shown(handling, answers, form, None))


def _shown(
    handling: Handling, answers: Answers, form: Mapping[str, object], today: date | None
) -> list[tuple[Field, object]]:
    """Fields that are shown, each with its value: None where nothing is filled in, a `WrongValue` where it cannot be."""
    facts: dict[str, object] = dict(guided(handling, answers).answers)
    shown: list[tuple[Field, object]] = []
    for field in handling.fields:
        if judge(field.show_if, facts).value is not True:
            continue
        try:
            value = values.read(field, form.get(field.code), today)
        except WrongValue as wrong:
            shown.append((field, wrong))
            continue
        shown.append((field, value))
        if value is not None:
            facts[field.code] = value.isoformat() if isinstance(value, date) else value
    return shown


# By which questions a handling asks who applies, and what is said of a firm: those are their names wherever it is asked.
WHO_APPLIES = ("form", "applicant")
FIRM = "firm"


def said_firm(answers: Mapping[str, str]) -> bool:
    """Whether it was answered that a firm applies; in a form of several items a question may be named after its item."""
    return any(said == FIRM and question.rpartition(".")[2] in WHO_APPLIES for question, said in answers.items())


# By which questions a handling asks who comes: the applicant themselves, or somebody with a letter.
WHO_COMES = ("applicant", "by")
SELF, AGENT = "self", "agent"


def of_agent(handling: Handling, answers: Answers) -> dict[str, str]:
    """The answers of a case that somebody opens by a letter of authority: where it is asked who comes, it is an agent, and nobody
    has to say so. What was answered stands (`said_self` tells whether it can be)."""
    comes = {
        question.id: AGENT
        for question in handling.questions
        if _asks_who_comes(question.id) and AGENT in {option.id for option in question.options}
    }
    return {**comes, **answers}


def said_self(answers: Mapping[str, str]) -> bool:
    """Whether it was answered that the applicant themselves comes."""
    return any(said == SELF and _asks_who_comes(question) for question, said in answers.items())


def _asks_who_comes(question: str) -> bool:
    return question.rpartition(".")[2] in WHO_COMES


# By which question a handling asks how old whoever applies is, in two answers; whether grown means 16 or 18 its words say.
HOW_OLD, GROWN, MINOR = "age", "grown", "minor"
CHILD, OF_AGE = 16, 18  # nobody below the one is grown, nobody from the other on is a minor


def wrong_age(answers: Mapping[str, str], age: int) -> bool:
    """Whether it was answered that a child is grown, or a grown person a minor. Between 16 and 17 either may be."""
    said = {option for question, option in answers.items() if question.rpartition(".")[2] == HOW_OLD}
    return (age < CHILD and GROWN in said) or (age >= OF_AGE and MINOR in said)
