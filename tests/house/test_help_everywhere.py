"""A call for help from a window is seen on every page of the office; the pages are taken from the addresses."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.identity.rules import ROLES
from banshi.rooms.tickets import actions as tickets
from tests.house.test_permissions import VIEWS, address, rows  # noqa: F401 – a fixture
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
FETCHED = re.compile(r'<div id="help"[^>]* hx-get="([^"]+)" hx-trigger="load"')
CALLED = re.compile(r'role="alert">(?:(?!role=).)*?02 号窗口求助', re.S)
PAPER = {
    "homevisits:sheet",
    "office:paper_sheet",
    "office:day_sheet",
    "review:folder_label",
    "review:folder_receipt",
    "review:folder_slip",
}  # to be printed, nothing on them moves
ROLE = "city_admin"  # sees every page of the office, and those of several halls


def pages(client: Client, rows: dict[str, Any]) -> dict[str, str]:  # noqa: F811
    """Every whole page of the office, by the name of its address."""
    found = {}
    for name, view in VIEWS.items():
        if name not in PAPER and view.callback.permission in ROLES[ROLE]:
            answer = client.get(address(name, rows))
            if answer.status_code == 200 and answer.content.lstrip()[:9].lower() == b"<!doctype":
                found[name] = answer.content.decode()
    return found


def test_every_page_of_the_office_shows_a_call_for_help(rows: Any, office: Any) -> None:  # noqa: F811
    tickets.sign_in(window_code="town-02", staff_id=office.clerk.pk, now=TUESDAY_NINE)
    tickets.emergency(staff_id=office.clerk.pk, now=TUESDAY_NINE)
    client = signed_in(staff_with("somebody", ROLE, "all", "*"))

    seen = pages(client, rows)
    fetched = {where for page in seen.values() for where in FETCHED.findall(page)}
    bars = {where: client.get(where).content.decode() for where in fetched}

    silent = [
        name
        for name, page in seen.items()
        if len(CALLED.findall(page + "".join(bars[where] for where in FETCHED.findall(page)))) != 1
    ]
    assert (len(seen) > 45, silent) == (True, [])
    assert fetched == {"/office/help", "/office/town/help"}
