"""A late answer never replaces a newer one: the first question's answer is held back until the second one is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import OPENING
from tests.e2e.test_office_see import signed_in
from tests.e2e.test_screens import DESK, call, finish  # noqa: F401 – fixture
from tests.e2e.walks import Buyer

pytestmark = pytest.mark.browser


class Held:
    """Holds back the first answer to a question that `matches`; the ones after it pass."""

    def __init__(self, page: Any, matches: Callable[[str], bool]) -> None:
        self.page = page
        self.first: Any = None
        self.given_up: list[Any] = []
        page.on("requestfailed", lambda one: self.given_up.append(one))
        page.route(matches, self._take)

    def _take(self, route: Any) -> None:
        if self.first is None:
            self.first = route
        else:
            route.continue_()

    def let_go(self) -> None:
        """The answer arrives now; if the page no longer waits for it, so much the better."""
        held = self.first.request
        if held in self.given_up:
            return
        with self.page.expect_event("requestfinished", lambda one: one == held):
            self.first.continue_()
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


@pytest.mark.parametrize(
    ("path", "size"), [("/kiosk/dongcheng/search", (1080, 1920)), ("/", (390, 844)), ("/search", (390, 844))]
)
def test_the_matters_of_an_earlier_keystroke_do_not_come_back(
    installation: Any, open_page: Callable[..., Any], path: str, size: tuple[int, int]
):
    installation.set_clock(OPENING, 0)
    page = open_page(path, size=size)
    field = page.locator("input[name=q]").first
    held = Held(page, lambda url: "q=" in url)

    with page.expect_request(lambda asked: "q=" in asked.url):
        field.press_sequentially("s")
    field.press_sequentially("hbzk")
    page.locator('#found [data-for="shbzk"]').wait_for()
    held.let_go()

    assert page.locator("#found [data-for]").get_attribute("data-for") == "shbzk"


def test_the_panel_stays_with_the_window_that_was_asked_for_last(installation: Any, open_page: Callable[..., Any]):
    """Two windows of the plan are two questions for one place."""
    installation.set_clock(OPENING, 0)
    page = signed_in(open_page, "/office/nancheng/live", login="nancheng-manager")
    held = Held(page, lambda url: "nancheng-07" in url)

    with page.expect_request(lambda asked: "nancheng-07" in asked.url):
        page.locator("#w-nancheng-07").click()
    page.locator("#w-nancheng-08").click()
    page.locator("#live-panel h2", has_text="08").wait_for()
    held.let_go()

    assert "08" in page.locator("#live-panel h2").inner_text()


def test_the_evaluator_asks_though_an_older_answer_comes_late(
    installation: Any,
    open_page: Callable[..., Any],
    call: Callable[[], dict[str, Any]],  # noqa: F811 – fixture
):
    page = open_page(f"/screens/windows/{DESK}/rate", size=(1280, 800))
    page.locator("body[data-ready]").wait_for()
    held = Held(page, lambda url: "/rate/part" in url)

    with page.expect_request(lambda asked: "/rate/part" in asked.url):
        ticket = call()
    finish(installation, ticket)
    question = page.get_by_role("heading", name=f"{ticket['number']} 号，办得怎么样？")
    question.wait_for()
    held.let_go()

    assert question.count() == 1


def test_what_is_typed_before_other_fields_come_stays_and_is_saved(installation: Any, open_page: Callable[..., Any]):
    """The kind of certificate brings the number of the unit; whoever goes on typing loses nothing."""
    buyer = Buyer(installation, open_page)
    buyer.prove_the_telephone()
    buyer.answer()
    buyer.page.click("a:visible:has-text('网上办理')")
    buyer.sign_in()
    buyer.page.click(".action-bar .btn--primary")
    page = buyer.page
    page.wait_for_selector("#case-fields")
    held = Held(page, lambda url: "/form/" in url)

    with page.expect_request(lambda asked: "/form/" in asked.url):
        page.select_option("[name=f-former-kind]", "estate")
    page.fill("[name=f-location]", buyer.said["location"])
    page.locator("[name=f-seller]").press_sequentially("王建国")
    held.let_go()
    page.wait_for_selector("[name=f-unit]")

    assert page.input_value("[name=f-location]") == buyer.said["location"]
    assert page.input_value("[name=f-seller]") == "王建国"
    for name in ("location", "seller"):
        page.locator(f".field:has([name=f-{name}]) .saved", has_text="已保存").wait_for()
    page.reload()
    assert page.input_value("[name=f-location]") == buyer.said["location"]
    assert page.input_value("[name=f-former-kind]") == "estate"
