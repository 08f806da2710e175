"""The video service by the API: asked, given at once, written, signalled, collected, handed over, rated, counted."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from banshi.frames import remote_call
from banshi.frames.remote_call import Side, Since
from banshi.rooms.identity.actions import create_key
from banshi.rooms.remote.models import RemoteSession, Said
from banshi.rooms.remote.rules import SESSION
from banshi.surfaces.api import remote_schemas
from tests.matters import matters_of
from tests.rooms.remote.conftest import Video, video_of
from tests.surfaces.api.conftest import PERSON, Calls
from tests.surfaces.citizen.conftest import stop_the_clock
from tests.town import TUESDAY_NINE, at

ASK = {"hall": "town", "from": "wechat", "wants": "accept", "item": "pension", "person": PERSON}


@pytest.fixture
def video(calls: Calls) -> Video:
    """The clerk has a seat and a key; nobody is ready."""
    made = video_of(calls.town)
    made.seat(ready=False)
    made.seat(calls.town.second_clerk, ready=False)
    for name, staff in (("seat", calls.town.clerk), ("second-seat", calls.town.second_clerk)):
        calls.keys[name] = create_key(name=name, scope="staff", staff=staff, now=TUESDAY_NINE)
    return made


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


def sent(calls: Calls, path: str, key: str, body: Any = None, method: str = "post") -> Any:
    answer = calls(method, f"/remote{path}", key, body)
    assert answer.status_code in (200, 201), answer.content.decode()
    return answer.json()


def test_a_call_says_over_which_servers_browsers_meet_until_it_is_over(
    calls: Calls, video: Video, settings: Any
) -> None:
    settings.BANSHI_TURN_URLS, settings.BANSHI_TURN_SECRET = ("turn:turn.example.gov.cn:3478",), "shared"

    asked = sent(calls, "/sessions", "channel", ASK)
    left = sent(calls, f"/sessions/{asked['id']}/leave", "channel")

    (server,) = asked["ice_servers"]
    assert (server["urls"], ":citizen-" in server["username"]) == (["turn:turn.example.gov.cn:3478"], True)
    assert left["ice_servers"] == []


@pytest.mark.parametrize("body", ["v=0", "null", "[]", ""])
def test_a_signal_that_no_page_understands_breaks_no_page(calls: Calls, video: Video, body: str) -> None:
    asked = sent(calls, "/sessions", "channel", ASK)
    sent(calls, "/seats/ready", "seat")
    sent(calls, f"/sessions/{asked['id']}/answer", "seat")
    sent(calls, f"/sessions/{asked['id']}/signals", "seat", {"kind": "offer", "body": body})

    told = remote_call.news(asked["id"], Side("citizen"), Since(), now=TUESDAY_NINE)

    assert [each["body"] for each in told.lines if each["kind"] == "signal"] == [{}]


def test_the_states_are_those_of_the_table() -> None:
    assert get_args(remote_schemas.State) == SESSION.states


def test_from_the_wish_to_the_window(calls: Calls, video: Video) -> None:
    matters_of(calls.town)
    slot = calls.town.slot()
    asked = sent(calls, "/sessions", "channel", ASK)
    here = f"/sessions/{asked['id']}"

    assert (asked["no"], asked["state"], asked["ahead"], asked["estimate"], asked["caller"]) == (
        "V001", "waiting", 0, None, None
    )  # fmt: skip
    seat = sent(calls, "/seats/ready", "seat")
    assert (seat["state"], seat["session"]["id"], seat["session"]["state"]) == ("talking", asked["id"], "ringing")
    assert seat["session"]["caller"] is not None
    assert sent(calls, f"{here}/answer", "seat")["state"] == "talking"
    sent(calls, f"{here}/signals", "seat", {"kind": "offer", "body": "v=0"})
    assert sent(calls, f"{here}/signals", "channel", None, "get")["data"] == [{"n": 1, "kind": "offer", "body": "v=0"}]
    assert sent(calls, f"{here}/signals", "seat", None, "get")["data"] == []
    folder = sent(calls, f"{here}/folder", "seat", {"answers": {"premises": "own", "food": "no"}}, "patch")
    handed = sent(calls, f"{here}/hand-over", "seat", {"slot": slot.pk})
    ended = sent(calls, f"{here}/end", "seat", {})
    rated = sent(calls, f"{here}/rating", "channel", {"score": 9})

    assert (folder["case"], bool(handed["booking"])) == (handed["case"], True)
    assert (ended["state"], ended["why"], rated["score"]) == ("ended", "helped", 9)
    figures = calls("get", "/stats/remote?hall=town&by=seat", "read").json()
    assert [(each["name"], each["closed"], each["users"], each["score_mean"]) for each in figures["data"]] == [
        ("工号一", 1, 1, 9.0)
    ]
    assert figures["saved"]["saved_s"] is None


def test_who_asks_while_a_seat_is_free_rings_at_once(calls: Calls, video: Video) -> None:
    sent(calls, "/seats/ready", "seat")

    assert sent(calls, "/sessions", "kiosk", {"hall": "town", "from": "kiosk"})["state"] == "ringing"
    assert sent(calls, "/seats/mine", "seat", None, "get")["session"]["no"] == "V001"


def test_without_a_hall_the_first_that_has_the_service_and_the_matter_is_asked(calls: Calls, video: Video) -> None:
    assert sent(calls, "/sessions", "channel", {"item": "pension"})["hall"]["code"] == "town"
    assert told(calls("post", "/remote/sessions", "channel", {"hall": "other"})) == (409, "video-not-here")


def test_who_booked_by_video_comes_for_it_and_goes_first(calls: Calls, video: Video) -> None:
    slot = calls.town.slot(business="video")
    row = calls("post", "/appointments", "channel", {"slot": slot.pk, "item": "pension", "person": PERSON}).json()
    assert row["place"] == "video"
    stop_the_clock(at("2026-03-11 09:00"))
    other = calls("post", "/remote/sessions", "channel", {"hall": "town"}).json()

    came = calls("post", "/remote/sessions", "channel", {"appointment": row["code"]})
    unknown = calls("post", "/remote/sessions", "channel", {"appointment": "NOBODYS"})

    mine = came.json()
    assert (came.status_code, mine["appointment"], mine["item"]["code"], mine["ahead"]) == (
        201,
        row["code"],
        "pension",
        0,
    )
    assert mine["first_from"] == "2026-03-11T09:00:00+08:00"
    assert calls("get", f"/remote/sessions/{other['id']}", "channel").json()["ahead"] == 1
    assert (unknown.status_code, unknown.json()["type"]) == (404, "nothing-found")


def test_words_go_both_ways_once_and_are_seen_by_the_two_alone(calls: Calls, video: Video) -> None:
    here = f"/sessions/{sent(calls, '/sessions', 'channel', ASK)['id']}"
    sent(calls, f"{here}/lines", "channel", {"text": "在吗？", "key": "a"})
    sent(calls, f"{here}/lines", "channel", {"text": "在吗？", "key": "a"})
    sent(calls, "/seats/ready", "seat")
    sent(calls, f"{here}/answer", "seat")
    sent(calls, f"{here}/lines", "seat", {"text": "在的", "key": "a"})

    lines = sent(calls, f"{here}/lines", "channel", None, "get")["data"]
    assert [(each["n"], each["by"], each["text"]) for each in lines] == [(1, "citizen", "在吗？"), (2, "seat", "在的")]
    assert [each["n"] for each in sent(calls, f"{here}/lines?after=1", "seat", None, "get")["data"]] == [2]
    assert told(calls("get", f"/remote{here}/lines", "other-channel")) == (404, "nothing-found")
    assert told(calls("get", f"/remote{here}/lines", "kiosk")) == (404, "nothing-found")
    assert told(calls("get", f"/remote{here}", "other-staff")) == (404, "nothing-found")
    said = {"text": "我来", "key": "b"}
    assert told(calls("post", f"/remote{here}/lines", "second-seat", said)) == (409, "changed-meanwhile")
    assert Said.objects.count() == 2


def test_passed_on_called_back_and_left(calls: Calls, video: Video) -> None:
    here = f"/sessions/{sent(calls, '/sessions', 'channel', ASK)['id']}"
    assert sent(calls, f"{here}/call-back", "channel", {"phone": "13800138000"})["state"] == "callback"
    sent(calls, "/seats/ready", "seat")
    sent(calls, f"{here}/answer", "seat")
    second = calls.town.second_clerk.seat.pk

    assert sent(calls, f"{here}/transfer", "seat", {"seat": second})["state"] == "waiting"
    assert sent(calls, "/seats/ready", "second-seat")["session"]["id"] == here.rpartition("/")[2]
    assert told(calls("post", "/remote/seats/pause", "second-seat")) == (409, "wrong-state")
    assert sent(calls, f"{here}/leave", "channel")["why"] == "left"
    assert sent(calls, "/seats/leave", "second-seat")["state"] == "away"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"hall": "nowhere"}, (404, "nothing-found")),
        ({"hall": "town", "item": "no-such"}, (404, "nothing-found")),
        ({"hall": "town", "wants": "dance"}, (422, "invalid")),
        ({"hall": "town", "person": {**PERSON, "id_number": "110105194912310021"}}, (422, "identity-invalid")),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(
    calls: Calls, video: Video, body: Any, said: tuple[int, str]
) -> None:
    assert told(calls("post", "/remote/sessions", "channel", body)) == said
    assert RemoteSession.objects.count() == 0


def test_the_same_request_with_the_same_key_asks_once(calls: Calls, video: Video) -> None:
    first = calls("post", "/remote/sessions", "channel", ASK, idempotency_key="a")
    again = calls("post", "/remote/sessions", "channel", ASK, idempotency_key="a")

    assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert told(calls("post", "/remote/sessions", "channel", ASK)) == (409, "already-waiting")


def test_without_a_seat_of_ones_own_there_is_nothing_to_take(calls: Calls, video: Video) -> None:
    assert told(calls("get", "/remote/seats/mine", "staff")) == (404, "nothing-found")
    assert told(calls("post", "/remote/seats/ready", "staff")) == (404, "nothing-found")
