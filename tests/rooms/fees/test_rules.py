"""What money that comes in means, and which words of the till are its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel import money
from banshi.rooms.fees import rules
from tests.town import TUESDAY_NINE

BODY = b'{"reference":"a1","state":"paid","fen":8000}'
AT = str(int(TUESDAY_NINE.timestamp()))


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


def test_a_word_with_the_tills_signature_is_its_own():
    said = rules.signature("secret", at=AT, body=BODY)

    assert rules.signed("secret", at=AT, body=BODY, said=said, now=TUESDAY_NINE)


@pytest.mark.parametrize(
    ("secret", "at", "body", "later"),
    [
        ("another", AT, BODY, 0),
        ("secret", AT, BODY.replace(b"8000", b"1"), 0),
        ("secret", str(int(AT) + 1), BODY, 0),
        ("secret", AT, BODY, 11),
        ("secret", AT, BODY, -11),
        ("", AT, BODY, 0),
        ("secret", "", BODY, 0),
        ("secret", "١٢", BODY, 0),
        ("secret", "9" * 400, BODY, 0),
    ],
)
def test_a_forged_changed_or_old_word_is_nobodys(secret: str, at: str, body: bytes, later: int):
    said = rules.signature("secret", at=AT, body=BODY)

    assert not rules.signed(secret, at=at, body=body, said=said, now=TUESDAY_NINE + timedelta(minutes=later))


def test_a_signature_that_is_no_text_of_ours_is_refused_and_breaks_nothing():
    assert not rules.signed("secret", at=AT, body=BODY, said="签名", now=TUESDAY_NINE)


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_fen_are_yuan_and_back(amount: int):
    from decimal import Decimal

    assert money.fen(Decimal(money.yuan(amount))) == amount


def test_a_part_of_a_fen_is_no_money():
    from decimal import Decimal

    with pytest.raises(ValueError, match="part of a fen"):
        money.fen(Decimal("0.005"))
