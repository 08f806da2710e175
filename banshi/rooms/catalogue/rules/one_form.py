"""一表 (one form): several items, filled in once.

Each item keeps its own handling; a part says which of the shared names its own questions, fields and papers go by. Fields of
one data element are one field, questions alike in id, words and options one question, papers of one code and name one paper –
everything else goes by `<item>.<code>`. Of one item alone every name stays what it is: its one form is its form.

Nothing is asked by a rule of its own: whether something is asked, shown or needed, each item says of the part of the answers
and the form that is its own (`own_answers`, `own_form`), and the whole is the union of it, in the order of the items.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from banshi.rooms.catalogue.rules.blanks import with_blanks
from banshi.rooms.catalogue.rules.costs import Cost
from banshi.rooms.catalogue.rules.guided import FieldFault, Guided, form_faults, guided, shown
from banshi.rooms.catalogue.rules.handling import Field, Handling, Limit, Paper, Question, Where

MOST_ITEMS = 12
T = TypeVar("T")
_DEMANDING = ("optional", "deferrable", "required")
_APPOINTMENTS = ("none", "advised", "required")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "working_day": 24 * 60}


@dataclass(frozen=True)
class Part:
    """One item of a form. Each mapping: its own code → the shared name."""

    item: str
    handling: Handling
    questions: Mapping[str, str]
    fields: Mapping[str, str]
    papers: Mapping[str, str]


@dataclass(frozen=True)
class OneForm:
    """:ivar conflicts: data elements that the items ask for in different types, and that are therefore asked for each."""

    parts: tuple[Part, ...]
    conflicts: tuple[str, ...] = ()


def one_form(members: Sequence[tuple[str, Handling]]) -> OneForm:
    """:param members: items by code, each once, with the handling it is pinned to."""
    handlings = [handling for _, handling in members]
    elements = _alike((field.element, _kind_of(field)) for each in handlings for field in each.fields)
    asked = _alike((each.id, _asks(each)) for handling in handlings for each in handling.questions)
    papers = _alike((each.code, each.name_zh) for handling in handlings for each in handling.materials)
    alone = len(members) == 1
    parts = []
    for item, handling in members:
        own = f"{item}."
        twice = _twice(field.element for field in handling.fields)
        parts.append(
            Part(
                item, handling,
                {q.id: q.id if alone or asked[q.id] else own + q.id for q in handling.questions},
                {
                    f.code: f.code if alone
                    else f.element if f.element and elements[f.element] and f.element not in twice
                    else own + f.code
                    for f in handling.fields
                },
                {p.code: p.code if alone or papers[p.code] else own + p.code for p in handling.materials},
            )
        )  # fmt: skip
    conflicts = () if alone else tuple(sorted(code for code, alike in elements.items() if code and not alike))
    return OneForm(tuple(parts), conflicts)


def _alike(pairs: Iterable[tuple[str, object]]) -> dict[str, bool]:
    """By code: whether all that bear it are the same."""
    found: dict[str, set[object]] = {}
    for code, kind in pairs:
        found.setdefault(code, set()).add(kind)
    return {code: len(kinds) == 1 for code, kinds in found.items()}


def _kind_of(field: Field) -> object:
    return field.type, tuple(option.id for option in field.options)


def _asks(question: Question) -> object:
    return question.text_zh, tuple((option.id, option.text_zh) for option in question.options)


def _twice(codes: Iterable[str]) -> frozenset[str]:
    """An item that asks twice for one element means two things by it."""
    listed = list(codes)
    return frozenset(code for code in listed if listed.count(code) > 1)


# --- An item's own part -------------------------------------------------------------------------------------------


def own_answers(part: Part, answers: Mapping[str, str]) -> dict[str, str]:
    return {code: answers[name] for code, name in part.questions.items() if name in answers}


def own_form(part: Part, form: Mapping[str, Any]) -> dict[str, Any]:
    return {code: form[name] for code, name in part.fields.items() if name in form}


def together(
    one: OneForm, own: Callable[[Part], tuple[Mapping[str, str], Mapping[str, Any]]]
) -> tuple[dict[str, str], dict[str, Any]]:
    """The other way: answers and form as shared, from what each item has; the first that says something is heard."""
    answers: dict[str, str] = {}
    form: dict[str, Any] = {}
    for part in one.parts:
        said, filled = own(part)
        for code, option in said.items():
            answers.setdefault(part.questions.get(code, code), option)
        for code, value in filled.items():
            form.setdefault(part.fields.get(code, code), value)
    return answers, form


# --- The whole ----------------------------------------------------------------------------------------------------


def member(text: str) -> tuple[str, dict[str, str]]:
    """An item of a 一件事 as it is written – `code`, or `code?question=option&…` with what the situation answers of it."""
    code, _, said = text.partition("?")
    pairs = (each.partition("=") for each in said.split("&") if each)
    return code, {question: option for question, _, option in pairs}


def implied_jointly(one: OneForm, implied: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The same by shared names. :param implied: item → its own question → option; what it no longer asks so is asked."""
    return {
        part.questions[question.id]: said
        for part in one.parts
        for question in part.handling.questions
        if (said := implied.get(part.item, {}).get(question.id)) in [option.id for option in question.options]
        and said is not None
    }


