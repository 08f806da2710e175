"""What a granted case costs: asked for with the decision, paid or let off, and only then is its result made.

What comes twice, late or wrong goes back.
"""

from __future__ import annotations

import copy
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from banshi.journeys.case import by_rule, charging, conclude, due, paying, reassessing
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper
from banshi.rooms.cases.queries import Word, facts_of, flags_of, timeline
from banshi.rooms.fees import queries as owing
from banshi.rooms.fees.models import Charge, Payment, Refund
from banshi.rooms.fees.ports import TillDown, Told
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.rules_of_shop import RULED, publish, ruled, sure
from tests.together import together
from tests.town import TUESDAY_NINE, at

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
pytestmark = pytest.mark.django_db
PAID = Told("paid", 8000, "T-1")


@pytest.fixture(autouse=True)
def till_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.BANSHI_TILL_FOLDER = tmp_path


def pressed(payment: Payment, how: str = "silent") -> None:
    from banshi.gateways.till import StandIn

    StandIn().press(payment.reference, how)


def failed(payment: Payment) -> None:
    """The till says so."""
    pressed(payment, "refuse")
    paying.told(reference=payment.reference, said=Told("failed"), now=TUESDAY_NINE)


def by_phone(matters: Matters, case: Case) -> Payment:
    return paying.by_till(case_no=case.no, way="qr", by=matters.applicant, now=TUESDAY_NINE)


def refused(act: Any) -> str:
    with pytest.raises(Refused) as no, transaction.atomic():
        act()
    return no.value.slug


def copied(row: Any, **other: Any) -> Any:
    """Another row like it, not kept yet."""
    made = copy.copy(row)
    made._state = copy.copy(row._state)
    for name, value in other.items():
        setattr(made, name, value)
    return made


def messages(case: Case) -> list[str]:
    return list(Message.objects.filter(subject=f"case:{case.no}", key__startswith="case_fee").order_by("id")
                .values_list("key", flat=True))  # fmt: skip


def notices(case: Case) -> list[Any]:
    return [facts_of(each) for each in CasePaper.objects.filter(case=case, kind="payment_notice").order_by("id")]


# --- Asked for, paid, issued --------------------------------------------------------------------------------------


def test_a_grant_asks_for_the_fee_and_the_result_waits_for_it(matters: Matters):
    case = matters.owing()

    notice = facts_of(CasePaper.objects.get(case=case, kind="payment_notice"))
    assert (notice.amount, notice.pay_by, notice.fees[0].why) == (
        "80.00",
        date(2026, 3, 31),
        "80.00 元，镇价〔2026〕1号",
    )
    assert (case.fee_due_on, case.issue_due_on) == (date(2026, 3, 31), None)
    assert facts_of(CasePaper.objects.get(case=case, kind="grant")).amount == "80.00"
    assert "fee_due" in flags_of(case, today=date(2026, 3, 10), now=TUESDAY_NINE)
    assert messages(case) == ["case_fee_due"]
    assert refused(lambda: conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)) == "fee-due"
    assert Charge.objects.get().fen == 8000


def test_a_fee_that_is_computed_says_how(matters: Matters):
    case = matters.owing_by_copy("3")

    (notice,), owed = notices(case), owing.owed(case.no, now=TUESDAY_NINE)

    assert (notice.amount, notice.fees[0].why) == ("30.00", "3 份 × 10 元 = 30 元，镇价〔2026〕1号")
    assert owed is not None
    assert [(each.fen, each.how_zh, each.how_en) for each in owed.lines] == [
        (3000, "3 份 × 10 元 = 30 元", "3 copies × 10 yuan = 30 yuan")
    ]


def test_who_waits_in_the_hall_and_pays_is_told_the_hour_that_was_promised(matters: Matters):
    case, until = matters.owing(), TUESDAY_NINE + DAY / 12
    Case.objects.filter(pk=case.pk).update(wait_until=until)

    paying.at_window(case_no=case.no, means="cash", by=matters.by["receiver"], now=TUESDAY_NINE)

    params = Message.objects.get(key="case_fee_paid").params
    assert (datetime.fromisoformat(params["at"]), "day" in params) == (until, False)


