"""Which words of another machine are its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.kernel.signing import signature, signed
from tests.town import TUESDAY_NINE

BODY = b'{"reference":"a1","state":"paid","fen":8000}'
AT = str(int(TUESDAY_NINE.timestamp()))


def test_a_word_with_its_senders_signature_is_its_own():
    said = signature("secret", at=AT, body=BODY)

    assert signed("secret", at=AT, body=BODY, said=said, now=TUESDAY_NINE)


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
    said = signature("secret", at=AT, body=BODY)

    assert not signed(secret, at=at, body=body, said=said, now=TUESDAY_NINE + timedelta(minutes=later))


def test_a_signature_that_is_no_text_of_ours_is_refused_and_breaks_nothing():
    assert not signed("secret", at=AT, body=BODY, said="签名", now=TUESDAY_NINE)
