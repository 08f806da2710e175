"""What the hall has of a case on paper, and where each sheet lies: read once for slip, pages and API alike.

A sheet that was handed in once for several cases of a bundle lies in one folder, that of the first of them; the others say where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import handling_of_case, one_of, siblings
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.rules.blanks import with_blanks
from banshi.rooms.delivery.models import FolderPaper, PaperFolder

PAPER = "paper"


@dataclass(frozen=True)
class Sheet:
    """One kind of paper in one folder. `originals`, `copies`: that lie in it now; `back`: originals that went back, the last of
    them `back_at` – None of those that went before this was kept."""

    code: str
    folder: PaperFolder
    originals: int
    copies: int
    back: int
    back_at: datetime | None

    @property
    def lies(self) -> bool:
        return bool(self.originals or self.copies)

    @property
    def follows(self) -> bool:
        """Whether its folder is not put into the main one."""
        return self.folder.follows_id is not None


@dataclass(frozen=True)
class Contents:
    """:ivar sheets: of the case's own folders, the main one's first. :ivar elsewhere: by the case's own code, sheets that lie
    with another case of its bundle."""

    sheets: tuple[Sheet, ...]
    elsewhere: tuple[Sheet, ...]

    @property
    def known(self) -> bool:
        """Whether any paper of it was ever laid into a folder."""
        return bool(self.sheets or self.elsewhere)

    @property
    def led_to(self) -> PaperFolder | None:
        """Where the sheets of another case's folder lie."""
        return next((sheet.folder for sheet in self.elsewhere), None)


def contents_of(case: Case) -> Contents:
    rows = FolderPaper.objects.filter(folder__case=case).select_related("folder__holder", "folder__case")
    sheets = tuple(_sheet(row) for row in rows.order_by("folder_id", "id"))
    return Contents(sheets, _elsewhere(case, sheets))


def _elsewhere(case: Case, sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    """What came on paper, is in no folder of its own, and lies with another."""
    lent = _with_others(case)
    if not lent:
        return ()
    left = came_on_paper(case)
    for sheet in sheets:
        left[sheet.code] = left.get(sheet.code, 0) - sheet.originals - sheet.copies - sheet.back
    return tuple(sheet for sheet in lent if left.get(sheet.code, 0) > 0)


def came_on_paper(case: Case) -> dict[str, int]:
    """How many copies came on paper, by code, in the order in which they came."""
    came: dict[str, int] = {}
    rows = case.materials.filter(gone_at=None, channel=PAPER).order_by("id")
    for code, copies in rows.values_list("code", "copies"):
        came[code] = came.get(code, 0) + copies
    return came


def files_alone(case: Case, found: Contents) -> list[str]:
    """Papers of which nothing but files came, by code, in the order in which they came."""
    ways = list(case.materials.filter(gone_at=None).order_by("id").values_list("code", "channel"))
    on_paper = {sheet.code for sheet in found.sheets} | {code for code, way in ways if way == PAPER}
    return list(dict.fromkeys(code for code, _ in ways if code not in on_paper))


def _sheet(row: FolderPaper, code: str = "") -> Sheet:
    return Sheet(code or row.code, row.folder, row.originals - row.back, row.copies, row.back, row.back_at)


def _with_others(case: Case) -> list[Sheet]:
    """Sheets that stand for papers of this case and lie in the folder of another."""
    owners = handed_in_with(case)
    if not owners:
        return []
    rows = FolderPaper.objects.filter(folder__case_id__in={owner.pk for owner, *_ in owners.values()}).order_by("id")
    found = {(row.folder.case_id, row.code): row for row in rows.select_related("folder__holder", "folder__case__item")}
    lying = ((code, found.get((owner.pk, theirs))) for code, (owner, theirs, _) in owners.items())
    return [_sheet(row, code) for code, row in lying if row is not None]


def handed_in_with(case: Case) -> Mapping[str, tuple[Case, str, int]]:
    """Papers that were counted once for several cases of a bundle, and lie with an earlier one: by this case's code, which case,
    the code there, and how many. One sheet is one where it came in the same press: by the same person, at the same instant.
    """
    every = sorted([case, *siblings(case)], key=lambda each: each.pk)
    by_id = {each.pk: each for each in every if each.pk <= case.pk}  # this one last
    if len(by_id) == 1:
        return {}
    called = _called(every)
    rows = CaseMaterial.objects.filter(case__in=by_id, channel=PAPER).order_by("case_id", "id")
    pressed: dict[tuple[str, datetime, str], tuple[int, str]] = {}
    found: dict[str, tuple[Case, str, int]] = {}
    for case_id, code, at, by, copies, gone in rows.values_list("case_id", "code", "at", "by", "copies", "gone_at"):
        sheet = (called[case_id].get(code, ""), at, by)
        if case_id != case.pk:
            pressed.setdefault(sheet, (case_id, code))
        elif sheet in pressed and gone is None:
            owner, theirs = pressed[sheet]
            before = found[code][2] if code in found else 0
            found[code] = (by_id[owner], theirs, before + copies)
    return found


def _called(every: list[Case]) -> Mapping[int, Mapping[str, str]]:
    """What the one form of a bundle calls the papers of each of its cases, by their ids."""
    parts = {part.item: part.papers for part in one_of(every, open_alone=False).parts}
    return {each.pk: parts[each.item.code] for each in every}


def stay_with_file(case: Case) -> frozenset[str]:
    """Papers that were filled in by hand and signed: the application itself, which the hall keeps."""
    return with_blanks(handling_of_case(case))


def is_early(case: Case) -> bool:
    """Whether it is not decided yet, or another is not that has sheets in its folder: its originals are still needed."""
    return _is_open(case) or bool(needed_by(case))


def needed_by(case: Case) -> list[Case]:
    """Cases of its bundle that are not decided yet, and whose sheets were handed in once for both and lie in its folder."""
    still = [each for each in siblings(case) if each.pk > case.pk and _is_open(each)]
    return [each for each in still if any(owner.pk == case.pk for owner, *_ in handed_in_with(each).values())]


def _is_open(case: Case) -> bool:
    return case.decided_at is None and case.phase not in CASE.ends
