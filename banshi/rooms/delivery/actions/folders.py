"""材料袋: made once for a case, moved from one place to the next, emptied of its originals, looked for on its shelf (盘点)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.actions.ground import staff_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.delivery.models import FolderMove, FolderPaper, PaperFolder
from banshi.rooms.delivery.rules import FOLDER_SPOTS, folder_pk
from banshi.rooms.places.models import Hall

LONGEST_SPOT = 40
MOST_SCANNED = 2000


@dataclass(frozen=True)
class At:
    """Where a folder goes. `spot`: which tray, shelf or box; `holder_id`: of staff, who has it."""

    place: str
    spot: str = ""
    holder_id: int | None = None


def with_whom(by: Actor) -> At:
    """With whoever does it. :raises Refused: not-allowed – nobody who works here."""
    return At("person", holder_id=staff_of(by))


def folder_for(*, case: Case, at: At, by: Actor, now: datetime) -> PaperFolder:
    """The folder of a case; made, where there is none. In the caller's transaction, the case locked before.

    :raises Refused: invalid – nowhere.
    """
    there = PaperFolder.objects.select_for_update(no_key=True).filter(case=case, ended_at=None).first()
    if there is not None:
        return there
    _need_spot(at)
    folder = PaperFolder.objects.create(
        case=case, place=at.place, spot=at.spot, holder_id=at.holder_id, since=now, made_at=now, made_by=str(by)
    )
    _write(folder, "made", by=by, now=now)
    _record("folder-made", folder, case, by=by, now=now)
    return folder


def count_in(*, folder: PaperFolder, papers: Mapping[str, tuple[int, int]]) -> None:
    """Papers are put into it: by code, so many originals and copies. In the caller's transaction, the case locked before."""
    known = {row.code: row for row in folder.papers.order_by("id")}
    for code, (originals, copies) in papers.items():
        row = known.get(code) or FolderPaper(folder=folder, code=code)
        row.originals, row.copies = row.originals + originals, row.copies + copies
        row.save()


def add(*, folder: PaperFolder, papers: Mapping[str, tuple[int, int]], by: Actor, now: datetime) -> None:
    """More papers are put into it where it is, and its trail says so. In the caller's transaction, the folder locked
    (`folder_for`)."""
    count_in(folder=folder, papers=papers)
    here = At(folder.place, folder.spot, folder.holder_id)
    _put(folder, "added", here, pieces=sum(map(sum, papers.values())), by=by, now=now)


def move(
    *, folder_id: int, hall: Hall, deed: str, at: At, seen: int | None = None, by: Actor, now: datetime
) -> PaperFolder:
    """It is somewhere else from now on: of two who take it in the same instant, one has it.

    :param seen: how often it had been moved when `by` looked. :raises Refused: nothing-found (also in another hall),
        changed-meanwhile, invalid (nowhere), wrong-state – the case goes on, and nothing of it is archived.
    """
    with transaction.atomic():
        folder = _locked(folder_id, hall)
        if seen is not None and folder.moves != seen:
            raise Refused("changed-meanwhile")
        _need_spot(at)
        if at.place == "archive" and folder.case.phase not in CASE.ends:
            raise Refused("wrong-state", facts={"kind": "case", "state": folder.case.phase, "needs": "closed"})
        _put(folder, deed, at, by=by, now=now)
    return folder


def _put(folder: PaperFolder, deed: str, at: At, *, pieces: int = 0, by: Actor, now: datetime) -> None:
    """The row and its trail, together. The folder is locked."""
    folder.place, folder.spot, folder.holder_id = at.place, at.spot, at.holder_id
    folder.moves, folder.since, folder.missed_at = folder.moves + 1, now, None
    folder.ended_at = now if at.place == "back" else None
    folder.save()
    _write(folder, deed, pieces=pieces, by=by, now=now)
    facts = {"at": at.place, **({"pieces": pieces} if pieces else {})}
    action = "originals-given" if deed == "gave" else "folder-moved"
    _record(action, folder, folder.case, facts=facts, by=by, now=now)


def give_back(
    *, folder_id: int, hall: Hall, codes: Iterable[str], signed: bool, seen: int | None = None, by: Actor, now: datetime
) -> PaperFolder:
    """退还原件: the originals of these papers, to whoever signed for them. With the last paper the folder has ended.

    :raises Refused: nothing-found, changed-meanwhile, invalid – nothing to give, or nobody signed.
    """
    with transaction.atomic():
        folder = _locked(folder_id, hall)
        if seen is not None and folder.moves != seen:
            raise Refused("changed-meanwhile")
        rows = folder.papers.filter(code__in=list(codes), originals__gt=F("back"))
        pieces = sum(row.originals - row.back for row in rows)
        if not pieces:
            raise _invalid("code", "选择要退还的原件", "Choose the originals that go back")
        if not signed:
            raise _invalid("signed", "先由领回人签收", "Have the receipt signed first")
        rows.update(back=F("originals"))
        left = folder.papers.filter(Q(copies__gt=0) | Q(originals__gt=F("back"))).exists()
        at = At(folder.place, folder.spot, folder.holder_id) if left else At("back")
        _put(folder, "gave", at, pieces=pieces, by=by, now=now)
    return folder


