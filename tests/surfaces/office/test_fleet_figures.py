"""What machines did on the office's pages and in files, of the halls somebody looks after; and a machine's own page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from banshi.foundation import clock
from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit.models import Entry
from banshi.rooms.devices.actions import orders
from banshi.rooms.devices.actions.use import used
from banshi.rooms.devices.models import Device, DeviceOrder
from tests.rooms.devices.test_fleet import machines
from tests.rooms.insight.facts import came
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.surfaces.office.test_figures import tables
from tests.town import Town, at

WEEK = "range=7"
SLIP: dict[str, Any] = {
    "hall": "小镇大厅", "kind": "号票", "number": "A001", "lines": [["业务", "养老"]], "qr": "", "qr_says": "", "foot": []
}  # fmt: skip
FIRST = "/office/town/fleet/machines/town-area-1-1/"


@pytest.fixture
def hall(office: Town) -> Iterator[Town]:  # noqa: F811
    clock.set_clock(now=at("2026-03-10 18:00"), speed=0)
    yield office
    clock.forget()


@pytest.fixture
def manager(hall: Town) -> Client:
    return signed_in(hall.manager)


def work(town: Town, count: int = 2) -> None:
    """Machine 1: a number, a case applied for and paid; the last machine: a case at night; windows: two visits."""
    rows = machines(town, count)
    pension = town.items["pension"]
    for deed, key, item in (("ticket", "t1", None), ("apply", "N1", pension), ("payment", "N1", pension)):
        used(device=rows[0], deed=deed, key=key, item_id=item.pk if item else None, now=at("2026-03-09 10:00"))
    used(device=rows[-1], deed="apply", key="N2", item_id=pension.pk, now=at("2026-03-10 00:10"))
    for _ in range(2):
        came(town.hall, town.categories["A"], at("2026-03-10 09:10"), item=pension)


def test_what_machines_did_stands_on_the_page_and_adds_up(manager: Client, hall: Town) -> None:
    work(hall)

    page = manager.get(f"/office/town/fleet/figures?{WEEK}")

    shown, words = tables(page), " ".join(page.content.decode().split())
    assert page.status_code == 200
    assert '<span class="stat__value">50%</span>' in words
    assert "自助设备办理 2 件，窗口办理 2 人次" in words
    assert shown["fleet-days"][-3:] == [
        ["3月9日", "1", "0", "100%", "3"], ["3月10日", "1", "2", "33.3%", "1"], ["合计", "2", "2", "50%", "4"],
    ]  # fmt: skip
    assert shown["fleet-machines"][1:] == [
        ["河边自助区 · 综合自助终端 1", "1", "3", "–", "从未"], ["河边自助区 · 综合自助终端 2", "1", "1", "–", "从未"],
        ["合计", "2", "4", "–", "–"],
    ]  # fmt: skip
    assert shown["fleet-deeds"][1:] == [
        ["申报办件", "2", "2"], ["缴费", "1", "0"], ["取号", "1", "0"], ["合计", "4", "2"],
    ]  # fmt: skip
    assert [row[1] for row in shown["fleet-items"][1:]] == ["2", "0", "2"]
    assert [row[0] for row in shown["fleet-hours"][1:] if row[1] == "1"] == ["0–1 时", "10–11 时"]


def test_each_machine_leads_to_its_page_and_the_total_nowhere(manager: Client, hall: Town) -> None:
    work(hall)

    page = manager.get(f"/office/town/fleet/figures?{WEEK}").content.decode()
    table = page.split('id="fleet-machines"')[1].split("</section>")[0]
    leads = re.findall(r'<th scope="row"><a href="([^"]+)">', table)

    assert [manager.get(href).status_code for href in leads] == [200, 200]
    assert (len(set(leads)), page.count('<th scope="row"><a href=')) == (2, 2)


def test_matters_of_windows_alone_are_one_row_so_that_it_adds_up(manager: Client, hall: Town) -> None:
    work(hall)
    came(hall.hall, hall.categories["A"], at("2026-03-10 09:10"), item=list(hall.items.values())[-1])

    *rows, total = tables(manager.get(f"/office/town/fleet/figures?{WEEK}"))["fleet-items"][1:]

    assert [row[0] for row in rows][-1] == "只在窗口办理的事项"
    assert sum(int(row[2]) for row in rows) == int(total[2]) == 3


def test_nothing_done_is_said_in_words(manager: Client, hall: Town) -> None:
    machines(hall)

    page = manager.get("/office/town/fleet/figures").content.decode()

    assert "这些天自助设备没有办过事" in page
    assert "data-figure" not in page


@pytest.mark.parametrize(
    "query", ["range=custom&from=soon", "range=custom&from=2026-03-10&to=2026-03-01", "range=never"]
)
def test_days_that_cannot_be_are_refused_and_stay_typed(manager: Client, hall: Town, query: str) -> None:
    assert manager.get(f"/office/town/fleet/figures?{query}").status_code == 422
    assert manager.get(f"/office/fleet/figures?{query}").status_code == 422
    assert manager.get(f"/office/town/fleet/figures/export?{query}").status_code == 422


def test_files_hold_the_same_as_the_page(manager: Client, hall: Town) -> None:
    work(hall)
    base = f"/office/town/fleet/figures/export?{WEEK}"

    lines = list(
        csv.reader(io.StringIO(manager.get(f"{base}&part=fleet-machines&format=csv").content.decode("utf-8-sig")))
    )
    book = load_workbook(io.BytesIO(manager.get(f"{base}&format=xlsx").content))

    assert lines[1][:3] == ["河边自助区 · 综合自助终端 1", "1", "3"]
    assert [len(book.worksheets), book.worksheets[0].max_row] == [5, 9]
    assert manager.get(f"{base}&part=nothing&format=csv").status_code == 404


def test_each_sees_the_machines_of_their_halls(hall: Town) -> None:
    work(hall)
    far = Device.objects.create(hall=hall.other_hall, code="far-1", kind="kiosk", name="远方取号机")
    used(device=far, deed="apply", key="N9", now=at("2026-03-10 09:00"))
    city = signed_in(staff_with("city", "city_admin", "all", "*"))
    theirs = signed_in(staff_with("other-manager", "hall_manager", scope="other"))

    whole, part = city.get(f"/office/fleet/figures?{WEEK}"), theirs.get(f"/office/fleet/figures?{WEEK}")

    assert tables(whole)["fleet-halls"][-1][:3] == ["合计", "3", "2"]
    assert tables(part)["fleet-machines"][1:] == [["远方取号机", "1", "1", "–", "–"], ["合计", "1", "1", "–", "–"]]
    refused = [theirs.get("/office/town/fleet/figures"), theirs.get("/office/town/fleet/figures/export")]
    assert [answer.status_code for answer in refused] == [403, 403]
    taken = theirs.get(f"/office/fleet/figures/export?{WEEK}&part=fleet-machines&format=csv")
    assert taken.status_code == 200
    assert ("远方取号机" in taken.content.decode(), "河边自助区" in taken.content.decode()) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_machines(manager: Client, hall: Town, count: int) -> None:
    work(hall, count)
    manager.get("/office/town/fleet/figures?range=30")

    with CaptureQueriesContext(connection) as statements:
        manager.get(f"/office/town/fleet/figures?{WEEK}")

    assert len(statements) == 13


def test_the_fleet_leads_there(manager: Client, hall: Town) -> None:
    assert "/office/town/fleet/figures?range=30" in manager.get("/office/town/fleet/").content.decode()
    assert "/office/fleet/figures?range=30" in manager.get("/office/fleet/").content.decode()


# --- a machine's own page ---


def test_a_machine_tells_of_its_last_thirty_days(manager: Client, hall: Town) -> None:
    work(hall)
    used(device=Device.objects.get(code="town-area-1-1"), deed="drop", key="N7:1", now=at("2026-02-08 23:59"))

    Device.objects.create(
        hall=hall.hall, code="town-m-9", kind="machine", name="9", type=Device.objects.get(code="town-area-1-1").type
    )

    busy, idle = manager.get(FIRST), manager.get("/office/town/fleet/machines/town-m-9/")

    words = " ".join(busy.content.decode().split())
    assert ("办理 1 件" in words, "缴费" in words, "存入材料" in words) == (True, True, False)
    assert "近 30 天没有人使用" in idle.content.decode()


def given(device: Device, kind: str = "print_slip", state: str = "unsure", key: str = "o-1") -> DeviceOrder:
    body = SLIP if kind == "print_slip" else {"cell": 1}
    order = orders.give(device=device, key=key, kind=kind, body=body, by=SYSTEM, at=clock.wall(), now=clock.now())
    DeviceOrder.objects.filter(pk=order.pk).update(
        state=state, sent_at=clock.wall(), ended_at=clock.wall(), why="not_answered"
    )
    return order


def test_a_print_nobody_knows_of_is_made_once_more_once(manager: Client, hall: Town) -> None:
    device, *_ = machines(hall)
    order = given(device)
    before = manager.get(FIRST).content.decode()

    answers = [manager.post(f"{FIRST}orders/{order.pk}/again").status_code for _ in range(2)]

    after = manager.get(FIRST).content.decode()
    assert (f"orders/{order.pk}/again" in before, answers) == (True, [302, 302])
    assert [row.key for row in DeviceOrder.objects.order_by("id")] == ["o-1", f"again:{order.pk}"]
    assert Entry.objects.filter(action="device_order_repeated", subject="device:town-area-1-1").count() == 1
    assert ("补打" in after, f"orders/{order.pk}/again" in after) == (True, False)


@pytest.mark.parametrize(("kind", "state"), [("open_cell", "unsure"), ("print_slip", "done")])
def test_a_door_or_what_came_out_is_not_done_again(manager: Client, hall: Town, kind: str, state: str) -> None:
    device, *_ = machines(hall)
    order = given(device, kind, state)

    page = manager.get(FIRST).content.decode()
    answer = manager.post(f"{FIRST}orders/{order.pk}/again")

    assert "再打印一次" not in page
    assert answer.status_code in (404, 409)
    assert DeviceOrder.objects.count() == 1


def test_orders_of_another_machine_or_hall_are_nobodys(manager: Client, hall: Town) -> None:
    device, other = machines(hall)
    order = given(device)
    theirs = signed_in(staff_with("other-manager", "hall_manager", scope="other"))

    answers = [
        manager.post(f"/office/town/fleet/machines/{other.code}/orders/{order.pk}/again").status_code,
        manager.post(f"{FIRST}orders/999999/again").status_code,
        theirs.post(f"{FIRST}orders/{order.pk}/again").status_code,
        theirs.post(f"/office/other/fleet/machines/{device.code}/orders/{order.pk}/again").status_code,
    ]

    assert answers == [404, 404, 403, 404]
    assert DeviceOrder.objects.count() == 1


def test_what_a_machine_was_told_costs_the_same_however_much(manager: Client, hall: Town) -> None:
    device, *_ = machines(hall)
    counts = []
    for n in range(3):
        given(device, key=f"o-{n}")
        manager.get(FIRST)
        with CaptureQueriesContext(connection) as statements:
            manager.get(FIRST)
        counts.append(len(statements))

    assert counts[0] == counts[-1]
