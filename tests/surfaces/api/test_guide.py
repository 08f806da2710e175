"""The guide by situation: questions asked until the list is complete; nothing is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from jsonschema import Draft202012Validator

from banshi.rooms.catalogue.models import HallItem, Item
from tests.rooms.catalogue.handlings import document, handling
from tests.surfaces.api.conftest import Calls

GUIDE = "/items/pension/guide"


@pytest.fixture
def modelled(calls: Calls) -> Calls:
    Item.objects.filter(code="pension").update(handling=handling().model_dump(mode="json"))
    return calls


def answered(calls: Calls, **body: Any) -> dict[str, Any]:
    reply = calls("post", GUIDE, "read", body)
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def test_the_questions_of_an_item_come_in_order_with_their_conditions(modelled: Calls) -> None:
    found = modelled("get", f"{GUIDE}?hall=town", "kiosk").json()

    assert (found["item"], found["version"]) == ("pension", 1)
    assert [(each["id"], each["asked_if"]) for each in found["questions"]] == [
        ("premises", None),
        ("lease", {"eq": ["premises", "rented"]}),
        ("agent", None),
    ]
    assert found["questions"][0]["options"][0] == {"id": "own", "text": "选own", "text_en": "Option own"}


def test_answers_lead_from_question_to_question_to_what_is_needed(modelled: Calls) -> None:
    first = answered(modelled)
    last = answered(modelled, answers={"premises": "rented", "lease": "long", "agent": "agent"})

    assert (first["complete"], first["next_question"]["id"], first["situation"]) == (False, "premises", None)
    assert (last["complete"], last["next_question"]) == (True, None)
    assert last["situation"] == {"id": "rented", "name": "租的", "name_en": "Rented"}
    assert [each["code"] for each in last["materials"]] == ["form", "card", "contract", "letter"]
    assert last["materials"][1] == {
        "code": "card", "name": "材料card", "name_en": "Paper card", "necessity": "required", "originals": 1, "copies": 0,
        "channels": ["paper", "library"], "satisfied_by": ["resident-id"], "by_promise": None, "reuse_days": None,
        "accept": "", "accept_en": "",
        "source": None, "issuer": "", "issuer_en": "", "fill": "", "fill_en": "", "blank": None, "sample": None,
    }  # fmt: skip
    assert last["where"] == {"window": True, "online": True, "kiosk": False, "cabinet": False}
    assert (last["fee"], last["minutes"]) == (
        {"amount": "10.00", "text": "工本费", "text_en": "Fee", "how": "", "how_en": "", "formula": None, "possible": []}, 12,
    )  # fmt: skip
    assert (last["promised"], last["statutory"]["value"]) == ({"value": 1, "unit": "working_day"}, 15)
    assert last["conditions"] == [{"text": "合法", "text_en": "Lawful"}]


def test_the_guide_names_blanks_samples_and_what_the_result_looks_like(calls: Calls) -> None:
    made = handling().model_dump(mode="json")
    made["materials"][0]["form"] = {"signatures": [{"text_zh": "申请人", "text_en": "Applicant"}]}
    Item.objects.filter(code="pension").update(handling=made)

    found = answered(calls, answers={"premises": "own", "agent": "self"})

    here = f"{settings.BANSHI_PUBLIC_URL}/items/pension"
    assert [found["materials"][0][name] for name in ("blank", "sample")] == [
        f"{here}/papers/form/blank.pdf",
        f"{here}/papers/form/sample.pdf",
    ]
    assert found["result_sample"] == f"{here}/result-sample.pdf"


def test_an_answer_to_what_is_not_asked_is_left_out(modelled: Calls) -> None:
    found = answered(modelled, answers={"premises": "own", "lease": "long", "agent": "self"})

    assert (found["answers"], found["complete"]) == ({"premises": "own", "agent": "self"}, True)


def test_a_fee_by_a_number_of_the_form_says_how_it_is_computed(calls: Calls) -> None:
    formula = {
        "kind": "share",
        "field": "rent",
        "steps": [{"up_to": "1000", "value": "5"}, {"value": "3"}],
        "least": "1",
    }
    made = handling().model_dump(mode="json")
    rent = next(each for each in made["fields"] if each["code"] == "rent")
    rent |= {"show_if": {}, "required": True, "least": "0"}
    made["fee"] |= {
        "amount": None,
        "rates": [{"text_zh": "按租金", "text_en": "By the rent", "when": {}, "formula": formula}],
    }
    Item.objects.filter(code="pension").update(handling=made)

    fee = answered(calls, answers={"premises": "rented", "lease": "long", "agent": "agent"})["fee"]

    assert (fee["amount"], fee["how"]) == (None, "栏rent 1000 元以内的 0.5%、以上部分的 0.3%，最少 1 元")
    assert fee["formula"] == {
        "kind": "share", "field": "rent", "unit": "", "unit_en": "", "unit_price": None, "base": "0.00", "included": 0,
        "steps": [{"up_to": "1000", "value": "5"}, {"up_to": None, "value": "3"}], "least": "1.00", "most": None,
    }  # fmt: skip


def test_wrong_questions_and_options_are_named_all_at_once(modelled: Calls) -> None:
    reply = modelled(
        "post", GUIDE, "channel", {"answers": {"premises": "borrowed", "colour": "red"}}, Accept_Language="en"
    )

    facts = reply.json()["facts"]
    assert (reply.status_code, reply.json()["type"]) == (422, "invalid")
    assert [(each["field"], each["reason"]["en"]) for each in facts["errors"]] == [
        ("answers.premises", "There is no such option"),
        ("answers.colour", "There is no such question"),
    ]


@pytest.mark.parametrize(
    "answers", [[], {"premises": 1}, {"premises": None}, {"": "own"}, {"a" * 81: "own"}, {"x": "\u202e"}]
)
def test_answers_of_another_shape_are_invalid(modelled: Calls, answers: Any) -> None:
    reply = modelled("post", GUIDE, "channel", {"answers": answers})

    assert (reply.status_code, reply.json()["type"]) == (422, "invalid")


def test_a_hall_says_how_it_takes_the_item(modelled: Calls) -> None:
    HallItem.objects.filter(item__code="pension").update(walk_in=False)

    assert [answered(modelled, **hall)["appointment"] for hall in ({}, {"hall": "town"})] == ["advised", "required"]
    for method, path, body in (("post", GUIDE, {"hall": "other"}), ("get", f"{GUIDE}?hall=other", None)):
        reply = modelled(method, path, "read", body)
        assert (reply.status_code, reply.json()["type"]) == (409, "item-not-here")


def test_an_item_that_nobody_modelled_is_complete_at_once(calls: Calls) -> None:
    found = answered(calls)

    assert (calls("get", GUIDE).json()["questions"], found["complete"], found["materials"]) == ([], True, [])
    assert calls("get", "/items/flying/guide").status_code == 404


def test_the_form_comes_as_json_schema(modelled: Calls) -> None:
    reply = modelled("get", "/items/pension/form-schema", "channel")

    schema = reply.json()
    Draft202012Validator.check_schema(schema)
    assert (reply.status_code, schema["$id"], schema["x-label-en"]) == (
        200,
        "urn:banshi:form:pension:1",
        "Pension enrolment",
    )
    sent = {"answers": {"premises": "own", "agent": "self"}, "form": {"owner": "张三"}}
    assert [each.message for each in Draft202012Validator(schema).iter_errors(sent)] == [
        "'phone' is a required property"
    ]
    assert modelled("get", "/items/flying/form-schema").status_code == 404


def test_the_guide_says_as_what_an_item_is_handled(modelled: Calls) -> None:
    below = [{"code": "001", "name_zh": "个人经营", "name_en": "One person"}]
    Item.objects.filter(code="pension").update(handling=handling(handling_items=below).model_dump(mode="json"))

    said = [
        answered(modelled, answers=answers)["handling_item"] for answers in ({}, {"premises": "own", "agent": "self"})
    ]

    assert said == [None, {"code": "001", "name": "个人经营", "name_en": "One person"}]
    assert modelled("get", "/items/pension", "read").json()["handling_items"] == [said[1]]


def test_the_guide_says_through_which_stages_a_matter_goes(modelled: Calls) -> None:
    general = [each["act"] for each in answered(modelled)["stages"]]
    asks = {
        "code": "police",
        "act": "consult",
        "department": "police",
        "name_zh": "问公安",
        "name_en": "Police",
        "days": 3,
    }
    Item.objects.filter(code="pension").update(handling=handling(flow=[asks]).model_dump(mode="json"))

    assert general == ["receive", "review", "decide", "issue"]
    assert answered(modelled)["stages"] == [
        {
            "code": "police", "name": "问公安", "name_en": "Police", "act": "consult", "department": "police",
            "procedure": None, "days": 3, "who": "", "who_en": "", "standard": "", "standard_en": "",
        }
    ]  # fmt: skip


def test_a_paper_says_where_it_comes_from_and_the_item_what_is_often_asked(modelled: Calls) -> None:
    said = document()
    said["materials"][0] |= {
        "source": "other",
        "issuer_zh": "医院",
        "issuer_en": "Hospital",
        "fill_zh": "签字",
        "fill_en": "Sign",
    }
    asked = {"text_zh": "要预约吗？", "text_en": "Must I book?", "answer_zh": "不用", "answer_en": "No"}
    Item.objects.filter(code="pension").update(
        handling=handling(materials=said["materials"], faq=[asked]).model_dump(mode="json")
    )

    paper = answered(modelled)["materials"][0]
    item = modelled("get", "/items/pension", "read").json()

    assert [paper[name] for name in ("source", "issuer", "issuer_en", "fill", "fill_en")] == [
        "other",
        "医院",
        "Hospital",
        "签字",
        "Sign",
    ]
    assert item["faq"] == [
        {"question": "要预约吗？", "question_en": "Must I book?", "answer": "不用", "answer_en": "No"}
    ]
