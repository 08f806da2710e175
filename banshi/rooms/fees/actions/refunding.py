"""退费: what was paid and is not owed goes back; by the till that took it, or from a window's hand."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Sum

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.fees.models import Payment, Refund
from banshi.rooms.fees.ports import TillDown
from banshi.rooms.fees.queries import till
from banshi.rooms.fees.rules import AGAIN_AFTER

log = structlog.get_logger("banshi.fees")


def ask_back(payment: Payment, *, why: str, by: Actor, now: datetime) -> Refund | None:
    """All of it that is here still goes back; once, and nothing where it went in parts. The charge of the payment is locked.

    :param why: double | wrong | ended.
    """
    there = Refund.objects.filter(payment=payment).exclude(why="less").first()
    left = _left(payment)
    return there or (_asked(payment, left, why, by=by, now=now) if left else None)


def ask_part_back(payment: Payment, *, fen: int, by: Actor, now: datetime) -> Refund | None:
    """The case owes less than was paid: so much of it goes back, as far as it is here still. The charge is locked."""
    part = min(fen, _left(payment))
    return _asked(payment, part, "less", by=by, now=now) if part else None


def _left(payment: Payment) -> int:
    back: int = Refund.objects.filter(payment=payment).aggregate(fen=Sum("fen", default=0))["fen"]
    return (payment.got or 0) - back


def _asked(payment: Payment, fen: int, why: str, *, by: Actor, now: datetime) -> Refund:
    refund = Refund.objects.create(payment=payment, fen=fen, why=why, asked_at=now, next_at=now)
    _traced(refund, by=by, now=now)
    return refund


def give_back(*, refund_id: int, now: datetime) -> bool:
    """Have the till give it back: asked outside transactions, again with the same reference as often as need be – whoever died
    in between asks again, and nothing goes back twice. :returns: whether it is back.
    """
    refund = Refund.objects.select_related("payment__charge__hall").get(pk=refund_id)
    if refund.done_at is not None or refund.payment.way == "window":
        return refund.done_at is not None
    reference = refund.payment.reference
    ours = f"{reference}-R{refund.pk}" if refund.why == "less" else f"{reference}-R"
    try:
        number = till().refund(reference=reference, refund=ours, fen=refund.fen)
    except TillDown as down:
        log.warning("till-down", what="refund", why=str(down)[:80])
        Refund.objects.filter(pk=refund.pk, done_at=None).update(next_at=now + AGAIN_AFTER)
        return False
    _done(refund_id, number=number, by=SYSTEM, now=now)
    return True


def given_by_hand(*, refund_id: int, by: Actor, now: datetime) -> Refund:
    """A window has given back what it took. :raises Refused: nothing-found, changed-meanwhile – it was given already."""
    found = Refund.objects.filter(pk=refund_id, payment__way="window").first()
    if found is None:
        raise Refused("nothing-found", facts={"refund": refund_id})
    if not _done(refund_id, number="", by=by, now=now):
        raise Refused("changed-meanwhile")
    return Refund.objects.get(pk=refund_id)


def _done(refund_id: int, *, number: str, by: Actor, now: datetime) -> bool:
    """Whether it was not given back before."""
    with transaction.atomic():
        rows = Refund.objects.select_for_update(no_key=True, of=("self",)).select_related("payment__charge__hall")
        refund = rows.get(pk=refund_id)
        if refund.done_at is not None:
            return False
        refund.done_at, refund.done_by, refund.number = now, str(by), number[:64]
        refund.save(update_fields=["done_at", "done_by", "number"])
        _traced(refund, by=by, now=now)
    return True


def _traced(refund: Refund, *, by: Actor, now: datetime) -> None:
    charge = refund.payment.charge
    audit.record(
        action="refunded" if refund.done_at is not None else "refund-asked", subject=f"case:{charge.case_no}", by=by,
        now=now, hall=charge.hall.code,
        facts={"fen": refund.fen, "why": refund.why, "way": refund.payment.way},
    )  # fmt: skip
