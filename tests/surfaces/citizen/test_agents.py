"""The pages as an agent (代办) sees them: clients with their mandates, booking for them, and what is nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Agent, Mandate
from tests.agents import agent
from tests.rooms.booking.test_agents import mandate
from tests.surfaces.citizen.conftest import Phone, browser, text
from tests.town import CLERK, TUESDAY_NINE, Town, at

FRIDAY = at("2026-03-13 09:00")


def phone_of(account_id: int, client: Client | None = None) -> Phone:
    client = client or browser()
    session = client.session
    session["account"] = account_id
    session["epoch"] = Account.objects.get(pk=account_id).epoch
    session.save()
    return Phone(client, Account.objects.get(pk=account_id))


@pytest.fixture
def company(open_town: Town) -> Phone:
    """An agent with two clients: 1 for every matter, 2 for another matter alone."""
    one = agent(live_most=2)
    mandate(one, open_town, 1)
    mandate(one, open_town, 2, items=["medical"])
    return phone_of(one.account_id)


@pytest.fixture
def other_company(open_town: Town) -> Phone:
    one = agent(phone="13900000078", name="别的代办公司")
    mandate(one, open_town, 3)
    return phone_of(one.account_id)


def registered(phone: Phone) -> Agent:
    return Agent.objects.get(account=phone.account)


def books(phone: Phone, town: Town, i: int, slot: Any = None) -> Any:
    slot = slot or town.slot(quota=9, starts=FRIDAY)
    return phone.post(f"/book/pension/{slot.pk}/", who=str(town.person(i).pk))


def test_its_page_lists_its_clients_with_their_mandates(company: Phone, open_town: Town):
    page = text(company.get("/me/"))

    assert "小镇代办公司" in page
    assert (open_town.person(1).name in page, open_town.person(2).name in page) == (True, True)
    assert page.count("委托到 2026-04-09") == 2
    assert ("所有事项" in page, "医疗保险参保登记" in page) == (True, True)


def test_nobody_else_sees_them(company: Phone, other_company: Phone, mine: Phone, anybody: Phone, open_town: Town):
    for phone in (other_company, mine, anybody):
        assert "小镇代办公司" not in text(phone.get("/me/"))
    assert open_town.person(2).name not in text(other_company.get("/me/"))


def test_it_books_for_a_client_and_the_appointment_is_its_own(company: Phone, other_company: Phone, open_town: Town):
    answer = books(company, open_town, 1)

    code = Appointment.objects.get().code
    assert answer["Location"] == f"/a/{code}?new=1"
    assert open_town.person(1).name in text(company.get(f"/a/{code}"))
    assert other_company.get(f"/a/{code}").status_code == 404
    assert other_company.post(f"/a/{code}/cancel").status_code == 404


def test_another_agents_client_cannot_be_chosen(company: Phone, open_town: Town, other_company: Phone):
    slot = open_town.slot(quota=9, starts=FRIDAY)
    offered = text(company.get(f"/book/pension/{slot.pk}/"))

    answer = books(company, open_town, 3, slot)

    assert (open_town.person(1).name in offered, open_town.person(3).name in offered) == (True, False)
    assert (answer.status_code, Appointment.objects.count()) == (422, 0)
    assert "先选谁来办" in text(answer)


def test_nobody_takes_a_client_off_another_agents_list(company: Phone, other_company: Phone, open_town: Town):
    other_company.post(f"/me/people/{open_town.person(1).pk}/remove")

    assert open_town.person(1).name in text(company.get("/me/"))
    assert books(company, open_town, 1).status_code == 302


@pytest.mark.parametrize("why", ["other matter", "ended", "run out"])
def test_without_a_mandate_nothing_is_booked_and_the_page_leads_on(company: Phone, open_town: Town, why: str):
    client = 2 if why == "other matter" else 1
    given = Mandate.objects.filter(person=open_town.person(client))
    if why == "ended":
        identity.end_mandate(mandate_id=given.get().pk, by=CLERK, now=TUESDAY_NINE)
    if why == "run out":
        given.update(valid_until=TUESDAY_NINE.date() - timedelta(days=1))

    answer = books(company, open_town, client)

    assert (answer.status_code in (409, 422), Appointment.objects.count()) == (True, 0)
    assert ('href="/agents/"' in text(answer)) is (why != "ended")


def test_its_limits_are_said_when_reached(company: Phone, open_town: Town):
    mandate(registered(company), open_town, 4)
    mandate(registered(company), open_town, 5)
    slot = open_town.slot(quota=9, starts=FRIDAY)

    answers = [books(company, open_town, i, slot).status_code for i in (1, 4, 5)]

    assert (answers, Appointment.objects.count()) == ([302, 302, 409], 2)


def test_a_suspended_agent_is_none_and_reads_why_nothing_can_be_booked(company: Phone, open_town: Town):
    identity.suspend_agent(agent_id=registered(company).pk, by=CLERK, now=clock.now())

    page = text(company.get("/me/"))

    assert re.search(r"<strong>小镇代办公司</strong> · 大厅已停用这个代办人。", page)
    assert page.count("小镇代办公司") == 1


def test_a_form_of_another_page_books_nothing(company: Phone, open_town: Town):
    strict = phone_of(company.account.pk, Client(enforce_csrf_checks=True))

    answer = books(strict, open_town, 1)

    assert (answer.status_code, Appointment.objects.count()) == (403, 0)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_how_to_become_one_is_open_to_everybody(anybody: Phone, open_town: Town, language: str):
    open_town.hall.phone = "0769-22000000"
    open_town.hall.save()
    anybody.client.cookies["django_language"] = language

    page = text(anybody.get("/agents/"))

    assert 'href="tel:0769-22000000"' in page
    assert 'href="/halls/town"' in page


def test_only_clients_whose_mandate_covers_it_are_offered(company: Phone, open_town: Town):
    slot = open_town.slot(quota=9, starts=FRIDAY)
    late = open_town.slot(quota=9, starts=at("2026-04-10 09:00"))

    def offered(item: str, where: Any) -> list[bool]:
        page = text(company.get(f"/book/{item}/{where.pk}/"))
        return [open_town.person(i).name in page for i in (1, 2)]

    assert [offered("pension", slot), offered("medical", slot), offered("pension", late)] == [
        [True, False], [True, True], [False, False],
    ]  # fmt: skip
