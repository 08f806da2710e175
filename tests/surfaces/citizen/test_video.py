"""The citizen's side of a video session: the lobby, the line, what is written, and the end – without script, too."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.remote import actions
from banshi.rooms.remote.models import RemoteSession
from tests.rooms.remote.conftest import Video, video_of
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def video(open_town: Town) -> Video:
    return video_of(open_town)


def ask(phone: Phone, **said: str) -> Any:
    return phone.post("/video/", **{"hall": "town", "wants": "consult", "media": "text", "language": "zh", **said})


def asked(phone: Phone, **said: str) -> RemoteSession:
    assert ask(phone, **said).status_code == 302
    return RemoteSession.objects.get(account=phone.account, ended_at=None)


def say(phone: Phone, session: RemoteSession, words: str, key: str) -> Any:
    return phone.client.post(f"/video/{session.ref}/say", {"text": words, "key": key}, headers=JSON)


def test_the_call_takes_what_was_chosen_and_rings_at_a_free_seat(video: Video, mine: Phone) -> None:
    seat = video.seat()

    session = asked(mine, media="voice", wants="tutor", item="pension")

    assert (session.state, session.seat_id, session.item.code) == ("ringing", seat.pk, "pension")
    assert (session.media, session.wants, session.origin, session.account_id) == (
        "voice",
        "tutor",
        "web",
        mine.account.pk,
    )


def test_camera_and_microphone_are_allowed_on_these_pages_alone(video: Video, mine: Phone) -> None:
    video.seat(ready=False)
    session_page = f"/video/{asked(mine).ref}/"

    policies = [mine.get(path).headers["Permissions-Policy"] for path in (session_page, "/")]

    assert ["camera=(self), microphone=(self)" in each for each in policies] == [True, False]


def test_who_calls_already_is_led_to_their_call(video: Video, mine: Phone) -> None:
    video.seat(ready=False)
    session = asked(mine)

    again, lobby = ask(mine), mine.get("/video/")

    assert {each["Location"] for each in (again, lobby)} == {f"/video/{session.ref}/"}
    assert RemoteSession.objects.count() == 1


def test_outside_its_hours_the_lobby_says_when_it_opens_and_how_to_ask_instead(video: Video, mine: Phone) -> None:
    video.seat(ready=False)
    video.town.policy(video={"opens": "13:00", "closes": "17:00"})

    page, refused = text(mine.get("/video/?item=pension")), ask(mine)

    assert ("13:00" in page, "/items/pension/ask" in page, '<form method="post" class' in page) == (True, True, False)
    assert (refused.status_code, RemoteSession.objects.count()) == (409, 0)


def test_where_no_hall_has_seats_the_lobby_leads_to_writing(open_town: Town, mine: Phone) -> None:
    page = mine.get("/video/")

    assert (page.status_code, "/items/" in text(page)) == (200, True)


@pytest.mark.parametrize("path", ["", "news", "say", "signal", "leave", "call-back", "rate"])
def test_anybody_elses_call_is_not_there(video: Video, mine: Phone, theirs: Phone, path: str) -> None:
    video.seat(ready=False)
    session = asked(mine)

    answers = (theirs.get(f"/video/{session.ref}/{path}"), theirs.post(f"/video/{session.ref}/{path}"))

    assert {each.status_code for each in answers if "Allow" not in each} == {404}


def test_what_is_sent_again_stands_once(video: Video, mine: Phone) -> None:
    video.seat(ready=False)
    session = asked(mine)

    first, again, next_one = (
        say(mine, session, words, key).json()["n"] for words, key in (("你好", "a"), ("你好", "a"), ("你好", "b"))
    )

    assert ((first, again, next_one), session.said.count()) == ((1, 1, 2), 2)


def test_news_tell_what_is_new_alone_and_give_a_ticket(video: Video, mine: Phone) -> None:
    video.seat(ready=False)
    session = asked(mine)
    for key in ("a", "b"):
        say(mine, session, key, key)

    told = mine.get(f"/video/{session.ref}/news", said="1").json()

    assert [each["text"] for each in told["lines"]] == ["b"]
    assert (told["state"]["state"], told["state"]["ahead"], bool(told["ticket"])) == ("waiting", 0, True)


@pytest.mark.parametrize("words", ["", "   ", "x" * 2001])
def test_a_line_that_is_none_is_refused_and_stands_nowhere(video: Video, mine: Phone, words: str) -> None:
    video.seat(ready=False)
    session = asked(mine)

    script, form = say(mine, session, words, "a"), mine.post(f"/video/{session.ref}/say", text=words, key="a")

    assert (script.status_code, bool(script.json()["title"]), form.status_code) == (422, True, 422)
    assert session.said.count() == 0


@pytest.mark.parametrize("body", ["", "[]", "no", "null"])
def test_a_signal_that_is_none_is_refused(video: Video, mine: Phone, body: str) -> None:
    session = RemoteSession.objects.get(pk=_talking(video, mine).pk)

    answer = mine.client.post(f"/video/{session.ref}/signal", {"kind": "bye", "body": body}, headers=JSON)

    assert (answer.status_code, session.signals.count()) == (422, 0)


def _talking(video: Video, phone: Phone) -> RemoteSession:
    video.seat()
    session = asked(phone)
    return actions.answer(ref=session.ref, by=video.agent, now=TUESDAY_NINE)


def test_without_script_the_page_shows_what_was_written_and_takes_more(video: Video, mine: Phone) -> None:
    session = _talking(video, mine)
    actions.say(ref=session.ref, side="seat", text="<b>带身份证</b>", key="a", now=TUESDAY_NINE)

    sent = mine.post(f"/video/{session.ref}/say", text="好的", key="b")
    page = text(mine.get(sent["Location"]))

    assert ("&lt;b&gt;带身份证" in page, "好的" in page, "<b>带身份证" in page) == (True, True, False)


def test_hanging_up_frees_the_seat_and_asks_for_a_mark_which_is_given_once(video: Video, mine: Phone) -> None:
    session = _talking(video, mine)

    mine.post(f"/video/{session.ref}/leave")
    page = text(mine.get(f"/video/{session.ref}/"))
    marks = [mine.post(f"/video/{session.ref}/rate", score=score).status_code for score in ("11", "x", "9", "9", "3")]
    session.refresh_from_db()

    assert (session.state, session.score, 'value="10"' in page) == ("ended", 9, True)
    assert marks == [422, 422, 302, 302, 409]


def test_who_leaves_the_line_unanswered_is_asked_for_no_mark(video: Video, mine: Phone) -> None:
    video.seat(ready=False)
    session = asked(mine)

    mine.post(f"/video/{session.ref}/leave")

    assert "score" not in text(mine.get(f"/video/{session.ref}/"))


def test_a_call_back_goes_to_the_number_one_signed_in_with_or_another(video: Video, mine: Phone) -> None:
    video.seat(ready=False)
    session = asked(mine)

    wrong = mine.post(f"/video/{session.ref}/call-back", phone="12").status_code
    mine.post(f"/video/{session.ref}/call-back", phone="13800138000")
    session.refresh_from_db()

    assert (wrong, session.state, session.phone) == (422, "callback", "+8613800138000")


def test_entries_lead_to_the_lobby(video: Video, mine: Phone) -> None:
    pages = [text(mine.get(path)) for path in ("/", "/items/pension")]

    assert ['href="/video/' in each for each in pages] == [True, True]
