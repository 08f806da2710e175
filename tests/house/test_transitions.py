"""Every state that is written comes from a table (kernel/transitions.py), and so does the state it is written from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from banshi.foundation.states import STATES
from banshi.kernel.transitions import Table
from banshi.rooms.booking.rules import APPEAL, APPOINTMENT, FOLLOW_UP, WAITING
from banshi.rooms.catalogue.rules.drafts import DRAFT
from banshi.rooms.catalogue.rules.retiring import RETIREMENT
from banshi.rooms.feedback.rules import TASK
from banshi.rooms.library.rules import CERTIFICATE, UPLOAD
from banshi.rooms.messaging.rules import MESSAGE
from banshi.rooms.messaging.rules.sending import SENSE
from banshi.rooms.tickets.rules import NUMBER

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = {
    "tickets_ticket": NUMBER, "booking_appointment": APPOINTMENT, "booking_waiting": WAITING, "booking_appeal": APPEAL,
    "booking_follow_up_visit": FOLLOW_UP, "feedback_task": TASK, "messaging_message": MESSAGE,
    "catalogue_item_draft": DRAFT, "catalogue_one_matter_draft": DRAFT,
    "catalogue_retirement": RETIREMENT, "library_document_version": UPLOAD, "library_certificate": CERTIFICATE,
}  # fmt: skip
ROOMS = ("catalogue", "tickets", "booking", "feedback", "messaging", "library")
_LITERAL = r"'[a-z_]+'"


def sources() -> list[Path]:
    return [
        path
        for folder in (*(f"rooms/{room}" for room in ROOMS), "journeys")
        for path in sorted((ROOT / "banshi" / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def text_of(node: ast.AST) -> str:
    """A literal as it stands, with {} for what is put in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(each) for each in node.values)
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else "{}"


def updates(text: str) -> list[str]:
    """Of a statement's text, each UPDATE of a table that has steps, to the end of its WHERE."""
    rows = re.compile(rf"UPDATE (?:{'|'.join(TABLES)})\b.*?(?=\bRETURNING\b|\n\)|\Z)", re.S)
    return rows.findall(text)


def written_out(text: str) -> list[str]:
    """Of an UPDATE: states set or asked for as literals, of the row itself (no other table's, no CASE of a value)."""
    return re.findall(
        rf"(?:\bSET|,)\s+state = {_LITERAL}|(?:WHERE|AND|OR)\s+(?:\w\.)?state (?:=|<>|IN|NOT IN) \(?{_LITERAL}", text
    )


def offenders(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.JoinedStr, ast.Constant)):
            for update in updates(text_of(node)):
                yield from written_out(update)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            yield from (
                ast.unparse(word)
                for word in node.keywords
                if word.arg == "state"
                and any(isinstance(n, ast.Constant) for n in ast.walk(word.value) if not of_table(word.value))
            )
        elif isinstance(node, ast.Assign):
            yield from (f"{ast.unparse(to)} = {ast.unparse(value)}" for to, value in pairs(node) if is_state(to, value))


def of_table(node: ast.expr) -> bool:
    """`NUMBER.to("call")`, `rules.NUMBER.to(verb)`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "to"


def pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=True)
        else:
            yield target, node.value


def is_state(to: ast.expr, value: ast.expr) -> bool:
    return isinstance(to, ast.Attribute) and to.attr == "state" and not of_table(value)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_state_is_written_but_by_a_verb(path: Path):
    assert list(offenders(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "line",
    [
        "SQL = \"UPDATE tickets_ticket t SET state = 'called' WHERE t.id = %s\"",
        "SQL = f\"UPDATE booking_appointment a SET state = {to} FROM x WHERE a.id = x.id AND a.state = 'booked'\"",
        "SQL = f\"UPDATE messaging_message SET state = {to} WHERE state IN ('due', 'failed')\"",
        "rows.update(state='closed', closed_why='')",
        "rows.update(state='closed' if over else 'waiting')",
        "ticket.state = 'closed'",
        "ticket.state, ticket.window = 'closed', None",
        "ticket.state = 'closed' if over else rules.NUMBER.to('call')",
    ],
)
def test_a_state_written_by_hand_is_found(line: str):
    assert list(offenders(ast.parse(line))) != []


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_states_that_a_statement_takes_are_put_in(path: Path):
    """A text without its `f` keeps the braces: found here, and not when it is executed."""
    texts = (each.value for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.Constant))

    assert [text for text in texts if isinstance(text, str) and re.search(r"\.sql(_to)?\(", text)] == []


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.kind)
def test_every_state_has_a_word(table: Table):
    if table is not FOLLOW_UP:  # the page says it in a sentence
        assert set(table.states) <= set(STATES[table.kind])


def test_what_messages_hold_of_a_thing_are_states_it_can_have():
    known = {
        "ticket": {*NUMBER.states},
        "appointment": {*APPOINTMENT.states, "closed"},
    }  # booked, and its hours are gone
    strange = {
        (kind, key): states
        for (kind, key), sense in SENSE.items()
        if kind in known and (states := sense.states - known[kind])
    }

    assert strange == {}
