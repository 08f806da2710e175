"""A form as JSON Schema: never stricter than the server, of every handling that is delivered and of conditions of every kind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from banshi.kernel.documents import generate_resident_id
from banshi.rooms.catalogue.rules.guided import answer_faults, cleaned, form_faults, guided
from banshi.rooms.catalogue.rules.handling import Field, Handling
from banshi.rooms.catalogue.rules.json_schema import form_schema
from tests.house.test_presets_catalogue import PRESETS
from tests.rooms.catalogue.handlings import field, handling, option, question

TODAY = date(2026, 3, 10)
FILES = sorted((PRESETS / "catalogue" / "handling").glob("*.yaml"))
RENTED = {"premises": "rented", "lease": "long", "agent": "self"}
OWN = {"premises": "own", "agent": "self"}
FORM = {"owner": "张三", "phone": "13800138000"}


def schema_of(one: Handling) -> dict[str, Any]:
    return form_schema(one, item="pension", version=3, title="养老金", title_en="Pension")


def accepts(one: Handling, answers: Any, form: Any) -> bool:
    valid: bool = Draft202012Validator(schema_of(one)).is_valid({"answers": answers, "form": form})
    return valid


def delivered(name: str) -> Handling:
    text = (PRESETS / "catalogue" / "handling" / f"{name}.yaml").read_text(encoding="utf-8")
    return Handling.model_validate(yaml.safe_load(text))


def tricky(**more: Any) -> Handling:
    """Conditions of every kind, over fields of every kind."""
    trees: list[dict[str, Any]] = [
        {"not": {"eq": ["kind", "own"]}},
        {"any": [{"gt": ["count", 2]}, {"eq": ["sure", True]}]},
        {"all": [{"not": {"known": "note"}}, {"in": ["kind", ["own", "rented"]]}]},
        {"le": ["day", {"fact": "until"}]},
        {"any": [{"ge": ["day", "2026-03-01"]}, {"ne": ["note", "x"]}]},
        {"not": {"any": [{"lt": ["count", 3]}, {"in": ["sure", [False]]}]}},
        {"ne": ["phone", "+8613800138000"]},
        {"all": [{"known": "f0"}, {"ne": ["day", "2026-03-09"]}]},
    ]
    fields = [
        field("kind", "choice", options=[option("own"), option("rented")], required=False),
        field("count", "number", required=False, least=0, most=10),
        field("sure", "yes_no", required=False),
        field("note", "text", required=False, longest=3),
        field("day", "date", required=False),
        field("until", "date", required=False),
        field("phone", "phone", required=False),
        *(field(f"f{i}", "number", required=i % 2 == 0, most=5, show_if=tree) for i, tree in enumerate(trees)),
    ]
    return handling(fields=fields, **more)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_delivered_form_has_a_schema(file: Any) -> None:
    one = delivered(file.stem)
    schema = schema_of(one)

    Draft202012Validator.check_schema(schema)
    named = set(schema["properties"]["form"]["properties"]) | {each.get("x-field") for each in schema.get("allOf", [])}
    assert named - {None} == {each.code for each in one.fields}


def test_it_names_item_and_version_and_says_each_field_in_both_languages() -> None:
    schema = schema_of(handling())

    assert (schema["$schema"], schema["$id"]) == (
        "https://json-schema.org/draft/2020-12/schema", "urn:banshi:form:pension:3",
    )  # fmt: skip
    form = schema["properties"]["form"]
    assert form["required"] == ["owner", "phone"]
    assert form["properties"]["staff"] == {
        "title": "栏staff", "x-label-en": "Field staff", "type": ["number", "string"], "pattern": r"^[+-]?[0-9]+(\.[0-9]+)?$",
        "minimum": 0, "maximum": 10, "x-type": "number", "x-group": "申请人", "x-group-en": "Applicant",
    }  # fmt: skip
    assert schema["properties"]["answers"]["properties"]["premises"]["oneOf"][0] == {
        "const": "own", "title": "选own", "x-label-en": "Option own",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "form", "fits"),
    [
        (OWN, FORM, True),
        (OWN, {**FORM, "rent": "much"}, True),  # not shown, so not looked at
        (RENTED, FORM, False),
        (RENTED, {**FORM, "rent": 3000}, True),
        (RENTED, {**FORM, "rent": "3000.50"}, True),
        (RENTED, {**FORM, "rent": 0}, False),
        ({**RENTED, "premises": "own"}, FORM, True),  # the lease is asked no more
        ({"premises": "rented", "agent": "self"}, {**FORM, "rent": 1}, False),
        ({**OWN, "agent": "nobody"}, FORM, False),
        ({**OWN, "colour": "red"}, FORM, False),
        (OWN, {"owner": "张三"}, False),
        (OWN, {**FORM, "hat": "red"}, False),
        (OWN, {**FORM, "staff": 11}, False),
        (OWN, {**FORM, "staff": 3}, False),
        (OWN, {**FORM, "staff": 3, "rooms": "three"}, True),
        (OWN, {**FORM, "staff": 3, "rooms": "thirty"}, False),
        (OWN, {**FORM, "staff": 2, "rooms": "thirty"}, True),
    ],
)
def test_it_says_what_the_server_says(answers: Any, form: Any, fits: bool) -> None:
    one = handling()
    complete = guided(one, answers).complete and not answer_faults(one, answers)

    assert accepts(one, answers, form) is fits
    assert (complete and not form_faults(one, answers, form, TODAY)) is fits


def test_what_a_schema_cannot_say_is_left_to_the_tree_beside_it() -> None:
    entries = {each["x-field"]: each for each in schema_of(tricky())["allOf"] if "x-field" in each}

    assert entries["f3"]["x-show-if"] == {"le": ["day", {"fact": "until"}]}
    assert schema_of(tricky())["$defs"]["shown-f3"] is False
    assert not accepts(tricky(), OWN, {"f0": 1, "kind": "rented", "f2": 9, "note": "a", "f1": 9, "count": 3})


GOOD: dict[str, list[Any]] = {
    "date": ["2026-03-09", "2026-03-10"], "yes_no": [True, False, "yes", "no"], "phone": ["13800138000", "+8613800138001"],
    "id_number": [generate_resident_id("441900", date(1990, 1, 1), 7)], "name": ["张三", "Li Na"], "choice": [],
    "number": [0, 2, 3, "2", "3.00", 2.5, 5], "money": [1, "2.50", 3000], "text": ["x", "a b", "张"], "address": ["路1"],
}  # fmt: skip
BAD: dict[str, list[Any]] = {
    "date": ["2026-W11-2", "1899-01-01", "2026-02-30", 3], "yes_no": ["maybe", 1], "phone": ["138 0013 8000", "12"],
    "number": [-1, 99999, 1e3, "x", True], "money": [0, "1.001"], "text": ["much too long"], "choice": ["-"],
}  # fmt: skip


def values(each: Field, tidy: bool) -> st.SearchStrategy[Any]:
    """What the field takes; else also what it may not."""
    good = [*GOOD[each.type], *(option.id for option in each.options)]
    return st.sampled_from(good if tidy else good + BAD.get(each.type, ["", 1]))


@st.composite
def filled(draw: st.DrawFn, one: Handling) -> tuple[dict[str, str], dict[str, Any]]:
    """Every question that is asked answered, and a form in its plain spelling: nothing empty, no spaces at the ends."""
    answers: dict[str, str] = {}
    while (asked := guided(one, answers).next_question) is not None:
        answers[asked.id] = draw(st.sampled_from([each.id for each in asked.options]))
    tidy = draw(st.booleans())
    form = {each.code: draw(values(each, tidy)) for each in one.fields if each.required or draw(st.booleans())}
    return answers, {code: value for code, value in form.items() if value != ""}


ASKED = [question("a", "x", "y"), question("b", "x", "y", asked_if={"eq": ["a", "x"]})]
ASKED += [question("c", "x", "y", asked_if={"not": {"known": "b"}})]
HANDLINGS = {
    "shop": handling(),
    "tricky": tricky(),
    "asked": handling(
        questions=ASKED, situations=[], conditions=[], materials=[], fee=None,
        fields=[
            field("f", "number", least=1, show_if={"eq": ["c", "x"]}),
            field("g", "text", longest=2, show_if={"ne": ["b", "x"]}),
            field("h", "text", longest=2, show_if={"not": {"known": "c"}}),
        ],
    ),
    **{name: delivered(name) for name in ("sole-trader-licence-new", "passport-first", "points-hukou", "food-permit-new")},
}  # fmt: skip


VALIDATORS = {name: Draft202012Validator(schema_of(one)) for name, one in HANDLINGS.items()}


@pytest.mark.parametrize("name", HANDLINGS)
@settings(max_examples=60)
@given(data=st.data())
def test_what_the_server_accepts_the_schema_accepts(name: str, data: st.DataObject) -> None:
    one = HANDLINGS[name]
    answers, form = data.draw(filled(one))
    form = {code: form[code] for code in form.keys() - {each.code for each in form_faults(one, answers, form, TODAY)}}
    sent = {code: value for code, value in form.items() if value != "2026-W11-2"}  # a day, in a spelling nobody uses
    for said in (sent, cleaned(one, answers, form)):
        if not form_faults(one, answers, said, TODAY):
            assert list(VALIDATORS[name].iter_errors({"answers": answers, "form": said})) == []
