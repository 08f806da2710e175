"""Who may act for me, in my own record; and an agent's own page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.evidence import Evidence
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Agent, Mandate
from tests.agents import COMPANY, account_of
from tests.agents import agent as an_accepted_agent
from tests.surfaces.citizen.conftest import Phone, browser, sign_in, text
from tests.surfaces.citizen.test_agents import phone_of
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
NO_LONGER = "这份委托已撤回。"
UNTIL = TUESDAY_NINE.date() + timedelta(days=30)


@pytest.fixture
def agent(open_town: Town) -> Agent:
    return an_accepted_agent()


def me(town: Town, i: int, *, proven: bool = True) -> Phone:
    phone = sign_in(town, i)
    if proven:
        phone.account.person, phone.account.person_evidence = phone.person, Evidence.CHIP
        phone.account.save()
    return phone


def asked(town: Town, i: int) -> dict[str, Any]:
    who = town.person(i)
    return {"name": who.name, "id_type": who.id_type, "id_number": who.id_number, "valid_until": UNTIL}


def given(town: Town, agent: Agent, i: int) -> Mandate:
    return identity.give_mandate(agent_id=agent.pk, paper="委托书", by=CLERK, now=TUESDAY_NINE, **asked(town, i))


def proposed(town: Town, agent: Agent, i: int) -> Mandate:
    return identity.propose_mandate(agent_id=agent.pk, by=CITIZEN, now=TUESDAY_NINE, **asked(town, i))


def test_the_client_sees_who_may_act_and_ends_it(open_town: Town, agent: Agent) -> None:
    mandate, mine = given(open_town, agent, 1), me(open_town, 1)

    page = mine.get("/me/").content.decode()
    ended = mine.post(f"/me/mandates/{mandate.pk}/end")
    said, later = (mine.get("/me/").content.decode() for _ in range(2))

    mandate.refresh_from_db()
    assert ("小镇代办公司" in page, ended.status_code, mandate.ended_at) == (True, 302, TUESDAY_NINE)
    assert ("小镇代办公司的委托已结束。" in said, "小镇代办公司" in later) == (True, False)
    assert Entry.objects.get(action="mandate-ended").actor == f"citizen:{mine.account.pk}"


def test_the_client_agrees_to_a_proposal_or_declines(open_town: Town, agent: Agent) -> None:
    first, second = proposed(open_town, agent, 1), proposed(open_town, agent, 2)

    one, two = me(open_town, 1), me(open_town, 2)
    one.post(f"/me/mandates/{first.pk}/agree")
    two.post(f"/me/mandates/{second.pk}/end")

    said = [phone.get("/me/").content.decode() for phone in (one, two)]
    assert ["小镇代办公司现在可以代你办理了。" in said[0], "小镇代办公司的委托已结束。" in said[1]] == [True, True]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.given_at, first.ended_at) == (TUESDAY_NINE, None)
    assert (second.given_at, second.ended_at) == (None, TUESDAY_NINE)


def test_whoever_only_typed_the_number_neither_sees_nor_ends_anything(open_town: Town, agent: Agent) -> None:
    mandate, proposal = given(open_town, agent, 1), proposed(open_town, agent, 2)
    stranger, other = me(open_town, 1, proven=False), me(open_town, 3)

    answers = [
        who.post(f"/me/mandates/{row.pk}/{verb}").status_code
        for who in (stranger, other)
        for row in (mandate, proposal)
        for verb in ("agree", "end")
    ]

    assert answers == [404] * 8
    assert "小镇代办公司" not in stranger.get("/me/").content.decode()
    assert Mandate.objects.filter(ended_at=None).count() == 2


def test_an_agent_proposes_a_client_on_its_own_page(open_town: Town, agent: Agent) -> None:
    mine = me(open_town, 5, proven=False)
    Agent.objects.filter(pk=agent.pk).update(account=mine.account)
    wanted = {**asked(open_town, 1), "valid_until": UNTIL.isoformat()}

    wrong = mine.post("/me/clients", **{**wanted, "valid_until": "2020-01-01"})
    made = mine.post("/me/clients", **wanted)

    assert (wrong.status_code, made.status_code) == (422, 302)
    assert wrong.content.decode().count('id="id_valid_until-error"') == 1
    assert list(Mandate.objects.values_list("given_at", "ended_at")) == [(None, None)]
    assert open_town.person(1).name in mine.get("/me/").content.decode()


def test_an_agent_proposes_a_client_for_single_matters(open_town: Town, agent: Agent) -> None:
    mine = me(open_town, 5, proven=False)
    Agent.objects.filter(pk=agent.pk).update(account=mine.account)
    wanted = {**asked(open_town, 1), "valid_until": UNTIL.isoformat(), "scope": "some"}

    looked = mine.post("/me/clients/matters", **wanted, items=["pension"], q="x").content.decode()
    none = mine.post("/me/clients", **wanted)
    not_here = mine.post("/me/clients", **wanted, items=["nothing"])
    made = mine.post("/me/clients", **wanted, items=["pension"])

    assert ('value="pension" checked' in looked, open_town.person(1).name in looked) == (True, True)
    assert (none.status_code, none.content.decode().count('id="items-error"')) == (422, 1)
    assert (not_here.status_code, made.status_code) == (409, 302)
    assert list(Mandate.objects.values_list("items", "given_at")) == [(["pension"], None)]


def test_whoever_is_no_agent_proposes_nobody(open_town: Town) -> None:
    made = me(open_town, 5).post("/me/clients", **{**asked(open_town, 1), "valid_until": UNTIL.isoformat()})

    assert (made.status_code, Mandate.objects.count()) == (302, 0)


# --- Asked to be an agent ----------------------------------------------------------------------------------------


@pytest.fixture
def asked_agent(open_town: Town) -> Agent:
    return identity.register_agent(**COMPANY, by=CLERK, now=TUESDAY_NINE)


def owner() -> Phone:
    """The number's owner, signed in."""
    return phone_of(account_of(COMPANY["phone"]).pk)