def test_paid_at_a_window_the_days_to_issue_begin_that_day(matters: Matters):
    case, later = matters.owing(), TUESDAY_NINE + 6 * DAY  # a Monday

    payment = paying.at_window(case_no=case.no, means="cash", by=matters.by["receiver"], now=later)
    paper = conclude.issue(case_no=case.no, by=matters.by["issuer"], now=later)

    case.refresh_from_db()
    assert payment.receipt_no == matters.receipt()
    receipt = facts_of(CasePaper.objects.get(case=case, kind="fee_receipt"))
    assert (receipt.receipt_no, receipt.paid_how, receipt.amount) == (matters.receipt(), "窗口现金", "80.00")
    assert (case.issue_due_on, case.fee_due_on) == (date(2026, 3, 30), None)
    assert paper.kind == "licence"
    assert [m.verb for m in timeline(case)][-3:] == ["decide", "pay", "issue"]
    assert messages(case) == ["case_fee_due", "case_fee_paid"]


def test_what_costs_nothing_asks_for_nothing(matters: Matters):
    case = matters.decided()

    assert (case.fee_due_on, owing.owed(case.no, now=TUESDAY_NINE)) == (None, None)
    slug = refused(lambda: paying.at_window(case_no=case.no, means="cash", by=matters.by["receiver"], now=TUESDAY_NINE))
    assert slug == "nothing-found"


def test_what_is_refused_owes_nothing(matters: Matters):
    matters.costs()
    case = matters.in_review()
    cases.opine(case_no=case.no, says="refuse", text="不符合", by=matters.by["reviewer"], now=TUESDAY_NINE)

    done = charging.decide(case_no=case.no, grant=False, reason="不符合", by=matters.by["approver"], now=TUESDAY_NINE)

    assert (done.fee_due_on, Charge.objects.count()) == (None, 0)


