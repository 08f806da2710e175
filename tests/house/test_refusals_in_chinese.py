"""A refusal in Chinese is Chinese to the last word: what it needs, what it is, and which permission."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from banshi.config.middleware import _for_people
from banshi.foundation.states import STATES
from banshi.foundation.words import words
from banshi.kernel.refusals import Refusal
from banshi.rooms.booking.rules import APPEAL, APPOINTMENT, FOLLOW_UP, WAITING, State
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.rules.drafts import DRAFT
from banshi.rooms.catalogue.rules.retiring import RETIREMENT
from banshi.rooms.delivery.rules import DELIVERY, PARCEL
from banshi.rooms.feedback.rules import TASK
from banshi.rooms.hooks.rules import HOOK
from banshi.rooms.identity.rules import PERMISSIONS
from banshi.rooms.library.rules import CERTIFICATE, UPLOAD
from banshi.rooms.messaging.rules import MESSAGE
from banshi.rooms.tickets.rules import NUMBER

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = (
    NUMBER,
    APPOINTMENT,
    WAITING,
    APPEAL,
    FOLLOW_UP,
    TASK,
    MESSAGE,
    UPLOAD,
    CERTIFICATE,
    CASE,
    DELIVERY,
    PARCEL,
    HOOK,
)
# Of every table: what a refusal says that a verb needs; a list is said word by word.
SAID = [needs for table in TABLES for verb in table.steps for needs in [table.needs(verb)]]
NEEDED = [word for needs in SAID for word in ([needs] if isinstance(needs, str) else needs)]
# Worked out where the refusal is made: here with all they can be.
WORKED_OUT = {
    ("banshi/kernel/transitions.py", "self.needs(verb)"): NEEDED,
    ("banshi/rooms/booking/actions/changing.py", "needs"): APPOINTMENT.states,
    ("banshi/journeys/case/at_window.py", "brought.phase"): CASE.states,
    ("banshi/rooms/cases/actions/ground.py", "needs"): ["decided", "ready"],
    ("banshi/rooms/catalogue/actions/drafts.py", "DRAFT.needs(verb)"): [DRAFT.needs(verb) for verb in DRAFT.steps],
    ("banshi/rooms/catalogue/actions/one_matters.py", "DRAFT.needs(verb)"): [DRAFT.needs(verb) for verb in DRAFT.steps],
    ("banshi/rooms/catalogue/actions/retiring.py", "needs"): [RETIREMENT.needs(verb) for verb in RETIREMENT.steps],
    ("banshi/rooms/booking/actions/placing_several.py", "needs"): [
        {"zh": "一次最多 3 件", "en": "at most 3 in one visit"}
    ],
}


def dicts() -> Iterator[tuple[str, dict[str, ast.expr]]]:
    """The facts of every refusal `wrong-state`: each literal that says what is and what it needs, by file."""
    words_of_facts = ROOT / "banshi" / "foundation" / "words.py"  # who says them, not what they are
    for path in sorted(set((ROOT / "banshi").rglob("*.py")) - {words_of_facts}):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if '"needs"' in text else ():
            if isinstance(node, ast.Dict):
                keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
                facts = {str(key): value for key, value in zip(keys, node.values, strict=True) if key}
                if {"state", "needs"} <= facts.keys():
                    yield str(path.relative_to(ROOT)), facts


def values(file: str, node: ast.expr, known: dict[tuple[str, str], list[Any]]) -> list[Any]:
    """What stands there: a literal, a name of its module, or what is worked out (`known`)."""
    text = ast.unparse(node)
    if (file, text) in known:
        return known[file, text]
    module = importlib.import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    return [eval(text, vars(module))]  # noqa: S307 – an expression of our own source


def needed() -> list[tuple[str, Any]]:
    return [(file, value) for file, facts in dicts() for value in values(file, facts["needs"], WORKED_OUT)]


def states_named() -> list[tuple[str, Any]]:
    """Those that are written out: the others are states of a row, which have one word each (test_state_words)."""
    return [
        (file, facts["state"].value)
        for file, facts in dicts()
        if isinstance(facts["state"], ast.Constant) and isinstance(facts["state"].value, str)
    ]


def said(refusal: Refusal) -> str:
    with translation.override("zh-hans"):
        return " ".join(words(_for_people(refusal)))


@pytest.mark.parametrize(("fact", "found"), [("needs", needed()), ("state", states_named())])
def test_what_a_refusal_needs_and_what_is_have_chinese_words(fact: str, found: list[tuple[str, Any]]):
    facts = {"state": "waiting", "needs": "called"}

    english = [
        (file, value)
        for file, value in found
        if re.search(r"[A-Za-z]|–", said(Refusal("wrong-state", {**facts, fact: value})))
    ]

    assert english == []


def test_all_that_a_refusal_needs_is_looked_at():
    found = {str(value) for _, value in needed()}

    assert len(found) > 30
    assert {"a step of your own", "at work", "signed in nowhere else", State.BOOKED.value} <= found
    assert set(STATES["ticket"]) - {"finished", "left", "redirected", "closed"} <= found


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_a_permission_that_is_not_held_has_chinese_words(permission: str):
    assert not re.search(r"[A-Za-z]", said(Refusal("not-allowed", {"permission": permission})))
