"""A clerk's morning at the desk, by keyboard alone: three people, one of them back from a copy, one who stepped out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.journeys.demo_seeds import PASSWORD
from banshi.kernel.documents import generate_resident_id

pytestmark = pytest.mark.browser
DESK = (1366, 768)
HALL, WINDOW = "xilai", "xilai-01"


def take(installation: Any, serial: int, *, hall: str = HALL) -> tuple[str, str]:
    """A number of somebody who came without an appointment: ref and ID number."""
    with installation.api("kiosk", hall) as api:
        category = api.get(f"/halls/{hall}").json()["categories"][0]["code"]
        number = generate_resident_id("510114", date(1971, 3, 9), serial)
        person = {"name": "陈建国", "id_type": "resident_id", "id_number": number, "phone": f"13900710{serial:03d}"}
        answer = api.post(f"/halls/{hall}/tickets", json={"category": category, "person": person}).raise_for_status()
        return str(answer.json()["id"]), number


def state(installation: Any, ref: str) -> str:
    with installation.api("kiosk", HALL) as api:
        return str(api.get(f"/tickets/{ref}").raise_for_status().json()["state"])


def at_work(open_page: Any, language: str = "zh-CN") -> Any:
    """The clerk signs in and goes to the own window, with Tab, Enter and letters only."""
    page = open_page("/staff/sign-in", size=DESK, language=language)
    page.keyboard.type(WINDOW)  # the login is focused
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    if page.locator("#console").count() == 0:
        page.locator("button[name=window]").first.focus()  # “my window” is the first
        page.keyboard.press("Enter")
        page.wait_for_selector("#console")
    return page


def press(page: Any, key: str, then: str) -> None:
    page.keyboard.press(key)
    page.wait_for_selector(then)


CALLED, SERVING, NOBODY = "[data-seen*=':called']", "[data-seen*=':serving']", "[data-seen='idle']"


def test_three_people_are_served_by_keyboard_alone(open_page: Any, installation: Any, picture: Any, axe: Any) -> None:
    first, number = take(installation, 101)
    second, _ = take(installation, 102)
    third, _ = take(installation, 103)
    page = at_work(open_page)
    faults = axe(page)
    picture(page, "desk-ready-zh")

    # The third steps out for a while; the first is called, compared with the card, begun and put on hold.
    press(page, "k", "#park[open]")
    page.locator("#k-ref").press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#back-{third}")
    press(page, "Space", CALLED)
    faults += axe(page)
    picture(page, "desk-called-zh")
    page.keyboard.press("i")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.wait_for_selector(".facts .tag[data-tone=ok]")
    press(page, "Space", SERVING)
    faults += axe(page)
    picture(page, "desk-serving-zh")
    press(page, "h", NOBODY)
    held = [state(installation, ref) for ref in (first, second, third)]

    # The second is served; the first comes back to the window; the third is in the hall again.
    press(page, "Space", CALLED)
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)
    press(page, "u", SERVING)
    press(page, "Space", NOBODY)
    page.locator(f"#back-{third}").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#back-{third}", state="detached")
    page.locator("body").focus()
    press(page, "Space", CALLED)
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)

    assert held == ["held", "waiting", "parked"]
    assert [state(installation, ref) for ref in (first, second, third)] == ["finished"] * 3
    assert faults == []


def test_the_desk_speaks_english_and_fits_a_small_screen(open_page: Any, installation: Any, picture: Any) -> None:
    take(installation, 111)
    page = at_work(open_page, "en-GB")
    press(page, "Space", CALLED)
    press(page, "Space", SERVING)
    picture(page, "desk-serving-en")

    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    next_step = page.locator(".next-step").bounding_box()
    words = page.locator(".desk__acts button").all_inner_texts()
    press(page, "Space", NOBODY)

    assert (wide, next_step["y"] + next_step["height"] <= DESK[1]) == (False, True)
    assert [text.split("\n")[0].strip() for text in words] == [
        "Hold", "Papers missing", "Advice only", "Refuse", "Pass on", "Another matter", "Pause", "Help!",
    ]  # fmt: skip


def test_a_pause_with_its_reason_and_a_call_for_help_reach_the_manager(open_page: Any, installation: Any) -> None:
    page = at_work(open_page)
    boss = open_page("/staff/sign-in?next=/office/xilai/live", size=(1440, 900))
    boss.fill("[name=login]", "city")
    boss.fill("[name=password]", PASSWORD)
    boss.keyboard.press("Enter")
    boss.wait_for_selector("#live-now")

    press(page, "p", "#pause[open]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-seen=paused]")
    boss.wait_for_selector(f"#w-{WINDOW} g[data-state=paused]")
    press(page, "Space", NOBODY)
    press(page, "F9", "[data-seen=emergency]")
    boss.wait_for_selector(f"#w-{WINDOW} g[data-state=emergency]")
    alarm = boss.locator("#live-now [role=alert]").count()
    press(page, "F8", NOBODY)  # Space is disarmed while help is called

    assert alarm == 1


def test_the_line_is_never_left_behind_when_people_come_together(open_page: Any, installation: Any) -> None:
    page = at_work(open_page)
    waiting = page.locator("#my-line .stat__value").first
    before = int(waiting.inner_text())

    refs = [take(installation, 120 + i)[0] for i in range(4)]

    page.wait_for_function(
        "n => parseInt(document.querySelector('#my-line .stat__value').textContent) === n", arg=before + 4, timeout=6000
    )
    for _ in refs:
        press(page, "Space", CALLED)
        press(page, "Space", SERVING)
        press(page, "Space", NOBODY)
