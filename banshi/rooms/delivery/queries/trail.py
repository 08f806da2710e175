"""One story of where the result of a case, and the papers for it, lay and went: told by what each of them left in a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Cell, Delivery, FolderMove, Parcel, ParcelWord, Printing, SentPapers, Stay


@dataclass(frozen=True)
class Step:
    """`what`: a code with words in `foundation.states` ("trail"); `place`: a shelf, a cell, a waybill; "" for none; `thing`: what
    pages name in words."""

    at: datetime
    what: str
    place: str = ""
    thing: Cell | FolderMove | None = None


def trail(case: Case) -> list[Step]:
    """Oldest first."""
    row = Delivery.objects.filter(case=case).first()
    ready = [Step(row.ready_at, "ready")] if row is not None else []
    steps = [*_papers(case), *_folder(case), *ready, *_lying(case), *_carried(case), *_printed(case), *_handed(row)]
    return sorted(steps, key=lambda step: step.at)  # at one instant, as they stand here


def _papers(case: Case) -> Iterator[Step]:
    for row in SentPapers.objects.filter(case=case).order_by("id"):
        yield Step(row.said_at, "sent_in", row.waybill)
        if row.came_at is not None:
            yield Step(row.came_at, "came_in", row.waybill)


def _folder(case: Case) -> Iterator[Step]:
    rows = FolderMove.objects.filter(folder__case=case).select_related("holder").order_by("id")
    for row in rows:
        yield Step(
            row.at, f"folder_{row.deed}", row.spot or (row.holder.name_zh if row.holder is not None else ""), row
        )


def _lying(case: Case) -> Iterator[Step]:
    for stay in Stay.objects.filter(case=case).exclude(out_by="moved").select_related("cell__cabinet").order_by("id"):
        yield Step(stay.put_at, f"{stay.kind}_in_cell", stay.cell.name, stay.cell)
        if stay.out_at is not None:
            yield Step(stay.out_at, f"{stay.kind}_out_of_cell", stay.cell.name, stay.cell)


def _carried(case: Case) -> Iterator[Step]:
    for parcel in Parcel.objects.filter(case=case).order_by("id"):
        yield Step(parcel.made_at, "parcel_made", parcel.waybill)
        if parcel.posted_at is not None:
            yield Step(parcel.posted_at, "parcel_posted", parcel.waybill)
        for word in ParcelWord.objects.filter(parcel=parcel).order_by("at", "id"):
            yield Step(word.at, f"parcel_{word.status}", parcel.waybill)
        if parcel.state == "back" and parcel.ended_at is not None:
            yield Step(parcel.ended_at, "parcel_back", parcel.place)


def _printed(case: Case) -> Iterator[Step]:
    for row in Printing.objects.filter(case=case).select_related("device").order_by("id"):
        if row.ended_at is not None:
            yield Step(row.ended_at, row.state, row.device.name if row.device is not None else "")


def _handed(row: Delivery | None) -> Iterator[Step]:
    said_by_carrier = row is not None and row.how == "courier"
    if row is not None and row.delivered_at is not None and not said_by_carrier:
        yield Step(row.delivered_at, f"handed_{row.how}")
    if row is not None and row.paper_out_at is not None:
        yield Step(row.paper_out_at, "handed_counter")
