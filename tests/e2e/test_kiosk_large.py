"""Large type at the kiosk, on a standing and on a lying screen: everything to press is there without scrolling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
MORNING = "2026-11-24T09:10:00+08:00"
EVENING = "2026-11-24T20:30:00+08:00"
SCREENS = [(1080, 1920), (1280, 1024)]

# What may be pressed, and lies outside of the screen or below something else.
OUT_OF_REACH = """() => [...document.querySelectorAll("main a, main button, main summary, main label.choice, .app-bar button")]
  .filter((e) => e.checkVisibility() && !e.closest(".visually-hidden"))
  .filter((e) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return true;
    return [[left + 8, top + 8], [right - 8, bottom - 8], [(left + right) / 2, (top + bottom) / 2]]
      .some(([x, y]) => { const hit = document.elementFromPoint(x, y); return !(hit && (e.contains(hit) || hit.contains(e))); });
  })
  .map((e) => e.innerText.trim().slice(0, 20) || e.className)"""


@pytest.fixture(params=SCREENS, ids=["standing", "lying"])
def large(installation: Any, open_page: Callable[..., Any], request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`large("search")` → a page that somebody has set to large type."""
    installation.set_clock(MORNING, 0)

    def at(path: str = "", **options: Any) -> Any:
        return enlarged(open_page(f"/kiosk/dongcheng/{path}", size=request.param, **options))

    return at


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize("path", ["", "walk-in", "search", "check-in", "phone"])
def test_everything_to_press_is_on_the_screen(large: Callable[..., Any], picture: Any, path: str, language: str):
    page = large(path, language=language)

    assert page.evaluate(OUT_OF_REACH) == []
    picture(page, f"kiosk-large-{path or 'start'}-{language[:2]}-{page.viewport_size['width']}")


@pytest.mark.parametrize("path", ["check-in", "confirm?category=C"])
def test_every_key_of_both_pads_is_on_the_screen(large: Callable[..., Any], path: str):
    page = large(path)
    if page.locator(".kiosk-typing").count():
        page.locator(".kiosk-typing > summary").click()

    for pad, keys in (("digits", 12), ("letters", 38)):
        page.locator(f'[data-pad="{pad}"]').click()
        assert page.locator(f'[data-pad-shown="{pad}"] button:visible').count() == keys
        assert page.evaluate(OUT_OF_REACH) == []


def test_matters_found_leave_the_keys_on_the_screen(large: Callable[..., Any]):
    page = large("search")

    for letter in "SB":
        page.locator(".kiosk-letters").get_by_role("button", name=letter, exact=True).click()
    page.locator('#found [data-for="sb"] .row').first.wait_for()

    assert page.evaluate(OUT_OF_REACH) == []


def test_large_type_goes_along_from_page_to_page_until_somebody_leaves(large: Callable[..., Any]):
    page = large()

    page.get_by_role("link", name="现场取号").click()
    page.get_by_role("link", name="社会保险").click()
    page.locator(".kiosk-what").wait_for()
    assert page.locator("html").get_attribute("data-mode") == "elder"
    page.get_by_role("button", name="取号", exact=True).click()
    page.wait_for_url("**/slip/**")
    assert page.locator("html").get_attribute("data-mode") == "elder"

    page.locator("[data-done]").click()

    page.wait_for_url("**/kiosk/dongcheng/")
    assert page.locator("html").get_attribute("data-mode") is None


def test_choices_are_read_and_hit_at_arms_length(large: Callable[..., Any], picture: Any):
    page = large("check-in")

    page.keyboard.type("H12345678")  # a passport, or a permit
    page.keyboard.press("Enter")
    page.locator(".kiosk-choice").nth(1).wait_for()

    heights = page.locator(".kiosk-choice").evaluate_all("all => all.map((e) => e.offsetHeight)")
    type_sizes = page.locator(".kiosk-choice .tile__title").evaluate_all(
        "all => all.map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert (min(heights) >= 96, min(type_sizes) >= 36) == (True, True)
    assert page.evaluate(OUT_OF_REACH) == []
    picture(page, f"kiosk-choice-large-{page.viewport_size['width']}")


@pytest.fixture(params=[*SCREENS, (1920, 1080)], ids=["standing", "lying", "wide"])
def any_screen(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


def enlarged(page: Any) -> Any:
    page.locator("[data-elder]").click()
    page.locator('html[data-mode="elder"]').wait_for()
    return page


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_closed_hall_leaves_its_ways_on_the_screen(
    installation: Any, open_page: Callable[..., Any], picture: Any, any_screen: tuple[int, int], language: str
):
    installation.set_clock(EVENING, 0)
    page = enlarged(open_page("/kiosk/dongcheng/walk-in", size=any_screen, language=language))

    assert page.locator('[data-refusal="closed"]').count() == 1
    assert page.evaluate(OUT_OF_REACH) == []
    picture(page, f"kiosk-closed-large-{language[:2]}-{any_screen[0]}")


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_slip_of_the_elderly_lane_is_on_the_screen_whole(
    installation: Any, open_page: Callable[..., Any], picture: Any, any_screen: tuple[int, int], language: str
):
    installation.set_clock(MORNING, 0)
    page = enlarged(open_page("/kiosk/dongcheng/confirm?category=C", size=any_screen, language=language))
    page.locator('input[name="lane"][value="elderly"]').check()
    page.locator(".kiosk-actions button").last.click()
    page.wait_for_url("**/slip/**")
    page.locator("#printed .kiosk-print").wait_for()

    assert page.evaluate(OUT_OF_REACH) == []
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    picture(page, f"kiosk-slip-large-{language[:2]}-{any_screen[0]}")
