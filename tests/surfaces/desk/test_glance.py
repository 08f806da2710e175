"""All of the person served on one page: their bookings, cases, and – the card compared – what the library has, masked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.cases import actions as cases
from banshi.rooms.library import actions as library
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.desk.case_front import threads
from tests.matters import Matters
from tests.rooms.cases.test_copies import card
from tests.surfaces.desk.served import sent_online, serve
from tests.town import CITIZEN, TUESDAY_NINE

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


def shown(client: Client, ticket: Ticket) -> str:
    return client.get(f"/desk/cases/{ticket.ref}/glance", headers=ENGLISH).content.decode()


def served(matters: Matters, *, compared: bool | None = True) -> Ticket:
    ticket = serve(matters.town, 1)
    ticket.identity_ok = compared
    ticket.save(update_fields=["identity_ok"])
    return ticket


def booked(matters: Matters, n: int = 1) -> list[str]:
    found = []
    for i in range(n):
        slot = matters.town.slot(starts=TUESDAY_NINE + timedelta(days=i + 1))
        found.append(
            booking.place(
                slot_id=slot.pk, item_code="pension", person_id=matters.person.pk, source="web", by=CITIZEN, now=TUESDAY_NINE
            ).code
        )  # fmt: skip
    return found


def opened(client: Client, ticket: Ticket, ref: str, **said: str) -> Any:
    return client.post(f"/desk/cases/{ticket.ref}/glance/{ref}", said, headers=ENGLISH)


def test_one_key_leads_to_bookings_cases_and_certificates_without_their_numbers(clerk, matters):
    case, held = sent_online(matters), card(matters)
    booked(matters)
    ticket = served(matters)

    console, page = clerk.get("/desk/").content.decode(), shown(clerk, ticket)

    assert f'href="/desk/cases/{ticket.ref}/glance" data-key="v"' in console
    assert ["Coming appointments" in page, case.no in page, "Identity card" in page] == [True] * 3
    assert (held.number in page, matters.person.id_number in page, f"{'*' * 14}001X" in page) == (False, False, True)


def test_the_library_stays_shut_until_the_card_was_compared(clerk, matters):
    held, ticket = card(matters), served(matters, compared=None)

    page, answer = shown(clerk, ticket), opened(clerk, ticket, held.ref, purpose="matter")

    assert ("Identity card" in page, "Compare the card first" in page) == (False, True)
    assert (answer.status_code, held.number in answer.content.decode()) == (422, False)


def test_each_look_at_a_number_says_what_for_and_leaves_a_trace_of_its_own(clerk, matters):
    held, ticket = card(matters), served(matters)

    without = opened(clerk, ticket, held.ref)
    pages = [opened(clerk, ticket, held.ref, purpose="compare").content.decode() for _ in range(2)]
    shown(clerk, ticket)

    looks = Entry.objects.filter(action="looked", subject=f"person:{matters.person.pk}").order_by("id")
    whys = [each.facts["why"] for each in looks]
    assert (without.status_code, [held.number in page for page in pages]) == (422, [True, True])
    assert whys == [f"ticket:{ticket.ref}", *[f"certificate:{held.ref}:compare"] * 2]


def test_a_certificate_of_somebody_else_is_not_found(clerk, matters):
    other = card(matters, person_id=matters.town.person(2).pk)
    ticket = served(matters)

    assert opened(clerk, ticket, other.ref, purpose="matter").status_code == 404


def test_another_window_and_another_halls_clerk_see_nothing(clerk, matters):
    ticket, town = served(matters), matters.town
    tickets.sign_in(window_code="town-02", staff_id=town.second_clerk.pk, now=TUESDAY_NINE)
    beside = Client()
    beside.force_login(town.second_clerk)
    elsewhere = Client()
    elsewhere.force_login(matters.staff["reviewer"])

    found = [each.get(f"/desk/cases/{ticket.ref}/glance").status_code for each in (beside, elsewhere)]

    assert found == [404, 403]


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_costs_the_same_however_much_there_is(clerk, matters, django_assert_num_queries, n):
    booked(matters, n)
    for i in range(n):
        sent_online(matters)
        card(matters, number=f"4419001990010100{i}X")
        library.learn(
            person_id=matters.person.pk, element=f"e{i}", value="x", trust="B", source="case:1", now=TUESDAY_NINE
        )
    ticket = served(matters)
    shown(clerk, ticket)

    with django_assert_num_queries(23):
        shown(clerk, ticket)


def test_a_draft_that_a_booked_time_brings_is_a_folder(matters):
    matters.opened()
    case = matters.opened()

    def listed() -> list[tuple[str, bool, bool]]:
        rows = threads(matters.person.pk, "town", today=TUESDAY_NINE.date())
        return [(each.no, each.folder, each.begun) for each in rows if each.no == case.no]

    before = listed()
    cases.comes_along(case_no=case.no, appointment=booked(matters)[0])

    assert (before, listed()) == ([(case.no, False, True)], [(case.no, True, False)])
