"""At a machine a firm's case is with whoever may act for it, by the card that lies there – not by whose it was first."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.identity import actions as identity
from tests.firms import member
from tests.matters import Matters
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.test_papers import matters as matters
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db
HERE = "/kiosk/town"


def of_firm(matters: Matters, mine: Any = None) -> Case:
    """Begun online by the firm's agent, with all its papers."""
    mine = mine or member(matters.person)
    case: Case = matters.opened(organisation_id=mine.organisation_id)
    for code in ("id", "lease", "photo"):
        cases.add_material(case_no=case.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    return case


def lay(machine: Client, who: Any) -> str:
    return str(machine.post(f"{HERE}/mine", {"chip": chip(who)}, follow=True).content.decode())


def sent(machine: Client, case: Case) -> str:
    machine.post(f"{HERE}/mine/{case.no}/check")
    case.refresh_from_db()
    return case.phase


def test_another_member_finds_it_and_sends_it_though_who_opened_it_left(matters: Matters, machine: Client) -> None:
    mine, head = member(matters.person), matters.town.person(3)
    case = of_firm(matters, mine)
    before = case.no in lay(machine, head)
    member(head, "legal")
    identity.end_member(member_id=mine.pk, by=CLERK, now=TUESDAY_NINE)

    assert (before, case.no in lay(machine, head), sent(machine, case)) == (False, True, "pre_review")
    assert case.no not in lay(machine, matters.person)


def test_who_only_fills_in_does_not_send_what_another_may_send(matters: Matters, machine: Client) -> None:
    case, fills = of_firm(matters), matters.town.person(3)
    member(fills, sends=False)

    assert (case.no in lay(machine, fills), sent(machine, case)) == (True, "draft")


def test_limits_leave_out_what_they_do_not_cover(matters: Matters, machine: Client) -> None:
    case, limited = of_firm(matters), matters.town.person(3)
    member(limited, items=("medical",))

    page = lay(machine, limited)

    assert (case.no in page, machine.get(f"{HERE}/mine/{case.no}/check").status_code) == (False, 404)
