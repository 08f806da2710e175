"""材料袋: paper that the hall has is always somewhere, with somebody. Its folder goes where the case goes, in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import handling_of_case
from banshi.rooms.cases.rules.materials import AGAIN, ways_said
from banshi.rooms.cases.rules.paper_texts import Named, day_words
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.actions import At
from banshi.rooms.delivery.models import PaperFolder
from banshi.rooms.delivery.queries import Contents, Sheet
from banshi.rooms.places.models import Window

DEEDS = {"shelf": "put", "person": "taken", "archive": "archived"}


def make(*, case_no: str, by: Actor, now: datetime) -> PaperFolder:
    """A folder for papers that were collected before, or came without one: with whoever makes it. Again it is the same; papers
    that came to somebody who does not have it lie in one that follows it.

    :raises Refused: nothing-found, not-allowed.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        counted, here = to_put_in(case), delivery.with_whom(by)
        folder = delivery.folder_for(case=case, at=here, by=by, now=now)
        if not counted:
            return folder
        if folder.moves == 1 and delivery.at_of(folder) == here:
            delivery.count_in(folder=folder, papers=counted)
            return folder
        return delivery.take_in(case=case, at=here, papers=counted, by=by, now=now)


def put(*, case_no: str, place: str, spot: str = "", follower: bool = False, by: Actor, now: datetime) -> PaperFolder:
    """It lies there now, made where there was none.

    :param place: shelf | person – with `by` – | archive. :param follower: the one that follows it.
    :returns: the one that lies there: the main one, where the other is put into it by that.

    :raises Refused: those of `make` and `delivery.move`; nothing-found – none follows.
    """
    at = delivery.with_whom(by) if place == "person" else At(place, delivery.spot_of(spot))
    with transaction.atomic():
        case = cases.lock(case_no)
        folder = delivery.folder_for(case=case, at=delivery.with_whom(by), by=by, now=now)
        delivery.count_in(folder=folder, papers=to_put_in(case))
        folder = _which(case, folder, follower=follower)
        if delivery.at_of(folder) == at:
            return folder
        deed = DEEDS[place]
        return delivery.move(folder_id=folder.pk, hall=folder.case.hall, deed=deed, at=at, by=by, now=now)


def _which(case: Case, main: PaperFolder, *, follower: bool) -> PaperFolder:
    """:raises Refused: nothing-found."""
    found = deliveries.follower_of(case) if follower else main
    if found is None:
        raise Refused("nothing-found", facts={"case": case.no})
    return found


def received(case: Case, *, window: Window | None = None, again: bool = False, by: Actor, now: datetime) -> None:
    """收件, 补正: what was counted on paper lies in its folder, in the tray of the window, or with whoever received it. Where it
    goes into one that there is its trail says so. One that lies ready at the front is fetched to the window; what comes while
    a colleague or a department has it, or while it is on its way, lies in one that follows it.

    :param window: where it was brought, if that is another window than the one that received the case. :param again: the case was
        received before; what is received for the first time comes out of the folder, which whoever counts it has.

    In the caller's transaction, the case locked before. A case of files alone has none.
    """
    counted = to_put_in(case)
    there = deliveries.folder_of(case)
    if not counted and there is None:
        return
    tray = window or case.window
    at = At("tray", tray.number) if tray is not None else delivery.with_whom(by)
    folder = delivery.folder_for(case=case, at=at, by=by, now=now)
    stays = delivery.at_of(folder) == at
    if again and counted and not stays and _out_of_reach(folder, by):
        delivery.take_in(case=case, at=at, papers=counted, by=by, now=now)
        return
    if stays and there is not None and counted:
        delivery.add(folder=folder, papers=counted, by=by, now=now)
        return
    delivery.count_in(folder=folder, papers=counted)
    if not stays:
        delivery.move(folder_id=folder.pk, hall=case.hall, deed="received", at=at, by=by, now=now)


