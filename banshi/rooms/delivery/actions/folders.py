"""材料袋: made once for a case, followed by what comes elsewhere until both are at one place, moved from one place to the next,
emptied of its originals, looked for on its shelf (盘点).
"""

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
from banshi.rooms.delivery.queries.contents import is_early, needed_by, stay_with_file
from banshi.rooms.delivery.rules import FOLDER_SPOTS, GIVEN_EARLY, At, folder_pk, meets
from banshi.rooms.places.models import Hall

LONGEST_SPOT = 40
MOST_SCANNED = 2000


def at_of(folder: PaperFolder) -> At:
    """Where it is."""
    return At(folder.place, folder.spot, folder.holder_id)


def with_whom(by: Actor) -> At:
    """With whoever does it. :raises Refused: not-allowed – nobody who works here."""
    return At("person", holder_id=staff_of(by))


def folder_for(*, case: Case, at: At, by: Actor, now: datetime) -> PaperFolder:
    """The main folder of a case, held; made, where there is none. In the caller's transaction, the case locked before.

    :raises Refused: invalid – nowhere.
    """
    there = next((row for row in hold_folders(case) if row.follows_id is None), None)
    return there if there is not None else _begin(case, at, by=by, now=now)


def hold_folders(case: Case) -> list[PaperFolder]:
    """The open folders of a case, the main one first, held until the transaction ends: nobody moves one, gives out of it, or
    begins another meanwhile. In a transaction."""
    rows = PaperFolder.objects.select_for_update(no_key=True, of=("self",)).filter(case_id=case.pk, ended_at=None)
    ordered = rows.select_related("case__hall", "holder").order_by("id")
    for _ in range(2):  # one that was begun, or led, while we waited for the first is seen the second time
        held = list(ordered)
    return sorted(held, key=lambda row: row.follows_id is not None)


def _begin(case: Case, at: At, *, follows: PaperFolder | None = None, by: Actor, now: datetime) -> PaperFolder:
    _need_spot(at)
    folder = PaperFolder.objects.create(
        case=case, follows=follows, place=at.place, spot=at.spot, holder_id=at.holder_id, since=now, made_at=now,
        made_by=str(by),
    )  # fmt: skip
    _write(folder, "made" if follows is None else "follows", by=by, now=now)
    facts = {"follows": follows.no} if follows is not None else None
    _record("folder-made", folder, case, facts=facts, by=by, now=now)
    return folder


def count_in(*, folder: PaperFolder, papers: Mapping[str, tuple[int, int]]) -> None:
    """Papers are put into it: by code, so many originals and copies. In the caller's transaction, the case locked before."""
    known = {row.code: row for row in folder.papers.order_by("id")}
    for code, (originals, copies) in papers.items():
        row = known.get(code) or FolderPaper(folder=folder, code=code)
        row.originals, row.copies = row.originals + originals, row.copies + copies
        row.save()


def add(*, folder: PaperFolder, papers: Mapping[str, tuple[int, int]], by: Actor, now: datetime) -> None:
    """More papers are put into it where it is, and its trail says so. In the caller's transaction, the folder held
    (`folder_for`)."""
    count_in(folder=folder, papers=papers)
    _put(folder, "added", at_of(folder), pieces=sum(map(sum, papers.values())), by=by, now=now)


def take_in(*, case: Case, at: At, papers: Mapping[str, tuple[int, int]], by: Actor, now: datetime) -> PaperFolder:
    """Papers that came to a place: into a folder of the case that is there; else into one of their own, which follows the main
    one until somebody has both (随后袋). In the caller's transaction, the case locked before.

    :raises Refused: invalid – nowhere.
    """
    held = hold_folders(case)
    here = next((row for row in held if at_of(row) == at), None)
    if here is not None:
        add(folder=here, papers=papers, by=by, now=now)
        return here
    follower = next((row for row in held if row.follows_id is not None), None)
    if follower is not None:  # the bag that was begun before is fetched; it has to be there, to be put into
        count_in(folder=follower, papers=papers)
        _put(follower, "received", at, pieces=sum(map(sum, papers.values())), by=by, now=now)
        return follower
    begun = _begin(case, at, follows=held[0] if held else None, by=by, now=now)
    count_in(folder=begun, papers=papers)
    return begun


def move(
    *, folder_id: int, hall: Hall, deed: str, at: At, seen: int | None = None, by: Actor, now: datetime
) -> PaperFolder:
    """It is somewhere else from now on: of two who take it in the same instant, one has it.

    :param seen: how often it had been moved when `by` looked. :raises Refused: nothing-found (also in another hall),
        changed-meanwhile, invalid (nowhere), wrong-state – the case goes on, or another of its bundle whose sheets lie in it, and
        nothing of it is archived.
    """
    with transaction.atomic():
        folder = _locked(folder_id, hall)
        if seen is not None and folder.moves != seen:
            raise Refused("changed-meanwhile")
        _need_spot(at)
        if at.place == "archive":
            _need_over(folder.case)
        _put(folder, deed, at, by=by, now=now)
        return _joined(folder, by=by, now=now)


def _need_over(case: Case) -> None:
    """:raises Refused: wrong-state – it goes on, or another does that has sheets in its folder."""
    on = next((each for each in (case, *needed_by(case)) if each.phase not in CASE.ends), None)
    if on is not None:
        raise Refused("wrong-state", facts={"kind": "case", "state": on.phase, "needs": "closed"})


