"""Parcels at the issue window: made, labelled with a trace, handed on, ticked in; and nothing of another hall's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.case import courier, sending_in
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.actions import Receiver
from banshi.rooms.delivery.models import Delivery, Parcel, SentPapers
from banshi.rooms.delivery.ports import Told
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
TO = Receiver("陈小红", "13900139000", "东莞市南城街道一号路 8 号 201")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.BANSHI_COURIER_FOLDER = tmp_path


def wished(matters: Matters, client: Any) -> str:
    """Made, and to be posted."""
    case = matters.decided()
    client.post(f"/issue/town/cases/{case.no}/make")
    courier.wish(case_no=case.no, how="courier", receiver=TO, by=matters.applicant, now=TUESDAY_NINE)
    return f"/issue/town/cases/{case.no}/"


def test_how_it_is_wanted_stands_there_before_it_is_made(matters: Matters, client_of: Any) -> None:
    case, client = matters.decided(), client_of("issuer")
    at = f"/issue/town/cases/{case.no}/"

    before = client.get(at).content.decode()
    courier.wish(case_no=case.no, how="courier", receiver=TO, by=matters.applicant, now=TUESDAY_NINE)
    after = client.get(at).content.decode()

    assert ["申请人要求寄送" in each for each in (before, after)] == [False, True]
    assert [f'action="{at}make"' in each for each in (before, after)] == [True, True]


def test_a_result_is_made_a_parcel_printed_and_handed_on(matters: Matters, client_of: Any) -> None:
    client = client_of("issuer")
    at = wished(matters, client)

    asked = client.get(at).content.decode()
    client.post(at + "consign")
    made = client.get("/issue/town/parcels/").content.decode()
    label = client.post(at + "label")
    told = client.post(at + "posted", follow=True).content.decode()
    listed = client.get("/issue/town/parcels/").content.decode()

    waybill = Parcel.objects.get().waybill
    assert ("申请人要求寄送" in asked, "陈**" in asked, TO.address in asked) == (True, True, False)
    assert (waybill in made, TO.address in made) == (True, False)
    assert (TO.address in label.content.decode(), "13900139000" in label.content.decode()) == (True, True)
    assert label["Cache-Control"] == "no-store"
    assert Entry.objects.filter(action="looked", facts={"why": "waybill"}).count() == 1
    assert ("运单号已发给申请人" in told, Delivery.objects.get().state, waybill in listed) == (True, "posted", True)
    assert Case.objects.get().no not in client.get("/issue/town/").content.decode()  # nothing is to be done with it


def test_of_a_parcel_that_arrived_nobody_reads_that_it_was_fetched(matters: Matters, client_of: Any) -> None:
    client = client_of("issuer")
    at = wished(matters, client)
    client.post(at + "consign")
    client.post(at + "posted")
    later = TUESDAY_NINE + timedelta(hours=1)
    courier.told(waybill=Parcel.objects.get().waybill, said=Told("1", "delivered", later), now=later)

    page = client.get(at).content.decode()

    assert ("快件已签收，办结。" in page, "已领走" in page) == (True, False)


def test_what_came_back_gets_a_place_and_is_to_be_handed_over_again(matters: Matters, client_of: Any) -> None:
    client = client_of("issuer")
    at = wished(matters, client)
    client.post(at + "consign")
    client.post(at + "posted")
    back = {"case": Case.objects.get().no, "what": "back"}

    nowhere = client.post("/issue/town/parcels/one", {**back, "place": ""})
    done = client.post("/issue/town/parcels/one", {**back, "place": "B-2"})

    assert (nowhere.status_code, done.status_code, Delivery.objects.get().place) == (422, 302, "B-2")
    assert "凭取件码" in client.get(at).content.decode()


def test_papers_that_were_posted_are_ticked_in(matters: Matters, client_of: Any) -> None:
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    sending_in.announce(case_no=case.no, carrier="EMS", waybill="EA1234567", by=matters.applicant, now=TUESDAY_NINE)
    client = client_of("issuer")

    page = client.get("/issue/town/parcels/").content.decode()
    first = client.post("/issue/town/parcels/one", {"case": case.no, "what": "came"})
    second = client.post("/issue/town/parcels/one", {"case": case.no, "what": "came"})

    assert ("EA1234567" in page, case.masked_applicant in page) == (True, True)
    assert (first.status_code, second.status_code, SentPapers.objects.get().came_at is not None) == (302, 409, True)


def test_another_halls_parcel_is_not_touched_from_here(matters: Matters, client_of: Any) -> None:
    client = client_of("issuer")
    at = wished(matters, client)
    client.post(at + "consign")
    Case.objects.update(hall=matters.town.other_hall)
    no = Case.objects.get().no

    answers = [
        client.post("/issue/town/parcels/one", {"case": no, "what": "posted"}).status_code,
        client.post(at + "label").status_code,
        client.post(at + "posted").status_code,
    ]

    assert (answers, Parcel.objects.get().state) == ([404, 404, 404], "made")
    assert no not in client.get("/issue/town/parcels/").content.decode()


def test_who_does_not_issue_sees_no_parcels(matters: Matters, client_of: Any) -> None:
    client = client_of("reviewer")

    assert client.get("/issue/town/parcels/").status_code == 403
    assert client.post("/issue/town/parcels/one", {}).status_code == 403
