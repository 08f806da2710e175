"""Parcels over HTTP: chosen, made, handed on, heard of; and the carrier's word, which has to be its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.gateways.couriers import word
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Parcel, ParcelWord
from banshi.rooms.delivery.ports import Told
from tests.surfaces.api.casework import Casework
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
RECEIVER = {"name": "陈小红", "phone": "13900139000", "address": "东莞市南城街道一号路 8 号 201"}


@pytest.fixture
def made(work: Casework, settings: Any, tmp_path: Any) -> str:
    settings.BANSHI_COURIER_FOLDER = tmp_path
    no = work.decided()
    work.done("issue", no, "issuer")
    return no


def tells(waybill: str, status: str, event: str = "1", hours: float = 1, **changed: str) -> Any:
    body, headers = word(waybill, Told(event, status, TUESDAY_NINE + timedelta(hours=hours)))
    sent = {f"HTTP_{name.replace('-', '_').upper()}": said for name, said in {**headers, **changed}.items()}
    return Client().post("/api/v1/courier/callback", body, content_type="application/json", **sent)


def posted(work: Casework, no: str) -> str:
    work.done("way", no, "channel", {"how": "courier", "receiver": RECEIVER})
    waybill = str(work.done("consign", no, "issuer")["waybill"])
    work.done("post", no, "issuer")
    return waybill


def test_a_result_is_posted_and_the_carriers_word_ends_its_case(work: Casework, made: str):
    waybill = posted(work, made)
    again = work("consign", made, "issuer")

    answers = [tells(waybill, status, event) for event, status in (("1", "accepted"), ("3", "delivered"), ("2", "out"))]
    twice = tells(waybill, "delivered", "3")
    seen = work.seen(made)

    assert [each.json()["state"] for each in (*answers, twice)] == ["accepted", "delivered", "delivered", "delivered"]
    assert (again.status_code, again.json()["type"]) == (409, "on-its-way")
    assert (seen["phase"], seen["delivery"]["channel"], seen["delivery"]["parcel"]["waybill"]) == (
        "closed",
        "courier",
        waybill,
    )
    assert [step["status"] for step in seen["delivery"]["parcel"]["steps"]] == ["accepted", "delivered", "out"]
    assert ParcelWord.objects.count() == 3


@pytest.mark.parametrize("changed", [{"Courier-Signature": "0" * 64}, {"Courier-Timestamp": "1"}])
def test_a_word_that_is_not_the_carriers_own_is_not_taken(work: Casework, made: str, changed: dict[str, str]):
    answer = tells(posted(work, made), "delivered", **changed)

    assert (answer.status_code, Parcel.objects.get().state) == (401, "posted")


def test_a_word_of_the_tills_secret_is_none_of_the_carriers(work: Casework, made: str, settings: Any):
    waybill, settings.BANSHI_COURIER_SECRET = posted(work, made), ""

    assert tells(waybill, "delivered").status_code == 401


def test_the_receiver_stands_masked_and_what_comes_back_is_chosen_anew(work: Casework, made: str):
    work.done("way", made, "channel", {"how": "courier", "receiver": RECEIVER})
    parcel = work.done("consign", made, "issuer")
    work.done("post", made, "issuer")
    moved = work("way", made, "channel", {"how": "counter"})

    back = work.done("come-back", made, "issuer", {"place": "B-1"})
    chosen = work.done("way", made, "channel", {"how": "counter"})

    assert (parcel["receiver"], "address" in parcel) == ("陈**", False)
    assert (moved.status_code, moved.json()["type"]) == (409, "on-its-way")
    assert (back["delivery"]["state"], back["delivery"]["place"], chosen["how"]) == ("ready", "B-1", "counter")


def test_papers_that_are_posted_are_ticked_in_once(work: Casework):
    no = work.opened()
    Case.objects.filter(no=no).update(phase="pre_passed")

    sent = work.done("sent-papers", no, "channel", {"carrier": "EMS", "waybill": "ea123456789cn"})
    came = work.done("papers-came", no, "issuer")
    again = work("papers-came", no, "issuer")

    assert (sent["waybill"], sent["counts_from"], came["counts_from"]) == ("EA123456789CN", None, "2026-03-10")
    assert (again.status_code, again.json()["type"], work.seen(no)["phase"]) == (
        409,
        "changed-meanwhile",
        "await_receipt",
    )
