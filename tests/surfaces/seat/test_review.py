"""Recorded calls: who may look says why first; it plays sealed no more, and nobody else gets at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.audit.models import Entry
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import Recording, RecordingLook
from tests.rooms.remote.conftest import Video, video_of
from tests.surfaces.citizen.conftest import stop_the_clock
from tests.surfaces.office.editing import signed_in, staff_with
from tests.town import CITIZEN, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
LIST = "/seat/town/recordings/"


@pytest.fixture
def video(town: Town) -> Video:
    stop_the_clock()
    return video_of(town)


def recorded(video: Video) -> Recording:
    """Of a call with two parts and a line."""
    session = video.talking()
    actions.ask_recording(ref=session.ref, purpose="核对身份", by=video.agent, now=TUESDAY_NINE)
    actions.answer_recording(ref=session.ref, yes=True, by=CITIZEN, now=TUESDAY_NINE)
    actions.say(ref=session.ref, side="citizen", text="带身份证了", key="k", now=TUESDAY_NINE)
    for no, body in enumerate([b"one", b"two"]):
        actions.keep_chunk(
            ref=session.ref, no=no, body=body, mime="video/webm", anew=bool(no), by=video.agent, now=TUESDAY_NINE
        )
    actions.end(ref=session.ref, by=video.agent, now=TUESDAY_NINE)
    return Recording.objects.get()


@pytest.fixture
def supervisor(video: Video) -> Client:
    return signed_in(staff_with("watch", "supervisor", "hall", "town"))


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_nothing_plays_before_a_reason_and_everything_for_an_hour_after_it(video: Video, supervisor: Client) -> None:
    row = recorded(video)
    at = f"{LIST}{row.ref}/"

    led = supervisor.get(f"{at}0")
    before = text(supervisor.get(at))
    empty = supervisor.post(at, {"reason": " "}).status_code
    supervisor.post(at, {"reason": "投诉核查"})
    after = text(supervisor.get(at))
    plays = [supervisor.get(f"{at}{n}") for n in (0, 1)]

    assert (led.status_code, led["Location"], empty) == (302, at, 422)
    assert ("带身份证了" in before, "<video" in before) == (False, False)
    assert ("带身份证了" in after, after.count("<video"), "投诉核查" in after) == (True, 2, True)
    assert [b"".join(each.streaming_content) for each in plays] == [b"one", b"two"]  # type: ignore[attr-defined]
    assert {(each["Content-Type"], each["Cache-Control"]) for each in plays} == {("video/webm", "no-store")}
    assert (RecordingLook.objects.count(), Entry.objects.filter(action="remote_recording_looked_at").count()) == (1, 1)


def test_the_list_shows_numbers_and_nobody_whole(video: Video, supervisor: Client) -> None:
    row = recorded(video)

    page = text(supervisor.get(LIST))

    assert (row.session.no in page, video.town.person(1).name in page) == (True, False)


@pytest.mark.parametrize(
    ("role", "scope"), [("video_agent", "town"), ("hall_manager", "town"), ("supervisor", "other")]
)
def test_neither_a_seat_nor_another_hall_looks(video: Video, role: str, scope: str) -> None:
    at = f"{LIST}{recorded(video).ref}/"
    client = signed_in(staff_with("other", role, "hall", scope))

    answers = [client.get(LIST), client.get(at), client.post(at, {"reason": "想看看"}), client.get(f"{at}0")]

    assert {each.status_code for each in answers} == {403}
    assert not RecordingLook.objects.exists()


def test_a_reason_of_one_opens_nothing_to_another(video: Video, supervisor: Client) -> None:
    at = f"{LIST}{recorded(video).ref}/"
    supervisor.post(at, {"reason": "投诉核查"})
    second = signed_in(staff_with("second", "supervisor", "hall", "town"))

    assert (second.get(f"{at}0").status_code, "<video" in text(second.get(at))) == (302, False)


def test_what_is_deleted_is_said_to_be_and_plays_no_more(video: Video, supervisor: Client) -> None:
    row = recorded(video)
    at = f"{LIST}{row.ref}/"
    supervisor.post(at, {"reason": "投诉核查"})
    actions.delete_recordings(now=TUESDAY_NINE + timedelta(days=31), most=9)

    page = text(supervisor.get(at))

    assert ("<video" in page, 'name="reason"' in page, supervisor.get(f"{at}0").status_code) == (False, False, 302)


def test_one_hall_names_no_recording_of_another(video: Video) -> None:
    row = recorded(video)
    client = signed_in(staff_with("everywhere", "supervisor", "hall", "other"))

    assert client.get(f"/seat/other/recordings/{row.ref}/").status_code == 404
