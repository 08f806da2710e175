"""A new surface for staff fits under the frame, with no surface beside it: it says its ways and its pages, nothing else."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from banshi.frames.staff.frame import Frame
from tests.surfaces.office.editing import signed_in, staff_with
from tests.town import Town

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent


@pytest.fixture
def alone(town: Town) -> Iterator[Town]:
    """The trial surface is all there is beside the frame."""
    templates: list[dict[str, Any]] = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [HERE / "templates"]
    with override_settings(
        ROOT_URLCONF="tests.frames.trial", TEMPLATES=templates, BANSHI_STAFF_FRAME="tests.frames.trial.FRAME"
    ):
        yield town


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def ways(text: str) -> list[tuple[str, bool]]:
    """The sidebar: address, and whether one is there."""
    side = text[text.index('id="side-ways"') : text.index("</nav>")]
    return [(href, "aria-current" in rest) for href, rest in re.findall(r'<a href="([^"]+)"([^>]*)>', side)]


def test_a_new_surface_wears_the_frame_alone(alone: Town):
    text = page(signed_in(alone.manager), "/review/town/")

    assert ways(text) == [("/review/town/", True)]
    assert re.findall(r"<p>(件 \d)</p>", text) == ["件 0", "件 1"]
    assert 'href="?page=2"' in text
    assert "/staff/me" in text
    assert "/staff/sign-out" in text
    assert re.findall(r'<link rel="stylesheet" href="/static/((?:staff|office)/[^"]*)"', text) == ["staff/staff.css"]


def test_the_switch_leads_to_the_same_page_of_another_hall(alone: Town):
    client = signed_in(staff_with("somebody", "city_admin", "all", "*"))

    assert ways(page(client, "/review/town/"))[:2] == [("/review/town/", True), ("/review/other/", False)]


def test_who_may_not_sees_neither_way_nor_page(alone: Town):
    assert signed_in(alone.clerk).get("/review/town/").status_code == 403


def test_my_account_wears_the_frame_that_the_settings_name(alone: Town):
    assert ways(page(signed_in(alone.manager), "/staff/me")) == [("/review/town/", False)]


def test_signing_in_and_out_needs_no_surface(alone: Town):
    client = Client()

    answer = client.post("/staff/sign-in", {"login": "manager", "password": "wrong"})

    assert (answer.status_code, reverse("staff:me")) == (422, "/staff/me")


def test_a_new_surface_knows_no_other(alone: Town):
    source = (HERE / "trial.py").read_text(encoding="utf-8")

    assert "banshi.surfaces" not in source
    assert len([line for line in source.splitlines() if line.strip()]) < 30


def test_no_page_calls_somebody_else_who(rf: Any) -> None:
    """`who` is whoever is signed in: a page that gave it to somebody else would lose their name and the way out."""
    with pytest.raises(ValueError, match="whoever is signed in"):
        Frame(first="hotline:home").page(rf.get("/"), "hotline/home.html", None, who="somebody else")
