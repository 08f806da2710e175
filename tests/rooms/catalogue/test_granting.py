"""核定内容: proposed from the form and the day, said otherwise, and what cannot be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.rooms.catalogue.rules.faults import faults
from banshi.rooms.catalogue.rules.granting import WrongGrant, granted
from banshi.rooms.catalogue.rules.handling import Handling

DAY = date(2026, 11, 30)
FORM = {"asked": "800.00", "account": "6222020000001234"}


def handling(*grants: dict[str, Any], **more: Any) -> Handling:
    group = {"group_zh": "组", "group_en": "Group"}
    return Handling.model_validate({
        "fields": [
            {"code": "asked", "label_zh": "申请金额", "label_en": "Asked for", "type": "money", **group},
            {"code": "account", "label_zh": "账号", "label_en": "Account", "type": "text", "required": False, **group},
        ],
        "materials": [{"code": "a", "name_zh": "甲", "name_en": "A"}],
        "limits": {"promised": {"value": 1}, "statutory": {"value": 5}},
        "result": {"kind": "reply", "name_zh": "通知书", "name_en": "Notice", "grants": list(grants)},
        **more,
    })  # fmt: skip


def grant(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "label_zh": code, "label_en": code, **more}


AMOUNT = grant("amount", type="money", of="asked", most="1000")
UNTIL = grant("until", type="date", after_months=3)
ACCOUNT = grant("account", of="account", masked=True)


def said(*grants: dict[str, Any], form: dict[str, str] = FORM, **typed: str) -> dict[str, str]:
    return {each.grant.code: each.value for each in granted(handling(*grants), {}, form, typed, DAY)}


def test_what_is_proposed_stands_where_nobody_says_otherwise() -> None:
    assert said(AMOUNT, UNTIL, ACCOUNT) == {"amount": "800.00", "until": "2027-02-28", "account": "****1234"}
    assert said(AMOUNT, UNTIL, amount="500", until="") == {"amount": "500.00", "until": "2027-02-28"}


def test_a_field_that_was_not_filled_in_grants_nothing() -> None:
    assert said(AMOUNT, ACCOUNT, form={"asked": "800.00"}) == {"amount": "800.00"}


@pytest.mark.parametrize(
    ("grants", "typed", "why"),
    [
        ([AMOUNT], {"amount": "1000.01"}, "amount: Not more than 1000"),
        ([AMOUNT], {"amount": "-0.01"}, "amount: Not less than 0"),
        ([UNTIL], {"until": "soon"}, "until: This is a day, like 2026-03-10"),
        ([grant("term")], {}, "term is missing"),
        ([AMOUNT], {"castle": "1"}, "Nothing of this kind is granted here"),
    ],
)
def test_what_cannot_be_granted_is_said_so(grants: list[dict[str, Any]], typed: dict[str, str], why: str) -> None:
    with pytest.raises(WrongGrant) as wrong:
        said(*grants, **typed)

    assert wrong.value.en == why


@pytest.mark.parametrize(
    ("one", "where", "why"),
    [
        (grant("x", of="nothing"), "result.grants.x.of", "There is no field nothing"),
        (grant("x", type="date", of="asked"), "result.grants.x.of", "asked is of another type"),
        (grant("x", after_months=1), "result.grants.x.after_months", "Only a day is counted from the decision"),
    ],
)
def test_what_proposes_nothing_is_a_fault(one: dict[str, Any], where: str, why: str) -> None:
    assert [(each.where, each.en) for each in faults(handling(one))] == [(where, why)]


def test_rules_state_nothing_of_their_own() -> None:
    rules = {"rules": [{"id": "r", "text_zh": "规则", "text_en": "Rule", "holds": {"known": "asked"}}]}

    found = faults(handling(grant("term"), by_rule=rules))

    assert [each.en for each in found] == ["Where rules decide, it has to come from a field or the day"]


def test_a_document_without_them_is_the_one_it_was_before_there_were_any() -> None:
    assert "grants" not in handling().model_dump(mode="json")["result"]


def test_one_that_is_always_stated_is_said_by_whoever_decides_where_its_field_is_empty() -> None:
    always = {**AMOUNT, "always": True}

    with pytest.raises(WrongGrant) as missing:
        said(always, form={})

    assert (missing.value.code, said(always, form={}, amount="500")) == ("amount", {"amount": "500.00"})
