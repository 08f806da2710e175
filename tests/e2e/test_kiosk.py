"""The kiosk in a real browser: readers that type, fingers on pads, and silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from banshi.kernel.documents import generate_resident_id

pytestmark = pytest.mark.browser
KIOSK = (1080, 1920)
MORNING = "2026-11-24T09:10:00+08:00"


def resident(i: int, year: int = 1985) -> str:
    return generate_resident_id("110101", date(year, 6, 6), 500 + i)


@pytest.fixture
def kiosk(installation: Any, open_page: Callable[..., Any]) -> Callable[..., Any]:
    installation.set_clock(MORNING, 0)

    def at(path: str, **options: Any) -> Any:
        return open_page(f"/kiosk/dongcheng/{path}", size=KIOSK, **options)

    return at


@pytest.fixture
def booked(installation: Any) -> dict[str, Any]:
    """An appointment at Dongcheng today, whose check-in is open now."""
    installation.set_clock(MORNING, 0)
    with installation.api("channel") as channel:
        items = channel.get("/items", params={"hall": "dongcheng", "q": "社会保障卡"}).raise_for_status().json()["data"]
        for item in items:
            asked = {"item": item["code"], "from": "2026-11-24", "to": "2026-11-24"}
            slots = channel.get("/halls/dongcheng/slots", params=asked).raise_for_status().json()["data"]
            slot = next((s for s in slots if s["bookable"]), None)
            if slot is None:
                continue
            someone = {"name": "试验甲", "id_type": "resident_id", "id_number": resident(1), "phone": "13820000001"}
            body = {"slot": slot["id"], "item": item["code"], "person": someone, "source": "app"}
            answer = channel.post("/appointments", json=body)
            assert answer.status_code == 201, answer.text
            installation.set_clock(slot["starts_at"])
            return {**answer.json(), "id_number": someone["id_number"]}
    raise AssertionError("nothing bookable today")


def test_a_scanner_types_the_qr_code_at_the_start_and_the_slip_comes(
    booked: dict[str, Any], open_page: Callable[..., Any], picture: Any, axe: Any
):
    page = open_page("/kiosk/dongcheng/", size=KIOSK)
    page.locator("h1").wait_for()

    page.keyboard.type(booked["qr"])
    page.keyboard.press("Enter")

    page.wait_for_url("**/kiosk/dongcheng/slip/**")
    number = page.locator(".ticket__no").inner_text()
    page.get_by_text("这台机器不打印小票").or_(page.get_by_text("取走小票")).wait_for()
    assert number[1:].isdigit()
    assert booked["id_number"] not in page.content()
    assert axe(page) == []
    picture(page, "kiosk-slip-zh")


def test_a_number_by_category(kiosk: Callable[..., Any], picture: Any, axe: Any):
    page = kiosk("")
    picture(page, "kiosk-start-zh")
    assert axe(page) == []

    page.get_by_role("link", name="现场取号").click()
    page.locator(".kiosk-tile").nth(14).wait_for()
    picture(page, "kiosk-categories-zh")
    assert axe(page) == []
    page.get_by_role("link", name="社会保险").click()
    page.locator(".kiosk-what").wait_for()
    picture(page, "kiosk-confirm-zh")
    assert axe(page) == []
    page.get_by_role("button", name="取号", exact=True).click()

    page.wait_for_url("**/slip/**")
    assert page.locator(".ticket__no").inner_text().startswith("C")
    assert page.evaluate("history.length") == 3  # the blank page, the kiosk, and the slip that leaving replaces


def test_a_matter_by_pinyin_on_the_pad(kiosk: Callable[..., Any], picture: Any, axe: Any):
    page = kiosk("search")

    for letter in "SHBZK":
        page.locator(".kiosk-letters").get_by_role("button", name=letter, exact=True).click()

    first = page.locator('#found [data-for="shbzk"] .row').first
    first.wait_for()
    assert "社会保障卡" in first.inner_text()
    picture(page, "kiosk-search-zh")
    assert axe(page) == []
    first.click()
    page.get_by_role("button", name="取号", exact=True).click()
    page.wait_for_url("**/slip/**")
    assert "社会保障卡" in page.locator(".kiosk-slip__what").inner_text()


def test_a_refusal_is_a_page_with_ways_on_and_typed_numbers_stay_hidden(
    kiosk: Callable[..., Any], picture: Any, axe: Any
):
    page = kiosk("check-in")
    for digit in resident(7):
        page.locator(".kiosk-digits").get_by_role("button", name=digit, exact=True).click()
    hidden = page.locator("#presented").evaluate("e => getComputedStyle(e).webkitTextSecurity")
    assert (hidden, page.locator("#typed").inner_text()) == ("disc", "已输 18 位")
    picture(page, "kiosk-check-in-zh")
    assert axe(page) == []

    page.get_by_role("button", name="签到取号").click()

    page.get_by_role("heading", name="预约时留的手机号后四位").wait_for()
    for digit in "0000":
        page.locator(".kiosk-digits").get_by_role("button", name=digit, exact=True).click()
    picture(page, "kiosk-last-digits-zh")
    assert axe(page) == []
    page.get_by_role("button", name="签到取号").click()
    page.get_by_role("heading", name="只输证件号，不能查询和补打").wait_for()
    picture(page, "kiosk-refused-zh")
    assert axe(page) == []
    page.get_by_role("link", name="现场取号").click()
    page.wait_for_url("**/walk-in")


def test_the_id_of_an_old_person_suggests_the_lane(kiosk: Callable[..., Any]):
    page = kiosk("confirm?category=C")

    page.keyboard.type(resident(8, year=1950))

    page.get_by_text("已选老人优先").wait_for()
    assert page.locator('input[name="lane"]:checked').get_attribute("value") == "elderly"


def test_silence_leads_back_to_the_start_and_leaves_nothing(kiosk: Callable[..., Any]):
    page = kiosk("check-in?idle=3")
    page.get_by_role("button", name="大字").click()
    page.evaluate("document.documentElement.dataset.mode = 'plain'")  # three seconds, not nine
    page.keyboard.type("4419001985")
    assert int(page.locator("[data-idle-left]").inner_text()) >= 2

    page.wait_for_url("**/kiosk/dongcheng/")

    assert page.locator("html").get_attribute("data-mode") is None
    page.go_back()
    assert "4419001985" not in page.content()


def test_the_kiosk_speaks_english_and_large(kiosk: Callable[..., Any], picture: Any, axe: Any):
    page = kiosk("walk-in", language="en-US")
    page.get_by_role("heading", name="What is it about?").wait_for()
    picture(page, "kiosk-categories-en")

    page.get_by_role("button", name="Large type").click()

    assert page.evaluate("document.documentElement.scrollWidth") == KIOSK[0]
    assert axe(page) == []
    picture(page, "kiosk-categories-en-large")
