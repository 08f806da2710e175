"""A time by video: chosen beside times at the hall, its page leads into the lobby, the lobby into the call; moved and back."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.remote.models import RemoteSession
from tests.rooms.remote.conftest import Video, video_of
from tests.surfaces.citizen.conftest import Phone, stop_the_clock, text
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
DAY = "2026-03-11"


@pytest.fixture
def video(open_town: Town) -> Video:
    """A seat whose time can be booked."""
    video = video_of(open_town)
    open_town.policy(video={"opens": "00:00", "closes": "23:59", "booked_seats": 1})
    video.seat(ready=False)
    return video


def booked(video: Video, phone: Phone, i: int = 1) -> Appointment:
    """For nine on Wednesday."""
    slot = video.town.slot(business="video")
    return booking.place(
        slot_id=slot.pk, item_code="pension", person_id=video.town.person(i).pk, source="web", by=CITIZEN, now=TUESDAY_NINE,
        account_id=phone.account.pk,
    )  # fmt: skip


def zh(phone: Phone, path: str, **query: Any) -> str:
    phone.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return text(phone.get(path, **query))


def test_the_page_of_times_offers_both_and_shows_one(video: Video, anybody: Phone) -> None:
    window, by_video = video.town.slot(), video.town.slot(business="video")

    pages = {place: zh(anybody, "/book/pension/", hall="town", day=DAY, place=place) for place in ("", "video", "x")}

    assert all("到大厅办" in page and "视频办" in page for page in pages.values())
    shown = {place: [f'value="{slot.pk}"' in page for slot in (window, by_video)] for place, page in pages.items()}
    assert shown == {"": [True, False], "video": [False, True], "x": [True, False]}


def test_a_hall_without_times_by_video_offers_none(open_town: Town, anybody: Phone) -> None:
    open_town.slot()

    page = zh(anybody, "/book/pension/", hall="town", day=DAY, place="video")

    assert "到大厅办" not in page
    assert "period-" in page


def test_a_time_by_video_is_booked_as_one_at_a_window_is(video: Video, mine: Phone) -> None:
    slot = video.town.slot(business="video")
    mine.post("/book/pension/take", slot=str(slot.pk))

    page = zh(mine, f"/book/pension/{slot.pk}/")
    mine.post(f"/book/pension/{slot.pk}/", who=str(mine.person.pk))

    assert "视频办理，不用来大厅" in page
    row = Appointment.objects.get()
    assert (row.place, row.slot_id, row.account_id) == ("video", slot.pk, mine.account.pk)


def test_its_page_leads_to_the_lobby_and_shows_no_code_for_the_machine(video: Video, mine: Phone) -> None:
    row = booked(video, mine)

    page = zh(mine, f"/a/{row.code}")

    assert f'href="/video/booked/{row.code}/"' in page
    assert "先试摄像头和声音" in page
    assert "08:45" in page or "8:45" in page
    assert "qr-card" not in page


def test_the_lobby_lets_nobody_in_before_it_opens_and_tries_the_camera(video: Video, mine: Phone) -> None:
    row = booked(video, mine)

    page = zh(mine, f"/video/booked/{row.code}/")
    early = mine.post(f"/video/booked/{row.code}/", media="text", language="zh")

    assert "data-try" in page
    assert "进入等候" not in page
    assert (early.status_code, RemoteSession.objects.count()) == (409, 0)


def test_at_its_time_one_comes_in_and_is_led_to_the_call(video: Video, mine: Phone) -> None:
    row = booked(video, mine)
    stop_the_clock(at("2026-03-11 08:50"))

    assert "进入等候" in zh(mine, f"/a/{row.code}")
    came = mine.post(f"/video/booked/{row.code}/", media="text", language="zh")
    session = RemoteSession.objects.get()

    assert came["Location"] == f"/video/{session.ref}/"
    assert (session.appointment, session.account_id, session.media) == (row.code, mine.account.pk, "text")
    assert mine.get(f"/video/booked/{row.code}/")["Location"] == f"/video/{session.ref}/"
    assert f"/video/booked/{row.code}/" in zh(mine, f"/a/{row.code}")


def test_who_comes_late_is_told_that_they_take_their_turn(video: Video, mine: Phone) -> None:
    row = booked(video, mine)
    stop_the_clock(at("2026-03-11 09:11"))

    assert "和其他人一起排队" in zh(mine, f"/video/booked/{row.code}/")


def test_somebody_elses_lobby_is_not_there(video: Video, mine: Phone, theirs: Phone) -> None:
    row = booked(video, mine)
    window = booking.place(
        slot_id=video.town.slot(starts=at("2026-03-12 09:00")).pk, item_code="pension", person_id=video.town.person(2).pk,
        source="web", by=CITIZEN, now=TUESDAY_NINE, account_id=theirs.account.pk,
    )  # fmt: skip

    answers = [theirs.get(f"/video/booked/{code}/").status_code for code in (row.code, window.code, "x")]

    assert answers == [404, 404, 404]


def test_it_is_moved_to_a_window_in_one_step_and_back(video: Video, mine: Phone) -> None:
    row = booked(video, mine)
    window = video.town.slot(starts=at("2026-03-12 09:00"))

    page = zh(mine, f"/a/{row.code}/move", place="window", day="2026-03-12")
    mine.post(f"/a/{row.code}/move", slot=str(window.pk))
    row.refresh_from_db()
    there = row.place
    mine.post(f"/a/{row.code}/move", slot=str(video.town.slot(business="video", starts=at("2026-03-12 10:00")).pk))
    row.refresh_from_db()

    assert f'value="{window.pk}"' in page
    assert (there, row.place) == ("window", "video")
