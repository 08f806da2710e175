"""Organisations at the window: entered from the papers, and a new case for one of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity.models import OrganisationMember
from tests.matters import Matters
from tests.rooms.cases.test_copies import card
from tests.surfaces.desk.served import serve

pytestmark = pytest.mark.django_db
CODE, NAME = "91350100M000100Y43", "东莞市南城糖水铺有限公司"
ENTERED = {"uscc": CODE, "firm": NAME, "role": "agent", "until": "2026-12-31"}


def served(matters: Matters, *, compared: bool = True) -> Any:
    ticket = serve(matters.town, 1)
    ticket.identity_ok = True if compared else None
    ticket.save(update_fields=["identity_ok"])
    return ticket


def opened(clerk: Client, ticket: Any) -> int | None:
    clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension", "anyway": "yes"})
    found: int | None = Case.objects.latest("id").organisation_id
    return found


def test_who_acts_for_it_is_entered_and_the_next_case_is_its_until_said_otherwise(
    clerk: Client, matters: Matters
) -> None:
    ticket = served(matters)

    clerk.post(f"/desk/cases/{ticket.ref}/firm/enter", ENTERED)
    member = OrganisationMember.objects.get()
    found = [opened(clerk, ticket)]
    clerk.post(f"/desk/cases/{ticket.ref}/firm/for", {})
    found.append(opened(clerk, ticket))
    clerk.post(f"/desk/cases/{ticket.ref}/firm/for", {"organisation": member.organisation_id})
    clerk.post(f"/desk/cases/{ticket.ref}/firm/end", {"member": member.pk})
    found.append(opened(clerk, ticket))

    assert (member.role, member.valid_until) == ("agent", date(2026, 12, 31))
    assert found == [member.organisation_id, None, None]


@pytest.mark.parametrize("wrong", [{"uscc": "91350100M000100Y44"}, {"until": ""}, {"role": "king"}])
def test_what_cannot_be_right_enters_nothing_and_stays_typed(
    clerk: Client, matters: Matters, wrong: dict[str, str]
) -> None:
    ticket = served(matters)

    answer = clerk.post(f"/desk/cases/{ticket.ref}/firm/enter", ENTERED | wrong)

    assert (answer.status_code, OrganisationMember.objects.count()) == (422, 0)
    assert NAME in answer.content.decode()


def test_nothing_is_entered_before_the_card_was_compared(clerk: Client, matters: Matters) -> None:
    ticket = served(matters, compared=False)

    assert clerk.post(f"/desk/cases/{ticket.ref}/firm/enter", ENTERED).status_code == 422
    assert OrganisationMember.objects.count() == 0


def test_limits_of_the_letter_are_entered_by_name_and_changed(clerk: Client, matters: Matters) -> None:
    ticket = served(matters)
    name = Item.objects.get(code="medical").name_zh

    clerk.post(f"/desk/cases/{ticket.ref}/firm/enter", ENTERED | {"may": "fill", "matters": f"{name}， pension"})
    first = OrganisationMember.objects.get()
    page = clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()
    changed = {"member": first.pk, "until": "2026-11-30", "may": "send", "department": "hrss"}
    clerk.post(f"/desk/cases/{ticket.ref}/firm/limit", changed)
    second = OrganisationMember.objects.get(ended_at=None)

    assert (sorted(first.items), first.sends) == (["medical", "pension"], False)
    assert "只填写" in page
    assert (second.items, second.departments, second.sends) == ([], ["hrss"], True)
    assert second.valid_until == date(2026, 11, 30)


@pytest.mark.parametrize(("typed", "said"), [("没有这样的事", "没有叫“没有这样的事”的事项"), ("参保登记", "可能是")])
def test_a_matter_that_is_none_or_several_is_said_and_stays_typed(
    clerk: Client, matters: Matters, typed: str, said: str
) -> None:
    ticket = served(matters)

    answer = clerk.post(f"/desk/cases/{ticket.ref}/firm/enter", ENTERED | {"matters": typed})

    assert (answer.status_code, OrganisationMember.objects.count()) == (422, 0)
    assert said in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode()


def test_the_legal_representative_has_no_limits_whatever_stands_in_the_form(clerk: Client, matters: Matters) -> None:
    ticket = served(matters)

    clerk.post(f"/desk/cases/{ticket.ref}/firm/enter", ENTERED | {"role": "legal", "may": "fill", "matters": "pension"})

    assert (OrganisationMember.objects.get().items, OrganisationMember.objects.get().sends) == ([], True)


def test_nobodys_limits_but_of_whoever_is_served_are_changed(clerk: Client, matters: Matters) -> None:
    ticket = served(matters)

    answer = clerk.post(f"/desk/cases/{ticket.ref}/firm/limit", {"member": "999", "until": "2026-11-30"})

    assert answer.status_code == 404


@pytest.mark.parametrize("may", ["send", "fill"])
def test_the_library_at_a_glance_is_the_firms_and_open_to_who_may_send(
    clerk: Client, matters: Matters, may: str
) -> None:
    ticket = served(matters)
    own = card(matters)
    clerk.post(f"/desk/cases/{ticket.ref}/firm/enter", ENTERED)
    member = OrganisationMember.objects.get()
    OrganisationMember.objects.update(sends=may == "send")
    firms = card(matters, person_id=None, organisation_id=member.organisation_id, number="44190060", name_zh="营业执照")
    look = f"/desk/cases/{ticket.ref}/glance"

    page = clerk.get(look).content.decode()
    opened_own = clerk.post(f"{look}/{own.ref}", {"purpose": "matter"})
    opened_firms = clerk.post(f"{look}/{firms.ref}", {"purpose": "matter"})

    assert ("营业执照" in page, "44190060" in page, "居民身份证" in page) == (may == "send", False, False)
    assert (opened_own.status_code, opened_firms.status_code) == (404, 200 if may == "send" else 404)
