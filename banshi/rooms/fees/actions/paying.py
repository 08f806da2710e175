"""One attempt to pay: begun, led to the till, told of, closed; or taken at a window. The till is asked outside transactions: it
takes seconds, and may not. What it says is written with the charge locked, its case before it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from django.db import connection

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.fees.actions.refunding import ask_back
from banshi.rooms.fees.models import Charge, Payment, Refund
from banshi.rooms.fees.ports import TillDown, Told
from banshi.rooms.fees.queries import till
from banshi.rooms.fees.rules import MEANS, PAYMENT, TAKES_FOR, WAYS, means, settled

log = structlog.get_logger("banshi.fees")
RECEIPT_SQL = """
INSERT INTO fees_receipt_counter (hall_id, year, last) VALUES (%s, %s, 1)
ON CONFLICT (hall_id, year) DO UPDATE SET last = fees_receipt_counter.last + 1 RETURNING last
"""


@dataclass(frozen=True)
class Came:
    """What came of a word of the till. `settles`: the charge is paid by it, now; `back`: it goes back instead; neither: it was
    known, or nothing came."""

    payment: Payment
    settles: bool = False
    back: Refund | None = None


def begin(*, charge: Charge, way: str, by: Actor, now: datetime) -> Payment:
    """An attempt by telephone or kiosk: the one under way while its address takes money, else a new one.

    :param charge: locked. :param way: qr | kiosk. :raises Refused: fee-settled, invalid.
    """
    if no := settled(charge.state):
        raise Refused(no)
    if way not in WAYS[1:]:
        raise Refused("invalid", facts={"field": "way", "reason": {"zh": "qr 或 kiosk", "en": "qr or kiosk"}})
    there = Payment.objects.filter(charge=charge, way=way, state="started").first()
    if there is not None and now < there.ends_at:
        return there
    if there is not None:
        close(payment=there, now=now)
    return _new(charge, way, by=by, now=now)


def _new(charge: Charge, way: str, *, by: Actor, now: datetime, means: str = "") -> Payment:
    return Payment.objects.create(
        charge=charge, way=way, means=means, reference=secrets.token_hex(12), fen=charge.fen, started_at=now,
        started_by=str(by), ends_at=now + TAKES_FOR,
    )  # fmt: skip


def lead_to_till(*, payment_id: int, subject: str, back: str) -> Payment:
    """Where a person pays it. Asked again it is the same address. Outside transactions.

    :raises Refused: till-down.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.address:
        return payment
    try:
        address = till().start(
            reference=payment.reference, fen=payment.fen, subject=subject, until=payment.ends_at, back=back
        )
    except TillDown as down:
        log.warning("till-down", what="start", why=str(down)[:80])
        raise Refused("till-down") from down
    Payment.objects.filter(pk=payment_id, state="started").update(address=address)
    payment.address = address
    return payment


def ask_till(*, payment: Payment, now: datetime) -> Told | None:
    """What the till says of it now; None where it does not answer. Outside transactions."""
    Payment.objects.filter(pk=payment.pk, state__in=PAYMENT.of("pay")).exclude(way="window").update(asked_at=now)
    try:
        return till().ask(payment.reference)
    except TillDown as down:
        log.warning("till-down", what="ask", why=str(down)[:80])
        return None


def came(*, charge: Charge, reference: str, fen: int, number: str, by: Actor, now: datetime) -> Came:
    """Money came. Told twice it is known; where the charge is settled, released or of another sum it goes back. Never lost.

    :param charge: of the payment, locked. :param fen: what came.
    """
    payment = Payment.objects.get(reference=reference, charge=charge)
    if payment.state == "paid":
        return Came(payment)
    why = means(state=charge.state, due=charge.fen, came=fen)
    payment.state, payment.got, payment.number, payment.ended_at = "paid", fen, number[:64], now
    if not why:
        _count(charge, payment, by=by, now=now)
        return Came(payment, settles=True)
    payment.save(update_fields=["state", "got", "number", "ended_at"])
    _traced(charge, payment, by=by, now=now)
    return Came(payment, back=ask_back(payment, why=why, by=by, now=now))


def take_at_window(*, charge: Charge, means: str, by: Actor, now: datetime) -> Payment:
    """A clerk has it in hand. Whatever is under way by telephone is closed; what comes of that later goes back.

    :param charge: locked. :param means: cash | card | qr. :raises Refused: fee-settled, invalid.
    """
    if no := settled(charge.state):
        raise Refused(no)
    if means not in MEANS[1:]:
        raise Refused(
            "invalid", facts={"field": "means", "reason": {"zh": "现金、刷卡或扫码", "en": "Cash, card or QR code"}}
        )
    payment = _new(charge, "window", by=by, now=now, means=means)
    payment.state, payment.got, payment.ended_at = "paid", charge.fen, now
    _count(charge, payment, by=by, now=now)
    return payment


def _count(charge: Charge, payment: Payment, *, by: Actor, now: datetime) -> None:
    """It settles the charge: a receipt of the hall's own count, the charge paid, whatever else is under way closed."""
    year = now.astimezone(ZoneInfo(charge.hall.timezone)).year
    with connection.cursor() as cursor:
        cursor.execute(RECEIPT_SQL, [charge.hall_id, year])
        serial = int(cursor.fetchone()[0])
    # Year, hall, place in its count: digits alone, as people read a number out.
    payment.counts, payment.receipt_no = True, f"{year}-{charge.hall_id:03d}-{serial:06d}"
    payment.save()
    charge.state, charge.settled_at = "paid", now
    charge.save(update_fields=["state", "settled_at"])
    Payment.objects.filter(charge=charge, state="started").update(state="closed", ended_at=now)
    _traced(charge, payment, by=by, now=now)


def _traced(charge: Charge, payment: Payment, *, by: Actor, now: datetime) -> None:
    audit.record(
        action="fee-paid" if payment.counts else "payment-not-owed", subject=f"case:{charge.case_no}", by=by, now=now,
        hall=charge.hall.code,
        facts={"fen": payment.got, "way": payment.way, "means": payment.means, "receipt": payment.receipt_no or ""},
    )  # fmt: skip


def fail(*, payment: Payment, now: datetime) -> bool:
    """The till says that nothing comes. :returns: whether it was under way."""
    return bool(Payment.objects.filter(pk=payment.pk, state="started").update(state="failed", ended_at=now))


def close(*, payment: Payment, now: datetime) -> bool:
    """Nothing came. What comes all the same is kept. :returns: whether it was under way."""
    return bool(Payment.objects.filter(pk=payment.pk, state="started").update(state="closed", ended_at=now))
