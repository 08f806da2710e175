"""How items are handled is loaded from files: whole, once, and never over what an office wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.journeys.hall import load_presets
from banshi.journeys.hall.load_handlings import load_handlings, read
from banshi.kernel.actors import SYSTEM
from banshi.kernel.conditions import judge
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.catalogue import actions, queries
from banshi.rooms.catalogue.models import DataElement, Item, ItemVersion
from banshi.rooms.catalogue.rules.guided import facts_of, form_faults, guided
from banshi.rooms.catalogue.rules.handling import Handling
from tests.house.test_presets_catalogue import PRESETS
from tests.rooms.catalogue.handlings import document
from tests.town import CLERK, TUESDAY_NINE, Town

LATER = TUESDAY_NINE + timedelta(hours=1)
ELEMENTS = """code,name_zh,name_en,type,sensitivity,source_precedence
person-name,姓名,Name,name,personal,library;applicant
mobile,手机号码,Mobile,phone,personal,applicant
"""
MODELLED = sorted(path.stem for path in (PRESETS / "catalogue" / "handling").glob("*.yaml"))
Load = Callable[..., list[str]]


@pytest.fixture
def load(town: Town, tmp_path: Path) -> Load:
    """Loads what the pension's file says, as a load of all files does."""
    (tmp_path / "catalogue" / "handling").mkdir(parents=True)

    def take(text: str | None = None, name: str = "pension", elements: str = ELEMENTS, **more: Any) -> list[str]:
        said = yaml.safe_dump(document(**more), allow_unicode=True) if text is None else text
        (tmp_path / "catalogue" / "elements.csv").write_text(elements, encoding="utf-8")
        (tmp_path / "catalogue" / "handling" / f"{name}.yaml").write_text(said, encoding="utf-8")
        left = load_handlings(tmp_path)
        actions.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
        return left

    return take


def pension() -> Item:
    return Item.objects.get(code="pension")


def test_a_file_models_its_item_and_says_it_again_for_nothing(load: Load) -> None:
    assert (load(), load()) == ([], [])

    assert queries.handling_of(pension()).minutes == 12
    assert ItemVersion.objects.filter(item__code="pension").count() == 1
    assert list(DataElement.objects.order_by("code").values_list("code", "type")) == [
        ("mobile", "phone"),
        ("person-name", "name"),
    ]


def test_a_file_that_says_otherwise_is_a_new_version(load: Load) -> None:
    load()
    load(minutes=20)

    assert [queries.pinned(pension().pk, version).minutes for version in (1, 2)] == [12, 20]


def test_a_field_that_handlings_did_not_have_makes_no_new_version(load: Load) -> None:
    load()
    kept = {name: said for name, said in pension().handling.items() if name != "handling_items"}
    Item.objects.filter(code="pension").update(handling=kept)

    assert load() == []
    assert pension().handling == kept


