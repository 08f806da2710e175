"""A part of the hall is closed: a desk shows what holds for its own place and work, and does what the rule allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.translations import compile_all
from banshi.rooms.calendars.models import Closure
from banshi.rooms.insight import queries as insight
from banshi.rooms.insight.rules import IDLE_LONG_S
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Floor, Zone
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.queries import line
from tests.rooms.tickets.conftest import open_town
from tests.town import CITIZEN, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
compile_all()
CALLS = 'data-key="Space"'


@pytest.fixture
def two_floors(town: Town) -> Iterator[Town]:
    """Window 01 on the ground floor; 02 on the second. Both serve everything; category B waits upstairs."""
    open_town(town)
    upper = Floor.objects.create(hall=town.hall, code="2", label_zh="2 楼", label_en="Floor 2", order=2)
    zone = Zone.objects.create(hall=town.hall, floor=upper, code="upper", name_zh="楼上", name_en="Upstairs")
    town.windows["02"].zone = zone
    town.windows["02"].save(update_fields=["zone"])
    town.categories["B"].zone = zone
    town.categories["B"].save(update_fields=["zone"])
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-02", staff_id=town.second_clerk.pk, now=TUESDAY_NINE)
    clock.set_clock(now=TUESDAY_NINE, speed=0)
    yield town
    clock.forget()


def shut(town: Town, **part: Any) -> None:
    Closure.objects.create(
        hall=town.hall, starts_at=TUESDAY_NINE - timedelta(hours=1), ends_at=TUESDAY_NINE + timedelta(hours=2),
        kind="closure", reason_zh="漏水", reason_en="Leak", made_by="staff:1", made_at=TUESDAY_NINE, **part,
    )  # fmt: skip


def desk(staff: Any) -> str:
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(staff)
    return client.get("/desk/").content.decode()


def said(page: str) -> tuple[bool, bool]:
    """Whether the closure is shown, and whether the main button calls."""
    return "漏水" in page, CALLS in page


def test_a_closed_floor_is_shown_on_that_floor_and_calls_nobody_there(two_floors: Town):
    shut(two_floors, floor=Floor.objects.get(code="2"))
    tickets.issue(
        tickets.Take(item_code="pension", person_id=None, channel="kiosk", by=CITIZEN),
        hall=two_floors.hall,
        now=TUESDAY_NINE,
    )

    below, above = desk(two_floors.clerk), desk(two_floors.second_clerk)

    assert (said(below), said(above)) == ((False, True), (True, False))
    assert ("暂停叫号" in above, "现在不叫号" in above) == (True, True)


def test_a_matter_that_is_not_served_is_shown_where_it_is_served(two_floors: Town):
    two_floors.windows["01"].windowcategory_set.filter(category=two_floors.categories["B"]).delete()
    shut(two_floors, category=two_floors.categories["B"])

    assert [said(desk(each)) for each in (two_floors.clerk, two_floors.second_clerk)] == [(False, True), (True, True)]


def test_a_whole_hall_that_is_closed_is_shown_everywhere(two_floors: Town):
    shut(two_floors)

    assert [said(desk(each)) for each in (two_floors.clerk, two_floors.second_clerk)] == [(True, False), (True, False)]


def test_nobody_is_passed_on_to_a_window_of_a_closed_floor(two_floors: Town):
    tickets.issue(
        tickets.Take(item_code="pension", person_id=None, channel="kiosk", by=CITIZEN),
        hall=two_floors.hall,
        now=TUESDAY_NINE,
    )
    tickets.call_next(window_code="town-01", staff_id=two_floors.clerk.pk, now=TUESDAY_NINE)
    offered = '<option value="town-02">' in desk(two_floors.clerk)
    shut(two_floors, floor=Floor.objects.get(code="2"))

    assert (offered, '<option value="town-02">' in desk(two_floors.clerk)) == (True, False)


def test_no_window_of_a_closed_floor_is_advised(two_floors: Town):
    for _ in range(3):
        tickets.issue(
            tickets.Take(item_code="pension", person_id=None, channel="kiosk", by=CITIZEN),
            hall=two_floors.hall,
            now=TUESDAY_NINE,
        )
    tickets.sign_out(staff_id=two_floors.clerk.pk, now=TUESDAY_NINE)
    later = TUESDAY_NINE + timedelta(seconds=max(IDLE_LONG_S, 3600))
    of_hall = places.categories_of(two_floors.hall)

    def advised(*zones: str) -> list[str]:
        shown = line(two_floors.hall.pk, later)
        found = insight.hints(line=shown, categories=of_hall, free=0, now=later, shut=zones)
        return [each.window for each in found]

    assert (advised(), advised("upper")) == (["town-02"], [])


def test_in_an_evacuation_nobody_is_put_back_taken_up_or_passed_by(two_floors: Town):
    ticket = tickets.issue(
        tickets.Take(item_code="pension", person_id=None, channel="kiosk", by=CITIZEN),
        hall=two_floors.hall,
        now=TUESDAY_NINE,
    )
    tickets.call_next(window_code="town-01", staff_id=two_floors.clerk.pk, now=TUESDAY_NINE)
    tickets.miss(ref=ticket.ref, staff_id=two_floors.clerk.pk, now=TUESDAY_NINE)
    before = desk(two_floors.clerk)
    shut(two_floors)
    Closure.objects.update(kind="evacuation")

    page = desk(two_floors.clerk)

    assert [f'data-key="{key}"' in before for key in "bF"] == [True, False]
    assert [f'data-key="{key}"' in page for key in ("b", "k", "l", "u", "x", "F9")] == [False] * 5 + [True]


def test_a_number_that_only_this_window_can_call_is_not_said_to_be_passed_by(two_floors: Town):
    ticket = tickets.issue(
        tickets.Take(item_code="pension", person_id=None, channel="kiosk", by=CITIZEN),
        hall=two_floors.hall,
        now=TUESDAY_NINE,
    )
    client = Client(headers={"accept-language": "zh-CN", "hx-request": "true"})
    client.force_login(two_floors.clerk)
    asked = {"ref": ticket.ref, "why": "去打印材料"}

    passed = client.post("/desk/do/skip", asked).content.decode()
    tickets.sign_out(staff_id=two_floors.second_clerk.pk, now=TUESDAY_NINE)
    stays = client.post("/desk/do/skip", asked).content.decode()

    said = f"现在没有别的窗口能叫 {ticket.number}"
    assert (said in passed, said in stays) == (False, True)


@pytest.mark.parametrize(("kind", "tone"), [("closure", "wait"), ("evacuation", "urgent")])
def test_whoever_books_on_behalf_reads_what_is_closed(two_floors: Town, kind: str, tone: str):
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(two_floors.manager)
    where = "/office/town/appointments/new"
    before = client.get(where).content.decode()
    shut(two_floors, floor=Floor.objects.get(code="2"))
    Closure.objects.update(kind=kind)

    pages = [client.get(f"{where}{query}").content.decode() for query in ("", "?item=pension")]

    assert "漏水" not in before
    assert [f'data-tone="{tone}"' in page.split("漏水")[0] for page in pages] == [True, True]
