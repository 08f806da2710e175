"""Agents in the office: registered, limited, clients with matters chosen by name, proposals confirmed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.journeys.person import mandates
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Agent, Mandate
from banshi.rooms.messaging.models import Message
from tests.agents import agent
from tests.surfaces.office.editing import an_agent, manager, office  # noqa: F401 – fixtures
from tests.town import CITIZEN, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
UNTIL = (TUESDAY_NINE.date() + timedelta(days=30)).isoformat()
ASKED = {"name": "小镇代办公司", "phone": "13900000079", "paper": "营业执照", "live_most": "30", "day_most": "20"}


def client_of(town: Town, i: int) -> dict[str, str]:
    who = town.person(i)
    return {"name": who.name, "id_type": who.id_type, "id_number": who.id_number, "paper": "委托书", "until": UNTIL}


def wrong_fields(page: str) -> list[str]:
    return [
        name
        for tag in re.findall(r"<(?:input|select)[^>]*>", page)
        if 'aria-invalid="true"' in tag
        for name in re.findall(r'name="(\w+)"', tag)
    ]


def test_an_agent_is_registered_with_the_system_it_books_through(manager: Client) -> None:  # noqa: F811
    identity.create_key(name="市民通", scope="channel", now=TUESDAY_NINE)
    listed = manager.get("/office/town/agents/").content.decode()
    key = _key("市民通")

    made = manager.post("/office/town/agents/register", {**ASKED, "key": key, "end_user": "u-1"})

    agent = Agent.objects.get()
    assert ("市民通" in listed, made.status_code, agent.key_id) == (True, 302, key)


def test_registered_it_is_a_proposal_whose_number_is_told_and_has_no_clients_yet(office: Town, manager: Client) -> None:  # noqa: F811
    manager.post("/office/town/agents/register", ASKED)
    agent = Agent.objects.get()
    at_it = f"/office/town/agents/{agent.pk}/"

    listed, page = (manager.get(each).content.decode() for each in ("/office/town/agents/", at_it))
    given = manager.post(f"{at_it}mandates", client_of(office, 2))
    manager.post(f"{at_it}turn", {"act": "suspend"})
    withdrawn = manager.get(at_it).content.decode()

    assert (agent.account_id, Message.objects.filter(key="agent_asked").count()) == (None, 1)
    assert ["待本人同意" in each for each in (listed, page)] == [True, True]
    assert (f"{at_it}mandates" in page, given.status_code, Mandate.objects.count()) == (False, 409, 0)
    assert "已撤回：不再问号码的主人。" in withdrawn


def _key(name: str) -> int:
    from banshi.rooms.identity.models import ApiKey

    return ApiKey.objects.get(name=name).pk


@pytest.mark.parametrize(
    ("wrong", "field"), [({"live_most": "0"}, "live_most"), ({"paper": " "}, "paper"), ({"key": "99"}, "key")]
)
def test_an_error_stands_at_its_field_and_what_was_typed_stays(manager: Client, wrong: Any, field: str) -> None:  # noqa: F811
    identity.create_key(name="市民通", scope="channel", now=TUESDAY_NINE)

    page = manager.post("/office/town/agents/register", {**ASKED, **wrong})

    text = page.content.decode()
    assert (page.status_code, wrong_fields(text), 'value="小镇代办公司"' in text) == (422, [field], True)
    assert Agent.objects.count() == 0


def test_matters_are_chosen_by_name(office: Town, manager: Client) -> None:  # noqa: F811
    given = an_agent(office)
    at_it = f"/office/town/agents/{given.agent_id}/"

    page = manager.get(at_it).content.decode()
    made = manager.post(f"{at_it}mandates", {**client_of(office, 2), "scope": "some", "items": ["pension", "medical"]})

    assert ('name="items" value="pension"' in page, 'name="q"' in page) == (True, False)
    assert made.status_code == 302
    assert Mandate.objects.latest("id").items == ["medical", "pension"]


def test_in_a_large_hall_matters_are_found_by_words_and_nothing_typed_is_lost(
    office: Town,  # noqa: F811
    manager: Client,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mandates, "FEW", 1)
    at_it = f"/office/town/agents/{an_agent(office).agent_id}/"
    said = {**client_of(office, 2), "scope": "some", "items": ["medical"], "q": "养老", "look": "1"}

    found = manager.post(f"{at_it}mandates", said).content.decode()

    assert 'name="items" value="medical" checked' in found
    assert ('name="items" value="pension">' in found, f'value="{said["id_number"]}"' in found) == (True, True)
    assert Mandate.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"scope": "some"}, "items"), ({"until": ""}, "until"), ({"until": "2020-01-01"}, "until"),
        ({"paper": ""}, "paper"),
    ],
)  # fmt: skip
def test_a_mandate_that_cannot_stand_says_why_at_its_field(
    office: Town,  # noqa: F811
    manager: Client,  # noqa: F811
    more: dict[str, str],
    field: str,
) -> None:
    at_it = f"/office/town/agents/{an_agent(office).agent_id}/"

    page = manager.post(f"{at_it}mandates", {**client_of(office, 2), **more})

    assert (page.status_code, wrong_fields(page.content.decode())) == (422, [field])
    assert Mandate.objects.count() == 1


def test_a_proposal_is_confirmed_with_the_paper_or_refused(office: Town, manager: Client) -> None:  # noqa: F811
    agent = Agent.objects.get(pk=an_agent(office).agent_id)
    at_it = f"/office/town/agents/{agent.pk}/"

    def proposed(i: int) -> int:
        who = office.person(i)
        return identity.propose_mandate(
            agent_id=agent.pk, name=who.name, id_type=who.id_type, id_number=who.id_number, by=CITIZEN,
            valid_until=TUESDAY_NINE.date() + timedelta(days=9), now=TUESDAY_NINE,
        ).pk  # fmt: skip

    first, second = proposed(2), proposed(3)
    without = manager.post(f"{at_it}mandates/{first}/confirm", {"paper": ""}).status_code
    manager.post(f"{at_it}mandates/{first}/confirm", {"paper": "委托书"})
    manager.post(f"{at_it}mandates/{second}/end")

    rows = {row.pk: (row.given_at is not None, row.ended_at is not None) for row in Mandate.objects.order_by("id")}
    assert (without, rows[first], rows[second]) == (422, (True, False), (False, True))


def test_limits_are_changed_on_the_agents_page(office: Town, manager: Client) -> None:  # noqa: F811
    agent = an_agent(office).agent_id

    wrong = manager.post(f"/office/town/agents/{agent}/limits", {"live_most": "0", "day_most": "5"})
    manager.post(f"/office/town/agents/{agent}/limits", {"live_most": "7", "day_most": "5"})

    row = Agent.objects.get(pk=agent)
    assert wrong_fields(wrong.content.decode()) == ["live_most"]
    assert (row.live_most, row.day_most) == (7, 5)


def test_a_suspension_asks_why_and_tells_the_agent(office: Town, manager: Client) -> None:  # noqa: F811
    acting = agent()
    turn = f"/office/town/agents/{acting.pk}/turn"

    bare = manager.post(turn, {"act": "suspend"})
    said = manager.post(turn, {"act": "suspend", "why": "执照到期"})

    acting.refresh_from_db()
    assert (bare.status_code >= 400, said.status_code, acting.suspended_why) == (True, 302, "执照到期")
    assert Message.objects.filter(key="agent_suspended").count() == 1
