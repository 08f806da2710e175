"""Help by video at the machine: asked for from any page, gone with who stood there, the screen reached only after a yes."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from banshi.foundation import clock
from banshi.rooms.audit.models import Entry
from banshi.rooms.devices.models import Device
from banshi.rooms.remote import actions, queries
from banshi.rooms.remote.models import Act, RemoteSession, Screen
from banshi.surfaces.kiosk import calling
from tests.rooms.remote.conftest import Video, video_of
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.office.editing import signed_in
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
HERE = "/kiosk/town/help"
SCREEN = {
    "page": "p1", "title": "How to reach you",
    "fields": [
        {"id": "f0", "label": "Telephone", "value": "•••0000", "options": [], "shut": False},
        {"id": "f1", "label": "Card", "value": "", "options": [], "shut": True},
        {"id": "f2", "label": "District", "value": "", "options": [["n", "North"], ["s", "South"]], "shut": False},
    ],
    "keys": [
        {"id": "k0", "label": "Next", "does": "press"}, {"id": "k1", "label": "Print", "does": "print"},
        {"id": "k2", "label": "Send", "does": ""},
    ],
}  # fmt: skip


@pytest.fixture
def video(opened: Town, kiosk: Device) -> Video:
    made = video_of(opened)
    made.seat()
    return made


@pytest.fixture
def clerk(video: Video) -> Client:
    return signed_in(video.town.clerk)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def asked(machine: Client, **said: str) -> RemoteSession:
    machine.post(f"{HERE}/ask", {"media": "text", "page": "/kiosk/town/", **said})
    return RemoteSession.objects.get()


@pytest.fixture
def session(video: Video, machine: Client) -> RemoteSession:
    """Whoever stands at the machine talks with the clerk."""
    made = asked(machine)
    return actions.answer(ref=made.ref, by=video.agent, now=TUESDAY_NINE)


@pytest.fixture
def shown(session: RemoteSession, machine: Client) -> RemoteSession:
    """… and lets the screen be seen."""
    machine.post(f"{HERE}/allow", {"yes": "1"})
    assert machine.post(f"{HERE}/screen", {"screen": json.dumps(SCREEN)}).status_code == 200
    return session


def wish(clerk: Client, session: RemoteSession, kind: str, target: str, **more: str) -> Any:
    said = {"kind": kind, "target": target, "key": f"{kind}-{target}", **more}
    return clerk.post(f"/seat/town/calls/{session.ref}/hand/act", said, headers={"HX-Request": "true"})


# --- The call -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "walk-in", "check-in", "search", "mine", "papers"])
def test_every_page_has_the_key(video: Video, machine: Client, page: str) -> None:
    answer = machine.get(f"/kiosk/town/{page}")

    assert "data-help " in text(answer)
    assert "camera=(self)" in answer["Permissions-Policy"]


def test_a_hall_without_seats_has_no_key(opened: Town, kiosk: Device, machine: Client) -> None:
    answer = machine.get("/kiosk/town/")

    assert "data-help " not in text(answer)
    assert "camera=(self)" not in answer["Permissions-Policy"]


def test_somebody_is_asked_for_and_rings_at_a_free_seat(video: Video, machine: Client, kiosk: Device) -> None:
    answer = machine.post(f"{HERE}/ask", {"media": "video", "page": "/kiosk/town/"})

    session = RemoteSession.objects.get()
    assert (session.state, session.origin, session.device_id, session.person_id) == ("ringing", "kiosk", kiosk.pk, None)
    assert f'data-ref="{session.ref}"' in text(answer)


def test_two_taps_are_one_call(video: Video, machine: Client) -> None:
    for _ in range(2):
        machine.post(f"{HERE}/ask", {"media": "text"})

    assert RemoteSession.objects.count() == 1


def test_whose_card_lies_there_is_known_and_so_is_the_matter_of_the_page(video: Video, machine: Client) -> None:
    person = video.town.person(1)
    machine.post("/kiosk/town/mine", {"chip": chip(person)})

    session = asked(machine, page="/kiosk/town/begin/pension")

    assert (session.person_id, session.item.code if session.item else "") == (person.pk, "pension")


def test_who_called_first_and_put_their_card_afterwards_is_known_in_the_call(video: Video, machine: Client) -> None:
    person, session = video.town.person(1), asked(machine)
    before = session.person_id
    machine.post("/kiosk/town/mine", {"chip": chip(person)})

    for _ in range(2):
        machine.get(HERE)

    session.refresh_from_db()
    assert (before, session.person_id, session.proven) == (None, person.pk, True)
    assert Entry.objects.filter(action="remote_named").count() == 1


@pytest.mark.parametrize(
    "page", ["", "/", "//", "http://[", "/kiosk/town/begin/none", "/kiosk/town/mine/none/form", "x" * 999]
)
def test_a_page_that_is_none_is_about_nothing(video: Video, machine: Client, page: str) -> None:
    session = asked(machine, page=page)

    assert (session.item_id, session.case_id) == (None, None)


def test_the_case_of_somebody_else_is_not_taken_along(video: Video, machine: Client) -> None:
    from tests.matters import matters_of

    town = video.town
    no = matters_of(town).opened().no
    machine.post("/kiosk/town/mine", {"chip": chip(town.person(3))})

    assert asked(machine, page=f"/kiosk/town/mine/{no}/form").case_id is None


def test_out_of_hours_it_says_when_it_opens(video: Video, machine: Client) -> None:
    video.town.policy(video={"opens": "10:00", "closes": "11:00"})

    panel = machine.get(HERE)
    asking = machine.post(f"{HERE}/ask", {"media": "text"})

    assert ("10:00" in text(panel), "data-help-ask" in text(panel), asking.status_code) == (True, False, 409)
    assert RemoteSession.objects.count() == 0


def test_it_goes_on_from_page_to_page_and_is_gone_with_who_stood_there(session: RemoteSession, machine: Client) -> None:
    on_the_next_page = machine.get("/kiosk/town/walk-in")
    machine.post(f"{HERE}/leave", {"forget": "1"})
    session.refresh_from_db()

    assert "data-calling" in text(on_the_next_page)
    assert "data-calling" not in text(machine.get("/kiosk/town/"))
    assert (session.state, session.why) == ("ended", "left")
    assert machine.get(f"{HERE}/news").status_code == 404


def test_after_ten_minutes_without_a_sign_nobody_finds_the_call(
    session: RemoteSession, machine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    wall = clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: wall + timedelta(seconds=calling.FOR_S + 5))

    assert session.ref not in text(machine.get(HERE))
    assert machine.get(f"{HERE}/news").status_code == 404


def test_another_machine_has_nothing_of_it(session: RemoteSession) -> None:
    other = Client()

    assert session.ref not in text(other.get(HERE))
    for path, said in (
        ("say", {"text": "hallo", "key": "k"}),
        ("allow", {"yes": "1"}),
        ("act", {"n": "1", "said": "yes"}),
    ):
        assert other.post(f"{HERE}/{path}", said).status_code == 404


def test_words_go_both_ways(session: RemoteSession, machine: Client, clerk: Client) -> None:
    machine.post(f"{HERE}/say", {"text": "在哪里按？", "key": "a"})
    actions.say(ref=session.ref, side="seat", text="右下角", key="b", now=TUESDAY_NINE)

    lines = machine.get(f"{HERE}/news", {"said": "0"}).json()["lines"]

    assert [each["text"] for each in lines] == ["在哪里按？", "右下角"]


def test_it_is_rated_and_then_forgotten(session: RemoteSession, video: Video, machine: Client) -> None:
    actions.end(ref=session.ref, by=video.agent, now=TUESDAY_NINE)
    over = machine.get(HERE)
    rated = machine.post(f"{HERE}/rate", {"score": "9"})
    session.refresh_from_db()

    assert ("data-help-rate" in text(over), "data-help-rate" in text(rated), session.score) == (True, False, 9)
    assert session.ref not in text(machine.get(HERE))


@pytest.mark.parametrize("score", ["", "11", "-1", "x"])
def test_a_mark_that_is_none_is_refused_in_words(
    session: RemoteSession, video: Video, machine: Client, score: str
) -> None:
    actions.end(ref=session.ref, by=video.agent, now=TUESDAY_NINE)

    answer = machine.post(f"{HERE}/rate", {"score": score})

    assert (answer.status_code, "data-help-rate" in text(answer)) == (422, True)


# --- The screen ---------------------------------------------------------------------------------------------------


def test_without_a_yes_nothing_of_the_screen_is_told(session: RemoteSession, machine: Client, clerk: Client) -> None:
    told = machine.post(f"{HERE}/screen", {"screen": json.dumps(SCREEN)})
    wished = wish(clerk, session, "point", "k0")

    assert told.status_code == wished.status_code == 409
    assert Screen.objects.count() == Act.objects.count() == 0


def test_the_seat_asks_to_see_it_and_the_person_presses(session: RemoteSession, machine: Client, clerk: Client) -> None:
    clerk.post(f"/seat/town/calls/{session.ref}/hand/ask", {"key": "q1"})

    (line,) = machine.get(f"{HERE}/news").json()["lines"]
    assert "让对方看屏幕" in line["text"]
    assert queries.consents_of(session) == frozenset()


def test_the_seat_sees_the_screen_in_words_and_it_is_sealed(shown: RemoteSession, clerk: Client) -> None:
    from django.db import connection

    page = text(clerk.get(f"/seat/town/calls/{shown.ref}/"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM remote_screen")
        (body,) = cursor.fetchone()

    assert all(word in page for word in ("How to reach you", "Telephone", "•••0000", "North"))
    assert "Telephone" not in body


def test_taken_back_it_is_gone_at_once(shown: RemoteSession, machine: Client, clerk: Client) -> None:
    machine.post(f"{HERE}/allow", {"yes": "0"})

    assert Screen.objects.count() == 0
    assert "How to reach you" not in text(clerk.get(f"/seat/town/calls/{shown.ref}/"))
    assert wish(clerk, shown, "point", "k0").status_code == 409


@pytest.mark.parametrize("how", ["end", "leave", "transfer"])
def test_with_the_talk_the_screen_is_gone(shown: RemoteSession, video: Video, machine: Client, how: str) -> None:
    if how == "leave":
        machine.post(f"{HERE}/leave")
    else:
        more = {"to_seat": video.seat(video.town.second_clerk).pk} if how == "transfer" else {}
        getattr(actions, how)(ref=shown.ref, by=video.agent, now=TUESDAY_NINE, **more)

    assert Screen.objects.count() == 0


@pytest.mark.parametrize(
    "screen",
    ["", "{", "[]", "7", '{"fields": 7, "keys": [7, {"id": 7}], "title": {}}', '{"fields": [{"options": [[1]]}]}'],
)
def test_a_screen_that_is_none_breaks_nothing(
    shown: RemoteSession, machine: Client, clerk: Client, screen: str
) -> None:
    assert machine.post(f"{HERE}/screen", {"screen": screen}).status_code == 200
    assert clerk.get(f"/seat/town/calls/{shown.ref}/").status_code == 200


# --- The hand -----------------------------------------------------------------------------------------------------


def test_an_act_is_asked_allowed_and_done_and_each_is_written_down(
    shown: RemoteSession, machine: Client, clerk: Client
) -> None:
    wish(clerk, shown, "fill", "f0", text="13800000000")
    (one,) = machine.get(f"{HERE}/hand").json()["wants"]
    allowed = machine.post(f"{HERE}/act", {"n": str(one["n"]), "said": "yes"}).json()["wants"]
    done = machine.post(f"{HERE}/act", {"n": str(one["n"]), "said": "done"}).json()["wants"]

    assert (one["kind"], one["label"], one["text"], one["page"]) == ("fill", "Telephone", "13800000000", "p1")
    assert ([each["allowed"] for each in allowed], done) == ([True], [])
    deeds = Entry.objects.filter(action__startswith="remote_act").order_by("id").values_list("action", flat=True)
    assert list(deeds) == ["remote_act_asked", "remote_act_allowed", "remote_act_done"]
    assert "13800000000" not in json.dumps(list(Entry.objects.values_list("facts", flat=True)), default=str)


def test_a_no_leaves_nothing_to_do(shown: RemoteSession, machine: Client, clerk: Client) -> None:
    wish(clerk, shown, "press", "k0")

    machine.post(f"{HERE}/act", {"n": "1", "said": "no"})

    assert machine.get(f"{HERE}/hand").json()["wants"] == []
    assert machine.post(f"{HERE}/act", {"n": "1", "said": "done"}).status_code == 409


@pytest.mark.parametrize(
    ("kind", "target", "more"),
    [
        ("press", "k2", {}),  # it counts: theirs to press
        ("print", "k0", {}), ("open", "k1", {}), ("press", "f0", {}), ("fill", "k0", {"text": "x"}),
        ("fill", "f1", {"text": "x"}),  # shut
        ("point", "k9", {}), ("point", "", {}),
    ],
)  # fmt: skip
def test_what_is_not_on_the_screen_or_not_for_others_is_refused(
    shown: RemoteSession, clerk: Client, kind: str, target: str, more: dict[str, str]
) -> None:
    answer = wish(clerk, shown, kind, target, **more)

    assert (answer.status_code, Act.objects.count()) == (409, 0)


@pytest.mark.parametrize(("target", "given"), [("f0", ""), ("f0", "x" * 201), ("f2", "w"), ("f2", "")])
def test_nothing_or_an_option_that_is_none_is_not_written(
    shown: RemoteSession, clerk: Client, target: str, given: str
) -> None:
    answer = wish(clerk, shown, "fill", target, text=given)

    assert (answer.status_code, Act.objects.count()) == (422, 0)


def test_an_option_is_said_in_the_machines_words(shown: RemoteSession, machine: Client, clerk: Client) -> None:
    wish(clerk, shown, "fill", "f2", text="s")

    (one,) = machine.get(f"{HERE}/hand").json()["wants"]
    assert (one["text"], one["words"]) == ("s", "South")


def test_the_same_form_sent_twice_is_one_act(shown: RemoteSession, clerk: Client) -> None:
    for _ in range(2):
        wish(clerk, shown, "press", "k0")

    assert Act.objects.count() == 1


def test_after_it_was_taken_back_a_yes_comes_too_late(shown: RemoteSession, machine: Client, clerk: Client) -> None:
    wish(clerk, shown, "press", "k0")
    machine.post(f"{HERE}/allow", {"yes": "0"})

    answer = machine.post(f"{HERE}/act", {"n": "1", "said": "yes"})

    assert (answer.status_code, Act.objects.get().yes) == (409, None)


def test_another_seat_or_hall_reaches_nothing(shown: RemoteSession, video: Video) -> None:
    video.seat(video.town.second_clerk)
    second, other = signed_in(video.town.second_clerk), signed_in(video.town.other_halls_clerk)

    assert wish(second, shown, "point", "k0").status_code == 409
    assert wish(other, shown, "point", "k0").status_code in (403, 404)
    assert Act.objects.count() == 0


def test_a_caller_at_home_has_no_screen_to_reach(video: Video, clerk: Client) -> None:
    session = video.asked()
    actions.assign(now=TUESDAY_NINE)
    actions.answer(ref=session.ref, by=video.agent, now=TUESDAY_NINE)

    assert 'id="hand"' not in text(clerk.get(f"/seat/town/calls/{session.ref}/"))


def test_a_picture_of_the_clerk_is_shown_to_whoever_stands_there_alone(video: Video, machine: Client) -> None:
    video.seat()
    asked(machine)
    session = RemoteSession.objects.get()
    actions.answer(ref=session.ref, by=video.agent, now=TUESDAY_NINE)
    out = BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "JPEG")
    sent = {"content": out.getvalue(), "name": "sample.jpg", "key": "k", "by": video.agent, "now": TUESDAY_NINE}
    actions.say_file(ref=session.ref, side="seat", **sent)

    shown = machine.get("/kiosk/town/help/file/1?small")
    panel = machine.get("/kiosk/town/help").content.decode()

    assert (shown.status_code, shown["Content-Type"], Client().get("/kiosk/town/help/file/1").status_code) == (
        200,
        "image/jpeg",
        404,
    )
    assert ("help/file/1?small" in panel, 'target="_blank"' in panel, "data-call-file" in panel) == (True, False, False)


def test_the_clerk_asks_to_record_and_the_person_says_yes_and_no_longer(
    video: Video, machine: Client, clerk: Client
) -> None:
    made = asked(machine, media="video")
    actions.answer(ref=made.ref, by=video.agent, now=TUESDAY_NINE)
    clerk.post(f"/seat/town/calls/{made.ref}/recording", {"purpose": "核对身份"})

    question = text(machine.get(HERE))
    yes = machine.post(f"{HERE}/recording", {"said": "yes"})
    mark = text(machine.get(HERE))
    stop = machine.post(f"{HERE}/recording", {"said": "stop"})

    assert ('value="yes"' in question, "call__red" in mark, yes.status_code, stop.status_code) == (True, True, 200, 200)
    assert [(each.state, each.why) for each in made.recordings.all()] == [("ended", "taken-back")]
