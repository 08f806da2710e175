"""Proof of work in a browser: it goes on by itself; and where it cannot, it says whom to ring up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

pytestmark = pytest.mark.browser
TUESDAY = "2026-11-24T09:10:00+08:00"


@pytest.fixture
def many_tried(installation: Any) -> Iterator[None]:
    """This address has asked for so many codes that the next takes work."""
    installation.set_clock(TUESDAY, 0)
    with httpx.Client(base_url=installation.url, timeout=20, trust_env=False) as client:
        page = client.get("/sign-in").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]  # type: ignore[index]
        for _ in range(12):
            client.post("/sign-in", data={"csrfmiddlewaretoken": token, "phone": "1"})
        asked = client.post("/sign-in", data={"csrfmiddlewaretoken": token, "phone": "1"})
    assert (asked.status_code, "data-challenge" in asked.text) == (409, True)
    yield
    with psycopg.connect(installation.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DELETE FROM foundation_rate_bucket WHERE key LIKE 'proof:%'")


@pytest.mark.parametrize("elder", [False, True])
def test_a_browser_gets_through_without_noticing(
    installation: Any, open_page: Any, many_tried: None, axe: Any, elder: bool
) -> None:
    answers: list[int] = []
    page = open_page("/")
    if elder:
        page.context.add_cookies([{"name": "elder", "value": "1", "url": installation.url}])
    page.goto("/sign-in?next=/me/")
    page.on("response", lambda answer: answers.append(answer.status) if answer.request.method == "POST" else None)

    page.fill("input[name=phone]", f"1382200091{int(elder)}")
    page.click("main .btn--primary")
    page.wait_for_selector("input[name=code]")

    assert answers == [409, 302]
    assert page.url.endswith("next=%2Fme%2F")


def test_who_uses_no_script_reads_that_nothing_was_sent(open_page: Any, many_tried: None, picture: Any) -> None:
    page = open_page("/sign-in", java_script_enabled=False)

    page.fill("input[name=phone]", "13822000929")
    page.click("main .btn--primary")

    assert "什么都没有提交" in page.inner_text("main")
    assert page.is_visible("main noscript a[href='/halls/']")
    picture(page, "citizen-proof-zh")
