"""A draft whose matter asks otherwise since: what changed is said; it is begun anew with what was filled in, or sent as it is."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.cases.actions import change
from banshi.rooms.cases.models import Bundle, Case, CaseMaterial
from banshi.rooms.cases.queries import cases_of, form_of
from banshi.rooms.catalogue.models import Item, OneMatter
from tests.bundles import sign_of
from tests.matters import SHOP, Matters
from tests.surfaces.citizen.cases import applicant, handed_in, retell
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
SEAL = {"code": "seal", "name_zh": "印章", "name_en": "Seal", "copies": 1, "channels": ["upload"]}
SAID = "办理要求改了"
BEGIN = {"hall": "town", "a": ["premises:rented", "food:no"]}


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


def begun(me: Phone) -> Case:
    me.client.post("/matters/pension/begin", {**BEGIN, "who": str(me.person.pk)})
    case = Case.objects.get()
    handed_in(me, case, "id", "lease")
    return case


def otherwise(matters: Matters, **more: Any) -> None:
    lease = [each for each in SHOP["materials"] if each["code"] != "lease"]
    retell(matters, materials=[*lease, SEAL], limits={**SHOP["limits"], "promised": {"value": 3}}, **more)


def test_what_changed_since_is_said_and_begun_anew_with_what_was_filled_in(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = begun(me)
    form, no, version = form_of(case), case.no, case.item_version
    before = text(me.get(f"/cases/{no}/check/"))
    otherwise(matters)

    pages = [text(me.get(f"/cases/{no}/{step}")) for step in ("", "check/")]
    done = me.post(f"/cases/{no}/renew")
    again = me.post(f"/cases/{no}/renew")
    after = text(me.get(f"/cases/{no}/check/"))

    case.refresh_from_db()
    assert (SAID in before, [SAID in each for each in pages], SAID in after) == (False, [True, True], False)
    assert all("印章" in each and "租约" in each and "3 个工作日" in each for each in pages)
    assert (done["Location"], again.status_code, case.item_version > version) == (f"/cases/{no}/check/", 302, True)
    assert (case.no, case.answers, form_of(case)) == (no, {"premises": "rented", "food": "no"}, form)
    assert CaseMaterial.objects.filter(case=case, code="id", gone_at=None).exists()
    assert case.events.filter(verb="change").count() == 1


def test_as_it_is_it_goes_on_by_what_held_when_it_was_begun(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = begun(me)
    version = case.item_version
    otherwise(matters)
    change(case_no=case.no, form={"name": "书店", "address": "一号路 2 号"}, by=matters.applicant, now=TUESDAY_NINE)

    me.post(f"/cases/{case.no}/check/")
    late = me.post(f"/cases/{case.no}/renew")

    case.refresh_from_db()
    assert (case.phase, case.item_version, late["Location"]) == ("pre_review", version, f"/cases/{case.no}/")
    assert SAID not in text(me.get(f"/cases/{case.no}/"))


def test_an_answer_that_is_none_any_more_is_asked_for_first(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = begun(me)
    options = [SHOP["questions"][0]["options"][0], {"id": "lent", "text_zh": "借的", "text_en": "Lent"}]
    retell(matters, questions=[{**SHOP["questions"][0], "options": options}, *SHOP["questions"][1:]])

    done = me.post(f"/cases/{case.no}/renew")
    me.post(f"/cases/{case.no}/situation/", answer="premises:lent")

    case.refresh_from_db()
    assert (done["Location"], case.answers) == (f"/cases/{case.no}/situation/", {"premises": "lent", "food": "no"})


def test_all_of_a_whole_is_begun_anew_at_once_and_by_nobody_else(shop: tuple[Matters, Phone], theirs: Phone) -> None:
    matters, me = shop
    sign_of(matters.town)
    OneMatter.objects.create(
        code="open-shop", name_zh="开书店", name_en="A bookshop", audience="person", items="pension;sign", order=1
    )
    me.client.post("/together/open-shop/begin", {**BEGIN, "who": str(me.person.pk)})
    bundle = Bundle.objects.get()
    first, second = cases_of(bundle)
    retell(matters, item="sign", materials=[*Item.objects.get(code="sign").handling["materials"], SEAL])

    page = text(me.get(f"/bundles/{bundle.no}/check/"))
    strange = theirs.post(f"/cases/{first.no}/renew")
    done = me.post(f"/cases/{first.no}/renew")

    versions = [each.item_version for each in cases_of(bundle)]
    assert (SAID in page, strange.status_code, done["Location"]) == (True, 404, f"/bundles/{bundle.no}/check/")
    assert (versions[0], versions[1] > second.item_version) == (first.item_version, True)
