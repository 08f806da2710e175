"""Times booked by video: places of their own, with the same promises; never a window's time, and the reverse."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions, queries
from banshi.rooms.booking.models import Appointment, LedgerEntry, Slot
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.rules.templates import render
from banshi.rooms.messaging.rules.values import spoken
from banshi.rooms.messaging.rules.words import COMMON
from tests.rooms.booking.test_place import book, refused
from tests.rooms.booking.test_slots import MORNINGS, calendar, made
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

WEDNESDAY = date(2026, 3, 11)
TWO_SEATS: dict[str, Any] = {"booked_seats": 2, "booked_percent": 50, "talk_minutes": 15}


def by_video(town: Town, **more: Any) -> Slot:
    return town.slot(business="video", **more)


def offered(town: Town, place: str, **more: Any) -> list[int]:
    views = queries.slots(
        hall=town.hall, item_code="pension", first=WEDNESDAY, last=WEDNESDAY, now=TUESDAY_NINE, place=place, **more
    )
    return [view.id for view in views]


# --- Places -------------------------------------------------------------------------------------------------------


def test_the_seats_time_makes_the_places_by_video_beside_those_at_the_windows(town: Town) -> None:
    town.policy(booking={"quotas": [{"target": "category", "code": "A", "public": 30}]}, video=TWO_SEATS)
    calendar(town, MORNINGS)

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert made(day=WEDNESDAY) == [
        ("cat:A", "03-11 09:00", 30),
        ("video", "03-11 09:00", 4),  # 2 seats × 60 minutes × 50 % ÷ 15 minutes
        ("cat:A", "03-11 10:00", 30),
        ("video", "03-11 10:00", 4),
    ]


def test_times_by_video_lie_in_the_hours_of_the_video_service(town: Town) -> None:
    town.policy(video={**TWO_SEATS, "opens": "09:30", "closes": "12:00"})
    calendar(town, MORNINGS)

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert made(day=WEDNESDAY, business="video") == [("video", "03-11 10:00", 4)]


def test_a_hall_that_gives_out_no_seats_time_has_no_times_by_video(town: Town) -> None:
    calendar(town, MORNINGS)

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert not made(business="video")


def test_seats_given_back_close_the_times_and_whoever_is_booked_keeps_theirs(town: Town) -> None:
    town.policy(video=TWO_SEATS)
    calendar(town, MORNINGS)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)
    booked = book(town, Slot.objects.get(business="video", starts_at=at("2026-03-11 09:00")))
    town.policy(video={"booked_seats": 0})

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    booked.refresh_from_db()
    assert booked.state == "booked"
    assert offered(town, "video")
    assert refused(book, town, booked.slot, 2).slug == "closed"


def test_times_by_video_open_by_a_rule_of_their_own(town: Town) -> None:
    town.policy(booking={"release": "rolling_days", "release_days": 1}, video={**TWO_SEATS, "release_days": 3})
    friday = at("2026-03-13 09:00")
    window, video = town.slot(starts=friday), by_video(town, starts=friday)

    assert book(town, video).place == "video"
    assert refused(book, town, window, 2).slug == "not-open-yet"


# --- Neither is the other -----------------------------------------------------------------------------------------


def test_a_video_time_is_never_offered_as_a_windows_time_and_the_reverse(town: Town) -> None:
    window, video = town.slot(), by_video(town)

    assert offered(town, "window") == [window.pk]
    assert offered(town, "video") == [video.pk]


def test_whoever_finds_a_video_time_full_is_offered_other_times_by_video(town: Town) -> None:
    town.slot(starts=at("2026-03-11 10:00"))
    full, other = by_video(town, quota=1), by_video(town, starts=at("2026-03-11 10:00"))
    book(town, full)

    no = refused(book, town, full, 2)

    assert no.slug == "slot-full"
    assert isinstance(no.next, tuple)
    assert [each.slot_id for each in no.next] == [other.pk]


def test_whoever_is_booked_by_video_is_on_no_day_sheet(town: Town) -> None:
    book(town, by_video(town))

    assert queries.day_sheet_count(town.hall, WEDNESDAY) == 0
    assert queries.day_sheet(town.hall, WEDNESDAY, now=TUESDAY_NINE).lines == ()


def test_one_of_each_may_be_booked_for_a_half_day_but_not_at_the_same_time(town: Town) -> None:
    window, later = town.slot(), by_video(town, starts=at("2026-03-11 10:00"))
    book(town, window)

    assert book(town, later).place == "video"
    assert refused(book, town, by_video(town)).slug == "limit-half-day"
    assert refused(book, town, by_video(town, starts=window.starts_at + timedelta(minutes=30))).slug == "limit-half-day"


def test_a_suspension_bars_times_by_video_too(town: Town) -> None:
    row = book(town, by_video(town), evidence=2)
    actions.suspend(
        person_id=row.person_id, scope="town", from_on=TUESDAY_NINE.date(), until_on=date(2026, 4, 1), why="x",
        by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip

    assert refused(book, town, by_video(town, starts=at("2026-03-12 09:00")), evidence=2).slug == "suspended"


# --- Moved --------------------------------------------------------------------------------------------------------


def test_it_is_moved_to_a_window_in_one_step_and_back(town: Town) -> None:
    window, video = town.slot(starts=at("2026-03-12 09:00")), by_video(town)
    booked = book(town, video)

    there = actions.move(code=booked.code, slot_id=window.pk, by=CITIZEN, now=TUESDAY_NINE)
    assert (there.place, there.code) == ("window", booked.code)
    video.refresh_from_db()
    assert video.taken == 0

    back = actions.move(code=booked.code, slot_id=video.pk, by=CITIZEN, now=TUESDAY_NINE)
    assert back.place == "video"
    window.refresh_from_db()
    assert window.taken == 0


# --- Not come -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("counts", "entries"), [(True, 1), (False, 0)])
def test_who_does_not_come_by_its_end_is_a_no_show_counted_as_the_hall_says(
    town: Town, counts: bool, entries: int
) -> None:
    town.policy(video={"no_show_counts": counts})
    booked = book(town, by_video(town))

    actions.sweep_no_shows(now=at("2026-03-11 10:30"))

    booked.refresh_from_db()
    assert booked.state == "no_show"
    assert LedgerEntry.objects.filter(appointment=booked, kind="no_show").count() == entries


# --- Together -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_last_place_by_video_goes_to_one_of_those_who_ask_together(committed_town: Town) -> None:
    town = committed_town
    slot = by_video(town, quota=1)
    for i in range(8):
        town.person(i)

    results = together(8, lambda i: book(town, slot, i))

    slot.refresh_from_db()
    assert slot.taken == Appointment.objects.filter(slot=slot, state="booked").count() == 1
    assert {no.slug for no in results if isinstance(no, Refused)} == {"slot-full"}


# --- Told ---------------------------------------------------------------------------------------------------------


def test_messages_say_that_nobody_has_to_come_and_send_nobody_out_of_the_house(town: Town) -> None:
    booked = book(town, by_video(town, starts=at("2026-03-12 09:00")))

    messages = {m.key: m for m in Message.objects.filter(subject=f"appointment:{booked.code}")}

    assert {key: m.due_at for key, m in messages.items()} == {
        "confirmation": TUESDAY_NINE, "reminder": at("2026-03-11 18:00"),
    }  # fmt: skip
    for message in messages.values():
        zh = words_of(message.key, message.params, "zh")
        assert "不用来大厅" in zh
        assert "分钟到" not in zh
        assert "nobody has to come" in words_of(message.key, message.params, "en")


def test_whoever_books_for_the_same_day_is_reminded_when_the_lobby_opens(town: Town) -> None:
    town.policy(booking={"same_day": True}, video={"lobby_minutes": 15})
    booked = book(town, by_video(town, starts=at("2026-03-10 15:00")))

    reminder = Message.objects.get(subject=f"appointment:{booked.code}", key="reminder")

    assert reminder.due_at == at("2026-03-10 14:45")


def words_of(key: str, params: dict[str, Any], language: str) -> str:
    return render(
        COMMON[key][language], spoken(params, language=language, zone=ZoneInfo("Asia/Shanghai"), now=TUESDAY_NINE)
    )
