"""Results that go by courier over HTTP, papers that come by it, and what the carrier tells.

Whatever asks the carrier does so outside transactions, and may be sent again: the parcel is the same.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from banshi.foundation import clock
from banshi.journeys.case import courier, folders, sending_in
from banshi.kernel.masking import mask_name
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.actions import Receiver
from banshi.rooms.delivery.models import Parcel
from banshi.rooms.delivery.ports import Told
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.case_parts import case_part, folder_part, parcel_part, seen_case
from banshi.surfaces.api.case_schemas import (
    CarrierIn,
    CarrierOut,
    CaseFolderOut,
    CaseOut,
    MoveFolderIn,
    ParcelOut,
    SentPapersIn,
    SentPapersOut,
    ShelveIn,
    WayIn,
    WayOut,
)
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.operations import caller, found, op, signed_op, write
from banshi.surfaces.api.schemas import Code

router = Router(tags=["parcels"])


def _seen(who: Caller, no: str, operation: str) -> Case:
    case = seen_case(who, no)
    who.must(operation, case.hall.code)
    return case


@router.post("/cases/{case}/way", **op("choose_way", {200: WayOut}), summary="How the result is wanted")
@write
def choose_way(request: HttpRequest, case: Path[Code], body: WayIn) -> Answer:
    """领取方式: at the window, from the cabinet, or by courier to `receiver`; until it is on its way. Who pays the postage is the
    hall's rule."""
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "choose_way")
    to = Receiver(**body.receiver.model_dump()) if body.receiver is not None else None
    row = courier.wish(case_no=seen.no, how=body.how, receiver=to, originals=body.originals, by=who.by, now=now)
    return answer(200, {"case": seen.no, "how": row.how, "originals": row.originals})


@router.post("/cases/{case}/consign", **op("consign_result", {200: ParcelOut}), summary="Make a parcel")
def consign_result(request: HttpRequest, case: Path[Code]) -> HttpResponse:
    """A waybill to the address that was chosen; a result not laid ready yet is, for the carrier. Sent again it is the same."""
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "consign_result")
    return found(_part(courier.consign(case_no=seen.no, by=who.by, now=now), seen))


@router.post("/cases/{case}/post", **op("post_result", {200: ParcelOut}), summary="The carrier has it")
@write
def post_result(request: HttpRequest, case: Path[Code]) -> Answer:
    """交寄: the days in which a result is handed on end with it; the applicant gets the number of the waybill."""
    return _to_parcel(
        request, case, "post_result", lambda seen, who, now: courier.post(case_no=seen.no, by=who.by, now=now)
    )


@router.post("/cases/{case}/come-back", **op("take_back_parcel", {200: CaseOut}), summary="It came back")
@write
def take_back_parcel(request: HttpRequest, case: Path[Code], body: ShelveIn) -> Answer:
    """退件: it lies at `place`; the applicant is told, and chooses a way anew."""
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "take_back_parcel")
    courier.came_back(case_no=seen.no, place=body.place, by=who.by, now=now)
    return answer(200, case_part(seen.no, who, now=now))


@router.post("/cases/{case}/sent-papers", **op("send_papers", {200: SentPapersOut}), summary="Papers are on their way")
@write
def send_papers(request: HttpRequest, case: Path[Code], body: SentPapersIn) -> Answer:
    """寄件: of a case that was looked over beforehand; said again it replaces what was said."""
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "send_papers")
    row = sending_in.announce(case_no=seen.no, carrier=body.carrier, waybill=body.waybill, by=who.by, now=now)
    return answer(200, {"case": seen.no, "waybill": row.waybill, "counts_from": None})


@router.post("/cases/{case}/papers-came", **op("take_in_papers", {200: SentPapersOut}), summary="They are here")
@write
def take_in_papers(request: HttpRequest, case: Path[Code]) -> Answer:
    """They count from `counts_from`: from the hall's day, or from its next day of work."""
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "take_in_papers")
    row = sending_in.came(case_no=seen.no, by=who.by, now=now)
    return answer(200, {"case": seen.no, "waybill": row.waybill, "counts_from": row.counts_from})


@router.post("/cases/{case}/folder", **op("move_folder", {200: CaseFolderOut}), summary="Where its paper is")
@write
def move_folder(request: HttpRequest, case: Path[Code], body: MoveFolderIn) -> Answer:
    """材料袋: put away on a shelf, taken by the key's member of staff, or into the archive, once the case has ended. Where
    there is no folder yet, this makes it."""
    who, now = caller(request), clock.now()
    seen = _seen(who, case, "move_folder")
    folder = folders.put(case_no=seen.no, place=body.place, spot=body.spot, follower=body.follower, by=who.by, now=now)
    return answer(200, folder_part(folder, seen))


@router.post(
    "/courier/callback",
    **signed_op("courier_callback", {200: CarrierOut}, who="courier"),
    summary="What the carrier tells",
)
def courier_callback(request: HttpRequest, body: CarrierIn) -> HttpResponse:
    """Signed with the secret it shares with this installation (docs/integrate.md). Told again it is known, by `event`; what
    comes late is kept and moves nothing back. Anything but 200 means: tell it again later."""
    said = Told(body.event, body.status, body.at, body.signer)
    parcel = courier.told(waybill=body.waybill, said=said, now=clock.now())
    return found({"waybill": parcel.waybill, "state": parcel.state})


def _to_parcel(request: HttpRequest, no: str, operation: str, act: Any) -> Answer:
    who, now = caller(request), clock.now()
    seen = _seen(who, no, operation)
    return answer(200, _part(act(seen, who, now), seen))


def _part(parcel: Parcel, case: Case) -> dict[str, Any]:
    """Whom it goes to stands masked: the label is printed at the window."""
    return {"case": case.no, "receiver": mask_name(parcel.name), **parcel_part(parcel, case)}
