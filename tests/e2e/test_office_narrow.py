"""No page of the office is wider than a phone, nor than a desk's screen at 200 %: nothing to scroll sideways for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.conftest import Installation

pytestmark = pytest.mark.browser

# Five halls, then one hall's pages; what is found by a link on them follows.
PAGES = (
    "/office/", "/staff/me", "/office/regions/all/figures", "/office/regions/441900/figures",
    *(
        f"/office/nancheng/{page}"
        for page in (
            "", "live", "guide/", "appointments/", "appointments/new", "people/", "ratings/", "notices/",
            "calendar/", "calendar/?view=month", "calendar/edit/", "calendar/edit/?tab=text", "calendar/versions/",
            "calendar/closures/", "calendar/evacuate", "unsettled/", "slots/", "roster/", "windows/", "items/", "policy/",
            "policy/?q=短信", "policy/versions/", "credit/", "credit/fault-days/", "templates/", "figures", "figures?range=30",
            "audit/", "audit/verify", "staff/", "staff/new", "devices/", "devices/new",
        )
    ),
)  # fmt: skip
DEEPER = re.compile(r"^/office/nancheng/(?:appointments|templates|windows|staff|devices|items|slots|credit)/[^?]+$")

# Elements that stick out of the page although no box of their own scrolls them.
WIDER = """() => {
  const page = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= page) return [];
  const scrolls = (e) => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(p).overflowX)) return true; return false; };
  return [...document.body.querySelectorAll("*")]
    .filter((e) => e.getBoundingClientRect().right > page + 1 && getComputedStyle(e).position !== "fixed" && !scrolls(e))
    .slice(0, 4).map((e) => `${e.tagName.toLowerCase()}.${e.className} to ${Math.round(e.getBoundingClientRect().right)}`)
    .concat(`page ${document.documentElement.scrollWidth}`);
}"""


def signed_in(open_page: Any, size: tuple[int, int], language: str) -> Any:
    page = open_page("/staff/sign-in", size=size, language=language)
    page.fill("[name=login]", "city")
    page.fill("[name=password]", "banshi-demo")
    page.click("main form button")
    return page


@pytest.mark.parametrize(
    ("size", "language"),
    [((360, 740), "zh-CN"), ((360, 740), "en-GB"), ((640, 400), "zh-CN")],
    ids=["phone", "phone-en", "200%"],
)
def test_no_page_of_the_office_is_wider_than_the_screen(
    open_page: Any, installation: Installation, size: tuple[int, int], language: str
) -> None:
    page = signed_in(open_page, size, language)
    wrong, deeper = {}, {}
    for path in PAGES:
        answer = page.goto(path)
        assert answer.status in (200, 404), (path, answer.status)
        if wide := page.evaluate(WIDER):
            wrong[path] = wide
        for href in page.evaluate("() => [...document.querySelectorAll('main a')].map((a) => a.getAttribute('href'))"):
            if href and DEEPER.match(href):
                deeper.setdefault(DEEPER.match(href).group().split("/")[3], href)  # one of each kind
    for path in deeper.values():
        page.goto(path)
        if wide := page.evaluate(WIDER):
            wrong[path] = wide

    assert wrong == {}
    assert len(deeper) > 4


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_the_demos_first_page_is_no_wider_than_a_phone(open_page: Any, language: str) -> None:
    page = open_page("/demo/", size=(360, 740), language=language)

    assert page.evaluate(WIDER) == []
