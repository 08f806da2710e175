"""A case at the window: what is typed, ticked or opened while an answer is on its way is newer than that answer, and stays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.test_camera import with_a_case
from tests.e2e.test_desk import NOBODY, nobody_is_left, press

pytestmark = pytest.mark.browser
__all__ = ["nobody_is_left"]
ABROAD, HERE = "[id=q-way-abroad]", "[id=q-way-here]"


class OnItsWay:
    """Answers to what the case page sends, held back until `let_go`."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.held: list[Any] = []
        page.route("**/do/keep", lambda route: self.held.append(route))

    def wait_for(self, count: int = 1) -> None:
        self.page.wait_for_timeout(50)
        for _ in range(200):
            if len(self.held) >= count:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("nothing was sent")

    def let_go(self) -> None:
        self.page.evaluate("document.addEventListener('htmx:afterSettle', () => { window.settled = true; })")
        self.held.pop(0).continue_()
        self.page.unroute("**/do/keep")
        self.page.wait_for_function("() => window.settled")


def answers(page: Any, which: str) -> OnItsWay:
    way = OnItsWay(page)
    page.locator(f"label:has({which})").click()
    way.wait_for()
    return way


def test_what_is_typed_and_ticked_while_an_answer_is_on_its_way_stays(open_page: Any, installation: Any) -> None:
    page = with_a_case(open_page, installation)
    field = page.locator("input[type=text][name^='f-']:not([readonly]), input:not([type])[name^='f-']").last
    name = field.get_attribute("id")
    field.fill("先前写的")

    way = answers(page, ABROAD)
    field.click()
    page.keyboard.press("End")
    page.keyboard.type("花园路 8 号")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    page.wait_for_selector("input[name=here-id-card]:checked", state="attached")  # a letter waits a blink for the next
    field.focus()
    page.evaluate("([id]) => document.getElementById(id).setSelectionRange(2, 2)", [name])
    way.let_go()

    assert page.locator("input[name=here-alive-proof]").is_checked() is False  # nobody has seen that one asked for
    assert page.locator("input[name=here-id-card]").is_checked()
    assert page.locator(f"#{name}").input_value() == "先前写的花园路 8 号"
    assert page.evaluate("document.activeElement.id + ':' + document.activeElement.selectionStart") == f"{name}:2"
    page.goto("/desk/")
    press(page, "Space", NOBODY)


def test_another_answer_given_meanwhile_is_the_one_that_counts(open_page: Any, installation: Any) -> None:
    page = with_a_case(open_page, installation)
    page.wait_for_selector(HERE + ":checked")

    way = answers(page, ABROAD)
    page.locator(f"label:has({HERE})").click()
    way.let_go()
    page.wait_for_selector(".bring", state="attached")
    page.locator("input[name=here-alive-proof]").wait_for(state="detached")
    page.reload()

    assert page.locator(HERE).is_checked()
    assert page.locator("input[name=here-alive-proof]").count() == 0
    page.goto("/desk/")
    press(page, "Space", NOBODY)


def test_a_panel_opened_meanwhile_stays_open_with_what_was_written_in_it(open_page: Any, installation: Any) -> None:
    page = with_a_case(open_page, installation)

    way = answers(page, ABROAD)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.locator("#notice[open] input[name=why-material-id-card]").fill("照片看不清")
    way.let_go()

    assert page.locator("#notice[open] input[name=why-material-id-card]").input_value() == "照片看不清"
    page.keyboard.press("Escape")
    page.goto("/desk/")
    press(page, "Space", NOBODY)
