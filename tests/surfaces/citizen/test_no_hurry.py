"""Large type promises that nothing is in a hurry: places stay kept, no countdown runs, codes last."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from banshi.foundation import clock
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Hold
from banshi.rooms.identity.models import SignInCode
from banshi.rooms.messaging.models import Message
from tests.surfaces.citizen.conftest import Phone, stop_the_clock, text
from tests.town import TUESDAY_NINE, Town


@pytest.fixture
def elder(mine: Phone) -> Phone:
    mine.client.cookies["elder"] = "1"
    return mine


def take(phone: Phone, town: Town) -> str:
    slot = town.slot(quota=1)
    phone.post("/book/pension/take", slot=str(slot.pk))
    return f"/book/pension/{slot.pk}/"


def test_the_place_stays_kept_as_long_as_the_page_is_open(elder: Phone, open_town: Town):
    page = take(elder, open_town)

    for minutes in range(5, 50, 5):  # the page asks every few seconds
        stop_the_clock(TUESDAY_NINE + timedelta(minutes=minutes))
        part = text(elder.part(f"{page}kept"))

    assert "位子就一直留着" in part
    assert Hold.objects.get(ended_at=None).expires_at == TUESDAY_NINE + timedelta(minutes=55)


def test_no_countdown_runs_in_large_type(elder: Phone, open_town: Town):
    page = take(elder, open_town)

    assert "data-countdown" not in text(elder.get(page)) + text(elder.part(f"{page}kept"))


def test_others_keep_their_ten_minutes_and_see_them(mine: Phone, open_town: Town):
    page = take(mine, open_town)
    stop_the_clock(TUESDAY_NINE + timedelta(minutes=5))
    mine.part(f"{page}kept")

    assert "data-countdown" in text(mine.get(page))
    assert Hold.objects.get().expires_at == TUESDAY_NINE + timedelta(minutes=10)


def test_what_is_kept_until_when_is_said_in_words(mine: Phone, open_town: Town):
    page = take(mine, open_town)
    mine.client.cookies["django_language"] = "en"
    english = " ".join(re.sub(r"<[^>]+>", "", text(mine.part(f"{page}kept"))).split())
    mine.client.cookies["django_language"] = "zh-hans"
    chinese = " ".join(re.sub(r"<[^>]+>", "", text(mine.part(f"{page}kept"))).split())

    over = "The place is no longer kept. It can still be booked while it is free."  # hidden until the countdown ends
    assert english == (
        f"Your place tomorrow 9:00–10:00 is kept for now Book by 9:10 today and it is yours. 10 min 0 s left {over}"
    )
    assert chinese.startswith("明天 9:00–10:00 的位子先留着 今天 9:10 前提交都算数，还剩 10 分 0 秒。")


def test_a_phone_that_slept_has_the_place_again_where_it_is_still_free(elder: Phone, open_town: Town):
    page = take(elder, open_town)
    later = TUESDAY_NINE + timedelta(minutes=40)
    booking.expire_holds(now=later)
    stop_the_clock(later)

    assert "位子就一直留着" in text(elder.part(f"{page}kept"))
    assert Hold.objects.filter(ended_at=None).count() == 1


def test_a_place_let_go_is_not_taken_again_by_a_page_left_open(elder: Phone, open_town: Town):
    page = take(elder, open_town)
    booking.give_back(hold_id=Hold.objects.get().pk, now=TUESDAY_NINE)

    assert "不再保留" in text(elder.part(f"{page}kept"))
    assert Hold.objects.filter(ended_at=None).count() == 0


def test_keeping_on_ends_after_an_hour_and_with_the_period(open_town: Town, mine: Phone):
    slot = open_town.slot(quota=1)
    hold = booking.hold(slot_id=slot.pk, account_id=mine.account.pk, now=TUESDAY_NINE)

    for minutes in range(9, 60, 9):
        kept = booking.keep_on(
            hold_id=hold.pk, account_id=mine.account.pk, now=TUESDAY_NINE + timedelta(minutes=minutes)
        )
    over = booking.keep_on(hold_id=hold.pk, account_id=mine.account.pk, now=TUESDAY_NINE + timedelta(hours=1))

    assert kept is not None
    assert kept.expires_at == TUESDAY_NINE + timedelta(hours=1)
    assert over is None
    assert booking.keep_on(hold_id=hold.pk, account_id=mine.account.pk + 1, now=TUESDAY_NINE) is None


def test_a_code_lasts_half_an_hour_and_nothing_presses(elder: Phone, open_town: Town):
    elder.post("/sign-out")
    elder.client.cookies["elder"] = "1"
    elder.post("/sign-in", phone="13822000001")

    page = text(elder.get("/sign-in/code"))

    assert SignInCode.objects.get().expires_at > clock.wall() + timedelta(minutes=29)
    assert "minutes" not in Message.objects.get(key="code").params
    assert "分钟" not in page[page.index("<main") : page.index("</main>")]


def test_large_type_turned_on_midway_ends_the_countdown_without_loading_the_page(mine: Phone, open_town: Town):
    page = take(mine, open_town)

    counting = text(mine.get(page))
    mine.client.cookies["elder"] = "1"

    assert 'hx-trigger="every 15s, elder from:body"' in counting  # what the switch sends
    assert "data-countdown" not in text(mine.part(f"{page}kept"))
