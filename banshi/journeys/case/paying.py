"""缴费, second part: paid at a window, by telephone or at a kiosk, or let off; what comes twice or late goes back.

The order of locks is case, charge, payment. The till is asked between transactions: whoever dies there leaves a payment that is
under way, which is asked about again (`ask_due`), or one without an address, which is led to the till again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from banshi.journeys.case import by_rule
from banshi.journeys.case.charging import tell_back
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import case_by_no
from banshi.rooms.cases.queries.second import Word, word_holds
from banshi.rooms.cases.rules.duties import second_refusal
from banshi.rooms.devices.actions import use as machines
from banshi.rooms.fees import actions as fees
from banshi.rooms.fees import queries as owing
from banshi.rooms.fees.models import Charge, Payment, Refund
from banshi.rooms.fees.ports import Told

log = structlog.get_logger("banshi.fees")
LONGEST_REASON = 300
MOST_ASKED = 3
MEANS_ZH = {"cash": "窗口现金", "card": "窗口刷卡", "qr": "窗口扫码"}
WAYS_ZH = {"qr": "手机缴费", "kiosk": "自助终端缴费"}


def _locked(case_no: str, charge_id: int | None = None) -> tuple[Case, Charge]:
    """The case, then what it owes. :raises Refused: nothing-found."""
    case = cases.lock(case_no)
    return case, fees.lock(case_no, charge_id)


def at_window(*, case_no: str, means: str, by: Actor, now: datetime) -> Payment:
    """A clerk has the money: cash, card, or scanned with the window's own machine.

    :raises Refused: nothing-found, fee-settled, invalid.
    """
    with transaction.atomic():
        _case, charge = _locked(case_no)
        payment = fees.take_at_window(charge=charge, means=means, by=by, now=now)
        _settled(case_no, payment, by=by, now=now)
    return payment


def by_till(*, case_no: str, way: str, by: Actor, now: datetime) -> Payment:
    """Where a person pays: the address of the till, which is also a QR code. Outside transactions.

    What the till called failed may have been tried again on its own page, and paid: it is asked before another is begun.

    :param way: qr | kiosk. :raises Refused: nothing-found, fee-settled, till-down.
    """
    _ask_among(case_no, ("failed",), now=now)
    with transaction.atomic():
        case, charge = _locked(case_no)
        payment = fees.begin(charge=charge, way=way, by=by, now=now)
    back = f"{settings.BANSHI_PUBLIC_URL.rstrip('/')}/cases/{case.no}/"
    return fees.lead_to_till(payment_id=payment.pk, subject=f"{case.item_then.name_zh} {case.no}", back=back)


def told(*, reference: str, said: Told, now: datetime) -> Payment:
    """What the till says of a payment, by itself or asked. Twice, late, or for what is paid already: nothing is lost, and nothing
    counts twice.

    :raises Refused: nothing-found – no payment of ours.
    """
    payment = owing.payment_of(reference)
    with transaction.atomic():
        case, charge = _locked(payment.charge.case_no, payment.charge_id)
        if said.state == "failed":
            fees.fail(payment=payment, now=now)
        elif said.state == "paid" and said.fen > 0:
            came = fees.came(charge=charge, reference=reference, fen=said.fen, number=said.number, by=SYSTEM, now=now)
            if came.settles:
                _settled(case.no, came.payment, by=SYSTEM, now=now)
            elif came.back is not None:
                tell_back(case, came.back, now=now)
    return owing.payment_of(reference)


def _settled(case_no: str, payment: Payment, *, by: Actor, now: datetime) -> None:
    how = MEANS_ZH[payment.means] if payment.way == "window" else WAYS_ZH[payment.way]
    cases.fee_paid(case_no=case_no, how=how, receipt_no=payment.receipt_no or "", fen=payment.fen, by=by, now=now)
    if payment.way == "kiosk":  # at the machine that began it, whoever told us that it was paid
        item_id = case_by_no(case_no).item_id
        machines.used_by([machines.Used(Actor.parse(payment.started_by), "payment", case_no, item_id)], now=now)
    by_rule.give_paid(case_no=case_no, now=now)


def waive(
    *, case_no: str, reason: str, second_by: int | None, second_may: bool | Word, by: Actor, now: datetime
) -> Case:
    """减免: by two people who supervise, with a reason.

    :raises Refused: nothing-found, fee-settled, same-person, invalid.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        words = {
            "zh": f"写明减免的理由，{LONGEST_REASON} 字以内",
            "en": f"Give the reason, in up to {LONGEST_REASON} characters",
        }
        raise Refused("invalid", facts={"field": "reason", "reason": words})
    with transaction.atomic():
        may = word_holds(cases.lock(case_no), second_may)
        if no := second_refusal(first=int(by.id or 0), second=second_by, may=may):
            raise Refused(no)
        assert second_by is not None
        _case, charge = _locked(case_no)
        fees.waive(charge=charge, reason=reason, second_by=second_by, by=by, now=now)
        cases.fee_waived(case_no=case_no, reason=reason, second_by=second_by, by=by, now=now)
        by_rule.give_paid(case_no=case_no, now=now)
    return case_by_no(case_no)


def give_back(*, case_no: str, refund_id: int, by: Actor, now: datetime) -> Refund:
    """退费: a window has given back what it took; of what the till took, it is asked now instead of later.

    :raises Refused: nothing-found, changed-meanwhile (it is back already), till-down.
    """
    refund = owing.refund_of(case_no, refund_id)
    if refund.payment.way == "window":
        return fees.given_by_hand(refund_id=refund_id, by=by, now=now)
    if not fees.give_back(refund_id=refund_id, now=now):
        raise Refused("till-down")
    return owing.refund_of(case_no, refund_id)


def look(*, case_no: str, now: datetime) -> None:
    """Whoever has paid says so: the till is asked of what is under way or failed, on a telephone or at a machine, now."""
    _ask_among(case_no, ("started", "failed"), now=now)


def _ask_among(case_no: str, states: Collection[str], *, now: datetime) -> None:
    """The last three in these states of what is still due."""
    found = owing.owed(case_no, now=now)
    if found is None or not found.is_due:
        return
    asked = [each for each in found.payments if each.state in states and each.address]
    for payment in sorted(asked, key=lambda each: each.pk)[-MOST_ASKED:]:
        _ask(payment, now=now)


def ask_due(*, now: datetime) -> Mapping[str, int]:
    """The till is asked of what it said nothing about, what nobody paid is closed, what is to go back goes. :returns: counts."""
    asked, back = owing.to_ask(now=now), owing.to_give_back(now=now)
    for payment in asked:
        _ask(payment, now=now)
    done = sum(fees.give_back(refund_id=refund_id, now=now) for refund_id in back)
    closed = sum(fees.close(payment=payment, now=now) for payment in owing.over(now=now))
    return {"asked": len(asked), "back": done, "closed": closed}


def _ask(payment: Payment, *, now: datetime) -> None:
    said = fees.ask_till(payment=payment, now=now)
    if said is not None and said.state != "open":
        told(reference=payment.reference, said=said, now=now)
