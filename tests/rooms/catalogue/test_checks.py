"""Validators of the data dictionary: each at its edges, in both languages, and none that a sound value breaks."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.documents import generate_resident_id
from banshi.rooms.catalogue.rules.checks import CHECKS, WrongValue, listed, parsed
from banshi.rooms.catalogue.rules.dictionary import with_checks, wrong_checks
from banshi.rooms.catalogue.rules.handling import Element, Field
from banshi.rooms.catalogue.rules.values import read, read_element

TODAY = date(2026, 3, 10)
ID = generate_resident_id("441900", date(1985, 6, 6), 71)


def kept(check: str, value: object) -> object:
    return parsed(check).apply(value, TODAY)


def refused(check: str, value: object) -> bool:
    with pytest.raises(WrongValue) as wrong:
        kept(check, value)
    return bool(re.search("[\u4e00-\u9fff]", wrong.value.zh)) and wrong.value.en.isascii() | ("粤" in wrong.value.en)


@pytest.mark.parametrize(
    ("check", "value", "as_kept"),
    [
        ("resident_id", ID, ID),
        ("uscc", "91441900ma4w1234x3", "91441900MA4W1234X3"),
        ("mobile", "13800138000", "+8613800138000"),
        ("past", TODAY, TODAY),
        ("postcode", "５２３０００", "523000"),
        ("plate", "粤S·12345", "粤S12345"),
        ("plate", "粤sd12345", "粤SD12345"),
        ("plate", "粤S1234学", "粤S1234学"),
        ("plate", "粤ZA123港", "粤ZA123港"),
        ("vin", "LFPH4ACC911A08910".lower(), "LFPH4ACC911A08910"),
        ("vin", "WVWZZZ1KZ6W000001", "WVWZZZ1KZ6W000001"),
        ("estate_unit", "441900 001001 gb00001 f00020301", "441900001001GB00001F00020301"),
        ("estate_unit", "110101003002JC00012W00000000", "110101003002JC00012W00000000"),
        ("email", "li.ming+a@example.com.cn", "li.ming+a@example.com.cn"),
        ("length:2..4", "两个", "两个"),
        ("length:4", "四个字了", "四个字了"),
        ("range:0.01..", Decimal("0.01"), Decimal("0.01")),
        ("range:1..50", Decimal(50), Decimal(50)),
        ("whole", Decimal("3.0"), Decimal("3.0")),
        ("pattern:[0-9]{3}~123", "999", "999"),
        ("one_of:red|blue", "blue", "blue"),
    ],
)
def test_what_is_right_is_kept_in_one_spelling(check: str, value: object, as_kept: object) -> None:
    assert kept(check, value) == as_kept
    assert kept(check, as_kept) == as_kept


@pytest.mark.parametrize(
    ("check", "value"),
    [
        ("resident_id", ID[:-1] + ("0" if ID[-1] != "0" else "1")),
        ("uscc", ID),
        ("uscc", "91441900MA4W1234X4"),
        ("mobile", "0769-22831000"),
        ("past", TODAY + timedelta(days=1)),
        ("postcode", "923000"),
        ("postcode", "52300"),
        ("plate", "粤I12345"),
        ("plate", "粤S1234O"),
        ("plate", "中S12345"),
        ("vin", "LFPH4ACC811A08910"),
        ("vin", "LFPH4ACC911A0891"),
        ("vin", "LFPH4ACC8I1A08910"),
        ("estate_unit", "abc"),
        ("estate_unit", "441900001001GB00001F0002030"),
        ("estate_unit", "441900001001XB00001F00020301"),
        ("estate_unit", "44190000100１GB00001E00020301"),
        ("email", "li.ming@example"),
        ("email", "li ming@example.com"),
        ("length:2..4", "一"),
        ("length:2..4", "一二三四五"),
        ("range:0.01..", Decimal("0")),
        ("range:1..50", Decimal(51)),
        ("whole", Decimal("3.5")),
        ("pattern:[0-9]{3}~123", "1234"),
        ("one_of:red|blue", "green"),
    ],
)
def test_what_is_wrong_is_named_in_both_languages(check: str, value: object) -> None:
    assert refused(check, value)


@given(st.integers(0, 10**6), st.sampled_from("01"))
def test_one_wrong_digit_of_a_number_is_found(seq: int, digit: str) -> None:
    number = generate_resident_id("441900", date(1950, 1, 1) + timedelta(days=seq % 20_000), seq % 1000)
    changed = number[:16] + str((int(number[16]) + 1 + int(digit)) % 10) + number[17:]

    assert kept("resident_id", number) == number
    assert refused("resident_id", changed)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-100, max_value=200))
def test_bounds_are_within(number: Decimal) -> None:
    inside = 0 <= number <= 100

    assert inside or refused("range:0..100", number)
    assert not inside or kept("range:0..100", number) == number


@pytest.mark.parametrize(
    "text",
    [
        "shoe",
        "past:1",
        "length",
        "length:9..2",
        "length:x",
        "range:..",
        "range:5..1",
        "range:NaN..",
        "pattern:[0-9",
        "pattern:[0-9]~x",
        "one_of:",
    ],
)
def test_what_is_no_check_is_refused_where_it_is_written(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(text)


def test_every_check_has_a_hint_in_both_languages_and_a_type_it_goes_with() -> None:
    params = {"length": "2..4", "range": "1..9", "pattern": "[0-9]{3}~123", "one_of": "a|b"}

    for name in CHECKS:
        check = parsed(f"{name}:{params[name]}" if name in params else name)
        assert check.hint.zh
        assert check.hint.en
        assert parsed(str(check)) == check
        assert re.compile(check.pattern)
    assert wrong_checks("date", "past") == ""
    assert wrong_checks("text", "past") == "past is no check of the type text"


def test_a_hint_says_the_bounds_that_a_field_has_within_those_of_its_element() -> None:
    area = parsed("range:0.01..1000000")

    assert area.within(Decimal(1), Decimal(500)).hint.zh == "1 到 500"
    assert area.within(None, None) == area
    assert parsed("range:0.01..").within(Decimal(1), Decimal(9)).hint.zh == "不小于 1"
    assert parsed("length:2..4").within(Decimal(1), None) == parsed("length:2..4")


def test_a_field_asks_what_its_element_asks_and_no_more_what_it_asked_before() -> None:
    asked = {"plate-number": ["plate"], "job": []}
    fields = [{"code": "a", "element": "plate-number"}, {"code": "b", "element": "job", "checks": ["vin"]},
              {"code": "c", "element": "", "checks": ["email"]}]  # fmt: skip

    said = with_checks({"fields": fields}, asked)["fields"]

    assert [each.get("checks") for each in said] == [["plate"], None, ["email"]]
    assert with_checks({"fields": said}, asked)["fields"] == said


def test_a_form_and_an_authority_are_held_to_the_same() -> None:
    field = Field(
        code="plate", label_zh="号牌", label_en="Plate", type="text", group_zh="车", group_en="Car", checks=("plate",)
    )
    element = Element(code="plate-number", name_zh="号牌", type="text", source_precedence="library", checks="plate")

    assert read(field, " 粤s12345 ", TODAY) == read_element(element, "粤s12345", TODAY) == "粤S12345"
    with pytest.raises(WrongValue):
        read(field, "12345", TODAY)
    with pytest.raises(WrongValue):
        read_element(element, "12345", TODAY)
    assert [str(each) for each in listed("whole; range:1..50")] == ["whole", "range:1..50"]
