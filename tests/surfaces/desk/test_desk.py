"""The clerk's console: who may, what it shows, and that each verb does one thing or says why not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.audit.models import Entry
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket, WindowSession
from tests.surfaces.desk.steps import HTMX, post, take
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("until", ["09:30", "9:30", "9：30"])
def test_somebody_steps_out_until_a_time_and_is_not_called_meanwhile(clerk: Client, open_town: Town, until: str):
    first, second = take(open_town, 1), take(open_town, 2)
    clerk.post("/desk/sign-in", {"window": "town-01"})

    parked = post(clerk, "park", ref=first.ref, until=until)
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


@pytest.mark.parametrize("until", ["08:00", "25:00", "soon", "930"])
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
    assert "01 号窗口的 A001 已转到这里" in taken.content.decode()
    assert "A001 已由 02 号窗口接手" in client.get("/desk/").content.decode()


@pytest.mark.parametrize("at_what", ["", "town-01", "town-01 nope", "nope nope", "x" * 300])
def test_nothing_is_taken_over_by_a_form_that_names_nothing(client: Client, open_town: Town, at_what: str):
    client.force_login(open_town.second_clerk)
    client.post("/desk/sign-in", {"window": "town-02"})

    assert post(client, "take-over", at=at_what, why="不舒服").status_code == 404


def test_a_confirmation_is_sent_again_only_where_it_can_be(clerk: Client, open_town: Town):
    from banshi.rooms.booking.models import Appointment
    from banshi.rooms.messaging.models import Message
    from tests.rooms.tickets.line import booked

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
    assert f'value="{coming.code}"' not in clerk.get("/desk/console").content.decode()
    assert ticket.number == "A001"


@pytest.mark.parametrize("path", ["/desk/line", "/desk/console", "/desk/items?q=a"])
def test_a_part_asked_for_after_the_session_ended_sends_the_whole_page_to_sign_in(client: Client, path: str):
    answer = client.get(path, headers={**HTMX, "HX-Current-URL": "http://testserver/desk/"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/staff/sign-in?next=/desk/&ended=1")
    assert "重新登录后回到刚才的页面" in client.get(answer.headers["HX-Redirect"]).content.decode()


def keys_of_steps() -> set[str]:
    """The keys that Python gives to steps; `desk/_step.html` writes each on its button."""
    import ast
    import pathlib

    folder = pathlib.Path(__file__).parents[3] / "banshi/surfaces/desk"
    calls = [
        node
        for name in ("steps.py", "panels.py")
        for node in ast.walk(ast.parse((folder / name).read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Step", "replace")
    ]
    given = [each for call in calls for each in [*call.args[2:3], *(k.value for k in call.keywords if k.arg == "key")]]
    given += [
        node.value
        for node in ast.walk(ast.parse((folder / "panels.py").read_text()))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "key"
    ]
    texts = [part for each in given for part in ast.walk(each) if isinstance(part, ast.Constant)]
    return {str(each.value) for each in texts if isinstance(each.value, str) and each.value}


ARROWS = {"ArrowLeft": "←", "ArrowRight": "→"}


def test_every_key_on_the_desk_is_shown_on_its_button_and_in_the_help(client: Client, open_town: Town):
    import pathlib

    folder = pathlib.Path(__file__).parents[3] / "banshi/surfaces/desk/templates/desk"
    texts = {path.name: path.read_text() for path in folder.glob("*.html")}
    written = {key for text in texts.values() for key in re.findall(r'data-key="([^"{]+)"', text)}
    kbd = re.compile(r"<kbd>(?:{% translate \"Space\" %}|([^<{]+))</kbd>")
    named = set(kbd.findall(texts["_keys.html"])) | set(kbd.findall(texts["_case_keys.html"]))
    shown = {key for name, text in texts.items() if "_keys" not in name for key in kbd.findall(text)}
    shown |= {
        ARROWS[key] for key in ARROWS if f'data-key="{key}"' in texts["_case_middle.html"]
    }  # drawn as what they do

    def cap(key: str) -> str:
        return "" if key == "Space" else ARROWS[key] if key in ARROWS else key.upper() if len(key) == 1 else key

    steps = keys_of_steps()
    assert {"Space", "r", "m", "h", "2", "3", "j", "4", "t", "a", "o", "x", "g", "k", "p", "F9", "u", "l", "b"} <= steps
    assert ({cap(key) for key in written | steps} - named, {cap(key) for key in written} - shown) == (set(), set())
    assert "<kbd>{{ step.cap }}</kbd>" in texts["_step.html"]


def test_an_idle_desk_says_when_a_closed_hall_opens(clerk: Client, open_town: Town):
    from banshi.foundation import clock

    clerk.post("/desk/sign-in", {"window": "town-01"})
    clock.set_clock(now=at("2026-03-10 18:00"), speed=0)

    page = clerk.get("/desk/").content.decode()

    assert ("大厅已关闭" in page, "明天 8:30 开门" in page) == (True, True)


def test_a_hall_without_windows_says_so_instead_of_nothing(clerk: Client, open_town: Town):
    open_town.hall.windows.update(hall=open_town.other_hall)

    assert "这个大厅还没有窗口" in clerk.get("/desk/").content.decode()