def test_the_table_itself_makes_no_result_while_a_fee_is_due(matters: Matters):
    case = matters.owing()

    with pytest.raises(IntegrityError, match="no_result_is_made_while_a_fee_is_due"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(phase="issuing")


# --- By telephone -------------------------------------------------------------------------------------------------


def test_paid_by_telephone_it_is_settled_by_the_word_of_the_till(matters: Matters):
    case = matters.owing()
    payment = by_phone(matters, case)

    paying.told(reference=payment.reference, said=PAID, now=TUESDAY_NINE + MINUTE)

    found = owing.owed(case.no, now=TUESDAY_NINE)
    assert found is not None
    assert (found.state, found.paid.number, found.backs) == ("paid", "T-1", ())
    case.refresh_from_db()
    assert case.fee_due_on is None
    assert facts_of(CasePaper.objects.get(case=case, kind="fee_receipt")).paid_how == "手机缴费"


def test_told_twice_it_is_paid_once(matters: Matters):
    case = matters.owing()
    payment = by_phone(matters, case)

    for _ in range(3):
        paying.told(reference=payment.reference, said=PAID, now=TUESDAY_NINE)

    assert (Payment.objects.filter(counts=True).count(), Refund.objects.count()) == (1, 0)
    assert CasePaper.objects.filter(case=case, kind="fee_receipt").count() == 1


def test_whoever_begins_again_comes_to_the_same_address_until_it_takes_no_more(matters: Matters):
    case = matters.owing()

    first, again = by_phone(matters, case), by_phone(matters, case)
    later = paying.by_till(case_no=case.no, way="qr", by=matters.applicant, now=TUESDAY_NINE + 15 * MINUTE)

    assert (first.pk, first.address) == (again.pk, again.address)
    assert later.pk != first.pk
    assert Payment.objects.get(pk=first.pk).state == "closed"


def test_what_failed_and_was_paid_all_the_same_is_not_paid_again(matters: Matters):
    case = matters.owing()
    failed(by_phone(matters, case))
    pressed(Payment.objects.get())  # tried again on the page of the till, which tells nobody

    with pytest.raises(Refused) as no:
        by_phone(matters, case)

    assert (no.value.slug, Payment.objects.get().state) == ("fee-settled", "paid")


def test_what_failed_and_stays_so_has_a_next_one(matters: Matters):
    case = matters.owing()
    failed(by_phone(matters, case))

    by_phone(matters, case)

    assert sorted(Payment.objects.values_list("state", flat=True)) == ["failed", "started"]


def test_money_that_comes_after_the_window_took_it_goes_back(matters: Matters):
    case = matters.owing()
    payment = by_phone(matters, case)
    pressed(payment)
    paying.at_window(case_no=case.no, means="card", by=matters.by["receiver"], now=TUESDAY_NINE)

    paying.told(reference=payment.reference, said=PAID, now=TUESDAY_NINE + MINUTE)
    paying.ask_due(now=TUESDAY_NINE + 2 * MINUTE)

    refund = Refund.objects.get()
    assert (refund.why, refund.fen, refund.payment_id, refund.done_at) == (
        "double",
        8000,
        payment.pk,
        TUESDAY_NINE + 2 * MINUTE,
    )
    assert messages(case)[-1] == "case_fee_back"


def test_a_word_that_was_lost_is_asked_for(matters: Matters):
    case = matters.owing()
    pressed(by_phone(matters, case), "silent")

    paying.ask_due(now=TUESDAY_NINE + MINUTE)

    case.refresh_from_db()
    assert case.fee_due_on is None


def test_money_that_came_for_a_closed_attempt_is_found_by_asking(matters: Matters):
    case = matters.owing()
    payment = by_phone(matters, case)
    paying.at_window(case_no=case.no, means="cash", by=matters.by["receiver"], now=TUESDAY_NINE)
    pressed(payment, "silent")

    paying.ask_due(now=TUESDAY_NINE + MINUTE)

    assert Refund.objects.get().payment_id == payment.pk


@pytest.mark.parametrize("fen", [1, 7999, 8001])
def test_a_wrong_sum_settles_nothing_and_goes_back_as_it_came(matters: Matters, fen: int):
    case = matters.owing()
    payment = by_phone(matters, case)

    paying.told(reference=payment.reference, said=Told("paid", fen, "T-1"), now=TUESDAY_NINE)

    found = owing.owed(case.no, now=TUESDAY_NINE)
    assert found is not None
    assert (found.state, [(r.why, r.fen) for r in found.backs]) == ("due", [("wrong", fen)])


def test_a_payment_that_failed_may_be_paid_after_all(matters: Matters):
    case = matters.owing()
    payment = by_phone(matters, case)
    paying.told(reference=payment.reference, said=Told("failed"), now=TUESDAY_NINE)
    assert Payment.objects.get(pk=payment.pk).state == "failed"

    paying.told(reference=payment.reference, said=PAID, now=TUESDAY_NINE + MINUTE)

    assert Payment.objects.get(pk=payment.pk).counts


def test_what_nobody_paid_is_closed_and_what_comes_later_still_counts(matters: Matters):
    case = matters.owing()
    payment = by_phone(matters, case)

    paying.ask_due(now=TUESDAY_NINE + timedelta(hours=1))
    state = Payment.objects.get(pk=payment.pk).state
    paying.told(reference=payment.reference, said=PAID, now=TUESDAY_NINE + DAY)

    case.refresh_from_db()
    assert (state, case.fee_due_on) == ("closed", None)


def test_a_till_that_is_down_loses_nothing(matters: Matters, settings: Any):
    case = matters.owing()
    settings.BANSHI_TILL_DOWN = True
    with pytest.raises(Refused, match="till-down"):
        by_phone(matters, case)
    begun = Payment.objects.get()
    paying.ask_due(now=TUESDAY_NINE + MINUTE)

    settings.BANSHI_TILL_DOWN = False
    payment = by_phone(matters, case)

    assert (payment.pk, payment.reference) == (begun.pk, begun.reference)
    assert payment.address.endswith(f"/demo/till/{begun.reference}/")


def test_a_refund_that_the_till_cannot_do_is_tried_again(matters: Matters, settings: Any):
    case = matters.owing()
    payment = by_phone(matters, case)
    pressed(payment)
    paying.told(reference=payment.reference, said=Told("paid", 1), now=TUESDAY_NINE)
    settings.BANSHI_TILL_DOWN = True
    paying.ask_due(now=TUESDAY_NINE)
    with pytest.raises(Refused, match="till-down"):
        paying.give_back(
            case_no=case.no, refund_id=Refund.objects.get().pk, by=matters.by["receiver"], now=TUESDAY_NINE
        )
    settings.BANSHI_TILL_DOWN = False
    paying.ask_due(now=TUESDAY_NINE + MINUTE)
    waits = Refund.objects.get().done_at

    paying.ask_due(now=TUESDAY_NINE + 5 * MINUTE)

    assert (waits, Refund.objects.get().done_at) == (None, TUESDAY_NINE + 5 * MINUTE)


# --- Let off, reminded, ended -------------------------------------------------------------------------------------


def test_a_fee_is_let_off_by_two_people_with_a_reason(matters: Matters):
    case, by = matters.owing(), matters.by["supervisor"]
    second = matters.staff["second_supervisor"].pk

    def waive(**said: Any) -> Case:
        asked = {"reason": "低保家庭", "second_by": second, "second_may": True, **said}
        return paying.waive(case_no=case.no, by=by, now=TUESDAY_NINE, **asked)

    assert refused(lambda: waive(reason=" ")) == "invalid"
    assert refused(lambda: waive(second_by=int(by.id or 0))) == "same-person"
    assert refused(lambda: waive(second_may=False)) == "same-person"
    done = waive()

    assert (done.fee_due_on, done.issue_due_on) == (None, date(2026, 3, 24))
    assert refused(waive) == "fee-settled"
    assert messages(case) == ["case_fee_due", "case_fee_waived"]
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)


