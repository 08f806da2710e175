"""How a result is wanted, on the page of a case: chosen, followed, come back; papers posted; and nobody else's address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.case import conclude, courier
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Parcel, SentPapers, Wish
from banshi.rooms.delivery.ports import Told
from banshi.rooms.identity.models import Account
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, sign_in, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
ADDRESS = "东莞市南城街道一号路 8 号 201"
SAID = {"how": "courier", "name": "陈小红", "phone": "13900139000", "address": ADDRESS}
Shop = tuple[Matters, Phone, Case]


@pytest.fixture
def shop(open_town: Town, settings: Any, tmp_path: Any) -> Shop:
    settings.BANSHI_COURIER_FOLDER = tmp_path
    matters, me = applicant(open_town)
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return matters, me, case


def posted(shop: Shop) -> str:
    matters, me, case = shop
    me.post(f"/cases/{case.no}/ways", **SAID)
    by = {"case_no": case.no, "by": matters.by["issuer"], "now": TUESDAY_NINE}
    courier.consign(**by)
    courier.post(**by)
    return Parcel.objects.get().waybill


def test_an_address_is_given_shown_masked_and_kept_for_the_form(shop: Shop) -> None:
    _matters, me, case = shop
    empty = me.get(f"/cases/{case.no}/ways").content.decode()

    done = me.post(f"/cases/{case.no}/ways", **SAID)
    page = text(me.get(f"/cases/{case.no}/"))
    again = me.get(f"/cases/{case.no}/ways").content.decode()

    assert ("到付" in empty, done.status_code, Wish.objects.get().how) == (True, 302, "courier")
    assert ("制好就寄" in page, "附取件码" in page) == (True, False)
    assert ("陈** 139****9000 东莞市南城街****" in page, ADDRESS in page, ADDRESS in again) == (True, False, True)


def test_who_chose_the_cabinet_and_changes_to_the_courier_writes_no_name_again(shop: Shop) -> None:
    _matters, me, case = shop
    Wish.objects.create(case=case, how="cabinet", said_at=TUESDAY_NINE, said_by="citizen:1")

    page = me.get(f"/cases/{case.no}/ways").content.decode()

    assert (f'value="{me.person.name}"' in page, 'value="13800138000"' in page) == (True, True)
    assert 'name="originals"' not in page  # no folder of it lies here


def test_what_is_wrong_with_an_address_is_said_and_what_was_typed_stays(shop: Shop) -> None:
    _matters, me, case = shop

    answer = me.post(f"/cases/{case.no}/ways", **{**SAID, "address": "这里"})

    assert (answer.status_code, "完整的地址" in text(answer), 'value="陈小红"' in answer.content.decode()) == (
        422,
        True,
        True,
    )
    assert Wish.objects.count() == 0


def test_a_parcel_is_followed_step_by_step_and_no_code_is_shown(shop: Shop) -> None:
    _matters, me, case = shop
    waybill = posted(shop)
    courier.told(waybill=waybill, said=Told("1", "accepted", TUESDAY_NINE), now=TUESDAY_NINE + timedelta(hours=1))

    page = text(me.get(f"/cases/{case.no}/"))
    late = me.post(f"/cases/{case.no}/ways", **SAID)
    file = me.post(f"/cases/{case.no}/receive")

    assert all(said in page for said in ("正在寄给你", waybill, "快递已收件", "邮费到付"))
    assert "取件码" not in page
    assert ((late.status_code, file.status_code), "已经交给快递" in text(late)) == ((409, 409), True)


@pytest.mark.parametrize(
    ("state", "says"), [("out", "留意电话"), ("refused", "快递没能送到你手上"), ("returning", "正在退回大厅")]
)
def test_where_a_parcel_is_says_more_than_that_it_is_on_its_way(shop: Shop, state: str, says: str) -> None:
    _matters, me, case = shop
    waybill = posted(shop)
    for n, event in enumerate(("accepted", "out", "refused", "returning"), start=1):
        at = TUESDAY_NINE + timedelta(minutes=n)
        courier.told(waybill=waybill, said=Told(str(n), event, at), now=at)  # type: ignore[arg-type]
        if event == state:
            break

    page = text(me.get(f"/cases/{case.no}/"))

    assert (says in page, "正在寄给你" in page) == (True, False)


def test_what_came_back_is_chosen_anew_or_fetched_with_its_code(shop: Shop) -> None:
    matters, me, case = shop
    posted(shop)
    courier.came_back(case_no=case.no, place="B-1", by=matters.by["issuer"], now=TUESDAY_NINE)

    page = text(me.get(f"/cases/{case.no}/"))
    me.post(f"/cases/{case.no}/ways", how="counter")

    assert all(said in page for said in ("快递退回来了", "选怎么领", "B-1"))
    assert Wish.objects.get().how == "counter"


def test_nobody_else_chooses_and_an_unproven_account_is_told_to_come(shop: Shop, open_town: Town) -> None:
    _matters, me, case = shop
    stranger = sign_in(open_town, 7)

    assert [stranger.get(f"/cases/{case.no}/ways").status_code, stranger.post(f"/cases/{case.no}/ways", **SAID).status_code] == [
        404, 404,
    ]  # fmt: skip
    Account.objects.filter(pk=me.account.pk).update(person_evidence=0)
    assert "还没有证明" in text(me.get(f"/cases/{case.no}/ways"))
    assert me.post(f"/cases/{case.no}/ways", **SAID).status_code == 409


def test_papers_are_posted_and_called_off(open_town: Town) -> None:
    matters, me = applicant(open_town)
    matters.lease_by_hand()
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    at = f"/cases/{case.no}/"
    offered = text(me.get(at))

    wrong = me.post(f"{at}send-in", carrier="EMS", waybill="1")
    me.post(f"{at}send-in", carrier="EMS", waybill="ea 1234567")
    page = text(me.get(at))
    me.post(f"{at}send-in/not")

    assert ("也可以把材料寄到大厅" in offered, wrong.status_code) == (True, 422)
    assert ("你的材料在路上" in page, SentPapers.objects.get().waybill) == (True, "EA1234567")
    assert (Case.objects.get(pk=case.pk).phase, "你没有寄材料" in text(me.get(at))) == ("pre_passed", True)
