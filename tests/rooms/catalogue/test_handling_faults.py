"""What keeps a handling from being published is told at once, with its place."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from banshi.rooms.catalogue.rules import faults as looking
from banshi.rooms.catalogue.rules.faults import faults
from banshi.rooms.catalogue.rules.handling import Handling
from tests.rooms.catalogue.handlings import ELEMENTS, document, field, handling, paper, question


def told(**more: Any) -> list[tuple[str, str]]:
    return [(each.where, each.en) for each in faults(handling(**more), ELEMENTS)]


def ends(**more: Any) -> dict[str, Any]:
    ending = {"type": "resident-id", "name_zh": "身份证", "name_en": "Card", **more}
    return {"result": {**document()["result"], "ends": [ending]}}


def test_a_handling_that_is_whole_has_none() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("more", "where", "said"),
    [
        ({}, "", ""),
        (
            {"type": "shop-licence"},
            "result.ends[0].type",
            "No paper comes as this certificate, and no field says its number",
        ),
        ({"type": "shop-licence", "which": "only"}, "", ""),
        ({"type": "shop-licence", "which": "all"}, "", ""),
        ({"type": "shop-licence", "field": "rooms"}, "", ""),
        ({"field": "licence"}, "result.ends[0].field", "There is no field licence"),
        ({"field": "phone"}, "result.ends[0].field", "phone does not say a number"),
        ({"field": "rooms", "which": "all"}, "result.ends[0].field", "Where all end no number is asked"),
        ({"when": {"eq": ["agent", "agent"]}}, "", ""),
        ({"when": {"eq": ["agent", "robot"]}}, "result.ends[0].when", "agent: there is no option robot"),
        (
            {"when": {"eq": ["rooms", "x"]}},
            "result.ends[0].when",
            "rooms: no question or field above has this code",
        ),
    ],
)
def test_of_what_a_result_ends_it_can_be_told_which_it_is(more: dict[str, Any], where: str, said: str) -> None:
    assert told(**ends(**more)) == ([(where, said)] if where else [])


@pytest.mark.parametrize(
    ("changed", "where", "said"),
    [
        ({"materials": [paper("a"), paper("a")]}, "materials.a", "This code stands twice"),
        ({"fields": [field("agent", "text")]}, "fields.agent", "This code stands twice"),
        ({"questions": [question("q", "a", "a")]}, "questions.q.options.a", "This code stands twice"),
        (
            {"materials": [paper("a"), paper("b", needed_if={"eq": ["colour", "red"]})]},
            "materials.b.needed_if",
            "colour: no question or field above has this code",
        ),
        (
            {"materials": [paper("a"), paper("b", needed_if={"eq": ["agent", "robot"]})]},
            "materials.b.needed_if",
            "agent: there is no option robot",
        ),
        (
            {"materials": [paper("a", needed_if={"maybe": 1})]},
            "materials.a.needed_if",
            "Not a condition: condition: no such operator",
        ),
        (
            {"fields": [field("a", "text", show_if={"known": "b"}), field("b", "text")]},
            "fields.a.show_if",
            "b: no question or field above has this code",
        ),
        (
            {"limits": {"promised": {"value": 11, "unit": "working_day"}, "statutory": {"value": 15, "unit": "day"}}},
            "limits.promised",
            "Longer than the statutory limit",
        ),
        (
            {"limits": {"promised": {"value": 0}, "statutory": {"value": 15}}},
            "limits.promised",
            "A promised limit is missing",
        ),
        (
            {"materials": [paper("a", satisfied_by=["resident-id"])]},
            "materials.a.channels",
            "The library can supply it, so it must not be asked for (State Council Order 716, Art. 7)",
        ),
        (
            {"materials": [paper("a", channels=["library"])]},
            "materials.a.satisfied_by",
            "Which certificate stands for it is missing",
        ),
        ({"fields": [field("a", "choice")]}, "fields.a.options", "A choice has options, and nothing else has"),
        ({"fields": [field("a", "text", least=1)]}, "fields.a.least", "Only numbers and amounts have bounds"),
        ({"fields": [field("a", "money", least=2, most=1)]}, "fields.a.least", "The lower bound is above the upper one"),
        ({"where": {"window": False}}, "where", "There is no place where it is handled"),
        ({"fields": [field("a", "name", element="hat")]}, "fields.a.element", "There is no data element hat"),
        ({"fields": [field("a", "text", element="mobile")]}, "fields.a.element", "The data element is of type phone"),
        (
            {"fields": [field("person-name", "name")]},
            "fields.person-name.element",
            "Sharing can supply person-name, so it must not be asked anew (State Council Order 716, Art. 7)",
        ),
        (
            {"fields": [field("a", "name", label_zh="姓名")]},
            "fields.a.element",
            "Sharing can supply person-name, so it must not be asked anew (State Council Order 716, Art. 7)",
        ),
        (
            {"situations": [{"id": "s", "name_zh": "甲\u202e乙", "name_en": "S"}]},
            "situations.0.name_zh",
            "There are characters in it that cannot be seen: type it again",
        ),
        (
            {"questions": [question("lease", "long", "short", asked_if={"eq": ["agent", "self"]}),
                           question("premises", "own", "rented"), question("agent", "self", "agent")]},
            "questions.lease.asked_if",
            "agent: no question or field above has this code",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(changed: dict[str, Any], where: str, said: str) -> None:
    assert (where, said) in told(**changed)


def test_an_order_between_units_is_taken_at_the_longest() -> None:
    limits = {"promised": {"value": 30, "unit": "minute"}, "statutory": {"value": 1, "unit": "working_day"}}

    assert told(limits=limits) == []
    assert told(limits={**limits, "statutory": {"value": 0}}) == []


PATHS = {"situations": [], "conditions": [], "fields": [], "fee": None}


@pytest.mark.parametrize(("name", "most", "article"), [("notice_days", 5, "32"), ("issue_days", 10, "44")])
def test_a_permit_has_no_more_days_than_its_law_gives(name: str, most: int, article: str) -> None:
    """行政许可法 32, 44: to say what is missing, and to issue. Other items set their own."""

    def found(days: int, item_type: str) -> list[str]:
        limits = {**document()["limits"], name: days}
        return [each.where for each in faults(handling(limits=limits), ELEMENTS, item_type=item_type)]

    assert (found(most, "01"), found(most + 1, "01")) == ([], [f"limits.{name}"])
    assert (found(most + 1, "05"), found(most + 1, "")) == ([], [])


def test_a_question_that_is_never_asked_and_what_no_path_comes_to_is_named() -> None:
    odd = question("never", "a", "b", asked_if={"all": [{"eq": ["q", "x"]}, {"eq": ["q", "y"]}]})
    situations = [{"id": one, "name_zh": one, "name_en": one} for one in ("all", "shadowed")]
    papers = [paper("a"), paper("b", needed_if={"known": "never"})]

    found = told(
        **{**PATHS, "questions": [question("q", "x", "y"), odd], "situations": situations, "materials": papers}
    )

    never = "No path of answers comes to it"
    assert found == [("questions.never", never), ("situations.shadowed", never), ("materials.b", never)]


def test_a_path_that_ends_without_papers_or_situation_is_named() -> None:
    asked = [question("q", "x", "y"), question("more", "a", "b", asked_if={"eq": ["q", "y"]})]
    situations = [{"id": "x", "name_zh": "x", "name_en": "x", "when": {"eq": ["q", "x"]}}]
    papers = [paper("a", needed_if={"any": [{"eq": ["q", "x"]}, {"eq": ["more", "b"]}]})]

    assert told(**{**PATHS, "questions": asked, "situations": situations, "materials": papers}) == [
        ("questions", "Ends without a list of papers: Question “Option y”, Question “Option a”"),
        ("situations", "Ends in no situation: Question “Option y”, Question “Option a”"),
        ("situations", "Ends in no situation: Question “Option y”, Question “Option b”"),
    ]


def test_more_paths_than_can_be_walked_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_PATHS", 5)

    assert told() == [("questions", "More than 5 paths of answers")]


@pytest.mark.parametrize(
    "changed",
    [{"colour": "red"}, {"minutes": 0}, {"questions": [question("q", "alone")]}, {"materials": [paper("a b")]}],
)
def test_what_has_another_shape_is_no_handling(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Handling.model_validate(document(**changed))


def test_a_handling_reads_the_same_from_what_is_kept_of_it() -> None:
    assert Handling.model_validate(handling().model_dump(mode="json")) == handling()


def pack(**holds: Any) -> dict[str, Any]:
    return {
        "rules": [{"id": code, "text_zh": "规则", "text_en": "Rule", "holds": tree} for code, tree in holds.items()]
    }


def test_a_rule_may_ask_questions_fields_the_day_and_an_age() -> None:
    holds = {"all": [{"eq": ["premises", "own"]}, {"ge": ["staff", 1]}, {"ge": ["number.age", 18]}, {"known": "today"}]}
    fields = [*document()["fields"], field("number", "id_number")]

    assert faults(handling(fields=fields, by_rule=pack(own=holds))) == ()


@pytest.mark.parametrize("fact", ["nobody-asked", "phone.age", "premises.age"])
def test_a_rule_about_what_nobody_is_asked_is_a_fault(fact: str) -> None:
    found = faults(handling(by_rule=pack(own={"eq": [fact, "own"]})))

    assert [each.where for each in found] == ["by_rule.rules.own.holds"]


def test_a_rule_that_asks_for_an_option_there_is_not_is_a_fault() -> None:
    found = faults(handling(by_rule=pack(own={"eq": ["premises", "castle"]})))

    assert [each.en for each in found] == ["premises: there is no option castle"]


def test_a_rule_that_asks_for_nothing_holds_for_everybody_and_is_a_fault() -> None:
    found = faults(handling(by_rule=pack(own={})))

    assert [each.en for each in found] == ["This rule asks for nothing"]


def test_two_rules_of_one_code_are_a_fault() -> None:
    rule = pack(own={"eq": ["premises", "own"]})["rules"][0]

    assert [each.where for each in faults(handling(by_rule={"rules": [rule, rule]}))] == ["by_rule.rules.own"]


def test_every_path_ends_in_a_handling_item_and_each_is_reached() -> None:
    below = [{"code": code, "name_zh": code, "name_en": code, "when": {"eq": ["q", "x"]}} for code in ("one", "other")]
    papers = [paper("a")]
    asked = {**PATHS, "questions": [question("q", "x", "y")], "materials": papers}

    assert told(**{**asked, "handling_items": below}) == [
        ("handling_items", "Ends in no handling item: Question “Option y”"),
        ("handling_items.other", "No path of answers comes to it"),
    ]
    assert told(**{**asked, "handling_items": [below[0], {**below[1], "code": "one"}]}) == [
        ("handling_items.one", "This code stands twice")
    ]


# --- Flow -------------------------------------------------------------------------------------------------------

DECIDED = {"code": "yes", "act": "decide", "name_zh": "决定", "name_en": "Decision"}
ASKED = {"code": "police", "act": "consult", "department": "police", "name_zh": "问公安", "name_en": "Police"}


@pytest.mark.parametrize(
    ("more", "where", "said"),
    [
        ({"flow": [ASKED, ASKED, DECIDED]}, "flow.police", "This code stands twice"),
        ({"flow": [DECIDED, {**DECIDED, "code": "no"}]}, "flow", "There is one stage alone of this kind: decide"),
        ({"flow": [DECIDED, ASKED]}, "flow.police", "It stands after the decision, which waits for it"),
        (
            {"flow": [{**ASKED, "department": ""}]},
            "flow.police.department",
            "A stage that asks names whom, and no other does",
        ),
        (
            {"flow": [{**DECIDED, "procedure": "hearing"}]},
            "flow.yes.procedure",
            "A special procedure says which, and no other stage does",
        ),
        ({"flow": [ASKED], "instant": True}, "flow.police", "What is decided at once or by rule has no such stage"),
        ({"flow": [{**DECIDED, "days": 90}]}, "flow", "Review and decision together are longer than was promised"),
        (
            {"flow": [{**ASKED, "needed_if": {"eq": ["colour", "red"]}}]},
            "flow.police.needed_if",
            "colour: no question or field above has this code",
        ),
    ],
)
def test_a_flow_that_cannot_be_followed_is_not_published(more: dict[str, Any], where: str, said: str) -> None:
    assert (where, said) in told(**more)


def test_a_flow_asks_departments_that_there_are() -> None:
    asked = handling(flow=[ASKED, DECIDED])

    found = [
        [(each.where, each.en) for each in faults(asked, ELEMENTS, departments=known)]
        for known in (None, {"police"}, {"fire"})
    ]

    assert found == [[], [], [("flow.police.department", "There is no such department")]]