def _out_of_reach(folder: PaperFolder, by: Actor) -> bool:
    """Whether whoever takes papers in cannot lay them into it."""
    return folder.place == "sent" or (folder.place == "person" and folder.holder_id != delivery.with_whom(by).holder_id)


def settle(
    *,
    case_no: str,
    code: str,
    on_paper: int = 0,
    at_window: bool = False,
    window: Window | None = None,
    by: Actor,
    now: datetime,
) -> Case:
    """容缺补齐, and what came on paper into the folder, where that is at the same place; else into one that follows it.

    :param on_paper: copies that are handed in with this step. :param window: where; None: to `by`.
    :raises Refused: those of `cases.add_material` and `cases.settle_deferred`.
    """
    with transaction.atomic():
        if on_paper:
            cases.add_material(case_no=case_no, code=code, channel="paper", copies=on_paper, by=by, now=now)
        case = cases.settle_deferred(case_no=case_no, code=code, at_window=at_window, by=by, now=now)
        more = to_put_in(case)
        if more:
            at = At("tray", window.number) if window is not None else delivery.with_whom(by)
            delivery.take_in(case=case, at=at, papers=more, by=by, now=now)
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
    follower = deliveries.follower_of(case)
    if colleague is None and follower is not None and follower.place == "sent":  # nor for what follows
        _moves(follower, "taken", delivery.with_whom(by), by=by, now=now)
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


def _moves(folder: PaperFolder, deed: str, at: At, *, by: Actor, now: datetime) -> None:
    if delivery.at_of(folder) != at:
        delivery.move(folder_id=folder.pk, hall=folder.case.hall, deed=deed, at=at, by=by, now=now)


def to_put_in(case: Case) -> dict[str, tuple[int, int]]:
    """What came on paper and is in no folder yet, by code: originals, as far as they are asked for, and copies. A sheet that lies
    in the folder of another case of its bundle is in one."""
    asked = {paper.code: paper.originals for paper in handling_of_case(case).materials}
    there, shared = deliveries.counted_in(case), deliveries.handed_in_with(case)
    found: dict[str, tuple[int, int]] = {}
    for code, n in deliveries.came_on_paper(case).items():
        originals, copies = there.get(code, (0, 0))
        more = max(0, n - originals - copies - (shared[code][2] if code in shared else 0))
        first = min(more, max(0, asked.get(code, 0) - originals))
        if more:
            found[code] = (first, more - first)
    return found


def hand_over(*, case_no: str, by: Actor, now: datetime, fetched: bool = False) -> Case:
    """移交部门, and the main folder with it: on its way until somebody signs for it. The slip lists what lies in it at that
    instant: whoever gives originals out of it comes before, or finds it gone.

    :raises Refused: those of `cases.hand_over`.
    """
    with transaction.atomic():
        seen = cases.lock(case_no)
        delivery.hold_folders(seen)
        case = cases.hand_over(case_no=case_no, handed=handed(seen), by=by, now=now, fetched=fetched)
        slip = case.handovers.order_by("-id").first()
        signed = slip is not None and slip.signed_by_id is not None
        _goes(case, "signed" if signed else "sent", delivery.with_whom(by) if signed else At("sent"), by=by, now=now)
    return case


def handed(case: Case) -> cases.Handed | None:
    """What goes to the department with the main folder of a case, and what of its papers does not; None: no paper of it was ever
    laid into a folder, so as it was counted."""
    found = deliveries.contents_of(case)
    if not found.known:
        return None
    with_it = [each for each in found.sheets if each.lies and not each.follows]
    ways: dict[str, list[str]] = {each.code: [_counted(each)] for each in with_it}
    for code, way in _files_of(case).items():
        ways.setdefault(code, []).append(way)
    return cases.Handed(
        materials=_named(case, [(code, "；".join(said)) for code, said in ways.items()]),
        pieces=sum(each.originals + each.copies for each in with_it), apart=_named(case, [*_apart(case, found)]),
    )  # fmt: skip


