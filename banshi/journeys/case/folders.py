"""材料袋: paper that the hall has is always somewhere, with somebody. Its folder goes where the case goes, in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import handling_of_case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.actions import At
from banshi.rooms.delivery.models import PaperFolder
from banshi.rooms.places.models import Window

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
        if _lies_at(folder, at):
            return folder
        deed = DEEDS[place]
        return delivery.move(folder_id=folder.pk, hall=folder.case.hall, deed=deed, at=at, by=by, now=now)


def received(case: Case, *, window: Window | None = None, by: Actor, now: datetime) -> None:
    """收件, 补正: what was counted on paper lies in its folder, in the tray of the window, or with whoever received it. Where it
    goes into one that there is its trail says so.

    :param window: where it was brought, if that is another window than the one that received the case.

    In the caller's transaction, the case locked before. A case of files alone has none.
    """
    counted = to_put_in(case)
    there = deliveries.folder_of(case)
    if not counted and there is None:
        return
    tray = window or case.window
    at = At("tray", tray.number) if tray is not None else delivery.with_whom(by)
    folder = delivery.folder_for(case=case, at=at, by=by, now=now)
    stays = _lies_at(folder, at)
    if stays and there is not None and counted:
        delivery.add(folder=folder, papers=counted, by=by, now=now)
        return
    delivery.count_in(folder=folder, papers=counted)
    if not stays:
        delivery.move(folder_id=folder.pk, hall=case.hall, deed="received", at=at, by=by, now=now)


def settle(*, case_no: str, code: str, on_paper: int = 0, at_window: bool = False, by: Actor, now: datetime) -> Case:
    """容缺补齐, and what came on paper into the folder, wherever that is.

    :param on_paper: copies that are handed in with this step. :raises Refused: those of `cases.add_material` and
        `cases.settle_deferred`.
    """
    with transaction.atomic():
        if on_paper:
            cases.add_material(case_no=case_no, code=code, channel="paper", copies=on_paper, by=by, now=now)
        case = cases.settle_deferred(case_no=case_no, code=code, at_window=at_window, by=by, now=now)
        more = to_put_in(case)
        if more:
            there = deliveries.folder_of(case)
            folder = delivery.folder_for(case=case, at=delivery.with_whom(by), by=by, now=now)
            if there is None:
                delivery.count_in(folder=folder, papers=more)
            else:
                delivery.add(folder=folder, papers=more, by=by, now=now)
    return case


@dataclass(frozen=True)
class Goes:
    """Where the folder of a case that is handed on goes. `to`: stays – where it is –, mine – with whoever hands the case on –,
    theirs – with the colleague who gets it –, shelf. `spot`: which shelf."""

    to: str = "stays"
    spot: str = ""


def hand_on(
    *, case_no: str, to: int, may: bool | Callable[[Case], bool], why: str, goes: Goes, by: Actor, now: datetime
) -> Case:
    """转办 to a colleague, and the folder where it was said. :raises Refused: those of `cases.hand_on`; invalid."""
    with transaction.atomic():
        case = cases.hand_on(case_no=case_no, to=to, may=may, why=why, by=by, now=now)
        _as_said(case, goes, colleague=to, by=by, now=now)
    return case


def hand_to_department(
    *, case_no: str, department: str, may: bool, why: str, goes: Goes, by: Actor, now: datetime
) -> Case:
    """转办 to another department, and the folder where it was said, from where the front gives it with a new slip.

    :raises Refused: those of `cases.hand_to_department`; invalid – of the folder.
    """
    with transaction.atomic():
        case = cases.hand_to_department(case_no=case_no, department=department, may=may, why=why, by=by, now=now)
        _as_said(case, goes, colleague=None, by=by, now=now)
    return case


def _as_said(case: Case, goes: Goes, *, colleague: int | None, by: Actor, now: datetime) -> None:
    """:raises Refused: invalid – nowhere, or on its way to a department that no longer gets it."""
    folder = deliveries.folder_of(case)
    if folder is None:
        return
    if goes.to == "theirs" and colleague is not None:
        _moves(folder, "taken", At("person", holder_id=colleague), by=by, now=now)
    elif goes.to == "shelf":
        _moves(folder, "put", At("shelf", delivery.spot_of(goes.spot)), by=by, now=now)
    elif goes.to == "mine" or (goes.to == "stays" and folder.place == "sent"):  # nobody signs for it any more
        _moves(folder, "taken", delivery.with_whom(by), by=by, now=now)
    elif goes.to != "stays":
        raise Refused(
            "invalid",
            facts={"field": "folder", "reason": {"zh": "选材料袋放到哪里", "en": "Choose where the folder goes"}},
        )


def _lies_at(folder: PaperFolder, at: At) -> bool:
    return (folder.place, folder.spot, folder.holder_id) == (at.place, at.spot, at.holder_id)


def _moves(folder: PaperFolder, deed: str, at: At, *, by: Actor, now: datetime) -> None:
    if not _lies_at(folder, at):
        delivery.move(folder_id=folder.pk, hall=folder.case.hall, deed=deed, at=at, by=by, now=now)


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