def test_whoever_has_not_paid_is_reminded_once_and_nothing_ends_by_itself(matters: Matters):
    case = matters.owing()  # until 31 March, a Tuesday

    for days in range(40):
        due.run(now=TUESDAY_NINE + days * DAY)

    told = Message.objects.filter(key="case_fee_remind").values_list("due_at", flat=True)
    case.refresh_from_db()
    assert [at.date().isoformat() for at in told] == ["2026-03-26"]
    assert case.phase == "decided"
    assert {"fee_due", "overdue"} <= set(flags_of(case, today=date(2026, 4, 1), now=at("2026-04-01 09:00")))


def test_the_501st_is_reminded_too_and_the_next_run_asks_about_nobody(matters: Matters):
    case = matters.owing()
    event = case.events.get(verb="decide")
    copies = [copied(case, pk=None, no=f"{case.no}-{n}") for n in range(500)]
    Case.objects.bulk_create(copies)
    CaseEvent.objects.bulk_create(copied(event, pk=None, case=each) for each in copies)
    now = TUESDAY_NINE + 16 * DAY  # three working days before the last one

    with CaptureQueriesContext(connection) as run:
        done = cases.remind_unpaid(now=now)
    with CaptureQueriesContext(connection) as after:
        again = cases.remind_unpaid(now=now + timedelta(minutes=5))

    assert (done, again, Message.objects.filter(key="case_fee_remind").count()) == (501, 0, 501)
    assert (len(run) < 25, len(after) <= 2) == (True, True)


