"""What the guide is shown is what can be done now: no button that only refuses, and the next chance where there is none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.foundation.translations import compile_all
from banshi.journeys.hours import close_line
from banshi.rooms.booking.models import Hold, Slot, Waiting
from banshi.rooms.calendars.models import Closure
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.office.editing import office, signed_in, slot_at, staff_with
from tests.surfaces.office.test_guide import HERE, booked, number_of, take
from tests.town import CLERK, TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
compile_all()
__all__ = ["office"]


@pytest.fixture
def guide(office: Any) -> Any:  # noqa: F811
    yield signed_in(staff_with("guide", "guide"))
    clock.forget()


def find(guide: Any, q: str) -> str:
    return str(guide.post(f"{HERE}find", {"q": q}).content.decode())


def evening(town: Any) -> None:
    now = at("2026-03-10 18:30")
    clock.set_clock(now=now, speed=0)
    tickets.close_day(hall=town.hall, day=date(2026, 3, 10), by=CLERK, now=now)


def test_too_early_a_walk_in_number_is_offered_and_uses_the_booking(guide, office):  # noqa: F811
    appointment = booked(office, "2026-03-10 11:00", person=1)
    person = office.person(1)

    page = find(guide, number_of(person))
    key = guide.post(f"{HERE}find", {"q": number_of(person)}).context["found"][0].key
    guide.post(f"{HERE}give", {"item": "pension", "person": person.pk, "k": key})

    assert ("10:45 起可以签到" in page, "现在给现场号" in page, "签到取号" in page) == (True, True, False)
    appointment.refresh_from_db()
    assert (appointment.state, Ticket.objects.get().kind) == ("checked_in", "walk_in")


def test_where_no_walk_ins_are_taken_none_is_offered(guide, office):  # noqa: F811
    office.policy(tickets={"walk_ins": False})
    booked(office, "2026-03-10 11:00", person=1)

    assert "现在给现场号" not in find(guide, number_of(office.person(1)))


def test_at_its_time_a_booking_is_checked_in(guide, office):  # noqa: F811
    booked(office, "2026-03-10 09:00", person=1)

    page = find(guide, number_of(office.person(1)))

    assert ("签到取号" in page, "起可以签到" in page) == (True, False)


def test_after_closing_one_card_says_sorry_and_the_first_time_that_can_be_booked(guide, office):  # noqa: F811
    booked(office, "2026-03-10 15:00", person=1)
    number = take(office, office.person(1), category="B")
    evening(office)

    page = find(guide, number.number)

    assert (page.count("<h2>"), "未登记姓名的号" in page) == (1 + page.count("给号</h2>"), False)
    assert ("抱歉，今天没能办上。" in page, "签到取号" in page, "补打凭条" in page) == (True, False, False)
    assert "最早可约：明天 9:00" in page


def test_an_evacuated_hall_says_so_on_the_guides_page_and_gives_nothing(guide, office):  # noqa: F811
    take(office, office.person(1))
    booked(office, "2026-03-10 09:00", person=1)
    closure = Closure.objects.create(
        hall=office.hall, starts_at=TUESDAY_NINE, ends_at=at("2026-03-10 23:59"), reason_zh="火警", reason_en="Fire",
        made_by="staff:1", made_at=TUESDAY_NINE, kind="evacuation",
    )  # fmt: skip
    close_line.begin(closure=closure, now=TUESDAY_NINE)

    start, found = guide.get(HERE).content.decode(), find(guide, number_of(office.person(1)))

    for page in (start, found):
        assert "疏散：离开大厅，听现场工作人员指引。" in page
        assert [word for word in ("签到取号", ">给号<", "补号") if word in page] == []
    assert "暂停叫号" in found


def test_a_number_on_its_way_from_another_hall_says_where_it_comes_from(guide, office):  # noqa: F811
    number = take(office, office.person(1))
    before = take(office, office.person(2))
    Ticket.objects.filter(pk=before.pk).update(hall=office.other_hall, state="redirected", number="C009")
    Ticket.objects.filter(pk=number.pk).update(state="parked", came_from=before.pk, waits_from=None)

    assert "从邻镇大厅转来，还没到。" in find(guide, number.number)


def test_a_place_that_is_kept_for_them_is_found_and_can_be_booked(guide, office):  # noqa: F811
    slot = slot_at(office, "2026-03-11 09:00")
    Slot.objects.filter(pk=slot.pk).update(quota=1, taken=1)
    person = office.person(3)
    hold = Hold.objects.create(
        slot=slot, kind="offer", person=person, made_at=TUESDAY_NINE, expires_at=TUESDAY_NINE + timedelta(minutes=30)
    )
    Waiting.objects.create(
        hall=office.hall, item=office.items["pension"], business=slot.business, day=date(2026, 3, 11), person=person,
        made_at=TUESDAY_NINE, state="offered", hold=hold, offers=1,
    )  # fmt: skip

    page = find(guide, number_of(person))

    assert ("留到 9:30" in page, "今天在本大厅没有号" in page) == (True, False)
    assert f"item=pension&amp;slot={slot.pk}" in page
    later = at("2026-03-10 09:31")
    clock.set_clock(now=later, speed=0)
    assert "候补到了位子" not in find(guide, number_of(person))
