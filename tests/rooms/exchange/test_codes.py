"""Every phase, every outcome and every step that is told has a code of the platform, or a name."""

from __future__ import annotations

import pytest

from banshi.rooms.cases.rules.lifecycle import CASE, OUTCOMES
from banshi.rooms.exchange.queries import UNTOLD
from banshi.rooms.exchange.rules import codes


@pytest.mark.parametrize("phase", CASE.states)
@pytest.mark.parametrize("granted", [None, True, False])
@pytest.mark.parametrize("to_follow", [True, False])
def test_every_phase_has_a_state(phase: str, granted: bool | None, to_follow: bool) -> None:
    assert codes.state(phase, granted=granted, to_follow=to_follow).isdecimal()


def test_what_was_decided_is_told_as_passed_or_not() -> None:
    assert [codes.state("decided", granted=said) for said in (True, False)] == ["50", "40"]
    assert [codes.state("ready", granted=said) for said in (True, False)] == ["50", "40"]
    assert [codes.state("closed", granted=said) for said in (True, False)] == ["90", "90"]


def test_a_paper_that_is_to_follow_is_told_of_what_is_accepted_alone() -> None:
    said = [codes.state(phase, granted=None, to_follow=True) for phase in ("received", "accepted", "in_review")]

    assert said == ["26", "37", "37"]


def test_every_outcome_has_a_code_and_every_step_that_is_told_a_name() -> None:
    assert set(codes.RESULTS) == set(OUTCOMES)
    assert set(codes.STEPS) == set(CASE.steps) - set(UNTOLD)
