"""A paper that was to follow (容缺) is handed in at the office of whoever reviews the case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.rooms.cases import actions as cases
from tests.journeys.case.test_cabinets import passed
from tests.matters import Matters
from tests.surfaces.desk.test_what_follows import came, owing
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def test_it_is_handed_in_at_the_office_of_who_reviews_it(matters: Matters, client_of):
    case = owing(matters)
    client, page = client_of("reviewer"), f"/review/town/cases/{case.no}/"

    shown = client.get(page).content.decode()
    empty = client.post(f"{page}settle", {"code": "photo", "copies": "0"})
    wrong = client.post(f"{page}settle", {"code": "photo", "copies": "x"})
    before = came(case)
    client.post(f"{page}settle", {"code": "photo", "copies": "2"})

    assert ('id="owed-photo"' in shown, empty.status_code, wrong.status_code) == (True, 409, 422)
    assert (before, came(case)) == (["photo", "0 receipts", "tolerant True"], ["1 receipts", "tolerant False"])


def test_who_receives_takes_it_in_where_it_is_owed_and_nobody_of_another_hall(matters: Matters, client_of):
    case = owing(matters)
    client, page = client_of("receiver"), f"/review/town/cases/{case.no}/"

    shown = client.get(page).content.decode()
    nothing = client.post(f"{page}take-in", {"copies-photo": "0"})
    wrong = client.post(f"{page}take-in", {"copies-photo": "x"})
    elsewhere = client.post(f"/review/other/cases/{case.no}/take-in", {"copies-photo": "1"})
    before = came(case)
    client.post(f"{page}take-in", {"copies-photo": "2"})

    assert ('name="copies-photo"' in shown, nothing.status_code, wrong.status_code) == (True, 422, 422)
    assert elsewhere.status_code == 403
    assert client_of("approver").post(f"{page}take-in", {"copies-photo": "1"}).status_code == 403
    assert (before, came(case)) == (["photo", "0 receipts", "tolerant True"], ["1 receipts", "tolerant False"])


def test_what_came_of_a_supplement_is_on_the_list_and_taken_in_there(matters: Matters, client_of):
    case = matters.received(papers=("id",))
    told = [cases.Missing("lease", "缺")]
    cases.give_notice(case_no=case.no, missing_now=told, by=matters.by["receiver"], now=TUESDAY_NINE)
    client, page = client_of("receiver"), f"/review/town/cases/{case.no}/"
    before = client.get(page).content.decode(), client.get("/review/town/acceptance").content.decode()

    cases.tell_dropped(case_no=case.no, day=TUESDAY_NINE.date(), now=TUESDAY_NINE)
    listed, waits = client.get("/review/town/acceptance").content.decode(), client.get("/review/town/waiting")
    shown = client.get(page).content.decode()
    client.post(f"{page}take-in", {"copies-lease": "1"})

    case.refresh_from_db()
    assert [case.no in each for each in (before[1], listed)] == [False, True]
    assert ["copies-lease" in each for each in (before[0], shown)] == [False, True]
    assert "1 件补来了材料" in waits.content.decode()
    assert (case.phase, case.brought_on) == ("received", None)


def test_that_nothing_of_it_came_is_said_too(matters: Matters, client_of):
    case = matters.received(papers=("id",))
    told = [cases.Missing("lease", "缺")]
    cases.give_notice(case_no=case.no, missing_now=told, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.tell_dropped(case_no=case.no, day=TUESDAY_NINE.date(), now=TUESDAY_NINE)

    client_of("receiver").post(f"/review/town/cases/{case.no}/take-in", {"nothing": "1", "copies-lease": "0"})

    case.refresh_from_db()
    assert (case.phase, case.brought_on, case.notice_due_on) == ("supplement", None, None)


def test_what_counts_as_accepted_untaken_stays_on_the_list_until_it_is_taken_in(matters: Matters, client_of):
    case = matters.received(papers=("id",))
    told = [cases.Missing("lease", "缺")]
    cases.give_notice(case_no=case.no, missing_now=told, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.tell_dropped(case_no=case.no, day=TUESDAY_NINE.date(), now=TUESDAY_NINE)
    cases.deem_due(now=TUESDAY_NINE + timedelta(days=8))
    client, page = client_of("receiver"), f"/review/town/cases/{case.no}/"

    listed, waits = client.get("/review/town/acceptance"), client.get("/review/town/waiting")
    shown = client.get(page).content.decode()
    client.post(f"{page}take-in", {"copies-lease": "1"})

    case.refresh_from_db()
    assert ([line.no for line in listed.context["lines"]], "补来了材料" in waits.content.decode()) == ([case.no], True)
    assert ("copies-lease" in shown, case.phase, case.deemed, case.brought_on) == (True, "accepted", True, None)
    assert case.no not in client.get("/review/town/acceptance").content.decode()


def test_what_came_for_the_receipt_and_counts_as_accepted_stays_on_the_list_until_it_is_counted(
    matters: Matters, client_of
):
    matters.lease_by_hand()
    case = passed(matters)
    cases.expect(case_no=case.no, appointment="", cell="A1", by=matters.applicant, now=TUESDAY_NINE)
    cases.tell_dropped(case_no=case.no, day=TUESDAY_NINE.date(), now=TUESDAY_NINE)
    cases.deem_due(now=TUESDAY_NINE + timedelta(days=8))
    client, page = client_of("receiver"), f"/review/town/cases/{case.no}/"

    listed = client.get("/review/town/acceptance")
    shown = client.get(page).content.decode()
    client.post(f"{page}take-in", {"copies-lease": "1"})

    case.refresh_from_db()
    assert [line.no for line in listed.context["lines"]] == [case.no]
    assert ("copies-lease" in shown, case.phase, case.deemed, case.brought_on) == (True, "accepted", True, None)
    assert case.no not in client.get("/review/town/acceptance").content.decode()
