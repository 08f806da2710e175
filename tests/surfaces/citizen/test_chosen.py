"""办多件事: chosen without a script and before anybody signs in; what does not go together says why; then one form."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import cases_of
from banshi.rooms.catalogue import queries as of_catalogue
from banshi.rooms.catalogue.models import HallItem, Item
from tests.bundles import opened, sign_of
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
BOTH, SAID = "/together/of/pension+sign/", "?a=premises:rented&a=food:no&hall=town"


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    matters, phone = applicant(open_town)
    sign_of(open_town)
    return matters, phone


@pytest.fixture
def me(shop: tuple[Matters, Phone]) -> Phone:
    return shop[1]


def choose(phone: Phone, *codes: str) -> str:
    for code in codes:
        phone.client.post("/together/chosen/change", {"add": code})
    return text(phone.get("/together/chosen/"))


def begun(me: Phone, path: str = BOTH, **more: str) -> Any:
    said = {"hall": "town", "a": ["premises:rented", "food:no"], "who": str(me.person.pk), **more}
    return me.client.post(f"{path}begin", said)


def test_nobody_signs_in_to_choose_and_the_order_is_theirs(shop, anybody):
    item, one = text(anybody.get("/items/pension")), choose(anybody, "pension")
    two = choose(anybody, "sign", "sign")
    anybody.client.post("/together/chosen/change", {"up": "sign"})
    turned = text(anybody.get("/together/chosen/"))
    anybody.client.post("/together/chosen/change", {"drop": "pension"})
    less = text(anybody.get("/together/chosen/"))

    assert ('value="pension"' in item, BOTH in one, BOTH in two) == (True, False, True)
    assert ("/together/of/sign+pension/" in turned, "/together/of/" in less) == (True, False)


def test_what_is_chosen_becomes_one_form_and_is_chosen_no_more(me):
    choose(me, "pension", "sign")

    first, takes = text(me.get(BOTH)), text(me.get(BOTH + SAID))
    offered, answer = text(me.get(f"{BOTH}begin{SAID}")), begun(me)

    bundle = Bundle.objects.get()
    assert ("店面是谁的" in first, "比分开填少填 1 项" in takes, f'href="{BOTH}begin' in takes) == (True, True, True)
    assert ("自己选的 2 件事" in offered, answer["Location"]) == (True, f"/bundles/{bundle.no}/form/")
    assert [case.item.code for case in cases_of(bundle)] == ["pension", "sign"]
    assert (bundle.matter, "/together/of/" in text(me.get("/together/chosen/"))) == ("", False)


def test_two_taps_begin_one(me):
    begun(me)

    assert begun(me).status_code in (302, 409)
    assert (Bundle.objects.count(), Case.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"retired_on": TUESDAY_NINE.date()}, "已停办"),
        ({"audience": "firm"}, "有的只由个人申请"),
        ({"seasons": True}, "现在不受理"),
        ({"hall": "other"}, "没有一个大厅办所有这些"),
        ({"hall": ""}, "没有大厅办"),
    ],
)
def test_what_does_not_go_together_says_why_and_begins_nothing(me, shop, change, why):
    Item.objects.filter(code="pension").update(audience="person")
    sign = Item.objects.get(code="sign")
    place = change.get("hall")
    if place == "":
        HallItem.objects.filter(item=sign).delete()
    elif place:
        HallItem.objects.filter(item=sign).update(hall=shop[0].town.other_hall)
    if change.get("seasons"):
        change = {"handling": {**sign.handling, "seasons": [{"first": "11-01", "last": "12-01"}]}}
    Item.objects.filter(code="sign").update(**{} if place is not None else change)
    of_catalogue.forget()

    page, direct, answer = choose(me, "pension", "sign"), text(me.get(BOTH + SAID)), begun(me)

    assert (why in page, why in direct, "招牌设置" in direct, BOTH in page) == (True, True, True, False)
    assert (answer.status_code, Bundle.objects.count()) == (302, 0)


def test_a_matter_that_is_found_says_first_that_it_does_not_go_with_the_chosen(me):
    Item.objects.filter(code="pension").update(audience="person")
    Item.objects.filter(code="sign").update(audience="firm")
    of_catalogue.forget()
    choose(me, "pension")

    page = text(me.get("/together/chosen/", q="招牌"))

    assert ("申请人和已选的不同" in page, 'name="add" value="sign"' in page) == (True, False)


def test_the_api_begins_no_more_than_the_page(shop):
    Item.objects.filter(code="pension").update(audience="person")
    Item.objects.filter(code="sign").update(audience="firm")

    with pytest.raises(Refused) as no:
        opened(shop[0])

    assert (no.value.slug, no.value.facts["field"], Bundle.objects.count()) == ("invalid", "items", 0)


def test_an_address_of_one_matter_or_an_unknown_one_is_no_page(me):
    answers = [
        me.get(f"/together/of/{listed}/").status_code for listed in ("pension", "pension+pension", "pension+moon")
    ]

    assert answers == [404] * 3


def test_what_is_chosen_is_at_most_twelve(me, monkeypatch):
    monkeypatch.setattr("banshi.surfaces.citizen.chosen.MOST_ITEMS", 1)

    page = choose(me, "pension", "sign")

    assert ("招牌设置" in page, "最多" in page) == (False, True)
