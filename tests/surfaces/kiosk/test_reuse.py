"""材料复用 at the machine: the card opens what its holder handed in before; pressed twice it is there once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from banshi.rooms.cases.models import CaseMaterial
from tests import bundles
from tests.matters import Matters, matters_of
from tests.reused import handed_in_before, page_of, reusable
from tests.surfaces.kiosk.test_filling import HERE, lay, said
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
BEFORE = TUESDAY_NINE - timedelta(days=3)
OFFER = "时交过，还能用"


@pytest.fixture
def matters(opened: Town) -> Matters:
    return matters_of(opened)


def test_it_is_used_with_one_press_and_only_its_holders(matters: Matters, machine: Client) -> None:
    reusable()
    page = page_of(handed_in_before(matters, now=BEFORE))
    stranger = page_of(handed_in_before(matters, now=BEFORE, person_id=matters.town.person(8).pk))
    case = matters.opened()
    lay(machine, matters)
    here = f"{HERE}/mine/{case.no}/papers"
    given = {"code": "lease", "earlier": page.pk, "consent": "1"}

    shown = said(machine.get(here))
    wrong = [
        machine.post(here, {**given, **more}) for more in ({"earlier": stranger.pk}, {"earlier": "x"}, {"consent": ""})
    ]
    taken = [machine.post(here, given) for _ in range(2)]
    after = said(machine.get(here))

    assert (OFFER in shown, "同意再用于这件事" in shown, OFFER in after) == (True, True, False)
    assert [each.status_code for each in (*wrong, *taken)] == [422, 422, 409, 302, 302]
    assert CaseMaterial.objects.get(case=case).origin_id == page.case_id


def test_of_a_bundle_it_comes_for_all_of_it(matters: Matters, machine: Client) -> None:
    bundles.sign_of(matters.town)
    reusable()
    reusable(item="sign")
    page = page_of(handed_in_before(matters, now=BEFORE))
    bundle = bundles.opened(matters)
    cases = list(bundle.cases.order_by("id"))
    lay(machine, matters)
    here = f"{HERE}/bundles/{bundle.no}/papers"
    given = {"code": "lease", "earlier": page.pk, "consent": "1", "case": cases[0].no}

    shown = machine.get(here)
    wrong = machine.post(here, {**given, "case": page.case.no})
    taken = machine.post(here, given)

    assert (shown.status_code, said(shown).count(OFFER), wrong.status_code, taken.status_code) == (200, 1, 404, 302)
    assert CaseMaterial.objects.filter(case__in=cases, origin=page.case_id).count() == 2
