"""Every address × every hostile value × every method: refused, or answered, and never broken."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.texts import is_json, is_text
from banshi.rooms.identity.models import Account, Role
from tests.house.test_doors import views
from tests.town import TUESDAY_NINE, Town

VALUES = {
    "nul": "a\0b",
    "broken UTF-8": b"\xff\xfe",
    "half a pair": b"\xed\xa0\x80",
    "huge": "9" * 40,
    "negative": "-1",
    "a digit that is no number": "²",
    "long": "长" * 3000,
    "backwards": "a\u202eb",
    "broken percent": "%zz%",
    "quotes": "'\"<x>{{7*7}}\\",
    "not a number": "NaN",
    "no such day": "2026-02-30",
    "year zero": "0000-00-00T25:61",
    "empty": "",
}
HERE = {"hall": "town", "window": "town-01", "zone": "main", "item": "pension"}
# Every name at once; an address that is really long is refused before any view (test_bodies.py).
IN_A_QUERY = VALUES | {"long": "长" * 30}
PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
NUMBERS = ("int",)
PROBES = ("healthz", "readyz", "metrics")  # 503 is their business
IN_PATHS = ("nul", "broken UTF-8", "huge", "negative", "a digit that is no number", "long", "quotes")
IN_FIELDS = tuple(kind for kind in VALUES if kind not in ("half a pair", "backwards", "quotes", "not a number"))
ONE_OF_EACH = (
    "/",
    "/kiosk/town/",
    "/screens/town/board",
    "/desk/",
    "/office/",
    "/staff/me",
    "/metrics",
    "/api/v1/halls",
)


def encoded(value: str | bytes) -> str:
    return quote(value, safe="%" if value == VALUES["broken percent"] else "")


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of fields that any form or query of ours has."""
    found: set[str] = set()
    for path in Path("banshi").rglob("*.html"):
        found |= set(re.findall(r'\bname="([a-z_]+)"', path.read_text(encoding="utf-8")))
    for path in Path("banshi/surfaces").rglob("*.py"):
        found |= set(re.findall(r'(?:POST|GET)\.get(?:list)?\("([a-z_]+)"', path.read_text(encoding="utf-8")))
        found |= set(re.findall(r"^    (\w+) = forms\.", path.read_text(encoding="utf-8"), re.MULTILINE))
    return tuple(sorted(found - {"csrfmiddlewaretoken"}))


def addresses(value: str | bytes) -> Iterator[str]:
    """Every address with this value in each of its places in turn, the others as they are in the town."""
    for route, _ in views():
        places = list(PLACE.finditer(route))
        for hostile in places:
            path = route
            for place in places:
                usual = "1" if place[1] in NUMBERS else HERE.get(place[2], "1")
                said = encoded(value) if place is hostile else usual
                path = path.replace(place[0], said)
            yield "/" + path


def plain_addresses() -> Iterator[str]:
    for route, _ in views():
        if route.startswith("^") or route in PROBES or "demo/" in route or "sign-" in route:
            continue
        yield "/" + PLACE.sub(lambda m: "1" if m[1] in NUMBERS else HERE.get(m[2], "1"), route)