@dataclass(frozen=True)
class Stock:
    """盘点: what lies on a shelf as it should, what should and does not, what lies there and should be elsewhere; what was
    scanned and is no folder of this hall."""

    spot: str
    right: tuple[PaperFolder, ...]
    missing: tuple[PaperFolder, ...]
    strange: tuple[PaperFolder, ...]
    unknown: tuple[str, ...]


def take_stock(
    *, hall: Hall, spot: str, numbers: Iterable[str], department: str = "", by: Actor, now: datetime
) -> Stock:
    """Everything that lies on a shelf was scanned. What is missing is marked until it turns up; nothing is moved.

    :param department: of this one's cases alone. :raises Refused: invalid – no shelf; more than `MOST_SCANNED` at once: whatever
        was left out would count as missing.
    """
    spot = spot_of(spot)
    asked = [each.strip()[:24] for each in numbers if each.strip()]
    if len(asked) > MOST_SCANNED:
        raise _invalid(
            "numbers",
            f"一次最多清点 {MOST_SCANNED} 个，这里有 {len(asked)} 个：分几个架位清点",
            f"At most {MOST_SCANNED} at once, and these are {len(asked)}: go through it shelf by shelf",
        )
    scanned = {pk for each in asked if (pk := folder_pk(each)) is not None}
    with transaction.atomic():
        rows = PaperFolder.objects.select_for_update(no_key=True, of=("self",)).filter(case__hall=hall, ended_at=None)
        rows = rows.filter(case__department__code=department) if department else rows
        found = list(
            rows.filter(Q(place="shelf", spot=spot) | Q(pk__in=scanned))
            .select_related("case__item", "holder")
            .order_by("id")
        )
        belongs = {row.pk for row in found if row.place == "shelf" and row.spot == spot}
        missing = [row for row in found if row.pk in belongs - scanned]
        PaperFolder.objects.filter(pk__in=[row.pk for row in missing], missed_at=None).update(missed_at=now)
        PaperFolder.objects.filter(pk__in=belongs & scanned).update(missed_at=None)
        facts = {"shelf": spot, "folders": len(belongs), "missing": len(missing)}
        audit.record(action="shelf-counted", subject=f"hall:{hall.code}", by=by, now=now, hall=hall.code, facts=facts)
    known = {row.pk for row in found}
    return Stock(
        spot=spot, right=tuple(row for row in found if row.pk in belongs & scanned), missing=tuple(missing),
        strange=tuple(row for row in found if row.pk not in belongs),
        unknown=tuple(dict.fromkeys(each for each in asked if folder_pk(each) not in known)),
    )  # fmt: skip


def spot_of(said: str) -> str:
    """Which shelf or box, as somebody wrote or scanned it. :raises Refused: invalid."""
    spot = " ".join(legible(said, field="place").split())
    _need_spot(At("shelf", spot))
    return spot


def _need_spot(at: At) -> None:
    if at.place in FOLDER_SPOTS and not 0 < len(at.spot) <= LONGEST_SPOT:
        raise _invalid("place", "写明放在哪里，40 字以内", "Say where it lies, in up to 40 characters")


def _locked(folder_id: int, hall: Hall) -> PaperFolder:
    """:raises Refused: nothing-found – also in another hall; changed-meanwhile – it went back."""
    rows = PaperFolder.objects.select_for_update(no_key=True, of=("self",)).select_related("case__hall", "holder")
    folder = rows.filter(pk=folder_id, case__hall=hall).first()
    if folder is None:
        raise Refused("nothing-found", facts={"folder": folder_id})
    if folder.ended_at is not None:
        raise Refused("changed-meanwhile")
    return folder


def _write(folder: PaperFolder, deed: str, *, pieces: int = 0, by: Actor, now: datetime) -> None:
    FolderMove.objects.create(
        folder=folder, seq=folder.moves, deed=deed, place=folder.place, spot=folder.spot, holder_id=folder.holder_id,
        pieces=pieces, at=now, by=str(by),
    )  # fmt: skip


def _record(
    action: str, folder: PaperFolder, case: Case, *, facts: Mapping[str, Any] | None = None, by: Actor, now: datetime
) -> None:
    said = {"folder": folder.no, **(facts or {})}
    audit.record(action=action, subject=f"case:{case.no}", by=by, now=now, hall=case.hall.code, facts=said)


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
