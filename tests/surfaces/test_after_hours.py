"""Closing time does not forget who is still in line: phone, slip, board and desk say the same until the line is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.test import Client
from django.utils import translation

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.foundation.translations import compile_all
from banshi.journeys.hall import close_hall_day
from banshi.journeys.hours.after_hours import AfterHours, after_hours
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Slot
from banshi.rooms.devices.ports import Slip
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.kiosk.place import Place
from banshi.surfaces.kiosk.slip import slip_of
from banshi.surfaces.screens.facts import facts_of
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import signed_in
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
compile_all()
STAYS = "17:00 已停止取号。窗口为已取号的人办到 18:00。"
SORRY = "抱歉，今天大概轮不到了：窗口只办到 18:00。"
FIRST = "明天 9:00"
VALID = "当天有效。过号了到取号机扫这个码，或到咨询台。"


@pytest.fixture
def evening(town: Town) -> Iterator[Town]:
    """One window, twelve people in line since half past four; the clock at 17:02."""
    open_town(town)
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    for _ in range(12):
        tickets.issue(
            tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=town.hall, now=at("2026-03-10 16:30")
        )
    go_to(at("2026-03-10 17:02"))
    yield town
    clock.forget()


def go_to(moment: datetime) -> None:
    clock.set_clock(now=moment, speed=0)


def number(place: int) -> str:
    return Ticket.objects.order_by("id")[place].ref


def phone(ref: str) -> str:
    return Client(headers={"accept-language": "zh-CN"}).get(f"/t/{ref}").content.decode()


def slip(ref: str) -> str:
    return (
        Client(headers={"accept-language": "zh-CN"}).get(f"/kiosk/town/slip/{ref}?k={rating_key(ref)}").content.decode()
    )


def printed(town: Town, ref: str) -> Slip:
    place = Place(town.hall, None, town.policy(), clock.now())
    with translation.override("zh-hans"):
        return slip_of(place, queries.ticket(ref, clock.now()))


def test_who_is_reached_hears_that_the_windows_stay_everywhere(evening: Town):
    first = number(0)
    with translation.override("zh-hans"):
        board = facts_of(evening.hall, now=clock.now())["message"]
    desk = signed_in(evening.clerk).get("/desk/").content.decode()

    assert [STAYS in said for said in (phone(first), slip(first), board, desk)] == [True] * 4
    assert "data-wait" in phone(first)


def test_board_and_kiosk_send_nobody_home_while_the_windows_stay(evening: Town):
    kiosk = Client(headers={"accept-language": "zh-CN"})

    during = facts_of(evening.hall, now=clock.now())["stays"], kiosk.get("/kiosk/town/").content.decode()
    go_to(at("2026-03-10 18:00"))
    then = facts_of(evening.hall, now=clock.now())["stays"], kiosk.get("/kiosk/town/").content.decode()

    assert (during[0], STAYS in during[1], "未开放" in during[1]) == (True, True, False)
    assert (then[0], STAYS in then[1], "未开放" in then[1]) == (False, False, True)


def test_who_is_not_reached_hears_it_with_the_first_time_and_no_wait(evening: Town):
    page, paper = phone(number(11)), slip(number(11))
    first = Slot.objects.filter(hall=evening.hall, business="cat:A", day="2026-03-11").order_by("starts_at")[0]

    assert (SORRY in page, f"预约{FIRST}" in page, "data-wait" in page) == (True, True, False)
    assert f'href="/book/pension/{first.pk}/"' in page
    assert (SORRY in paper, f"最早可约：{FIRST}" in paper) == (True, True)


def test_the_paper_says_it_too_and_only_who_is_reached_reads_a_wait(evening: Town):
    reached, unreached = printed(evening, number(0)), printed(evening, number(11))

    assert (reached.foot, unreached.foot) == ((STAYS, VALID), (SORRY, VALID))
    assert ("预计等候" in dict(reached.lines), "预计等候" in dict(unreached.lines)) == (True, False)
    assert "今天大概轮不到" not in dict(unreached.lines)  # said once, with the later hour


def test_with_nobody_at_work_any_more_nobody_is_reached(evening: Town):
    tickets.sign_out(staff_id=evening.clerk.pk, now=clock.now())
    go_to(at("2026-03-10 17:40"))

    assert (SORRY in phone(number(0)), "暂时估不出" in phone(number(0))) == (True, False)


def test_once_the_line_is_closed_the_page_apologises_and_offers_the_first_time(evening: Town):
    go_to(at("2026-03-10 18:00"))
    close_hall_day.close_due(now=clock.now())
    go_to(at("2026-03-10 20:00"))

    page = phone(number(0))

    assert ("抱歉，今天没有轮到" in page, f"预约{FIRST}" in page) == (True, True)
    assert "抱歉，今天没有轮到" in slip(number(0))


def test_days_later_the_apology_is_about_that_day(evening: Town):
    go_to(at("2026-03-10 18:00"))
    close_hall_day.close_due(now=clock.now())
    go_to(at("2026-03-13 10:00"))

    said = [phone(number(0)), slip(number(0))]

    assert [("抱歉，3月10日 周二没有轮到" in each, "今天没有轮到" in each) for each in said] == [(True, False)] * 2


def test_a_number_given_up_gets_no_apology(evening: Town):
    Ticket.objects.filter(ref=number(0)).update(state="left")

    assert "抱歉" not in phone(number(0))


@pytest.mark.parametrize(
    ("moment", "said"),
    [("16:59", None), ("17:00", "18:00"), ("17:59", "18:00"), ("18:00", None)],
)
def test_it_is_after_hours_from_closing_time_until_the_line_is_closed(town: Town, moment: str, said: str | None):
    open_town(town)

    found = after_hours(town.hall, at(f"2026-03-10 {moment}"))

    assert (found and f"{found.until:%H:%M}") == said


def test_a_pause_at_noon_is_no_closing_time(town: Town):
    open_town(town, hours="13:00-17:00")

    assert after_hours(town.hall, at("2026-03-10 12:30")) is None


def test_the_last_one_reached_is_called_before_the_line_closes():
    hours = AfterHours(at("2026-03-10 17:00"), at("2026-03-10 18:00"))
    now = at("2026-03-10 17:30")

    assert [hours.reaches(likely_s=s, now=now) for s in (1799, 1800, None)] == [True, False, False]


def test_a_number_of_a_category_leads_to_choosing_one_of_its_matters(evening: Town):
    taken = tickets.issue(
        tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=evening.hall, now=at("2026-03-10 16:40")
    )
    go_to(at("2026-03-10 18:00"))
    close_hall_day.close_due(now=clock.now())

    page = phone(taken.ref)
    choosing = "/items/?hall=town&amp;category=A"
    listed = Client(headers={"accept-language": "zh-CN"}).get("/items/?hall=town&category=A").content.decode()

    assert (f'href="{choosing}"' in page, f"选事项预约，最早{FIRST}" in page, "/book/pension/" in page) == (
        True,
        True,
        False,
    )
    assert ("/book/pension/?hall=town" in listed, "/book/id-card/" in listed) == (True, False)


def test_the_halls_page_says_until_when_the_windows_stay(evening: Town):
    page = Client(headers={"accept-language": "zh-CN"}).get("/halls/town").content.decode()

    assert page.count(STAYS) == 1
