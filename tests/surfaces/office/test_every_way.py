"""Every office page, crawled by role from the first page on: links lead somewhere, buttons do something, words are words."""

from __future__ import annotations

import html
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from banshi.rooms.identity.rules import ROLES
from tests.house.test_chinese_pages import lived  # noqa: F401 – a fixture
from tests.house.test_permissions import rows  # noqa: F401 – a fixture
from tests.house.test_tone import OTHER_WORDS
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures

pytestmark = pytest.mark.django_db
WIDE = {"city_admin", "auditor"}
OF_EACH_KIND = 2  # pages of one view that are looked at
NOT_SAID = re.compile(r"<(script|style|svg|textarea|code|pre|datalist)\b.*?</\1>", re.S)
KEY = re.compile(
    r"(?<![\w./:@-])[a-z]+(?:_[a-z]+)+\b|\b(?:cat|item):\w+|\bUTC\b|\+00:00|\d{4}-\d\d-\d\dT\d\d|\b(?:None|True|False)\b"
    r"|%\(\w+\)|您好|请|系统"
)


class Page(HTMLParser):
    """What can be followed or pressed on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str]] = []
        self.dead: list[str] = []
        self._form = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._form = True
            self.forms.append(((said.get("method") or "get").lower(), said.get("action") or ""))
        elif tag == "a":
            (self.links if said.get("href") else self.dead).append(said.get("href") or str(attrs))
        elif tag == "button":
            alive = self._form or any(name.startswith(("data-", "hx-", "popover", "command")) for name in said)
            if not alive and "form" not in said:
                self.dead.append(str(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = False


def pages(client: Client) -> dict[str, str]:
    """Every page that links lead to, a few of each view, by address."""
    found: dict[str, str] = {}
    ahead, kinds = ["/office/"], Counter[str]()
    while ahead:
        where = ahead.pop(0)
        answer = client.get(where, follow=True, headers={"accept-language": "zh-CN"})
        assert answer.status_code == 200, where
        if not answer["Content-Type"].startswith("text/html"):
            continue
        found[where] = answer.content.decode()
        at = answer.request["PATH_INFO"]
        for link in Page(found[where]).links:
            to = urljoin(at, link).partition("#")[0]
            if not to.startswith(("/office/", "/staff/")) or to in found or to in ahead:
                continue
            view = resolve(urlsplit(to).path).view_name + "?" + "&".join(sorted(re.findall(r"[?&](\w+)=", to)))
            kinds[view] += 1
            if kinds[view] <= OF_EACH_KIND:
                ahead.append(to)
    return found


@pytest.fixture(params=sorted(ROLES))
def crawled(request: Any, lived: Any, office: Any) -> tuple[str, dict[str, str]]:  # noqa: F811
    role = request.param
    somebody = staff_with("somebody", role, *(("all", "*") if role in WIDE else ("hall", "town")))
    client = signed_in(somebody)
    client.cookies["django_language"] = "zh-hans"
    return role, pages(client)


def test_every_link_leads_to_a_page_and_every_button_does_something_one_may_do(crawled):
    role, found = crawled
    wrong: dict[str, Any] = {}

    for where, text in found.items():
        page = Page(text)
        refused = []
        for method, action in page.forms:
            path = urlsplit(urljoin(where, action)).path
            try:
                view = resolve(path).func
            except Resolver404:
                refused.append(path)
                continue
            needed = getattr(view, "permission", None)
            if path.startswith("/office/") and needed and needed not in ROLES[role]:
                refused.append((method, path, needed))
        if page.dead or refused:
            wrong[where] = (page.dead, refused)

    assert wrong == {}
    assert len(found) > 2


def test_no_page_shows_a_key_a_moment_of_a_machine_or_a_word_of_a_servant(crawled):
    _role, found = crawled
    strange: dict[str, list[str]] = {}

    for where, text in found.items():
        said = html.unescape(re.sub(r"<[^>]*>", " ", NOT_SAID.sub(" ", text)))
        if keys := sorted({match[0] for match in KEY.finditer(OTHER_WORDS.sub("", said))}):
            strange[where] = keys

    assert strange == {}
