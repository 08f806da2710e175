"""Who opens a case at the desk: the clerk who serves its person at their own window, as long as they do; and what the console
says of it."""

from __future__ import annotations

import pytest
from django.test import Client

from banshi.rooms.audit.models import Entry
from banshi.rooms.tickets import actions as tickets
from tests.surfaces.desk.served import FILLED, HTMX, here, post, press, sent_online, serve
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def signed_in(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_another_window_does_not_find_the_number_or_its_case(clerk, matters):
    case, town = sent_online(matters), matters.town
    ticket = serve(town, 1)
    tickets.sign_in(window_code="town-02", staff_id=town.second_clerk.pk, now=TUESDAY_NINE)
    beside = signed_in(town.second_clerk)

    found = [beside.get(url).status_code for url in (f"/desk/cases/{ticket.ref}/", here(ticket, case))]

    assert (found, press(beside, ticket, case, "accept").status_code) == ([404, 404], 404)
    case.refresh_from_db()
    assert case.phase == "pre_passed"


def test_who_is_at_no_window_opens_no_case(clerk, matters):
    case = sent_online(matters)
    ticket = serve(matters.town, 1)

    assert signed_in(matters.town.second_clerk).get(here(ticket, case)).status_code == 409


def test_a_case_of_somebody_else_is_not_found(clerk, matters):
    case = sent_online(matters)
    ticket = serve(matters.town, 0)

    assert clerk.get(here(ticket, case)).status_code == 404
    assert press(clerk, ticket, case, "accept").status_code == 404


def test_a_number_that_ended_meanwhile_says_so_and_does_nothing(clerk, matters):
    case = sent_online(matters)
    ticket = serve(matters.town, 1)
    post(clerk, "finish", ref=ticket.ref)

    answer = press(clerk, ticket, case, "accept", htmx=True)

    case.refresh_from_db()
    assert (answer.status_code, answer["HX-Retarget"], case.phase) == (409, "#case-said", "pre_passed")


def test_a_step_taken_meanwhile_is_told_and_not_taken_twice(clerk, matters):
    case = sent_online(matters)
    ticket = serve(matters.town, 1)
    press(clerk, ticket, case, "accept")

    again = press(clerk, ticket, case, "accept", phase="pre_passed", htmx=True)

    assert (again.status_code, case.events.filter(verb="accept").count()) == (409, 1)


def test_opening_a_case_leaves_a_trace(clerk, matters):
    case = sent_online(matters)
    ticket = serve(matters.town, 1)

    clerk.get(here(ticket, case))

    assert Entry.objects.filter(action="looked", subject=f"person:{case.person_id}").count() == 1


def test_what_cannot_be_accepted_keeps_what_was_typed(clerk, matters):
    case = matters.opened()
    ticket = serve(matters.town, 1)

    answer = press(clerk, ticket, case, "accept", htmx=True, **{"here-id": "on", "f-shop": "老街小吃"})

    case.refresh_from_db()
    page = answer.content.decode()
    assert (answer.status_code >= 400, case.phase) == (True, "draft")
    assert ('name="here-id"' in page, "data-refusal" in page) == (True, True)


def test_a_notice_given_now_is_printed_and_the_desk_is_next(clerk, matters):
    case = matters.opened()
    ticket = serve(matters.town, 1)

    page = press(
        clerk, ticket, case, "notice", htmx=True, **FILLED,
        **{"here-id": "on", "here-photo": "on", "lacks-material-lease": "on", "why-material-lease": "没有带"},
    ).content.decode()  # fmt: skip

    paper = case.papers.get(kind="one_time_notice")
    pdf = clerk.get(f"{here(ticket, case)}papers/{paper.number}")
    assert (f"papers/{paper.number}" in page, 'data-key="p"' in page) == (True, True)
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert page.count('href="/desk/" data-key="Space"') == 1


@pytest.mark.parametrize(
    "verb",
    [
        "keep",
        "receive",
        "accept",
        "follow",
        "notice",
        "refuse",
        "grant",
        "deny",
        "library",
        "promise",
        "settle",
        "renew",
    ],
)
def test_a_form_that_says_nonsense_is_refused_in_words(clerk, matters, verb):
    case = matters.opened()
    ticket = serve(matters.town, 1)
    nonsense = {
        "phase": "\x00draft", "revision": "9" * 30, "q-premises": "nowhere", "f-shop": "\x00" * 9, "here-id": "on",
        "copies-id": "-1", "follows-lease": "on", "on-lease": "31.02.2026", "lacks-material-id": "", "second": "'",
    }  # fmt: skip

    answer = clerk.post(f"{here(ticket, case)}do/{verb}", nonsense, headers=HTMX)

    assert 400 <= answer.status_code < 500


def test_the_console_shows_what_the_person_served_has_under_way(clerk, matters):
    case = sent_online(matters)
    ticket = serve(matters.town, 1)

    page = clerk.get("/desk/").content.decode()

    assert (here(ticket, case) in page, f'href="/desk/cases/{ticket.ref}/" data-key="c"' in page) == (True, True)


def test_the_console_says_that_a_number_of_nobody_opens_no_case(clerk, matters):
    ticket = serve(matters.town, None)

    page = clerk.get("/desk/").content.decode()
    thread = clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()

    assert ("这个号没有对应的人" in page, 'data-key="c"' in page) == (True, False)
    assert ("这个号没有对应的人" in thread, "case-open" in thread) == (True, False)


def test_somebody_with_nothing_under_way_is_offered_a_new_case(clerk, matters):
    ticket = serve(matters.town, 0)

    assert "新办一件" in clerk.get("/desk/").content.decode()
    assert f'action="/desk/cases/{ticket.ref}/open"' in clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()


def test_another_matter_is_found_by_its_words(clerk, matters):
    ticket = serve(matters.town, 1)

    found = clerk.get(f"/desk/cases/{ticket.ref}/items", {"q": "养老"}, headers=HTMX)
    nothing = clerk.get(f"/desk/cases/{ticket.ref}/items", {"q": "没有这件事"}, headers=HTMX)

    assert ('name="item" value="pension"' in found.content.decode(), found.status_code) == (True, 200)
    assert ("<button" in nothing.content.decode(), nothing.status_code) == (False, 200)
