"""投件凭条: what whoever dropped papers at a cabinet takes away, on paper or on the phone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from banshi.foundation.crypto import sign
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import PaperRow, wants_more
from banshi.rooms.delivery.models import Cabinet, Stay

CODE_LENGTH = 8


@dataclass(frozen=True)
class DropSlip:
    """`leaves`: the papers that are to lie there, as the case asks; `code`: the hall finds the same one beside the cell."""

    case: str
    cabinet: Cabinet
    cell: int
    leaves: tuple[PaperRow, ...]
    counts_from: date | None
    code: str

    @property
    def papers(self) -> int:
        """How many."""
        return len(self.leaves)


def slip_of(stay: Stay) -> DropSlip:
    """Of papers that lie in a cell, or lay there. It names nobody."""
    return DropSlip(
        case=stay.case.no, cabinet=stay.cell.cabinet, cell=stay.cell.no, leaves=to_leave(_asked(stay.case)),
        counts_from=stay.counts_from, code=code_of(stay),
    )  # fmt: skip


def _asked(case: Case) -> list[PaperRow]:
    more = wants_more(case)
    return cases.still_owed(case) if more else cases.to_bring(case)


def code_of(stay: Stay) -> str:
    """校验码: nobody makes one up for papers that they did not drop; another cell has another."""
    return sign(f"{stay.pk}:{stay.case.no}:{stay.cell_id}", purpose="drop-slip", length=CODE_LENGTH)


def to_leave(originals: Iterable[PaperRow]) -> tuple[PaperRow, ...]:
    """What may be put into a cabinet or a parcel: never the identity card."""
    return tuple(row for row in originals if not row.stays_with_its_holder)
