"""Passing a number on: the panel's lists are as the hall is when it opens, not as it was when the number was called."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from banshi.kernel.actors import SYSTEM
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.tickets import actions as tickets
from tests.surfaces.desk.steps import HTMX, post, take
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


def options(page: str, of: str) -> list[str]:
    """The options of a list, as they stand in the page."""
    inside = page.split(f'<select id="{of}"')[1].split("</select>")[0]
    return re.findall(r"<option.*?</option>", inside)[1:]


@pytest.fixture
def called(clerk: Client, open_town: Town) -> Client:
    """A number is called to 01 while the lead is free at 02."""
    tickets.sign_in(window_code="town-02", staff_id=open_town.second_clerk.pk, now=TUESDAY_NINE)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    take(open_town, 1)
    post(clerk, "call")
    return clerk


def now(client: Client, of: str, language: str = "zh-CN") -> list[str]:
    page = client.get("/desk/aims", headers={**HTMX, "accept-language": language}).content.decode()
    return options(page, of)


def test_a_window_is_free_as_long_as_it_is(called: Client, open_town: Town):
    lead = open_town.second_clerk.pk
    free = (now(called, "t-window"), now(called, "t-window", "en"))
    later = take(open_town, 2)
    tickets.call_next(window_code="town-02", staff_id=lead, now=TUESDAY_NINE)
    busy = now(called, "t-window")
    tickets.miss(ref=later.ref, staff_id=lead, now=TUESDAY_NINE)
    tickets.pause(staff_id=lead, reason="午餐", now=TUESDAY_NINE)

    assert free == (
        ['<option value="town-02">02 · 空闲</option>'],
        ['<option value="town-02">02 · free</option>'],
    )
    assert (busy, now(called, "t-window")) == (['<option value="town-02">02</option>'], [])


def test_a_window_of_a_part_that_has_closed_is_gone_and_the_line_that_stands_still_cannot_be_chosen(
    called: Client, open_town: Town
):
    before = now(called, "t-category")
    calendars.close(
        hall=open_town.hall, starts_at=TUESDAY_NINE, ends_at=at("2026-03-10 11:00"), reason_zh="停水", reason_en="No water",
        by=SYSTEM, now=TUESDAY_NINE,
    )  # fmt: skip

    stopped = now(called, "t-category")

    assert now(called, "t-window") == []
    assert [" disabled" in each for each in before] == [False] * len(before)
    assert [" disabled" in each for each in stopped] == [True] * len(before)


@pytest.mark.parametrize("of", ["t-window", "t-category"])
def test_what_comes_when_it_opens_equals_the_fresh_page(called: Client, of: str):
    assert now(called, of) == options(called.get("/desk/").content.decode(), of) != []


def test_a_clerk_is_shown_the_windows_of_the_hall_they_work_in_alone(called: Client, open_town: Town):
    other = Client()
    other.force_login(open_town.other_halls_clerk)

    assert other.get("/desk/aims", headers=HTMX).headers["HX-Redirect"] == "/desk/"
