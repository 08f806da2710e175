"""What is on record fills in the form at the machine, with consent: of whoever laid their card on it, never of a firm."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import case_by_no, cases_of, form_of
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import FactConsent
from banshi.surfaces.kiosk import bundle as bundle_pages
from tests import bundles
from tests.matters import FORM, SHOP, Matters, matters_of
from tests.surfaces.citizen.cases import retell
from tests.surfaces.kiosk.test_filling import HERE, lay, said
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
AGREE = "我同意：用已有的记录填写这张表，仅用于这件事"


@pytest.fixture
def matters(opened: Town) -> Matters:
    return matters_of(opened)


def learn(matters: Matters, element: str) -> None:
    library.learn(
        person_id=matters.person.pk, element=element, value=FORM["address"], trust="A", source="import:police",
        now=TUESDAY_NINE,
    )  # fmt: skip


def test_it_is_filled_in_with_one_press_and_taken_back_with_another(matters: Matters, machine: Client) -> None:
    fields = [dict(field) for field in SHOP["fields"]]
    fields[1]["element"] = "residence-address"
    retell(matters, fields=fields)
    learn(matters, "residence-address")
    case = matters.opened(form={"name": FORM["name"]})
    lay(machine, matters)
    here = f"{HERE}/mine/{case.no}/form"

    shown = said(machine.get(f"{here}?at=0"))
    agreed = machine.post(here, {"at": "0", "go": "agree"})
    after = said(machine.get(f"{here}?at=0"))
    filled = form_of(case_by_no(case.no))["address"]
    machine.post(here, {"at": "0", "go": "take-back"})

    assert (AGREE in shown, agreed.status_code, filled) == (True, 302, FORM["address"])
    assert (AGREE in after, "撤回同意" in after) == (False, True)
    assert form_of(case_by_no(case.no)).get("address") is None


def test_of_a_bundle_it_fills_in_all_of_it(matters: Matters, machine: Client) -> None:
    bundles.sign_of(matters.town)
    learn(matters, "business-address")
    bundle = bundles.opened(matters, form={"pension.name": "小镇书店", "sign.words": "书"})
    lay(machine, matters)
    here = f"{HERE}/bundles/{bundle.no}/form"

    shown = said(machine.get(f"{here}?at=0"))
    machine.post(here, {"at": "0", "go": "agree"})

    assert AGREE in shown
    assert [form_of(case)["address"] for case in cases_of(bundle)] == [FORM["address"]] * 2
    assert FactConsent.objects.count() == 2


@pytest.mark.parametrize("go", ["agree", "take-back"])
def test_a_bundle_that_is_sent_elsewhere_in_that_moment_says_so(
    matters: Matters, machine: Client, monkeypatch: pytest.MonkeyPatch, go: str
) -> None:
    bundles.sign_of(matters.town)
    bundle = bundles.opened(matters)
    lay(machine, matters)
    kept = bundle_pages.write

    def then_it_is_sent(*args: Any, **more: Any) -> Any:
        found = kept(*args, **more)
        Case.objects.update(phase="pre_review", submitted_at=TUESDAY_NINE)
        return found

    monkeypatch.setattr(bundle_pages, "write", then_it_is_sent)
    answer = machine.post(f"{HERE}/bundles/{bundle.no}/form", {"at": "0", "go": go})

    assert (answer.status_code, FactConsent.objects.count()) == (409, 0)
