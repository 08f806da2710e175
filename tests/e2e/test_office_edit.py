"""The office's editors in a browser: sign in, change hours with people booked, change places in place, rules, staff."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.hall.demo_seeds import PASSWORD

pytestmark = pytest.mark.browser
WIDE, SMALL = (1440, 900), (1366, 768)
PAGES = {
    "home": "/office/",
    "overview": "/office/nancheng/",
    "calendar": "/office/nancheng/calendar/",
    "calendar-edit": "/office/nancheng/calendar/edit/",
    "closures": "/office/nancheng/calendar/closures/",
    "slots": "/office/nancheng/slots/?day=2026-11-25",
    "roster": "/office/nancheng/roster/",
    "windows": "/office/nancheng/windows/",
    "items": "/office/nancheng/items/",
    "policy": "/office/nancheng/policy/",
    "credit": "/office/nancheng/credit/",
    "templates": "/office/nancheng/templates/",
    "appointments": "/office/nancheng/appointments/",
    "appointment-new": "/office/nancheng/appointments/new",
    "staff": "/office/nancheng/staff/",
    "notices": "/office/nancheng/notices/",
    "audit": "/office/nancheng/audit/",
    "devices": "/office/nancheng/devices/",
    "device": "/office/nancheng/devices/nancheng-kiosk-1/",
}


@pytest.fixture
def office(open_page: Any) -> Any:
    """`office(path, size, language)` → a page of Nancheng's manager."""

    def opened(path: str, size: tuple[int, int] = WIDE, language: str = "zh-CN") -> Any:
        page = open_page("/staff/sign-in?next=/office/nancheng/", size=size, language=language)
        page.fill("[name=login]", "nancheng-manager")
        page.fill("[name=password]", PASSWORD)
        page.click("main button.btn--primary")
        page.wait_for_url("**/office/nancheng/")
        page.goto(path)
        return page

    return opened


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_every_page_fits_the_screen_and_has_no_barrier(office: Any, axe: Any, picture: Any, language: str) -> None:
    page = office("/office/", SMALL, language)
    faults = []

    for name, path in PAGES.items():
        page.goto(path)
        picture(page, f"office-{name}-{language[:2]}")
        faults += [f"{name}: {each}" for each in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{name}: wider than the screen")

    assert faults == []


PHONE, ZOOMED = (390, 844), (683, 384)  # the second is 1366×768 at 200 %


@pytest.mark.parametrize("size", [PHONE, ZOOMED])
def test_on_a_phone_and_at_double_size_the_ways_fold_into_a_menu(
    office: Any, axe: Any, picture: Any, size: Any
) -> None:
    page = office("/office/nancheng/", size)
    folded = page.locator(".side").bounding_box()["height"]
    first = page.locator("h1").bounding_box()["y"]

    page.click("button:has-text('菜单')")
    way = page.locator(".side__ways a:has-text('号源')")
    way.wait_for()
    barriers = axe(page)
    picture(page, f"office-menu-{size[0]}-zh")
    way.click()
    page.wait_for_url("**/slots/")

    assert folded < 80
    assert first < 220
    assert barriers == []
    assert page.locator(".side__ways").is_visible() is False
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


# Scrolls the grid to its end both ways and says which heads still lie in its box, before everything else there.
HEADS_IN_SIGHT = """() => {
  const box = document.querySelector(".slots-box");
  box.scrollTo(box.scrollWidth, box.scrollHeight);
  scrollBy(0, box.getBoundingClientRect().top - document.querySelector(".app-bar").getBoundingClientRect().bottom);
  const seen = (e) => {
    const r = e.getBoundingClientRect(), f = box.getBoundingClientRect();
    return r.top >= f.top - 1 && r.left >= f.left - 1 && r.bottom <= f.bottom + 1 && r.right <= f.right + 1
      && e.contains(document.elementFromPoint(r.left + 8, r.top + 8));
  };
  return {
    moved: [box.scrollLeft > 0, box.scrollTop > 0],
    column: seen(box.querySelector("thead th:last-child")),
    row: seen(box.querySelector("tbody tr:last-child th")),
    corner: seen(box.querySelector("thead th:first-child")),
  };
}"""


def test_the_heads_of_the_places_stay_in_sight(office: Any, picture: Any) -> None:
    page = office("/office/nancheng/slots/?day=2026-11-30", ZOOMED)

    seen = page.evaluate(HEADS_IN_SIGHT)
    picture(page, "office-slots-scrolled-zh")

    assert seen == {"moved": [True, True], "column": True, "row": True, "corner": True}


def test_places_are_changed_in_their_cell(office: Any) -> None:
    page = office("/office/nancheng/slots/?day=2026-11-30")
    cell = page.locator(".slot").first
    name = f"#{cell.get_attribute('id')}"

    page.click(f"{name} .slot__show")
    page.fill(f"{name} [name=quota]", "31")
    page.click(f"{name} button[value=look]")
    effect = page.locator(f"{name} [role=status]").inner_text()
    page.click(f"{name} button[value=save]")
    page.wait_for_selector(f"{name} .slot__show")

    assert effect == "余号：30 → 31"
    assert page.locator(f"{name} .slot__show").inner_text().split("\n")[0] == "0 / 31*"


def test_shorter_hours_show_the_days_before_they_are_published(office: Any, picture: Any) -> None:
    page = office("/office/nancheng/calendar/edit/")

    page.fill("[name=r0-hours]", "08:30-11:30, 14:00-16:00")
    page.fill("[name=r0-periods]", "08:30-09:30, 09:30-10:30, 10:30-11:30, 14:00-15:00, 15:00-16:00")
    page.click("button[value=preview]")
    page.wait_for_selector("h1:has-text('变化预览')")
    picture(page, "office-calendar-preview-zh")

    lost = page.locator("section table").first  # others may have booked meanwhile: their table stands below
    assert lost.locator("tbody tr").count() == 1
    assert lost.locator("td").nth(1).inner_text().split("\n")[1] == "14:00–16:00 工作日服务"


def test_another_halls_office_is_closed(office: Any) -> None:
    page = office("/office/dongcheng/calendar/")

    assert page.locator("h1").inner_text() == "不是本人的大厅"