@pytest.mark.parametrize("means", ["cash", "card"])
def test_a_case_that_is_ended_owes_nothing_and_what_was_paid_goes_back_by_hand(matters: Matters, means: str):
    case = matters.owing()
    paying.at_window(case_no=case.no, means=means, by=matters.by["receiver"], now=TUESDAY_NINE)

    charging.terminate(
        case_no=case.no, reason="重复申请", second_by=matters.staff["second_supervisor"].pk, second_may=True,
        by=matters.by["supervisor"], now=TUESDAY_NINE,
    )  # fmt: skip
    refund = Refund.objects.get()
    paying.ask_due(now=TUESDAY_NINE)
    paying.give_back(case_no=case.no, refund_id=refund.pk, by=matters.by["receiver"], now=TUESDAY_NINE + DAY)

    refund.refresh_from_db()
    assert (refund.why, refund.done_at, Charge.objects.get().state) == ("ended", TUESDAY_NINE + DAY, "released")
    assert messages(case)[-1] == "case_fee_fetch"
    again = lambda: paying.give_back(case_no=case.no, refund_id=refund.pk, by=matters.by["receiver"], now=TUESDAY_NINE)  # noqa: E731
    assert refused(again) == "changed-meanwhile"


def test_money_that_comes_for_a_case_that_was_ended_goes_back(matters: Matters):
    case = matters.owing()
    payment = by_phone(matters, case)
    charging.terminate(
        case_no=case.no, reason="不要了", second_by=matters.staff["second_supervisor"].pk, second_may=True,
        by=matters.by["supervisor"], now=TUESDAY_NINE,
    )  # fmt: skip

    paying.told(reference=payment.reference, said=PAID, now=TUESDAY_NINE + MINUTE)

    assert Refund.objects.get().why == "ended"


def test_what_rules_grant_online_is_given_once_it_is_paid(matters: Matters):
    ruled(matters)
    publish({**RULED, "fee": {"amount": "80", "text_zh": "登记费", "text_en": "Registration"}})

    case = by_rule.submit(case_no=sure(matters).no, by=matters.applicant, now=TUESDAY_NINE)
    waits = (case.phase, case.granted, case.fee_due_on is not None)
    payment = by_phone(matters, case)
    paying.told(reference=payment.reference, said=PAID, now=TUESDAY_NINE + MINUTE)

    case.refresh_from_db()
    assert waits == ("decided", True, True)
    assert (case.phase, case.outcome) == ("closed", "granted")


# --- What stands --------------------------------------------------------------------------------------------------


