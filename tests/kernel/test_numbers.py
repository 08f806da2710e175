from __future__ import annotations

from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.numbers import (
    ALPHABET,
    InvalidCode,
    check_character,
    code_from,
    grouped,
    normalise_code,
    ticket_number,
)

bodies = st.binary(min_size=8, max_size=30)
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(("sequence", "number"), [(1, "A001"), (12, "A012"), (999, "A999"), (1000, "A1000")])
def test_a_ticket_number_has_a_letter_and_at_least_three_digits(sequence, number):
    assert ticket_number("A", sequence) == number


@pytest.mark.parametrize(("prefix", "sequence"), [("a", 1), ("", 1), ("ABC", 1), ("1", 1), ("A", 0), ("A", -1)])
def test_a_ticket_without_a_letter_or_counted_from_nought_is_refused(prefix, sequence):
    with pytest.raises(ValueError, match="prefix|counted from 1"):
        ticket_number(prefix, sequence)


def test_a_reference_is_read_however_it_is_typed():
    code = code_from(bytes([0, 1, 10, 31, 32, 64, 255, 128]))

    assert code[:-1] == "01AZ00Z0"
    assert normalise_code(grouped(code).lower().replace("0", "o").replace("1", "l")) == code


def test_a_reference_is_printed_in_groups_of_four():
    assert grouped("K7Q29M4XA") == "K7Q2-9M4X-A"


@pytest.mark.parametrize("text", ["", "A", "ABCDU234", "预约号"])
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(InvalidCode):
        normalise_code(text)


@pytest.mark.parametrize("length", [0, 31])
def test_a_reference_of_no_or_too_many_characters_is_refused(length):
    with pytest.raises(ValueError, match="1 to 30 bytes"):
        code_from(bytes(length))


@given(bodies, st.data())
def test_one_wrong_character_is_always_noticed(body, data):
    code = code_from(body)
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([each for each in ALPHABET if each != code[place]]))

    with pytest.raises(InvalidCode):
        normalise_code(code[:place] + other + code[place + 1 :])


@given(bodies, st.data())
def test_two_swapped_characters_are_always_noticed(body, data):
    code = list(code_from(body))
    one = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.integers(0, len(code) - 1).filter(lambda place: code[place] != code[one]))
    code[one], code[other] = code[other], code[one]

    with pytest.raises(InvalidCode):
        normalise_code("".join(code))


def test_every_character_can_be_a_check_character():
    assert sorted({check_character(each) for each in ALPHABET}) == sorted(ALPHABET)
