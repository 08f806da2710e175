"""An agent with many clients: found, begun for, their cases by what is due; a mandate that ends takes all of it along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.person import mandates
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from tests.agents import agent
from tests.matters import ANSWERS, FORM, matters_of
from tests.surfaces.citizen.conftest import Phone, browser, text
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
TODAY = TUESDAY_NINE.date()


@pytest.fixture
def me(open_town: Town) -> tuple[Town, Phone, Any]:
    """The account of a registered agent, signed in."""
    matters_of(open_town)
    acting = agent()
    client = browser()
    session = client.session
    session["account"] = acting.account_id
    session.save()
    return open_town, Phone(client, acting.account, None), acting


def given(town: Town, acting: Any, i: int, *, days: int = 90, items: tuple[str, ...] = ()) -> Any:
    person = town.person(i)
    return identity.give_mandate(
        agent_id=acting.pk, name=person.name, id_type=person.id_type, id_number=person.id_number,
        valid_until=TODAY + timedelta(days=days), items=items, paper="委托书", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip


def begun(town: Town, phone: Phone, person_id: int) -> Case:
    opening = cases.Opening(
        hall=town.hall, item_code="pension", person_id=person_id, channel="web", account_id=phone.account.pk,
        answers=ANSWERS, form=FORM,
    )  # fmt: skip
    return cases.open_case(opening, by=phone.by if hasattr(phone, "by") else CLERK, now=TUESDAY_NINE)


def test_clients_are_found_by_name_by_number_and_by_what_ends_soon(me):
    town, phone, acting = me
    late, soon = given(town, acting, 3), given(town, acting, 4, days=5)

    whole = text(phone.get("/me/clients/"))
    found = {
        q: [each.pk in _shown(text(phone.get(f"/me/clients/?{q}")), late, soon) for each in (late, soon)]
        for q in (f"q={town.person(3).name}", f"q={town.person(4).number_last4}", "ends=soon")
    }

    assert whole.index(f"/me/clients/{soon.pk}/") < whole.index(f"/me/clients/{late.pk}/")
    assert list(found.values()) == [[True, False], [False, True], [False, True]]


def _shown(page: str, *all_of_them: Any) -> list[int]:
    return [each.pk for each in all_of_them if f'"/me/clients/{each.pk}/"' in page]


def test_a_matter_is_begun_for_the_client_who_was_chosen(me):
    town, phone, acting = me
    given(town, acting, 3)
    mandate = given(town, acting, 4, items=("pension",))

    page = text(phone.get(f"/me/clients/{mandate.pk}/"))
    there = phone.client.post(f"/me/clients/{mandate.pk}/begin", {"item": "pension"})
    who = text(phone.get("/matters/pension/begin?a=premises:rented&a=food:no&hall=town"))

    assert ('value="pension"' in page, there["Location"]) == (True, "/matters/pension/")
    assert f'value="{mandate.person_id}" checked' in " ".join(who.split())


def test_all_running_cases_stand_there_and_go_with_their_mandate(me):
    town, phone, acting = me
    first, second = given(town, acting, 3), given(town, acting, 4)
    mine, other = begun(town, phone, first.person_id), begun(town, phone, second.person_id)

    before = text(phone.get("/me/clients/"))
    mandates.end(mandate_id=first.pk, by=CLERK, now=TUESDAY_NINE)
    after = [text(phone.get(page)) for page in ("/me/clients/", "/cases/")]

    assert (mine.no in before, other.no in before) == (True, True)
    assert [(mine.no in page, other.no in page) for page in after] == [(False, True)] * 2
    assert phone.get(f"/cases/{mine.no}/").status_code == 409
    assert phone.get(f"/me/clients/{first.pk}/").status_code == 404


def test_a_mandate_for_less_leaves_the_rest_behind(me):
    town, phone, acting = me
    case = begun(town, phone, given(town, acting, 3).person_id)

    given(town, acting, 3, items=("medical",))

    assert case.no not in text(phone.get("/cases/"))


def test_nobody_but_an_agent_has_clients(anybody):
    assert anybody.get("/me/clients/").status_code in (302, 404)
