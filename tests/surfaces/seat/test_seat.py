"""The seat's pages: ready and away, what rings, the call at one's own seat alone, passed on, ended."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.kernel.masking import mask_name
from banshi.rooms.audit.models import Entry
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import RemoteSession, Seat
from tests.rooms.remote.conftest import Video, video_of
from tests.surfaces.citizen.conftest import stop_the_clock
from tests.surfaces.office.editing import signed_in
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def video(town: Town) -> Video:
    stop_the_clock()
    return video_of(town)


@pytest.fixture
def clerk(video: Video) -> Client:
    return signed_in(video.town.clerk)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_who_says_ready_gets_who_waits(video: Video, clerk: Client) -> None:
    video.seat(ready=False)
    session = video.asked()

    clerk.post("/seat/town/state", {"state": "ready"})
    page = text(clerk.get("/seat/town/part"))
    session.refresh_from_db()

    assert (session.state, f'data-rings="{session.ref}"' in page, session.no in page) == ("ringing", True, True)


def test_a_booked_call_stands_in_the_line_with_its_time_and_person(video: Video, clerk: Client) -> None:
    video.seat(ready=False)
    more = {"appointment": "K7Q2M4", "first_from": TUESDAY_NINE}
    video.asked(1, item="pension", **more)

    page = text(clerk.get("/seat/town/part", headers={"accept-language": "zh-CN"}))

    assert "预约 9:00" in page or "预约 09:00" in page
    assert mask_name(video.town.person(1).name) in page
    assert video.town.person(1).name not in page


@pytest.mark.parametrize("state", ["", "talking", "x"])
def test_a_state_that_is_none_changes_nothing(video: Video, clerk: Client, state: str) -> None:
    video.seat()

    answer = clerk.post("/seat/town/state", {"state": state})

    assert (answer.status_code, Seat.objects.get().state) == (422, "ready")


def test_who_has_no_seat_is_told_so(video: Video, clerk: Client) -> None:
    page = clerk.get("/seat/town/")

    assert (page.status_code, "data-answers" in text(page)) == (200, False)


def test_asking_for_the_moving_part_says_that_the_page_is_there(video: Video, clerk: Client) -> None:
    seat = video.seat()
    Seat.objects.filter(pk=seat.pk).update(last_seen_at=None)

    clerk.get("/seat/town/part")

    assert Seat.objects.get(pk=seat.pk).last_seen_at is not None


def test_a_call_is_answered_written_in_and_ended_with_its_outcome(video: Video, clerk: Client) -> None:
    video.seat()
    session = video.asked()
    actions.assign(now=TUESDAY_NINE)
    call = f"/seat/town/calls/{session.ref}/"

    answered = clerk.post(call + "answer")
    said = clerk.post(call + "say", {"text": "您好", "key": "a"}, headers=JSON)
    page = clerk.get(call)
    ended = clerk.post(call + "end", {"why": "helped", "outcome": "补卡已讲清", "then": "paused"})
    session.refresh_from_db()

    assert (answered["Location"], said.json()["n"], page.status_code, ended["Location"]) == (
        call,
        1,
        200,
        "/seat/town/",
    )
    assert "camera=(self), microphone=(self)" in page.headers["Permissions-Policy"]
    assert (session.why, session.outcome, Seat.objects.get().state) == ("helped", "补卡已讲清", "paused")


def test_a_persons_call_shows_their_name_masked_and_leaves_one_trace(video: Video, clerk: Client) -> None:
    session = video.talking()

    pages = [text(clerk.get(f"/seat/town/calls/{session.ref}/")) for _ in range(2)]

    assert [session.person.masked_name in each and session.person.name not in each for each in pages] == [True, True]
    assert Entry.objects.filter(action="looked", subject=f"person:{session.person_id}").count() == 1


@pytest.mark.parametrize("path", ["", "news", "say", "signal", "transfer", "end", "answer", "decline"])
def test_a_colleagues_call_is_not_ones_own(video: Video, path: str) -> None:
    session = video.talking()
    other = signed_in(video.town.second_clerk)
    address = f"/seat/town/calls/{session.ref}/{path}"

    answers = [other.get(address), other.post(address)]

    assert {each.status_code for each in answers if "Allow" not in each} == {409}
    assert RemoteSession.objects.get().state == "talking"


def test_passed_on_it_rings_there_and_is_no_longer_ones_own(video: Video, clerk: Client) -> None:
    session = video.talking()
    to = video.seat(video.town.second_clerk)

    clerk.post(f"/seat/town/calls/{session.ref}/transfer", {"to": f"seat:{to.pk}"})
    session.refresh_from_db()

    assert (session.state, session.seat_id) == ("ringing", to.pk)
    assert clerk.get(f"/seat/town/calls/{session.ref}/news").status_code == 409


def test_it_is_passed_on_to_whoever_knows_or_speaks(video: Video, clerk: Client) -> None:
    session = video.talking()
    video.seat(video.town.second_clerk, skills=["A"], languages=["zh", "sign"])
    page = text(clerk.get(f"/seat/town/calls/{session.ref}/"))

    clerk.post(f"/seat/town/calls/{session.ref}/transfer", {"to": "language:sign"})
    session.refresh_from_db()

    assert ('value="skill:A"' in page, 'value="language:sign"' in page, 'value="language:en"' in page) == (
        True,
        True,
        False,
    )
    assert (session.state, session.language) == ("ringing", "sign")


@pytest.mark.parametrize(
    "to", ["", "x", "seat:", "seat:x", "seat:999999", "skill:Z", "skill:", "language:fr", "language:en"]
)
def test_passed_on_to_nobody_stays(video: Video, clerk: Client, to: str) -> None:
    session = video.talking()
    video.seat(video.town.second_clerk, skills=["A"])

    answer = clerk.post(f"/seat/town/calls/{session.ref}/transfer", {"to": to})

    assert (answer.status_code in (404, 422), RemoteSession.objects.get().state) == (True, "talking")


def test_who_left_while_it_rang_is_gone_and_the_seat_is_told_so(video: Video, clerk: Client) -> None:
    video.seat()
    session = video.asked()
    actions.assign(now=TUESDAY_NINE)
    actions.leave(ref=session.ref, by=video.agent, now=TUESDAY_NINE)

    answer = clerk.post(f"/seat/town/calls/{session.ref}/answer")

    assert (answer.status_code, RemoteSession.objects.get().state) == (409, "ended")
