"""A call recorded between two real browsers: asked, agreed to, sent in chunks also after a lost line, and stopped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.test_call import HALL, SEES, at_the_seat, browser, hang_up  # noqa: F401 – a fixture
from tests.e2e.test_citizen import sign_in

pytestmark = pytest.mark.browser


def kept(answer: Any) -> bool:
    return answer.url.endswith("/chunk") and answer.status == 200


def test_a_call_is_recorded_after_a_yes_through_a_lost_line_and_no_longer_than_that(
    open_page: Any,
    installation: Any,
    browser: Any,  # noqa: F811
    live_url: str,
    axe: Any,
) -> None:
    open_page.offline = True
    seat = at_the_seat(browser, live_url)
    seat.click("#be-ready")
    seat.wait_for_selector("#be-ready.is-now")
    phone = open_page(f"/video/?hall={HALL}")
    phone.set_default_timeout(60_000)
    sign_in(phone, installation, "13822007702")
    phone.click("form[method=post] .btn--lg")
    seat.wait_for_selector("#answers")
    seat.keyboard.press("a")
    for page in (seat, phone):
        page.wait_for_function(SEES)

    seat.click("[data-recording-ask] summary")
    seat.fill("#recording-purpose", "核对身份")
    seat.click("[data-recording-ask] button")
    phone.wait_for_selector("[data-call-recording] [role=alert]")
    asked = axe(phone)
    with seat.expect_response(kept) as first:
        phone.click("[data-call-recording] button[value=yes]")
    for page in (seat, phone):
        page.wait_for_selector(".call__red")
    marked = [axe(phone), axe(seat)]
    seat.context.set_offline(True)
    seat.wait_for_timeout(6000)
    with seat.expect_response(kept) as later:
        seat.context.set_offline(False)
    begun, went_on = first.value.json(), later.value.json()

    phone.click("[data-call-recording] form button")
    for page in (seat, phone):
        page.wait_for_selector(".call__red", state="detached")
        page.wait_for_function(SEES)
    hang_up(seat)
    seat.wait_for_selector("[data-seat]")
    seat.context.close()

    assert (asked, marked, begun["next"], begun["runs"]) == ([], [[], []], 1, True)
    assert went_on["next"] > 1
