"""What money that comes in means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel import money
from banshi.rooms.fees import rules


@pytest.mark.parametrize(
    ("state", "came", "meaning"),
    [
        ("due", 8000, ""), ("due", 7999, "wrong"), ("due", 8001, "wrong"), ("paid", 8000, "double"),
        ("waived", 8000, "double"), ("released", 8000, "ended"), ("released", 1, "ended"),
    ],
)  # fmt: skip
def test_only_the_whole_sum_of_what_is_due_settles_it(state: str, came: int, meaning: str):
    assert rules.means(state=state, due=8000, came=came) == meaning


@pytest.mark.parametrize(("state", "slug"), [("due", None), ("paid", "fee-settled"), ("waived", "fee-settled")])
def test_what_is_settled_is_not_paid_again(state: str, slug: str | None):
    no = rules.settled(state)

    assert (no and no.slug) == slug


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_fen_are_yuan_and_back(amount: int):
    from decimal import Decimal

    assert money.fen(Decimal(money.yuan(amount))) == amount


def test_a_part_of_a_fen_is_no_money():
    from decimal import Decimal

    with pytest.raises(ValueError, match="part of a fen"):
        money.fen(Decimal("0.005"))
