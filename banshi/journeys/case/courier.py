"""政务专递: a result is posted to whom it is for, and comes back where nobody takes it. The case moves in one transaction, the
carrier is asked between two. What the carrier tells comes twice, late and out of order: it is kept once, and the parcel goes
forward only. The order of locks is case, delivery, parcel.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog
from django.db import transaction

from banshi.journeys.case import conclude, folders
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import comes_by_itself
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.actions import Receiver
from banshi.rooms.delivery.models import Parcel, Wish
from banshi.rooms.delivery.ports import Told
from banshi.rooms.places.queries import policy_of

log = structlog.get_logger("banshi.courier")


def wish(
    *, case_no: str, how: str, receiver: Receiver | None = None, originals: bool = False, by: Actor, now: datetime
) -> Wish:
    """领取方式: said when applying, or as long as nobody has the result.

    :raises Refused: nothing-found; wrong-state (it ended); way-not-here;
        agent-not-allowed – nobody proven to be the applicant asks; on-its-way; invalid, phone-invalid.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        if not may_wish(case):
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "ready"})
        if how not in ways_of(case, now=now):
            raise Refused("way-not-here")
        if not conclude.is_their_own(case, now=now):
            raise Refused("agent-not-allowed")
        row = deliveries.delivery_of(case)
        if row is not None and row.state == "posted":
            raise Refused("on-its-way")
        before = deliveries.wish_of(case)
        was = before.how if before is not None else ""
        wished = delivery.wish(case=case, how=how, receiver=receiver, originals=originals, by=by, now=now)
        cases.wished(case, by_post=how == "courier", now=now)
        conclude.tell_wished(case, was=was, how=how, now=now)
        return wished


def may_wish(case: Case) -> bool:
    """Whether its result, or the refusal in writing, is still to be handed over, or may be one day: what comes as a file by
    itself is not."""
    return case.phase not in CASE.ends and case.phase != "delivered" and not comes_by_itself(case)


def ways_of(case: Case, *, now: datetime) -> tuple[str, ...]:
    """How this hall hands results over, but for files. A refusal in writing lies in no cabinet."""
    posts = ("courier",) if policy_of(case.hall_id, now=now).delivery.courier else ()
    keeps = ("cabinet",) if case.granted is not False and deliveries.cabinets_of(case.hall) else ()
    return ("counter", *keeps, *posts)


def consign(*, case_no: str, place: str = "", by: Actor, now: datetime) -> Parcel:
    """A parcel with its waybill, as it was wished; again it is the one there is. Outside transactions.

    :param place: where it waits for the carrier. :raises Refused: those of `cases.actions.shelve` – of a refusal in writing,
        which is laid nowhere, those of `cases.actions.need_to_hand`; agent-not-allowed,
        on-its-way (posted already), changed-meanwhile (no longer wished, or it lies in a cabinet), courier-down.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        if not conclude.is_their_own(case, now=now):
            raise Refused("agent-not-allowed")
        if case.granted is False:
            cases.need_to_hand(case, by=by, now=now)
            conclude.lies_refused(case, by=by, now=now)
        elif case.phase != "ready":
            case = cases.shelve(case_no=case_no, place=place or "待寄", by=by, now=now)
            cases.lies_to_be_posted(case)
            delivery.make_ready(case=case, place=place or "待寄", by=by, now=now)
            cases.tell_to_be_posted(case, now=now)
        row = deliveries.delivery_of(case)
        if row is not None and row.state == "posted":
            raise Refused("on-its-way")
        if deliveries.stay_of(case, "result") is not None:
            raise Refused("changed-meanwhile")
        postage = policy_of(case.hall_id, now=now).delivery.postage
        parcel = delivery.make_parcel(case=case, payer=postage, by=by, now=now)
    return delivery.ask_waybill(parcel.pk)


def post(*, case_no: str, by: Actor, now: datetime) -> Parcel:
    """交寄: the carrier has it in hand; the applicant gets its number. Said again, or by the carrier first, it is so already.

    :raises Refused: nothing-found, changed-meanwhile (it was fetched meanwhile, or has no waybill), wrong-state.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        parcel = deliveries.parcel_of(case)
        if parcel is not None and parcel.posted_at is not None and parcel.ended_at is None:
            return parcel
        delivery.need_not_printing(case=case, now=now)
        return _posted(case, by=by, now=now)


def _posted(case: Case, *, by: Actor, now: datetime) -> Parcel:
    parcel = delivery.post(case=case, by=by, now=now)
    cases.post(case_no=case.no, waybill=parcel.waybill, by=by, now=now)
    return parcel


def told(*, waybill: str, said: Told, now: datetime) -> Parcel:
    """What the carrier says of a parcel, by itself or asked. Who says that it was accepted before the window did, proves it.

    :raises Refused: nothing-found – no parcel of ours.
    """
    parcel = deliveries.parcel_by_waybill(waybill)
    with transaction.atomic():
        case = cases.lock(parcel.case.no)
        parcel.refresh_from_db(fields=["state"])
        if parcel.state == "made":
            parcel = _posted(case, by=SYSTEM, now=now)
        if parcel.state != "void":
            word = delivery.hear(parcel=parcel, told=said, now=now)
            if word is not None and word.moved:
                _follow(case, parcel, said, now=now)
    return deliveries.parcel_by_waybill(waybill)


def _follow(case: Case, parcel: Parcel, said: Told, *, now: datetime) -> None:
    """What a step of the parcel is to its case."""
    if said.status == "out":
        cases.tell(case, "case_out", event=case.events.order_by("-seq")[0], now=now, waybill=parcel.waybill)
    if said.status == "delivered" and delivery.arrive(case=case, by=SYSTEM, now=now):
        proof = f"快递签收，运单号 {parcel.waybill}"
        cases.deliver(
            case_no=case.no, how="courier", proof=proof, place=parcel.address, says="case_arrived", by=SYSTEM, now=now
        )
        if parcel.originals:
            folders.went_with_parcel(case, by=SYSTEM, now=now)


def came_back(*, case_no: str, place: str, by: Actor, now: datetime) -> Case:
    """退件: a clerk has it in hand again, and says where it lies. Its applicant is told, and chooses anew.

    :raises Refused: nothing-found, wrong-state, invalid (no place).
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        place = cases.place_of(place)
        delivery.come_back(case=case, place=place, by=by, now=now)
        if case.phase in CASE.ends:  # 终止 while it was on its way: it is here again, and goes to nobody
            return case
        return cases.come_back(case_no=case_no, place=place, by=by, now=now)


def ask_due(*, now: datetime) -> Mapping[str, int]:
    """The carrier is asked of parcels it said nothing about for a while. :returns: counts."""
    asked = deliveries.to_ask_about(now=now)
    for parcel in asked:
        try:
            for said in delivery.traced(parcel, now=now):
                told(waybill=parcel.waybill, said=said, now=now)
        except Refused as no:  # of one parcel; the others are asked about all the same
            log.warning("a carrier's word was refused", parcel=parcel.pk, slug=no.slug)
    return {"asked": len(asked)}
