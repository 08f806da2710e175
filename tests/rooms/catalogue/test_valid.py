"""有效期: by years, months, days, or a day that was said; by answers and by age; without end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.rooms.catalogue.rules.faults import faults
from banshi.rooms.catalogue.rules.handling import Handling
from banshi.rooms.catalogue.rules.national import stated
from banshi.rooms.catalogue.rules.valid import valid_until
from tests.rooms.catalogue.handlings import document, field
from tests.rooms.catalogue.test_national import COLUMNS

DAY = date(2026, 11, 30)
GROWN, YOUNG = "110101199003077715", "110101201103073156"
TEXT = {"text_zh": "一种", "text_en": "One"}
AGES = [
    {"for_years": 5, "when": {"lt": ["card.age", 16]}},
    {"for_years": 10, "when": {"le": ["card.age", 25]}},
    {"for_years": 20, "when": {"le": ["card.age", 45]}},
    {"when": {"ge": ["card.age", 46]}},
]


def handling(*terms: dict[str, Any], **more: Any) -> Handling:
    fields = [*document()["fields"], field("card", "id_number", required=False), field("last", "date", required=False)]
    granted = [{"code": "until", "label_zh": "至", "label_en": "Until", "type": "date", "after_months": 6}]
    result = {**document()["result"], "grants": granted, "valid": [{**TEXT, **each} for each in terms], **more}
    return Handling.model_validate(document(fields=fields, result=result))


def last(made: Handling, day: date = DAY, **form: Any) -> str:
    found = valid_until(made, {"premises": "own", "agent": "self"}, form, {"until": date(2027, 5, 30)}, day)
    return "" if found is None else found.isoformat()


@pytest.mark.parametrize(
    ("term", "until"),
    [
        ({"for_years": 1}, "2027-11-30"), ({"for_months": 3}, "2027-02-28"), ({"for_months": 13}, "2027-12-30"),
        ({"for_days": 1}, "2026-12-01"), ({"for_days": 33}, "2027-01-02"), ({"until": "until"}, "2027-05-30"),
        ({"until": "last"}, "2026-12-24"), ({}, ""), ({"for_days": 1, "when": {"eq": ["premises", "rented"]}}, "2031-11-30"),
        ({"for_days": 1, "when": {"eq": ["premises", "own"]}}, "2026-12-01"),
    ],
)  # fmt: skip
def test_a_term_says_the_last_day(term: dict[str, Any], until: str) -> None:
    assert last(handling(term, valid_years=5), last="2026-12-24") == until


def test_the_first_that_holds_counts() -> None:
    assert last(handling({"for_days": 2}, {"for_days": 3})) == "2026-12-02"


def test_of_a_leap_day_the_last_of_february_is_the_last() -> None:
    leap = date(2028, 2, 29)

    assert (last(handling(valid_years=1), leap), last(handling(valid_years=4), leap)) == ("2029-02-28", "2032-02-29")


@pytest.mark.parametrize(
    ("number", "day", "until"),
    [
        (YOUNG, date(2026, 11, 30), "2031-11-30"), (YOUNG, date(2027, 3, 6), "2032-03-06"),
        (YOUNG, date(2027, 3, 7), "2037-03-07"), (GROWN, date(2026, 11, 30), "2046-11-30"),
        (GROWN, date(2036, 3, 6), "2056-03-06"), (GROWN, date(2036, 3, 7), ""),
    ],
)  # fmt: skip
def test_the_age_that_a_document_says_is_that_of_the_day(number: str, day: date, until: str) -> None:
    assert last(handling(*AGES), day, card=number) == until


def test_a_last_day_that_is_over_is_the_day_itself() -> None:
    assert last(handling({"until": "last"}), last="2026-11-29") == "2026-11-30"


def test_a_day_that_nobody_said_is_none() -> None:
    assert last(handling({"until": "last"})) == ""


@pytest.mark.parametrize(
    ("terms", "where"),
    [
        ([{"for_years": 1}], []),
        ([{"for_years": 1, "for_days": 2}], ["result.valid[0]"]),
        ([{"for_months": 1, "until": "last"}], ["result.valid[0]"]),
        ([{"until": "card"}], ["result.valid[0].until"]),
        ([{"until": "nothing"}], ["result.valid[0].until"]),
        ([{"for_years": 1}, {"for_years": 2}], ["result.valid[0].when"]),
        (AGES, []),
        ([{"when": {"ge": ["rooms.age", 46]}}], ["result.valid[0].when"]),
    ],
)
def test_what_cannot_be_is_a_fault(terms: list[dict[str, Any]], where: list[str]) -> None:
    assert [each.where for each in faults(handling(*terms))] == where


def test_what_holds_how_long_is_stated() -> None:
    told = {each.code: (each.value_zh, each.value_en) for each in stated(COLUMNS, handling({"for_months": 1}, {}))}

    assert told["result_kind"][0].endswith("，有效期：一种 1 个月；一种 长期")
    assert told["result_kind"][1].endswith(", valid: One 1 month; One without end")
