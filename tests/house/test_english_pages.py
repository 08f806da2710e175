"""English pages are English: no Chinese character but in what is somebody's, or something's, own name or words."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.identity.models import Role
from banshi.rooms.identity.rules import ROLES
from tests.house.test_chinese_pages import NOT_SAID, SAID_IN, lived  # noqa: F401 – a fixture
from tests.house.test_links import walked
from tests.house.test_permissions import AT_A_WINDOW, VIEWS, address, rows  # noqa: F401 – a fixture
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – a fixture
from tests.town import TUESDAY_NINE

TESTS = Path(__file__).parent.parent
MEANT = {"医保", "不收费"}  # what initials find; what the text of a store says costs, where it says nothing in English
OF_CHINESE = {"office:template", "office:templates"}  # the text of a message in Chinese, among its texts
pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u3400-\u9fff]+")
# What people, firms and matters of the town are called, and what they wrote: nobody translates that.
WRITTEN = "".join(
    (TESTS / name).read_text(encoding="utf-8")
    for name in (
        "town.py",
        "matters.py",
        "agents.py",
        "signers.py",
        "house/test_permissions.py",
        "surfaces/office/editing.py",
        "rooms/catalogue/stores.py",
    )  # fmt: skip
)


def chinese_in(page: str) -> set[str]:
    page = NOT_SAID.sub(" ", re.sub("<html[^>]*>", " ", page))
    page = re.sub(r"<(?P<tag>\w+)[^>]*lang=\"zh[^>]*>.*?</(?P=tag)>", " ", page, flags=re.S)
    said = SAID_IN.findall(page) + [re.sub(r"<[^>]*>", " ", page)]
    words = {word for text in said for word in CHINESE.findall(html.unescape(text))}
    words = {word for word in words if not word.startswith("测试")}  # 测试甲 … are the town's people
    return {word for word in words - MEANT if word not in WRITTEN}


def test_no_page_of_the_staff_shows_chinese_in_english(lived: Any) -> None:  # noqa: F811
    everybody = staff_with("everybody", "city_admin", "all", "*")
    for role in ROLES:
        Role.objects.get_or_create(
            staff=everybody, role=role, scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
        )
    client, found, seen = signed_in(everybody), {}, 0
    client.cookies["django_language"] = "en"

    for name in sorted(set(VIEWS) - AT_A_WINDOW - OF_CHINESE):
        answer = client.get(address(name, lived))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        seen += 1
        strange = chinese_in(answer.content.decode())
        if strange:
            found[name] = sorted(strange)

    assert found == {}
    assert seen > 60


def test_no_page_of_the_public_shows_chinese_in_english(rows: Any) -> None:  # noqa: F811
    walk = walked(Client(), "en", "/", "/kiosk/town/", "/screens/town/board?lang=en")
    found = {path: chinese_in(page) for path, page in walk.pages.items() if "lang=zh" not in path}

    assert {path: words for path, words in found.items() if words} == {}
