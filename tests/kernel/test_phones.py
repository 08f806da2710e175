from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.phones import InvalidPhone, is_mobile, normalise_phone


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13812345678", "+8613812345678"),
        (" 138 1234 5678 ", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("+86 13812345678", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("19912345678", "+8619912345678"),
        ("0769-22836888", "+8676922836888"),
        ("+852 5123 4567", "+85251234567"),
    ],
)
def test_a_number_is_stored_one_way_however_it_is_written(typed, stored):
    assert normalise_phone(typed) == stored


@pytest.mark.parametrize("typed", ["", "12345", "10086", "1381234567", "138123456789", "手机", "13812345678 ext 9"])
def test_what_reaches_nobody_is_refused(typed):
    with pytest.raises(InvalidPhone) as refused:
        normalise_phone(typed)

    assert refused.value.zh == "这不是有效的电话号码。请输入 11 位手机号，或带区号的固定电话。"


def test_a_text_message_reaches_a_mobile_and_not_a_landline():
    assert (is_mobile("13812345678"), is_mobile("0769-22836888")) == (True, False)


@given(st.text())
def test_any_text_is_either_read_one_way_or_refused(text):
    try:
        stored = normalise_phone(text)
    except InvalidPhone:
        return

    assert normalise_phone(stored) == stored
