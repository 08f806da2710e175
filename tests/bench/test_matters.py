"""Matters of the crowd: what is filled in, what is kept between runs, and how cases lived through compare with figures."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest

from banshi.crowd.filling import filled
from banshi.crowd.ledger import Seen, compare_cases
from banshi.crowd.matter import Matter, known
from banshi.crowd.people import person
from banshi.crowd.ways import Way
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.catalogue.rules.values import read

TODAY = date(2026, 3, 10)
TYPES = ("text", "name", "id_number", "phone", "date", "number", "money", "address", "yes_no", "choice")


def asked(kind: str, **more: Any) -> dict[str, Any]:
    options = [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}] if kind == "choice" else []
    return {"code": f"the-{kind}", "type": kind, "label": "某项内容很长的标签", "options": options, **more}


def field_of(each: dict[str, Any]) -> Field:
    options = [{"id": one["id"], "text_zh": one["text"], "text_en": one["id"]} for one in each["options"]]
    return Field.model_validate(
        {"code": each["code"], "label_zh": "项", "label_en": "It", "type": each["type"], "options": options,
         "group_zh": "组", "group_en": "Group", "longest": 8 if each["type"] == "text" else 60}
    )  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_value_of_each_type_is_read_as_one(kind: str, seed: str) -> None:
    each = asked(kind)
    who = person(5, hall="dongcheng").body()

    value = filled([each], who, seed=seed, today=TODAY)[each["code"]]

    said = ("yes" if value else "no") if isinstance(value, bool) else value
    assert read(field_of(each), said, TODAY) is not None


@pytest.mark.parametrize(
    ("kind", "checks"),
    [
        ("date", ["past"]), ("number", ["whole", "range:1900..2100"]), ("money", ["range:..1"]), ("address", ["length:4..9"]),
        ("text", ["pattern:[0-9]{3}~123"]), ("text", ["one_of:甲|乙"]), ("choice", ["one_of:a|b"]), ("text", ["postcode"]),
        ("text", ["plate"]), ("text", ["vin"]), ("text", ["email"]), ("text", ["uscc"]), ("id_number", ["resident_id"]),
        ("phone", ["mobile"]), ("text", ["length:6"]),
    ],
)  # fmt: skip
def test_a_value_is_as_its_checks_have_it(kind: str, checks: list[str]) -> None:
    each = asked(kind, checks=[{"check": check} for check in checks])
    field = field_of(each).model_copy(update={"checks": checks, "longest": 60})

    value = filled([each], person(5, hall="dongcheng").body(), seed="1", today=TODAY)[each["code"]]

    assert read(field, value, TODAY) is not None


def test_the_same_seed_fills_in_the_same() -> None:
    fields, who = [asked(kind) for kind in TYPES], person(6).body()

    first, again, other = (filled(fields, who, seed=seed, today=TODAY) for seed in ("1", "1", "2"))

    assert (first == again, first == other) == (True, False)


def test_what_is_kept_of_a_matter_is_known_again() -> None:
    way = Way("night", "notice", "till", "courier")
    matter = Matter("110101-260310-000001", "3/dongcheng/matter/1", way, 7, "dongcheng", not_before="2026-03-11")
    matter.take("submit", "applicant", TODAY)

    again = known(json.loads(json.dumps(matter.kept())))

    assert (again, again.chance("rates")) == (matter, matter.chance("rates"))
    with pytest.raises(KeyError):
        known({"no": "1"})


@pytest.mark.parametrize(
    ("mine", "reported", "unsure", "verdict"),
    [(3, 3, 0, "same"), (3, 5, 0, "others"), (3, 2, 0, "differs"), (3, 2, 1, "skipped")],
)
def test_figures_of_cases_say_no_less_than_was_lived_through(
    mine: int, reported: int, unsure: int, verdict: str
) -> None:
    seen = Seen("dongcheng", counts=Counter({"cases_decided": mine}), unsure=unsure)

    (found,) = compare_cases(seen, before=Counter({"decided": 10}), after=Counter({"decided": 10 + reported}))

    assert (found.what, found.seen, found.reported, found.verdict) == ("cases decided", mine, reported, verdict)
