"""Whom a change of rules touches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.hall.rule_effects import effects
from banshi.kernel.policy import HallPolicy
from banshi.rooms.booking.models import Waiting
from banshi.rooms.catalogue.models import Item
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Miss, Ticket
from tests.surfaces.office.editing import booked, office  # noqa: F401 – a fixture
from tests.town import CITIZEN, TUESDAY_NINE, Town


@pytest.fixture
def busy(office: Town) -> Town:  # noqa: F811
    """Two appointments, a waiting number in the elderly lane, a plain one, a missed one, one on the waiting list."""
    row = booked(office, "2026-03-11 09:00")
    booked(office, "2026-03-11 10:00", person=1)
    for _ in range(3):
        tickets.issue(tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=office.hall, now=TUESDAY_NINE)
    first, _plain, missed = Ticket.objects.order_by("id")
    Ticket.objects.filter(pk=first.pk).update(lane="elderly")
    Ticket.objects.filter(pk=missed.pk).update(state="missed")
    Miss.objects.create(
        ticket=missed, hall=office.hall, window=office.windows["01"], at=TUESDAY_NINE, by="staff:1", back_within=120,
        back_way="reissue",
    )  # fmt: skip
    Waiting.objects.create(
        hall=office.hall, item=Item.objects.get(code="pension"), business="cat:A", day=row.day, person=row.person,
        made_at=TUESDAY_NINE,
    )  # fmt: skip
    return office


def change(section: str, **values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document[section].update(values)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (change("booking", come_early=20), [("coming", 2)]),
        (change("tickets", check_in_grace=25), [("coming", 2)]),
        (change("messages", reminder_gap=77), [("reminded", 2)]),
        (change("booking", waiting_list=False), [("list", 1)]),
        (change("tickets", booked_first=False), [("line", 2)]),
        (change("tickets", priority_lanes=["disabled"]), [("lane", 1)]),
        (change("tickets", missed="behind_all"), [("missed", 1)]),
        (change("tickets", missed="reissue"), [("missed", 1)]),
        (change("tickets", reissue_within=10), [("missed", 1)]),
        (change("tickets", reissue_limit=0), [("missed", 1)]),
        (change("tickets", reissue_within=180), [("longer", 1)]),
        (change("tickets", reissue_within=180, missed="reissue"), [("longer", 1)]),
        (change("messages", ahead=9), [("told", 2)]),
        (change("tickets", daily_limit=3), [("full", 3)]),
        (change("tickets", daily_limit=4), []),
        (change("tickets", daily_limits={"A": 3}), [("full", 3)]),
        (change("screens", chime=False), []),
        (change("rating", within_days=2), []),
    ],
)
def test_an_effect_counts_the_people_it_touches(busy: Town, changed: Callable[[Any], None], found: list[Any]):
    document = HallPolicy().model_dump(mode="json")
    document["booking"]["waiting_list"] = True
    document["tickets"] |= {"missed": None, "booked_first": True}
    del document["tickets"]["missed"]
    old = HallPolicy.model_validate(document)
    new = old.model_dump(mode="json")
    changed(new)

    effect = effects(hall=busy.hall, old=old, new=HallPolicy.model_validate(new), now=TUESDAY_NINE)

    same = old.model_dump(mode="json") == new
    assert [(each.slug, each.n) for each in effect] == ([] if same else found)


def test_a_list_that_ends_tells_who_waits_and_lets_what_is_offered_stand(busy: Town):
    one = Waiting.objects.get()
    offered = Waiting.objects.create(
        hall=busy.hall, item=one.item, business="cat:A", day=one.day, person=busy.person(3), made_at=TUESDAY_NINE,
        state="offered",
    )  # fmt: skip
    new = HallPolicy.model_validate({"booking": {"waiting_list": False}})

    at_once = effects(hall=busy.hall, old=HallPolicy(), new=new, now=TUESDAY_NINE)
    later = effects(hall=busy.hall, old=HallPolicy(), new=new, now=TUESDAY_NINE + timedelta(days=3))

    assert offered.day == one.day
    assert [(each.slug, each.n) for each in at_once] == [("list", 1), ("offered", 1)]
    assert later == []


def test_whoever_has_more_than_the_new_limit_is_counted(office: Town):  # noqa: F811
    booked(office, "2026-03-11 09:00")
    booked(office, "2026-03-12 09:00")
    booked(office, "2026-03-12 10:00", person=1)
    new = HallPolicy.model_validate({"booking": {"live_limit": 1}})

    effect = effects(hall=office.hall, old=HallPolicy(), new=new, now=TUESDAY_NINE)

    assert [(each.slug, each.n) for each in effect] == [("above", 1)]