def test_what_an_office_wrote_stays_and_is_told(load: Load) -> None:
    load()
    Item.objects.filter(code="pension").update(handling={**pension().handling, "minutes": 30.0})
    actions.keep_item_versions(by=CLERK, now=LATER)
    Item.objects.filter(code="pension").update(name_en="Pension")
    actions.keep_item_versions(by=SYSTEM, now=LATER)

    assert load(minutes=20) == ["pension"]
    assert queries.handling_of(pension()).minutes == 30


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": "questions: ["}, "handling/pension.yaml: while parsing"),
        ({"text": "- a"}, "handling/pension.yaml: file: Input should be a valid dictionary"),
        ({"minutes": -1}, "handling/pension.yaml: minutes: Input should be greater than 0"),
        ({"colour": "red"}, "handling/pension.yaml: colour: Extra inputs are not permitted"),
        ({"where": {"window": False}}, "handling/pension.yaml: where: There is no place where it is handled"),
        ({"name": "pensoin"}, "handling/pensoin.yaml: there is no item pensoin"),
        (
            {"elements": ELEMENTS.replace("phone", "telephone")},
            "catalogue/elements.csv: row 3, column type: Input should be",
        ),
        (
            {"elements": ELEMENTS.replace("personal", "secret")},
            "catalogue/elements.csv: row 2, column sensitivity: “secret”",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_place(load: Load, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as no:
        load(**wrong)

    assert str(no.value).startswith(said)
    assert pension().handling == {}


def test_what_the_library_can_supply_by_now_is_not_asked_by_a_file_that_stayed_as_it_is(load: Load) -> None:
    load()

    with pytest.raises(ValueError) as no:
        load(elements=f"{ELEMENTS}rooms,房间,Rooms,text,personal,library;applicant\n")

    assert str(no.value).startswith("handling/pension.yaml: fields.rooms.element: Sharing can supply rooms")
    assert str(no.value).endswith(": 房间")


def test_the_presets_model_their_items_whole(db: None, tmp_path: Path) -> None:
    for part in ("regions.csv", "calendar", "catalogue"):
        (tmp_path / part).symlink_to(PRESETS / part)
    (tmp_path / "halls").mkdir()
    load_presets.load(tmp_path, TUESDAY_NINE)
    known = set(ItemVersion.objects.values_list("pk", flat=True))

    assert load_presets.load(tmp_path, LATER) == []
    assert set(ItemVersion.objects.values_list("pk", flat=True)) == known
    assert sorted(Item.objects.exclude(handling={}).values_list("code", flat=True)) == MODELLED


def test_files_are_read_without_asking_for_every_item(db: None, tmp_path: Path) -> None:
    for part in ("regions.csv", "calendar", "catalogue"):
        (tmp_path / part).symlink_to(PRESETS / part)
    (tmp_path / "halls").mkdir()
    load_presets.load(tmp_path, TUESDAY_NINE)
    Item.objects.filter(code__in=MODELLED).update(handling={})

    with CaptureQueriesContext(connection) as asked:
        load_handlings(tmp_path)

    assert len(asked) <= 6


LICENCE = {
    "form": "individual", "identity": "mainland", "name": "chosen", "premises": "rented", "food": "made",
    "applicant": "agent",
}  # fmt: skip


def preset(code: str) -> Handling:
    return read(PRESETS / "catalogue" / "handling" / f"{code}.yaml", ())


def test_a_noodle_shop_in_a_rented_place_through_an_agent() -> None:
    handling = preset("sole-trader-licence-new")

    found = guided(handling, LICENCE)

    assert (found.complete, found.situation and found.situation.id) == (True, "food-made")
    assert [(each.code, each.necessity) for each in found.materials] == [
        ("application-form", "required"), ("id-card", "required"), ("name-notice", "optional"),
        ("lease-contract", "deferrable"), ("commitment", "required"), ("agent-letter", "required"),
        ("agent-id", "required"),
    ]  # fmt: skip
    assert {each.code for each in form_faults(handling, LICENCE, {}, TUESDAY_NINE.date())} == {
        "operator-name", "operator-id", "operator-phone", "operator-address", "trade-name", "scope", "place", "lease-until",
        "staff", "agent-name", "agent-id-number",
    }  # fmt: skip


def test_an_inherited_home_and_one_bought_with_a_loan() -> None:
    handling = preset("land-and-house-reg")

    inherited = guided(
        handling, {"ground": "inheritance", "household": "single", "minor": "minor", "applicant": "self"}
    )
    bought = guided(
        handling,
        {
            "ground": "sale",
            "owner": "person",
            "household": "married",
            "share": "joint",
            "loan": "loan",
            "applicant": "self",
        },
    )

    assert [found.situation and found.situation.id for found in (inherited, bought)] == ["inheritance", "sale-loan"]
    assert [each.code for each in inherited.materials] == [
        "property-registration-form", "id-card", "property-certificate", "inheritance-proof", "kinship-proof",
    ]  # fmt: skip
    assert [each.code for each in bought.materials] == [
        "property-registration-form", "id-card", "property-certificate", "sale-contract", "tax-payment-proof",
        "marriage-certificate", "mortgage-papers",
    ]  # fmt: skip


def test_the_simplest_shop_there_is_asks_only_for_what_the_authorities_hold_and_its_rules_hold() -> None:
    handling = preset("sole-trader-licence-new")
    answers = {
        "form": "individual", "identity": "mainland", "name": "without", "premises": "own", "food": "none", "permit": "none",
        "applicant": "self",
    }  # fmt: skip
    number = generate_resident_id("441900", date(1990, 3, 10), 7)
    facts = facts_of(handling, answers, {"operator-id": number, "staff": "2"}, TUESDAY_NINE.date())

    assert [(each.code, bool(each.satisfied_by)) for each in guided(handling, answers).materials] == [
        ("id-card", True), ("property-certificate", True),
    ]  # fmt: skip
    assert handling.by_rule is not None
    assert [rule.id for rule in handling.by_rule.rules if judge(rule.holds, facts).value is not True] == []
    assert [
        rule.id for rule in handling.by_rule.rules if judge(rule.holds, {**facts, "operator-id.age": 17}).value
    ] == [rule.id for rule in handling.by_rule.rules if rule.id != "of-age"]


@pytest.mark.parametrize(
    ("scope", "by", "says", "held"),
    [("all", "self", "register", True), ("all", "self", "applicant", False), ("all", "agent", "register", False),
     ("period", "self", "register", False)],
)  # fmt: skip
def test_a_statement_is_made_by_rule_of_what_the_insurer_has_on_record(
    scope: str, by: str, says: str, held: bool
) -> None:
    handling = preset("unemployment-benefit-statement")
    facts: dict[str, object] = {"scope": scope, "abroad": "home", "by": by, "months.by": says, "total.by": says}

    assert handling.by_rule is not None
    assert all(judge(rule.holds, facts).value is True for rule in handling.by_rule.rules) is held