def unasked(found: Guided, implied: Mapping[str, str]) -> Guided:
    """Without the questions that the situation answers: each fact is asked once, and this one was said by choosing it."""
    return replace(found, questions=tuple(each for each in found.questions if each.id not in implied))


def guided_jointly(one: OneForm, answers: Mapping[str, str]) -> Guided:
    """What the answers come to for all of them: each question, field and paper once, under its shared name.

    The fee is each item's own; `promised` and `statutory` are the longest, as all go on side by side.
    """
    each = [(part, guided(part.handling, own_answers(part, answers))) for part in one.parts]
    kept: dict[str, str] = {}
    for part, found in each:
        kept |= {part.questions[code]: option for code, option in found.answers.items()}
    waiting = next(((part, found) for part, found in each if not found.complete), None)
    first = waiting[1].next_question if waiting else None
    return Guided(
        complete=waiting is None,
        next_question=_question(waiting[0], first) if waiting and first else None,
        questions=_once((_question(part, q) for part, found in each for q in found.questions), lambda q: q.id),
        answers=kept,
        situation=each[0][1].situation if len(each) == 1 else None,
        handling_item=each[0][1].handling_item if len(each) == 1 else None,
        conditions=_once((c for _, found in each for c in found.conditions), lambda c: c.text_zh),
        materials=_papers(each),
        stages=each[0][1].stages if len(each) == 1 else (),
        fields=_fields((part, found.fields) for part, found in each),
        where=_where([found.where for _, found in each]),
        appointment=max((found.appointment for _, found in each), key=_APPOINTMENTS.index),
        fee=each[0][1].fee if len(each) == 1 else None,
        promised=longest([found.promised for _, found in each]),
        statutory=longest([found.statutory for _, found in each]),
        minutes=sum(found.minutes or 0 for _, found in each) or None,
    )


@dataclass(frozen=True)
class Costs:
    """:ivar each: by item; None: free of charge. :ivar total: what is known of them, in yuan. :ivar more: of some it is only
    said what they cost by, so it will be more."""

    each: tuple[tuple[str, Cost | None], ...]
    total: Decimal
    more: bool


def costs_jointly(one: OneForm, answers: Mapping[str, str]) -> Costs:
    """What each costs with these answers, and all of them together."""
    each = tuple((part.item, guided(part.handling, own_answers(part, answers)).fee) for part in one.parts)
    fees = [fee for _, fee in each if fee is not None]
    total = sum((fee.amount for fee in fees if fee.amount is not None), Decimal(0))
    return Costs(each, total, any(fee.amount is None for fee in fees))


