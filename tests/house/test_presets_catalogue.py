"""The preset files keep the figures of the reports and hang together. Plain files; no database."""

from __future__ import annotations

import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from banshi.rooms.catalogue.rules.handling import Handling
from banshi.rooms.catalogue.rules.one_form import member

PRESETS = Path(__file__).resolve().parents[2] / "presets"
HALLS = ["nancheng", "dongcheng", "dongguan", "chengdu", "xindu", "shuangliu", "xilai"]
EXTENDED = ["chengdu", "xindu", "shuangliu", "xilai"]

Row = dict[str, str]


@cache
def rows(path: str) -> list[Row]:
    with (PRESETS / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def hall(code: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((PRESETS / "halls" / code / "hall.yaml").read_text(encoding="utf-8"))
    return document


def hall_items(code: str) -> list[Row]:
    return rows(f"halls/{code}/items.csv")


def codes(path: str) -> set[str]:
    return {row["code"] for row in rows(path)}


def items_by_code() -> dict[str, Row]:
    return {row["code"]: row for row in rows("catalogue/items.csv")}


def served(code: str, window: dict[str, Any]) -> set[str]:
    everything = {category["code"] for category in hall(code)["categories"]}
    return everything if window["categories"] == "*" else set(window["categories"])


def repeated(values: list[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def unknown(cell: str, known: set[str]) -> set[str]:
    return {code for code in cell.split(";") if code} - known


@cache
def handlings() -> dict[str, dict[str, Any]]:
    """By code of the item."""
    paths = sorted((PRESETS / "catalogue" / "handling").glob("*.yaml"))
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


def papers(item: str) -> list[dict[str, Any]]:
    return [dict(paper) for paper in handlings()[item].get("materials", ())]


# The figures of the reports -------------------------------------------------------------------------------------------


def test_dongcheng_has_the_reported_floors_departments_items_categories_and_windows() -> None:
    dongcheng = hall("dongcheng")

    kinds = Counter(window["kind"] for window in dongcheng["windows"])

    assert len(dongcheng["floors"]) == 5
    assert len(dongcheng["departments"]) == 38
    assert len(hall_items("dongcheng")) == 717
    assert len(dongcheng["categories"]) == 15
    assert kinds == {"integrated": 58}


def test_dongguan_centre_has_the_reported_departments_items_and_windows() -> None:
    dongguan = hall("dongguan")

    kinds = Counter(window["kind"] for window in dongguan["windows"])

    assert len(dongguan["departments"]) == 50
    assert len(hall_items("dongguan")) == 2711
    assert kinds == {"integrated": 151, "special": 119}
    assert len(dongguan["categories"]) <= 20


def test_dongguan_takes_12_69_minutes_on_average_over_popular_and_over_all_categories() -> None:
    categories = hall("dongguan")["categories"]
    popular = [category["handling_minutes"] for category in categories if category.get("popular")]
    weight = sum(category["arrivals_weight"] for category in categories)

    mean = sum(popular) / len(popular)
    weighted = sum(category["handling_minutes"] * category["arrivals_weight"] for category in categories) / weight

    assert round(mean, 2) == 12.69
    assert round(weighted, 2) == 12.69


def test_nancheng_is_a_town_hall_of_reported_size() -> None:
    assert 23 <= len(hall("nancheng")["windows"]) <= 58
    assert 113 <= len(hall_items("nancheng")) <= 2020
    assert 21 <= len(hall("nancheng")["departments"]) <= 50


def test_xilai_offers_55_items() -> None:
    assert len(hall_items("xilai")) == 55


@pytest.mark.parametrize("code", EXTENDED)
def test_chengdu_halls_open_35_then_50_items_in_extended_hours(code: str) -> None:
    extended = [row for row in hall_items(code) if row["extended"] == "1"]

    phases = Counter(row["extended_phase"] for row in extended)

    assert phases == {"1": 35, "2": 15}


@pytest.mark.parametrize("code", ["nancheng", "dongcheng", "dongguan"])
def test_other_halls_extend_no_item(code: str) -> None:
    assert [row for row in hall_items(code) if row["extended"] != "0" or row["extended_phase"]] == []


def test_only_new_residents_and_rent_invoices_are_exempt_from_the_half_day_limit() -> None:
    exempt = [row for row in rows("catalogue/items.csv") if row["exempt_half_day"] == "1"]
    expected = [
        row
        for row in rows("catalogue/items.csv")
        if row["department"] == "new-residents"
        or row["name_zh"]
        in {
            "个人代开租金发票（非住宅普通发票）",
            "个人代开租金发票（非住宅专用发票）",
            "个人代开租金发票（住宅专用发票）",
        }
    ]

    assert exempt == expected
    assert {row["department"] for row in exempt} == {"new-residents", "tax"}


def test_dongguan_has_33_towns_directly_below_the_city() -> None:
    towns = [row for row in rows("regions.csv") if row["parent"] == "441900" and row["level"] == "town"]

    assert len(towns) == 33


@pytest.mark.parametrize(
    "name",
    [
        "食品经营许可（延续）",
        "临时居民身份证（申领）",
        "广东省居住证（首次申领）",
        "积分制入户",
        "个体工商户营业执照（新办）",
        "完税证明（开具）",
        "社会保险参保证明（开具）",
        "住房公积金提取（租房）",
        "普通护照（首次申领）",
        "机动车驾驶证（补领）",
        "春运包车备案",
    ],
)
def test_the_items_the_reports_speak_of_are_offered_in_dongguan(name: str) -> None:
    offered = {row["item"] for row in hall_items("dongguan")}

    assert [row["code"] in offered for row in rows("catalogue/items.csv") if row["name_zh"] == name] == [True]


# The catalogue --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["departments", "themes", "materials", "items"])
@pytest.mark.parametrize("column", ["code", "name_zh", "name_en"])
def test_codes_and_names_of_the_catalogue_are_unique_and_never_empty(path: str, column: str) -> None:
    values = [row[column] for row in rows(f"catalogue/{path}.csv")]
    same = [value.casefold() for value in values] if path == "items" else values

    assert [value for value in values if not value.strip()] == []
    # a life event and a theme may share an English name's words, never a code or a Chinese name
    assert repeated(same) == []


@pytest.mark.parametrize("column", ["catalog_code", "task_code"])
def test_national_codes_are_unique(column: str) -> None:
    assert repeated([row[column] for row in rows("catalogue/items.csv")]) == []


def test_item_codes_and_numbers_have_their_shape() -> None:
    shapes = {
        "code": r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
        "catalog_code": r"\d{1,12}",
        "task_code": r"[0-9A-Z]{1,36}",
        "audience": r"person|firm|both",
        "service_object": r"[1-6](;[1-6])*",
        "item_type": r"0[1-9]|10|20",
        "exercise_level": r"[1-7]",
        "case_kind": r"[12]",
        "statutory_days": r"[1-9]\d*",
        "promised_days": r"[1-9]\d*",
        "visits_needed": r"[0-3]",
        "handling_forms": r"[1-49](;[1-49])*",
        "agent_allowed": r"[01]",
        "exempt_half_day": r"[01]",
        "home_visit": r"[01]",
        "handling_minutes": r"\d{1,2}\.\d",
    }

    wrong = [
        (row["code"], column, row[column])
        for row in rows("catalogue/items.csv")
        for column, shape in shapes.items()
        if not re.fullmatch(shape, row[column])
    ]

    assert wrong == []
    assert max(len(row["code"]) for row in rows("catalogue/items.csv")) <= 80


def test_promised_days_never_exceed_statutory_days() -> None:
    late = [row for row in rows("catalogue/items.csv") if int(row["promised_days"]) > int(row["statutory_days"])]

    assert late == []


def test_handling_takes_between_two_and_forty_minutes() -> None:
    odd = [row["code"] for row in rows("catalogue/items.csv") if not 2 <= float(row["handling_minutes"]) <= 40]

    assert odd == []


def test_names_read_like_services_and_not_like_numbered_filler() -> None:
    doubled = re.compile(r"(审批|备案|登记|申请|许可|公司|考试|待遇)\1")

    filler = [
        row["name_zh"]
        for row in rows("catalogue/items.csv")
        if re.search(r"事项\s*\d|\d{2,}|[A-Za-z]{2,}", row["name_zh"].replace("APEC", ""))
        or re.search(r"\bitem\s*\d|\d{2,}|[\u4e00-\u9fff]", row["name_en"], re.IGNORECASE)
        or doubled.search(row["name_zh"])
    ]

    assert filler == []


def test_items_refer_to_known_departments_and_themes() -> None:
    departments = codes("catalogue/departments.csv")
    themes = codes("catalogue/themes.csv")

    strangers = [
        row["code"]
        for row in rows("catalogue/items.csv")
        if row["department"] not in departments or unknown(row["themes"], themes) or not row["themes"]
    ]

    assert strangers == []


def test_every_item_lists_known_materials_once_with_counts_and_necessity() -> None:
    materials = codes("catalogue/materials.csv")
    shape = re.compile(r"([a-z0-9-]+):\d+x\d+:(required|optional|deferrable)")
    wrong = []
    for row in rows("catalogue/items.csv"):
        found = [shape.fullmatch(part) for part in row["materials"].split(";")]
        names = [match.group(1) for match in found if match]
        if len(names) != len(found) or not set(names) <= materials or repeated(names):
            wrong.append((row["code"], row["materials"]))

    assert wrong == []


def test_every_item_has_words_to_be_found_by_and_texts_in_both_languages() -> None:
    columns = ["keywords_zh", "general_scope_zh"]
    columns += [f"{name}_{language}" for name in ["acceptance_condition", "fee", "result"] for language in ["zh", "en"]]

    empty = [(row["code"], column) for row in rows("catalogue/items.csv") for column in columns if not row[column]]

    assert empty == []


def test_every_item_is_offered_somewhere() -> None:
    offered = {row["item"] for code in HALLS for row in hall_items(code)}

    assert codes("catalogue/items.csv") == offered


def test_materials_and_themes_use_the_known_kinds() -> None:
    materials = rows("catalogue/materials.csv")
    themes = rows("catalogue/themes.csv")

    assert {row["kind"] for row in materials} == {"original", "copy", "electronic", "original_and_copy"}
    assert {row["source"] for row in materials} == {"applicant", "government", "other"}
    assert {row["kind"] for row in themes} == {"theme", "life_event", "zone"}
    assert {row["audience"] for row in themes} == {"person", "firm", "both"}


# Regions --------------------------------------------------------------------------------------------------------------


def test_regions_form_a_tree_with_parents_first() -> None:
    order = ["province", "city", "district", "town", "village"]
    seen: dict[str, int] = {}
    for row in rows("regions.csv"):
        level = order.index(row["level"])
        assert row["code"] not in seen
        assert (row["parent"] == "") == (level == 0)
        assert row["parent"] == "" or seen[row["parent"]] < level
        seen[row["code"]] = level

    assert seen["441900004"] == order.index("town")


# Halls ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", HALLS)
def test_a_hall_stands_in_a_known_region_and_says_where_in_both_languages(code: str) -> None:
    document = hall(code)

    assert document["code"] == code
    assert document["region"] in codes("regions.csv")
    assert document["timezone"] == "Asia/Shanghai"
    assert all(document[field][language] for field in ["name", "address"] for language in ["zh", "en"])
    assert "12345" in document["phone"] or "0000" in document["phone"]


@pytest.mark.parametrize("code", HALLS)
def test_floors_zones_windows_and_categories_hang_together(code: str) -> None:
    document = hall(code)
    floors = [floor["code"] for floor in document["floors"]]
    zones = [zone["code"] for zone in document["zones"]]
    categories = [category["code"] for category in document["categories"]]
    numbers = [window["number"] for window in document["windows"]]

    assert repeated(floors) + repeated(zones) + repeated(categories) + repeated(numbers) == []
    offices = {"4", "5"} if code == "dongcheng" else set()  # nobody waits there
    assert {zone["floor"] for zone in document["zones"]} == set(floors) - offices
    assert {category["zone"] for category in document["categories"]} <= set(zones)
    assert {window["zone"] for window in document["windows"]} == set(zones)
    assert all(re.fullmatch("[A-HJ-NP-Z]", category) for category in categories)
    assert all(0 <= window["x"] <= 100 and 0 <= window["y"] <= 100 for window in document["windows"])
    assert all((window["categories"] == "*") == (window["kind"] == "integrated") for window in document["windows"])
    assert all(served(code, window) <= set(categories) and served(code, window) for window in document["windows"])


@pytest.mark.parametrize("code", HALLS)
def test_no_two_windows_of_a_floor_stand_in_the_same_place(code: str) -> None:
    floor_of = {zone["code"]: zone["floor"] for zone in hall(code)["zones"]}

    places = [f"{floor_of[window['zone']]} {window['x']} {window['y']}" for window in hall(code)["windows"]]

    assert repeated(places) == []


@pytest.mark.parametrize("code", HALLS)
def test_every_category_has_a_window_and_an_item(code: str) -> None:
    categories = {category["code"] for category in hall(code)["categories"]}

    with_window = set().union(*(served(code, window) for window in hall(code)["windows"]))
    with_item = {row["category"] for row in hall_items(code)}

    assert with_window == categories
    assert with_item == categories


@pytest.mark.parametrize("code", HALLS)
def test_a_hall_offers_known_items_once_and_only_those_of_its_departments(code: str) -> None:
    items = items_by_code()
    offered = [row["item"] for row in hall_items(code)]

    assert repeated(offered) == []
    assert set(offered) <= set(items)
    assert {items[item]["department"] for item in offered} == set(hall(code)["departments"])
    assert repeated(hall(code)["departments"]) == []


@pytest.mark.parametrize("code", HALLS)
def test_an_item_can_be_had_in_some_way_at_windows_that_serve_its_category(code: str) -> None:
    windows = {window["number"]: served(code, window) for window in hall(code)["windows"]}
    wrong = [
        row["item"]
        for row in hall_items(code)
        if {row["bookable"], row["walk_in"], row["extended"]} - {"0", "1"}
        or row["bookable"] == row["walk_in"] == "0"
        or not row["periods"].isdigit()
        or int(row["periods"]) < 1
        or any(row["category"] not in windows.get(number, set()) for number in row["windows"].split(";") if number)
    ]

    assert wrong == []


@pytest.mark.parametrize("code", HALLS)
def test_windows_can_carry_an_ordinary_day(code: str) -> None:
    document = hall(code)
    weight = sum(category["arrivals_weight"] for category in document["categories"])
    mean = sum(c["handling_minutes"] * c["arrivals_weight"] for c in document["categories"]) / weight

    busy = document["daily_arrivals"] * mean / 60 / 7

    assert 0 < busy < 0.9 * len(document["windows"])
    assert document["staff"]["clerks"] >= len(document["windows"])


@pytest.mark.parametrize("code", HALLS)
def test_the_simulated_public_has_shares_between_nothing_and_all(code: str) -> None:
    document = hall(code)
    crowd = document["crowd"]
    shares = [document["no_show_rate"], *(value for name, value in crowd.items() if name.endswith("_share"))]

    times = [entry["from"] for entry in crowd["walk_in_shape"]]

    assert all(0 <= share < 1 for share in shares)
    assert round(sum(crowd["stars"].values()), 6) == 1
    assert times == sorted(set(times))
    assert all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time) for time in times)


@pytest.mark.parametrize("path", sorted(path.relative_to(PRESETS) for path in PRESETS.rglob("*.csv")), ids=str)
def test_files_are_utf8_without_marks_tabs_or_stray_spaces(path: Path) -> None:
    content = (PRESETS / path).read_bytes()

    text = content.decode("utf-8")

    assert not content.startswith(b"\xef\xbb\xbf")
    assert "\t" not in text
    assert "\ufffd" not in text
    assert [row for row in csv.reader(text.splitlines()) if any(cell != cell.strip() for cell in row)] == []


# What the page of an item says, and what its guide says ---------------------------------------------------------------
# (Limits, results and papers: tests/journeys/hall/test_modelled_matters.py.)

MODELLED = sorted(path.stem for path in (PRESETS / "catalogue" / "handling").glob("*.yaml"))


@cache
def modelled(item: str) -> Handling:
    return Handling.model_validate(handlings()[item])


@pytest.mark.parametrize("item", MODELLED)
def test_a_matter_costs_on_lists_what_its_guide_says(item: str) -> None:
    row, fee = items_by_code()[item], modelled(item).fee

    assert (row["fee_zh"], row["fee_en"]) == (
        (fee.text_zh, fee.text_en) if fee is not None else ("不收费", "Free of charge")
    )


@pytest.mark.parametrize("item", MODELLED)
def test_a_matter_asks_on_lists_for_all_conditions_that_hang_on_no_answer(item: str) -> None:
    row = items_by_code()[item]
    always = [each for each in modelled(item).conditions if not each.needed_if]

    assert not always or row["acceptance_condition_zh"] == "".join(each.text_zh for each in always)
    assert not always or row["acceptance_condition_en"] == " ".join(each.text_en for each in always)


@pytest.mark.parametrize("item", MODELLED)
def test_a_matter_is_begun_from_a_phone_or_computer_where_its_guide_begins_it(item: str) -> None:
    forms = set(items_by_code()[item]["handling_forms"].split(";"))

    assert bool(forms & {"2", "3"}) == modelled(item).where.online


@pytest.mark.parametrize("item", MODELLED)
def test_a_matter_that_asks_for_an_agent_may_be_left_to_one(item: str) -> None:
    asks = any(each.id == "agent" for question in modelled(item).questions for each in question.options)

    assert not asks or items_by_code()[item]["agent_allowed"] == "1"


@pytest.mark.parametrize("item", MODELLED)
def test_what_everybody_has_to_bring_stands_on_the_page_of_the_item(item: str) -> None:
    listed = {part.split(":")[0] for part in items_by_code()[item]["materials"].split(";") if part}

    needed = {each.code for each in modelled(item).materials if each.necessity == "required" and not each.needed_if}

    assert needed - listed == set()


# Papers that modelled matters ask for ---------------------------------------------------------------------------------

# In what is done together these are two papers, each matter's own.
EACH_ITS_OWN = {
    "application-form",  # of two departments
    "property-certificate",  # the seller's, which is handed in; the buyer's, which comes of it
}


def test_no_paper_of_the_dictionary_is_invented_again_under_a_code_of_its_own() -> None:
    known = {row["name_zh"]: row["code"] for row in rows("catalogue/materials.csv")}

    again = [
        (item, p["code"])
        for item in handlings()
        for p in papers(item)
        if known.get(p["name_zh"], p["code"]) != p["code"]
    ]

    assert again == []


def test_a_paper_of_one_name_has_one_code() -> None:
    found: dict[str, set[str]] = {}
    for item in handlings():
        for paper in papers(item):
            found.setdefault(paper["name_zh"], set()).add(paper["code"])

    assert {name: sorted(used) for name, used in found.items() if len(used) > 1} == {}


def test_what_is_new_is_not_filled_in_with_what_is_on_record() -> None:
    """新住所 and the like: the library, or an earlier case, knows the one so far alone."""
    known = {
        row["code"]
        for row in rows("catalogue/elements.csv")
        if {"library", "earlier"} & set(row["source_precedence"].split(";"))
    }

    found = [
        (item, field["code"])
        for item, handling in handlings().items()
        for field in handling.get("fields", [])
        if re.match("新(?!证)", field["label_zh"]) and field.get("element") in known
    ]

    assert found == []


@pytest.mark.parametrize("matter", [row["code"] for row in rows("catalogue/matters.csv")])
def test_what_is_done_together_asks_for_a_paper_once(matter: str) -> None:
    row = next(each for each in rows("catalogue/matters.csv") if each["code"] == matter)
    names: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for item, _ in map(member, row["items"].split(";")):
        for paper in papers(item):
            names.setdefault(paper["code"], set()).add(paper["name_zh"])
            for kind in paper.get("satisfied_by", [])[:1]:
                kinds.setdefault(kind, set()).add(paper["code"])

    assert {code: sorted(said) for code, said in names.items() if len(said) > 1 and code not in EACH_ITS_OWN} == {}
    assert {kind: sorted(used) for kind, used in kinds.items() if len(used) > 1} == {}
