"""材料袋: paper that the hall has is always somewhere, with somebody. Its folder goes where the case goes, in the same
transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from banshi.kernel.actors import Actor
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import handling_of_case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.actions import At
from banshi.rooms.delivery.models import PaperFolder

DEEDS = {"shelf": "put", "person": "taken", "archive": "archived"}


def make(*, case_no: str, by: Actor, now: datetime) -> PaperFolder:
    """A folder for papers that were collected before, or came without one: with whoever makes it. Again it is the same.

    :raises Refused: nothing-found, not-allowed.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        folder = delivery.folder_for(case=case, at=delivery.with_whom(by), by=by, now=now)
        delivery.count_in(folder=folder, papers=to_put_in(case))
    return folder


def put(*, case_no: str, place: str, spot: str = "", by: Actor, now: datetime) -> PaperFolder:
    """It lies there now, made where there was none. :param place: shelf | person – with `by` – | archive.

    :raises Refused: those of `make` and `delivery.move`.
    """
    at = delivery.with_whom(by) if place == "person" else At(place, delivery.spot_of(spot))
    with transaction.atomic():
        folder = make(case_no=case_no, by=by, now=now)
        if (folder.place, folder.spot, folder.holder_id) == (at.place, at.spot, at.holder_id):
            return folder
        deed = DEEDS[place]
        return delivery.move(folder_id=folder.pk, hall=folder.case.hall, deed=deed, at=at, by=by, now=now)


def received(case: Case, *, by: Actor, now: datetime) -> None:
    """收件: what was counted on paper lies in its folder, in the tray of the window, or with whoever received it.

    In the caller's transaction, the case locked before. A case of files alone has none.
    """
    counted = to_put_in(case)
    if not counted and deliveries.folder_of(case) is None:
        return
    at = At("tray", case.window.number) if case.window is not None else delivery.with_whom(by)
    folder = delivery.folder_for(case=case, at=at, by=by, now=now)
    delivery.count_in(folder=folder, papers=counted)
    if (folder.place, folder.spot, folder.holder_id) != (at.place, at.spot, at.holder_id):
        delivery.move(folder_id=folder.pk, hall=case.hall, deed="received", at=at, by=by, now=now)


def to_put_in(case: Case) -> dict[str, tuple[int, int]]:
    """What came on paper and is in no folder yet, by code: originals, as far as they are asked for, and copies."""
    asked = {paper.code: paper.originals for paper in handling_of_case(case).materials}
    there, came, found = deliveries.counted_in(case), dict[str, int](), dict[str, tuple[int, int]]()
    for code, n in case.materials.filter(gone_at=None, channel="paper").order_by("id").values_list("code", "copies"):
        came[code] = came.get(code, 0) + n
    for code, n in came.items():
        originals, copies = there.get(code, (0, 0))
        more = max(0, n - originals - copies)
        first = min(more, max(0, asked.get(code, 0) - originals))
        if more:
            found[code] = (first, more - first)
    return found


def hand_over(*, case_no: str, by: Actor, now: datetime, fetched: bool = False) -> Case:
    """移交部门, and the folder with it: on its way until somebody signs for it. :raises Refused: those of `cases.hand_over`."""
    with transaction.atomic():
        case = cases.hand_over(case_no=case_no, by=by, now=now, fetched=fetched)
        slip = case.handovers.order_by("-id").first()
        signed = slip is not None and slip.signed_by_id is not None
        _goes(case, "signed" if signed else "sent", delivery.with_whom(by) if signed else At("sent"), by=by, now=now)
    return case


def sign_for(*, case_no: str, by: Actor, now: datetime) -> Case:
    """签收: the folder is with whoever signed. :raises Refused: those of `cases.sign_for`."""
    with transaction.atomic():
        case = cases.sign_for(case_no=case_no, by=by, now=now)
        _goes(case, "signed", delivery.with_whom(by), by=by, now=now)
    return case


def refuse_papers(*, case_no: str, why: str, by: Actor, now: datetime) -> Case:
    """不签收: the folder is back with whoever gave it. :raises Refused: those of `cases.refuse_papers`."""
    with transaction.atomic():
        case = cases.refuse_papers(case_no=case_no, why=why, by=by, now=now)
        slip = case.handovers.order_by("-id").first()
        giver = At("person", holder_id=slip.given_by_id) if slip is not None else delivery.with_whom(by)
        _goes(case, "refused", giver, by=by, now=now)
    return case


def went_with_parcel(case: Case, *, by: Actor, now: datetime) -> None:
    """The originals that were posted with a result have arrived: the carrier has the signature.

    In the caller's transaction, the case locked before.
    """
    folder = deliveries.folder_of(case)
    codes = (
        list(folder.papers.filter(originals__gt=F("back")).values_list("code", flat=True)) if folder is not None else []
    )
    if folder is not None and codes:
        delivery.give_back(folder_id=folder.pk, hall=case.hall, codes=codes, signed=True, by=by, now=now)


def _goes(case: Case, deed: str, at: At, *, by: Actor, now: datetime) -> None:
    folder = deliveries.folder_of(case)
    if folder is not None:
        delivery.move(folder_id=folder.pk, hall=case.hall, deed=deed, at=at, by=by, now=now)
