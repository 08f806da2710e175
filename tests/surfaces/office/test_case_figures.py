"""Figures of cases on the office's pages and in files."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from banshi.foundation import clock
from banshi.rooms.catalogue.models import Department
from banshi.rooms.identity.models import Role
from banshi.rooms.places.models import Hall, Region
from tests.rooms.insight.case_rows import case_of
from tests.surfaces.office.test_figures import number, tables
from tests.town import at

TODAY = "2026-03-10"


@pytest.fixture
def hall(town: Any) -> Any:
    clock.set_clock(now=at(f"{TODAY} 18:00"), speed=0)
    market = Department.objects.create(code="market", name_zh="市场监管局", name_en="Market regulation")
    pension, *_, last = town.items.values()
    for n in range(6):
        case_of(
            town.hall, pension if n % 2 else last, town.person(1), received=at("2026-03-09 09:00"),
            accepted=at("2026-03-09 10:00"), decided=at("2026-03-10 11:00"), closed=at("2026-03-10 16:00") if n < 4 else None,
            due=date(2026, 3, 10) if n else date(2026, 3, 9), days_saved=10 + n, trips=1 + n % 2, stars=5 if n == 0 else None,
            channel="web" if n == 1 else "window", notices=2 if n == 2 else 0,
            **({"department_id": market.pk} if n > 3 else {}),
        )  # fmt: skip
    yield town
    clock.forget()


def signed_in(hall: Any, *, everywhere: bool = False) -> Client:
    if everywhere:
        Role.objects.filter(staff=hall.manager).update(role="city_admin", scope_kind="all", scope="*")
    client = Client()
    client.force_login(hall.manager)
    return client


@pytest.fixture
def manager(hall: Any) -> Client:
    return signed_in(hall)


def test_the_days_cases_stand_on_the_page(manager: Client) -> None:
    page = manager.get("/office/town/figures/cases?range=7")

    shown = tables(page)
    assert page.status_code == 200
    assert shown["case-days"][-1] == [
        "合计",
        "6",
        "6",
        "6",
        "4",
        "66.7%",
        "83.3%",
        "12.5",
        "16.7%",
        "25%",
        "1.50",
        "5.00",
        "25%",
    ]
    assert [row[0] for row in shown["case-departments"][1:]][-1] == "合计"
    assert {row[0]: row[1] for row in shown["case-channels"][1:]} == {"窗口": "5", "网上": "1", "合计": "6"}


def test_every_table_adds_up_to_the_same(manager: Client) -> None:
    shown = tables(manager.get("/office/town/figures/cases?range=7"))

    for code in ("case-days", "case-departments", "case-items", "case-channels", "case-kinds"):
        _heads, *rows, total = shown[code]
        assert [sum(number(row[n]) for row in rows) for n in range(1, 5)] == [6, 6, 6, 4], code
        assert total == shown["case-days"][-1], code


@pytest.mark.parametrize("sort", ["received", "saved_p50", "one_stop_share"])
def test_rows_stand_in_the_order_that_was_asked_for(manager: Client, sort: str) -> None:
    page = manager.get(f"/office/town/figures/cases?range=7&sort={sort}")

    heads, *rows, _total = tables(page)["case-items"]
    at_column = {"received": 1, "saved_p50": 7, "one_stop_share": 9}[sort]
    values = [number(row[at_column]) for row in rows]
    assert values == sorted(values, key=lambda value: -(value or 0))
    assert len(heads) == 13
    assert page.content.decode().count('aria-sort="descending"') == 4


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_has_the_numbers_of_the_page(manager: Client, form: str) -> None:
    query = "range=7&sort=completed"
    shown = tables(manager.get(f"/office/town/figures/cases?{query}"))
    assert len(shown) == 9

    for code, rows in shown.items():
        file = manager.get(f"/office/town/figures/cases/export?{query}&part={code}&format={form}")
        wanted = [[number(cell) for cell in row] for row in rows]
        if form == "csv":
            read = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
            found = [[number(cell) if cell else None for cell in row] for row in read]
        else:
            sheet = load_workbook(io.BytesIO(file.content)).active
            found = [
                [round(cell, 4) if isinstance(cell, float) else cell for cell in row]
                for row in sheet.iter_rows(values_only=True)
            ]
        assert found == wanted, code


def test_a_region_adds_up_and_leads_down_to_its_halls(hall: Any) -> None:
    case_of(hall.other_hall, hall.items["pension"], hall.person(2), received=at(f"{TODAY} 10:00"))
    client = signed_in(hall, everywhere=True)

    page = client.get("/office/regions/441900/figures/cases?range=7")
    top = client.get("/office/regions/all/figures/cases?range=7").content.decode()
    file = client.get("/office/regions/441900/figures/cases/export?range=7&part=case-parts&format=csv")

    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row[:2] for row in rows[1:]] == [["小镇大厅", "6"], ["邻镇大厅", "1"], ["合计", "7"]]
    assert tables(page)["case-halls"][-1][1] == "7"
    assert "/office/town/figures/cases?range=7" in page.content.decode()
    assert "/office/regions/440000/figures/cases?range=7" in top


def test_a_streets_hall_stands_in_its_region_on_the_page_and_in_the_file(hall: Any) -> None:
    city = hall.hall.region
    street = Region.objects.create(
        code="441900004",
        parent=city,
        level="town",
        name_zh="南城街道",
        name_en="Nancheng",
        path=f"{city.path}441900004/",
    )
    Hall.objects.filter(pk=hall.other_hall.pk).update(region=street)
    case_of(hall.other_hall, hall.items["pension"], hall.person(2), received=at(f"{TODAY} 10:00"))
    client = signed_in(hall, everywhere=True)

    page = client.get("/office/regions/441900/figures/cases?range=7")
    file = client.get("/office/regions/441900/figures/cases/export?range=7&part=case-regions&format=csv")

    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row[:2] for row in rows[1:]] == [[f"{city.name_zh}本级", "6"], ["南城街道", "1"], ["合计", "7"]]
    assert [row[1] for row in tables(page)["case-regions"][1:]] == ["6", "1", "7"]


def test_the_pages_of_visits_and_of_cases_lead_to_each_other_with_the_same_days(manager: Client) -> None:
    visits = manager.get("/office/town/figures?range=7").content.decode()
    cases = manager.get("/office/town/figures/cases?range=7").content.decode()

    assert 'href="/office/town/figures/cases?range=7"' in visits
    assert 'href="/office/town/figures?range=7"' in cases


def test_days_without_cases_say_so_and_draw_nothing(manager: Client) -> None:
    page = manager.get("/office/town/figures/cases?from=2026-02-02&to=2026-02-03")

    assert page.status_code == 200
    assert "这些日子没有办件" in page.content.decode()
    assert tables(page) == {}


@pytest.mark.parametrize("query", ["range=century", "from=2026-03-10&to=2026-03-01", "sort=applicant", "sort=%27"])
def test_what_cannot_be_asked_for_is_refused_with_the_reason(manager: Client, query: str) -> None:
    assert manager.get(f"/office/town/figures/cases?{query}").status_code == 422
    assert manager.get(f"/office/town/figures/cases/export?{query}").status_code == 422


def test_a_clerk_and_another_halls_manager_see_none(hall: Any, manager: Client) -> None:
    clerk = Client()
    clerk.force_login(hall.clerk)

    assert clerk.get("/office/town/figures/cases").status_code == 403
    assert manager.get("/office/next/figures/cases").status_code == manager.get("/office/next/figures").status_code
    assert manager.get("/office/regions/441900/figures/cases").status_code == 403
    assert manager.get("/office/regions/999999/figures/cases").status_code == 404


def test_english_pages_and_files_speak_english(manager: Client) -> None:
    spoken = {"Accept-Language": "en"}
    page = manager.get("/office/town/figures/cases?range=7", headers=spoken).content.decode()
    file = manager.get("/office/town/figures/cases/export?range=7&part=case-departments&format=csv", headers=spoken)

    assert "Cases by day" in page
    assert "Market regulation,2," in file.content.decode("utf-8-sig")
    assert not re.search(
        r"[一-鿿]", re.sub(r"<script.*?</script>", "", page.split('class="figures-tiles"')[1], flags=re.S)
    )


def test_a_page_costs_as_many_queries_however_long_the_days(manager: Client) -> None:
    used = []
    for query in ("range=7", "from=2025-02-04&to=2026-03-10"):
        with CaptureQueriesContext(connection) as done:
            manager.get(f"/office/town/figures/cases?{query}")
        used.append(len(done))

    assert used[0] == used[1]


def test_grounds_and_causes_stand_on_the_page_and_in_the_file(hall: Any) -> None:
    case_of(
        hall.hall, next(iter(hall.items.values())), hall.person(1), received=at("2026-03-10 09:00"),
        closed=at("2026-03-10 10:00"), outcome="not_accepted", ground="other_body",
    )  # fmt: skip
    manager = signed_in(hall)

    page = manager.get("/office/town/figures/cases?range=7", headers={"accept-language": "zh-CN"})
    file = manager.get(
        "/office/town/figures/cases/export?range=7&part=case-not-accepted&format=csv",
        headers={"accept-language": "zh-CN"},
    )
    found = tables(page)

    assert "不予受理，按情形" in page.content.decode()
    counted = [row[:2] for row in found["case-not-accepted"] if len(row) > 1 and row[1] == "1"]
    assert counted == [["不属于本机关职权范围", "1"], ["合计", "1"]]
    assert {"case-refused", "case-told"} <= set(found)
    assert file.status_code == 200
