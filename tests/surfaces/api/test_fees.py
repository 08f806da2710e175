"""Fees over HTTP: read, paid by telephone and at a window, let off, given back; and the till's word, which has to be its own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.config.jobs import move_stand_ins
from banshi.gateways import till
from banshi.gateways.till import word
from banshi.journeys.case import paying
from banshi.rooms.fees.models import Payment
from tests.surfaces.api.casework import Casework
from tests.surfaces.api.conftest import stop_the_clock
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
CALLBACK = "/api/v1/till/callback"


@pytest.fixture
def owing(work: Casework, settings: Any, tmp_path: Any) -> str:
    settings.BANSHI_TILL_FOLDER = tmp_path
    work.matters.costs()
    return work.decided()


def tells(reference: str, *, fen: int = 8000, state: str = "paid", **changed: str) -> Any:
    body, headers = word(reference, state=state, fen=fen, number="T-1")
    sent = {f"HTTP_{name.replace('-', '_').upper()}": said for name, said in {**headers, **changed}.items()}
    return Client().post(CALLBACK, body, content_type="application/json", **sent)


def test_a_case_is_paid_by_telephone_and_the_word_of_the_till_settles_it(work: Casework, owing: str):
    asked = work.calls("get", f"/cases/{owing}/fees", "channel").json()
    refused = work("issue", owing, "issuer")
    begun = work("fees/pay", owing, "channel", {"way": "qr"}).json()
    again = work("fees/pay", owing, "channel", {"way": "qr"}).json()
    (payment,) = begun["payments"]

    told = [tells(payment["reference"]) for _ in range(2)]
    paid = work.calls("get", f"/cases/{owing}/fees", "channel").json()

    assert (asked["state"], asked["fen"], asked["pay_by"], asked["lines"][0]["basis"]) == (
        "due", 8000, "2026-03-31", "镇价〔2026〕1号",
    )  # fmt: skip
    assert (refused.status_code, refused.json()["type"]) == (409, "fee-due")
    assert "fee_due" in work.seen(owing)["flags"] or paid["state"] == "paid"
    assert again["payments"] == begun["payments"]
    assert payment["pay_at"].endswith(f"/demo/till/{payment['reference']}/")
    assert [(each.status_code, each.json()["state"]) for each in told] == [(200, "paid"), (200, "paid")]
    assert (paid["state"], paid["payments"][0]["receipt"], paid["refunds"]) == ("paid", work.matters.receipt(), [])
    assert work("issue", owing, "issuer").status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"Till-Signature": "0" * 64}, {"Till-Signature": ""}, {"Till-Signature": "签"}, {"Till-Timestamp": "1"},
        {"Till-Timestamp": "x"},
    ],
)  # fmt: skip
def test_a_word_that_is_not_the_tills_own_is_not_taken(work: Casework, owing: str, changed: dict[str, str]):
    reference = work("fees/pay", owing, "channel", {"way": "qr"}).json()["payments"][0]["reference"]

    answer = tells(reference, **changed)

    assert (answer.status_code, answer.json()["type"]) == (401, "unauthenticated")
    assert Payment.objects.get().state == "started"


def test_a_word_of_another_sum_settles_nothing(work: Casework, owing: str):
    reference = work("fees/pay", owing, "channel", {"way": "qr"}).json()["payments"][0]["reference"]

    answer = tells(reference, fen=1)

    fees = work.calls("get", f"/cases/{owing}/fees", "channel").json()
    assert (answer.status_code, fees["state"], [(r["why"], r["fen"]) for r in fees["refunds"]]) == (
        200,
        "due",
        [("wrong", 1)],
    )


def test_a_word_about_nothing_is_not_found(owing: str):
    assert tells("nothing").status_code == 404


def test_without_a_secret_no_word_is_taken(owing: str, settings: Any):
    settings.BANSHI_TILL_SECRET = ""

    assert tells("nothing").status_code == 401


def test_a_window_takes_it_once_and_a_channel_never(work: Casework, owing: str):
    cash = {"way": "window", "means": "cash"}

    answers = [work("fees/pay", owing, key, cash).status_code for key in ("channel", "reviewer", "receiver", "issuer")]

    assert answers == [422, 403, 200, 409]


def test_two_supervisors_let_it_off_and_money_that_comes_then_goes_back(work: Casework, owing: str):
    reference = work("fees/pay", owing, "channel", {"way": "qr"}).json()["payments"][0]["reference"]
    asked = {"reason": "低保家庭", "second_by": "case-second-supervisor"}

    alone = work("fees/waive", owing, "supervisor", asked)
    work.done("agree", owing, "second_supervisor", {"verb": "waive"})
    done = work("fees/waive", owing, "supervisor", asked)
    tells(reference)
    (back,) = work.calls("get", f"/cases/{owing}/fees", "channel").json()["refunds"]
    given = work("fees/refund", owing, "issuer", {"refund": back["id"]})

    assert (alone.status_code, done.status_code, done.json()["state"]) == (409, 200, "waived")
    assert back["why"] == "double"
    assert given.status_code == 409  # the stand-in was never paid: it has nothing to give
    assert given.json()["type"] == "till-down"


def test_two_supervisors_have_it_computed_anew(work: Casework):
    no = work.matters.owing_by_copy("3").no
    asked = {"form": {"copies": "2"}, "reason": "份数写错了", "second_by": "case-second-supervisor"}

    alone = work("fees/reassess", no, "supervisor", asked)
    work.done("agree", no, "second_supervisor", {"verb": "reassess", "form": {"copies": "2"}})
    wrong = [
        work("fees/reassess", no, "supervisor", {**asked, "form": form})
        for form in ({"copies": "many"}, {"name": "x"}, {})
    ]
    other = work("fees/reassess", no, "supervisor", {**asked, "form": {"copies": "4"}})
    done = work("fees/reassess", no, "supervisor", asked)
    again = work("fees/reassess", no, "supervisor", {**asked, "form": {"copies": "3"}})

    assert (alone.status_code, alone.json()["type"]) == (409, "same-person")
    assert [each.status_code for each in wrong] == [422, 422, 422]
    assert [each.json()["type"] for each in (other, again)] == ["same-person"] * 2
    assert (done.status_code, done.json()["state"], done.json()["fen"]) == (200, "due", 2000)
    assert work("fees/reassess", no, "reviewer", asked).status_code == 403


def test_a_case_that_costs_nothing_says_so(work: Casework):
    no = work.decided()

    assert json.loads(work.calls("get", f"/cases/{no}/fees", "channel").content) == {
        "case_no": no, "state": None, "fen": 0, "pay_by": None, "lines": [], "payments": [], "refunds": [],
    }  # fmt: skip


def late_word(payment: str, how: str, monkeypatch: pytest.MonkeyPatch, *, after: timedelta) -> None:
    """Paid on the till's page and told long after, by the job that moves the demo's stand-ins."""

    def arrives(_address: str, body: bytes, headers: dict[str, str]) -> None:
        sent = {f"HTTP_{name.replace('-', '_').upper()}": said for name, said in headers.items()}
        assert Client().post(CALLBACK, body, content_type="application/json", **sent).status_code == 200

    monkeypatch.setattr(till, "tell", arrives)
    stop_the_clock()
    till.StandIn().press(payment, how)
    move_stand_ins(timestamp=0)
    assert Payment.objects.get(reference=payment).state == "started"
    stop_the_clock(TUESDAY_NINE + after)
    paying.ask_due(now=TUESDAY_NINE + after)
    move_stand_ins(timestamp=0)


def test_what_the_till_tells_long_after_its_address_ended_counts(
    work: Casework, owing: str, monkeypatch: pytest.MonkeyPatch
):
    (payment,) = work("fees/pay", owing, "channel", {"way": "kiosk"}).json()["payments"]

    late_word(payment["reference"], "late", monkeypatch, after=timedelta(hours=2))  # it was closed meanwhile

    paid = work.calls("get", f"/cases/{owing}/fees", "channel").json()
    assert (paid["state"], [(each["way"], each["counts"]) for each in paid["payments"]]) == ("paid", [("kiosk", True)])


def test_what_is_told_late_of_a_fee_that_a_window_took_goes_back(
    work: Casework, owing: str, monkeypatch: pytest.MonkeyPatch
):
    (payment,) = work("fees/pay", owing, "channel", {"way": "qr"}).json()["payments"]
    monkeypatch.setattr(
        paying, "ask_due", lambda **_: work("fees/pay", owing, "receiver", {"way": "window", "means": "cash"})
    )

    late_word(payment["reference"], "late", monkeypatch, after=timedelta(minutes=21))

    paid = work.calls("get", f"/cases/{owing}/fees", "channel").json()
    assert (paid["state"], [each["payment"] for each in paid["refunds"]]) == ("paid", [payment["reference"]])