def test_what_is_owed_and_what_was_paid_stand(matters: Matters):
    case = matters.owing()
    payment = by_phone(matters, case)
    paying.told(reference=payment.reference, said=PAID, now=TUESDAY_NINE)
    paid, charge = Payment.objects.filter(pk=payment.pk), Charge.objects.filter(case_no=case.no)

    for act in (
        lambda: charge.update(fen=1), lambda: charge.update(state="due", settled_at=None), charge.delete,
        lambda: paid.update(got=1, fen=1), lambda: paid.update(state="failed", got=None), paid.delete,
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_a_charge_is_not_paid_by_saying_so(matters: Matters):
    matters.owing()

    with pytest.raises(IntegrityError, match="a payment that counts"), transaction.atomic():
        Charge.objects.update(state="paid", settled_at=TUESDAY_NINE)


def test_receipts_count_by_hall_and_year(matters: Matters):
    first, second = matters.owing(), matters.owing(form={"name": "另一家", "address": "三号路"})

    numbers = [
        paying.at_window(case_no=case.no, means="cash", by=matters.by["receiver"], now=now).receipt_no
        for case, now in ((first, TUESDAY_NINE), (second, TUESDAY_NINE + 300 * DAY))
    ]

    assert numbers == [matters.receipt(2026), matters.receipt(2027)]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_pay_it_once_and_all_other_money_goes_back(committed_matters: Matters):
    case = committed_matters.owing()
    qr = paying.by_till(case_no=case.no, way="qr", by=committed_matters.applicant, now=TUESDAY_NINE)
    kiosk = paying.by_till(case_no=case.no, way="kiosk", by=committed_matters.applicant, now=TUESDAY_NINE)
    clerk = committed_matters.by["receiver"]

    def act(i: int) -> Any:
        if i % 5 == 0:
            return paying.at_window(case_no=case.no, means="cash", by=clerk, now=TUESDAY_NINE)
        return paying.told(reference=(qr if i % 2 else kiosk).reference, said=PAID, now=TUESDAY_NINE)

    results = together(50, act)

    trouble = [each for each in results if isinstance(each, Exception) and not isinstance(each, Refused)]
    assert trouble == []
    paid = Payment.objects.filter(state="paid")
    assert paid.filter(counts=True).count() == 1
    assert Refund.objects.count() == paid.count() - 1
    assert CasePaper.objects.filter(case=case, kind="fee_receipt").count() == 1
    assert Message.objects.filter(key="case_fee_paid").count() == 1


def test_a_till_that_dies_between_two_steps_is_asked_again(matters: Matters, monkeypatch: pytest.MonkeyPatch):
    """It took the money, and neither its word nor its answer reached us."""
    from banshi.gateways.till import StandIn

    case = matters.owing()
    payment = by_phone(matters, case)
    pressed(payment)

    def dies(self: Any, reference: str) -> Told:
        raise TillDown("gone")

    with monkeypatch.context() as patched:
        patched.setattr(StandIn, "ask", dies)
        paying.ask_due(now=TUESDAY_NINE + MINUTE)
    paying.ask_due(now=TUESDAY_NINE + 2 * MINUTE)

    case.refresh_from_db()
    assert case.fee_due_on is None


def test_whatever_grants_or_ends_a_case_goes_by_what_it_costs():
    """Else a case would wait for a fee that nobody can pay, or keep one it owes no more."""
    root = Path(charging.__file__).resolve().parents[2]
    past = re.compile(r"\bcases\.(decide|decide_at_once|terminate)\(")

    found = {
        path.name
        for part in ("journeys", "surfaces", "frames")
        for path in (root / part).rglob("*.py")
        if past.search(path.read_text())
    }

    assert found == {"charging.py"}


# --- Computed anew --------------------------------------------------------------------------------------------------


def computed_anew(matters: Matters, case: Case, copies: str, now: datetime = TUESDAY_NINE, **more: Any) -> Case:
    said = {"reason": "份数写错了", "second_by": matters.staff["second_supervisor"].pk, "second_may": True, **more}
    return reassessing.reassess(
        case_no=case.no, form={"copies": copies}, by=matters.by["supervisor"], now=now, **said
    )  # fmt: skip


def test_unpaid_a_new_notice_takes_the_place_of_the_old_one(matters: Matters):
    case = matters.owing_by_copy("3")
    payment = by_phone(matters, case)

    computed_anew(matters, case, "2", now=TUESDAY_NINE + DAY)
    late = paying.told(reference=payment.reference, said=Told("paid", 3000, "T-1"), now=TUESDAY_NINE + DAY)

    old, new = notices(case)
    assert (old.amount, new.amount, new.fees[0].why) == ("30.00", "20.00", "2 份 × 10 元 = 20 元，镇价〔2026〕1号")
    assert (old.replaces, bool(new.replaces), new.pay_by) == ("", True, date(2026, 4, 1))
    assert list(Charge.objects.order_by("id").values_list("state", "fen")) == [("released", 3000), ("due", 2000)]
    assert (late.counts, Refund.objects.get().why) == (False, "ended")
    event = CaseEvent.objects.get(case=case, verb="reassess")
    assert (event.facts["fen_before"], event.facts["fen"], event.facts["fields"]) == (3000, 2000, ["copies"])


def test_paid_the_difference_is_asked_for_beside_it(matters: Matters):
    case = matters.owing_by_copy("3")
    first = paying.at_window(case_no=case.no, means="cash", by=matters.by["issuer"], now=TUESDAY_NINE)

    computed_anew(matters, case, "5")
    assert refused(lambda: conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)) == "fee-due"
    owed = owing.owed(case.no, now=TUESDAY_NINE)
    second = paying.at_window(case_no=case.no, means="cash", by=matters.by["issuer"], now=TUESDAY_NINE)

    assert owed is not None
    assert (owed.state, owed.fen, [each.fen for each in owed.lines]) == ("due", 2000, [3000, 2000])
    assert notices(case)[-1].fees[-1].why == "30.00 元"
    assert (first.fen, second.fen, first.receipt_no == second.receipt_no) == (3000, 2000, False)
    assert (owing.paid_in_all(case.no), Refund.objects.exists()) == (5000, False)
    case.refresh_from_db()
    assert (case.fee_due_on, case.issue_due_on) == (None, date(2026, 3, 24))


