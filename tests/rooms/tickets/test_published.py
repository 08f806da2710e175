"""What a hall's promises were worth is published: of real ones, of days that are over, and only where there are enough."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Estimate, HallDay, Ticket
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.api.conftest import Calls, keys_of
from tests.town import CITIZEN, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
YESTERDAY = TUESDAY_NINE - timedelta(days=1)


def promised(town: Town, n: int, *, likely: int, at_most: int, actual: int | None) -> None:
    ticket = tickets.issue(tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=town.hall, now=YESTERDAY)
    if actual is None:
        Ticket.objects.filter(pk=ticket.pk).update(state="closed", closed_why="not_called")
    Estimate.objects.bulk_create(
        Estimate(
            ticket=ticket, hall=town.hall, day=YESTERDAY.date(), at=YESTERDAY, ahead=0, likely_s=likely,
            at_most_s=at_most, actual_s=actual,
        )
        for _ in range(n)
    )  # fmt: skip


@pytest.fixture
def told(town: Town) -> Town:
    """Yesterday: 90 promises that held, 30 that did not, 30 to people who went home uncalled."""
    open_town(town)
    promised(town, 90, likely=600, at_most=900, actual=500)
    promised(town, 30, likely=600, at_most=900, actual=1500)
    promised(town, 30, likely=600, at_most=900, actual=None)
    HallDay.objects.create(hall=town.hall, day=YESTERDAY.date(), closed_at=YESTERDAY + timedelta(hours=9))
    clock.set_clock(now=TUESDAY_NINE, speed=0)
    return town


def test_whoever_was_never_called_was_promised_in_vain(told: Town):
    found = queries.published(told.hall, TUESDAY_NINE)

    assert found is not None
    assert (found.n, found.at_most_held, found.likely_off) == (150, 0.6, pytest.approx(120 * 600 / 90_000 - 1))


def test_of_few_promises_nothing_is_said(town: Town):
    open_town(town)
    promised(town, 99, likely=600, at_most=900, actual=500)

    assert queries.published(town.hall, TUESDAY_NINE) is None


def test_today_is_not_over_and_does_not_count(told: Town):
    assert queries.published(told.hall, YESTERDAY) is None


def test_page_and_api_publish_the_same(told: Town):
    page = Client(headers={"accept-language": "en"}).get("/halls/town").content.decode()
    api = Calls(told, keys_of(told))("get", "/halls/town", "read").json()

    assert "150 numbers: “at most” held for 60%." in page
    assert "“About” was 20% too short on average." in page
    assert api["promises"] == {"n": 150, "at_most_held": 0.6, "likely_off": -0.2}


def test_a_hall_without_promises_publishes_none(town: Town):
    open_town(town)
    clock.set_clock(now=TUESDAY_NINE, speed=0)

    assert Calls(town, keys_of(town))("get", "/halls/town", "read").json()["promises"] is None
