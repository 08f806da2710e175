"""The folder beside a call: collected at one's own call alone, and at the window with the time that was booked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.kernel.documents import generate_resident_id
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import form_of
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import RemoteSession
from banshi.surfaces.desk.case_front import threads
from tests.journeys.remote.conftest import Call, call_of
from tests.surfaces.citizen.conftest import stop_the_clock
from tests.surfaces.office.editing import signed_in
from tests.together import together
from tests.town import TUESDAY_NINE, Town

HTMX = {"HX-Request": "true"}


@pytest.fixture
def call(town: Town) -> Call:
    stop_the_clock()
    return call_of(town)


@pytest.fixture
def clerk(call: Call) -> Client:
    return signed_in(call.video.town.clerk)


def address(call: Call, path: str = "") -> str:
    return f"/seat/town/calls/{call.session.ref}/{path}"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def answered(call: Call, clerk: Client) -> Case:
    for said in ("premises:rented", "food:no"):
        assert clerk.post(address(call, "folder/answer"), {"answer": said}).status_code == 302
    return Case.objects.get()


def fields(page: str, **values: str) -> dict[str, str]:
    """What the page's form sends, with some values typed."""
    import re

    marks = dict(re.findall(r'<input type="hidden" name="(w-\d+)" value="([^"]*)"', page))
    return marks | {f"f-{code}": value for code, value in values.items()}


def phone_of(call: Call) -> Client:
    """The browser of whoever calls."""
    client = Client()
    session = client.session
    session["account"] = call.matters.account.pk
    session.save()
    return client


@pytest.mark.django_db
def test_from_the_questions_to_a_window_that_finds_the_folder(call: Call, clerk: Client):
    first = text(clerk.get(address(call)))
    case = answered(call, clerk)
    page = text(clerk.get(address(call)))
    kept = clerk.post(address(call, "folder/form"), fields(page, name="小镇书店", address="一号路 2 号"))
    booked = clerk.post(address(call, "folder/book"), {"slot": call.slot.pk}, headers=HTMX)
    case.refresh_from_db()
    appointment = Appointment.objects.get()

    assert ("premises:rented" in first, "租约" in page, kept.status_code) == (True, True, 302)
    assert (case.channel, case.answers, form_of(case)["name"]) == (
        "video",
        {"premises": "rented", "food": "no"},
        "小镇书店",
    )
    assert (booked.status_code, appointment.code in text(booked), case.appointment) == (200, True, appointment.code)
    at_window = threads(case.person_id, "town", today=TUESDAY_NINE.date())
    assert [(each.no, each.folder) for each in at_window] == [(case.no, True)]


@pytest.mark.django_db
def test_the_citizen_sees_what_is_filled_in_and_afterwards_when_it_is_expected(call: Call, clerk: Client):
    phone = phone_of(call)
    here = f"/video/{call.session.ref}/"
    marks = [phone.get(here + "news").json()["state"]["folder"]]
    case = answered(call, clerk)
    clerk.post(address(call, "folder/form"), fields(text(clerk.get(address(call))), name="小镇书店"))
    filling = text(phone.get(here))
    marks.append(phone.get(here + "news").json()["state"]["folder"])
    clerk.post(address(call, "folder/book"), {"slot": call.slot.pk})
    marks.append(phone.get(here + "news").json()["state"]["folder"])
    clerk.post(address(call, "end"), {"why": "helped"})

    after = text(phone.get(here))
    code = Appointment.objects.get().code
    assert (len(set(marks)), "小镇书店" in filling, code in filling) == (3, True, False)
    assert (f"/a/{code}" in after, f"/cases/{case.no}" in after, "小镇书店" in after) == (True, True, True)


@pytest.mark.django_db
def test_the_part_is_what_the_page_shows(call: Call, clerk: Client):
    answered(call, clerk)

    part = text(clerk.get(address(call, "folder"), headers=HTMX))
    whole = text(clerk.get(address(call, "folder")))

    assert part.count('id="folder"') == whole.count('id="folder"') == 1
    assert ("<html" in part, "<html" in whole) == (False, True)
    assert all(line.strip() in whole for line in part.splitlines() if "csrf" not in line)


@pytest.mark.django_db
def test_the_matter_is_found_by_words_and_said_once(call: Call, clerk: Client):
    RemoteSession.objects.update(item=None)

    unsaid = clerk.post(address(call, "folder/answer"), {"answer": "premises:rented"}, headers=HTMX)
    found = text(clerk.get(address(call, "folder"), {"q": "pension"}, headers=HTMX))
    nothing = clerk.post(address(call, "folder/matter"), {"item": "no-such"}, headers=HTMX)
    chosen = clerk.post(address(call, "folder/matter"), {"item": "pension"}, headers=HTMX)
    again = clerk.post(address(call, "folder/matter"), {"item": "pension"}, headers=HTMX)

    assert (unsaid.status_code, nothing.status_code, chosen.status_code, again.status_code) == (422, 404, 200, 200)
    assert ('id="folder"' in found, RemoteSession.objects.get().item.code) == (True, "pension")
    assert Entry.objects.filter(action="remote_matter_chosen").count() == 1


