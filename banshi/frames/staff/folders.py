"""A folder of papers (材料袋) as pages for staff show it: where it is in words, what is in it and what is not, who moved it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import npgettext, pgettext, pgettext_lazy

from banshi.foundation import states
from banshi.foundation.said import named
from banshi.foundation.times import day_words
from banshi.frames.staff.names import names_of
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import handling_of_case
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import FolderPaper, PaperFolder
from banshi.rooms.delivery.queries import Sheet
from banshi.rooms.identity.models import Staff


class Placed(Protocol):
    """A folder, or a move of one."""

    place: str
    spot: str
    holder: Staff | None


def where(thing: Placed) -> str:
    """“Shelf A-3”, “With Wang Min”."""
    return f"{states.word('folder', thing.place)} {thing.spot or (named(thing.holder) if thing.holder else '')}".strip()


@dataclass(frozen=True)
class Shown:
    """A folder beside its case. `follower`: papers that are not put into it yet, in one that follows it."""

    folder: PaperFolder
    where: str
    goes: str = ""  # whom it goes to next; "": nobody, or it is not said here
    follower: Shown | None = None

    @property
    def no(self) -> str:
        return self.folder.no


def folder_of(case: Case) -> Shown | None:
    rows = deliveries.folders_of([case]).get(case.pk)
    return _shown(rows[0], case, follower=rows[1] if len(rows) > 1 else None) if rows else None


def _shown(row: PaperFolder, case: Case, *, follower: PaperFolder | None = None) -> Shown:
    next_one = deliveries.goes_next(row, case)
    beside = _shown(follower, case) if follower is not None else None
    return Shown(row, where(row), named(next_one) if next_one is not None else "", beside)


def folders_of(cases: Iterable[Case]) -> dict[int, Shown]:
    """By id of the case."""
    return {
        pk: Shown(rows[0], where(rows[0]), follower=Shown(rows[1], where(rows[1])) if len(rows) > 1 else None)
        for pk, rows in deliveries.folders_of(cases).items()
    }


@dataclass(frozen=True)
class Lying:
    """One paper of a case, and in words what the hall has of it, or had."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Papers:
    """What became of the papers of a case. `led_to`: the folder of another case of its bundle, in which paper of it lies.
    `by_code`: the words of each, but of what came as a file alone."""

    lines: tuple[Lying, ...] = ()
    led_to: PaperFolder | None = None
    by_code: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def papers_lying(case: Case) -> Papers:
    """Each paper that came, in the order in which it was laid into a folder: as slip and API have it, too."""
    found = deliveries.contents_of(case)
    if not found.known:
        return Papers()
    words: dict[str, tuple[str, ...]] = {}
    for sheet in found.sheets:
        words[sheet.code] = (*words.get(sheet.code, ()), *_own(sheet, case))
    for sheet in found.elsewhere:
        words[sheet.code] = (*words.get(sheet.code, ()), _with_another(sheet))
    words = {code: said for code, said in words.items() if said}
    files = dict.fromkeys(deliveries.files_alone(case, found), (pgettext("folder", "As a file only"),))
    called = {paper.code: named(paper) for paper in handling_of_case(case).materials}
    lines = tuple(Lying(called.get(code, code), said) for code, said in (words | files).items())
    return Papers(lines, found.led_to, words)


def counted(originals: int, copies: int) -> str:
    """“1 original, 2 copies”."""
    said = (
        npgettext("folder", "%(n)s original", "%(n)s originals", originals) % {"n": originals} if originals else "",
        npgettext("folder", "%(n)s copy", "%(n)s copies", copies) % {"n": copies} if copies else "",
    )
    return pgettext("folder", ", ").join(each for each in said if each)


def _own(sheet: Sheet, case: Case) -> Iterator[str]:
    if sheet.lies:
        papers = counted(sheet.originals, sheet.copies)
        said = pgettext("folder", "%(papers)s, in %(folder)s, which follows")
        yield said % {"papers": papers, "folder": sheet.folder.no} if sheet.follows else papers
    if sheet.back:
        on = day_words(today_in(case.hall, sheet.back_at), None) if sheet.back_at is not None else ""
        said = npgettext("folder", "%(n)s original given back", "%(n)s originals given back", sheet.back)
        yield f"{said % {'n': sheet.back}} {on}".strip()


def _with_another(sheet: Sheet) -> str:
    """It was handed in once for several cases, and lies with another of them."""
    lies, back = pgettext("folder", "In %(folder)s, with “%(item)s”"), pgettext("folder", "Given back from %(folder)s")
    said = lies if sheet.lies else back
    return said % {"folder": sheet.folder.no, "item": named(sheet.folder.case.item)}


# Why originals go back before the decision, as one chooses it and the trail says it.
GIVEN_EARLY: dict[str, str | Promise] = {
    "compared": pgettext_lazy("given early", "Compared; the original is not needed any more"),
    "needed": pgettext_lazy("given early", "They need it meanwhile"),
    "replaced": pgettext_lazy("given early", "Another one was handed in for it"),
    "mistake": pgettext_lazy("given early", "It does not belong to this case"),
}


@dataclass(frozen=True)
class PaperLine:
    """One kind of paper in a folder. `left`: originals that are in it still. `stays`: signed by hand, it is part of the file."""

    row: FolderPaper
    name: str
    stays: bool = False

    @property
    def left(self) -> int:
        return self.row.originals - self.row.back


def papers_of(folder: PaperFolder) -> list[PaperLine]:
    """In the order in which they came."""
    asked = {paper.code: named(paper) for paper in handling_of_case(folder.case).materials}
    stay = deliveries.stay_with_file(folder.case)
    return [PaperLine(row, asked.get(row.code, row.code), row.code in stay) for row in folder.papers.order_by("id")]


@dataclass(frozen=True)
class MoveLine:
    at: datetime
    what: str
    where: str
    who: str
    pieces: int
    gave: bool = False  # the pieces are originals, not papers of any kind
    why: str | Promise = ""


def moves_of(folder: PaperFolder) -> list[MoveLine]:
    """Newest first."""
    rows = deliveries.folder_trail(folder)
    who = names_of(row.by for row in rows)
    return [
        MoveLine(
            at=row.at,
            what=states.word("trail", f"folder_{row.deed}"),
            where=where(row),
            who=who.get(row.by, ""),
            pieces=row.pieces,
            gave=row.deed == "gave",
            why=GIVEN_EARLY.get(row.why, ""),
        )
        for row in rows
    ]
