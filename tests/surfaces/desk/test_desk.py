"""The clerk's console: who may, what it shows, and that each verb does one thing or says why not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.audit.models import Entry
from banshi.rooms.booking.models import Appointment
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Service, Ticket, WindowSession
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nine_o_clock(db: Any):
    from banshi.foundation import clock
    from tests.town import CN  # noqa: F401

    clock.forget()
    clock.set_clock(now=TUESDAY_NINE, speed=0)
    yield
    clock.forget()


@pytest.fixture
def open_town(town: Town) -> Town:
    """The town with a calendar: open on working days 8:30–17:00."""
    from datetime import date

    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.calendars import actions as calendars

    document = {
        "timezone": "Asia/Shanghai",
        "rules": [
            {
                "code": "days", "name": {"zh": "工作日", "en": "Working days"}, "kind": "regular", "when": "working",
                "hours": [["08:30", "17:00"]], "period_minutes": 60,
            }
        ],
    }  # fmt: skip
    calendars.publish(hall=town.hall, document=document, valid_from=date(2020, 1, 1), by=SYSTEM, now=TUESDAY_NINE)
    return town


@pytest.fixture
def clerk(client: Client, open_town: Town) -> Client:
    client.force_login(open_town.clerk)
    return client


def take(town: Town, i: int | None = None, item: str = "pension") -> Ticket:
    person_id = town.person(i).id if i is not None else None
    return tickets.issue(
        hall=town.hall, item_code=item, person_id=person_id, channel="kiosk", by=CITIZEN, now=TUESDAY_NINE
    )


def post(client: Client, verb: str, **data: str) -> Any:
    return client.post(f"/desk/do/{verb}", data, headers=HTMX)


def test_nobody_gets_in_without_signing_in(client: Client):
    assert client.get("/desk/").headers["Location"].startswith("/staff/sign-in")


def test_a_manager_without_the_permission_is_refused(client: Client, open_town: Town):
    client.force_login(open_town.manager)

    assert client.get("/desk/").status_code == 403


def test_a_clerk_of_another_hall_cannot_take_a_window_here(client: Client, open_town: Town):
    client.force_login(open_town.other_halls_clerk)

    answer = client.post("/desk/sign-in", {"window": "town-01"})

    assert (answer.status_code, WindowSession.objects.count()) == (403, 0)


def test_a_window_somebody_works_is_refused_with_the_name(clerk: Client, open_town: Town):
    tickets.sign_in(window_code="town-01", staff_id=open_town.second_clerk.id, now=TUESDAY_NINE)

    answer = clerk.post("/desk/sign-in", {"window": "town-01"})

    assert answer.status_code == 409
    assert "工号二" in answer.content.decode()


def test_one_person_from_call_to_finish(clerk: Client, open_town: Town):
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})

    states = []
    for verb in ("call", "start", "finish"):
        assert post(clerk, verb, ref=ticket.ref).status_code == 200
        ticket.refresh_from_db()
        states.append(ticket.state)

    assert states == ["called", "serving", "finished"]


def test_the_console_never_shows_the_full_number_unless_asked_and_then_leaves_a_trace(clerk: Client, open_town: Town):
    person = open_town.person(1)
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    called = post(clerk, "call").content.decode()

    looked = post(clerk, "look", ref=ticket.ref).content.decode()

    assert (person.id_number in called, person.name in called, person.id_number in looked) == (False, False, True)
    assert Entry.objects.filter(action="looked", subject=f"person:{person.id}").count() == 1


def test_somebody_elses_ticket_cannot_be_looked_at(clerk: Client, open_town: Town):
    other = take(open_town, 2)
    clerk.post("/desk/sign-in", {"window": "town-01"})

    assert post(clerk, "look", ref=other.ref).status_code == 404


def test_calling_with_nobody_waiting_says_so(clerk: Client):
    clerk.post("/desk/sign-in", {"window": "town-01"})

    answer = post(clerk, "call")

    assert answer.status_code == 200
    assert "没有人在等" in answer.content.decode()


def test_a_refusal_stands_on_the_console(clerk: Client, open_town: Town):
    take(open_town)
    take(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")

    assert post(clerk, "call").status_code == 409


def test_calling_out_of_turn_needs_the_permission(client: Client, open_town: Town):
    first, second = take(open_town), take(open_town)
    answers = []
    for staff, window in ((open_town.clerk, "town-01"), (open_town.second_clerk, "town-02")):
        client.force_login(staff)
        client.post("/desk/sign-in", {"window": window})
        answers.append(post(client, "call-this", ref=second.ref, why="轮椅").status_code)

    second.refresh_from_db()
    assert (answers, second.state, first.state) == ([403, 200], "called", "waiting")


@pytest.mark.parametrize("verb", ["recall", "start", "finish", "miss", "hold", "resume-held", "park", "reinstate", "leave",
                                  "transfer", "identity", "look", "add-matter", "note", "call-this", "go-on"])  # fmt: skip
@pytest.mark.parametrize("ref", ["", "nope", "x" * 300, "\0", "😀"])
def test_no_input_breaks_a_verb(clerk: Client, verb: str, ref: str):
    clerk.post("/desk/sign-in", {"window": "town-01"})

    answer = post(clerk, verb, ref=ref, window=ref, category=ref, hall=ref, item=ref, id_number=ref, why=ref, note=ref)

    assert 400 <= answer.status_code < 500


def test_an_unknown_verb_is_not_found(clerk: Client):
    assert post(clerk, "dance").status_code == 404


def test_the_fragment_is_the_pages_own_part(clerk: Client, open_town: Town):
    take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})

    page = clerk.get("/desk/").content.decode()
    fragment = clerk.get("/desk/console", headers=HTMX).content.decode()

    def plain(html: str) -> str:
        return re.sub(r'value="[A-Za-z0-9]{64}"', "", html).strip()

    assert plain(fragment) in plain(page)


@pytest.mark.parametrize("waiting", [1, 3])
def test_the_line_costs_the_same_queries_however_long_it_is(
    clerk: Client, open_town: Town, waiting: int, django_assert_max_num_queries: Any
):
    for i in range(waiting):
        take(open_town, i)
    clerk.post("/desk/sign-in", {"window": "town-01"})

    with django_assert_max_num_queries(30):
        clerk.get("/desk/line", headers=HTMX)


def test_leaving_while_serving_is_refused(clerk: Client, open_town: Town):
    take(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")

    answer = post(clerk, "sign-out")

    assert (answer.status_code, WindowSession.objects.filter(signed_out_at=None).count()) == (409, 1)


def test_somebody_steps_out_until_a_time_and_is_not_called_meanwhile(clerk: Client, open_town: Town):
    first, second = take(open_town, 1), take(open_town, 2)
    clerk.post("/desk/sign-in", {"window": "town-01"})

    parked = post(clerk, "park", ref=first.ref, until="09:30")
    post(clerk, "call")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.parked_until, second.state) == ("parked", at("2026-03-10 09:30"), "called")
    assert "9:30 回" in parked.content.decode()


def test_who_is_back_early_keeps_the_turn(clerk: Client, open_town: Town):
    first, _second = take(open_town, 1), take(open_town, 2)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "park", ref=first.ref)

    post(clerk, "unpark", ref=first.ref)
    post(clerk, "call")

    first.refresh_from_db()
    assert first.state == "called"


@pytest.mark.parametrize("until", ["08:00", "25:00", "soon", "9:30"])
def test_no_stepping_out_until_a_time_that_is_over_or_is_none(clerk: Client, open_town: Town, until: str):
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})

    answer = post(clerk, "park", ref=ticket.ref, until=until)

    ticket.refresh_from_db()
    assert (answer.status_code, ticket.state) == (422, "waiting")


@pytest.mark.parametrize("verb", ["park", "unpark", "reinstate", "leave"])
def test_numbers_of_another_hall_are_not_this_desks(clerk: Client, open_town: Town, verb: str):
    states = {"park": "waiting", "unpark": "parked", "reinstate": "missed", "leave": "waiting"}
    ticket = take(open_town, 1)
    Ticket.objects.filter(pk=ticket.pk).update(hall=open_town.other_hall, state=states[verb])
    clerk.post("/desk/sign-in", {"window": "town-01"})

    answer = post(clerk, verb, ref=ticket.ref)

    ticket.refresh_from_db()
    assert (answer.status_code, ticket.state) == (403, states[verb])


def test_the_missed_numbers_on_the_desk_are_those_this_window_serves(client: Client, open_town: Town):
    mine, other = take(open_town, 1), take(open_town, 2, item="id-card")
    open_town.windows["01"].categories.set([open_town.categories["A"]])
    Ticket.objects.filter(pk__in=[mine.pk, other.pk]).update(state="missed")
    client.force_login(open_town.clerk)
    client.post("/desk/sign-in", {"window": "town-01"})

    page = client.get("/desk/").content.decode()

    assert (f"here-{mine.ref}" in page, f"here-{other.ref}" in page) == (True, False)


@pytest.mark.parametrize("before", [[], ["call"], ["call", "start"]])
def test_a_call_for_help_is_seen_at_the_desk_in_every_state_and_disarms_space(
    clerk: Client, open_town: Town, before: list[str]
):
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    for verb in before:
        post(clerk, verb, ref=ticket.ref)

    helped = post(clerk, "emergency").content.decode()
    over = post(clerk, "resume").content.decode()

    assert ('class="desk__help"' in helped, 'data-key="Space"' in helped, "已发出" in helped) == (True, False, True)
    assert ('class="desk__help"' in over, 'data-key="Space"' in over) == (False, True)
    assert list(Entry.objects.filter(subject="window:town-01").order_by("id").values_list("action", flat=True)) == [
        "called-help",
        "ended-help",
    ]


def test_the_clerk_reads_who_saw_the_call_for_help_and_the_page_notices(clerk: Client, open_town: Town):
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "emergency")
    post(clerk, "emergency")
    tickets.see_emergency(window=open_town.windows["01"], staff_id=open_town.manager.pk, now=TUESDAY_NINE)

    line = clerk.get("/desk/line?seen=emergency:0:", headers=HTMX)
    page = clerk.get("/desk/").content.decode()

    assert line.headers["HX-Trigger"] == "desk-changed"
    assert f"{open_town.manager.name_zh} 已看到 9:00" in page
    assert Entry.objects.filter(action="called-help").count() == 1


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
        hall=open_town.hall, item_code="pension", person_id=person.id, channel="kiosk", by=CITIZEN, now=TUESDAY_NINE,
        lane="disabled",
    )  # fmt: skip
    clock.set_clock(now=at("2026-03-10 09:12"), speed=0)
    clerk.post("/desk/sign-in", {"window": "town-01"})

    shown = preview_of(clerk.get("/desk/line", headers=HTMX).content.decode())

    assert ("A001" in shown, "养老保险参保登记" in shown, "现场" in shown, "12 分钟" in shown) == (True,) * 4
    assert ("优先：残疾人" in shown, "待核验" in shown) == (True, True)
    assert (person.name in shown, person.id_number[-4:] in shown) == (False, False)


def test_a_booked_next_person_is_shown_with_the_time(clerk: Client, open_town: Town):
    from tests.rooms.tickets.test_line import booked, check_in

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


# --- The lead, confirmations, sign-in ------------------------------------------------------------------------------


def test_a_lead_takes_over_and_the_clerk_reads_where_it_went(client: Client, open_town: Town):
    ticket = take(open_town, 1)
    client.force_login(open_town.clerk)
    client.post("/desk/sign-in", {"window": "town-01"})
    post(client, "call")
    clerks = post(client, "take-over", at=f"town-01 {ticket.ref}", why="不舒服").status_code
    other = Client()
    other.force_login(open_town.second_clerk)
    other.post("/desk/sign-in", {"window": "town-02"})
    page = other.get("/desk/").content.decode()

    taken = post(other, "take-over", at=f"town-01 {ticket.ref}", why="不舒服")

    ticket.refresh_from_db()
    assert (clerks, f'value="town-01 {ticket.ref}"' in page, taken.status_code) == (403, True, 200)
    assert (ticket.window.code, ticket.state) == ("town-02", "called")
    assert "A001 已由 02 号窗口接手" in client.get("/desk/").content.decode()


@pytest.mark.parametrize("at_what", ["", "town-01", "town-01 nope", "nope nope", "x" * 300])
def test_nothing_is_taken_over_by_a_form_that_names_nothing(client: Client, open_town: Town, at_what: str):
    client.force_login(open_town.second_clerk)
    client.post("/desk/sign-in", {"window": "town-02"})

    assert post(client, "take-over", at=at_what, why="不舒服").status_code == 404


def test_a_confirmation_is_sent_again_only_where_it_can_be(clerk: Client, open_town: Town):
    from banshi.rooms.booking.models import Appointment
    from banshi.rooms.messaging.models import Message
    from tests.rooms.tickets.test_line import booked

    coming = booked(open_town, person=1, starts=at("2026-03-11 09:00"))
    over = booked(open_town, person=1, starts=at("2026-03-10 07:00"), item="medical")
    others = booked(open_town, person=2, starts=at("2026-03-11 10:00"))
    ticket = take(open_town, 1, item="rent-invoice")
    clerk.post("/desk/sign-in", {"window": "town-01"})
    page = post(clerk, "call").content.decode()

    answers = [post(clerk, "confirm-again", code=each.code).status_code for each in (coming, over, others)]
    said = list(Message.objects.filter(key="confirmation").values_list("subject", flat=True))

    shown = [f'name="code" value="{each.code}"' in page for each in (coming, over, others)]
    assert (shown, answers) == ([True, False, False], [200, 404, 404])
    assert said == [f"appointment:{coming.code}"]
    assert Entry.objects.filter(action="confirmed-again", subject=f"appointment:{coming.code}").count() == 1
    Appointment.objects.filter(pk=coming.pk).update(state="cancelled")
    assert coming.code not in clerk.get("/desk/console").content.decode()
    assert ticket.number == "A001"


@pytest.mark.parametrize("path", ["/desk/line", "/desk/console", "/desk/items?q=a"])
def test_a_part_asked_for_after_the_session_ended_sends_the_whole_page_to_sign_in(client: Client, path: str):
    answer = client.get(path, headers={**HTMX, "HX-Current-URL": "http://testserver/desk/"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/staff/sign-in?next=/desk/&ended=1")
    assert "重新登录后回到刚才的页面" in client.get(answer.headers["HX-Redirect"]).content.decode()


def test_every_key_on_the_desk_is_shown_on_its_button_and_in_the_help(client: Client, open_town: Town):
    import pathlib

    folder = pathlib.Path(__file__).parents[3] / "banshi/surfaces/desk/templates/desk"
    texts = {path.name: path.read_text() for path in folder.glob("*.html")}
    keys = {key for text in texts.values() for key in re.findall(r'data-key="([^"]+)"', text)}
    named = set(re.findall(r"<kbd>(?:{% translate \"Space\" %}|([^<]+))</kbd>", texts["_keys.html"]))
    shown = {
        key
        for name, text in texts.items()
        if name != "_keys.html"
        for key in re.findall(r"<kbd>(?:{% translate \"Space\" %}|([^<]+))</kbd>", text)
    }

    meant = {"" if key == "Space" else key.upper() if len(key) == 1 else key for key in keys}
    assert (meant - named, meant - shown) == (set(), set())


def test_an_idle_desk_says_when_a_closed_hall_opens(clerk: Client, open_town: Town):
    from banshi.foundation import clock

    clerk.post("/desk/sign-in", {"window": "town-01"})
    clock.set_clock(now=at("2026-03-10 18:00"), speed=0)

    page = clerk.get("/desk/").content.decode()

    assert ("大厅已关闭" in page, "明天 8:30 开门" in page) == (True, True)


def test_a_hall_without_windows_says_so_instead_of_nothing(clerk: Client, open_town: Town):
    open_town.hall.windows.update(hall=open_town.other_hall)

    assert "这个大厅还没有窗口" in clerk.get("/desk/").content.decode()


def two_matters(town: Town, items: tuple[str, str] = ("pension", "medical")) -> list[Ticket]:
    """Person 1 has arrived for a visit of two matters; their numbers."""
    from banshi.journeys import check_in
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.evidence import Evidence
    from banshi.rooms.booking import actions as booking

    slots = [town.slot(starts=TUESDAY_NINE, category=letter) for letter in "AB"]
    row, *_ = booking.place_several(
        slot_id=slots[0].pk, item_codes=list(items), person_id=town.person(1).pk, source="web", by=SYSTEM,
        now=at("2026-03-09 10:00"), evidence=Evidence.CHIP,
    )  # fmt: skip
    check_in.by_code(hall=town.hall, code=row.code, by=SYSTEM, now=TUESDAY_NINE, channel="kiosk")
    return list(Ticket.objects.order_by("id"))


def test_one_button_goes_on_with_the_next_matter_of_the_visit(clerk: Client, open_town: Town):
    first, second = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "identity", ref=first.ref, ok="yes")
    page = post(clerk, "start", ref=first.ref).content.decode()
    assert f'name="then" value="{second.ref}"' in page

    post(clerk, "go-on", ref=first.ref, then=second.ref)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.identity_ok) == ("finished", "serving", True)
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["checked_in", "served"]
    assert Service.objects.count() == 2


def test_pressed_twice_it_goes_on_once(clerk: Client, open_town: Town):
    first, second = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)

    answers = [post(clerk, "go-on", ref=first.ref, then=second.ref).status_code for _ in range(2)]

    second.refresh_from_db()
    assert (answers[0], answers[1] >= 400, second.state, Service.objects.count()) == (200, True, "serving", 2)


def test_nobody_elses_number_is_gone_on_with(clerk: Client, open_town: Town):
    first, _ = two_matters(open_town)
    stranger = take(open_town, 2)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)

    answer = post(clerk, "go-on", ref=first.ref, then=stranger.ref)

    first.refresh_from_db()
    assert (answer.status_code, first.state) == (404, "serving")


def test_going_on_by_mistake_is_offered_back_as_one_step(clerk: Client, open_town: Town):
    first, second = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)
    done = post(clerk, "go-on", ref=first.ref, then=second.ref, why="少一页")
    said = Ticket.objects.get(pk=first.pk).outcome_why

    back = post(clerk, "undo", ref=second.ref)

    first.refresh_from_db()
    second.refresh_from_db()
    assert f"{first.number} 办完了，接着办 {second.number}" in done.content.decode().split('id="undo"')[1]
    assert json.loads(done.headers["HX-Trigger-After-Settle"]) == {"desk-done": {"ref": second.ref}}
    assert (back.status_code, first.state, second.state, said) == (200, "serving", "waiting", "少一页")


def form_of(page: str, marks: str) -> str:
    """The opening tag in which something stands, as far as its attributes go."""
    return next(tag for tag in re.findall(r"<[a-z]+ [^>]*>", page) if marks in tag)


def test_what_is_said_to_the_person_goes_with_every_ending_and_enter_ends_nothing(clerk: Client, open_town: Town):
    first, _ = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    page = post(clerk, "start", ref=first.ref).content.decode()

    endings = ['value="paper_missing"', 'value="advice_only"', 'name="then"', 'id="told"']
    of_one_form = ['form="next-form"' in form_of(page, mark) for mark in endings]
    buttons = re.findall(r"<button[^>]*>", page.split('id="next-form"')[1])
    post(clerk, "finish", ref=first.ref, why="先去社区开证明")

    first.refresh_from_db()
    assert (of_one_form, buttons[0]) == ([True] * 4, "<button disabled hidden>")
    assert (first.outcome, first.outcome_why) == ("done", "先去社区开证明")


def test_the_clerk_reads_that_what_is_typed_reaches_nobody(clerk: Client, open_town: Town):
    first, _ = two_matters(open_town)
    said = []
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)
    person, booked = type(open_town.person(1)).objects, Appointment.objects.filter(pk=first.appointment_id)
    for contact in (None, "+8613900139000"):
        person.filter(pk=first.person_id).update(phone=None, phone_index=None)
        Ticket.objects.filter(pk=first.pk).update(notify_to="", limit_key="")
        booked.update(contact=contact)
        said.append(clerk.get("/desk/console", headers=HTMX).content.decode())
    person.filter(pk=first.person_id).update(phone="+8613800138001")
    said.append(clerk.get("/desk/console", headers=HTMX).content.decode())

    words = ("没有手机号，短信发不到，当面说清。", "手机号没经本人确认，短信发不到，当面说清。")
    assert [[word in page for word in words] for page in said] == [[True, False], [False, True], [False, False]]


def test_no_other_matter_is_added_for_a_person_who_is_not_the_cards(clerk: Client, open_town: Town):
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=ticket.ref)
    page = post(clerk, "identity", ref=ticket.ref, ok="no").content.decode()

    answer = post(clerk, "add-matter", ref=ticket.ref, item="medical")

    assert ('data-key="a"' in page, answer.status_code, Ticket.objects.count()) == (False, 409, 1)


@pytest.mark.parametrize("contact", [None, "+8613900139000"])
def test_a_number_sent_to_another_hall_is_told_at_the_desk_and_on_its_own_page(
    client: Client, town: Town, contact: str | None
):
    from tests.journeys.test_sent_on import two_halls

    two_halls(town)
    client.force_login(town.clerk)
    client.post("/desk/sign-in", {"window": "town-01"})
    old = tickets.issue(
        hall=town.hall, item_code="pension", channel="kiosk", by=CITIZEN, now=TUESDAY_NINE, contact=contact
    )
    post(client, "call")

    sent = post(client, "transfer", ref=old.ref, hall="other").content.decode()

    new, there = Ticket.objects.get(came_from=old), town.other_hall
    phone = Client(headers={"accept-language": "zh-CN"}).get(f"/t/{old.ref}").content.decode()
    assert f"{old.number} 已转到{there.name_zh}，那边是 {new.number} 号。" in sent
    words = ("路上约", "短信已发。", "短信发不到，当面说清。")
    assert [word in sent for word in words] == [True, contact is not None, contact is None]
    assert [word in phone for word in (there.name_zh, new.number, there.address_zh, "短信")] == [True] * 3 + [False]


@pytest.mark.parametrize("mine", [True, False])
def test_a_matter_added_at_the_window_uses_what_its_person_booked_for_it(clerk: Client, open_town: Town, mine: bool):
    from banshi.kernel.actors import SYSTEM
    from banshi.kernel.evidence import Evidence
    from banshi.rooms.booking import actions as booking

    booked = booking.place(
        slot_id=open_town.slot(starts=at("2026-03-10 11:00")).pk, item_code="medical", source="web", by=SYSTEM,
        person_id=open_town.person(1 if mine else 2).pk, now=at("2026-03-09 10:00"), evidence=Evidence.CHIP,
    )  # fmt: skip
    ticket = take(open_town, 1)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=ticket.ref)

    page = post(clerk, "add-matter", ref=ticket.ref, item="medical").content.decode()

    added = Ticket.objects.exclude(pk=ticket.pk).get()
    row = Appointment.objects.get(code=booked.code)
    assert (added.appointment_id == row.pk, row.state) == (mine, "checked_in" if mine else "booked")
    assert f'name="then" value="{added.ref}"' in page  # J goes on with it
    post(clerk, "go-on", ref=ticket.ref, then=added.ref)
    post(clerk, "undo", ref=added.ref)
    assert [Ticket.objects.get(pk=each.pk).state for each in (ticket, added)] == ["serving", "waiting"]


def test_how_the_others_of_a_visit_ended_is_said_to_the_next_clerk(clerk: Client, open_town: Town):
    first, second = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    for verb in ("call", "start"):
        post(clerk, verb, ref=first.ref)
    post(clerk, "identity", ref=first.ref, ok="no")
    post(clerk, "turn-away", ref=first.ref, why="人证不符")

    page = post(clerk, "call").content.decode()

    tags = re.findall(r'<span class="tag"[^>]*>([^<]*)</span>', page.split("本次到访")[1])
    assert tags[0].split() == [first.number, "不予办理", "·", "人证不符"]


def test_an_early_booking_used_by_a_walk_in_number_reads_as_both(clerk: Client, open_town: Town):
    first, _second = two_matters(open_town)
    Ticket.objects.filter(pk=first.pk).update(kind="walk_in")
    clerk.post("/desk/sign-in", {"window": "town-01"})
    before = " ".join(clerk.get("/desk/").content.decode().split())

    called = " ".join(post(clerk, "call").content.decode().split())

    assert ["现场 · 约在 " in page for page in (before, called)] == [True, True]


def test_a_matter_added_here_says_of_the_telephone_what_the_first_says(clerk: Client, open_town: Town):
    from banshi.rooms.tickets.queries.contact import contact_unconfirmed

    first, _ = two_matters(open_town)
    clerk.post("/desk/sign-in", {"window": "town-01"})
    post(clerk, "call")
    post(clerk, "start", ref=first.ref)
    type(open_town.person(1)).objects.filter(pk=first.person_id).update(phone=None, phone_index=None)
    Appointment.objects.filter(pk=first.appointment_id).update(contact="+8613900139000")
    Ticket.objects.update(notify_to="", limit_key="")

    post(clerk, "add-matter", ref=first.ref, item="rent-invoice")

    added = Ticket.objects.order_by("id").last()
    assert (added.channel, contact_unconfirmed(added)) == ("desk", "+8613900139000")


def test_other_halls_are_offered_with_the_way_and_whether_they_take_people(client: Client, town: Town):
    from banshi.foundation import clock
    from tests.journeys.test_sent_on import two_halls

    two_halls(town)
    client.force_login(town.clerk)
    client.post("/desk/sign-in", {"window": "town-01"})
    tickets.issue(hall=town.hall, item_code="pension", channel="kiosk", by=CITIZEN, now=TUESDAY_NINE)
    post(client, "call")

    at_nine = client.get("/desk/halls").content.decode()
    clock.set_clock(now=at("2026-03-10 16:45"), speed=0)
    too_late = client.get("/desk/halls").content.decode()
    panel = client.get("/desk/").content.decode().split('id="transfer"')[1].split("</dialog>")[0]

    assert '<option value="other">邻镇大厅 · 路上约 30 分钟</option>' in at_nine
    assert '<option value="other" disabled>邻镇大厅 · 路上约 30 分钟 · 未开放</option>' in too_late
    assert "养老保险参保登记" in panel
