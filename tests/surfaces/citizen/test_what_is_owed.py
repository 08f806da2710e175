"""What is missing, or was to follow, may be dropped, posted or brought at a booked time; its page offers it, and says once it is
here."""

from __future__ import annotations

from datetime import date

import pytest

from banshi.journeys.case import cabinets, conclude, courier, sending_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.cases import actions
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.actions import Receiver
from banshi.rooms.delivery.models import Cabinet, SentPapers
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
KIOSK = Actor(ActorKind.KIOSK, "kiosk-1", "town")


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


def told(matters: Matters) -> Case:
    case = matters.received(papers=("id",))
    said = [actions.Missing("lease", "没有签字")]
    return actions.give_notice(case_no=case.no, missing_now=said, by=matters.by["receiver"], now=TUESDAY_NINE)


def cabinet(matters: Matters) -> Cabinet:
    return delivery.install(hall=matters.town.hall, code="c", name_zh="1 号文件柜", name_en="Cabinet 1", cells=2)


def page(me: Phone, case: Case) -> str:
    return text(me.get(f"/cases/{case.no}/"))


def test_a_supplement_is_offered_by_every_channel_and_by_none_once_it_lies_here(shop):
    matters, me = shop
    case, kept = told(matters), cabinet(matters)

    before = page(me, case)
    cabinets.drop(cabinets=[kept], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)
    after, listed = page(me, case), text(me.get("/cases/"))

    offers = ["也可以随时投进“1 号文件柜”", "也可以把材料寄到大厅", "也可以预约时间带来"]
    assert [each.replace(" ", "") in before.replace(" ", "") for each in offers] == [True] * 3
    assert [each.replace(" ", "") in after.replace(" ", "") for each in offers] == [False] * 3
    assert "材料在文件柜里" in after
    assert case.item.name_zh in listed


def test_what_is_to_be_done_now_comes_before_the_other_ways_and_how_the_result_comes(shop, settings, tmp_path):
    settings.BANSHI_COURIER_FOLDER = tmp_path
    matters, me = shop
    case = told(matters)
    cabinet(matters)

    html = me.get(f"/cases/{case.no}/").content.decode()

    places = [
        f'btn--lg btn--block" href="/cases/{case.no}/papers/',
        "投进",
        f"/cases/{case.no}/send-in",
        f"/cases/{case.no}/ways",
    ]
    found = [html.index(each) for each in places]
    assert found == sorted(found)
    assert [html.count(each) for each in (places[0], places[3])] == [1, 1]


def test_it_is_posted_from_its_page_and_called_off_again(shop):
    matters, me = shop
    case = told(matters)

    form = me.get(f"/cases/{case.no}/send-in")
    me.post(f"/cases/{case.no}/send-in", carrier="EMS", waybill="EA1234567")
    on_its_way = SentPapers.objects.get().off_at
    me.post(f"/cases/{case.no}/send-in/not")

    case.refresh_from_db()
    assert (form.status_code, on_its_way, case.phase) == (200, None, "supplement")
    assert SentPapers.objects.get().off_at is not None


def test_what_came_by_post_is_looked_at_by_the_hall(shop):
    matters, me = shop
    case = told(matters)
    sending_in.announce(case_no=case.no, carrier="EMS", waybill="EA1234567", by=matters.applicant, now=TUESDAY_NINE)
    sending_in.came(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert "大厅收到了补的材料" in page(me, case)


def test_what_was_to_follow_is_offered_and_then_said_to_be_here(shop):
    matters, me = shop
    kept, case = cabinet(matters), matters.received(papers=("id", "lease"))
    later = [("photo", date(2026, 3, 12))]
    actions.accept(case_no=case.no, deferred=later, by=matters.by["receiver"], now=TUESDAY_NINE)

    before = page(me, case)
    cabinets.drop(cabinets=[kept], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)

    assert ("文件柜" in before, "把材料寄到大厅" in before) == (True, True)
    assert "把材料寄到大厅" not in page(me, case)


def test_a_result_to_be_posted_says_by_when(shop):
    matters, me = shop
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    to = Receiver("陈小红", "13900139000", "东莞市南城街道一号路 8 号 201")
    courier.wish(case_no=case.no, how="courier", receiver=to, by=matters.applicant, now=TUESDAY_NINE)
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert "寄出期限" in page(me, case)
