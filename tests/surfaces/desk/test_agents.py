"""Somebody stands at the window for a client who is not there: the letter, the case, what ends it, and what they may not see."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import facts_of, form_of
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import PaperMandate, Person
from tests.matters import Matters
from tests.surfaces.desk.served import FILLED, press, serve
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
COUNTED = {"here-id": "on", "here-lease": "on", "here-photo": "on"}


def served(town: Town, *, compared: bool = True) -> Any:
    ticket = serve(town, 0)
    ticket.identity_ok = True if compared else None
    ticket.save(update_fields=["identity_ok"])
    return ticket


def entered(clerk: Client, ticket: Any, client: Person, **more: str) -> Any:
    form = {"client": client.name, "id_type": client.id_type, "id_number": client.id_number, "kind": "written"}
    return clerk.post(f"/desk/cases/{ticket.ref}/agent/enter", form | {"until": "2026-12-31"} | more)


def opened(clerk: Client, ticket: Any) -> Case:
    answer = clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension"})
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.latest("id")


def test_an_agent_with_a_letter_opens_a_case_and_stands_on_its_papers(clerk: Client, matters: Matters) -> None:
    town, client = matters.town, matters.town.person(1)
    ticket = served(town)

    assert entered(clerk, ticket, client, number="2026-7", matters="pension").status_code == 302
    case = opened(clerk, ticket)
    page = clerk.get(f"/desk/cases/{ticket.ref}/{case.no}/").content.decode()
    press(clerk, ticket, case, "accept", **FILLED, **COUNTED)

    case.refresh_from_db()
    letter = PaperMandate.objects.get()
    assert (case.person_id, case.letter_id, case.agent, case.phase) == (
        client.pk,
        letter.pk,
        town.person(0).name,
        "accepted",
    )
    assert (case.contact, case.masked_agent in page) == ("+8613800130000", True)
    said = [(facts_of(paper).agent, facts_of(paper).mandate) for paper in case.papers.order_by("id")]
    assert said == [(town.person(0).name, "书面委托书 2026-7")] * 2


def test_a_letter_for_another_matter_opens_nothing_and_says_who_can_extend_it(clerk: Client, matters: Matters) -> None:
    town = matters.town
    ticket = served(town)
    entered(clerk, ticket, town.person(1), matters="id-card")

    refused = clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension"})

    assert (refused.status_code, Case.objects.count()) == (409, 0)
    assert town.person(1).masked_name in refused.content.decode()


def test_that_the_card_comes_first_is_said_beside_the_letter(clerk: Client, matters: Matters) -> None:
    ticket = served(matters.town, compared=False)

    before = clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()
    ticket.identity_ok = True
    ticket.save(update_fields=["identity_ok"])
    after = clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()

    assert ["先核对代理人本人的证件（I）" in each for each in (before, after)] == [True, False]


def test_a_matter_that_is_done_in_person_is_refused_to_an_agent(clerk: Client, matters: Matters) -> None:
    ticket = served(matters.town)
    entered(clerk, ticket, matters.town.person(1))
    Item.objects.filter(code="pension").update(agent_allowed=False)

    refused = clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension"})

    assert (refused.status_code, Case.objects.count()) == (409, 0)


def test_once_the_letter_is_over_the_agent_finds_the_case_no_more_and_the_client_does(
    clerk: Client, matters: Matters
) -> None:
    town = matters.town
    ticket = served(town)
    entered(clerk, ticket, town.person(1))
    case = opened(clerk, ticket)

    ref = f"p{PaperMandate.objects.get().pk}"
    ended = clerk.post(f"/desk/cases/{ticket.ref}/agent/end", {"mandate": ref})
    gone = press(clerk, ticket, case, "receive", **FILLED, **COUNTED)
    ticket.person_id = town.person(1).pk
    ticket.save(update_fields=["person_id"])
    received = press(clerk, ticket, case, "receive", **FILLED, **COUNTED)

    case.refresh_from_db()
    assert (ended.status_code, gone.status_code, received.status_code) == (302, 404, 302)
    assert (case.phase, facts_of(case.papers.get()).agent) == ("received", "")


def test_no_letter_is_entered_before_the_agents_document_was_compared(clerk: Client, matters: Matters) -> None:
    ticket = served(matters.town, compared=False)

    answer = entered(clerk, ticket, matters.town.person(1))

    assert (answer.status_code, PaperMandate.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "wrong", [{"kind": "notarised"}, {"until": "2020-01-01"}, {"matters": "没有的事项"}, {"kind": "x"}]
)
def test_what_was_typed_of_a_letter_stays_when_something_in_it_is_wrong(
    clerk: Client, matters: Matters, wrong: dict[str, str]
) -> None:
    ticket = served(matters.town)

    answer = entered(clerk, ticket, matters.town.person(1), **wrong)

    assert (answer.status_code, PaperMandate.objects.count()) == (422, 0)
    assert matters.town.person(1).name in answer.content.decode()


def test_somebody_elses_letter_is_neither_chosen_nor_ended(clerk: Client, matters: Matters) -> None:
    town = matters.town
    other = identity.PersonAsked(town.person(2).name, town.person(2).id_type, town.person(2).id_number)
    client = identity.PersonAsked(town.person(1).name, town.person(1).id_type, town.person(1).id_number)
    row = identity.record_letter(
        agent=other, client=client, kind="written", valid_until=TUESDAY_NINE.date(), by=CLERK, now=TUESDAY_NINE
    )
    ticket = served(town)

    clerk.post(f"/desk/cases/{ticket.ref}/agent/for", {"mandate": f"p{row.pk}"})
    ended = clerk.post(f"/desk/cases/{ticket.ref}/agent/end", {"mandate": f"p{row.pk}"})

    row.refresh_from_db()
    assert (opened(clerk, ticket).person_id, ended.status_code, row.ended_at) == (town.person(0).pk, 404, None)


def test_the_page_says_for_whom_a_new_case_is(clerk: Client, matters: Matters) -> None:
    ticket, client = served(matters.town), matters.town.person(1)
    english = {"accept-language": "en"}

    before = clerk.get(f"/desk/cases/{ticket.ref}/", headers=english).content.decode()
    entered(clerk, ticket, client)
    after = clerk.get(f"/desk/cases/{ticket.ref}/", headers=english).content.decode()

    said = f"It is opened for {matters.town.person(0).masked_name}", f"It is opened for {client.masked_name}"
    assert (said[0] in before, said[1] in after) == (True, True)


def test_the_numbers_of_client_and_agent_are_filled_in_once_an_answer_asks_for_them(
    clerk: Client, matters: Matters
) -> None:
    town, client = matters.town, matters.town.person(1)
    matters.asks_who()
    ticket = served(town)
    entered(clerk, ticket, client)
    case = opened(clerk, ticket)
    before = form_of(case)

    press(clerk, ticket, case, "keep", **FILLED)

    case.refresh_from_db()
    form, page = form_of(case), clerk.get(f"/desk/cases/{ticket.ref}/{case.no}/").content.decode()
    agent = town.person(0)
    assert (before["buyer-no"], "agent-no" in before) == (client.id_number, False)
    assert (form["agent"], form["agent-no"], form["mobile"]) == (agent.name, agent.id_number, "+8613800130000")
    assert page.count("委托书") >= 1
