"""A case left at a window with somebody's telephone: how far it is, for whoever has the telephone and typed the applicant."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.person import own_phone
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.told import phone_index
from banshi.rooms.identity.models import Account, AccountPerson, Person
from tests.matters import Matters, matters_of
from tests.surfaces.citizen.conftest import Phone, browser, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
NUMBER, NEW = "+8613900139007", "+8613900139008"


@pytest.fixture
def shop(open_town: Town) -> Matters:
    """A case of somebody whose telephone nobody has proven; it was said at the window."""
    matters = matters_of(open_town)
    Account.objects.all().delete()
    return matters


def left(shop: Matters, phone: str = NUMBER, **more: Any) -> Case:
    return shop.received(account_id=None, channel="window", contact=phone, **more)


def signed_in(number: str, *people: tuple[Person, str]) -> Phone:
    account = Account.objects.create(phone=number, phone_index=phone_index(number), created_at=TUESDAY_NINE)
    for person, name in people:
        AccountPerson.objects.create(account=account, person=person, name=name, added_at=TUESDAY_NINE)
    client = browser()
    session = client.session
    session["account"] = account.pk
    session.save()
    return Phone(client, account, people[0][0] if people else None)


def listed(phone: Phone, case: Case) -> bool:
    return case.no in text(phone.get("/cases/"))


def test_an_empty_list_says_how_the_cases_of_the_window_come_to_stand_there(shop: Matters):
    left(shop)
    unproven = signed_in(NUMBER)
    said = text(unproven.get("/cases/"))
    Account.objects.filter(pk=unproven.account.pk).update(person=shop.town.person(5), person_evidence=3)

    proven = text(unproven.get("/cases/"))

    assert ("核验手机号是本人的以后显示在这里" in said, "核验手机号" in proven) == (True, False)


def test_the_telephone_and_the_typed_applicant_show_how_far_it_is_and_nothing_more(shop: Matters):
    case = left(shop)
    me = signed_in(NUMBER, (shop.person, shop.person.name))

    page = text(me.get(f"/cases/{case.no}/"))

    assert listed(me, case)
    assert "大厅收件" in page
    assert case.masked_applicant in page
    assert "只看得到办到哪一步" in page
    assert [
        word for word in (shop.person.name, "小镇书店", "租约", "PDF", f"/cases/{case.no}/papers") if word in page
    ] == []
    assert me.client.get(f"/cases/{case.no}/papers/").status_code == 404
    assert me.client.post(f"/cases/{case.no}/withdraw", {"why": "不办了"}).status_code == 404


@pytest.mark.parametrize("typed", ["李四", ""])
def test_another_name_and_no_name_show_nothing(shop: Matters, typed: str):
    case = left(shop)
    me = signed_in(NUMBER, (shop.person, typed)) if typed else signed_in(NUMBER)

    assert not listed(me, case)
    page = me.client.get(f"/cases/{case.no}/")
    assert page.status_code == 404
    said = page.content.decode()
    assert ("先核验一次这个手机号" in said, case.masked_applicant in said, "大厅收件" in said) == (True, False, False)


def test_a_family_that_shares_a_telephone_sees_those_it_typed(shop: Matters):
    mother, child = shop.person, shop.town.person(2)
    hers, theirs = left(shop), left(shop, person_id=child.pk)
    family = signed_in(NUMBER, (mother, mother.name))

    assert (listed(family, hers), listed(family, theirs)) == (True, False)
    AccountPerson.objects.create(account=family.account, person=child, name=child.name, added_at=TUESDAY_NINE)
    assert listed(family, theirs)


def test_the_applicant_on_another_telephone_shows_nothing(shop: Matters):
    case = left(shop)

    assert not listed(signed_in(NEW, (shop.person, shop.person.name)), case)


def test_it_follows_its_owner_to_a_new_number_and_the_next_one_with_the_old_sees_nothing(shop: Matters):
    case = left(shop)
    me = signed_in(NUMBER, (shop.person, shop.person.name))

    by = Actor(ActorKind.CITIZEN, str(me.account.pk))
    own_phone.change_number(account_id=me.account.pk, phone=NEW, by=by, now=TUESDAY_NINE)

    assert Case.objects.get(pk=case.pk).contact == NEW
    assert case.pk in [row.pk for row in Case.objects.filter(contact_index=phone_index(NEW))]
    next_one = signed_in(NUMBER, (shop.person, shop.person.name))
    assert not listed(next_one, case)


def test_a_case_of_another_telephone_keeps_it_when_a_number_changes(shop: Matters):
    case = left(shop, phone="+8613900139009")
    me = signed_in(NUMBER, (shop.person, shop.person.name))

    by = Actor(ActorKind.CITIZEN, str(me.account.pk))
    own_phone.change_number(account_id=me.account.pk, phone=NEW, by=by, now=TUESDAY_NINE)

    assert Case.objects.get(pk=case.pk).contact == "+8613900139009"


def test_once_the_card_was_seen_with_it_the_whole_case_opens(shop: Matters):
    case = left(shop)
    me = signed_in(NUMBER, (shop.person, shop.person.name))

    Account.objects.filter(pk=me.account.pk).update(person=shop.person, person_evidence=3, person_at=TUESDAY_NINE)

    assert "只看得到办到哪一步" not in text(me.get(f"/cases/{case.no}/"))
