"""快件: made from a wish, handed to the carrier, heard of, back or with whom it is for. Everything but `ask_waybill` and `traced`
in the caller's transaction, the case locked before; those ask the carrier, which takes seconds, and may not.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import structlog

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Delivery, Parcel, ParcelWord, Wish
from banshi.rooms.delivery.ports import Consignment, CourierDown, Told
from banshi.rooms.delivery.queries import courier
from banshi.rooms.delivery.rules import DELIVERY, PARCEL

log = structlog.get_logger("banshi.delivery")
LONGEST_SIGNER = 40


def make_parcel(*, case: Case, payer: str, by: Actor, now: datetime) -> Parcel:
    """As it was wished; again it is the one there is. :raises Refused: changed-meanwhile – nobody wishes one (any more)."""
    there = Parcel.objects.filter(case=case, ended_at=None).first()
    if there is not None:
        return there
    wish = Wish.objects.filter(case=case, how="courier").first()
    if wish is None:
        raise Refused("changed-meanwhile")
    parcel = Parcel.objects.create(
        case=case, reference=secrets.token_hex(12), payer=payer, originals=wish.originals, name=wish.name,
        phone=wish.phone, address=wish.address, made_at=now, made_by=str(by),
    )  # fmt: skip
    _record("parcel-made", parcel, by=by, now=now)
    return parcel


def ask_waybill(parcel_id: int) -> Parcel:
    """The carrier's number of it. Asked again it is the same. Outside transactions. :raises Refused: courier-down."""
    parcel = Parcel.objects.select_related("case__hall").get(pk=parcel_id)
    if parcel.waybill:
        return parcel
    hall = parcel.case.hall
    try:
        waybill = courier().order(Consignment(
            reference=parcel.reference, sender=hall.name_zh, sender_address=hall.address_zh, name=parcel.name,
            phone=parcel.phone, address=parcel.address, payer=parcel.payer,
        ))  # fmt: skip
    except CourierDown as down:
        log.warning("courier-down", what="order", why=str(down)[:80])
        raise Refused("courier-down") from down
    Parcel.objects.filter(pk=parcel_id, waybill="").update(waybill=waybill)
    parcel.waybill = waybill
    return parcel


def post(*, case: Case, by: Actor, now: datetime) -> Parcel:
    """The carrier has it in hand. From now on no code opens it. :raises Refused: wrong-state, changed-meanwhile (no waybill)."""
    parcel, delivery = _under_way(case), Delivery.objects.select_for_update(no_key=True).filter(case=case).first()
    if no := PARCEL.refusal(parcel.state, "post"):
        raise Refused(no.slug, facts={"kind": "parcel", **no.facts})
    if not parcel.waybill or delivery is None or not DELIVERY.may(delivery.state, "post"):
        raise Refused("changed-meanwhile")
    delivery.state, delivery.place = DELIVERY.to("post"), ""
    delivery.save(update_fields=["state", "place"])
    parcel.state, parcel.posted_at, parcel.posted_by, parcel.heard_at = PARCEL.to("post"), now, str(by), now
    parcel.save(update_fields=["state", "posted_at", "posted_by", "heard_at"])
    _record("parcel-posted", parcel, by=by, now=now)
    return parcel


def void(*, case: Case, now: datetime) -> None:
    """It goes another way after all. What is with the carrier already stays what it is."""
    Parcel.objects.filter(case=case, state__in=PARCEL.of("void")).update(state=PARCEL.to("void"), ended_at=now)


def hear(*, parcel: Parcel, told: Told, now: datetime) -> ParcelWord | None:
    """What the carrier said is kept, once; the parcel goes forward by it, or not at all. :returns: None: it was known.

    :param parcel: posted, its case locked.
    """
    parcel.refresh_from_db()
    if ParcelWord.objects.filter(parcel=parcel, event=told.event).exists():
        return None
    moves = PARCEL.may(parcel.state, told.status)
    word = ParcelWord.objects.create(
        parcel=parcel, event=told.event, status=told.status, at=min(told.at, now), told_at=now, moved=moves
    )
    parcel.heard_at = now
    if moves:
        parcel.state = PARCEL.to(told.status)
    if moves and parcel.state in PARCEL.ends:
        parcel.ended_at, parcel.signer = now, told.signer[:LONGEST_SIGNER]
    parcel.save(update_fields=["heard_at", "state", "ended_at", "signer"])
    return word


def arrive(*, case: Case, by: Actor, now: datetime) -> bool:
    """It is with whom it is for, as the carrier says. :returns: whether it was on its way still."""
    rows = Delivery.objects.filter(case=case, state__in=DELIVERY.of("arrive"))
    done = rows.update(state=DELIVERY.to("arrive"), how="courier", delivered_at=now, delivered_by=str(by))
    if done:
        audit.record(
            action="handed-over",
            subject=f"case:{case.no}",
            by=by,
            now=now,
            hall=case.hall.code,
            facts={"how": "courier"},
        )
    return bool(done)


def come_back(*, case: Case, place: str, by: Actor, now: datetime) -> Parcel:
    """退件: it lies at the issue window again, and the code opens it again. Where it should have gone is asked anew.

    :raises Refused: nothing-found, wrong-state (it was delivered, or is here already).
    """
    parcel = _under_way(case)
    if no := PARCEL.refusal(parcel.state, "come_back"):
        raise Refused(no.slug, facts={"kind": "parcel", **no.facts})
    parcel.state, parcel.place, parcel.heard_at, parcel.ended_at = PARCEL.to("come_back"), place, now, now
    parcel.save(update_fields=["state", "place", "heard_at", "ended_at"])
    rows = Delivery.objects.filter(case=case, state__in=DELIVERY.of("come_back"))
    rows.update(state=DELIVERY.to("come_back"), place=place)
    Wish.objects.filter(case=case).delete()
    _record("parcel-back", parcel, by=by, now=now)
    return parcel


def traced(parcel: Parcel, *, now: datetime) -> Sequence[Told]:
    """What the carrier knows of it; nothing where it does not answer. Outside transactions."""
    Parcel.objects.filter(pk=parcel.pk).update(asked_at=now)
    try:
        return courier().trace(parcel.waybill)
    except CourierDown as down:
        log.warning("courier-down", what="trace", why=str(down)[:80])
        return ()


def _under_way(case: Case) -> Parcel:
    """:raises Refused: nothing-found."""
    parcel = Parcel.objects.select_for_update(no_key=True).filter(case=case, ended_at=None).first()
    if parcel is None:
        raise Refused("nothing-found", facts={"parcel": case.no})
    return parcel


def _record(action: str, parcel: Parcel, *, by: Actor, now: datetime) -> None:
    audit.record(action=action, subject=f"case:{parcel.case.no}", by=by, now=now, hall=parcel.case.hall.code)
