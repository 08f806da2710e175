"""Who comes is asked of no agent with a letter: the letter says it, and another answer is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
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


def test_a_case_by_letter_is_an_agents_and_asks_for_the_letter(clerk: Client, asking: Matters) -> None:
    case = opened(asking)
    ticket = serve(asking.town, 0)

    page = clerk.get(f"/desk/cases/{ticket.ref}/{case.no}/").content.decode()
    refused = press(clerk, ticket, case, "keep", **{"q-applicant": "self"})

    case.refresh_from_db()
    assert (case.answers, 'name="here-letter"' in page) == (ANSWERS | {"applicant": "agent"}, True)
    assert (refused.status_code, case.answers["applicant"]) == (422, "agent")
    assert "凭授权委托书代办" in refused.content.decode()


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
