"""告知承诺 on the papers' page: read, ticked, signed; and 实名等级, said before anything is filled in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases.models import CaseMaterial
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity.models import Account
from tests.matters import Matters
from tests.rooms.cases.test_promising import SAID
from tests.surfaces.citizen.cases import applicant, handed_in
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import Town, at

pytestmark = pytest.mark.django_db
TAKES = "/matters/pension/?a=premises:own&a=food:no&hall=town"
ASKED = "要先核验身份"


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    """Whose lease may be promised; a card is asked online."""
    found = applicant(open_town)
    row = Item.objects.get(code="pension")
    papers = [{**each, "by_promise": SAID} if each["code"] == "lease" else each for each in row.handling["materials"]]
    row.handling = {**row.handling, "materials": papers, "online_level": "window"}
    row.save(update_fields=["handling"])
    keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    return found


def test_a_promise_is_read_ticked_and_signed_once(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = matters.opened()
    here = f"/cases/{case.no}/papers/"

    page = text(me.get(here))
    unticked = me.client.post(here, {"code": "lease", "promise": "asked"})
    signed = me.client.post(here, {"code": "lease", "promise": ["asked", "signed"]})
    after = text(me.get(here))

    assert [said for said in ("经营场所应当真实", "撤销登记", "已经取得使用权", "签署承诺") if said not in page] == []
    assert "勾选后再签署" in unticked.content.decode()
    assert (signed.status_code, CaseMaterial.objects.get().trust) == (302, "D")
    assert ("已承诺" in after, "签署承诺" in after) == (True, False)


def test_who_has_bad_credit_is_told_on_the_page(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = matters.opened()

    with override_settings(
        BANSHI_CREDIT="banshi.gateways.credit.StandIn", BANSHI_CREDIT_BARRED=frozenset({str(matters.person.id_number)})
    ):
        page = me.client.post(f"/cases/{case.no}/papers/", {"code": "lease", "promise": ["asked", "signed"]})

    assert "不适用告知承诺" in page.content.decode()
    assert CaseMaterial.objects.count() == 0


def test_who_is_not_known_far_enough_hears_it_before_the_form_and_again_when_it_is_sent(
    shop: tuple[Matters, Phone], anybody: Any
) -> None:
    matters, me = shop
    case = matters.opened()
    handed_in(me, case, "id", "lease")
    known = [text(me.get(path)) for path in ("/items/pension", TAKES, f"/cases/{case.no}/form/")]
    Account.objects.update(person_evidence=0)

    told = [text(me.get(path)) for path in ("/items/pension", TAKES, f"/cases/{case.no}/form/")]
    sent = me.client.post(f"/cases/{case.no}/check/")

    case.refresh_from_db()
    assert [ASKED in page for page in known] == [False] * 3
    assert [ASKED in page for page in told] == [True] * 3
    assert ASKED in text(anybody.get("/items/pension"))
    assert ("身份核验的等级不够" in sent.content.decode(), case.phase) == (True, "draft")
