"""A folder of papers (材料袋) as pages for staff show it: where it is in words, what is in it, who moved it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from banshi.foundation import states
from banshi.foundation.said import named
from banshi.frames.staff.names import names_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import handling_of_case
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import FolderPaper, PaperFolder
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
    """A folder beside its case."""

    folder: PaperFolder
    where: str
    goes: str = ""  # whom it goes to next; "": nobody, or it is not said here

    @property
    def no(self) -> str:
        return self.folder.no


def folder_of(case: Case) -> Shown | None:
    row = deliveries.folder_of(case)
    if row is None:
        return None
    next_one = deliveries.goes_next(row, case)
    return Shown(row, where(row), named(next_one) if next_one is not None else "")


def folders_of(cases: Iterable[Case]) -> dict[int, Shown]:
    """By id of the case."""
    return {pk: Shown(row, where(row)) for pk, row in deliveries.folders_of(cases).items()}


@dataclass(frozen=True)
class PaperLine:
    """One kind of paper in a folder. `left`: originals that are in it still."""

    row: FolderPaper
    name: str

    @property
    def left(self) -> int:
        return self.row.originals - self.row.back


def papers_of(folder: PaperFolder) -> list[PaperLine]:
    """In the order in which they came."""
    asked = {paper.code: named(paper) for paper in handling_of_case(folder.case).materials}
    return [PaperLine(row, asked.get(row.code, row.code)) for row in folder.papers.order_by("id")]


@dataclass(frozen=True)
class MoveLine:
    at: datetime
    what: str
    where: str
    who: str
    pieces: int


def moves_of(folder: PaperFolder) -> list[MoveLine]:
    """Newest first."""
    rows = deliveries.folder_trail(folder)
    who = names_of(row.by for row in rows)
    return [
        MoveLine(row.at, states.word("trail", f"folder_{row.deed}"), where(row), who.get(row.by, ""), row.pieces)
        for row in rows
    ]
