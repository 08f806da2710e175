"""When a browser is asked for work: not in a quiet hour, at each of the patterns, and never without end."""

from __future__ import annotations

import pytest

from banshi.kernel.proof import MOST_EFFORT, Tries, Usual, effort

USUAL = Usual(address=10, account=8, place=60, failed=6)
QUIET = Tries(address=1, failed=0)


@pytest.mark.parametrize(
    ("tries", "asked"),
    [
        (QUIET, 0),
        (Tries(address=10, failed=6, account=8, place=60), 0),
        (Tries(address=10.98, failed=0), 1),
        (Tries(address=1, failed=0, account=8.99), 1),
        (Tries(address=1, failed=0, account=1, place=60.97), 1),
        (Tries(address=1, failed=6.96), 1),
        (Tries(address=21, failed=0), 2),
        (Tries(address=1000, failed=0), MOST_EFFORT),
    ],
)
def test_work_is_asked_beyond_what_is_usual_and_grows_with_the_excess(tries: Tries, asked: int) -> None:
    assert effort(tries, USUAL) == asked


def test_a_threshold_of_zero_asks_nobody() -> None:
    assert effort(Tries(address=1e6, failed=1e6, account=1e6, place=1e6), Usual(0, 0, 0, 0)) == 0
