"""From everybody's first page every link leads somewhere, in both languages: no page is missing, breaks, or leads in a circle,
and each form is sent to an address that is there."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from banshi.rooms.cases.models import Case
from banshi.rooms.identity.models import Account, AccountPerson
from tests.house.test_permissions import rows  # noqa: F401 – a fixture
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – a fixture
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
OF_ONE_VIEW = 2  # pages of one view are alike: this many are opened
HOPS = 4
ELSEWHERE = ("/static/", "/live/")  # files, and streams that do not end
LEAVES = re.compile(r"sign-out|/export|\.pdf$|\.ics$")
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
ACTION = re.compile(r'\b(?:action|formaction|hx-post)="([^"]*)"')
ASKED = re.compile(r'\bhx-get="([^"]*)"')
ID = re.compile(r'\bid="([^"]+)"')
COMMENT = re.compile(r"<!--.*?-->|<script\b.*?</script>", re.S)
STAFF = {
    "clerk": "/desk/", "guide": "/office/", "hall_manager": "/office/", "pre_reviewer": "/review/", "receiver": "/review/",
    "reviewer": "/review/", "approver": "/review/", "head": "/review/", "issue_clerk": "/issue/town/",
    "supervisor": "/review/town/supervision",
}  # fmt: skip


@dataclass
class Walk:
    """One browser that follows what it reads."""

    client: Client
    todo: list[tuple[str, str]]
    seen: set[str] = field(default_factory=set)
    of_view: Counter[str] = field(default_factory=Counter)
    pages: dict[str, str] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)

    def to_the_end(self) -> Walk:
        while self.todo:
            self.open(*self.todo.pop(0))
        return self

    def open(self, path: str, found_on: str) -> None:
        view = self.view_of(path)
        if view is None:
            self.wrong.add(f"{found_on}: {path} is no address")
        elif path not in self.seen and self.of_view[view] < OF_ONE_VIEW and not LEAVES.search(path):
            self.seen.add(path)
            self.of_view[view] += 1
            self.read(path, found_on)

    def read(self, path: str, found_on: str) -> None:
        here, answer = path, self.client.get(path)
        for _ in range(HOPS):
            if answer.status_code not in (301, 302):
                break
            here = urljoin(here, answer["Location"])
            answer = self.client.get(here)
        if answer.status_code != 200:
            self.wrong.add(f"{found_on}: {path} answers {answer.status_code}")
        elif answer["Content-Type"].startswith("text/html") and not answer.streaming:
            self.pages[here] = COMMENT.sub("", answer.content.decode())
            self.links_of(self.pages[here], here)

    def links_of(self, page: str, here: str) -> None:
        ids = set(ID.findall(page))
        for href in map(html.unescape, LINK.findall(page) + ASKED.findall(page)):
            path, place = urldefrag(href)
            if not href or (not path and place and place not in ids):
                self.wrong.add(f"{here}: a link to “{href}”")
            elif path and (to := self.inside(here, path)):
                self.todo.append((to, here))
        for action in map(html.unescape, ACTION.findall(page)):
            if (to := self.inside(here, action)) and self.view_of(to) is None:
                self.wrong.add(f"{here}: a form for {to}, which is no address")

    @staticmethod
    def inside(here: str, href: str) -> str:
        """Its address on this server; nothing for those of others."""
        parts = urlsplit(urljoin(f"http://testserver{here}", href))
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return path if parts.netloc == "testserver" and not path.startswith(ELSEWHERE) else ""

    @staticmethod
    def view_of(path: str) -> str | None:
        try:
            return resolve(urlsplit(path).path).view_name
        except Resolver404:
            return None


def walked(client: Client, language: str, *starts: str) -> Walk:
    client.cookies["django_language"] = language
    return Walk(client, [(start, "the first page") for start in starts]).to_the_end()


LANGUAGES = pytest.mark.parametrize("language", ["zh-hans", "en"])
WALKED = [*((role, "zh-hans") for role in STAFF), ("clerk", "en"), ("hall_manager", "en"), ("reviewer", "en")]


def test_what_leads_nowhere_is_noticed() -> None:
    walk = Walk(Client(), [])
    walk.links_of(
        '<a href="#gone"></a><a href=""></a><form action="/none/at/all"></form><b id="here"></b><a href="#here"></a>',
        "/",
    )
    walk.open("/none/either", "/")

    assert walk.wrong == {
        "/: a link to “#gone”", "/: a link to “”", "/: a form for /none/at/all, which is no address",
        "/: /none/either is no address",
    }  # fmt: skip


@pytest.mark.parametrize(("role", "language"), WALKED)
def test_every_link_leads_the_staff_somewhere(rows: Any, role: str, language: str) -> None:  # noqa: F811
    walk = walked(signed_in(staff_with("somebody", role)), language, STAFF[role])

    assert walk.wrong == set()
    assert len(walk.of_view) > 4


@LANGUAGES
def test_every_link_leads_the_public_somewhere(rows: Any, language: str) -> None:  # noqa: F811
    walk = walked(Client(), language, "/", "/kiosk/town/", "/screens/town/board")

    assert walk.wrong == set()
    assert len(walk.of_view) > 20


@LANGUAGES
def test_every_link_leads_a_citizen_somewhere(rows: Any, language: str) -> None:  # noqa: F811
    client, account = Client(), Account.objects.get(person=Case.objects.get(no=rows["no"]).person)
    AccountPerson.objects.create(account=account, person=account.person, added_at=TUESDAY_NINE)
    session = client.session
    session["account"] = account.pk
    session.save()

    walk = walked(client, language, "/me/", "/cases/", "/appointments/")

    assert walk.wrong == set()
    assert len(walk.of_view) > 20
