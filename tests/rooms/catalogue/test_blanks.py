"""Blanks of papers: what they ask, what a sample says, and that a document without one stays as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from banshi.gateways.papers import Typst
from banshi.kernel.documents import types_that_fit
from banshi.rooms.catalogue.rules.blanks import (
    OfItem,
    blank_sheet,
    filled_sheet,
    paper_with_blank,
    result_sheet,
    with_blanks,
)
from banshi.rooms.catalogue.rules.faults import faults
from banshi.rooms.catalogue.rules.guided import shown
from banshi.rooms.catalogue.rules.handling import Handling, Paper
from banshi.rooms.catalogue.rules.one_form import blanks_jointly, one_form
from tests.rooms.catalogue.handlings import ELEMENTS, document, field, handling, paper

PRESETS = sorted((Path(__file__).parents[3] / "presets" / "catalogue" / "handling").glob("*.yaml"))
SIGNS = [{"text_zh": "申请人（签名）", "text_en": "Applicant (signature)"}]
ITEM = OfItem("开店", "Opening a shop", "市场监管局", 3, date(2026, 3, 1))


def form(**more: Any) -> dict[str, Any]:
    return {"signatures": SIGNS, **more}


def shop(**more: Any) -> Handling:
    """The shop of the other tests, with a blank of its letter, which an agent alone needs."""
    papers = document()["materials"]
    papers[0]["form"] = form(fields=more.pop("fields", []), declare_zh="属实", declare_en="True")
    papers[3]["form"] = form(lines=[{"label_zh": "期限", "label_en": "Term", "sample": "一个月"}])
    return handling(materials=papers, **more)


def sheet(said: Handling, code: str, *, filled: bool) -> dict[str, Any]:
    found = paper_with_blank(said, code)
    assert found is not None
    return blank_sheet(ITEM, said, found, filled=filled)


def lines(said: dict[str, Any]) -> dict[str, Any]:
    return {row["zh"]: row["value"] for group in said["groups"] for row in group["rows"]}


def test_a_paper_without_a_blank_is_the_document_that_it_was() -> None:
    assert "form" not in Paper.model_validate(paper("a")).model_dump(mode="json")
    assert "form" in Paper.model_validate(paper("a", form=form())).model_dump(mode="json")


@pytest.mark.parametrize(
    ("given", "where", "said"),
    [
        (paper("a", form=form(fields=["owner", "colour"])), "fields", "colour: no question or field has this code"),
        (paper("a", form=form(fields=["owner", "owner"])), "fields", "owner: stands twice"),
        (paper("a", form=form(declare_zh="属实")), "declare_zh", "What is signed has to be in both languages"),
    ],
)
def test_a_blank_that_cannot_be_is_a_fault_with_its_place(given: dict[str, Any], where: str, said: str) -> None:
    told = [(each.where, each.en) for each in faults(handling(materials=[given]), ELEMENTS)]

    assert told == [(f"materials.a.form.{where}", said)]


def test_a_blank_that_is_taken_by_file_alone_is_a_fault() -> None:
    told = faults(handling(materials=[paper("a", channels=["upload"], form=form())]), ELEMENTS)

    assert [(each.where, each.en) for each in told] == [("materials.a.form", "What has a blank is taken on paper")]


def test_a_blank_asks_what_it_names_and_is_empty() -> None:
    said = sheet(shop(fields=["premises", "phone"]), "form", filled=False)

    rows = [row for group in said["groups"] for row in group["rows"]]
    assert [row["zh"] for row in rows] == ["问", "栏phone"]
    assert [option["on"] for option in rows[0]["options"]] == [False, False]
    assert (rows[1]["value"], said["specimen"], said["signatures"][0]["name"]) == ("", "", "")


def test_a_sample_answers_so_that_its_paper_is_asked_for() -> None:
    said = sheet(shop(), "letter", filled=True)

    assert said["specimen"] == "样表 SPECIMEN"
    # Owned premises come first: no rent is asked. Rooms are asked of three and more.
    assert lines(said) == {
        "栏owner": "张某某", "栏phone": "13800000000", "栏rent": "", "栏staff": "1", "栏rooms": "", "期限": "一个月",
    }  # fmt: skip


def test_what_a_sample_says_is_nobodys() -> None:
    numbers = [field(f"id{n}", "id_number") for n in range(6)]
    firms = [field(f"uscc{n}", "id_number", label_zh=f"统一社会信用代码{n}") for n in range(6)]
    made = shop()
    made = made.model_copy(
        update={"fields": tuple(Handling.model_validate(document(fields=[*numbers, *firms])).fields)}
    )
    values = lines(sheet(made, "form", filled=True)).values()

    assert len(values) == 12
    assert not any(types_that_fit(each, today=date(2026, 3, 1)) for each in values)


def test_a_paper_to_sign_says_what_was_filled_in_and_nobody_signed_it() -> None:
    said = shop()
    paper = paper_with_blank(said, "form")
    assert paper is not None
    fields = [each for each in shown(said, {}, {}) if each.type == "name"][:1]
    typed = {each.code: "大镇书店" for each in fields}

    full = filled_sheet(ITEM, said, paper, answers={}, form=typed)
    without = filled_sheet(ITEM, said, paper, answers={}, form=typed, without=set(typed))

    values = [[row["value"] for group in each["groups"] for row in group["rows"]] for each in (full, without)]
    assert ["大镇书店" in each for each in values] == [True, False]
    assert (full["specimen"], {(each["name"], each["day"]) for each in full["signatures"]}) == ("", {("", "")})


@pytest.mark.parametrize("typed", ["31/02/2026", "昨天", ["2026-01-05"], {"day": 5}, True])
def test_what_cannot_be_read_stays_empty_on_the_paper_to_sign(typed: object) -> None:
    papers = document()["materials"]
    papers[0]["form"] = form(fields=["born", "sure"])
    said = handling(materials=papers, fields=[field("born", "date"), field("sure", "yes_no", required=False)])
    paper = said.materials[0]

    told = lines(filled_sheet(ITEM, said, paper, answers={}, form={"born": typed, "sure": "perhaps"}))

    empty = lines(filled_sheet(ITEM, said, paper, answers={}, form={}))
    assert told == empty


def test_a_sample_of_a_result_has_nothing_to_check_it_by() -> None:
    fields = [field("owner", "name", on_result=True), field("phone", "phone")]

    said = result_sheet(ITEM, handling(fields=fields))

    assert (said["title"], said["specimen"], said["holder"]) == ("执照", "样本 SPECIMEN", "张某某")
    assert (said["holder_label"], said["rows"]) == ("栏owner", [["发证日期", "2026 年 1 月 5 日"]])
    assert not {"verify_url", "verify_code", "proof"} & set(said)


def test_of_items_together_each_hands_out_its_own_blank() -> None:
    one = one_form([("a", shop()), ("b", shop()), ("c", handling())])

    assert blanks_jointly(one) == {"form": [("a", "form"), ("b", "form")], "letter": [("a", "letter"), ("b", "letter")]}


def test_every_blank_and_sample_of_the_presets_can_be_set() -> None:
    typesetter, handed_out = Typst(), 0
    for path in PRESETS:
        said = Handling.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        sheets = [sheet(said, code, filled=filled) for code in with_blanks(said) for filled in (False, True)]
        handed_out += len(sheets) // 2
        for each in (*sheets, result_sheet(ITEM, said)):
            assert typesetter.compose("blank", each).startswith(b"%PDF"), path.name
    assert handed_out >= 60
