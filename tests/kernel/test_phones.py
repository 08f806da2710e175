from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.phones import InvalidPhone, NotMobile, NotServed, abroad, is_mobile, mobile, normalise_phone

REGIONS = frozenset({"CN", "HK", "MO", "TW"})


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

    assert refused.value.zh == "这不是有效的手机号。内地手机号是 11 位。"


def test_a_text_message_reaches_a_mobile_and_not_a_landline():
    assert (is_mobile("13812345678"), is_mobile("0769-22836888")) == (True, False)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138 1234 5678", "+8613812345678"),
        ("19212345678", "+8619212345678"),
        ("17012345678", "+8617012345678"),
        ("+852 5123 4567", "+85251234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
    ],
)
def test_a_mobile_of_a_region_we_send_to_is_taken(typed, stored):
    assert mobile(typed, regions=REGIONS) == stored


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("0769-22836888", NotMobile),
        ("400 800 1234", NotMobile),
        ("+852 2123 4567", NotMobile),
        ("12345", InvalidPhone),
        ("95533", InvalidPhone),
        ("10012345678", InvalidPhone),
        ("+44 871 234 5678", NotMobile),  # shared cost
        ("+882 13300655", NotMobile),  # a global network
        ("+881 6312345678", NotServed),  # a satellite
        ("+53 51234567", NotServed),
        ("+371 21234567", NotServed),
        ("+960 7712345", NotServed),
        ("+1 415 555 2671", NotServed),
        ("+880 1712345678", NotServed),
    ],
)
def test_numbers_that_no_message_reaches_or_that_somebody_earns_by_are_refused(typed, why):
    with pytest.raises(InvalidPhone) as refused:
        mobile(typed, regions=REGIONS)

    assert type(refused.value) is why


def test_a_region_is_served_where_it_is_named():
    assert mobile("+1 415 555 2671", regions=REGIONS | {"US"}) == "+14155552671"


def test_what_is_beyond_the_mainland_is_abroad():
    assert [abroad(n) for n in ("+8613812345678", "+85251234567", "a@b.cn", "")] == [False, True, False, False]


@given(st.text())
def test_any_text_is_either_read_one_way_or_refused(text):
    try:
        stored = normalise_phone(text)
    except InvalidPhone:
        return

    assert normalise_phone(stored) == stored


@given(st.from_regex(r"1\d{10}", fullmatch=True).filter(str.isascii))
def test_eleven_digits_are_told_apart_as_the_library_would(text: str):
    def asked(typed: str) -> str:
        try:
            return mobile(typed, regions={"CN"})
        except InvalidPhone as wrong:
            return type(wrong).__name__

    assert asked(text) == asked(f"{text[:3]} {text[3:]}") == asked(f"+86{text}")
