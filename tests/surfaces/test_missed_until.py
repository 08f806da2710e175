"""A missed number says before when it may be put back, by the hall's clock; afterwards what can still be done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.crypto import encrypt, rating_key
from banshi.foundation.translations import compile_all
from banshi.journeys.visit.watch import ticket_part
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.citizen.numbers_now import number_now
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import signed_in
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
compile_all()
DAY = "2026-03-10"
NOT_ANY_MORE = "这个号不能再补了。"


@pytest.fixture
def morning(town: Town) -> Iterator[Town]:
    """Called and missed at 9:12, in a hall that puts numbers back within 120 minutes without queueing."""
    open_town(town)
    town.policy(tickets={"missed": "reissue", "reissue_within": 120})
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    tickets.issue(tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=town.hall, now=TUESDAY_NINE)
    one = tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    assert one is not None
    tickets.miss(ref=one.ref, staff_id=town.clerk.pk, now=at(f"{DAY} 09:12"))
    yield town
    clock.forget()


def go_to(time: str) -> None:
    clock.set_clock(now=at(f"{DAY} {time}"), speed=0)


def ref() -> str:
    return Ticket.objects.get().ref


def page(path: str) -> str:
    return Client(headers={"accept-language": "zh-CN"}).get(path).content.decode()


def phone() -> str:
    return page(f"/t/{ref()}?k={rating_key(ref())}")


def slip() -> str:
    return page(f"/kiosk/town/slip/{ref()}?k={rating_key(ref())}")


def desk(town: Town) -> str:
    return signed_in(town.clerk).get("/desk/").content.decode()


def test_until_then_phone_slip_and_desk_say_the_same_time(morning: Town):
    go_to("11:11")

    said = (phone(), slip(), desk(morning))

    assert "11:12 前到取号机扫这个码补号，或找导办，不用重新排队。" in said[0]
    assert 'data-turns="60"' in said[0]
    assert ("11:12 前可以补号，不用重新排队。" in said[1], f"{ref()}/back" in said[1]) == (True, True)
    assert ("11:12 前" in said[2], f"here-{ref()}" in said[2]) == (True, True)


def test_from_that_minute_nothing_is_promised_and_a_new_number_is_offered(morning: Town):
    go_to("11:12")

    said = (phone(), slip(), desk(morning))

    assert (NOT_ANY_MORE in said[0], "到大厅重新取号" in said[0], "扫这个码补号" in said[0]) == (True, True, False)
    assert (NOT_ANY_MORE in said[1], f"{ref()}/back" in said[1], "/kiosk/town/walk-in" in said[1]) == (
        True,
        False,
        True,
    )
    assert ("重新取号" in said[2], f"here-{ref()}" in said[2]) == (True, False)


def test_once_numbers_have_stopped_the_first_place_is_offered(morning: Town):
    go_to("17:02")

    said = (phone(), slip())

    assert (NOT_ANY_MORE in said[0], "明天 9:00" in said[0], "重新取号" in said[0]) == (True, True, False)
    assert (NOT_ANY_MORE in said[1], "明天 9:00" in said[1], "取一个现场号" in said[1]) == (True, True, False)


def test_a_number_that_came_back_often_enough_is_promised_nothing(morning: Town):
    morning.policy(tickets={"missed": "reissue", "reissue_limit": 1})
    tickets.reinstate(ref=ref(), by=CITIZEN, now=at(f"{DAY} 09:13"))
    tickets.call_next(window_code="town-01", staff_id=morning.clerk.pk, now=at(f"{DAY} 09:14"))
    tickets.miss(ref=ref(), staff_id=morning.clerk.pk, now=at(f"{DAY} 09:15"))

    assert queries.ticket(ref(), at(f"{DAY} 09:16")).back_until is None


def test_nobody_is_promised_to_come_back_after_the_windows_have_stopped(morning: Town):
    late = tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=morning.hall, now=at(f"{DAY} 16:55")
    )
    called = tickets.call_next(window_code="town-01", staff_id=morning.clerk.pk, now=at(f"{DAY} 17:01"))
    assert called is not None
    Ticket.objects.filter(pk=late.pk).update(notify_to=encrypt("13800000000", place=TO_PLACE))

    tickets.miss(ref=late.ref, staff_id=morning.clerk.pk, now=at(f"{DAY} 17:01"))

    until = queries.ticket(late.ref, at(f"{DAY} 17:02")).back_until
    told = Message.objects.get(key="missed", subject=f"ticket:{late.ref}").params["advice_zh"]
    with pytest.raises(Refused) as no:
        tickets.reinstate(ref=late.ref, by=CITIZEN, now=at(f"{DAY} 18:00"))
    assert (until, told) == (at(f"{DAY} 18:00"), "18:00 前补号，不用重新排队。")
    assert (no.value.slug, no.value.facts["closes"]) == ("too-late", at(f"{DAY} 18:00"))


# --- while its line is closed ------------------------------------------------------------------------------------

STANDS = "号已过，还能补；恢复前不计时。"


def shut(town: Town, since: str, until: str) -> None:
    Closure.objects.create(
        hall=town.hall, category=town.categories["A"], starts_at=at(f"{DAY} {since}"), ends_at=at(f"{DAY} {until}"),
        reason_zh="停电", reason_en="Power cut", made_by="system", made_at=at(f"{DAY} {since}"),
    )  # fmt: skip


def guide(town: Town) -> str:
    answer = signed_in(town.manager).post("/office/town/guide/find", {"q": Ticket.objects.get().number})
    return answer.content.decode()


@pytest.mark.parametrize(("now", "turns"), [("10:12", 5 * 3600 + 18 * 60), ("11:30", 4 * 3600)])
def test_while_its_line_is_closed_nobody_is_told_a_moment_that_moves_on(morning: Town, now: str, turns: int):
    """One hour of the two was over when it closed; from the very moment of the closing no time runs."""
    shut(morning, "10:12", "15:30")
    go_to(now)

    said = (phone(), slip(), guide(morning))
    at_desk = desk(morning)

    assert [each.count(STANDS) for each in said] == [1, 1, 1]
    assert ["15:30" in each for each in said[:2]] == [True, True]
    assert ("停止叫号，不计时" in at_desk, f"here-{ref()}" in at_desk) == (True, True)
    assert not [each for each in (*said, at_desk) if re.search(r"\d?\d:\d\d 前", each)]
    assert f'data-turns="{turns}"' in said[0]


def test_once_its_line_goes_on_what_is_left_is_told(morning: Town):
    shut(morning, "10:12", "15:30")
    go_to("15:30")

    said = (phone(), slip(), guide(morning), desk(morning))

    assert ["16:30 前" in each for each in said] == [True] * 4
    assert [each for each in said if "不计时" in each] == []


def test_a_small_line_about_the_number_says_no_moment_either(morning: Town):
    shut(morning, "10:12", "15:30")

    during, after = (number_now(ref(), at(f"{DAY} {time}")) for time in ("11:30", "15:30"))

    assert during is not None
    assert after is not None
    words = [
        render_to_string("citizen/_number_now.html", {"number": each, "language": "zh-hans"})
        for each in (during, after)
    ]
    assert [(STANDS in each, "16:30" in each) for each in words] == [(True, False), (False, True)]


def test_who_is_missed_in_a_closed_line_is_promised_no_moment_by_message(morning: Town):
    shut(morning, "09:13", "15:30")
    other = tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=morning.hall, now=at(f"{DAY} 09:12")
    )
    tickets.call_next(window_code="town-01", staff_id=morning.clerk.pk, now=at(f"{DAY} 09:12"))
    Ticket.objects.filter(pk=other.pk).update(notify_to=encrypt("13800000000", place=TO_PLACE))

    tickets.miss(ref=other.ref, staff_id=morning.clerk.pk, now=at(f"{DAY} 09:14"))

    told = Message.objects.get(key="missed", subject=f"ticket:{other.ref}").params["advice_zh"]
    assert told == "这个号还能补，恢复叫号前不计时。"


def test_the_api_says_that_the_moment_moves_on(morning: Town):
    shut(morning, "10:12", "15:30")
    zone = ZoneInfo("Asia/Shanghai")

    seen = [ticket_part(queries.ticket(ref(), at(f"{DAY} {time}")), zone) for time in ("11:30", "12:00", "15:30")]

    assert [each["back_stands"] for each in seen] == [True, True, False]
    assert [each["back_until"][11:16] for each in seen] == ["12:30", "13:00", "16:30"]
