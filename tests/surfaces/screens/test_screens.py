"""Boards, window displays and the evaluator: what they are told, and what they may do."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.journeys.visit.serve import finish
from banshi.kernel.actors import SYSTEM
from banshi.rooms.calendars.models import Closure
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.models import Device
from banshi.rooms.feedback.models import Rating
from banshi.rooms.places.models import Category, Window, Zone
from banshi.rooms.tickets import actions as tickets
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


def embedded(page: str, name: str) -> Any:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page, re.S)
    assert found is not None
    return json.loads(found[1])


def called(town: Town, person: Any = None, window: str = "01") -> Any:
    clerk = {"01": town.clerk, "02": town.second_clerk}[window]
    tickets.issue(
        tickets.Take(category_code="A", person_id=person.id if person else None, channel="kiosk", by=SYSTEM),
        hall=town.hall,
        now=TUESDAY_NINE,
    )
    tickets.sign_in(window_code=f"town-{window}", staff_id=clerk.id, now=TUESDAY_NINE)
    return tickets.call_next(window_code=f"town-{window}", staff_id=clerk.id, now=TUESDAY_NINE)


@pytest.fixture
def served(opened: Town) -> Any:
    """A ticket that was finished at window 01 just now."""
    ticket = called(opened, opened.person(1))
    tickets.start(ref=ticket.ref, staff_id=opened.clerk.id, now=TUESDAY_NINE)
    return finish(ref=ticket.ref, staff_id=opened.clerk.id, now=TUESDAY_NINE)


# --- Boards ------------------------------------------------------------------------------------------------------


def test_the_board_carries_the_call_with_a_masked_name(opened: Town, screen: Client):
    person = opened.person(1)
    called(opened, person)

    page = screen.get("/screens/town/board").content.decode()

    (call,) = embedded(page, "state")["calls"]
    assert (call["number"], call["window"], call["floor"], call["name"]) == ("A001", "01", "1 楼", person.masked_name)
    assert person.name not in page


def test_the_board_hints_at_no_name_that_is_only_declared(opened: Town, screen: Client):
    person = opened.person(1)
    type(person).objects.filter(pk=person.pk).update(name_evidence=0)
    called(opened, person)

    page = screen.get("/screens/town/board").content.decode()

    (call,) = embedded(page, "state")["calls"]
    assert (call["number"], call["name"]) == ("A001", "")
    assert person.masked_name not in page


def test_a_hall_may_show_no_names_at_all(opened: Town, screen: Client):
    opened.policy(screens={"names": "none"})
    called(opened, opened.person(1))

    (call,) = embedded(screen.get("/screens/town/board").content.decode(), "state")["calls"]

    assert call["name"] == ""


def test_the_board_is_chinese_unless_its_address_says_english(opened: Town):
    machine = Client(headers={"accept-language": "en"})

    zh, en = (
        machine.get("/screens/town/board").content.decode(),
        machine.get("/screens/town/board?lang=en").content.decode(),
    )

    assert ('lang="zh-hans"' in zh, "小镇大厅" in zh) == (True, True)
    assert ('lang="en"' in en, "Town Hall" in en) == (True, True)


@pytest.mark.parametrize("path", ["/screens/town/board", "/screens/windows/town-01", "/screens/windows/town-01/rate"])
def test_whoever_stands_before_a_screen_changes_its_language_there_and_back(opened: Town, screen: Client, path: str):
    chinese = screen.get(path).content.decode()
    (to_english,) = re.findall(r'<a class="[^"]*" href="([^"]+)"[^>]* lang="en">English</a>', chinese)
    english = screen.get(urljoin(path, html.unescape(to_english))).content.decode()
    (back,) = re.findall(r'<a class="[^"]*" href="([^"]+)"[^>]* lang="zh-Hans">中文</a>', english)

    again = screen.get(urljoin(path, html.unescape(back))).content.decode()

    assert ['<html lang="en"' in page for page in (chinese, english, again)] == [False, True, False]


def test_screens_are_silent_unless_the_policy_says_otherwise(opened: Town, screen: Client):
    silent = screen.get("/screens/town/facts").json()
    opened.policy(screens={"silent": False, "chime": True, "voice": True, "notices_zh": ["下午人少"]})

    spoken = screen.get("/screens/town/facts").json()

    assert (silent["chime"], silent["voice"], silent["notices"]) == (False, False, [])
    assert (spoken["chime"], spoken["voice"], spoken["notices"]) == (True, True, ["下午人少"])


def test_a_closed_hall_says_when_it_opens(opened: Town, screen: Client, set_time: Callable[[datetime], None]):
    set_time(at("2026-03-10 18:00"))

    facts = screen.get("/screens/town/facts").json()

    assert (facts["open"], facts["opens"], facts["why"]) == (False, "明天 8:30", "")


def test_a_closure_that_runs_now_is_the_message(opened: Town, screen: Client):
    Closure.objects.create(
        hall=opened.hall, starts_at=at("2026-03-10 08:00"), ends_at=at("2026-03-10 11:00"), reason_zh="停电检修",
        reason_en="Power cut", made_by="system", made_at=TUESDAY_NINE,
    )  # fmt: skip

    facts = [screen.get(f"/screens/town/facts{q}").json()["message"] for q in ("", "?lang=en")]

    assert facts == [
        "大厅关闭：停电检修。暂停叫号，预计今天 11:00 恢复。",
        "The hall is closed: Power cut. Nobody is called; it goes on about today 11:00.",
    ]


def test_a_zone_board_names_its_zone(opened: Town, screen: Client):
    page = screen.get("/screens/town/zones/main").content.decode()

    assert "小镇大厅 · 综合区" in page
    assert 'data-only-zone="main"' in page


@pytest.mark.parametrize(
    "path",
    [
        "/screens/nowhere/board",
        "/screens/town/zones/nowhere",
        "/screens/windows/nowhere",
        "/screens/windows/nowhere/rate",
        "/screens/town/facts?zone=nowhere",
    ],
)
def test_what_is_not_there_is_said_so(opened: Town, screen: Client, path: str):
    assert screen.get(path).status_code == 404


def test_what_cannot_be_a_zone_is_turned_away(opened: Town, screen: Client):
    assert screen.get("/screens/town/facts?zone=%00").status_code == 400


def test_the_window_display_says_what_it_serves(opened: Town, screen: Client):
    page = screen.get("/screens/windows/town-03").content.decode()

    assert "户政" in page
    assert 'data-window="town-03"' in page


@pytest.mark.parametrize(
    ("off", "said", "unsaid"),
    [
        (0, ["综合窗口"], ["不办", "另"]),
        (2, ["综合窗口", "不办业务0", "不办业务1"], ["另"]),
        (4, ["另 2 类"], ["综合窗口", "不办"]),
    ],
)
def test_an_integrated_window_shows_what_was_taken_off_it(
    opened: Town, screen: Client, off: int, said: list[str], unsaid: list[str]
):
    hall = opened.hall
    for n in range(9 - hall.categories.count()):
        Category.objects.create(
            hall=hall, code=f"X{n}", letter=f"X{n}", name_zh=f"业务{n}", name_en=f"Business {n}", order=n - 9,
            handling_minutes=5,
        )  # fmt: skip
    zone = Zone.objects.filter(hall=hall).earliest("id")
    window = Window.objects.create(hall=hall, zone=zone, code="town-77", number="77", kind="integrated")
    served = list(hall.categories.order_by("order", "code"))[off:]
    window.categories.set(served)

    page = screen.get("/screens/windows/town-77").content.decode()

    face = page[page.index("window-face__what") : page.index("window-face__now")]
    assert [word in face for word in said] == [True] * len(said)
    assert [word in face for word in unsaid] == [False] * len(unsaid)


def test_the_board_costs_the_same_with_one_and_with_three_tickets(
    opened: Town, screen: Client, django_assert_num_queries: Any
):
    called(opened)
    screen.get("/screens/town/board")
    with django_assert_num_queries(16):
        screen.get("/screens/town/board")
    for _ in range(2):
        tickets.issue(tickets.Take(category_code="A", channel="kiosk", by=SYSTEM), hall=opened.hall, now=TUESDAY_NINE)

    with django_assert_num_queries(16):
        screen.get("/screens/town/board")


def test_the_worker_is_served_where_its_scope_is(opened: Town, screen: Client):
    answer = screen.get("/screens/worker.js")

    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert "networkFirst" in answer.content.decode()


# --- Devices -----------------------------------------------------------------------------------------------------


def test_a_screens_heartbeat_keeps_known_words_only(opened: Town, screen: Client):
    board = Device.objects.create(hall=opened.hall, code="town-board-1", kind="board", name="屏")

    answer = screen.post(
        "/screens/heartbeat",
        {"device": "town-board-1", "page": "board", "stale": True, "evil": "x"},
        content_type="application/json",
    )

    board.refresh_from_db()
    assert answer.json() == {"known": True, "test": "", "name": "屏"}
    assert board.state == {"page": "board", "stale": True}


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"device": 7}', '"x"'])
def test_an_odd_heartbeat_breaks_nothing(opened: Town, screen: Client, text: str):
    answer = screen.post("/screens/heartbeat", text, content_type="application/json")

    assert (answer.status_code, answer.json()) == (200, {"known": False, "retired": False})


def test_a_heartbeat_no_text_can_hold_is_turned_away(opened: Town, screen: Client):
    answer = screen.post("/screens/heartbeat", '{"device": "\\u0000"}', content_type="application/json")

    assert answer.status_code == 400


def test_in_production_a_heartbeat_needs_a_paired_device(opened: Town, screen: Client, settings: Any):
    Device.objects.create(hall=opened.hall, code="town-board-1", kind="board", name="屏")
    settings.PRODUCTION = True

    answer = screen.post("/screens/heartbeat", {"device": "town-board-1"}, content_type="application/json")

    assert answer.json() == {"known": False, "retired": False}


# --- The evaluator -----------------------------------------------------------------------------------------------


def test_it_asks_right_after_a_service_with_the_clerks_name(opened: Town, served: Any, screen: Client):
    page = screen.get("/screens/windows/town-01/rate").content.decode()

    assert f'action="/screens/windows/town-01/rate/{served.ref}"' in page
    assert "工号一" in page
    assert page.count("data-stars=") == 5


def test_it_does_not_ask_at_another_window_nor_later(
    opened: Town, served: Any, screen: Client, set_time: Callable[[datetime], None]
):
    elsewhere = screen.get("/screens/windows/town-02/rate/part").content.decode()
    set_time(TUESDAY_NINE + timedelta(minutes=4))

    later = screen.get("/screens/windows/town-01/rate/part").content.decode()

    assert ("data-ask" in elsewhere, "data-ask" in later) == (False, False)


def test_it_does_not_ask_while_the_next_one_is_served(opened: Town, served: Any, screen: Client):
    following = called_again(opened)
    tickets.start(ref=following.ref, staff_id=opened.clerk.id, now=TUESDAY_NINE)

    page = screen.get("/screens/windows/town-01/rate/part").content.decode()

    assert "data-ask" not in page


def test_a_pause_is_not_called_closed_and_begins_when_nobody_is_at_the_window(
    opened: Town, served: Any, screen: Client, set_time: Callable[[datetime], None]
):
    def shown() -> list[str]:
        page = screen.get("/screens/windows/town-01/rate/part").content.decode()
        return [words for words in ("为你服务", "暂停一会儿", "这个窗口没有开放") if words in page]

    following = called_again(opened)
    tickets.start(ref=following.ref, staff_id=opened.clerk.id, now=TUESDAY_NINE)
    tickets.pause(staff_id=opened.clerk.id, reason="喝水", now=TUESDAY_NINE)
    during = shown()
    tickets.finish(ref=following.ref, staff_id=opened.clerk.id, now=TUESDAY_NINE)
    set_time(TUESDAY_NINE + timedelta(minutes=4))
    paused = shown()
    tickets.sign_out(staff_id=opened.clerk.id, now=TUESDAY_NINE)

    assert (during, paused, shown()) == (["为你服务"], ["暂停一会儿"], ["这个窗口没有开放"])


def called_again(town: Town) -> Any:
    tickets.issue(tickets.Take(category_code="A", channel="kiosk", by=SYSTEM), hall=town.hall, now=TUESDAY_NINE)
    return tickets.call_next(window_code="town-01", staff_id=town.clerk.id, now=TUESDAY_NINE)


def test_one_tap_rates_once_and_then_it_is_quiet(opened: Town, served: Any, screen: Client):
    address = f"/screens/windows/town-01/rate/{served.ref}"

    first = screen.post(address, {"stars": "2", "tags": ["slow"]})

    second = screen.post(address, {"stars": "5"})
    rating = Rating.objects.get()
    assert (first.status_code, first.json()) == (200, {"rated": True})
    assert (second.status_code, second.json()["slug"]) == (409, "already-rated")
    assert (rating.stars, rating.tags, rating.channel, rating.staff_id) == (2, ["slow"], "evaluator", opened.clerk.id)
    assert "data-ask" not in screen.get("/screens/windows/town-01/rate/part").content.decode()


def test_who_served_does_not_rate_at_the_own_window(opened: Town, served: Any, screen: Client):
    screen.force_login(opened.clerk)

    answer = screen.post(f"/screens/windows/town-01/rate/{served.ref}", {"stars": "5"})

    assert (answer.status_code, answer.json()["slug"], Rating.objects.count()) == (403, "not-allowed", 0)


@pytest.mark.parametrize("stars", ["", "0", "6", "x", "５", "55", "-1"])
def test_odd_stars_are_refused(opened: Town, served: Any, screen: Client, stars: str):
    answer = screen.post(f"/screens/windows/town-01/rate/{served.ref}", {"stars": stars})

    assert (answer.status_code, Rating.objects.count()) == (422, 0)


def test_a_ticket_of_another_window_cannot_be_rated_here(opened: Town, served: Any, screen: Client):
    answer = screen.post(f"/screens/windows/town-02/rate/{served.ref}", {"stars": "1"})

    assert (answer.status_code, Rating.objects.count()) == (404, 0)


def paired_as(town: Town, machine: Client, kind: str, window: Window | None) -> None:
    """The machine's browser is the hall's device from now on."""
    code = f"town-{kind}-9"
    Device.objects.create(hall=town.hall, code=code, kind=kind, name="屏", window=window)
    secret = devices.new_secret(code=code, by=SYSTEM, now=TUESDAY_NINE)
    token = devices.pair(hall=town.hall, code=code, secret=secret, by=SYSTEM, now=TUESDAY_NINE)
    machine.cookies["device"] = f"{code}:{token}"


def test_in_production_only_the_windows_own_evaluator_rates(opened: Town, served: Any, screen: Client, settings: Any):
    settings.PRODUCTION = True
    address = f"/screens/windows/town-01/rate/{served.ref}"

    stranger = screen.post(address, {"stars": "1"})
    paired_as(opened, screen, "evaluator", opened.windows["01"])
    elsewhere = screen.get("/screens/windows/town-02/rate")
    own = screen.post(address, {"stars": "5"})

    assert (stranger.status_code, elsewhere.status_code, own.status_code) == (401, 403, 200)
    assert Rating.objects.get().stars == 5


@pytest.mark.parametrize(
    ("kind", "window"),
    [
        ("kiosk", None),
        ("board", None),
        ("zone_board", None),
        ("window_display", "01"),
        ("evaluator", "02"),
        ("evaluator", None),
    ],
)
def test_no_other_paired_device_opens_a_windows_evaluator(
    opened: Town, served: Any, screen: Client, settings: Any, kind: str, window: str | None
):
    """Whoever stands at a display and types an address rates nobody."""
    settings.PRODUCTION = True
    paired_as(opened, screen, kind, opened.windows[window] if window else None)
    page = "/screens/windows/town-01/rate"

    answers = [screen.get(page), screen.get(f"{page}/part"), screen.post(f"{page}/{served.ref}", {"stars": "1"})]

    assert [each.status_code for each in answers] == [403, 403, 403]
    assert all("这个窗口的评价器" in each.content.decode() for each in answers)
    assert Rating.objects.count() == 0


def test_the_clock_of_the_facts_is_the_halls(opened: Town, screen: Client):
    facts = screen.get("/screens/town/facts").json()

    assert (facts["at"], facts["speed"]) == ("2026-03-10T09:00:00+08:00", clock.speed())
