"""A time booked by video: its person goes first at it, is served in the call, and misses it by not coming."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.remote import attend, booked
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import RemoteSession
from tests.rooms.remote.conftest import Video, video_of
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

NINE = TUESDAY_NINE
MINUTE = timedelta(minutes=1)


@pytest.fixture
def video(town: Town) -> Video:
    return with_a_seat(town)


@pytest.fixture
def committed_video(committed_town: Town) -> Video:
    return with_a_seat(committed_town)


def with_a_seat(town: Town) -> Video:
    video = video_of(town)
    video.seat(ready=False)
    return video


def by_video(video: Video, i: int = 1, **more: Any) -> Appointment:
    """Booked the day before, for nine."""
    slot = video.town.slot(starts=NINE, minutes=30, business="video", **more)
    return booking.place(
        slot_id=slot.pk, item_code="pension", person_id=video.town.person(i).pk, source="web", by=CITIZEN,
        now=at("2026-03-09 10:00"), evidence=2,
    )  # fmt: skip


def came(row: Appointment, *, now: Any = NINE, **more: Any) -> RemoteSession:
    return booked.come(code=row.code, by=CITIZEN, now=now, **more)


def state(row: Appointment) -> tuple[str, bool]:
    row.refresh_from_db()
    return row.state, row.let_go_at is not None


def order(video: Video, now: Any) -> list[str]:
    return list(queries.in_line(video.town.hall.pk, now=now).values_list("ref", flat=True))


# --- Coming -------------------------------------------------------------------------------------------------------


def test_who_comes_is_there_with_their_person_and_matter(video: Video):
    row = by_video(video)

    session = came(row, account_id=None)

    assert (session.appointment, session.person_id, session.item_id) == (row.code, row.person_id, row.item_id)
    assert state(row) == ("checked_in", False)


def test_the_lobby_opens_some_minutes_before_and_closes_with_its_end(video: Video):
    row = by_video(video)

    with pytest.raises(Refused) as early:
        came(row, now=NINE - 16 * MINUTE)
    with pytest.raises(Refused) as late:
        came(row, now=NINE + 30 * MINUTE)

    assert (early.value.slug, early.value.next) == ("too-early", NINE - 15 * MINUTE)
    assert late.value.slug == "too-late"
    assert state(row) == ("booked", False)
    assert came(row, now=NINE - 15 * MINUTE).state == "waiting"


def test_a_time_at_a_window_has_no_lobby(video: Video):
    slot = video.town.slot(starts=NINE)
    row = booking.place(
        slot_id=slot.pk, item_code="pension", person_id=video.town.person(1).pk, source="web", by=CITIZEN,
        now=at("2026-03-09 10:00"),
    )  # fmt: skip

    with pytest.raises(Refused) as no:
        came(row)

    assert no.value.slug == "wrong-state"


def test_at_its_time_it_goes_before_who_asked_without_and_not_earlier(video: Video):
    first = video.asked(2, now=NINE - 14 * MINUTE)
    mine = came(by_video(video), now=NINE - 10 * MINUTE)

    assert order(video, NINE - MINUTE) == [first.ref, mine.ref]
    assert order(video, NINE) == [mine.ref, first.ref]
    assert (queries.place(mine, now=NINE).ahead, queries.place(first, now=NINE).ahead) == (0, 1)


def test_who_comes_late_takes_their_turn_with_the_others(video: Video):
    first = video.asked(2, now=NINE)
    mine = came(by_video(video), now=NINE + 11 * MINUTE)

    assert order(video, NINE + 12 * MINUTE) == [first.ref, mine.ref]
    assert queries.place(mine, now=NINE + 12 * MINUTE).ahead == 1


def test_who_waits_already_without_it_goes_first_with_it(video: Video):
    others = video.asked(2, now=NINE - 5 * MINUTE)
    without = video.asked(1, now=NINE - 4 * MINUTE)

    mine = came(by_video(video))

    assert mine.ref == without.ref
    assert order(video, NINE) == [mine.ref, others.ref]


def test_who_has_booked_is_never_too_many(video: Video):
    video.town.policy(video={"opens": "00:00", "closes": "23:59", "most_waiting": 1})
    video.asked(2)

    assert came(by_video(video)).state == "waiting"


# --- What becomes of it -------------------------------------------------------------------------------------------


def test_a_call_that_was_answered_serves_it(video: Video):
    video.seat(now=NINE)
    row = by_video(video)
    session = came(row)
    actions.assign(video.town.hall, now=NINE)
    actions.answer(ref=session.ref, by=video.agent, now=NINE)
    attend.look(now=NINE + MINUTE, wall=NINE)
    assert state(row) == ("checked_in", False)

    actions.end(ref=session.ref, by=video.agent, now=NINE + 5 * MINUTE)
    attend.look(now=NINE + 6 * MINUTE, wall=NINE)

    assert state(row) == ("served", False)


def test_who_leaves_before_anybody_answered_was_here_and_may_come_again(video: Video):
    row = by_video(video)
    first = came(row)
    actions.leave(ref=first.ref, by=CITIZEN, now=NINE + MINUTE)
    assert booked.settle(now=NINE + MINUTE) == 1
    assert state(row) == ("checked_in", True)

    again = came(row, now=NINE + 2 * MINUTE)

    assert again.ref != first.ref
    assert state(row) == ("checked_in", False)
    assert booked.settle(now=NINE + 3 * MINUTE) == 0


def test_who_does_not_come_by_its_end_is_a_no_show(video: Video):
    row = by_video(video)

    booking.sweep_no_shows(now=NINE + 30 * MINUTE)

    assert state(row) == ("no_show", False)


# --- Together -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_who_comes_on_several_pages_at_once_stands_in_the_line_once(committed_video: Video):
    row = by_video(committed_video)

    results = together(6, lambda _: came(row).ref)

    assert len({str(each) for each in results}) == 1
    assert RemoteSession.objects.filter(appointment=row.code).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_seats_never_get_one_appointment(committed_video: Video):
    video = committed_video
    video.seat(now=NINE)
    video.seat(video.town.second_clerk, now=NINE)
    session = came(by_video(video))

    given = together(6, lambda _: [each.ref for each in actions.assign(video.town.hall, now=NINE)])

    assert sum(given, []) == [session.ref]
