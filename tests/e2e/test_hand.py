"""At a machine and at a seat, in two real browsers: help on any page, the screen shown, a hand on it after each yes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e import test_call
from tests.e2e.test_call import HALL, SEES, at_the_seat, hang_up

pytestmark = pytest.mark.browser
browser = test_call.browser  # two, with cameras
MORNING = "2026-11-24T09:10:00+08:00"


def on_the_screen(seat: Any, words: str) -> Any:
    return seat.locator("#hand .seat-hand", has_text=words).first


def test_help_at_the_machine_and_a_hand_on_its_screen(
    open_page: Any,
    installation: Any,
    browser: Any,
    live_url: str,
    axe: Any,
    picture: Any,
) -> None:
    installation.set_clock(MORNING, 0)
    seat = at_the_seat(browser, live_url)
    seat.click("#be-ready")
    seat.wait_for_selector("#be-ready.is-now")
    kiosk = open_page(f"/kiosk/{HALL}/?idle=600", size=(1080, 1920))
    kiosk.set_default_timeout(60_000)

    kiosk.click("[data-help]")
    kiosk.wait_for_selector("[data-help-ask=video]")
    lobby = axe(kiosk)
    picture(kiosk, "kiosk-help-lobby-zh")
    kiosk.click("[data-help-ask=video]")
    seat.wait_for_selector("#answers")
    seat.keyboard.press("a")
    for page in (seat, kiosk):
        page.wait_for_function(SEES)
    seat.wait_for_selector("#hand")

    kiosk.goto(f"/kiosk/{HALL}/search?idle=600")  # it goes on on the next page
    kiosk.wait_for_function(SEES)
    kiosk.click("[data-help-allow='1']")
    seat.wait_for_selector("#hand .seat-hand")
    picture(kiosk, "kiosk-help-call-zh")
    picture(seat, "seat-hand-zh")
    seen = [axe(kiosk), axe(seat)]

    kiosk.goto(f"/kiosk/{HALL}/walk-in?idle=600")
    category = kiosk.locator("main a[href*='confirm']").first
    label = category.inner_text().split("\n")[0].strip()[:10]
    row = on_the_screen(seat, label)
    row.locator("button[value=point]").click()
    kiosk.wait_for_selector("[data-pointed]")
    pointed = kiosk.locator("[data-pointed]").count()
    on_the_screen(seat, label).locator("button[value=press]").click()
    kiosk.wait_for_selector("[data-help-wants]:visible")
    picture(kiosk, "kiosk-help-wants-zh")
    kiosk.click("[data-help-no]")
    seat.wait_for_selector("#hand .tag >> text=未同意")
    still_there = "walk-in" in kiosk.url
    on_the_screen(seat, label).locator("button[value=press]").click()
    kiosk.click("[data-help-yes]")
    kiosk.wait_for_url("**/confirm**")
    seat.wait_for_selector("#hand .tag >> text=已完成")

    kiosk.wait_for_selector("[data-help-allow='0']:visible")
    kiosk.click("[data-help-allow='0']")
    seat.wait_for_selector("#hand form[action$='hand/ask']")
    shown_rows = seat.locator("#hand .seat-hand").count()
    hang_up(seat)
    kiosk.wait_for_selector("[data-help-rate]")
    kiosk.click("[data-help-rate='10']")
    kiosk.wait_for_selector("[data-help-over]")
    kiosk.click("[data-help-over]")
    kiosk.wait_for_selector("#help", state="hidden")
    kiosk.goto(f"/kiosk/{HALL}/?idle=600")
    left = kiosk.locator("[data-calling]").count()
    seat.context.close()

    assert (lobby, seen, pointed, still_there, shown_rows, left) == ([], [[], []], 1, True, 0, 0)


def test_who_goes_away_hangs_up(
    open_page: Any,
    installation: Any,
    browser: Any,
    live_url: str,
) -> None:
    installation.set_clock(MORNING, 0)
    kiosk = open_page(f"/kiosk/{HALL}/?idle=600", size=(1080, 1920))
    kiosk.set_default_timeout(60_000)
    kiosk.click("[data-help]")
    kiosk.click("[data-help-ask=text]")
    kiosk.wait_for_selector("#help [data-call]")

    kiosk.evaluate("document.dispatchEvent(new CustomEvent('leaving'))")
    kiosk.wait_for_timeout(200)
    kiosk.goto(f"/kiosk/{HALL}/?idle=600")

    assert kiosk.locator("[data-calling]").count() == 0
    assert kiosk.locator("#help [data-call]").count() == 0
