import csv
import io
import re
from datetime import date

import pytest
from django.test import Client
from openpyxl import load_workbook

from banshi.foundation import clock
from banshi.frames.staff.exports import Column, Table, as_csv, as_xlsx, harmless
from banshi.rooms.identity.models import Role
from banshi.rooms.places.models import Category
from tests.rooms.insight.facts import came
from tests.surfaces.office.hours import open_on_working_days
from tests.town import at

TODAY = "2026-03-10"


@pytest.fixture
def hall(town):
    clock.set_clock(now=at(f"{TODAY} 16:00"), speed=0)
    open_on_working_days(town.hall)
    for minutes, stars in ((3, 5), (12, 4), (33.4, None)):
        came(
            town.hall, town.categories["A"], at(f"{TODAY} 09:10"), wait_min=minutes, window=town.windows["01"],
            staff=town.clerk, item=town.items["pension"], stars=stars, promised=(10, 20),
        )  # fmt: skip
    came(town.hall, town.categories["B"], at("2026-03-09 14:10"), state="left")
    yield town
    clock.forget()


@pytest.fixture
def manager(hall):
    client = Client()
    client.force_login(hall.manager)
    return client


def tables(response):
    """Section code → rows of cell texts, as the page shows them (body and foot)."""
    found = {}
    for code, html in re.findall(r'data-figure="([^"]+)"(.*?)</section>', response.content.decode(), re.S):
        rows = re.findall(r"<tr>(.*?)</tr>", html, re.S)
        found[code] = [
            [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
            for row in rows
        ]
    return found


def number(text):
    """A cell of the page as a number, or as text."""
    if text == "–":
        return None
    if text.endswith("%"):
        return round(float(text[:-1]) / 100, 4)
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return text


def test_the_days_figures_stand_on_the_page(manager):
    page = manager.get("/office/town/figures")

    shown = tables(page)
    assert page.status_code == 200
    assert shown["wait-lengths"][1:] == [
        ["0–5 分钟", "1", "33.3%"], ["5–10 分钟", "0", "0%"], ["10–15 分钟", "1", "33.3%"], ["15–20 分钟", "0", "0%"],
        ["20–30 分钟", "0", "0%"], ["30–45 分钟", "1", "33.3%"], ["45–60 分钟", "0", "0%"], ["60 分钟以上", "0", "0%"],
        ["合计", "3", "100%"],
    ]  # fmt: skip
    assert shown["promises"][-1] == ["合计", "3", "2", "66.7%"]


@pytest.mark.parametrize(
    ("query", "visits"),
    [
        ("", 3),
        ("range=today", 3),
        ("range=yesterday", 1),
        ("range=7", 4),
        ("range=30", 4),
        ("from=2026-03-09&to=2026-03-10", 4),
    ],
)
def test_the_days_asked_for_are_counted_both_included(manager, query, visits):
    page = manager.get(f"/office/town/figures?{query}")

    rows = tables(page)["visits-hour"]
    assert rows[-1][1] == str(visits)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("query", ["range=today", "range=7"])
def test_an_export_has_the_numbers_of_the_page(manager, form, query):
    shown = tables(manager.get(f"/office/town/figures?{query}"))
    assert len(shown) >= 8

    for code, rows in shown.items():
        file = manager.get(f"/office/town/figures/export?{query}&part={code}&format={form}")

        if form == "csv":
            assert file.content.startswith(b"\xef\xbb\xbf")
            found = [
                [number(cell) if cell else None for cell in row]
                for row in csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
            ]
            wanted = [[number(cell) for cell in row] for row in rows]
        else:
            sheet = load_workbook(io.BytesIO(file.content)).active
            found = [
                [round(cell, 4) if isinstance(cell, float) else cell for cell in row]
                for row in sheet.iter_rows(values_only=True)
            ]
            wanted = [[number(cell) for cell in row] for row in rows]
        assert found == wanted, code


def test_the_whole_page_is_one_workbook_with_a_sheet_for_each_table(manager):
    page = manager.get("/office/town/figures")

    book = load_workbook(io.BytesIO(manager.get("/office/town/figures/export?range=today&format=xlsx").content))

    assert len(book.sheetnames) == len(tables(page))
    assert book.sheetnames[0] == "分时到访"


def test_cells_that_a_spreadsheet_would_run_are_text():
    table = Table(
        "x", "=1+1", (Column("label", "@head", "text"), Column("n", "n")), ({"label": "=cmd|'/C calc'!A0", "n": 3},)
    )

    as_text = as_csv(table).decode("utf-8-sig")
    sheet = load_workbook(io.BytesIO(as_xlsx([table]))).active

    assert as_text == "'@head,n\r\n'=cmd|'/C calc'!A0,3\r\n"
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["'@head", "n"], ["'=cmd|'/C calc'!A0", 3]]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_dangerous_beginning_is_guarded(start):
    assert harmless(f"{start}x") == f"'{start}x"


def test_harmless_text_stays_as_it_is():
    assert harmless("养老保险-参保") == "养老保险-参保"


