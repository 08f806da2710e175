"""Pages of the office and of the guide, asked for by one person after the other over HTTP, with a hundred days in the tables."""

from __future__ import annotations

import http.cookiejar
import re
import subprocess
import time
import urllib.parse
import urllib.request
from datetime import date, timedelta
from typing import Any, Final

from banshi.crowd.bench.figures import ms, percentile
from banshi.crowd.bench.ground import BANSHI, DAY, BenchTrouble, Installation, direct

CITY: Final = "441900"


def pages(on: Installation, hall: str, item: str, *, days: int, quick: bool) -> dict[str, Any]:
    """Milliseconds of each page (p50, p95), warm; figures of all days and of four times as many.

    :param days: with history, before today. :param item: whose guide is read.
    """
    subprocess.run([*BANSHI, "settle-days"], env=on.environment, check=True, capture_output=True)
    manager, city = signed_in(on, f"{hall}-manager"), signed_in(on, "city")
    some, many = (_range(n) for n in (days, 4 * days))
    asked = {
        f"Figures of a hall, {days} days": (manager, f"/office/{hall}/figures?{some}"),
        f"Figures of a hall, {4 * days} days": (manager, f"/office/{hall}/figures?{many}"),
        f"Figures of all halls of a city, {days} days": (city, f"/office/regions/{CITY}/figures?{some}"),
        f"Figures of all halls of a city, {4 * days} days": (city, f"/office/regions/{CITY}/figures?{many}"),
        "Messages of a hall": (manager, f"/office/{hall}/notices/"),
        "Guide of a matter": (_browser(), f"/items/{item}?hall={hall}"),
    }
    return {name: _timed(on, browser, path, 5 if quick else 30) for name, (browser, path) in asked.items()}


def _range(days: int) -> str:
    last = date.fromisoformat(DAY) - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    return urllib.parse.urlencode({"range": "custom", "from": first.isoformat(), "to": last.isoformat()})


def _timed(on: Installation, browser: urllib.request.OpenerDirector, path: str, times: int) -> dict[str, float]:
    took = []
    for n in range(times + 2):  # twice to warm
        began = time.monotonic()
        with browser.open(f"http://127.0.0.1:{on.port}{path}", timeout=60) as answer:
            body = answer.read()
            if answer.geturl().split("?")[0] != f"http://127.0.0.1:{on.port}{path.split('?')[0]}" or not body:
                raise BenchTrouble(f"{path} led to {answer.geturl()}")
        if n >= 2:
            took.append(time.monotonic() - began)
    return {"p50_ms": ms(percentile(took, 0.5)), "p95_ms": ms(percentile(took, 0.95))}


def _browser(jar: http.cookiejar.CookieJar | None = None) -> urllib.request.OpenerDirector:
    return direct(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar() if jar is None else jar))


def signed_in(
    on: Installation, login: str, *, jar: http.cookiejar.CookieJar | None = None
) -> urllib.request.OpenerDirector:
    """A browser. :param jar: where its cookies are kept. :raises BenchTrouble: the demo's password does not open."""
    browser, address = _browser(jar), f"http://127.0.0.1:{on.port}/staff/sign-in"
    with browser.open(address, timeout=60) as answer:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.read().decode())
    form = {"login": login, "password": on.password, "csrfmiddlewaretoken": found[1] if found else ""}
    asked = urllib.request.Request(address, data=urllib.parse.urlencode(form).encode(), headers={"Referer": address})
    with browser.open(asked, timeout=60) as answer:
        if answer.geturl() == address:
            raise BenchTrouble(f"{login} could not sign in")
    return browser
