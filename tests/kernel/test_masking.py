from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.masking import mask_id, mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("李小明", "李**"),
        ("欧阳娜娜", "欧**"),
        ("买买提·艾力", "买**"),
        ("John Smith", "J**"),
        (" 张三 ", "张*"),
        ("张", "*"),
        ("", ""),
    ],
)
def test_a_name_on_a_screen_shows_its_first_character(name, shown):
    assert mask_name(name) == shown


def test_a_document_number_shows_its_last_four_characters():
    assert mask_id("441900199001011234") == "**************1234"


def test_window_staff_also_see_the_first_four():
    assert mask_id("441900199001011234", first=4) == "4419**********1234"


@pytest.mark.parametrize(("number", "shown"), [("E12345678", "*****5678"), ("H0123456789", "*******6789")])
def test_of_a_short_number_they_see_the_end_alone(number, shown):
    assert mask_id(number, first=4) == shown


@pytest.mark.parametrize(("number", "shown"), [("1234", "****"), ("", ""), ("12345", "*2345")])
def test_a_number_too_short_to_hide_is_hidden_altogether(number, shown):
    assert mask_id(number) == shown


def test_showing_a_negative_number_of_characters_is_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        mask_id("1234567", last=-1)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+8613812341234", "138****1234"),
        ("13812341234", "138****1234"),
        ("138123412345", "********2345"),
        ("+85251234567", "********4567"),
    ],
)
def test_a_phone_shows_its_first_three_and_last_four_digits(phone, shown):
    assert mask_phone(phone) == shown


@given(st.text(min_size=5), st.integers(0, 4), st.integers(0, 4))
def test_a_masked_number_keeps_its_length_and_hides_something(number, first, last):
    shown = mask_id(number, first=first, last=last)

    assert len(shown) == len(number)
    assert shown.count("*") >= 1
