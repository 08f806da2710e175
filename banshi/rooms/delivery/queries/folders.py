"""Reads on folders of papers: of a case, by number, by place; those that lie where they should not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, QuerySet, Sum

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.delivery.models import FolderMove, FolderPaper, PaperFolder
from banshi.rooms.delivery.queries.contents import stay_with_file
from banshi.rooms.delivery.rules import FOLDER_GOES, LIES_TOO_LONG, folder_goes, folder_pk
from banshi.rooms.places.models import Hall


def folder_of(case: Case) -> PaperFolder | None:
    """The main one that there is; None also where everything went back."""
    return PaperFolder.objects.filter(case=case, ended_at=None, follows=None).select_related("holder").first()


def follower_of(case: Case) -> PaperFolder | None:
    """随后袋: papers that came where the main folder was not, and are not put into it yet."""
    rows = PaperFolder.objects.filter(case=case, ended_at=None, follows__isnull=False)
    return rows.select_related("holder").first()


def to_be_sent_after(halls: Iterable[str], *, department: str = "") -> QuerySet[PaperFolder]:
    """随后袋 that lie at the front while their case is with the department: nobody has sent them yet."""
    rows = PaperFolder.objects.filter(
        case__hall__code__in=list(halls), case__phase="in_review", ended_at=None, follows__isnull=False
    ).exclude(place__in=["sent", "archive"])
    rows = rows.select_related("case__item", "case__hall", "holder")
    return rows.filter(case__department__code=department) if department else rows


@dataclass(frozen=True)
class Goes:
    """Whom a folder goes to next: department | issue | applicant | archive, and what people call them."""

    to: str
    name_zh: str
    name_en: str


def goes_next(folder: PaperFolder, case: Case) -> Goes | None:
    """Whom it goes to from where it is; None where that is nobody: it is in the archive, or went back. On its way to a department
    that has not signed yet it goes there; what follows goes where the main one is. What is signed by hand goes to nobody."""
    if folder.place in ("archive", "back", "joined"):
        return None
    if case.phase == "in_review" and (folder.follows_id is not None or folder.place == "sent"):
        to: str | None = "department"
    else:
        originals = folder.papers.filter(originals__gt=F("back")).exclude(code__in=stay_with_file(case)).exists()
        to = folder_goes(case.phase, over=case.phase in CASE.ends, instant=case.instant, originals=originals)
    if to is None:
        return None
    if to == "department":
        return Goes(to, case.department.name_zh, case.department.name_en)
    return Goes(to, *FOLDER_GOES[to])


def last_folder_of(case: Case) -> PaperFolder | None:
    """The newest that follows none, also one that has ended."""
    return PaperFolder.objects.filter(case=case, follows=None).select_related("holder").order_by("-id").first()


def folders_of(cases: Iterable[Case]) -> dict[int, list[PaperFolder]]:
    """By id of the case, the main one first, in one query."""
    rows = PaperFolder.objects.filter(case__in=list(cases), ended_at=None).select_related("holder")
    found: dict[int, list[PaperFolder]] = {}
    for row in rows.order_by(F("follows_id").asc(nulls_first=True), "id"):
        found.setdefault(row.case_id, []).append(row)
    return found


def counted_in(case: Case) -> dict[str, tuple[int, int]]:
    """What was put into the folders of a case, also what went back: by code, originals and copies."""
    rows = FolderPaper.objects.filter(folder__case=case).values("code")
    summed = rows.annotate(o=Sum("originals"), c=Sum("copies")).order_by("code").values_list("code", "o", "c")
    return {code: (originals, copies) for code, originals, copies in summed}


def held_in(case: Case) -> dict[str, tuple[int, int]]:
    """What the hall has of a case now: by code, originals that did not go back yet, and copies."""
    rows = FolderPaper.objects.filter(folder__case=case, folder__ended_at=None).order_by("id")
    left: dict[str, tuple[int, int]] = {}
    for code, o, c, back in rows.values_list("code", "originals", "copies", "back"):
        before = left.get(code, (0, 0))
        left[code] = (before[0] + o - back, before[1] + c)
    return {code: counted for code, counted in left.items() if any(counted)}


def folders_in(hall: Hall, *, department: str = "") -> QuerySet[PaperFolder]:
    """Those of a hall, perhaps of cases of one department alone."""
    rows = PaperFolder.objects.filter(case__hall=hall).select_related("case__item", "case__hall", "holder")
    return rows.filter(case__department__code=department) if department else rows


def folder_here(said: str, *, hall: Hall, department: str = "") -> PaperFolder:
    """By the number on its label. :raises Refused: nothing-found – also another hall's, or another department's."""
    pk = folder_pk(said)
    folder = folders_in(hall, department=department).filter(pk=pk).first() if pk is not None else None
    if folder is None:
        raise Refused("nothing-found", facts={"folder": said[:24]})
    return folder


@dataclass(frozen=True)
class Spot:
    """One place of a hall, with how many folders are there. `holder_id`: where that is a person."""

    place: str
    spot: str
    holder_zh: str
    holder_en: str
    holder_id: int | None
    folders: int
    oldest: datetime


def spots(hall: Hall, *, department: str = "") -> list[Spot]:
    """Every place at which folders are, the one with the oldest first."""
    rows = folders_in(hall, department=department).filter(ended_at=None).exclude(place="archive")
    counted = rows.values("place", "spot", "holder_id", "holder__name_zh", "holder__name_en")
    return [
        Spot(
            row["place"], row["spot"], row["holder__name_zh"] or "", row["holder__name_en"] or "", row["holder_id"], row["n"],
            row["oldest"],
        )
        for row in counted.annotate(n=Count("id"), oldest=Min("since")).order_by("oldest", "place", "spot", "holder_id")
    ]  # fmt: skip


def folder_trail(folder: PaperFolder) -> list[FolderMove]:
    """Every move, newest first."""
    return list(folder.trail.select_related("holder").order_by("-seq"))


@dataclass(frozen=True)
class Amiss:
    """Folders that lie where they should not. `missing`: not found on their shelf; `left`: of cases that are closed, and neither
    archived nor given back."""

    missing: list[PaperFolder]
    left: list[PaperFolder]


def folders_amiss(hall: Hall, *, department: str = "", now: datetime, most: int) -> Amiss:
    rows = folders_in(hall, department=department).filter(ended_at=None)
    left = rows.filter(case__phase__in=sorted(CASE.ends), case__closed_at__lte=now - LIES_TOO_LONG)
    left = left.exclude(place="archive")
    return Amiss(
        missing=list(rows.filter(missed_at__isnull=False).order_by("missed_at", "id")[:most]),
        left=list(left.order_by("case__closed_at", "id")[:most]),
    )
