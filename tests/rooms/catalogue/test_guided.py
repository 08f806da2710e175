"""From answers to what is needed, and forms that say it all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.documents import generate_resident_id
from banshi.rooms.catalogue.rules.general import general, identity_card_named
from banshi.rooms.catalogue.rules.guided import (
    answer_faults,
    cleaned,
    facts_of,
    form_faults,
    guided,
    in_hall,
    wrong_age,
)
from tests.rooms.catalogue.handlings import document, field, handling

TODAY = date(2026, 3, 10)
SHOP = handling()
ALONE = {"premises": "own", "agent": "self"}
RENTED = {"premises": "rented", "lease": "short", "agent": "agent"}
FORM: dict[str, object] = {"owner": "张三", "phone": "13800138000", "rent": "5000"}


def ids(parts: Any) -> list[str]:
    return [getattr(each, "code", None) or each.id for each in parts]


def wrong(form: dict[str, Any], answers: dict[str, str] = RENTED, **more: Any) -> list[tuple[str, str]]:
    return [(each.code, each.en) for each in form_faults(handling(**more), answers, form, TODAY)]


def test_questions_are_asked_one_by_one_where_they_apply() -> None:
    nothing, rented, own = guided(SHOP, {}), guided(SHOP, {"premises": "rented"}), guided(SHOP, {"premises": "own"})

    assert [each.next_question and each.next_question.id for each in (nothing, rented, own)] == [
        "premises",
        "lease",
        "agent",
    ]
    assert (nothing.complete, nothing.situation, ids(nothing.materials)) == (False, None, ["form", "card"])


def test_the_answers_decide_what_is_needed() -> None:
    alone, rented = guided(SHOP, ALONE), guided(SHOP, RENTED)

    assert (alone.complete, alone.situation and alone.situation.id) == (True, "own")
    assert (ids(alone.materials), ids(alone.fields)) == (["form", "card"], ["owner", "phone", "staff", "rooms"])
    assert ([each.text_en for each in alone.conditions], alone.fee) == (["Lawful"], None)
    assert (rented.complete, rented.situation and rented.situation.id) == (True, "rented")
    assert ids(rented.materials) == ["form", "card", "contract", "letter"]
    assert ids(rented.fields) == ["owner", "phone", "rent", "staff", "rooms"]
    assert [each.text_en for each in rented.conditions] == ["Lawful", "Long enough"]
    assert (str(rented.fee and rented.fee.amount), rented.promised.value, rented.minutes) == ("10.00", 1, 12)


def test_an_answer_to_what_is_not_asked_any_more_is_left_out() -> None:
    found = guided(SHOP, {**RENTED, "premises": "own"})

    assert (found.answers, ids(found.questions)) == ({"premises": "own", "agent": "agent"}, ["premises", "agent"])
    assert "contract" not in ids(found.materials)


def test_questions_and_options_that_there_are_not_are_named() -> None:
    found = answer_faults(SHOP, {"premises": "borrowed", "colour": "red", "lease": "long"})

    assert [(each.code, each.en) for each in found] == [
        ("premises", "There is no such option"),
        ("colour", "There is no such question"),
    ]
    assert guided(SHOP, {"premises": "borrowed"}).next_question == SHOP.questions[0]


@given(
    st.dictionaries(
        st.sampled_from(["premises", "lease", "agent", "?"]), st.sampled_from(["own", "rented", "long", "agent"])
    )
)
def test_what_is_kept_of_answers_comes_to_the_same_again(answers: dict[str, str]) -> None:
    found = guided(SHOP, answers)

    assert guided(SHOP, found.answers) == found
    assert found.complete is (found.next_question is None)


def test_a_hall_says_whether_it_is_booked() -> None:
    found = guided(SHOP, ALONE)

    asked = [in_hall(found, bookable=b, walk_in=w).appointment for b, w in ((True, True), (True, False), (False, True))]
    assert asked == ["advised", "required", "none"]


def test_a_form_that_says_it_all_has_no_faults() -> None:
    assert wrong(FORM) == []
    assert wrong({**FORM, "rent": None}, ALONE) == []


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert wrong({"phone": "12", "staff": 11, "hat": "red"}) == [
        ("hat", "There is no such field"),
        ("owner", "Field owner is missing"),
        ("phone", "This is not a valid telephone number"),
        ("rent", "Field rent is missing"),
        ("staff", "Not more than 10"),
    ]


def test_a_field_is_shown_by_what_stands_above_it() -> None:
    assert wrong({**FORM, "staff": 3}) == [("rooms", "Field rooms is missing")]
    assert wrong({**FORM, "staff": "2", "rooms": "much too long"}) == []
    assert wrong({**FORM, "staff": 3, "rooms": "123456"}) == [("rooms", "At most 5 characters")]


CHOICE = [{"id": "a", "text_zh": "甲", "text_en": "A"}, {"id": "b", "text_zh": "乙", "text_en": "B"}]


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("text", "  two words ", "two words"),
        ("number", "1e3", "1000"),
        ("number", 2.5, "2.5"),
        ("number", "１２", "12"),
        ("money", 12, "12.00"),
        ("money", "0.5", "0.50"),
        ("money", "１２．５", "12.50"),
        ("date", "1931-12-24", "1931-12-24"),
        ("choice", "b", "b"),
        ("phone", "138 0013 8000", "+8613800138000"),
        ("phone", "0769-22221111", "+8676922221111"),
        ("id_number", "11010519491231002x", "11010519491231002X"),
        ("name", " 张  三 ", "张 三"),
        ("address", "体育路 1 号\n201", "体育路 1 号\n201"),
        ("yes_no", "no", False),
        ("yes_no", True, True),
    ],
)
def test_a_value_is_kept_in_one_spelling(kind: str, value: object, kept: object) -> None:
    one = handling(fields=[field("x", kind, options=CHOICE if kind == "choice" else [])])

    assert form_faults(one, {}, {"x": value}, TODAY) == ()
    assert cleaned(one, {}, {"x": value}) == {"x": kept}


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("text", 5, "This is a text"),
        ("text", ["a"], "This is a text"),
        ("text", "a\u202eb", "There are characters in it that cannot be seen: type it again"),
        ("number", "ten", "This is a number"),
        ("number", True, "This is a number"),
        ("number", "NaN", "This is a number"),
        ("number", "1e999999", "This is a number"),
        ("number", {}, "This is a number"),
        ("money", "123456789012345e15", "This is a number"),
        ("money", "1e16", "This is a number"),
        ("money", "1E2", "This is a number"),
        ("money", "12_000", "This is a number"),
        ("money", "+5", "This is a number"),
        ("money", "١٢٣", "This is a number"),
        ("money", "1.005", "An amount has at most two decimals"),
        ("date", "2026-02-30", "This is a day, like 2026-03-10"),
        ("date", "20260301", "This is a day, like 2026-03-10"),
        ("date", "2026-W10-2", "This is a day, like 2026-03-10"),
        ("date", "1066-10-14", "This is a day, like 2026-03-10"),
        ("choice", "c", "There is no such option"),
        ("phone", "110", "This is not a valid telephone number"),
        (
            "id_number",
            "110105194912310021",
            "The last character does not fit the rest; one character is probably wrong.",
        ),
        (
            "id_number",
            "11010520991231002X",
            "The last character does not fit the rest; one character is probably wrong.",
        ),
        ("name", "123", "A name has letters"),
        ("yes_no", "perhaps", "Choose yes or no"),
    ],
)
def test_a_value_that_cannot_be_says_why(kind: str, value: object, said: str) -> None:
    one = handling(fields=[field("x", kind, options=CHOICE if kind == "choice" else [])])

    assert [each.en for each in form_faults(one, {}, {"x": value}, TODAY)] == [said]
    assert cleaned(one, {}, {"x": value}) == {"x": value}


def test_only_what_is_shown_is_kept() -> None:
    assert cleaned(SHOP, ALONE, {**FORM, "staff": "", "hat": "red"}) == {"owner": "张三", "phone": "+8613800138000"}
    assert cleaned(SHOP, RENTED, {**FORM, "staff": 3, "rooms": "two"}) == {
        "owner": "张三", "phone": "+8613800138000", "rent": "5000.00", "staff": "3", "rooms": "two",
    }  # fmt: skip
    assert cleaned(SHOP, RENTED, cleaned(SHOP, RENTED, FORM)) == cleaned(SHOP, RENTED, FORM)


@given(st.dictionaries(st.sampled_from(["owner", "phone", "rent", "staff", "rooms", "?"]), st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.lists(st.integers(), max_size=2)
)))  # fmt: skip
def test_no_form_whatever_raises(form: dict[str, object]) -> None:
    faults = form_faults(SHOP, RENTED, form, TODAY)

    assert len({each.code for each in faults}) == len(faults)
    assert set(cleaned(SHOP, RENTED, form)) <= set(form)


ITEM: dict[str, Any] = {
    "acceptance_condition_zh": "合法", "acceptance_condition_en": "Lawful", "fee_zh": "不收费", "fee_en": "Free",
    "promised_days": 3, "statutory_days": 20, "item_type": "01", "result_zh": "执照", "result_en": "Licence",
    "case_kind": "1", "handling_minutes": 9.5, "handling_forms": "1;2",
}  # fmt: skip
CARD = {
    "code": "id-card", "name_zh": "身份证", "name_en": "ID card", "originals": 1, "copies": 2, "necessity": "required",
    "note_zh": "有效", "note_en": "Valid",
}  # fmt: skip


def test_an_item_nobody_has_modelled_is_handled_as_the_catalogue_says() -> None:
    found = general(ITEM, [CARD, {**CARD, "code": "form", "name_zh": "申请表", "name_en": "", "necessity": "?"}])

    answered = guided(found, {})
    assert (answered.complete, answered.situation, answered.promised.value, answered.statutory.value) == (
        True,
        None,
        3,
        20,
    )
    card, form = answered.materials
    assert (card.channels, card.satisfied_by) == (("paper", "scan", "upload", "library"), ("resident-id",))
    assert (form.name_en, form.necessity, form.satisfied_by) == ("申请表", "required", ())
    assert ([each.text_en for each in answered.conditions], answered.fee) == (["Lawful"], None)
    assert ids(answered.fields) == ["name", "phone", "note"]
    assert (found.result.kind, found.instant, found.where.online, answered.minutes) == ("licence", True, True, 9.5)


def test_what_the_library_has_need_not_be_brought_whatever_the_list_s_code_for_it() -> None:
    (paper,) = general(ITEM, [{**CARD, "code": "m-17", "name_zh": "结婚证（复印件）"}]).materials

    assert (paper.channels[-1], paper.satisfied_by) == ("library", ("marriage-certificate",))


def test_the_bare_item_is_handled_too() -> None:
    bare = {**ITEM, **dict.fromkeys(("acceptance_condition_zh", "result_zh", "result_en", "fee_en"), "")}

    found = general(
        {**bare, "fee_zh": "工本费10元", "item_type": "20", "handling_minutes": 0, "handling_forms": "1"}, []
    )

    assert (found.conditions, found.materials, found.minutes, found.where.online) == ((), (), None, False)
    assert (found.fee and (found.fee.text_en, found.fee.amount), found.result.kind) == (("工本费10元", None), "reply")


def test_rules_ask_answers_shown_fields_the_day_and_the_age_a_document_says() -> None:
    number = generate_resident_id("441900", date(2008, 3, 11), 1)
    fields = [*document()["fields"], field("number", "id_number")]
    form = {"number": number, "staff": "3", "rent": "900", "rooms": "two"}

    found = facts_of(handling(fields=fields), {"premises": "own", "agent": "self"}, form, date(2026, 3, 10))

    assert found == {
        "premises": "own", "agent": "self", "today": "2026-03-10", "number": number, "number.age": 17, "staff": 3,
        "rooms": "two",
    }  # fmt: skip


def test_a_value_that_cannot_be_is_no_fact() -> None:
    found = facts_of(handling(), {"premises": "own", "agent": "self"}, {"staff": "many"}, date(2026, 3, 10))

    assert found == {"premises": "own", "agent": "self", "today": "2026-03-10"}


def test_a_fee_that_hangs_on_the_answers_is_the_rate_that_holds() -> None:
    rates = [
        {"amount": "80", "text_zh": "住宅", "text_en": "Home", "when": {"eq": ["agent", "agent"]}},
        {"amount": "550.00", "text_zh": "其他", "text_en": "Other", "when": {}},
    ]
    asked = handling(fee={"text_zh": "登记费", "text_en": "Registration", "basis_zh": "2559号", "rates": rates})

    found = [guided(asked, answers).fee for answers in (RENTED, ALONE)]

    assert [(str(each.amount), each.text_zh, each.basis_zh) for each in found if each] == [
        ("80", "住宅", "2559号"), ("550.00", "其他", "2559号"),
    ]  # fmt: skip


BELOW = [
    {"code": "001", "name_zh": "个人经营", "name_en": "One person", "when": {"eq": ["premises", "own"]}},
    {"code": "002", "name_zh": "家庭经营", "name_en": "A family"},
]


def test_answers_say_as_which_handling_item_it_is_handled() -> None:
    one = handling(handling_items=BELOW)

    found = [guided(one, answers).handling_item for answers in (ALONE, RENTED, {})]

    assert [each and each.code for each in found] == ["001", "002", None]
    assert guided(SHOP, ALONE).handling_item is None


def test_an_identity_card_is_known_by_its_name_whosever_it_is() -> None:
    cards = (
        "身份证", "卖方身份证", "代理人居民身份证", "配偶居民身份证（原件）", "法定代表人（负责人）身份证",
        "临时居民身份证", "港澳台通行证、护照或永久居留身份证",
    )  # fmt: skip
    others = (
        "居民身份证复印件", "居民身份证照片", "居民身份证领取凭证", "监护关系证明和监护人身份证", "租约",
        "随迁家属户口簿、身份证和关系证明",
    )  # fmt: skip

    assert [name for name in (*cards, *others) if identity_card_named(name)] == list(cards)


@pytest.mark.parametrize(
    ("answers", "age", "wrong"),
    [
        ({"age": "grown"}, 15, True),
        ({"age": "grown"}, 16, False),
        ({"age": "minor"}, 17, False),
        ({"age": "minor"}, 18, True),
        ({"passport.age": "grown"}, 8, True),
        ({"buyer": "minor"}, 40, False),
        ({"age": "exempt"}, 40, False),
        ({}, 8, False),
    ],
)
def test_nobody_answers_another_age_than_their_document_says(answers: dict[str, str], age: int, wrong: bool) -> None:
    assert wrong_age(answers, age) is wrong
