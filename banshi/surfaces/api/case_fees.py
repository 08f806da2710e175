"""What a case costs over HTTP: read, paid, let off, computed anew, given back; and what the till tells.

Whatever asks the till does so outside transactions, and may be sent again: the payment under way is the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.case import paying, reassessing
from banshi.rooms.cases.models import Case
from banshi.rooms.fees import queries as fees
from banshi.rooms.fees.models import Payment, Refund
from banshi.rooms.fees.ports import Told
from banshi.surfaces.api.answers import Answer, answer, invalid
from banshi.surfaces.api.case_parts import seen_case
from banshi.surfaces.api.case_schemas import FeesOut, PayIn, ReassessIn, RefundIn, TillIn, TillOut, WaiveIn
from banshi.surfaces.api.case_steps import second_of
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op, signed_op, write
from banshi.surfaces.api.parts import moment, zone_of
from banshi.surfaces.api.schemas import Code

router = Router(tags=["fees"])


@router.get("/cases/{case}/fees", **op("get_fees", {200: FeesOut}), summary="What it costs")
def get_fees(request: HttpRequest, case: Path[Code]) -> HttpResponse:
    """应缴: since it was granted; what was paid, what went back. A case that costs nothing has `state` null."""
    return found(_part(seen_case(caller(request), case), now=clock.now()))


def _part(case: Case, *, now: datetime) -> dict[str, Any]:
    owed, zone = fees.owed(case.no, now=now), zone_of(case.hall)
    if owed is None:
        return {"case_no": case.no, "state": None, "fen": 0, "pay_by": None, "lines": [], "payments": [], "refunds": []}
    return {
        "case_no": case.no,
        "state": owed.state,
        "fen": owed.fen,
        "pay_by": case.fee_due_on,
        "lines": [
            {
                "name": each.name_zh, "name_en": each.name_en, "fen": each.fen, "basis": each.basis_zh,
                "basis_en": each.basis_en, "how": each.how_zh, "how_en": each.how_en,
            }
            for each in owed.lines
        ],
        "payments": [_payment(each, zone) for each in owed.payments],
        "refunds": [_refund(each, zone) for each in owed.backs],
    }  # fmt: skip


def _payment(row: Payment, zone: Any) -> dict[str, Any]:
    return {
        "reference": row.reference, "way": row.way, "means": row.means or None, "state": row.state, "fen": row.got or row.fen,
        "counts": row.counts, "receipt": row.receipt_no, "pay_at": row.address or None if row.state == "started" else None,
        "until": moment(row.ends_at, zone), "at": moment(row.ended_at or row.started_at, zone),
    }  # fmt: skip


def _refund(row: Refund, zone: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "payment": row.payment.reference, "fen": row.fen, "why": row.why,
        "asked_at": moment(row.asked_at, zone), "done_at": moment(row.done_at, zone),
    }  # fmt: skip


def _seen(who: Caller, no: str, operation: str) -> Case:
    case = seen_case(who, no)
    who.must(operation, case.hall.code)
    return case


@router.post("/cases/{case}/fees/pay", **op("pay_fee", {200: FeesOut}), summary="Pay")
def pay_fee(request: HttpRequest, case: Path[Code], body: PayIn) -> HttpResponse:
    """`qr`, `kiosk`: `pay_at` of the payment that is under way is where a person pays, also as a QR code, until `until`.
    `window`, by members of staff: the money is there, by `means`."""
    if body.way == "window":
        return _taken(request, case=case, body=body)
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "pay_fee")
    paying.by_till(case_no=seen.no, way=body.way, by=who.by, now=now)
    return found(_part(seen_case(who, seen.no), now=now))


def _take(request: HttpRequest, case: str, body: PayIn) -> Answer:
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "pay_fee")
    if who.scope != "staff":
        raise invalid("这把密钥不能在窗口收费", "This key takes no money at a window")
    paying.at_window(case_no=seen.no, means=body.means or "", by=who.by, now=now)
    return answer(200, _part(seen_case(who, seen.no), now=now))


_taken = write(_take)


@router.post("/cases/{case}/fees/waive", **op("waive_fee", {200: FeesOut}), summary="Let the fee off")
@write
def waive_fee(request: HttpRequest, case: Path[Code], body: WaiveIn) -> Answer:
    """减免: by two people who supervise, with a reason. The second one agrees first (`agree`, verb `waive`)."""
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "waive_fee")
    second, may = second_of(seen, body.second_by, "waive", now)
    paying.waive(case_no=seen.no, reason=body.reason, second_by=second, second_may=may, by=who.by, now=now)
    return answer(200, _part(seen_case(who, seen.no), now=now))


@router.post("/cases/{case}/fees/reassess", **op("reassess_fee", {200: FeesOut}), summary="Compute the fee anew")
@write
def reassess_fee(request: HttpRequest, case: Path[Code], body: ReassessIn) -> Answer:
    """重新核定: a number that it is computed by was wrong. By two people who supervise, with a reason, as `waive`; the second one
    agrees with verb `reassess`. A new notice, a further one, or a part that goes back: whoever applied is told."""
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "reassess_fee")
    second, may = second_of(seen, body.second_by, "reassess", now)
    form = {code: "" if value is None else str(value) for code, value in body.form.items()}
    reassessing.reassess(
        case_no=seen.no, form=form, reason=body.reason, second_by=second, second_may=may, by=who.by, now=now
    )
    return answer(200, _part(seen_case(who, seen.no), now=now))


@router.post("/cases/{case}/fees/refund", **op("refund_fee", {200: FeesOut}), summary="Give money back")
def refund_fee(request: HttpRequest, case: Path[Code], body: RefundIn) -> HttpResponse:
    """退费 of what is listed in `refunds`: what a window took was handed back; of what the till took, it is asked now instead of
    by itself later."""
    who = caller(request)
    seen = _seen(who, case, "refund_fee")
    if fees.refund_of(seen.no, body.refund).payment.way == "window":
        return _handed_back(request, case=case, body=body)
    now = clock.now()
    paying.give_back(case_no=seen.no, refund_id=body.refund, by=who.by, now=now)
    return found(_part(seen, now=now))


def _hand_back(request: HttpRequest, case: str, body: RefundIn) -> Answer:
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "refund_fee")
    paying.give_back(case_no=seen.no, refund_id=body.refund, by=who.by, now=now)
    return answer(200, _part(seen, now=now))


_handed_back = write(_hand_back)


@router.post("/till/callback", **signed_op("till_callback", {200: TillOut}, who="till"), summary="What the till tells")
def till_callback(request: HttpRequest, body: TillIn) -> HttpResponse:
    """Signed with the secret it shares with this installation (docs/integrate.md). Told again it is known; what comes late, twice
    or in another sum is kept and goes back. Anything but 200 means: tell it again later."""
    payment = paying.told(
        reference=body.reference, said=Told(body.state, body.fen, body.number), now=clock.now()
    )  # fmt: skip
    return found({"reference": payment.reference, "state": payment.state})
