"""The pictures that introduce the product: halls in the middle of a living morning (`BANSHI_PICTURES=1` renews them)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest

from banshi.journeys.hall.demo_seeds import PASSWORD
from tests.e2e.conftest import PICTURES, ROOT, Installation, installed
from tests.e2e.morning import SHOWN
from tests.e2e.under_way import CERTIFICATE
from tests.e2e.under_way import SHOWN as OF_MATTERS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("BANSHI_PICTURES") != "1", reason="pictures are renewed when asked for"),
]
BEFORE, MORNING = "2026-11-24T08:20:00+08:00", "2026-11-24T09:40:00+08:00"


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("pictures"), "pictures") as running:
        running.set_clock(BEFORE, 0)
        play = [sys.executable, "-m", "tests.e2e.morning", MORNING, "nancheng", "dongcheng"]
        subprocess.run(play, env=running.environment, cwd=ROOT, check=True)
        running.set_clock(MORNING, 0)
        yield running


def test_the_pictures_are_of_a_living_morning(morning: Installation, browser: Any) -> None:
    take(browser, morning.url)

    assert all((PICTURES / f"{name}.png").exists() for name, *_rest in SHOWN)


def test_the_pictures_are_of_matters_under_way(morning: Installation, browser: Any) -> None:
    play = [sys.executable, "-m", "tests.e2e.under_way", MORNING, "nancheng"]
    out = subprocess.run(play, env=morning.environment, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    made = json.loads(out.splitlines()[-1])

    take(browser, morning.url, tuple((*row[:-1], row[-1].format(**made)) for row in OF_MATTERS), made["cookie"])
    certificate(browser, morning.url, made)

    assert all((PICTURES / f"{name}.png").exists() for name in (*(row[0] for row in OF_MATTERS), CERTIFICATE))


def certificate(browser: Any, url: str, made: dict[str, str]) -> None:
    """The licence itself, as its owner opens it."""
    context = browser.new_context(base_url=url)
    context.add_cookies([{"name": "sessionid", "value": made["cookie"], "url": url}])
    page = context.new_page()
    page.goto(f"/cases/{made['closed']}/")
    link = page.locator(".document").first.get_by_role("link", name="PDF").get_attribute("href")
    paper = pypdfium2.PdfDocument(page.request.get(link).body())[0]
    paper.render(scale=1.2).to_pil().save(PICTURES / f"{CERTIFICATE}.png", optimize=True)
    context.close()


def take(
    browser: Any, url: str, shown: tuple[tuple[str, tuple[int, int], str, str, str], ...] = SHOWN, cookie: str = ""
) -> None:
    for name, (wide, high), language, login, path in shown:
        context = browser.new_context(
            base_url=url, viewport={"width": wide, "height": high}, locale=language, timezone_id="Asia/Shanghai"
        )
        page = context.new_page()
        if login == "applicant":
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
        elif login:
            page.goto("/staff/sign-in")
            page.fill("[name=login]", login)
            page.fill("[name=password]", PASSWORD)
            page.click("main form button")
        page.goto(path)
        page.wait_for_load_state("load")
        if "/figures" in path:
            page.wait_for_selector("body[data-drawn]")
        if "/board" in path:
            page.locator("body[data-ready]").wait_for()
        page.screenshot(path=str(PICTURES / f"{name}.png"), animations="disabled")
        context.close()
