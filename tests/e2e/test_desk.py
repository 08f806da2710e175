"""A clerk's morning at the desk, by keyboard alone: four people, one back from a copy, one who stepped out, two come late."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from banshi.journeys.hall.demo_seeds import PASSWORD
from banshi.kernel.documents import generate_resident_id
from banshi.live.hub import PING_S

pytestmark = pytest.mark.browser
DESK = (1366, 768)
HALL, WINDOW = "xilai", "xilai-01"


SERIAL = itertools.count(101)  # of people: nobody comes twice, also where a test is tried again
TAKEN: list[tuple[str, str]] = []  # hall and ref of every number


def take(installation: Any, *, hall: str = HALL) -> tuple[str, str]:
    """A number of somebody who came without an appointment: ref and ID number."""
    serial = next(SERIAL)
    with installation.api("kiosk", hall) as api:
        category = api.get(f"/halls/{hall}").json()["categories"][0]["code"]
        number = generate_resident_id("510114", date(1971, 3, 9), serial)
        person = {"name": "陈建国", "id_type": "resident_id", "id_number": number, "phone": f"13900710{serial:03d}"}
        answer = api.post(f"/halls/{hall}/tickets", json={"category": category, "person": person}).raise_for_status()
        TAKEN.append((hall, str(answer.json()["id"])))
        return TAKEN[-1][1], number


@pytest.fixture(autouse=True)
def nobody_is_left(installation: Any) -> Iterator[None]:
    """A test that fails leaves nobody at the window or in line for the next one."""
    yield
    while TAKEN:
        hall, ref = TAKEN.pop()
        with installation.api("kiosk", hall) as kiosk:
            kiosk.post(f"/tickets/{ref}/leave")
        with installation.api("desk", WINDOW) as desk:
            desk.post(f"/tickets/{ref}/turn-away", json={"reason": "测试结束"})


def state(installation: Any, ref: str) -> str:
    with installation.api("kiosk", HALL) as api:
        return str(api.get(f"/tickets/{ref}").raise_for_status().json()["state"])


def at_work(open_page: Any, language: str = "zh-CN") -> Any:
    """The clerk signs in and goes to the own window, with Tab, Enter and letters only."""
    page = open_page("/staff/sign-in", size=DESK, language=language)
    page.wait_for_selector("input[name=login]:focus")  # where a page is shown late, what is typed before goes nowhere
    page.keyboard.type(WINDOW)
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


def in_front(page: Any) -> str:
    """Whose number is at the window: its ref."""
    return str(page.locator("[data-seen]").get_attribute("data-seen").split(":")[1])


CALLED, SERVING, NOBODY = "[data-seen*=':called']", "[data-seen*=':serving']", "[data-seen^='idle:']"


def test_four_people_are_served_by_keyboard_alone(open_page: Any, installation: Any, picture: Any, axe: Any) -> None:
    first, number = take(installation)
    second, _ = take(installation)
    fourth, _ = take(installation)
    third, _ = take(installation)
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
    # The second and the fourth are not there when called; both come after all: chosen from two, then the only one.
    for _ in range(2):
        press(page, "Space", CALLED)
        press(page, "m", NOBODY)
    page.wait_for_selector(f"#here-{fourth}")
    missed = [state(installation, ref) for ref in (first, second, third, fourth)]
    press(page, "b", "#came-back[open]")
    page.locator("#b-ref").select_option(fourth)
    page.locator("#b-ref").press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#here-{fourth}", state="detached")
    one_back = [state(installation, ref) for ref in (second, fourth)]
    page.locator("body").focus()
    press(page, "b", f"#my-line:not(:has(#here-{second}))")
    held = [state(installation, ref) for ref in (first, second, third, fourth)]

    # They are served; the first comes back to the window; the third is in the hall again.
    for _ in range(2):
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

    assert missed == ["held", "missed", "parked", "missed"]
    assert one_back == ["missed", "waiting"]
    assert held == ["held", "waiting", "parked", "waiting"]
    assert [state(installation, ref) for ref in (first, second, third, fourth)] == ["finished"] * 4
    assert faults == []


def test_the_desk_speaks_english_and_fits_a_small_screen(open_page: Any, installation: Any, picture: Any) -> None:
    take(installation)
    page = at_work(open_page, "en-GB")
    press(page, "Space", CALLED)
    press(page, "Space", SERVING)
    picture(page, "desk-serving-en")

    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    next_step = page.locator(".next-step").bounding_box()
    words = page.locator(".desk__acts button").all_inner_texts()
    number = page.locator(".desk__number").inner_text()
    press(page, "Space", NOBODY)

    assert (wide, next_step["y"] + next_step["height"] <= DESK[1]) == (False, True)
    assert [text.split("\n")[0].strip() for text in words] == [
        "Hold", "Papers missing", "Advice only", "Refuse", "Pass on", "Another matter",
        f"Undo {number} is being served", "Steps out", "Pause", "Help!",
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
    page.wait_for_selector("[data-seen^=paused]")
    boss.wait_for_selector(f"#w-{WINDOW} g[data-state=paused]")
    press(page, "Space", NOBODY)
    press(page, "F9", "[data-seen^=emergency]")
    boss.wait_for_selector(f"#w-{WINDOW} g[data-state=emergency]")
    alarm = boss.locator("#live-now [role=alert]").count()
    press(page, "F8", NOBODY)  # Space is disarmed while help is called

    assert alarm == 1


def test_the_line_is_never_left_behind_when_people_come_together(open_page: Any, installation: Any) -> None:
    page = at_work(open_page)
    waiting = page.locator("#my-line .stat__value").first
    before = int(waiting.inner_text())

    refs = [take(installation)[0] for _ in range(4)]

    page.wait_for_function(
        "n => parseInt(document.querySelector('#my-line .stat__value').textContent) === n", arg=before + 4, timeout=6000
    )
    for _ in refs:
        press(page, "Space", CALLED)
        press(page, "Space", SERVING)
        press(page, "Space", NOBODY)


def test_a_card_that_does_not_fit_stays_typed_and_esc_only_leaves(
    open_page: Any, installation: Any, picture: Any
) -> None:
    take(installation)
    other = generate_resident_id("510114", date(1980, 1, 2), 77)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    ref = in_front(page)
    page.keyboard.press("i")
    page.keyboard.type(other)
    page.keyboard.press("Enter")
    page.wait_for_selector(".is-mismatch")
    picture(page, "desk-mismatch-zh")
    page.wait_for_function(
        "n => (e => e.id === 'id-number' && e.selectionEnd - e.selectionStart === n)(document.activeElement)",
        arg=len(other),
    )
    typed = page.locator("#id-number").input_value()
    page.keyboard.press("Escape")
    left = page.evaluate("document.activeElement === document.body")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.wait_for_selector("#transfer[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#transfer:not([open])", state="attached")
    after = state(installation, ref)
    page.locator("button[name=ok][value=yes]").click()
    page.wait_for_selector(".facts .tag[data-tone=ok]")
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)

    assert (typed, left, after) == (other, True, "called")


READ = """text => {
  for (const key of [...text, "Enter"]) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}"""


def test_a_card_read_while_no_field_has_the_focus_presses_nothing(open_page: Any, installation: Any) -> None:
    """A reader types as quickly as a script does: among what it types are the keys of this page."""
    take(installation)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    ref = in_front(page)
    page.evaluate("document.activeElement.blur()")
    number = generate_resident_id("510114", date(1980, 1, 2), 78)

    page.evaluate(READ, f"BC1|{number}|zt")
    page.wait_for_function("text => document.getElementById('id-number').value === text", arg=f"BC1|{number}|zt")
    called = state(installation, ref)
    page.locator("button[name=ok][value=yes]").click()
    page.wait_for_selector(".facts .tag[data-tone=ok]")
    press(page, "Space", SERVING)
    page.evaluate(READ, "c1b3")
    page.wait_for_timeout(300)  # longer than a press waits for the next key
    serving, dialogs = state(installation, ref), page.locator("dialog[open]").count()
    press(page, "Space", NOBODY)

    assert (called, serving, dialogs) == ("called", "serving", 0)


def test_what_is_typed_while_the_page_renews_itself_is_kept(open_page: Any, installation: Any) -> None:
    _, number = take(installation)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    # One key more in the moment in which the page was just exchanged, for each way in which it is.
    page.evaluate("""document.addEventListener("htmx:afterSwap", ({ target }) => setTimeout(() => {
        if (!window.more || target.id !== "console") return;
        const field = document.getElementById(window.field);
        field.setRangeText(window.more, field.value.length, field.value.length, "end");
        field.dispatchEvent(new Event("input", { bubbles: true }));
        window.more = "";
    }))""")
    # A press before what came was settled is a press on a form without a script: the whole page comes, and with it no key.
    page.evaluate("""document.addEventListener("htmx:afterSettle", ({ target }) => {
        if (target.id === "console") window.settled = true;
    })""")
    exchanges = (
        "htmx.trigger(document.body, 'desk-changed')",
        "document.querySelector('button[formaction$=recall]').click()",
    )
    typed = []
    for field, text in (("id-number", number), ("note", "等户口本")):
        for exchange in exchanges:
            page.fill(f"#{field}", text[:3])
            page.evaluate(
                "([field, more]) => Object.assign(window, { field, more, settled: false })", [field, text[3:]]
            )
            page.evaluate(exchange)
            page.wait_for_function("() => window.more === '' && window.settled")
            typed.append(page.locator(f"#{field}").input_value())
    page.fill("#note", "")
    page.keyboard.press("Escape")
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)

    assert typed == [number, number, "等户口本", "等户口本"]


def test_nothing_read_before_a_press_is_shown_after_its_answer(open_page: Any, installation: Any) -> None:
    take(installation)
    other = generate_resident_id("510114", date(1980, 1, 2), 77)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    ref = in_front(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("/desk/")[-1].split("?")[0]))
    page.on("response", lambda answer: asked.append(f"{answer.status}") if "/desk/do/" in answer.url else None)
    # News arrives while the comparison is under way, and the hall says nothing after it.
    page.evaluate("""document.getElementById("live").addEventListener("live:state", (event) => {
        if (event.detail) event.stopImmediatePropagation();
    }, true)""")
    page.evaluate("""document.addEventListener("htmx:beforeSend", function news({ detail }) {
        if (detail.requestConfig.verb !== "post") return;
        document.removeEventListener("htmx:beforeSend", news);
        htmx.trigger(document.body, "desk-changed");
    })""")
    page.fill("#id-number", other)
    # What the call a moment ago sets off may come as late as this; what counts is what is asked after the press.
    with page.expect_response(lambda answer: "/desk/line" in answer.url and "200" in asked):
        page.keyboard.press("Enter")
    locked = page.locator(".next-step").is_disabled()
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    after = state(installation, ref)
    page.locator("button[name=ok][value=yes]").click()
    page.wait_for_selector(".facts .tag[data-tone=ok]")
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)

    asked = asked[asked.index("do/identity") :]
    assert (asked[:3], locked, after) == (["do/identity", "200", "line"], True, "called")


def test_a_finish_by_mistake_is_taken_back_by_key_and_the_offer_does_not_move_the_page(
    open_page: Any, installation: Any, picture: Any
) -> None:
    take(installation)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    press(page, "Space", SERVING)
    ref = in_front(page)
    before = page.locator(".next-step").bounding_box()
    press(page, "Space", NOBODY)
    page.wait_for_selector(".desk__undone")
    picture(page, "desk-undo-zh")
    after = page.locator(".next-step").bounding_box()
    press(page, "z", SERVING)
    page.wait_for_selector(".desk__undone", state="detached")
    back = state(installation, ref)
    press(page, "Space", NOBODY)
    page.wait_for_selector(".desk__undone", state="detached", timeout=15_000)  # five seconds, then it is in the menu
    kept = page.locator("#undo").count()

    assert (back, after, kept) == ("serving", before, 1)


def test_a_lost_connection_is_said_in_hall_time_and_moves_nothing(
    open_page: Any, installation: Any, picture: Any
) -> None:
    take(installation)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    box = """[...document.querySelectorAll('.next-step, .desk > *, .desk__acts button')].map(
        (e) => JSON.stringify(e.getBoundingClientRect()))"""
    before = page.evaluate(box)
    page.evaluate(
        "document.getElementById('live').banshiLive.source.close()"
    )  # nothing is heard any more, and nobody says so
    page.wait_for_selector("[data-stale]:not([hidden])", timeout=30_000)
    after_s = page.evaluate("document.getElementById('live').banshiLive.staleAfter")
    picture(page, "desk-stale-zh")
    said, after = page.locator("[data-stale-since]").inner_text(), page.evaluate(box)
    page.evaluate("document.getElementById('live').banshiLive.connect()")
    page.wait_for_selector("[data-stale]", state="hidden", timeout=60_000)
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)

    assert (said, PING_S * 2 < after_s < 15, after) == ("9:10", True, before)


def test_what_the_page_asks_by_itself_fails_in_silence_and_what_a_hand_did_is_said(
    open_page: Any, installation: Any, picture: Any
) -> None:
    take(installation)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    open_page.offline = True
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.evaluate("htmx.trigger(document.body, 'desk-changed')")
    picture(page, "desk-offline-zh")
    quiet = page.locator(".toast").count()
    with page.expect_event("requestfailed"):
        page.keyboard.press("Space")
    page.locator(".toast").wait_for()
    page.context.set_offline(False)
    page.reload()
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)

    assert quiet == 0


def test_who_was_signed_out_comes_back_to_the_desk_and_the_note_is_still_there(
    open_page: Any, installation: Any, picture: Any
) -> None:
    take(installation)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    page.keyboard.press("n")
    page.keyboard.type("缺户口本复印件")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/sign-in?**")
    said = page.locator(".note").inner_text()
    picture(page, "desk-signed-out-zh")
    page.fill("[name=login]", WINDOW)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    note = page.locator("#note").input_value()
    page.locator("#note").press("Enter")
    page.wait_for_selector("#note[data-kept]")
    page.keyboard.press("Escape")
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)

    assert (said, note) == ("登录已失效。重新登录后回到刚才的页面。", "缺户口本复印件")


def test_a_whole_page_never_lands_in_a_corner_of_the_desk(open_page: Any, installation: Any) -> None:
    page = at_work(open_page)
    forbidden = "<!doctype html><html><body><h1>403</h1></body></html>"
    page.route("**/desk/line*", lambda route: route.fulfill(status=403, content_type="text/html", body=forbidden))

    with page.expect_navigation():
        page.evaluate("htmx.trigger('#live', 'live:state')")

    page.wait_for_selector("#console")
    assert (page.locator("#my-line h1").count(), page.locator("#my-line .stat__value").count()) == (0, 2)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_in_trouble_takes_no_page_away(open_page: Any, installation: Any, status: int) -> None:
    open_page.offline = True
    page = at_work(open_page)
    trouble = "<!doctype html><html><body><h1>503</h1></body></html>"
    page.route("**/desk/line*", lambda route: route.fulfill(status=status, content_type="text/html", body=trouble))
    page.evaluate("window.here = true")

    with page.expect_response("**/desk/line*"):
        page.evaluate("htmx.trigger('#live', 'live:state')")
    page.unroute("**/desk/line*")
    with page.expect_response("**/desk/line*"):
        page.evaluate("htmx.trigger('#live', 'live:state')")

    assert (page.evaluate("window.here"), page.locator("#my-line .stat__value").count()) == (True, 2)


@pytest.mark.parametrize("size", [DESK, (1920, 1080)])
def test_the_next_step_is_always_in_sight(
    open_page: Any, installation: Any, picture: Any, size: tuple[int, int]
) -> None:
    page = at_work(open_page)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    refs = [take(installation)[0] for _ in range(2)]
    page.wait_for_selector("#next-one")
    seen = []

    def look(name: str) -> None:
        # Read in one go: the part is swapped whenever the line moves.
        foot = page.evaluate("document.querySelector('.next-step').getBoundingClientRect().bottom")
        seen.append((name, foot <= size[1], page.evaluate("document.body.scrollHeight") <= size[1]))
        picture(page, f"desk-{name}-{size[0]}")

    look("waiting")
    for _ in refs:
        press(page, "Space", CALLED)
        look("called")
        press(page, "Space", SERVING)
        look("serving")
        press(page, "Space", NOBODY)
    look("nobody")
    press(page, "p", "#pause[open]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-seen^=paused]")
    look("paused")
    press(page, "Space", NOBODY)

    assert [each for each in seen if each[1:] != (True, True)] == []


def hall_now(installation: Any) -> str:
    with installation.api("demo") as api:
        return str(api.get("/demo/clock").raise_for_status().json()["now"])


def test_no_panel_hides_an_evacuation_nor_its_end(open_page: Any, installation: Any, picture: Any) -> None:
    take(installation)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    press(page, "t", "#transfer[open]")
    page.locator("#t-why").fill("户籍的事")

    with installation.api("manage") as api:
        now = hall_now(installation)
        asked = {"starts_at": now, "ends_at": now[:11] + "23:59:00+08:00", "reason": "烟雾", "kind": "evacuation"}
        closure = api.post(f"/halls/{HALL}/closures", json=asked).raise_for_status().json()
        page.wait_for_selector(".desk__out")
        picture(page, "desk-evacuated-over-a-panel-zh")
        opened = page.locator("dialog[open]").count()
        press(page, "?", "#keys[open]")
        api.delete(f"/halls/{HALL}/closures/{closure['id']}").raise_for_status()
    page.wait_for_selector(".desk__out", state="detached")
    left = page.locator("dialog[open]").count()
    press(page, "Space", CALLED)  # it went back in line
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)

    assert (opened, left) == (0, 0)


@pytest.mark.parametrize(("key", "panel"), [("4", "#refuse[open]"), ("?", "#keys[open]")])
def test_help_is_called_whatever_panel_is_open(open_page: Any, installation: Any, key: str, panel: str) -> None:
    take(installation)
    page = at_work(open_page)
    press(page, "Space", CALLED)
    press(page, key, panel)

    press(page, "F9", "#help")
    opened = page.locator("dialog[open]").count()
    press(page, "F8", "[data-seen]:not([data-alarm$=help])")
    press(page, "Space", SERVING)
    press(page, "Space", NOBODY)

    assert opened == 0