@pytest.mark.django_db
def test_a_question_is_gone_back_to_and_answered_anew(call: Call, clerk: Client):
    answered(call, clerk)

    asked = text(clerk.get(address(call, "folder"), {"at": "premises"}, headers=HTMX))
    clerk.post(address(call, "folder/answer"), {"answer": "premises:own"}, headers=HTMX)

    assert ("premises:own" in asked, Case.objects.get().answers["premises"]) == (True, "own")


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["premises:castle", "moat:yes", "premises:"])
def test_an_answer_that_is_none_is_refused_with_words(call: Call, clerk: Client, said: str):
    answer = clerk.post(address(call, "folder/answer"), {"answer": said}, headers=HTMX)

    assert (answer.status_code, 'id="folder"' in text(answer)) == (422, True)
    assert Case.objects.count() == 0


@pytest.mark.django_db
def test_what_is_refused_stays_typed(call: Call, clerk: Client):
    case = answered(call, clerk)
    sent = fields(text(clerk.get(address(call))), name="小镇书店")
    clerk.post(address(call, "folder/form"), fields(text(clerk.get(address(call))), name="另一家"))

    answer = clerk.post(address(call, "folder/form"), sent, headers=HTMX)

    assert (answer.status_code, "小镇书店" in text(answer), "另一家" in text(answer)) == (409, True, True)
    case.refresh_from_db()
    assert form_of(case)["name"] == "另一家"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "/matter", "/answer", "/form", "/book"])
def test_a_colleagues_folder_is_not_ones_own(call: Call, path: str):
    other = signed_in(call.video.town.second_clerk)
    where = address(call, f"folder{path}")

    answers = [other.get(where), other.post(where, {"item": "pension", "slot": call.slot.pk})]

    assert {each.status_code for each in answers if "Allow" not in each} == {409}
    assert (Case.objects.count(), Appointment.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_after_the_end_it_is_read_and_no_longer_written(call: Call, clerk: Client):
    case = answered(call, clerk)
    actions.end(ref=call.session.ref, by=call.agent, now=TUESDAY_NINE)

    page = text(clerk.get(address(call)))
    late = [
        clerk.post(address(call, "folder/answer"), {"answer": "food:yes"}),
        clerk.post(address(call, "folder/book"), {"slot": call.slot.pk}),
    ]

    assert (case.no in page, "folder/form" in page and "<button" in page.split('id="folder"')[1]) == (True, False)
    assert ([each.status_code for each in late], Appointment.objects.count()) == ([409, 409], 0)


@pytest.mark.django_db
@pytest.mark.parametrize("slot", ["", "x", "999999", "-1", "99999999999999999999"])
def test_a_time_that_is_none_books_nothing(call: Call, clerk: Client, slot: str):
    answer = clerk.post(address(call, "folder/book"), {"slot": slot}, headers=HTMX)

    assert (answer.status_code, Appointment.objects.count()) == (422, 0)


@pytest.mark.django_db
def test_with_a_time_booked_the_matter_stays(call: Call, clerk: Client):
    clerk.post(address(call, "folder/book"), {"slot": call.slot.pk})
    RemoteSession.objects.update(item=None)

    answer = clerk.post(address(call, "folder/matter"), {"item": "pension"}, headers=HTMX)

    assert answer.status_code == 422


@pytest.mark.django_db
def test_of_somebody_unknown_the_folder_says_so(call: Call, clerk: Client):
    RemoteSession.objects.update(person=None, evidence=0, account=None)

    page = clerk.get(address(call))
    answer = clerk.post(address(call, "folder/answer"), {"answer": "premises:own"}, headers=HTMX)

    assert (page.status_code, "folder/answer" in text(page), answer.status_code) == (200, False, 422)


@pytest.mark.django_db
def test_somebody_unknown_is_written_down_on_their_word_and_what_is_wrong_stays_typed(call: Call, clerk: Client):
    RemoteSession.objects.update(person=None, evidence=0, account=None)
    who = {"name": "赵小云", "id_type": "resident_id", "id_number": "510114198005060000"}

    wrong = clerk.post(address(call, "folder/who"), who, headers=HTMX)
    right = who | {"id_number": generate_resident_id("510114", date(1980, 5, 6), 51)}
    done = clerk.post(address(call, "folder/who"), right)
    page = text(clerk.get(address(call)))
    case = answered(call, clerk)

    assert (wrong.status_code, "510114198005060000" in text(wrong), done.status_code) == (422, True, 302)
    assert ("本人自报" in page, "赵**" in page, right["id_number"] in page, "folder/answer" in page) == (
        True,
        True,
        False,
        True,
    )
    assert (case.applicant, case.evidence) == ("赵小云", 0)
    assert "folder/who" not in text(clerk.get(address(call)))


@pytest.mark.django_db
@pytest.mark.parametrize(("tongue", "words"), [("zh-hans", "本次办件材料"), ("en", "The folder")])
def test_it_speaks_both_languages(call: Call, clerk: Client, tongue: str, words: str):
    clerk.cookies["django_language"] = tongue

    assert words in text(clerk.get(address(call, "folder"), headers=HTMX | {"Accept-Language": tongue}))


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_pressed_by_two_pages_at_once_it_is_one_booking(committed_town: Any):
    stop_the_clock()
    call = call_of(committed_town)
    pages = [signed_in(committed_town.clerk) for _ in range(2)]

    made = together(2, lambda i: pages[i].post(address(call, "folder/book"), {"slot": call.slot.pk}).status_code)

    assert (sorted(made), Appointment.objects.count()) == ([302, 302], 1)
