"""A fee paid at the machine: a code of the till, the receipt; two machines, a session that ends, and somebody else's case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.gateways.till import StandIn
from banshi.journeys.case import paying
from banshi.rooms.cases.models import Case
from banshi.rooms.devices.models import Device
from banshi.rooms.fees import queries as fees
from banshi.rooms.fees.models import Payment, Refund
from banshi.rooms.fees.ports import TillDown
from banshi.surfaces.kiosk import sitting
from tests.matters import Matters, matters_of
from tests.surfaces.kiosk.conftest import stop_the_clock
from tests.surfaces.kiosk.test_filling import HERE, lay, said
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
PAGE = {"hx-request": "true"}


@pytest.fixture
def matters(opened: Town) -> Matters:
    return matters_of(opened)


@pytest.fixture(autouse=True)
def till_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.BANSHI_TILL_FOLDER = tmp_path / "till"


@pytest.fixture
def case(matters: Matters) -> Case:
    owing: Case = matters.owing()
    return owing


def pressed(payment: Payment, how: str = "silent") -> None:
    """On the telephone; then the till's word comes."""
    StandIn().press(payment.reference, how)
    paying.told(reference=payment.reference, said=StandIn().ask(payment.reference), now=TUESDAY_NINE)


def test_from_the_card_to_the_receipt(
    matters: Matters, machine: Client, kiosk: Device, case: Case, tmp_path: Any
) -> None:
    pay = f"{HERE}/mine/{case.no}/pay"
    mine = lay(machine, matters)
    stands = machine.get(f"{HERE}/mine/{case.no}/sent")
    first = machine.get(pay)
    waits = machine.post(pay, follow=True)
    payment = Payment.objects.get()
    still = machine.get(f"{pay}/now", headers=PAGE)
    nothing = machine.post(f"{pay}/look", follow=True)
    pressed(payment)
    leads = machine.get(f"{pay}/now", headers=PAGE)
    done = machine.get(leads["HX-Redirect"])
    printed = machine.post(f"{HERE}/mine/{case.no}/paid")

    assert ("要缴费：在这里缴" in said(mine), "缴费：¥ 80.00" in said(stands)) == (True, True)
    assert ("80.00" in said(first), "3月31日" in said(first), "镇价" in said(first)) == (True, True, True)
    assert (payment.way, payment.started_by.split(":")[0]) == ("kiosk", "kiosk")
    assert ("<svg" in waits.content.decode(), "用手机扫码" in said(waits), waits["Cache-Control"]) == (
        True,
        True,
        "no-store",
    )
    assert 'http-equiv="refresh"' in waits.content.decode()
    assert (still.status_code, "还没有到账" in said(nothing)) == (204, True)
    payment.refresh_from_db()
    assert (payment.counts, payment.receipt_no in said(done), 'hx-trigger="load, submit"' in done.content.decode()) == (
        True, True, True,
    )  # fmt: skip
    assert "在下面取走小票" in said(printed)
    slip = (tmp_path / "slips").read_bytes().decode("gb18030", "replace")
    assert (matters.receipt() in slip, "80.00" in slip, matters.person.name in slip) == (True, True, False)
    assert "缴费收据" in said(machine.get(f"{HERE}/mine/{case.no}/sent"))
    assert machine.get(pay)["Location"] == f"{HERE}/mine/{case.no}/paid"


def test_what_is_paid_after_they_went_counts_and_asking_by_itself_keeps_nobody_there(
    matters: Matters, machine: Client, case: Case
) -> None:
    pay = f"{HERE}/mine/{case.no}/pay"
    lay(machine, matters)
    machine.post(pay)
    before = machine.session[sitting.KEY]
    machine.get(f"{pay}/now", headers=PAGE)
    machine.get(f"{pay}/now")
    assert machine.session[sitting.KEY] == before

    machine.get(f"{HERE}/")
    gone = machine.get(f"{pay}/now", headers=PAGE)
    assert (gone["HX-Redirect"], Payment.objects.get().state) == (f"{HERE}/mine", "started")

    pressed(Payment.objects.get())
    lay(machine, matters)
    assert "已缴费" in said(machine.get(pay, follow=True))


def test_two_machines_show_one_code_and_what_comes_twice_goes_back(
    matters: Matters, machine: Client, case: Case
) -> None:
    pay, other = f"{HERE}/mine/{case.no}/pay", Client(headers={"accept-language": "zh-CN"})
    lay(machine, matters)
    lay(other, matters)
    machine.post(pay)
    other.post(pay)
    payment = Payment.objects.get()
    by_phone = paying.by_till(case_no=case.no, way="qr", by=matters.applicant, now=TUESDAY_NINE)

    pressed(by_phone)
    pressed(payment)

    paid = said(other.get(pay, follow=True))
    assert (Refund.objects.get().payment_id, "多缴的 ¥ 80.00 会原路退回" in paid) == (payment.pk, True)


def test_a_code_that_failed_or_is_over_has_a_next_one(matters: Matters, machine: Client, case: Case) -> None:
    pay = f"{HERE}/mine/{case.no}/pay"
    lay(machine, matters)
    machine.post(pay)
    pressed(Payment.objects.get(), "refuse")
    assert machine.get(f"{pay}/now", headers=PAGE)["HX-Redirect"] == pay
    assert "没有缴成" in said(machine.get(pay))

    machine.post(pay)
    stop_the_clock(TUESDAY_NINE + timedelta(minutes=16))
    assert "那个码已失效" in said(machine.get(pay))
    machine.post(pay)
    assert ("用手机扫码" in said(machine.get(pay)), Payment.objects.count()) == (True, 3)


def test_a_till_that_is_down_is_said_and_a_window_pays_as_well(
    matters: Matters, machine: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_a: Any, **_k: Any) -> str:
        raise TillDown("down")

    pay = f"{HERE}/mine/{case.no}/pay"
    lay(machine, matters)
    with monkeypatch.context() as patched:
        patched.setattr(StandIn, "start", down)
        no = machine.post(pay)
    assert (no.status_code, "再试一次" in said(no), pay in no.content.decode()) == (409, True, True)
    paying.at_window(case_no=case.no, means="cash", by=matters.by["receiver"], now=TUESDAY_NINE)
    assert machine.post(pay)["Location"] == f"{HERE}/mine/{case.no}/paid"


def test_nobody_pays_or_sees_what_is_not_theirs(matters: Matters, machine: Client, case: Case) -> None:
    pages = ("pay", "pay/now", "pay/look", "paid")
    for each in pages:  # without a card
        assert machine.get(f"{HERE}/mine/{case.no}/{each}")["Location"] == f"{HERE}/mine"
    stranger = matters.town.person(2)
    from tests.surfaces.kiosk.cards import chip

    machine.post(f"{HERE}/mine", {"chip": chip(stranger)})
    answers = [machine.get(f"{HERE}/mine/{case.no}/{each}") for each in ("pay", "pay/now", "paid")]
    answers += [machine.post(f"{HERE}/mine/{case.no}/{each}") for each in ("pay", "pay/look", "paid")]
    assert {each.status_code for each in answers} == {404}
    assert (Payment.objects.count(), fees.owed(case.no, now=TUESDAY_NINE).paid) == (0, None)  # type: ignore[union-attr]
