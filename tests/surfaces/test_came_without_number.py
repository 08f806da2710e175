"""A matter whose period went by while its person was in the hall for another: no number, no line, no no-show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from banshi.foundation import clock
from banshi.foundation.crypto import link_key
from banshi.foundation.translations import compile_all
from banshi.kernel.numbers import check_character
from banshi.rooms.booking.models import Appointment
from banshi.surfaces.api.appointment_parts import appointment_part
from tests.journeys.visit.test_booked_and_walk_in import booked, minutes, sweep, take
from tests.rooms.tickets.conftest import open_town
from tests.town import Town

pytestmark = pytest.mark.django_db
compile_all()
SAID = "没取号；来过大厅，不计失约。"


@pytest.fixture
def swept(town: Town) -> Iterator[Appointment]:
    open_town(town)
    row = booked(town)
    row.code = "C0AAA" + check_character("C0AAA")
    row.save(update_fields=["code"])
    take(town, "B", now=minutes(50))
    sweep(minutes(61))
    row.refresh_from_db()
    yield row
    clock.forget()


def page(row: Appointment, after: int) -> str:
    clock.set_clock(now=minutes(after), speed=0)
    asked = Client(headers={"accept-language": "zh-CN"}).get(f"/a/{row.code}?k={link_key(row.code)}")
    return asked.content.decode()


def test_the_page_says_so_and_what_can_be_done_now(swept: Appointment):
    during, evening = page(swept, 65), page(swept, 8 * 60 + 2)

    assert (SAID in during, "到大厅重新取号" in during, "正在排队" in during) == (True, True, False)
    assert (SAID in evening, "到大厅重新取号" in evening, "/book/pension/?hall=town" in evening) == (True, False, True)


def test_the_api_says_so_too(swept: Appointment):
    part = appointment_part(swept)

    assert (part["status"], part["without_number"]) == ("checked_in", True)


def test_a_number_taken_is_said_as_ever(town: Town):
    open_town(town)
    row = booked(town)
    take(town, "A", now=minutes(5))
    row.refresh_from_db()

    assert (row.state, appointment_part(row)["without_number"]) == ("checked_in", False)


def test_the_office_says_so_where_it_lists_and_finds(swept: Appointment, town: Town):
    staff = Client(headers={"accept-language": "zh-CN"})
    staff.force_login(town.manager)
    clock.set_clock(now=minutes(65), speed=0)
    day = f"/office/town/appointments/?day={swept.day}"
    pages = [day, f"{day}&state=no_number", f"{day}&state=checked_in", f"/office/town/appointments/{swept.code}/"]

    said = [staff.get(path).content.decode() for path in pages]
    found = staff.post(
        reverse("office:appointment_find", kwargs={"hall": "town"}), {"q": town.person(30).id_number}
    ).content.decode()

    tags = [("没取号</span>" in each, "已签到</span>" in each, swept.code in each) for each in [*said, found]]
    assert tags == [(True, False, True), (True, False, True), (False, False, False), *[(True, False, True)] * 2]
