"""The cabinet beside the machine: shown where one stands, papers in by the number of a case, results out by a code."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.journeys.case import cabinets as at_cabinets
from banshi.journeys.case import conclude
from banshi.journeys.case.drop_slip import code_of
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet, Stay
from banshi.rooms.devices.models import Device
from tests.matters import Matters, matters_of
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def matters(opened: Town) -> Matters:
    return matters_of(opened)


@pytest.fixture
def cabinet(opened: Town) -> Cabinet:
    return delivery.install(
        hall=opened.hall, code="town-cabinet-1", name_zh="1 号文件柜", name_en="Cabinet 1", place_zh="东门外",
        place_en="East gate", cells=2,
    )  # fmt: skip


def passed(matters: Matters) -> Case:
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    return Case.objects.get(pk=case.pk)


def coded(matters: Matters, cabinet: Cabinet) -> tuple[Case, str]:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    at_cabinets.put(cabinets=[cabinet], case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return case, deliveries.code_for_applicant(Case.objects.get(pk=case.pk))


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_start_leads_to_a_cabinet_only_where_one_stands(opened: Town, client: Client) -> None:
    without = said(client.get("/kiosk/town/"))
    none = client.get("/kiosk/town/cabinet").status_code
    delivery.install(hall=opened.hall, code="c", name_zh="文件柜", name_en="Cabinet", cells=1)

    assert ("文件柜：取证照、投材料" in without, none) == (False, 404)
    assert "文件柜：取证照、投材料" in said(client.get("/kiosk/town/"))
    assert "24 小时开放" in said(client.get("/kiosk/town/cabinet"))


def test_at_night_the_cabinet_comes_first_and_numbers_are_no_door(opened: Town, client: Client) -> None:
    without = client.get("/kiosk/town/").content.decode()
    delivery.install(hall=opened.hall, code="c", name_zh="文件柜", name_en="Cabinet", cells=1)
    by_day = client.get("/kiosk/town/").content.decode()
    clock.set_clock(now=at("2026-03-10 22:00"), speed=0)

    page, part = client.get("/kiosk/town/").content.decode(), client.get("/kiosk/town/", headers={"HX-Request": "true"})

    doors = [
        re.findall(r'tile--door[^"]*" href="([^"]+)"', each) for each in (without, by_day, page, part.content.decode())
    ]
    by_number, by_cabinet = ["check-in", "walk-in"], ["cabinet/fetch", "cabinet/drop"]
    assert [[href.removeprefix("/kiosk/town/") for href in each] for each in doors] == [
        by_number, by_number, by_cabinet, by_cabinet,
    ]  # fmt: skip
    assert 'hx-swap-oob="true"' in part.content.decode()
    assert "取号：几点开始" in said(client.get("/kiosk/town/"))


def test_a_cabinet_of_another_machine_is_not_opened_here(opened: Town, client: Client) -> None:
    Device.objects.create(hall=opened.hall, code="town-kiosk-1", kind="kiosk", name="1 号取号机")
    other = Device.objects.create(hall=opened.hall, code="town-kiosk-2", kind="kiosk", name="2 号取号机")
    delivery.install(hall=opened.hall, code="c", name_zh="文件柜", name_en="Cabinet", cells=1, device_id=other.pk)

    assert client.get("/kiosk/town/cabinet").status_code == 404


@pytest.mark.parametrize("written", ["as it is", "digits"])
def test_the_number_of_a_case_opens_an_empty_cell(
    client: Client, cabinet: Cabinet, matters: Matters, written: str
) -> None:
    case = passed(matters)
    number = case.no if written == "as it is" else case.no.replace("-", "")

    answer = client.post("/kiosk/town/cabinet/drop", {"case": number, "last4": "8000"})

    case.refresh_from_db()
    assert (answer.status_code, case.phase) == (200, "await_receipt")
    assert ("1 号柜门开了" in said(answer), "今天起算收件" in said(answer)) == (True, True)
    assert "张" not in said(answer).replace("纸张", "")  # nobody is named


def test_the_number_of_a_case_alone_opens_nothing(client: Client, cabinet: Cabinet, matters: Matters) -> None:
    """Numbers follow each other: how its telephone ends is asked of everybody, and a wrong one is answered as no case is."""
    case, door = passed(matters), "/kiosk/town/cabinet/drop"

    asked = [said(client.post(door, {"case": number})) for number in (case.no, "110101-260310-999999")]
    wrong, none = (
        client.post(door, {"case": number, "last4": "1234"}) for number in (case.no, "110101-260310-999999")
    )  # fmt: skip
    opened = Stay.objects.exists()
    for _ in range(4):
        client.post(door, {"case": case.no, "last4": "1234"})
    spent = client.post(door, {"case": case.no, "last4": "8000"})

    assert ["手机号后四位" in each for each in asked] == [True, True]
    assert (wrong.status_code, none.status_code, opened) == (404, 404, False)
    assert "这里没有这个编号和手机号的办件" in said(wrong)
    assert (spent.status_code, Stay.objects.exists()) == (429, False)


def test_papers_dropped_at_night_are_told_from_which_day_they_count(
    client: Client, cabinet: Cabinet, matters: Matters, set_time: Any
) -> None:
    set_time(at("2026-03-10 23:30"))

    answer = client.post("/kiosk/town/cabinet/drop", {"case": passed(matters).no, "last4": "8000"})

    assert ("大厅现在不上班" in said(answer), "今天起算收件" in said(answer)) == (True, False)


def test_papers_dropped_are_called_by_name_there_and_on_the_slip(
    client: Client, cabinet: Cabinet, matters: Matters, opened: Town, settings: Any, tmp_path: Any
) -> None:
    settings.BANSHI_SPOOL = tmp_path
    Device.objects.create(
        hall=opened.hall, code="town-kiosk-1", kind="kiosk", name="1 号取号机", printer="file:slips.bin"
    )
    matters.lease_by_hand()

    page = client.post("/kiosk/town/cabinet/drop", {"case": passed(matters).no, "last4": "8000"})
    token = re.findall(r'name="stay" value="([^"]+)"', page.content.decode())[0]
    client.post("/kiosk/town/cabinet/slip", {"stay": token})

    paper = (tmp_path / "slips.bin").read_bytes().decode("gb18030", "replace")
    assert ("材料 租约" in said(page), "身份证" in said(page)) == (True, False)
    assert re.search("材料 +租约", paper)


def test_a_slip_says_what_was_dropped_and_names_nobody(
    client: Client, cabinet: Cabinet, matters: Matters, opened: Town, settings: Any, tmp_path: Any
) -> None:
    settings.BANSHI_SPOOL = tmp_path
    Device.objects.create(
        hall=opened.hall, code="town-kiosk-1", kind="kiosk", name="1 号取号机", printer="file:slips.bin"
    )
    case = passed(matters)
    page = client.post("/kiosk/town/cabinet/drop", {"case": case.no, "last4": "8000"})
    token = re.findall(r'name="stay" value="([^"]+)"', page.content.decode())[0]
    code = code_of(Stay.objects.get())

    printed = client.post("/kiosk/town/cabinet/slip", {"stay": token})
    paper = (tmp_path / "slips.bin").read_bytes().decode("gb18030", "replace")
    Device.objects.update(printer="tcp:10.255.255.1:1")
    failed = client.post("/kiosk/town/cabinet/slip", {"stay": token})
    forged = client.post("/kiosk/town/cabinet/slip", {"stay": "1"})

    assert (case.no in said(page), code in said(page)) == (True, True)
    assert [each in paper for each in ("投件凭条", case.no, code, "1 号文件柜 1 号格", case.applicant)] == [
        True, True, True, True, False,
    ]  # fmt: skip
    assert ("在下面取走小票" in said(printed), "凭条没有打出来" in said(failed)) == (True, True)
    assert (forged.status_code, Stay.objects.filter(out_at=None).count()) == (409, 1)


def test_a_result_is_moved_to_no_other_cell(client: Client, cabinet: Cabinet, matters: Matters) -> None:
    _case, code = coded(matters, cabinet)
    page = client.post("/kiosk/town/cabinet/fetch", {"code": code})
    token = re.findall(r'name="stay" value="([^"]+)"', page.content.decode())[0]

    answer = client.post("/kiosk/town/cabinet/other", {"stay": token})

    lies = Stay.objects.get()  # where it was put, its door no less good
    assert (answer.status_code, lies.out_at, lies.cell.broken_at) == (409, None, None)


def test_where_no_door_opens_the_papers_are_kept(
    client: Client, cabinet: Cabinet, matters: Matters, settings: Any
) -> None:
    case = passed(matters)
    settings.BANSHI_JAMMED = frozenset({"town-cabinet-1:1", "town-cabinet-1:2"})

    answer = client.post("/kiosk/town/cabinet/drop", {"case": case.no, "last4": "8000"})

    case.refresh_from_db()
    assert (answer.status_code, case.phase) == (409, "pre_passed")
    assert ("材料先收好，到窗口交" in said(answer), "取件码" in said(answer)) == (True, False)


def test_a_door_that_did_not_open_is_another_ones_turn(client: Client, cabinet: Cabinet, matters: Matters) -> None:
    answer = client.post("/kiosk/town/cabinet/drop", {"case": passed(matters).no, "last4": "8000"})
    (token,) = re.findall(r'name="stay" value="([^"]+)"', answer.content.decode())

    other = client.post("/kiosk/town/cabinet/other", {"stay": token})
    again = client.post("/kiosk/town/cabinet/other", {"stay": token})
    forged = client.post("/kiosk/town/cabinet/other", {"stay": str(Stay.objects.get(out_at=None).pk)})

    assert (other.status_code, "2 号柜门开了" in said(other)) == (200, True)
    assert (again.status_code, forged.status_code) == (409, 409)


@pytest.mark.parametrize("number", ["", "1", "abc", "0" * 60, "999999-260310-000001"])
def test_what_is_no_case_opens_nothing(client: Client, cabinet: Cabinet, number: str) -> None:
    answer = client.post("/kiosk/town/cabinet/drop", {"case": number, "last4": "8000"})

    assert (answer.status_code, "这里没有这个编号和手机号的办件" in said(answer)) == (404, True)
    assert not Stay.objects.exists()


def test_a_code_opens_the_door_and_that_hands_it_over(client: Client, cabinet: Cabinet, matters: Matters) -> None:
    case, code = coded(matters, cabinet)

    wrong = client.post("/kiosk/town/cabinet/fetch", {"code": "00000000"})
    answer = client.post("/kiosk/town/cabinet/fetch", {"code": f"{code[:4]} {code[4:]}"})
    token = re.findall(r'name="stay" value="([^"]+)"', answer.content.decode())[0]
    done = client.post("/kiosk/town/cabinet/taken", {"stay": token})
    twice = client.post("/kiosk/town/cabinet/fetch", {"code": code})

    case.refresh_from_db()
    assert (wrong.status_code, "这个取件码打不开这里的柜门" in said(wrong)) == (409, True)
    assert (answer.status_code, "1 号柜门开了" in said(answer), case.phase) == (200, True, "closed")
    assert (done.status_code, done["Location"], twice.status_code) == (302, "/kiosk/town/", 409)


def test_a_door_said_to_stay_shut_leads_to_the_window_and_may_be_tried_again(
    client: Client, cabinet: Cabinet, matters: Matters
) -> None:
    case, code = coded(matters, cabinet)
    answer = client.post("/kiosk/town/cabinet/fetch", {"code": code})
    token = re.findall(r'name="stay" value="([^"]+)"', answer.content.decode())[0]

    shut = client.post("/kiosk/town/cabinet/shut", {"stay": token})
    forged = client.post("/kiosk/town/cabinet/shut", {"stay": str(Stay.objects.get().pk)})

    case.refresh_from_db()
    assert (shut.status_code, forged.status_code, case.phase) == (409, 409, "ready")
    assert ("取件码仍然有效，出件窗口会打开柜格" in said(shut), "再开一次门" in said(shut)) == (True, True)
    assert "1 号柜门开了" in said(client.post("/kiosk/town/cabinet/fetch", {"code": code}))


def test_codes_are_not_found_by_trying(client: Client, cabinet: Cabinet) -> None:
    answers = [client.post("/kiosk/town/cabinet/fetch", {"code": f"{n:08d}"}).status_code for n in range(8)]

    assert answers[:5] == [409] * 5
    assert answers[-1] == 429


def test_a_jammed_door_says_where_the_result_is_had(
    client: Client, cabinet: Cabinet, matters: Matters, settings: Any
) -> None:
    case, code = coded(matters, cabinet)
    settings.BANSHI_JAMMED = frozenset({"town-cabinet-1:1"})

    answer = client.post("/kiosk/town/cabinet/fetch", {"code": code})

    case.refresh_from_db()
    assert (answer.status_code, case.phase) == (409, "ready")
    assert "取件码仍然有效，出件窗口会打开柜格" in said(answer)