def test_paid_and_too_much_a_part_goes_back_and_the_rest_when_it_ends(matters: Matters):
    case = matters.owing_by_copy("5")
    paying.at_window(case_no=case.no, means="cash", by=matters.by["issuer"], now=TUESDAY_NINE)

    computed_anew(matters, case, "3")
    computed_anew(matters, case, "2")
    charging.terminate(
        case_no=case.no, reason="重复", second_by=matters.staff["second_supervisor"].pk, second_may=True,
        by=matters.by["supervisor"], now=TUESDAY_NINE,
    )  # fmt: skip

    assert list(Refund.objects.order_by("id").values_list("fen", "why")) == [
        (2000, "less"),
        (1000, "less"),
        (2000, "ended"),
    ]
    assert messages(case) == ["case_fee_due", "case_fee_paid", "case_fee_fetch", "case_fee_fetch", "case_fee_fetch"]
    payment = Payment.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(payment=payment, fen=1, why="less", asked_at=TUESDAY_NINE, next_at=TUESDAY_NINE)


def test_what_went_back_whole_is_asked_for_again_and_can_end(matters: Matters):
    case = matters.owing_by_copy("3", included=1)
    paying.at_window(case_no=case.no, means="cash", by=matters.by["issuer"], now=TUESDAY_NINE)

    computed_anew(matters, case, "1")  # free of charge: all of it goes back
    computed_anew(matters, case, "2")  # and it was not
    owed = owing.owed(case.no, now=TUESDAY_NINE)
    paying.at_window(case_no=case.no, means="cash", by=matters.by["issuer"], now=TUESDAY_NINE)
    charging.terminate(
        case_no=case.no, reason="重复", second_by=matters.staff["second_supervisor"].pk, second_may=True,
        by=matters.by["supervisor"], now=TUESDAY_NINE,
    )  # fmt: skip

    assert owed is not None
    assert (owed.is_due, owed.fen, notices(case)[-1].amount) == (True, 1000, "10.00")
    assert list(Refund.objects.order_by("id").values_list("fen", "why")) == [(2000, "less"), (1000, "ended")]
    assert set(Charge.objects.values_list("state", flat=True)) == {"released"}


@pytest.mark.parametrize(
    ("copies", "more", "slug"),
    [
        ("3", {}, "invalid"),  # as it was
        ("３", {}, "invalid"),
        ("0", {}, "invalid"),
        ("many", {}, "invalid"),
        ("2", {"reason": " "}, "invalid"),
        ("2", {"second_may": False}, "same-person"),
    ],
)
def test_nothing_is_computed_anew_alone_without_a_reason_or_for_nothing(
    matters: Matters, copies: str, more: dict[str, Any], slug: str
):
    case = matters.owing_by_copy("3")

    assert refused(lambda: computed_anew(matters, case, copies, **more)) == slug
    assert (Charge.objects.get().state, len(notices(case))) == ("due", 1)