@pytest.mark.parametrize(
    "query",
    [
        "range=custom", "range=custom&from=x", "range=custom&from=2026-03-10&to=2026-03-01", "range=custom&from=2026-03-11",
        "range=custom&from=2024-01-01&to=2026-03-10", "range=century", "from=0000-00-00",
        "range=custom&from=" + "9" * 300,
    ],
)  # fmt: skip
def test_days_that_cannot_be_asked_for_are_refused_with_the_reason(manager, query):
    page = manager.get(f"/office/town/figures?{query}")
    file = manager.get(f"/office/town/figures/export?{query}&part=items")

    assert (page.status_code, file.status_code) == (422, 422)
    assert "data-figure" not in page.content.decode()


def test_four_hundred_days_are_the_most(manager):
    most = manager.get("/office/town/figures?range=custom&from=2025-02-04&to=2026-03-10")
    more = manager.get("/office/town/figures?range=custom&from=2025-02-03&to=2026-03-10")

    assert (date(2026, 3, 10) - date(2025, 2, 4)).days == 399
    assert (most.status_code, more.status_code) == (200, 422)


@pytest.mark.parametrize(
    ("query", "status"), [("part=nothing", 404), ("format=pdf", 422), ("format=csv", 422), ("part=%00", 400)]
)
def test_exports_that_are_not_there_are_refused(manager, query, status):
    assert manager.get(f"/office/town/figures/export?{query}").status_code == status


def test_a_day_without_anybody_says_so_and_draws_nothing(manager):
    page = manager.get("/office/town/figures?range=custom&from=2026-03-01&to=2026-03-02")

    assert page.status_code == 200
    assert "这些日子没有人来" in page.content.decode()
    assert tables(page) == {}


def test_a_clerk_sees_no_figures(hall):
    client = Client()
    client.force_login(hall.clerk)

    assert client.get("/office/town/figures").status_code == 403
    assert client.get("/office/town/figures/export?part=items").status_code == 403
    assert client.get("/office/regions/441900/figures").status_code == 403


def test_a_region_is_shown_only_to_who_may_see_all_its_halls(hall, manager):
    refused = manager.get("/office/regions/441900/figures")
    Role.objects.create(
        staff=hall.manager,
        role="city_admin",
        scope_kind="region",
        scope="441900",
        given_at=at("2026-01-01 09:00"),
        given_by="system",
    )
    shown = manager.get("/office/regions/441900/figures")

    assert (refused.status_code, shown.status_code) == (403, 200)


def test_a_region_adds_up_and_leads_down_to_its_halls(hall):
    other = Category.objects.create(
        hall=hall.other_hall, code="A", letter="A", name_zh="社保", name_en="Social security"
    )
    came(hall.other_hall, other, at(f"{TODAY} 10:00"))
    Role.objects.filter(staff=hall.manager).update(role="city_admin", scope_kind="all", scope="*")
    client = Client()
    client.force_login(hall.manager)

    page = client.get("/office/regions/441900/figures").content.decode()
    top = client.get("/office/regions/all/figures").content.decode()

    parts = re.search(r'id="parts".*?</section>', page, re.S).group()
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", parts, re.S)]
    columns = len(re.findall(r'scope="col"', parts))
    rows = [cells[n : n + 2] for n in range(columns, len(cells), columns)]
    assert rows == [["小镇大厅", "3"], ["邻镇大厅", "1"], ["合计", "4"]]
    assert "/office/town/figures?range=today" in parts
    assert "/office/regions/440000/figures?range=today" in top


def test_regions_that_are_not_there_are_not_found(hall, manager):
    assert manager.get("/office/regions/999999/figures").status_code == 404


def test_english_pages_and_files_speak_english(manager):
    page = manager.get("/office/town/figures", headers={"Accept-Language": "en"}).content.decode()
    file = manager.get("/office/town/figures/export?part=categories&format=csv", headers={"Accept-Language": "en"})

    assert "Visits by hour" in page
    assert file.content.decode("utf-8-sig").splitlines()[1].startswith("Social security,3,")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_two_columns_of_a_table_share_a_name_on_the_page_and_in_the_file(manager, language):
    Role.objects.create(
        staff_id=manager.session["_auth_user_id"], role="city_admin", scope_kind="region", scope="441900",
        given_at=at("2026-01-05 09:00"), given_by="system",
    )  # fmt: skip
    spoken = {"accept-language": language}
    twice = []
    for where in ("/office/town/figures", "/office/regions/441900/figures"):
        for code, (heads, *_rows) in tables(manager.get(where, headers=spoken)).items():
            twice += [(where, code, head) for head in heads if heads.count(head) > 1]
        book = load_workbook(io.BytesIO(manager.get(f"{where}/export?format=xlsx", headers=spoken).content))
        for sheet in book:
            heads = [cell.value for cell in next(sheet.iter_rows(max_row=1))]
            twice += [(where, sheet.title, head) for head in heads if heads.count(head) > 1]

    assert twice == []


def test_rows_of_figures_are_escaped_and_begin_with_their_head():
    from banshi.surfaces.office.templatetags.seeing import table_rows

    column = Column("x", "X")
    made = table_rows([[(column, "<b>&"), (column, "1,234"), (column, '"–')], [(column, "two")]])

    assert made == (
        '<tr><th scope="row">&lt;b&gt;&amp;</th><td class="num">1,234</td><td class="num">&quot;–</td></tr>'
        '<tr><th scope="row">two</th></tr>'
    )
