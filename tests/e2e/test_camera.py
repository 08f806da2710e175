"""高拍仪 at the window: pages are photographed in the page of the case and go the way of chosen files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGS, let_go
from tests.e2e.test_desk import CALLED, NOBODY, SERVING, at_work, nobody_is_left, press, take

pytestmark = pytest.mark.browser
ITEM = "proof-life-pensioners"
__all__ = ["nobody_is_left"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """With a camera that shows a moving picture, and that may be used without a question."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        camera = ["--use-fake-device-for-media-stream=device-count=2", "--use-fake-ui-for-media-stream"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, *camera])
        yield chromium
        let_go(chromium)


def with_a_case(open_page: Any, installation: Any) -> Any:
    """The page of a new case of somebody who is served."""
    _, number = take(installation)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    page.keyboard.press("i")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.wait_for_selector(".facts .tag[data-tone=ok]")
    press(page, "Space", SERVING)
    page.goto(page.locator("a[data-key=c]").first.get_attribute("href"))
    page.fill("#case-q", "养老待遇领取资格认证")
    page.locator(f"#case-found button[value={ITEM}]").click()
    page.wait_for_selector("#case")
    for question in page.locator("#case [role=radiogroup]").all():
        question.locator("label").first.click()
    page.wait_for_selector("[data-camera]:visible")
    return page


def test_two_pages_are_photographed_one_is_taken_back_and_a_lost_line_loses_none(
    open_page: Any, installation: Any, picture: Any, axe: Any
) -> None:
    page = with_a_case(open_page, installation)
    open_page.offline = True

    page.locator("[data-camera]").first.click()
    page.wait_for_function("() => document.querySelector('[data-camera-picture]').videoWidth > 0")
    for pages in (1, 2, 3):
        page.keyboard.press("Space")
        page.wait_for_selector(f".camera__pages li:nth-child({pages})")
    page.locator("[data-camera-away]").nth(1).click()
    page.locator("[data-camera-turn]").click()
    faults = axe(page)
    picture(page, "desk-camera-zh")
    page.context.set_offline(True)
    page.locator("[data-camera-send]").click()
    page.wait_for_selector("[data-camera-told=lost]:visible")
    kept = page.locator(".camera__pages li").count()
    page.context.set_offline(False)
    page.locator("[data-camera-send]").click()
    page.wait_for_selector("#camera:not([open])", state="attached")
    came = page.locator(".bring").first.locator("a[data-page]")
    came.nth(1).wait_for()

    assert (kept, came.count(), faults) == (2, 2, [])
    assert page.locator("[data-camera]").first.is_visible()  # for the next paper
    assert page.evaluate("document.querySelector('[data-camera-picture]').srcObject") is None  # the camera is off
    page.goto("/desk/")
    press(page, "Space", NOBODY)


def test_without_a_camera_it_says_so_and_files_are_chosen_as_before(open_page: Any, installation: Any) -> None:
    page = with_a_case(open_page, installation)
    none = "() => Promise.reject(new DOMException('', 'NotFoundError'))"
    page.evaluate(f"() => {{ navigator.mediaDevices.getUserMedia = {none}; }}")

    page.locator("[data-camera]").first.click()
    page.wait_for_selector("[data-camera-told=none]:visible")

    assert page.locator("[data-camera-take]").is_disabled()
    page.keyboard.press("Escape")
    assert page.locator("input[type=file][name^=file-]").count() > 0
    page.goto("/desk/")
    press(page, "Space", NOBODY)