def _counted(sheet: Sheet) -> str:
    told = (("原件", sheet.originals), ("复印件", sheet.copies))
    return "、".join(f"{what} {n} 份" for what, n in told if n)


def _apart(case: Case, found: Contents) -> Iterator[tuple[str, str]]:
    """Papers of the case that do not go with the main folder, each with why."""
    for each in found.sheets:
        if each.lies and each.follows:
            yield each.code, f"{_counted(each)}在随后袋 {each.folder.no} 中，随后移交"
        if each.back:
            on = day_words(today_in(case.hall, each.back_at)) if each.back_at is not None else ""
            yield each.code, f"原件 {each.back} 份{on}已退还"
    for each in found.elsewhere:
        if each.lies:
            yield each.code, f"在材料袋 {each.folder.no} 中"
        elif each.back:
            yield each.code, f"原件已从材料袋 {each.folder.no} 退还"


def _named(case: Case, told: Sequence[tuple[str, str]]) -> tuple[Named, ...]:
    called = cases.names([code for code, _ in told], case)
    return tuple(Named(name[0], said) for name, (_, said) in zip(called, told, strict=True))


def _files_of(case: Case) -> dict[str, str]:
    """What came otherwise than on paper, by code, as a receipt says it."""
    rows = case.materials.filter(gone_at=None).exclude(channel="paper").order_by("id")
    came: dict[str, list[tuple[str, int]]] = {}
    for code, way, copies, origin in rows.values_list("code", "channel", "copies", "origin_id"):
        came.setdefault(code, []).append((way if origin is None else AGAIN, copies))
    return {code: ways_said(each) for code, each in came.items()}


def sign_for(*, case_no: str, by: Actor, now: datetime) -> Case:
    """签收: the folder is with whoever signed. :raises Refused: those of `cases.sign_for`."""
    with transaction.atomic():
        case = cases.sign_for(case_no=case_no, by=by, now=now)
        _goes(case, "signed", delivery.with_whom(by), by=by, now=now)
    return case


def refuse_papers(*, case_no: str, why: str, by: Actor, now: datetime) -> Case:
    """不签收: the folder is back with whoever sent it – not with whoever accepted the case, in whose name the slip may stand.

    :raises Refused: those of `cases.refuse_papers`.
    """
    with transaction.atomic():
        case = cases.refuse_papers(case_no=case_no, why=why, by=by, now=now)
        slip = case.handovers.order_by("-id").first()
        giver = _sender(case) or (slip.given_by_id if slip is not None else None)
        at = At("person", holder_id=giver) if giver is not None else delivery.with_whom(by)
        _goes(case, "refused", at, by=by, now=now)
    return case


def _sender(case: Case) -> int | None:
    """Of staff, who sent the main folder on its way last; None where it never was."""
    main = deliveries.folder_of(case)
    sent = main.trail.filter(deed="sent").order_by("-seq").first() if main is not None else None
    by = Actor.parse(sent.by) if sent is not None else None
    return int(by.id) if by is not None and by.kind is ActorKind.STAFF else None


def went_with_parcel(case: Case, *, by: Actor, now: datetime) -> None:
    """The originals that were posted with a result have arrived: the carrier has the signature. What is signed by hand stays.
    They were wished, also where another case of the bundle is not decided yet.

    In the caller's transaction, the case locked before.
    """
    folder = deliveries.folder_of(case)
    if folder is None:
        return
    rows = folder.papers.filter(originals__gt=F("back")).exclude(code__in=deliveries.stay_with_file(case))
    codes = list(rows.values_list("code", flat=True))
    if codes:
        delivery.give_back(
            folder_id=folder.pk, hall=case.hall, codes=codes, signed=True, why="needed", by=by, now=now
        )  # fmt: skip


def _goes(case: Case, deed: str, at: At, *, by: Actor, now: datetime) -> None:
    folder = deliveries.folder_of(case)
    if folder is not None:
        delivery.move(folder_id=folder.pk, hall=case.hall, deed=deed, at=at, by=by, now=now)