def shown_jointly(one: OneForm, answers: Mapping[str, str], form: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields as far as the form is filled in. Required where an item that shows it requires it."""
    return _fields((p, shown(p.handling, own_answers(p, answers), own_form(p, form))) for p in one.parts)


def faults_jointly(
    one: OneForm, answers: Mapping[str, str], form: Mapping[str, Any], today: date
) -> tuple[FieldFault, ...]:
    """Everything that is wrong, each field once, by its shared name."""
    names = {name for part in one.parts for name in part.fields.values()}
    found = [FieldFault(code, "没有这一栏", "There is no such field") for code in form if code not in names]
    for part in one.parts:
        said = form_faults(part.handling, own_answers(part, answers), own_form(part, form), today)
        found += [FieldFault(part.fields[each.code], each.zh, each.en) for each in said]
    return _once(found, lambda fault: fault.code)


def answer_faults_jointly(one: OneForm, answers: Mapping[str, str]) -> tuple[FieldFault, ...]:
    """Answers to no question of any of them, and those that are none of its options."""
    options = {
        part.questions[question.id]: {option.id for option in question.options}
        for part in one.parts
        for question in part.handling.questions
    }
    found = []
    for code, option in answers.items():
        if code not in options:
            found.append(FieldFault(code, "没有这个问题", "There is no such question"))
        elif option not in options[code]:
            found.append(FieldFault(code, "没有这个选项", "There is no such option"))
    return tuple(found)


def longest(limits: Sequence[Limit]) -> Limit:
    return max(limits, key=lambda limit: limit.value * _MINUTES[limit.unit])


def _once(listed: Iterable[T], key: Callable[[T], str]) -> tuple[T, ...]:
    found: dict[str, T] = {}
    for each in listed:
        found.setdefault(key(each), each)
    return tuple(found.values())


def _question(part: Part, question: Question) -> Question:
    condition = renamed(question.asked_if, part.questions)
    return question.model_copy(update={"id": part.questions[question.id], "asked_if": condition})


def _fields(each: Iterable[tuple[Part, Sequence[Field]]]) -> tuple[Field, ...]:
    found: dict[str, Field] = {}
    for part, fields in each:
        for field in fields:
            name = part.fields[field.code]
            condition = renamed(field.show_if, {**part.questions, **part.fields})
            mine = field.model_copy(update={"code": name, "show_if": condition})
            there = found.get(name)
            found[name] = mine if there is None else _both(there, mine)
    return tuple(found.values())


def _both(there: Field, mine: Field) -> Field:
    """One field of two: shown where either is, within the bounds of both, in the words of the first."""
    either = {} if not (there.show_if and mine.show_if) else {"any": [there.show_if, mine.show_if]}
    if there.show_if == mine.show_if:
        either = there.show_if
    return there.model_copy(
        update={
            "required": there.required or mine.required,
            "show_if": either,
            "longest": min(there.longest, mine.longest),
            "least": _bound(max, there.least, mine.least),
            "most": _bound(min, there.most, mine.most),
            "on_result": there.on_result or mine.on_result,
        }
    )


def _bound(narrower: Callable[..., Any], one: Any, other: Any) -> Any:
    given = [each for each in (one, other) if each is not None]
    return narrower(given) if given else None


def _papers(each: Sequence[tuple[Part, Guided]]) -> tuple[Paper, ...]:
    found: dict[str, Paper] = {}
    for part, said in each:
        for paper in said.materials:
            name = part.papers[paper.code]
            condition = renamed(paper.needed_if, part.questions)
            mine = paper.model_copy(update={"code": name, "needed_if": condition})
            found[name] = _stricter(found[name], mine) if name in found else mine
    return tuple(found.values())


def _stricter(there: Paper, mine: Paper) -> Paper:
    """One paper for two items: the more demanding counts; it comes by a way that both take, on paper where there is none."""
    return there.model_copy(
        update={
            "necessity": max(there.necessity, mine.necessity, key=_DEMANDING.index),
            "originals": max(there.originals, mine.originals),
            "copies": max(there.copies, mine.copies),
            "channels": tuple(way for way in there.channels if way in mine.channels) or ("paper",),
            "satisfied_by": tuple(kind for kind in there.satisfied_by if kind in mine.satisfied_by),
            "accept_zh": there.accept_zh or mine.accept_zh,
            "accept_en": there.accept_en or mine.accept_en,
            "source": there.source or mine.source,
            "reuse_days": min(there.reuse_days, mine.reuse_days) if there.reuse_days and mine.reuse_days else None,
            **_twins(there if there.issuer_zh else mine, "issuer"),
            **_twins(there if there.fill_zh else mine, "fill"),
        }
    )


def _twins(paper: Paper, name: str) -> dict[str, str]:
    return {f"{name}_{tongue}": getattr(paper, f"{name}_{tongue}") for tongue in ("zh", "en")}


def _where(each: Sequence[Where]) -> Where:
    """Where all of them can be done."""
    return Where(**{name: all(getattr(where, name) for where in each) for name in Where.model_fields})


def renamed(node: Any, names: Mapping[str, str]) -> Any:
    """A condition over shared names."""
    if not isinstance(node, dict):
        return node
    return dict(_renamed(node, names))


def _renamed(node: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for how, about in node.items():
        if how in ("all", "any"):
            yield how, [renamed(each, names) for each in about]
        elif how == "not":
            yield how, renamed(about, names)
        elif how == "known":
            yield how, names.get(about, about)
        else:
            fact, wanted = about
            if isinstance(wanted, dict) and "fact" in wanted:
                wanted = {"fact": names.get(wanted["fact"], wanted["fact"])}
            yield how, [names.get(fact, fact), wanted]


def blanks_jointly(one: OneForm) -> dict[str, list[tuple[str, str]]]:
    """空表 by the shared name of a paper: of each item that hands one out, since it names its item, and its own code there."""
    found: dict[str, list[tuple[str, str]]] = {}
    for part in one.parts:
        for code in sorted(with_blanks(part.handling)):
            found.setdefault(part.papers[code], []).append((part.item, code))
    return found
