"""A table of what may be done to a thing: asked by rules, lent to statements, and refused where it cannot be meant."""

from __future__ import annotations

import pytest

from banshi.kernel.refusals import Refusal
from banshi.kernel.transitions import Step, Table


def too_often(*, times: int) -> Refusal | None:
    return Refusal("recall-limit", {"limit": 2}) if times >= 2 else None


LAMP = Table(
    "lamp",
    states=["off", "on", "broken"],
    ends=["broken"],
    steps={
        "light": Step("off", to="on", guard=too_often),
        "dim": Step("on"),
        "put_out": Step("on", to="off"),
        "break": Step("off", "on", to="broken"),
        "mend": Step("broken", to="off", undoes=True),
    },
)


def test_a_verb_knows_where_it_begins_and_leads():
    assert (LAMP.of("break"), LAMP.to("break")) == (["off", "on"], "broken")
    assert [state for state in LAMP.states if LAMP.may(state, "break")] == ["off", "on"]
    assert LAMP.goes_on == ("off", "on")


def test_a_statement_takes_its_states_as_text():
    assert f"SET state = {LAMP.sql_to('break')} WHERE state IN ({LAMP.sql('break')})" == (
        "SET state = 'broken' WHERE state IN ('off', 'on')"
    )


def test_a_verb_that_changes_no_state_leads_nowhere():
    with pytest.raises(ValueError, match="dim leads nowhere"):
        LAMP.to("dim")


def test_a_refusal_says_what_it_is_and_what_the_verb_needs():
    refusal = LAMP.refusal("broken", "break")

    assert refusal == Refusal("wrong-state", {"state": "broken", "needs": ["off", "on"]})


def test_the_state_is_looked_at_first_then_the_guard_is_asked():
    assert LAMP.refusal("off", "light", times=1) is None
    assert LAMP.refusal("off", "light", times=2) == Refusal("recall-limit", {"limit": 2})
    assert LAMP.refusal("on", "light", times=2) == Refusal("wrong-state", {"state": "on", "needs": "off"})


@pytest.mark.parametrize(
    ("wrong", "steps"),
    [
        ("no such state: ..bright", {"light": Step("off", to="bright")}),
        ("no such state: ..dark", {"light": Step("dark", to="on"), "break": Step("on", to="broken")}),
        ("nothing leads to ..broken", {"light": Step("off", to="on")}),
        ("mend begins nowhere, or goes on from an end",
         {"light": Step("off", to="on"), "break": Step("on", to="broken"), "mend": Step("broken", to="on")}),
        ("light begins nowhere", {"light": Step(to="on"), "break": Step("on", to="broken")}),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_meant_is_refused(wrong, steps):
    with pytest.raises(ValueError, match=wrong):
        Table("lamp", states=["off", "on", "broken"], ends=["broken"], steps=steps)
