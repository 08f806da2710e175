"""Who comes is asked of no agent with a letter: the letter says it, and another answer is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.journeys.case import bundles
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import form_of
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import forget
from banshi.rooms.catalogue.rules.guided import of_agent, said_self
from banshi.rooms.catalogue.rules.handling import Handling
from tests.letters import letter, ref
from tests.matters import ANSWERS, SHOP, Matters
from tests.surfaces.desk.served import press, serve
from tests.town import CLERK, TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {
    "id": "applicant", "text_zh": "谁来办理？", "text_en": "Who comes?",
    "options": [
        {"id": "self", "text_zh": "本人", "text_en": "In person"},
        {"id": "agent", "text_zh": "代理人", "text_en": "An agent"},
    ],
}  # fmt: skip
LETTER = {
    "code": "letter", "name_zh": "授权委托书", "name_en": "Letter of authority", "originals": 1, "channels": ["paper"],
    "needed_if": {"eq": ["applicant", "agent"]},
}  # fmt: skip


@pytest.fixture
def asking(matters: Matters) -> Matters:
    """The shop licence asks who comes, and a letter of who is none."""
    item = Item.objects.get(code="pension")
    parts = {"questions": WHO, "materials": LETTER}
    item.handling = {**item.handling, **{name: [*item.handling[name], one] for name, one in parts.items()}}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    return matters


@pytest.fixture
def named(asking: Matters) -> Matters:
    """It also asks who the agent is – of an agent."""
    item = Item.objects.get(code="pension")
    of_agents = {"group_zh": "人", "group_en": "People", "show_if": {"eq": ["applicant", "agent"]}}
    fields = [
        {"code": "agent", "label_zh": "代理人", "label_en": "Agent", "type": "name", "element": "agent-name", **of_agents},
        {"code": "agent-no", "label_zh": "代理人证件号码", "label_en": "Number of the agent", "type": "id_number",
         "element": "agent-id-number", **of_agents},
    ]  # fmt: skip
    item.handling = {**item.handling, "fields": [*item.handling["fields"], *fields]}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    return asking


def opened(asking: Matters, **more: str) -> Case:
    town = asking.town
    held = letter(town.person(0), town.person(1))
    asked: dict[str, Any] = {
        "hall": town.hall,
        "item_code": "pension",
        "person_id": town.person(1).pk,
        "channel": "window",
    }
    said = ANSWERS | more
    return cases.open_case(cases.Opening(**asked, mandate=ref(held), answers=said), by=CLERK, now=TUESDAY_NINE)


def begun(asking: Matters, items: tuple[str, ...] = ("pension",)) -> Case | Bundle:
    """Before anything is answered: nothing asks who the agent is."""
    town = asking.town
    mandate = ref(letter(town.person(0), town.person(1)))
    opening = cases.Opening(town.hall, items[0], town.person(1).pk, "window", mandate=mandate)
    if len(items) == 1:
        return cases.open_case(opening, by=CLERK, now=TUESDAY_NINE)
    return cases.open_bundle(cases.Bundling(items, opening, {}, {}), by=CLERK, now=TUESDAY_NINE)


def test_a_case_by_letter_is_an_agents_and_asks_for_the_letter(clerk: Client, asking: Matters) -> None:
    case = opened(asking)
    ticket = serve(asking.town, 0)

    page = clerk.get(f"/desk/cases/{ticket.ref}/{case.no}/").content.decode()
    refused = press(clerk, ticket, case, "keep", **{"q-applicant": "self"})

    case.refresh_from_db()
    assert (case.answers, 'name="here-letter"' in page) == (ANSWERS | {"applicant": "agent"}, True)
    assert (refused.status_code, case.answers["applicant"]) == (422, "agent")
    assert "凭授权委托书代办" in refused.content.decode()


def test_the_agent_is_filled_in_once_the_letter_answers_who_comes(clerk: Client, named: Matters) -> None:
    case, ticket = begun(named), serve(named.town, 0)
    assert isinstance(case, Case)
    before = dict(case.answers)

    press(clerk, ticket, case, "keep", **{f"q-{code}": said for code, said in ANSWERS.items()})

    case.refresh_from_db()
    form, agent = form_of(case), named.town.person(0)
    assert (before, case.answers["applicant"]) == ({}, "agent")
    assert (form["agent"], form["agent-no"]) == (agent.name, agent.id_number)


def test_what_is_typed_with_it_stands_and_what_was_emptied_stays_empty(clerk: Client, named: Matters) -> None:
    case, ticket = begun(named), serve(named.town, 0)
    assert isinstance(case, Case)
    answered = {f"q-{code}": said for code, said in ANSWERS.items()}

    press(clerk, ticket, case, "keep", **answered, **{"f-agent": "另一个人"})
    case.refresh_from_db()
    typed = form_of(case)
    press(clerk, ticket, case, "keep", **answered, **{"f-agent": "另一个人", "f-agent-no": ""})
    press(clerk, ticket, case, "keep", **answered)

    case.refresh_from_db()
    assert (typed["agent"], typed["agent-no"]) == ("另一个人", named.town.person(0).id_number)
    assert (form_of(case)["agent"], "agent-no" in form_of(case)) == ("另一个人", False)


def test_in_a_bundle_the_agent_is_filled_in_in_every_case_that_asks_for_them(named: Matters) -> None:
    shop = Item.objects.get(code="pension")
    Item.objects.filter(code="id-card").update(handling=shop.handling, audience="both")
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    forget()
    made = begun(named, ("pension", "id-card"))
    assert isinstance(made, Bundle)

    brought = bundles.WholeBrought(answers=ANSWERS)
    bundles.keep_bundle(bundle_no=made.no, brought=brought, by=named.by["receiver"], now=TUESDAY_NINE)

    agent = named.town.person(0)
    said = [(form_of(row).get("agent"), form_of(row).get("agent-no")) for row in made.cases.order_by("id")]
    assert said == [(agent.name, agent.id_number)] * 2


def test_nobody_opens_one_by_letter_and_says_that_they_are_there_themselves(asking: Matters) -> None:
    with pytest.raises(Refused, match="invalid") as refused:
        opened(asking, applicant="self")

    assert refused.value.facts["field"] == "answers"
    assert not Case.objects.exists()


def test_whoever_applies_themselves_answers_it(asking: Matters) -> None:
    assert "applicant" not in asking.opened().answers


def test_each_form_of_several_is_answered_by_its_own_question() -> None:
    two = [{**WHO, "id": "shop.applicant"}, {**WHO, "id": "permit.by"}, {**WHO, "id": "food"}]
    handling = Handling.model_validate({**SHOP, "questions": two})

    assert of_agent(handling, {"food": "self"}) == {
        "shop.applicant": "agent",
        "permit.by": "agent",
        "food": "self",
    }
    assert [said_self(each) for each in ({"permit.by": "self"}, {"food": "self"}, {"by": "agent"})] == [
        True,
        False,
        False,
    ]