@pytest.mark.django_db(transaction=True)
def test_paid_and_computed_anew_at_once_nothing_is_lost(committed_matters: Matters):
    """Whichever comes first: what counts, goes back and is owed comes to the new sum."""
    case = committed_matters.owing_by_copy("3")
    payment = by_phone(committed_matters, case)
    acts = [
        lambda: paying.told(reference=payment.reference, said=Told("paid", 3000, "T-1"), now=TUESDAY_NINE),
        lambda: computed_anew(committed_matters, case, "4"),
    ]

    together(2, lambda i: acts[i]())

    owed = owing.owed(case.no, now=TUESDAY_NINE)
    back = sum(Refund.objects.values_list("fen", flat=True))
    assert owed is not None
    assert (owed.is_due, owed.fen + 3000 - back) == (True, 4000)


# --- One word of a second person carries one step ---------------------------------------------------------------------


def agreed_to(matters: Matters, case: Case, verb: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """As a door passes it on."""
    second = matters.staff["second_supervisor"].pk
    cases.agree(case_no=case.no, verb=verb, form=form, by=matters.by["second_supervisor"], now=TUESDAY_NINE)
    return {"second_by": second, "second_may": Word(verb, second, TUESDAY_NINE), "reason": "份数写错了"}


def slug_of(act: Any) -> str:
    try:
        act()
    except Refused as no:
        return no.slug
    return ""


def test_a_word_is_to_the_numbers_it_named(matters: Matters):
    case = matters.owing_by_copy("3")
    said = agreed_to(matters, case, "reassess", {"copies": "2"})

    other = slug_of(lambda: computed_anew(matters, case, "4", **said))
    done = slug_of(lambda: computed_anew(matters, case, "2", **said))
    again = slug_of(lambda: computed_anew(matters, case, "3", **said))

    word = CaseEvent.objects.get(case=case, verb="agree")
    assert (other, done, again) == ("same-person", "", "same-person")
    assert word.why.endswith("：2")
    assert [each.fen for each in Charge.objects.filter(state="due")] == [2000]


def test_a_word_to_no_numbers_computes_nothing_anew(matters: Matters):
    case = matters.owing_by_copy("3")
    said = agreed_to(matters, case, "reassess")

    assert slug_of(lambda: computed_anew(matters, case, "2", **said)) == "same-person"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["reassess", "waive", "terminate"])
def test_of_twenty_who_come_with_one_word_one_has_it(committed_matters: Matters, verb: str):
    matters = committed_matters
    case = matters.owing_by_copy("3")
    said = agreed_to(matters, case, verb, {"copies": "2"} if verb == "reassess" else None)
    by = matters.by["supervisor"]

    def act(_i: int) -> str:
        if verb == "reassess":
            return slug_of(lambda: computed_anew(matters, case, "2", **said))
        if verb == "waive":
            return slug_of(lambda: paying.waive(case_no=case.no, by=by, now=TUESDAY_NINE, **said))
        return slug_of(lambda: charging.terminate(case_no=case.no, by=by, now=TUESDAY_NINE, **said))

    results = together(20, act)

    assert results.count("") == 1
    assert CaseEvent.objects.filter(case=case, verb=verb).count() == 1


def test_a_fee_that_came_to_nothing_by_a_wrong_number_is_computed_anew(matters: Matters):
    case = matters.owing_by_copy("3", included=5)
    asked = Charge.objects.count()

    done = computed_anew(matters, case, "7")

    (notice,) = notices(case)
    assert (asked, notice.amount, done.fee_due_on is not None, done.issue_due_on) == (0, "20.00", True, None)
    assert [(each.state, each.fen) for each in Charge.objects.order_by("id")] == [("due", 2000)]
    assert messages(case)[-1] == "case_fee_anew"


def test_a_fee_that_comes_to_nothing_twice_asks_for_nothing(matters: Matters):
    case = matters.owing_by_copy("3", included=5)
    due = Case.objects.get(pk=case.pk).issue_due_on

    done = computed_anew(matters, case, "5")

    assert (Charge.objects.count(), notices(case), done.issue_due_on) == (0, [], due)
