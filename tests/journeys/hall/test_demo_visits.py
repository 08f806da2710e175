"""A demo has home visits of generated people, two of them planned for who goes."""

from __future__ import annotations

from banshi.journeys.hall import demo_visits
from banshi.rooms.homevisits import queries
from banshi.rooms.homevisits.models import Visit
from tests.rooms.homevisits.conftest import Visits
from tests.town import TUESDAY_NINE, Town


def test_people_and_a_project_wait_and_two_are_planned(town: Town):
    Visits(town)

    demo_visits.sow(town.hall, [town.clerk], now=TUESDAY_NINE)

    states = [(visit.kind, visit.state) for visit in Visit.objects.order_by("id")]
    assert states == [("home", "planned")] * 2 + [("home", "asked")] * 2 + [("project", "asked")]
    assert [visit.state for visit in queries.of_goer(town.clerk.pk, "town")] == ["planned", "planned"]


def test_a_hall_that_does_nothing_at_home_has_none(town: Town):
    demo_visits.sow(town.hall, [town.clerk], now=TUESDAY_NINE)

    assert Visit.objects.count() == 0