@pytest.fixture
def somebody(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A browser that may go everywhere: the manager of all halls, and a citizen's account."""
    monkeypatch.setattr("banshi.config.middleware.log.info", lambda *_a, **_k: None)  # thousands of lines
    clock.set_clock(now=TUESDAY_NINE, speed=0)
    account = Account.objects.create(phone="+8613800138000", phone_index="x", created_at=TUESDAY_NINE)
    for role in ("city_admin", "auditor", "senior_clerk", "guide"):
        Role.objects.get_or_create(
            staff=town.manager, role=role, scope_kind="all", scope="*", given_at=TUESDAY_NINE, given_by="system"
        )
    client = Client(raise_request_exception=False)
    client.force_login(town.manager)
    session = client.session
    session["account"] = account.pk
    session.save()
    logging.disable(logging.CRITICAL)  # each record holds its request
    yield client
    logging.disable(logging.NOTSET)
    clock.forget()


def broken(client: Client, asked: Iterator[tuple[str, str, dict[str, Any]]]) -> list[tuple[str, str, int]]:
    found = []
    for method, path, more in asked:
        status = client.generic(method, path, **more).status_code
        if status >= 500:
            found.append((method, path[:160], status))
    return found


@pytest.mark.parametrize("kind", IN_PATHS)
def test_nothing_breaks_on_it_in_a_path(somebody: Client, kind: str) -> None:
    asked = ((method, path, {}) for path in addresses(VALUES[kind]) for method in ("GET", "POST"))

    assert broken(somebody, asked) == []


@pytest.mark.parametrize("kind", IN_FIELDS)
def test_nothing_breaks_on_it_in_a_query(somebody: Client, kind: str) -> None:
    query = "&".join(f"{name}={encoded(IN_A_QUERY[kind])}" for name in names())

    assert broken(somebody, (("GET", f"{path}?{query}&{query[:200]}", {}) for path in plain_addresses())) == []


@pytest.mark.parametrize("kind", IN_FIELDS)
def test_nothing_breaks_on_it_in_a_form(somebody: Client, kind: str) -> None:
    form = "&".join(f"{name}={encoded(VALUES[kind])}" for name in names())
    more = {"data": form.encode(), "content_type": "application/x-www-form-urlencoded"}

    assert broken(somebody, (("POST", path, more) for path in plain_addresses())) == []


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_no_method_breaks_an_address(somebody: Client, method: str) -> None:
    assert broken(somebody, ((method, path, {}) for path in plain_addresses())) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": 'device="a\\000b:c"; sessionid="\\000"; csrftoken="\\377"; django_language="\\000"; elder="\\000"'},
        {"Cookie": "device=\xff:\xff; sessionid=\xff"},
        {"Authorization": "Bearer \xff\xfe"},
        {"Accept-Language": "\xff,zh;q=nan,en;q=1e999"},
        {"X-Request-Id": "a b\xff" * 50},
        {"X-Forwarded-For": "\xff, 999.1.1.1, ::ffff:1.2.3.4%eth0"},
        {"Referer": "http://[::1", "Origin": "http://[", "Host": "a\xffb"},
        {"HX-Request": "true", "HX-Current-URL": "http://[bad"},
        {"HX-Request": "true", "HX-Current-URL": "\xff//[", "HX-Target": "\xff", "HX-Trigger": "[" * 300},
    ],
)
def test_no_header_or_cookie_breaks_an_address(somebody: Client, headers: dict[str, str]) -> None:
    nobody = Client(raise_request_exception=False)

    for one in (somebody, nobody):
        one.cookies.clear()
        assert broken(one, (("GET", path, {"headers": headers}) for path in ONE_OF_EACH)) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/screens/%00/board", 404),
        ("/kiosk/%00/", 404),
        ("/kiosk/town/slip/%00", 404),
        ("/office/town/live?window=%00", 400),
        ("/screens/%FF/board", 404),
        ("/?q=%FF", 400),
        ("/api/v1/halls/%00", 404),
        ("/api/v1/items?q=%00", 422),
    ],
)
def test_each_kind_of_place_has_its_answer(somebody: Client, path: str, status: int) -> None:
    key = {"Authorization": f"Bearer {_read_key()}"} if path.startswith("/api/") else {}

    assert somebody.generic("GET", path, headers=key).status_code == status


def _read_key() -> str:
    from banshi.rooms.identity.actions import create_key

    return create_key(name="read", scope="read", now=TUESDAY_NINE)


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        (b'{"a": "b"}', True),
        (b'{"a": "\\u0000"}', False),
        (b'{"a": "\\ud800"}', False),
        (b'{"a": "\\ud83d\\ude00"}', True),
        (b"\xff", False),
        (b"not json", True),
    ],
)
def test_json_whose_texts_cannot_be_stored_is_told_apart(body: bytes, fits: bool) -> None:
    assert is_json(body) is fits


def test_text_is_what_the_database_can_hold() -> None:
    assert [is_text(t) for t in ("办事", "a\0", "\ud800", b"\xff", b"ok", "")] == [
        True,
        False,
        False,
        False,
        True,
        True,
    ]
