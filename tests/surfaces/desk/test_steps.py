"""What the clerk may do next is decided in Python, for every state of the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from banshi.rooms.tickets.queries import DeskView
from banshi.rooms.tickets.queries.desk import DeskTicket, Help, Named, Undoable
from banshi.surfaces.desk import panels, steps
from banshi.surfaces.desk.steps import Undo
from tests.town import TUESDAY_NINE

IDLE = DeskView(
    state="idle", staff_id=1, hall_id=1, hall=None, window_code="town-01", window_number="01", signed_in_at=None,
    pause_reason="", since=None, ticket=None, waiting=0, line=(), held=(), missed=(), version=1, whole=None,
)  # fmt: skip
TICKET = DeskTicket(
    ref="r1", number="A001", kind="walk_in", lane="", lane_to_check=False, state="called", category=Named("A", "社保", "Social"),
    item=None, masked_name="张*", masked_id="", person_id=None, identity_ok=None, mismatch_allowed=False, name_disputed=False,
    names_differ=False, appointment=None, persons=1, period=None, made_at=TUESDAY_NINE, called_at=TUESDAY_NINE,
    started_at=None, served_since=None, wait_s=60, recalls=1, misses=0, note="", visit_id=1, earlier=[], is_told=False,
    to_confirm=False,
)  # fmt: skip
CALLED = replace(IDLE, state="called", ticket=TICKET)
SERVING = replace(IDLE, state="serving", ticket=replace(TICKET, state="serving"))
MISMATCH = replace(IDLE, state="serving", ticket=replace(TICKET, state="serving", identity_ok=False))
PAUSED = replace(IDLE, state="paused", pause_reason="吃饭")
HELP = replace(IDLE, help=Help(1, "town-01", "01", "", "", "", "", TUESDAY_NINE, None, "", ""))


@pytest.mark.parametrize(
    ("view", "halted", "step"),
    [
        (IDLE, False, ("call", "Space", True, True)),
        (IDLE, True, ("call", "", False, False)),
        (CALLED, False, ("start", "Space", True, True)),
        (SERVING, False, ("finish", "Space", True, True)),
        (MISMATCH, False, ("finish", "", False, True)),
        (PAUSED, False, ("resume", "Space", True, True)),
        (HELP, False, ("call", "", False, True)),
    ],
)
def test_one_step_is_next(view: DeskView, halted: bool, step: tuple[str, str, bool, bool]):
    found = steps.next_step(view, halted=halted)

    assert (found.verb, found.key, found.open, found.main) == step


@pytest.mark.parametrize(
    ("view", "leads", "keys"),
    [
        (IDLE, False, ["p", "F9"]),
        (IDLE, True, ["g", "p", "F9"]),
        (CALLED, False, ["r", "m", "4", "t", "k", "p", "F9"]),
        (SERVING, False, ["h", "2", "3", "4", "t", "a", "k", "p", "F9"]),
        (MISMATCH, False, ["h", "4", "t", "k", "p", "F9"]),
        (MISMATCH, True, ["h", "4", "5", "t", "k", "p", "F9"]),
        (PAUSED, True, ["F9"]),
        (HELP, True, []),
    ],
)
def test_what_else_may_be_done_by_its_keys(view: DeskView, leads: bool, keys: list[str]):
    acts = steps.acts(view, leads=leads, recalls=3)

    shown = [
        *acts.at_once,
        *acts.ends,
        *acts.go_on,
        *acts.of_number,
        *acts.of_line,
        *([acts.help] if acts.help else []),
    ]
    assert [step.key for step in shown] == keys


def test_while_people_are_outside_only_help_can_be_called():
    assert steps.acts(SERVING, leads=True, recalls=3, evacuated=True) == steps.Acts(
        help=steps.acts(IDLE, leads=False, recalls=3).help
    )


def test_a_number_called_again_counts_its_calls():
    again, _miss = steps.acts(CALLED, leads=False, recalls=3).at_once

    assert (again.verb, again.more) == ("recall", "1/3")


def test_the_last_step_is_said_in_words():
    step = Undoable("r1", "A001", "miss", TUESDAY_NINE + timedelta(minutes=2), "done")

    assert steps.undo_of(step, left_s=120) == Undo("r1", "A001 已标过号", 120, "r1")
    assert steps.undo_of(None, left_s=0) is None


@pytest.mark.parametrize(
    ("view", "halted", "stopped", "shut", "icon"),
    [
        (PAUSED, True, 3, None, "coffee"),
        (HELP, False, 0, None, "siren"),
        (IDLE, True, 0, None, "clock"),
        (IDLE, False, 3, None, "clock"),
        (IDLE, False, 0, panels.Shut(TUESDAY_NINE), "moon"),
        (IDLE, False, 0, None, "armchair"),
        (replace(IDLE, waiting=2), False, 0, None, "armchair"),
    ],
)
def test_why_nobody_is_in_front(view: DeskView, halted: bool, stopped: int, shut: panels.Shut | None, icon: str):
    found = panels.nobody(view, halted=halted, stopped=stopped, shut=shut, now=TUESDAY_NINE)

    assert found is not None
    assert found.icon == icon
    assert panels.nobody(CALLED, halted=halted, stopped=stopped, shut=shut, now=TUESDAY_NINE) is None


@pytest.mark.parametrize(("view", "verb"), [(CALLED, "turn-away"), (SERVING, "finish"), (MISMATCH, "turn-away")])
def test_who_was_not_begun_or_does_not_fit_is_turned_away(view: DeskView, verb: str):
    assert panels.front(view).ends_by == verb
