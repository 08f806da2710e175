"""At the desk a firm's case goes on with whoever may act for it, and with nobody else: list, receipt, what follows, folder."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.journeys.case import folders
from banshi.kernel.documents import IdType
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from tests.firms import CODE, NAME, member
from tests.matters import Matters
from tests.surfaces.desk.served import FILLED, here, press, serve
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db
OTHER = 3  # of the town's people
ALL = {"here-id": "on", "here-lease": "on", "here-photo": "on"}


def of_firm(matters: Matters) -> Case:
    """Begun online by the firm's agent."""
    case: Case = matters.opened(organisation_id=member(matters.person).organisation_id)
    return case


def typed(matters: Matters) -> Case:
    """Begun online for a firm that nobody registered: its code alone was typed."""
    firm = identity.enrol(name=NAME, id_type=IdType.USCC, id_number=CODE, now=TUESDAY_NINE)
    case: Case = matters.opened(person_id=firm.pk)
    return case


def listed(clerk: Client, ticket: Any) -> bool:
    return bool(clerk.get(f"/desk/cases/{ticket.ref}/").context["threads"])


@pytest.mark.parametrize("begun", [of_firm, typed])
@pytest.mark.parametrize("role", ["legal", "agent"])
def test_who_acts_for_it_from_later_on_hands_in_what_another_began(
    clerk: Client, matters: Matters, begun: Any, role: str
) -> None:
    case, ticket = begun(matters), serve(matters.town, OTHER)
    before = listed(clerk, ticket), clerk.get(here(ticket, case)).status_code
    member(matters.town.person(OTHER), role)

    page = clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()
    done = press(clerk, ticket, case, "receive", **FILLED, **ALL)

    assert (before, case.no in page) == ((False, 404), True)
    case.refresh_from_db()
    assert (done.status_code, case.phase) == (302, "received")


def test_a_folder_of_the_firm_opens_by_its_label(clerk: Client, matters: Matters) -> None:
    case, ticket = of_firm(matters), serve(matters.town, OTHER)
    folder = folders.make(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    member(matters.town.person(OTHER), "legal")

    assert clerk.get(f"/desk/cases/{ticket.ref}/scan", {"q": folder.no}).url == here(ticket, case)


@pytest.mark.parametrize(
    ("limits", "sees"),
    [({"items": ("pension",)}, True), ({"departments": ("hrss",)}, True), ({"items": ("medical",)}, False)],
)
def test_a_member_with_limits_sees_what_they_cover(
    clerk: Client, matters: Matters, limits: dict[str, Any], sees: bool
) -> None:
    of_firm(matters)
    ticket = serve(matters.town, OTHER)
    member(matters.town.person(OTHER), **limits)

    assert listed(clerk, ticket) == sees


def test_who_opened_it_sees_it_no_more_once_they_act_for_the_firm_no_more(clerk: Client, matters: Matters) -> None:
    mine = member(matters.person)
    case = matters.opened(organisation_id=mine.organisation_id)
    ticket = serve(matters.town, 1)
    before = listed(clerk, ticket)
    identity.end_member(member_id=mine.pk, by=CLERK, now=TUESDAY_NINE)

    assert (before, listed(clerk, ticket), clerk.get(here(ticket, case)).status_code) == (True, False, 404)


def test_the_library_of_the_firm_opens_to_another_member(clerk: Client, matters: Matters) -> None:
    case, ticket = of_firm(matters), serve(matters.town, OTHER)
    ticket.identity_ok = True
    ticket.save(update_fields=["identity_ok"])
    member(matters.town.person(OTHER), "legal")

    said = press(clerk, ticket, case, "library", consent="yes")

    assert (said.status_code, "先勾选要再用的以前交过的材料" in said.content.decode()) == (
        422,
        True,
    )  # it holds nothing yet


def test_the_library_of_the_firm_opens_to_nobody_else(clerk: Client, matters: Matters) -> None:
    case, ticket = of_firm(matters), serve(matters.town, OTHER)
    ticket.identity_ok = True
    ticket.save(update_fields=["identity_ok"])

    assert press(clerk, ticket, case, "library", consent="yes").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_one_case_of_the_firm_and_with_three(
    clerk: Client, matters: Matters, django_assert_num_queries: Any, rows: int
) -> None:
    from banshi.surfaces.desk.case_front import threads

    for _ in range(rows):
        of_firm(matters)
    member(matters.town.person(OTHER))

    with django_assert_num_queries(6):
        found = threads(matters.town.person(OTHER).pk, "town", today=TUESDAY_NINE.date())

    assert [each.client for each in found] == [found[0].case.masked_applicant] * rows
