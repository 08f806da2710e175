"""Paper numbers in the order in which they are used: print, hand out, enter afterwards."""

from __future__ import annotations

import re
from datetime import timedelta

from banshi.rooms.tickets import actions as tickets
from tests.surfaces.office.editing import manager, office  # noqa: F401 – fixtures
from tests.town import CLERK, TUESDAY_NINE


def steps(page: str) -> list[str]:
    return re.findall(r"<h2>(\d · [^<]*)</h2>", page)


def test_before_any_sheet_there_is_nothing_to_enter_but_the_outage_itself(manager):  # noqa: F811
    page = manager.get("/office/town/paper/").content.decode()

    assert steps(page) == ["1 · 提前印好", "2 · 停机时发号", "3 · 恢复后登记"]
    assert "还没有印过" in page
    assert re.search(r"<details>\s*<summary>只登记停机时段</summary>\s*<form", page)
    assert 'name="first-' not in page


def test_printed_sheets_stand_between_printing_and_entering(manager, office):  # noqa: F811
    tickets.print_paper(hall=office.hall, category=office.categories["A"], n=20, by=CLERK, now=TUESDAY_NINE)

    page = manager.get("/office/town/paper/").content.decode()

    assert (
        page.index("2 · 停机时发号")
        < page.index("PA001" if "PA001" in page else "001 –")
        < page.index("3 · 恢复后登记")
    )
    assert "<summary>" not in page.split("3 · 恢复后登记")[1].split("</section>")[0]


def test_what_was_typed_for_the_sheets_stays_when_it_is_refused(manager):  # noqa: F811
    page = manager.post("/office/town/paper/make", {"category": "B", "n": "0"}).content.decode()

    assert '<option value="B" selected>' in page
    assert 'name="n" inputmode="numeric" value="0"' in page


def test_outages_and_used_numbers_are_listed_once_entered(manager, office):  # noqa: F811
    block = tickets.print_paper(hall=office.hall, category=office.categories["A"], n=20, by=CLERK, now=TUESDAY_NINE)
    before = manager.get("/office/town/paper/").content.decode()
    pk, day = office.categories["A"].pk, (TUESDAY_NINE - timedelta(days=1)).date().isoformat()
    entering = {"day": day, "from": "9:00", "to": "11:00", "why": "停电"}
    for first, last in (("1", "5"), ("9", "9")):
        done = manager.post("/office/town/paper/enter", {**entering, f"first-{pk}": first, f"last-{pk}": last})
        assert done.status_code == 302

    page = manager.get("/office/town/paper/").content.decode()

    assert "登记过的故障" not in before
    row = page.split(f"{block.letter}020")[1].split("</tr>")[0]
    outage = page.split("登记过的故障")[-1]
    assert "1–5、9" in row
    assert ("停电" in outage, '<td class="num">6</td>' in outage, "已登记 1–5、9" in page) == (True, True, True)