def _put(folder: PaperFolder, deed: str, at: At, *, pieces: int = 0, why: str = "", by: Actor, now: datetime) -> None:
    """The row and its trail, together. The folder is held."""
    folder.place, folder.spot, folder.holder_id = at.place, at.spot, at.holder_id
    folder.moves, folder.since, folder.missed_at = folder.moves + 1, now, None
    folder.ended_at = now if at.place in ("back", "joined") else None
    folder.save()
    _write(folder, deed, pieces=pieces, why=why, by=by, now=now)
    facts = {"at": at.place, **({"pieces": pieces} if pieces else {}), **({"early": why} if why else {})}
    _record(_ACTIONS.get(deed, "folder-moved"), folder, folder.case, facts=facts, by=by, now=now)


_ACTIONS = {"gave": "originals-given", "joined": "folder-joined"}


def _joined(moved: PaperFolder, *, by: Actor, now: datetime) -> PaperFolder:
    """A main folder and the one that follows it, at one place at last, are one: the trail of both says so. The folders of the
    case are held. :returns: where what was moved lies now."""
    held = hold_folders(moved.case)
    if len(held) < 2 or not meets(at_of(held[0]), at_of(held[1])):
        return moved
    main, follower = held
    known = {row.code: row for row in main.papers.order_by("id")}
    pieces = 0
    for row in follower.papers.order_by("id"):
        into = known.get(row.code) or FolderPaper(folder=main, code=row.code)
        into.originals, into.copies = into.originals + row.originals, into.copies + row.copies
        into.back = into.back + row.back
        into.back_at = max((at for at in (into.back_at, row.back_at) if at is not None), default=None)
        into.save()
        pieces += row.originals + row.copies - row.back
    follower.papers.all().delete()
    _put(main, "joined", at_of(main), pieces=pieces, by=by, now=now)
    _put(follower, "joined", At("joined", main.no), pieces=pieces, by=by, now=now)
    return main


def give_back(
    *,
    folder_id: int,
    hall: Hall,
    codes: Iterable[str],
    signed: bool,
    why: str = "",
    seen: int | None = None,
    by: Actor,
    now: datetime,
) -> PaperFolder:
    """退还原件: the originals of these papers, to whoever signed for them. With the last paper the folder has ended; one that
    follows it leads from then on.

    :param why: before the case is decided, one of `GIVEN_EARLY`; what is signed by hand stays with the file until then.
    :raises Refused: nothing-found, changed-meanwhile, invalid – nothing to give, no reason, or nobody signed.
    """
    with transaction.atomic():
        folder = _locked(folder_id, hall)
        if seen is not None and folder.moves != seen:
            raise Refused("changed-meanwhile")
        asked = set(codes)
        rows = folder.papers.filter(code__in=asked, originals__gt=F("back"))
        pieces = sum(row.originals - row.back for row in rows)
        if not pieces:
            raise _invalid("code", "选择要退还的原件", "Choose the originals that go back")
        early = is_early(folder.case)
        if early and asked & stay_with_file(folder.case):
            raise _invalid(
                "code",
                "签字的表随案卷保存，作出决定前不退还",
                "A form that was signed stays with the file until it is decided",
            )
        if early and why not in GIVEN_EARLY:
            raise _invalid(
                "why", "还没有作出决定：选择为什么现在退还", "It is not decided yet: choose why they go back now"
            )
        if not signed:
            raise _invalid("signed", "先由领回人签收", "Have the receipt signed first")
        rows.update(back=F("originals"), back_at=now)
        left = folder.papers.filter(Q(copies__gt=0) | Q(originals__gt=F("back"))).exists()
        at = at_of(folder) if left else At("back")
        _put(folder, "gave", at, pieces=pieces, why=why if early else "", by=by, now=now)
        if not left:
            PaperFolder.objects.filter(follows=folder, ended_at=None).update(follows=None)
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
    """The folder, and whichever other the case has, held: in one order, whoever comes with which.

    :raises Refused: nothing-found – also in another hall; changed-meanwhile – it went back, or lies in another.
    """
    folder = PaperFolder.objects.filter(pk=folder_id, case__hall=hall).select_related("case").first()
    if folder is None:
        raise Refused("nothing-found", facts={"folder": folder_id})
    held = next((row for row in hold_folders(folder.case) if row.pk == folder_id), None)
    if held is None:
        raise Refused("changed-meanwhile")
    return held


def _write(folder: PaperFolder, deed: str, *, pieces: int = 0, why: str = "", by: Actor, now: datetime) -> None:
    FolderMove.objects.create(
        folder=folder, seq=folder.moves, deed=deed, place=folder.place, spot=folder.spot, holder_id=folder.holder_id,
        pieces=pieces, why=why, at=now, by=str(by),
    )  # fmt: skip


def _record(
    action: str, folder: PaperFolder, case: Case, *, facts: Mapping[str, Any] | None = None, by: Actor, now: datetime
) -> None:
    said = {"folder": folder.no, **(facts or {})}
    audit.record(action=action, subject=f"case:{case.no}", by=by, now=now, hall=case.hall.code, facts=said)


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
