"""A call recorded: asked from the seat, answered on the telephone, sent chunk by chunk."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from banshi.rooms.remote import actions
from banshi.rooms.remote.models import Recording, RecordingChunk, RemoteSession
from banshi.rooms.remote.rules import LARGEST_CHUNK
from tests.rooms.remote.conftest import Video, video_of
from tests.surfaces.citizen.conftest import Phone, text
from tests.surfaces.office.editing import signed_in
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def video(open_town: Town) -> Video:
    made = video_of(open_town)
    made.seat()
    return made


@pytest.fixture
def clerk(video: Video) -> Client:
    return signed_in(video.town.clerk)


@pytest.fixture
def session(video: Video, mine: Phone) -> RemoteSession:
    mine.post("/video/", hall="town", wants="consult", media="video", language="zh")
    made = RemoteSession.objects.get()
    return actions.answer(ref=made.ref, by=video.agent, now=TUESDAY_NINE)


def at(session: RemoteSession) -> str:
    return f"/seat/town/calls/{session.ref}/"


def ask(clerk: Client, session: RemoteSession) -> Any:
    return clerk.post(f"{at(session)}recording", {"purpose": "核对身份"}, headers=JSON)


def send(clerk: Client, session: RemoteSession, no: Any = 0, body: bytes = b"webm", kind: str = "video/webm") -> Any:
    chunk = SimpleUploadedFile("chunk.webm", body, content_type=kind)
    return clerk.post(f"{at(session)}chunk", {"no": no, "anew": "1", "chunk": chunk}, headers=JSON)


def test_it_is_asked_answered_sent_and_stopped(clerk: Client, mine: Phone, session: RemoteSession) -> None:
    here = f"/video/{session.ref}/"
    before = text(mine.get(here))
    ask(clerk, session)
    question = text(mine.get(here))
    mine.post(f"{here}recording", said="yes")
    sent = send(clerk, session)
    mark, theirs = text(mine.get(here)), text(clerk.get(at(session)))
    mine.post(f"{here}recording", said="stop")
    late = send(clerk, session, 1)

    assert ("录音录像吗" in before, "核对身份" in question, 'value="yes"' in question) == (False, True, True)
    assert (sent.status_code, sent.json()) == (200, {"next": 1, "runs": True})
    assert ("正在录音录像" in mark, "data-recording-runs" in mark, "data-recording-runs" in theirs) == (
        True,
        False,
        True,
    )
    assert (late.status_code, RecordingChunk.objects.count()) == (409, 1)
    assert Recording.objects.get().why == "taken-back"


def test_a_no_leaves_the_call_as_it_was(clerk: Client, mine: Phone, session: RemoteSession) -> None:
    ask(clerk, session)

    mine.post(f"/video/{session.ref}/recording", said="no")

    assert (Recording.objects.get().state, send(clerk, session).status_code) == ("declined", 409)
    assert "data-recording-ask" in text(clerk.get(at(session)))


@pytest.mark.parametrize("said", ["", "perhaps", "yes"])
def test_a_word_that_answers_nothing_is_refused(mine: Phone, session: RemoteSession, said: str) -> None:
    answer = mine.client.post(f"/video/{session.ref}/recording", {"said": said}, headers=JSON)

    assert answer.status_code == (404 if said == "yes" else 422)


def test_only_the_caller_answers_and_only_the_seat_asks(
    clerk: Client, mine: Phone, video: Video, session: RemoteSession, anybody: Phone
) -> None:
    ask(clerk, session)
    second = signed_in(video.town.second_clerk)

    strangers = anybody.post(f"/video/{session.ref}/recording", said="yes").status_code
    others = (ask(second, session).status_code, send(second, session).status_code)

    assert (strangers in (302, 404), others, Recording.objects.get().state) == (True, (409, 409), "asked")


@pytest.mark.parametrize(
    ("no", "body", "kind"),
    [
        ("x", b"a", "video/webm"),
        (0, b"a" * (LARGEST_CHUNK + 1), "video/webm"),
        (0, b"a", "text/html"),
        (7, b"a", "video/webm"),
    ],
)
def test_what_is_no_chunk_is_refused(
    clerk: Client, mine: Phone, session: RemoteSession, no: Any, body: bytes, kind: str
) -> None:
    ask(clerk, session)
    mine.post(f"/video/{session.ref}/recording", said="yes")

    assert (send(clerk, session, no, body, kind).status_code, RecordingChunk.objects.count()) == (422, 0)


def test_a_post_without_any_chunk_is_refused(clerk: Client, session: RemoteSession) -> None:
    assert clerk.post(f"{at(session)}chunk", headers=JSON).status_code == 422


def test_both_sides_hear_that_something_moved(clerk: Client, mine: Phone, session: RemoteSession) -> None:
    def marks() -> list[str]:
        addresses = ((mine.client, f"/video/{session.ref}/news"), (clerk, f"{at(session)}news"))
        return [client.get(address).json()["state"]["recording"] for client, address in addresses]

    before = marks()
    ask(clerk, session)
    asked = marks()
    mine.post(f"/video/{session.ref}/recording", said="yes")
    runs = marks()

    assert (before, len({*before, *asked, *runs})) == (["", ""], 3)
    assert (len(set(asked)), len(set(runs))) == (1, 1)


def test_where_the_hall_records_nothing_the_seat_is_offered_nothing(
    video: Video, clerk: Client, session: RemoteSession
) -> None:
    video.town.policy(video={"opens": "00:00", "closes": "23:59", "recording_days": 0})

    assert "data-recording-ask" not in text(clerk.get(at(session)))
    assert ask(clerk, session).status_code == 422


def test_what_is_left_of_it_is_told_to_the_caller(
    clerk: Client, mine: Phone, video: Video, session: RemoteSession
) -> None:
    ask(clerk, session)
    mine.post(f"/video/{session.ref}/recording", said="yes")
    send(clerk, session)
    actions.say(ref=session.ref, side="seat", text="带身份证来", key="k", now=TUESDAY_NINE)
    actions.end(ref=session.ref, by=video.agent, now=TUESDAY_NINE)
    row = Recording.objects.get()
    unseen = text(mine.get(f"/video/{session.ref}/"))
    actions.look_at(recording=row.ref, reason="投诉核查", by=video.by(video.town.manager), now=TUESDAY_NINE)
    seen = text(mine.get(f"/video/{session.ref}/"))

    assert ("没有人查看过" in unseen, "到期删除" in unseen, "投诉核查" in seen) == (True, True, True)
    assert "带身份证来" in text(mine.get(f"/video/{session.ref}/words"))
    taken = mine.get(f"/video/{session.ref}/words.txt")
    assert (taken["Content-Type"], "带身份证来" in text(taken)) == ("text/plain; charset=utf-8", True)


def test_words_are_their_callers_alone(mine: Phone, session: RemoteSession, anybody: Phone) -> None:
    answers = [anybody.get(f"/video/{session.ref}/{name}").status_code for name in ("words", "words.txt")]

    assert set(answers) <= {302, 404}
