"""Screens in a real browser: quick, honest when the server is gone, and back by themselves."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import ROOT, _free_port

pytestmark = pytest.mark.browser
WALL = (1920, 1080)
DESK = "nancheng-05"


@pytest.fixture
def call(installation: Any) -> Iterator[Callable[[], dict[str, Any]]]:
    """Give a number at Nancheng and call one to window 05; returns the called ticket.

    What a test leaves in service, having failed half-way, is finished: the window is free for whoever comes next.
    """
    installation.set_clock("2026-11-24T09:10:00+08:00", 0)
    called: list[dict[str, Any]] = []

    def act() -> dict[str, Any]:
        with installation.api("kiosk", "nancheng") as kiosk, installation.api("desk", DESK) as desk:
            category = next(
                c["code"] for c in kiosk.get("/halls/nancheng/live").raise_for_status().json()["categories"]
            )
            desk.post(f"/windows/{DESK}/sign-in")
            kiosk.post("/halls/nancheng/tickets", json={"category": category}).raise_for_status()
            answer = desk.post(f"/windows/{DESK}/calls")
            assert answer.status_code == 201, answer.text
            called.append(answer.json())
            return dict(called[-1])

    yield act
    with installation.api("desk", DESK) as desk:
        for ticket in called:
            if desk.get(f"/tickets/{ticket['id']}").raise_for_status().json()["state"] in ("called", "serving"):
                desk.post(f"/tickets/{ticket['id']}/start")
                desk.post(f"/tickets/{ticket['id']}/finish").raise_for_status()


def finish(installation: Any, ticket: dict[str, Any]) -> None:
    with installation.api("desk", DESK) as desk:
        desk.post(f"/tickets/{ticket['id']}/start").raise_for_status()
        desk.post(f"/tickets/{ticket['id']}/finish").raise_for_status()


def test_a_call_is_on_the_board_by_itself(
    installation: Any, open_page: Callable[..., Any], call: Callable[[], dict[str, Any]], picture: Any, axe: Any
):
    page = open_page("/screens/nancheng/board", size=WALL)
    page.locator("body[data-ready]").wait_for()

    ticket = call()
    page.locator(".call-row.is-called .call-row__no", has_text=ticket["number"]).wait_for()

    assert axe(page) == []
    picture(page, "screen-board-zh")
    finish(installation, ticket)


def test_calls_are_spoken_one_after_the_other_and_never_twice(
    installation: Any, open_page: Callable[..., Any], call: Callable[[], dict[str, Any]]
):
    page = open_page("/screens/nancheng/board", size=WALL)
    page.locator("body[data-ready]").wait_for()
    page.evaluate(
        """() => {
            window.said = [];
            window.Banshi.chime = () => Promise.resolve();
            speechSynthesis.speak = (one) => { said.push(one.text); setTimeout(() => one.onend(), 50); };
        }"""
    )

    numbers = []
    for _ in range(4):
        ticket = call()
        numbers.append(ticket["number"])
        finish(installation, ticket)

    page.wait_for_function(
        "(last) => said.some((text) => text.startsWith('请') && text.includes(last))", arg=numbers[-1]
    )
    chinese = [text for text in page.evaluate("said") if text.startswith("请")]
    spoken = [text.split("号")[0].removeprefix("请") for text in chinese]
    # The clock stands, so a call of a test before may be news to this screen.
    assert [number for number in spoken if number in numbers] == numbers
    assert all("5号窗口" in text for text in chinese)


def test_the_window_display_follows_its_window(
    installation: Any, open_page: Callable[..., Any], call: Callable[[], dict[str, Any]], picture: Any
):
    page = open_page(f"/screens/windows/{DESK}", size=(1280, 400))
    page.locator("body[data-ready]").wait_for()

    ticket = call()

    page.locator("#window.is-called #now", has_text=ticket["number"]).wait_for()
    picture(page, "screen-window-zh")
    finish(installation, ticket)
    page.locator("#window:not(.is-called)").wait_for()


def test_the_evaluator_asks_once_and_one_tap_is_enough(
    installation: Any, open_page: Callable[..., Any], call: Callable[[], dict[str, Any]], picture: Any, axe: Any
):
    page = open_page(f"/screens/windows/{DESK}/rate", size=(1280, 800))
    ticket = call()

    finish(installation, ticket)
    page.get_by_role("heading", name=f"{ticket['number']} 号，办得怎么样？").wait_for()
    picture(page, "screen-evaluator-zh")
    assert axe(page) == []
    with page.expect_response(lambda answer: f"/rate/{ticket['id']}" in answer.url) as sent:
        page.get_by_role("button", name="非常满意").click()

    assert sent.value.status == 200
    page.get_by_text("办完后，在这里点一下评价").wait_for()


@pytest.fixture
def own_server(installation: Any) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """A second web server on the same database, to be stopped and started."""
    port = _free_port()
    running: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "banshi.cli", "serve", "--host", "127.0.0.1", "--port", str(port)],
            env={**installation.environment, "PORT": str(port)},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        running.append(process)
        for _ in range(300):
            try:
                httpx.get(f"http://127.0.0.1:{port}/screens/worker.js", timeout=2, trust_env=False).raise_for_status()
                return process
            except httpx.HTTPError:
                time.sleep(0.2)
        raise RuntimeError("the second server did not come up")

    start.url = f"http://127.0.0.1:{port}"  # type: ignore[attr-defined]
    yield start
    for process in running:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=20)


def test_without_the_server_the_board_keeps_its_last_state_says_so_and_recovers(
    browser: Any, own_server: Any, call: Callable[[], dict[str, Any]], installation: Any, picture: Any
):
    server = own_server()
    ticket = call()
    context = browser.new_context(
        viewport={"width": WALL[0], "height": WALL[1]}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    page.goto(f"{own_server.url}/screens/nancheng/board")
    row = page.locator(".call-row__no", has_text=ticket["number"])
    row.wait_for()
    page.wait_for_function("() => navigator.serviceWorker.controller?.state === 'activated'")
    for kept in ("location.href", "document.querySelector('link[rel=stylesheet]').href"):
        page.wait_for_function(f"async () => Boolean(await (await caches.open('screens-1')).match({kept}))")
    page.wait_for_function("async () => (await (await caches.open('screens-1')).keys()).length > 5")

    server.terminate()
    server.wait(timeout=20)
    page.locator("#screen-stale").wait_for(timeout=20_000)
    assert row.count() == 1
    picture(page, "screen-board-stale-zh")

    page.reload()
    row.wait_for()
    page.locator("#screen-stale").wait_for(timeout=20_000)

    own_server()
    page.locator("#screen-stale").wait_for(state="hidden", timeout=40_000)
    assert row.count() == 1
    finish(installation, ticket)
    context.close()


def test_boards_speak_english_and_have_a_word_when_nobody_was_called(
    installation: Any, open_page: Callable[..., Any], picture: Any, axe: Any
):
    installation.set_clock("2026-11-24T09:10:00+08:00", 0)
    page = open_page("/screens/xilai/board?lang=en", size=WALL)

    page.locator("#lanes .lane").first.wait_for()

    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(WALL)
    assert axe(page) == []
    picture(page, "screen-board-en")
