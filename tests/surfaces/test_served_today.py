"""A number that will probably not be served today says so, in the same words, wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.foundation.translations import compile_all
from banshi.journeys.visit.watch import moving_part
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Slot
from banshi.rooms.devices.models import Device
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.kiosk.place import Place
from banshi.surfaces.kiosk.slip import slip_of
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.api.conftest import Calls, keys_of
from tests.surfaces.office.editing import signed_in, staff_with
from tests.town import CITIZEN, CN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
compile_all()
WORDS = "今天大概轮不到了：18:00 停止办理。预约更稳妥。"


@pytest.fixture
def late(town: Town) -> Iterator[Town]:
    """Half past four, one window, twenty people in line: who is in line at five is served until six."""
    open_town(town)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    for _ in range(20):
        given(town, "2026-03-10 16:00")
    clock.set_clock(now=at("2026-03-10 16:30"), speed=0)
    yield town
    clock.forget()


def given(town: Town, moment: str) -> Ticket:
    return tickets.issue(tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=town.hall, now=at(moment))


def asked(town: Town) -> dict[str, Any]:
    calls = Calls(town, keys_of(town))
    answer = calls("post", "/halls/town/tickets", "kiosk", {"item": "pension"})
    assert answer.status_code == 201
    return {**answer.json(), "again": calls("get", f"/tickets/{answer.json()['id']}", "kiosk").json()}


def test_the_answer_to_taking_it_says_so_and_when_service_ends(late: Town):
    made = asked(late)

    assert (made["served_today"], made["service_ends_at"]) == (False, "2026-03-10T18:00:00+08:00")
    assert (made["again"]["served_today"], made["again"]["service_ends_at"]) == (False, "2026-03-10T18:00:00+08:00")


def test_who_is_served_after_numbers_end_is_not_sent_home(town: Town):
    open_town(town)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    for _ in range(3):
        given(town, "2026-03-10 16:30")

    mine = given(town, "2026-03-10 16:45")

    told = queries.given(mine)
    called_at = at("2026-03-10 16:45") + timedelta(seconds=told.likely_s or 0)
    assert at("2026-03-10 17:00") < called_at < at("2026-03-10 18:00")
    assert told.served_today is True


def test_a_number_that_will_be_served_says_that(late: Town):
    assert queries.given(given(late, "2026-03-10 09:30")).served_today is True


def test_a_hall_that_does_not_say_it_leaves_it_open(late: Town):
    late.policy(tickets={"last_number": "off"})

    assert asked(late)["served_today"] is None


def test_the_phone_offers_the_first_place_tomorrow_in_one_tap_and_the_slip_names_it(late: Town):
    booking.materialise(hall=late.hall, now=clock.now())
    ref = asked(late)["id"]
    browser = Client(headers={"accept-language": "zh-CN"})
    first = Slot.objects.filter(hall=late.hall, business="cat:A", day="2026-03-11").order_by("starts_at")[0]

    phone = browser.get(f"/t/{ref}").content.decode()
    slip = browser.get(f"/kiosk/town/slip/{ref}?k={rating_key(ref)}").content.decode()

    assert f'href="/book/pension/{first.pk}/"' in phone
    assert "预约明天 9:00" in phone
    assert "明天 9:00" in slip


def test_kiosk_paper_phone_and_guide_say_the_same(late: Town):
    ref = asked(late)["id"]
    browser = Client(headers={"accept-language": "zh-CN"})
    guide = signed_in(staff_with("guide", "guide"))
    machine = Device.objects.create(hall=late.hall, code="town-kiosk-1", kind="kiosk", name="一号机")
    place = Place(late.hall, machine, late.policy(), clock.now())
    number = Ticket.objects.get(ref=ref).number

    pages = [
        browser.get("/kiosk/town/confirm?item=pension"),
        browser.get(f"/kiosk/town/slip/{ref}?k={rating_key(ref)}"),
        browser.get(f"/t/{ref}"),
        guide.get("/office/town/guide/", {"number": number}),
    ]
    with translation.override("zh-hans"):
        paper = slip_of(place, queries.ticket(ref, clock.now()))

    assert [WORDS in page.content.decode() for page in pages] == [True] * 4
    assert ("今天大概轮不到", "18:00 停止办理") in paper.lines
    assert "今天大概轮不到" in browser.get("/kiosk/town/walk-in").content.decode()


def test_the_phone_hears_when_it_changes(late: Town):
    ref = asked(late)["id"]
    line = queries.line(late.hall.pk, clock.now())

    mine = next(t for t in line.tickets if t.ref == ref)
    assert moving_part(mine, CN)["served_today"] is False
