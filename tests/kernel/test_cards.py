"""What a reader types is told apart from a number typed by hand."""

from __future__ import annotations

import pytest

from banshi.kernel.cards import number_in

NUMBER = "44190019900101001X"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (NUMBER, NUMBER),
        (f" {NUMBER} ", f" {NUMBER} "),
        (f"BC1|{NUMBER}|周晓明|", NUMBER),
        (f"bc1｜{NUMBER}｜周晓明｜", NUMBER),
        (f"BC1|周晓明|{NUMBER}", NUMBER),
        (f"BC1|1773105600|{NUMBER}|周晓明||0f0f", NUMBER),
        ("BC1|", ""),
        ("BC12", "BC12"),
    ],
)
def test_the_number_in_a_line_of_a_reader(typed: str, number: str) -> None:
    assert number_in(typed) == number