def test_the_owner_of_the_number_reads_which_hall_asks_and_accepts(open_town: Town, asked_agent: Agent) -> None:
    mine = owner()

    page = text(mine.get("/me/"))
    accepted = mine.post(f"/me/agent/{asked_agent.pk}/accept")

    assert ("小镇大厅想把这个号码登记为代办人" in page, "我代办" in page) == (True, False)
    assert (accepted.status_code, Agent.objects.get().account_id) == (302, mine.account.pk)
    assert Entry.objects.get(action="agent-accepted").actor == f"citizen:{mine.account.pk}"
    after = text(mine.get("/me/"))
    assert ("想把这个号码登记为代办人" in after, "小镇代办公司" in after) == (False, True)


def test_until_then_and_after_not_me_the_page_is_as_it_was(open_town: Town, asked_agent: Agent) -> None:
    mine = owner()
    identity.add_to_account(
        account_id=mine.account.pk, person_id=open_town.person(1).pk, name="家里人", now=TUESDAY_NINE
    )

    before = mine.get("/me/").content.decode()
    mine.post(f"/me/agent/{asked_agent.pk}/not-me")
    after = mine.get("/me/").content.decode()

    assert ("家里人" in before, "家里人" in after) == (True, True)
    assert ("小镇代办公司" in before, "小镇代办公司" in after, Agent.objects.count()) == (True, False, 0)


def test_nobody_else_is_asked_or_answers(open_town: Town, asked_agent: Agent) -> None:
    other = me(open_town, 3)

    page = other.get("/me/").content.decode()
    for deed in ("accept", "not-me"):
        other.post(f"/me/agent/{asked_agent.pk}/{deed}")

    assert "小镇代办公司" not in page
    assert list(Agent.objects.values_list("account_id", flat=True)) == [None]


@pytest.mark.parametrize("deed", ["accept", "not-me"])
def test_whoever_is_not_signed_in_answers_nothing(open_town: Town, asked_agent: Agent, deed: str) -> None:
    Phone(browser()).post(f"/me/agent/{asked_agent.pk}/{deed}")

    assert list(Agent.objects.values_list("account_id", flat=True)) == [None]


def test_withdrawn_meanwhile_it_says_so_and_nothing_changes(open_town: Town, asked_agent: Agent) -> None:
    mine = owner()
    identity.suspend_agent(agent_id=asked_agent.pk, by=CLERK, now=TUESDAY_NINE)

    mine.post(f"/me/agent/{asked_agent.pk}/accept")

    assert NO_LONGER in text(mine.get("/me/"))
    assert Agent.objects.get().account_id is None
