"""A place that the waiting list keeps for somebody stands first where the office books for them, although its day is full."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.foundation.translations import compile_all
from banshi.rooms.booking.models import Appointment, Hold, Slot, Waiting
from tests.surfaces.office.editing import office, signed_in, slot_at, staff_with
from tests.surfaces.office.test_guide import HERE, booked, number_of
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
compile_all()
__all__ = ["office"]
NEW = "/office/town/appointments/new"


@pytest.fixture
def guide(office: Town) -> Any:  # noqa: F811
    yield signed_in(staff_with("guide", "guide"))
    clock.forget()


def kept(town: Town, person: int, *, starts: str = "2026-03-11 09:00", instead_of: Appointment | None = None) -> Slot:
    """A full period with a place kept until 9:30; its whole day is full."""
    slot = slot_at(town, starts)
    Slot.objects.filter(hall=town.hall, day=slot.day, business="cat:A").update(quota=1, taken=1)
    until = TUESDAY_NINE + timedelta(minutes=30)
    who = town.person(person)
    hold = Hold.objects.create(slot=slot, kind="offer", person=who, made_at=TUESDAY_NINE, expires_at=until)
    Waiting.objects.create(
        hall=town.hall, item=town.items["pension"], business=slot.business, day=slot.day, person=who, hold=hold,
        made_at=TUESDAY_NINE, state="offered", offers=1, appointment=instead_of,
    )  # fmt: skip
    return slot


def way(guide: Any, town: Town, person: int) -> str:
    """Where the guide's page leads for the place kept for this person."""
    page = guide.post(f"{HERE}find", {"q": number_of(town.person(person))}).content.decode()
    (found,) = re.findall(r'<a class="btn btn--primary" href="([^"]*)"', page)
    return unescape(found)


def listed(client: Any, address: str) -> list[int]:
    """The periods a page offers, in its order."""
    page = client.get(address).content.decode()
    return [int(each) for each in re.findall(r'class="time-choice" href="[^"]*slot=(\d+)', page)]


def test_the_list_the_guide_leads_to_shows_first_what_is_kept_for_this_person(guide: Any, office: Town) -> None:  # noqa: F811
    slot = kept(office, 3)
    step_three = way(guide, office, 3)
    other_times = unescape(re.findall(r'href="(\?item=[^"]*)"', guide.get(step_three).content.decode())[-1])

    page = guide.get(NEW + other_times).content.decode()

    assert listed(guide, NEW + other_times)[0] == slot.pk
    assert listed(guide, NEW + other_times).count(slot.pk) == 1
    assert ("候补给 TA 留的" in page, "留到 9:30" in page) == (True, True)
    assert slot.pk not in listed(guide, f"{NEW}?item=pension")


def test_it_is_listed_where_everything_else_is_full(guide: Any, office: Town) -> None:  # noqa: F811
    slot = kept(office, 3)
    Slot.objects.filter(hall=office.hall).update(quota=1, taken=1)
    query = way(guide, office, 3).partition("&person=")[2]

    page = guide.get(f"{NEW}?item=pension&person={query}").content.decode()

    assert (listed(guide, f"{NEW}?item=pension&person={query}"), "没有空" in page) == ([slot.pk], False)


def test_before_a_matter_is_chosen_it_stands_first_too(guide: Any, office: Town) -> None:  # noqa: F811
    slot = kept(office, 3)
    query = way(guide, office, 3).partition("&person=")[2]

    page = guide.get(f"{NEW}?person={query}").content.decode()

    assert page.index(f"slot={slot.pk}") < page.index("常办")


@pytest.mark.parametrize("who", ["another", "unsigned", "nobody"])
def test_it_is_shown_for_nobody_else(guide: Any, office: Town, who: str) -> None:  # noqa: F811
    slot = kept(office, 3)
    kept(office, 4, starts="2026-03-11 10:00")
    person, _, key = way(guide, office, 4).partition("&person=")[2].partition("&k=")
    query = {
        "another": f"&person={person}&k={key}",
        "unsigned": f"&person={office.person(3).pk}&k={key}",
        "nobody": "",
    }[who]

    assert slot.pk not in listed(guide, f"{NEW}?item=pension{query}")


def test_with_the_card_compared_it_is_booked_for_them(guide: Any, office: Town) -> None:  # noqa: F811
    slot = kept(office, 3)
    address = way(guide, office, 3)
    person = office.person(3)

    note = "核对过证件就能约下" in guide.get(address).content.decode()
    guide.post(
        address,
        {
            "name": person.name, "id_type": "resident_id", "id_number": number_of(person), "source": "staff",
            "why": "没有手机", "card_seen": "on",
        },
    )  # fmt: skip

    made = Appointment.objects.get(person=person)
    assert (note, made.slot_id, made.state) == (True, slot.pk, "booked")
    assert (Slot.objects.get(pk=slot.pk).taken, Waiting.objects.get().state) == (1, "taken")


def test_an_earlier_place_kept_for_a_booking_moves_it_and_is_no_second_one(guide: Any, office: Town) -> None:  # noqa: F811
    row = booked(office, "2026-03-13 09:00", person=3)
    slot = kept(office, 3, instead_of=row)

    address = way(guide, office, 3)
    page = guide.get(address).content.decode()
    guide.post(address, {"slot": slot.pk, "why": "本人在场"})

    assert address == f"/office/town/appointments/{row.code}/move"
    assert re.findall(r'name="slot" value="(\d+)"', page)[0] == str(slot.pk)
    row.refresh_from_db()
    assert (row.slot_id, Appointment.objects.count()) == (slot.pk, 1)
    assert (Slot.objects.get(pk=slot.pk).taken, Hold.objects.get().outcome, Waiting.objects.get().state) == (
        1, "used", "taken",
    )  # fmt: skip
    assert slot.day == date(2026, 3, 11)
