"""A kiosk whose line is cut: it says what to do in two languages, comes back by itself, and nobody's number is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlparse

import pytest

from tests.e2e.line import Line

pytestmark = pytest.mark.browser
MORNING = "2026-11-24T09:10:00+08:00"


@pytest.fixture
def line(installation: Any) -> Iterator[Line]:
    installation.set_clock(MORNING, 0)
    between = Line(urlparse(installation.url).port)
    yield between
    between.close()


@pytest.fixture
def kiosk(browser: Any, line: Line) -> Iterator[Callable[[str], Any]]:
    """A page behind the line, whose worker has kept what it shows while nothing answers."""
    context = browser.new_context(base_url=line.url, viewport={"width": 1080, "height": 1920}, locale="zh-CN")
    context.set_default_timeout(20_000)

    def opened(path: str) -> Any:
        page = context.new_page()
        page.goto("/kiosk/dongcheng/")
        page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
        page.wait_for_function("navigator.serviceWorker.controller && caches.match('/kiosk/away').then(Boolean)")
        if path:
            page.goto(f"/kiosk/dongcheng/{path}")
        return page

    yield opened
    context.close()


def says_what_to_do(page: Any) -> bool:
    shown = page.locator(".kiosk-away:visible").inner_text()
    return "到咨询台领纸质号" in shown and "The service desk gives paper numbers" in shown


def waiting(installation: Any) -> int:
    with installation.api("kiosk", "dongcheng") as api:
        categories = api.get("/halls/dongcheng/live").raise_for_status().json()["categories"]
    return next(int(each["waiting"]) for each in categories if each["code"] == "C")


def test_an_open_page_says_so_and_comes_back(kiosk: Callable[[str], Any], line: Line, picture: Any, axe: Any):
    page = kiosk("check-in")
    page.keyboard.type("4419001985")
    line.cut()

    page.get_by_role("button", name="签到取号").click()
    page.locator("#away:visible").wait_for()
    assert says_what_to_do(page)
    assert page.locator("#presented").input_value() == ""
    picture(page, "kiosk-away")
    assert axe(page) == []

    line.mend()
    page.wait_for_url("**/kiosk/dongcheng/")


def test_a_cold_start_says_the_same_and_comes_back(kiosk: Callable[[str], Any], line: Line, picture: Any, axe: Any):
    page = kiosk("")
    line.cut()

    page.goto("/kiosk/dongcheng/walk-in")
    assert says_what_to_do(page)
    assert page.locator(".kiosk-away").evaluate("e => getComputedStyle(e).position") == "fixed"  # drawn, not bare text
    picture(page, "kiosk-away-cold")
    assert axe(page) == []

    line.mend()
    page.locator(".kiosk-doors").wait_for()
    assert page.url.endswith("/kiosk/dongcheng/")


def test_a_number_whose_answer_was_lost_is_shown_once_the_line_is_back(
    kiosk: Callable[[str], Any], line: Line, installation: Any
):
    page = kiosk("confirm?category=C")
    before = waiting(installation)
    line.lose_the_answer_to(b"POST /kiosk/dongcheng/confirm")

    page.get_by_role("button", name="取号", exact=True).evaluate("button => setTimeout(() => button.click())")
    assert line.lost.wait(20)
    assert waiting(installation) == before + 1
    line.mend()

    page.wait_for_url("**/slip/**")
    assert page.locator(".ticket__no").inner_text().startswith("C")
    assert waiting(installation) == before + 1
