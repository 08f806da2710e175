"""What a newer version makes of what was begun: only what whoever applies would notice, by their own answers."""

from __future__ import annotations

from typing import Any

from banshi.rooms.catalogue.rules.handling import Handling
from banshi.rooms.catalogue.rules.newer import newer
from tests.matters import SHOP

ANSWERS = {"premises": "rented", "food": "no"}


def shop(**more: Any) -> Handling:
    return Handling.model_validate({**SHOP, **more})


def papers(**changed: Any) -> list[dict[str, Any]]:
    """The shop's; of those named by code, these parts are otherwise, or they are gone (None)."""
    listed = [{**each, **(changed.get(each["code"], {}) or {})} for each in SHOP["materials"]]
    return [each for each in listed if changed.get(each["code"], {}) is not None]


def test_nothing_is_told_where_nothing_is_otherwise_for_these_answers() -> None:
    question = {**SHOP["questions"][0], "help_zh": "看房产证", "help_en": "See the deed"}
    own_only = [
        *SHOP["materials"],
        {"code": "deed", "name_zh": "房产证", "name_en": "Deed", "needed_if": {"eq": ["premises", "own"]}},
    ]

    found = newer(shop(), shop(questions=[question, *SHOP["questions"][1:]], materials=own_only), ANSWERS, {})

    assert (found.same, dict(found.answers)) == (True, ANSWERS)


def test_papers_more_and_less_are_named_also_one_that_may_not_follow_any_more() -> None:
    seal = {"code": "seal", "name_zh": "印章", "name_en": "Seal"}
    after = shop(materials=[*papers(lease=None, photo={"necessity": "required"}), seal])

    found = newer(shop(), after, ANSWERS, {})

    assert [each.code for each in found.more] == ["photo", "seal"]
    assert [each.code for each in found.less] == ["lease"]


def test_the_limit_the_fee_and_fields_are_said_before_and_now() -> None:
    fee = {"amount": "20", "text_zh": "工本费", "text_en": "Fee"}
    field = {
        "code": "floor",
        "label_zh": "楼层",
        "label_en": "Floor",
        "type": "text",
        "group_zh": "店",
        "group_en": "Shop",
    }
    limits = {**SHOP["limits"], "promised": {"value": 3}}
    after = shop(fee=fee, fields=[*SHOP["fields"], field], limits=limits)

    found = newer(shop(), after, ANSWERS, {})

    assert found.promised is not None
    assert found.cost is not None
    assert (found.promised[0].value > 3, found.promised[1].value) == (True, 3)
    assert (found.cost[1].amount if found.cost[1] else None) == 20
    assert [each.code for each in found.fields] == ["floor"]


def test_an_answer_that_is_none_any_more_is_asked_for_anew() -> None:
    other = [{"id": "own", "text_zh": "自有", "text_en": "Own"}, {"id": "lent", "text_zh": "借用", "text_en": "Lent"}]
    after = shop(questions=[{**SHOP["questions"][0], "options": other}, *SHOP["questions"][1:]])

    found = newer(shop(), after, ANSWERS, {})

    assert (found.ask, "premises" in found.answers, found.answers.get("food")) == (True, False, "no")
