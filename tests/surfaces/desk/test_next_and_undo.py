"""Who is next, a card that does not fit, and what can be taken back."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from banshi.rooms.tickets import actions as tickets
from tests.surfaces.desk.steps import HTMX, post, take
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


# --- One source for line and centre --------------------------------------------------------------------------------


def test_the_idle_panel_is_told_when_the_line_changes_and_not_otherwise(clerk: Client, open_town: Town):
    clerk.post("/desk/sign-in", {"window": "town-01"})
    page = clerk.get("/desk/").content.decode()
    mark = re.findall(r'data-seen="([^"]*)"', page)[0]
    quiet = clerk.get("/desk/line", {"seen": mark}, headers=HTMX)
    take(open_town, 1)
    moved = clerk.get("/desk/line", {"seen": mark}, headers=HTMX)

    assert ("HX-Trigger" in quiet.headers, moved.headers.get("HX-Trigger")) == (False, "desk-changed")
    assert ("没有人在等" in page, "1 人在等这个窗口" in clerk.get("/desk/console").content.decode()) == (True, True)


def test_while_somebody_is_at_the_window_the_line_moves_alone(clerk: Client, open_town: Town):
    take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    mark = re.findall(r'data-seen="([^"]*)"', post(clerk, "call").content.decode())[0]
    take(open_town, 2)

    assert "HX-Trigger" not in clerk.get("/desk/line", {"seen": mark}, headers=HTMX).headers


def test_the_next_person_is_shown_with_matter_kind_lane_and_wait_masked(clerk: Client, open_town: Town):
    from banshi.foundation import clock

    person = open_town.person(30)
    tickets.issue(
        tickets.Take(item_code="pension", person_id=person.id, channel="kiosk", by=CITIZEN, lane="disabled"),
        hall=open_town.hall,
        now=TUESDAY_NINE,
    )
    clock.set_clock(now=at("2026-03-10 09:12"), speed=0)
    clerk.post("/desk/sign-in", {"window": "town-01"})

    shown = preview_of(clerk.get("/desk/line", headers=HTMX).content.decode())

    assert ("A001" in shown, "养老保险参保登记" in shown, "现场" in shown, "12 分钟" in shown) == (True,) * 4
    assert ("优先：残疾人" in shown, "待核验" in shown) == (True, True)
    assert (person.name in shown, person.id_number[-4:] in shown) == (False, False)


def test_a_booked_next_person_is_shown_with_the_time(clerk: Client, open_town: Town):
    from tests.rooms.tickets.line import booked, check_in

    check_in(open_town, booked(open_town, starts=TUESDAY_NINE))
    clerk.post("/desk/sign-in", {"window": "town-01"})

    shown = preview_of(clerk.get("/desk/line", headers=HTMX).content.decode())

    assert ("预约" in shown, "9:00–10:00" in shown) == (True, True)


def preview_of(html: str) -> str:
    found = re.search(r'id="next-one".*?</article>', html, re.S)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


# --- A card that does not fit ---------------------------------------------------------------------------------------


def test_a_compare_that_fails_keeps_what_was_typed_turns_amber_and_disarms_the_next_step(
    clerk: Client, open_town: Town
):
    ticket, other = take(open_town, 1), open_town.person(2).id_number
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")

    wrong = post(clerk, "identity", ref=ticket.ref, id_number=other)
    unreadable = post(clerk, "identity", ref=ticket.ref, id_number="12345")
    right = post(clerk, "identity", ref=ticket.ref, id_number=open_town.person(1).id_number)

    pages = [answer.content.decode() for answer in (wrong, unreadable, right)]
    assert [answer.status_code for answer in (wrong, unreadable, right)] == [200, 422, 200]
    assert [f'value="{other}"' in pages[0], 'value="12345"' in pages[1], "data-select" in pages[2]] == [
        True,
        True,
        False,
    ]
    assert ["is-mismatch" in page for page in pages] == [True, True, False]
    assert ['data-key="Space"' in page for page in pages] == [False, False, True]


def test_compared_by_eye_counts_whatever_stands_in_the_field(clerk: Client, open_town: Town):
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "identity", ref=ticket.ref, id_number=open_town.person(2).id_number)

    answer = post(clerk, "identity", ref=ticket.ref, id_number="12345", ok="yes")

    ticket.refresh_from_db()
    assert (answer.status_code, ticket.identity_ok) == (200, True)


def test_a_mismatch_stops_the_next_step_until_a_lead_decides(client: Client, open_town: Town):
    ticket = take(open_town, 1)
    client.force_login(open_town.second_clerk)
    client.post("/desk/sign-in", {"window": "town-01"})
    post(client, "call")
    post(client, "identity", ref=ticket.ref, ok="no")

    stopped = post(client, "start", ref=ticket.ref).status_code
    post(client, "override", ref=ticket.ref, why="新换的证")
    started = post(client, "start", ref=ticket.ref).status_code

    assert (stopped, started) == (409, 200)


# --- Undo ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "verb"), [(["call", "start"], "finish"), (["call"], "miss"), (["call"], "turn-away")]
)
def test_what_was_put_away_by_mistake_is_offered_back_for_the_policys_minutes_and_no_longer(
    clerk: Client, open_town: Town, before: list[str], verb: str
):
    from banshi.foundation import clock

    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    for each in before:
        post(clerk, each, ref=ticket.ref)
    done = post(clerk, verb, ref=ticket.ref, why="走错")
    offered = []
    for moment in ("09:00", "09:02", "09:03", "09:04"):
        clock.set_clock(now=at(f"2026-03-10 {moment}"), speed=0)
        offered.append('id="undo"' in clerk.get("/desk/console", headers=HTMX).content.decode())
    clock.set_clock(now=at("2026-03-10 09:03"), speed=0)
    back = post(clerk, "undo", ref=ticket.ref)

    ticket.refresh_from_db()
    assert json.loads(done.headers["HX-Trigger-After-Settle"]) == {"desk-done": {"ref": ticket.ref}}
    assert 'data-lasts="180"' in done.content.decode()
    assert offered == [True, True, True, False]
    assert (back.status_code, ticket.state) == (200, "serving" if verb == "finish" else "called")


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("done", "办完了"), ("paper_missing", "材料不齐"), ("advice_only", "仅咨询"), ("refused", "不予办理")],
)
def test_what_is_offered_back_says_how_it_ended(clerk: Client, open_town: Town, outcome: str, word: str):
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    for each in ("call", "start"):
        post(clerk, each, ref=ticket.ref)

    page = post(clerk, "finish", ref=ticket.ref, outcome=outcome, why="户口本").content.decode()

    ticket.refresh_from_db()
    assert (ticket.outcome, ticket.outcome_why) == (outcome, "户口本")
    assert f"{ticket.number} {word}" in page.split('id="undo"')[1]


def test_a_step_of_somebody_else_is_not_offered_to_take_back(client: Client, open_town: Town):
    ticket = take(open_town, 1)
    client.force_login(open_town.clerk)
    client.post("/desk/sign-in", {"window": "town-01"})
    tickets.sign_in(window_code="town-02", staff_id=open_town.second_clerk.id, now=TUESDAY_NINE)
    for verb, more in (("call", {}), ("start", {}), ("transfer", {"window": "town-02"})):
        post(client, verb, ref=ticket.ref, **more)
    second = open_town.second_clerk.id
    tickets.call_next(window_code="town-02", staff_id=second, now=TUESDAY_NINE)
    tickets.start(ref=ticket.ref, staff_id=second, now=TUESDAY_NINE)
    tickets.finish(ref=ticket.ref, staff_id=second, now=TUESDAY_NINE)

    assert 'id="undo"' not in client.get("/desk/").content.decode()
