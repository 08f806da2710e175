"""A video session between two real browsers: a phone calls, a seat answers, both see and hear each other and write; a lost line
loses nothing that was typed."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from banshi.journeys.hall.demo_seeds import PASSWORD, video_logins
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGS, let_go
from tests.e2e.test_citizen import sign_in

pytestmark = pytest.mark.browser
MEDIA = [
    "--use-fake-device-for-media-stream=fps=5",  # two calls in one machine: enough to be seen moving
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",  # where there is no network but the machine's own
]  # fmt: skip
SEES = """() => {
  const far = document.querySelector("[data-call-far]");
  return far !== null && far.videoWidth > 0 && far.getVideoPlaybackQuality().totalVideoFrames > 0;
}"""
SHOWN = """() => {
  const picture = document.querySelector(".said:not([data-pending]) .said__file img");
  return picture !== null && picture.complete && picture.naturalWidth > 0;
}"""
HALL = "nancheng"
SEAT = video_logins(HALL)[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """With a camera that shows a moving picture, and that may be used without a question."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, *MEDIA])
        others = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, *MEDIA])
        chromium.others = others
        yield chromium
        let_go(others, chromium)


def at_the_seat(browser: Any, live_url: str, *, before: str = "") -> Any:
    """A clerk's page, in a browser of its own. :param before: a script that runs first on each page."""
    context = browser.others.new_context(base_url=live_url, viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(60_000)
    context.add_init_script(before)
    page = context.new_page()
    page.goto(f"/staff/sign-in?next=/seat/{HALL}/")
    page.fill("input[name=login]", SEAT)
    page.fill("input[name=password]", PASSWORD)
    page.click("main .btn--primary")
    page.wait_for_selector("[data-seat], [data-call-far]")
    if page.locator("[data-call-far]").count():  # the call of a try that broke off
        hang_up(page)
    page.wait_for_selector("[data-seat]")
    return page


def hang_up(seat: Any) -> None:
    seat.click("details summary >> nth=0")
    seat.click("button[name=then][value=ready]")


def write(page: Any, words: str) -> None:
    page.fill("#say-text", words)
    page.click("[data-call-say] button")


def photo() -> dict[str, Any]:
    out = BytesIO()
    Image.new("RGB", (1200, 900), "#d8cfc0").save(out, "JPEG")
    return {"name": "租约.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_phone_calls_and_both_see_each_other_and_a_lost_line_loses_no_word(
    open_page: Any, installation: Any, browser: Any, live_url: str, axe: Any, picture: Any
) -> None:
    open_page.offline = True
    seat = at_the_seat(browser, live_url)
    seat.click("#be-ready")
    seat.wait_for_selector("#be-ready.is-now")
    phone = open_page(f"/video/?hall={HALL}")
    phone.set_default_timeout(60_000)
    sign_in(phone, installation, "13822007701")
    phone.click("[data-try-begin]")
    phone.wait_for_selector("[data-try-says=both]:visible")
    lobby = axe(phone)

    phone.click("form[method=post] .btn--lg")
    seat.wait_for_selector("#answers")
    rings = axe(seat)
    seat.keyboard.press("a")
    for page in (seat, phone):
        page.wait_for_function(SEES)
    write(seat, "您好，要办什么？")
    phone.wait_for_selector(".said[data-by=seat]")
    picture(phone, "citizen-call-zh")
    picture(seat, "seat-call-zh")

    phone.context.set_offline(True)
    write(phone, "社保卡丢了")
    pending = phone.locator(".said[data-pending]").count()
    phone.wait_for_selector("[data-call-line]:visible")
    phone.context.set_offline(False)
    seat.wait_for_selector(".said[data-by=citizen] >> text=社保卡丢了")
    phone.wait_for_selector(".said:not([data-pending]) >> text=社保卡丢了")
    phone.context.set_offline(True)
    phone.set_input_files("[data-call-file] input[type=file]", files=[photo()])
    phone.wait_for_selector(".said[data-pending] >> text=租约.jpg")
    phone.context.set_offline(False)
    for page in (phone, seat):  # a photo that was sent while the line was gone comes, and is seen
        page.wait_for_function(SHOWN)
    picture(seat, "seat-call-photo-zh")
    calls = [axe(phone), axe(seat)]
    for page in (seat, phone):
        page.wait_for_function(SEES)

    phone.reload()  # the page opens anew: what was written is there, and the picture comes back
    for page in (seat, phone):
        page.wait_for_function(SEES)
    hang_up(seat)
    seat.wait_for_selector("[data-seat]")
    phone.wait_for_selector("button[name=score]")
    phone.click("button[name=score][value='10']")
    phone.wait_for_selector("text=10")
    seat.context.close()

    assert (lobby, rings, calls, pending) == ([], [], [[], []], 1)
