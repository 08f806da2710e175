"""To whom one turns against what was decided: the item says it, else the department there, else the hall."""

from __future__ import annotations

import pytest

from banshi.kernel.policy.remedy import RemedyPolicy
from banshi.rooms.catalogue.rules.handling import Handling, Stated
from banshi.rooms.catalogue.rules.item_store import Record, read
from banshi.rooms.catalogue.rules.remedy import Remedy, body_named, court_named, remedy_of
from tests.rooms.catalogue.handlings import handling
from tests.rooms.catalogue.stores import file, record

HALL = RemedyPolicy(
    reconsider_zh="东城区人民政府", reconsider_en="Dongcheng Government", court_zh="东城区人民法院", court_en="Dongcheng Court",
    reconsider_of_zh=("税务局 = 市税务局",), reconsider_of_en=("Tax Bureau = City Tax Service",),
)  # fmt: skip
BUREAU, TAX = ("民政局", "Civil Affairs Bureau"), ("税务局", "Tax Bureau")


def test_a_department_is_under_the_government_of_its_hall() -> None:
    found = remedy_of(Stated(), HALL, BUREAU)

    assert found == Remedy("东城区人民政府", "Dongcheng Government", "东城区人民法院", "Dongcheng Court")


def test_a_department_led_from_above_is_under_the_authority_above_it() -> None:
    found = remedy_of(Stated(), HALL, TAX)

    assert found == Remedy("市税务局", "City Tax Service", "东城区人民法院", "Dongcheng Court")


def test_the_english_of_another_body_is_never_put_beside_a_name() -> None:
    found = remedy_of(Stated(), HALL.model_copy(update={"reconsider_of_en": ()}), TAX)

    assert (found.reconsider_zh, found.reconsider_en) == ("市税务局", "市税务局")


def test_an_item_says_otherwise_also_in_one_language() -> None:
    found = remedy_of(Stated(reconsider_zh="省人民政府"), HALL, TAX)

    assert found == Remedy("省人民政府", "省人民政府", "东城区人民法院", "Dongcheng Court")


def test_where_nobody_says_it_nothing_is_made_up() -> None:
    assert not remedy_of(Stated(), RemedyPolicy(), TAX)


def test_an_item_that_says_nothing_of_it_is_the_document_that_it_was() -> None:
    assert not {"reconsider_zh", "court_zh"} & handling().model_dump(mode="json")["stated"].keys()


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("蒲江县人民政府", "蒲江县人民政府"),
        ("部门：蒲江县人民政府；地址：鹤山街道；电话：028-88550000", "蒲江县人民政府"),
        ("行政复议机关名称:国家税务总局成都市税务局 地址:青羊区", "国家税务总局成都市税务局"),
        ("申请人可以自知道该行政行为之日起六十日内提出行政复议申请", ""),
        ("依法申请", ""),
        ("", ""),
        ("县" * 100 + "人民政府", ""),
    ],
)
def test_a_store_names_a_body_among_other_words_or_none(text: str, body: str) -> None:
    assert body_named(text) == body


def test_a_store_names_a_court() -> None:
    assert court_named("法院：蒲江县人民法院，地址：朝阳大道") == "蒲江县人民法院"
    assert court_named("向人民政府起诉") == ""


def test_what_a_store_says_of_remedies_stands_in_the_item() -> None:
    whole = record(reconsiderat="部门：蒲江县人民政府", litigation="蒲江县人民法院")

    (found,) = read(file(whole))

    assert isinstance(found, Record), found
    stated = Handling.model_validate(found.document["handling"]).stated
    assert (stated.reconsider_zh, stated.court_zh) == ("蒲江县人民政府", "蒲江县人民法院")
