"""The citizen's pages in a browser: find, book, move, cancel, follow live, rate; on a phone and on a wide screen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from banshi.foundation.crypto import rating_key
from banshi.kernel.documents import generate_resident_id

pytestmark = pytest.mark.browser
TUESDAY = "2026-11-24T09:10:00+08:00"
PHONE = (390, 844)
WIDE = (1366, 850)
ITEM = "birth-registration"


def sign_in(page: Any, installation: Any, phone: str) -> None:
    """From the sign-in page, with the code from the message."""
    page.fill("input[name=phone]", phone)
    page.click("main .btn--primary")
    page.wait_for_selector("input[name=code]")
    sent = installation.messages(
        phone, until=lambda rows: any("验证码" in r["text"] or "Code" in r["text"] for r in rows)
    )
    code = next(word for row in sent for word in digits(row["text"]) if len(word) == 6)
    page.fill("input[name=code]", code)
    page.click("main .btn--primary")


def digits(text: str) -> list[str]:
    return "".join(c if c.isdigit() else " " for c in text).split()


def choose_a_time(page: Any) -> None:
    with page.expect_response(lambda answer: "day=" in answer.url):
        page.click(".day:not(.is-closed) >> nth=0")
    # The periods that stood there are taken away under the finger otherwise.
    page.wait_for_selector(".htmx-request, .htmx-swapping, .htmx-settling", state="detached")
    page.wait_for_selector("button.period")
    page.click("button.period >> nth=1")


def test_booking_on_a_phone_from_search_to_qr_code(installation: Any, open_page: Any, picture: Any, axe: Any):
    installation.set_clock(TUESDAY, 0)
    page = open_page("/", size=PHONE)
    assert axe(page) == []
    picture(page, "citizen-home-zh")

    page.fill("input[type=search]", "csdj")
    page.wait_for_selector("#found .row")
    picture(page, "citizen-search-zh")
    page.goto(f"/items/{ITEM}")
    assert axe(page) == []
    picture(page, "citizen-guide-zh")
    page.goto(f"/book/{ITEM}/?hall=nancheng")
    page.wait_for_selector("button.period")
    assert axe(page) == []
    picture(page, "citizen-choose-zh")
    choose_a_time(page)

    sign_in(page, installation, "13822000001")
    page.wait_for_selector("[data-countdown]")
    assert axe(page) == []
    picture(page, "citizen-confirm-zh", full=True)
    page.fill("input[name=name]", "李晓明")
    page.fill("input[name=id_number]", generate_resident_id("441900", date(1985, 3, 4), 321))
    page.click(".action-bar .btn--primary")

    page.wait_for_selector(".qr-card .qr")
    assert axe(page) == []
    picture(page, "citizen-appointment-zh", full=True)
    reference = page.inner_text(".code")

    page.click(".actions .btn--danger")
    picture(page, "citizen-cancel-zh")
    page.click("dialog .btn--danger")
    page.click("text=点错了？原样再约")
    page.wait_for_selector(".qr-card")
    assert page.inner_text(".code") != reference

    again = page.inner_text(".code")
    page.click(".actions a[href*=move]")
    page.click("button.period >> nth=-1")
    page.wait_for_selector(".qr-card")
    assert page.inner_text(".code") == again

    # Who is known by now books again without typing.
    page.goto(f"/book/{ITEM}/?hall=nancheng&day=2026-11-26")
    page.click("button.period >> nth=0")
    page.click(".action-bar .btn--primary")
    page.wait_for_selector(".qr-card .qr")
    page.goto("/appointments/")
    assert axe(page) == []
    picture(page, "citizen-appointments-zh")


def window_for(hall: Any, ticket: Any) -> str:
    """Code of the last window of the floor on which this number waits that serves it."""
    floors = {floor["code"]: floor["name"] for floor in hall["floors"]}
    serving = [w for w in hall["windows"] if ticket["category"]["code"] in w["categories"]]
    return str([w for w in serving if floors[w["floor"]] == ticket["floor"]][-1]["code"])


def call_until(desk: Any, window: str, ref: str) -> None:
    """Whoever else stands in line is served first, whatever ran before on this server."""
    while True:
        called = desk.post(f"/windows/{window}/calls").raise_for_status().json()
        if called["id"] == ref:
            return
        desk.post(f"/tickets/{called['id']}/start").raise_for_status()
        desk.post(f"/tickets/{called['id']}/finish").raise_for_status()


def test_a_number_followed_live_turns_red_when_it_is_called(installation: Any, open_page: Any, picture: Any, axe: Any):
    installation.set_clock("2026-11-24T09:20:00+08:00", 0)
    with installation.api("kiosk", "dongcheng") as kiosk:
        hall = kiosk.get("/halls/dongcheng").raise_for_status().json()
        category = hall["categories"][0]["code"]
        ticket = kiosk.post("/halls/dongcheng/tickets", json={"category": category}).raise_for_status().json()
    window = window_for(hall, ticket)
    page = open_page(f"/t/{ticket['id']}?k={rating_key(ticket['id'])}", size=PHONE)  # as the slip's QR code has it
    page.wait_for_selector("[data-state=waiting]")
    assert axe(page) == []
    picture(page, "citizen-ticket-zh")
    with installation.api("kiosk", "dongcheng") as kiosk:
        for _ in range(2):  # others come behind: the number's place is drawn from the stream, and stays
            kiosk.post("/halls/dongcheng/tickets", json={"category": category}).raise_for_status()
    assert page.inner_text("[data-ahead]") == f"{ticket['ahead']} 人"

    with installation.api("desk", window) as desk:
        desk.post(f"/windows/{window}/sign-in").raise_for_status()
        call_until(desk, window, ticket["id"])
        page.wait_for_selector(".ticket.is-called")
        assert axe(page) == []
        picture(page, "citizen-called-zh")
        desk.post(f"/tickets/{ticket['id']}/start").raise_for_status()
        desk.post(f"/tickets/{ticket['id']}/finish").raise_for_status()
        page.wait_for_selector("[data-state=finished]")
        desk.post(f"/windows/{window}/sign-out").raise_for_status()

    page.click("a[href*='/r/']")
    page.click("[data-stars='5']")
    assert page.is_visible("text=好在哪里？")
    assert axe(page) == []
    picture(page, "citizen-rate-zh")
    page.click(".rate .btn--primary")
    page.wait_for_selector("text=谢谢，评价收到了。")


PAGES = [
    "/", "/items/", f"/items/{ITEM}", f"/book/{ITEM}/?hall=nancheng", "/halls/", "/halls/nancheng",
    f"/when?item={ITEM}", "/sign-in", "/me/", "/appointments/",
]  # fmt: skip


@pytest.mark.parametrize(
    ("size", "language", "elder"),
    [(PHONE, "en", False), (PHONE, "zh-CN", True), (WIDE, "zh-CN", False), (WIDE, "en", True)],
)
def test_every_page_fits_and_is_accessible(
    installation: Any, open_page: Any, picture: Any, axe: Any, size: tuple[int, int], language: str, elder: bool
):
    installation.set_clock(TUESDAY, 0)
    page = open_page("/sign-in", size=size, language=language)
    page.context.add_cookies([{"name": "elder", "value": "1" if elder else "0", "url": page.url}])
    page.context.add_cookies(
        [{"name": "django_language", "value": "en" if language == "en" else "zh-hans", "url": page.url}]
    )
    name = f"{'wide' if size == WIDE else 'phone'}-{'en' if language == 'en' else 'zh'}{'-elder' if elder else ''}"
    troubles = []
    for path in PAGES:
        page.goto(path)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        troubles += [f"{path} is {too_wide} px too wide"] if too_wide > 0 else []
        troubles += [f"{path} {violation}" for violation in axe(page)]
        if path in ("/", "/halls/nancheng"):
            picture(page, f"citizen-{'home' if path == '/' else 'hall'}-{name}")

    assert troubles == []


def test_booking_works_without_javascript(installation: Any, open_page: Any):
    installation.set_clock(TUESDAY, 0)
    page = open_page(f"/book/{ITEM}/?hall=nancheng", size=PHONE, java_script_enabled=False)

    choose_a_time(page)
    sign_in(page, installation, "13822000002")
    page.check("input[name=who][value=new]")
    page.fill("input[name=name]", "王小二")
    page.fill("input[name=id_number]", generate_resident_id("441900", date(1979, 8, 9), 77))
    page.click(".action-bar .btn--primary")

    assert page.inner_text(".code") in page.url
    page.click(".actions .btn--danger")
    page.click("main .btn--danger")
    assert page.is_visible("text=点错了？原样再约")


def test_an_open_page_notices_closing_time_by_itself(installation: Any, open_page: Any):
    installation.set_clock(TUESDAY, 0)
    page = open_page("/halls/nancheng", size=PHONE)
    left = int(page.get_attribute("body", "data-turns"))
    assert page.is_visible("#hall-state [data-tone=ok]")
    closing = datetime.fromisoformat(TUESDAY) + timedelta(seconds=left)

    installation.set_clock((closing - timedelta(seconds=3)).isoformat(), 1)
    page.goto("/halls/nancheng")
    page.evaluate("window.sameDocument = true")

    page.wait_for_selector("#hall-state .tag:not([data-tone])")
    assert page.evaluate("window.sameDocument")


def test_what_was_typed_is_carried_over_to_the_other_language(installation: Any, open_page: Any):
    installation.set_clock(TUESDAY, 0)
    page = open_page("/sign-in", size=PHONE)
    page.fill("input[name=phone]", "1382200")

    page.click("header button[name=language]")
    page.wait_for_selector("html[lang=en]")

    assert page.input_value("input[name=phone]") == "1382200"
    assert page.evaluate("sessionStorage.getItem('carried')") is None
    page.click("main .btn--primary")
    page.wait_for_selector("[aria-invalid=true]")
    assert page.evaluate("document.activeElement.name") == "phone"


def test_back_to_a_form_that_was_refused_finds_it_as_it_was_typed(installation: Any, open_page: Any):
    """The browser would ask whether to send the form again, or show its own error page."""
    installation.set_clock(TUESDAY, 0)
    page = open_page("/sign-in", size=PHONE)
    page.fill("input[name=phone]", "1382200")
    with page.expect_response(lambda answer: answer.request.method == "POST") as refused:
        page.click("main .btn--primary")
    page.wait_for_selector("[aria-invalid=true]")

    page.goto("/halls/nancheng")
    page.go_back()

    assert (refused.value.status, page.input_value("input[name=phone]")) == (422, "1382200")
