"""The form in which a 一件事 is written: what was typed, item by item, and which button was pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import pgettext_lazy

from banshi.foundation.said import named
from banshi.frames.typed import clean, int_or_none
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import ItemLine
from banshi.rooms.catalogue.queries.matter_drafts import items_of
from banshi.rooms.catalogue.rules.handling import Question
from banshi.rooms.catalogue.rules.one_form import MOST_ITEMS
from banshi.rooms.catalogue.rules.one_matters import LONGEST, MOST_DAYS, changed, members, written

FOUND = 10
LABELS = {
    "name_zh": pgettext_lazy("one matter", "Name in Chinese"),
    "name_en": pgettext_lazy("one matter", "Name in English"),
    "summary_zh": pgettext_lazy("one matter", "Intro in Chinese"),
    "summary_en": pgettext_lazy("one matter", "Intro in English"),
    "audience": pgettext_lazy("one matter", "Who applies"),
    "items": pgettext_lazy("one matter", "Matters"),
    "joint_days": pgettext_lazy("one matter", "Working days for the whole"),
}


@dataclass(frozen=True)
class Form:
    """:ivar words: what is looked for, to be added."""

    document: dict[str, Any]
    words: str


@dataclass(frozen=True)
class Answered:
    """A question of an item. `said`: what choosing the 一件事 answers of it, "" where everybody is asked."""

    question: Question
    name: str
    said: str


@dataclass(frozen=True)
class Line:
    """An item in its place. `item`: None where there is none of this code any more."""

    code: str
    item: Item | None
    questions: tuple[Answered, ...]


@dataclass(frozen=True)
class Change:
    label: Any
    before: str
    after: str


def typed_in(post: QueryDict) -> Form:
    """What it says with the button that was pressed: `drop:code`, `up:code`, `add:code`, or find."""
    codes = [clean(each, 80) for each in post.getlist("item")[:MOST_ITEMS]]
    verb, _, about = str(post.get("do") or "").partition(":")
    if verb == "drop":
        codes = [code for code in codes if code != about]
    elif verb == "add" and about and about not in codes:
        codes = [*codes, clean(about, 80)]
    elif verb == "up" and about in codes[1:]:
        at = codes.index(about)
        codes[at - 1], codes[at] = codes[at], codes[at - 1]
    document: dict[str, Any] = {name: clean(post.get(name), most + 1) for name, most in LONGEST.items()}
    document["audience"] = clean(post.get("audience"), 10)
    document["joint_days"] = int_or_none(post.get("joint_days"), 1, MOST_DAYS)
    document["items"] = written([(code, _said(post, code)) for code in codes if _plain(code)])
    return Form(document, clean(post.get("words"), 80) if verb == "find" else "")


def _plain(code: str) -> bool:
    """Not a code with the marks by which items are written in a row."""
    return bool(code) and not set(code) & set(";?&=")


def _said(post: QueryDict, code: str) -> dict[str, str]:
    head = f"said-{code}-"
    found = {name.removeprefix(head): clean(str(post.get(name)), 80) for name in post if name.startswith(head)}
    return {question: option for question, option in found.items() if _plain(question) and _plain(option)}


def lines_of(document: Mapping[str, Any]) -> list[Line]:
    """Its items in order, with their questions."""
    listed = members(document)
    rows = items_of(code for code, _ in listed)
    return [Line(code, rows.get(code), _questions(rows.get(code), said)) for code, said in listed]


def _questions(item: Item | None, said: Mapping[str, str]) -> tuple[Answered, ...]:
    if item is None:
        return ()
    asked = catalogue.handling_of(item).questions
    return tuple(Answered(each, f"said-{item.code}-{each.id}", said.get(each.id, "")) for each in asked)


def found_for(words: str, document: Mapping[str, Any]) -> list[ItemLine]:
    """Items by words, without those that are in it."""
    have = {code for code, _ in members(document)}
    return [line for line in catalogue.search(words, limit=FOUND) if line.code not in have]


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What it says otherwise than what stands, in words."""
    names = {code: named(row) for code, row in items_of(_codes(before) + _codes(after)).items()}
    return [
        Change(LABELS[name], _shown(name, before, names), _shown(name, after, names)) for name in changed(before, after)
    ]


def _codes(document: Mapping[str, Any]) -> list[str]:
    return [code for code, _ in members(document)]


def _shown(name: str, document: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if name == "items":
        return "\n".join(_item(at, code, said, names) for at, (code, said) in enumerate(members(document), start=1))
    return "" if document[name] is None else str(document[name])


def _item(at: int, code: str, said: Mapping[str, str], names: Mapping[str, str]) -> str:
    more: Sequence[str] = [f"{question}={option}" for question, option in said.items()]
    return f"{at}. {names.get(code, code)}" + (f" ({', '.join(more)})" if more else "")
