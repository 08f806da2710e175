"""告知承诺 on the papers' page: read, ticked, signed; and 实名等级, said before anything is filled in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases.models import CaseMaterial
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.identity.models import Account
from tests.matters import Matters
from tests.rooms.cases.test_promising import SAID
from tests.surfaces.citizen.cases import applicant, handed_in
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import Town, at

pytestmark = pytest.mark.django_db
TAKES = "/matters/pension/?a=premises:own&a=food:no&hall=town"
SEND = '<button class="btn btn--lg btn--block">'
SEND_FIRST = '<button class="btn btn--lg btn--block btn--primary">'
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
    refused = unticked.content.decode()
    card = refused[refused.index('id="paper-lease"') :].partition("</section>")[0]
    assert f'action="{here}#paper-lease"' in card  # what comes back is shown at this card
    assert ("勾选后再签署" in card, '<details class="stack gap-2" open>' in card) == (True, True)
    assert 'aria-describedby="refused"' in card
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


def test_before_it_is_sent_the_next_chance_stands_first_and_sending_does_not(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = matters.opened()
    handed_in(me, case, "id", "lease")
    pages = [f"/cases/{case.no}/{step}/" for step in ("papers", "check")]
    known = [me.get(path).content.decode() for path in pages]
    Account.objects.update(person_evidence=0)

    told = [me.get(path).content.decode() for path in pages]
    refused = me.client.post(f"/cases/{case.no}/check/").content.decode()
    HallItem.objects.update(bookable=False)
    unbooked = me.get(pages[1]).content.decode()

    assert ["看大厅" in each for each in (*known, *told, refused)] == [False, False, True, True, True]
    assert ['href="/book/pension/?hall=town"' in each for each in (*told, refused, unbooked)] == [
        True,
        True,
        True,
        False,
    ]
    assert [SEND_FIRST in each for each in (known[1], told[1], refused)] == [True, False, False]
    assert [SEND in each for each in (told[1], refused)] == [True, True]
    assert (told[1].count(ASKED), refused.count(ASKED)) == (1, 0)  # said once: there the refusal says it


def test_the_guide_and_the_page_of_the_matter_say_that_a_promise_may_stand_for_a_paper(
    shop: tuple[Matters, Phone], anybody: Any
) -> None:
    item, own, rented = (text(anybody.get(path)) for path in ("/items/pension", TAKES, TAKES.replace("own", "rented")))

    assert "可以签承诺代替：" in item
    assert [page.count("可以在网上签承诺代替") for page in (own, rented)] == [
        0,
        1,
    ]  # only the lease, where it is asked for
