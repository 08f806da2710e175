"""A manager looks at the hall, opens a window, and reads the figures – in a real browser."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
DESKTOP = (1440, 900)


def signed_in(open_page, path, *, language="zh-CN", login="dongcheng-manager"):
    page = open_page("/staff/sign-in", size=DESKTOP, language=language)
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", "banshi-demo")
    page.click("main form button")
    page.goto(path)
    return page


def take_numbers(installation, hall, category, count):
    with installation.api("kiosk", hall) as api:
        for _ in range(count):
            api.post(f"/halls/{hall}/tickets", json={"category": category}).raise_for_status()


def test_the_hall_now_follows_the_line_by_itself(open_page, installation, picture, axe):
    page = signed_in(open_page, "/office/nancheng/live", login="nancheng-manager")
    page.wait_for_selector("#live-now svg.plan")
    waiting = page.locator(".live-strip .stat__value").first
    before = int(waiting.inner_text().split()[0].rstrip("人"))

    take_numbers(installation, "nancheng", "A", 2)

    page.wait_for_function(
        "n => parseInt(document.querySelector('.live-strip .stat__value').textContent) >= n + 2", arg=before
    )
    assert axe(page) == []
    picture(page, "office-live-zh")


def test_a_window_opens_in_one_click_and_turns_blue(open_page, installation):
    page = signed_in(open_page, "/office/nancheng/live", login="nancheng-manager")
    window = page.locator("#w-nancheng-12")
    assert window.locator("g").get_attribute("data-state") == "closed"

    window.click()
    page.click("#live-panel .btn--primary")

    page.wait_for_selector("#w-nancheng-12 g[data-state=idle], #w-nancheng-12 g[data-state=called]")
    assert page.locator("#live-panel select").count() == 0


def test_270_windows_are_drawn_floor_by_floor(open_page, picture):
    page = signed_in(open_page, "/office/dongguan/live", login="city", language="en-GB")

    drawn = []
    for floor in ("1", "2", "3"):
        page.goto(f"/office/dongguan/live?floor={floor}")
        drawn.append(page.locator("svg.plan g.win").count())

    assert sum(drawn) == 270
    page.goto("/office/dongguan/live")
    picture(page, "office-live-270-en")


def test_figures_draw_charts_and_flip_to_the_table(open_page, installation, picture, axe):
    take_numbers(installation, "nancheng", "A", 1)
    page = signed_in(open_page, "/office/nancheng/figures", login="nancheng-manager")
    page.wait_for_selector("body[data-drawn]")
    section = page.locator("#visits-hour")

    assert section.locator("canvas").count() == 1
    section.locator("[data-flip]").click()

    assert section.locator("table").is_visible()
    assert not section.locator("canvas").is_visible()
    assert axe(page) == []
    picture(page, "office-figures-zh", full=True)


def test_a_city_leads_down_to_its_halls(open_page, installation, picture):
    take_numbers(installation, "nancheng", "A", 1)
    page = signed_in(open_page, "/office/regions/441900/figures", login="city", language="en-GB")
    picture(page, "office-region-en", full=True)

    page.click("#parts tbody a >> text=Nancheng")
    page.click("#parts tbody a >> text=Nancheng")

    assert page.url.endswith("/office/nancheng/figures?range=today")
