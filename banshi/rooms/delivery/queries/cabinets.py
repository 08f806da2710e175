"""Reads on cabinets: which there are, what lies in them, from which day papers count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import next_opening, session_at
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import wants_more
from banshi.rooms.delivery.models import Cabinet, Cell, Delivery, Stay
from banshi.rooms.places.models import Hall


def cabinets_at(hall: Hall, device_id: int | None = None) -> list[Cabinet]:
    """The hall's cabinets that this machine opens."""
    return [each for each in cabinets_of(hall) if each.device_id in (None, device_id)]


def cabinet_by_code(code: str) -> Cabinet | None:
    """One that is at work."""
    return Cabinet.objects.filter(code=code, active=True).select_related("hall", "device").first()


def empty_cells(cabinet: Cabinet) -> QuerySet[Cell]:
    """Those with nothing in them and a door that opens."""
    lies = Stay.objects.filter(cell=OuterRef("pk"), out_at=None)
    return Cell.objects.filter(cabinet=cabinet, broken_at=None).exclude(Exists(lies))


def cabinets_of(hall: Hall) -> list[Cabinet]:
    """All that the hall has at work."""
    return list(Cabinet.objects.filter(hall=hall, active=True).select_related("hall").order_by("code"))


def counts_from(hall: Hall, now: datetime) -> date:
    """The day on which papers dropped now come in: today while the hall is at work or will be, else its next day of work."""
    zone = ZoneInfo(hall.timezone)
    if session_at(hall, now) is not None:
        return now.astimezone(zone).date()
    session = next_opening(hall, now)
    return (session.starts_at if session is not None else now).astimezone(zone).date()


@dataclass(frozen=True)
class CellSeen:
    """`inside`: drop | result | "" nothing. `stuck`: its door did not open, somebody has to look at it."""

    no: int
    inside: str
    stuck: bool


def cells_of(cabinet: Cabinet) -> list[CellSeen]:
    """All its cells in their order, and what kind of thing lies in each; of whom it is stands nowhere."""
    inside = dict(Stay.objects.filter(cell__cabinet=cabinet, out_at=None).values_list("cell_id", "kind"))
    cells = Cell.objects.filter(cabinet=cabinet).order_by("no")
    return [CellSeen(each.no, inside.get(each.pk, ""), each.broken_at is not None) for each in cells]


@dataclass(frozen=True)
class Lying:
    """What lies in a cell. `late`: nobody fetched it in time; `stuck`: its door did not open; `over`: handed over otherwise."""

    stay: Stay
    late: bool
    stuck: bool
    over: bool


def lying(hall: Hall, *, now: datetime) -> list[Lying]:
    """Everything that lies in the hall's cabinets: dropped papers in the order in which they came, then results."""
    rows = Stay.objects.filter(cell__cabinet__hall=hall, out_at=None).select_related("cell__cabinet", "case__item")
    return [
        Lying(
            stay=row, late=row.fetch_by is not None and row.fetch_by <= now, stuck=row.cell.broken_at is not None,
            over=row.kind == "result" and row.case.phase != "ready",
        )
        for row in rows.order_by("kind", "put_at", "id")
    ]  # fmt: skip


def drop_of(case: Case) -> Stay | None:
    """The papers that were put into a cabinet for a case: they lie there, or somebody who works here took them out."""
    rows = Stay.objects.filter(case=case, kind="drop").exclude(out_by__in=("moved", "applicant"))
    return rows.select_related("cell__cabinet__hall").order_by("-id").first()


def dropped_now(case: Case) -> Stay | None:
    """What was dropped for what the case waits for now: for its receipt, also after it was taken out; of what was missing what
    lies in a cell."""
    if case.phase == "await_receipt":
        return drop_of(case)
    return stay_of(case, "drop") if wants_more(case) else None


def dropped(stay_id: int, hall: Hall) -> Stay:
    """Papers that lie in a cell of the hall. :raises Refused: changed-meanwhile – they do so no longer."""
    rows = Stay.objects.filter(pk=stay_id, kind="drop", out_at=None, cell__cabinet__hall=hall)
    stay = rows.select_related("cell__cabinet__hall", "case").first()
    if stay is None:
        raise Refused("changed-meanwhile")
    return stay


def stay_of(case: Case, kind: str) -> Stay | None:
    """What of a case lies in a cell now."""
    rows = Stay.objects.filter(case=case, kind=kind, out_at=None)
    return rows.select_related("cell__cabinet__hall").first()


def is_held(stay: Stay) -> bool:
    """Whether its cell is for it still."""
    return Stay.objects.filter(pk=stay.pk, out_at=None).exists()


def result_lies_in(stay: Stay) -> bool:
    """Whether its case waits to be fetched from this very cell."""
    return Delivery.objects.filter(case=stay.case_id, state="ready", place=stay.cell.said_zh).exists()


def opened_before(moment: datetime) -> list[Stay]:
    """What lies behind doors that a code opened by then, and of which nobody said anything since."""
    rows = Stay.objects.filter(out_at=None, opened_at__lte=moment).select_related("case", "cell__cabinet")
    return list(rows.order_by("opened_at", "id"))


def broken_cells(hall: Hall) -> list[Cell]:
    """Cells whose door did not open, and in which nothing lies: somebody looks at them."""
    lies = Stay.objects.filter(cell=OuterRef("pk"), out_at=None)
    rows = Cell.objects.filter(cabinet__hall=hall, broken_at__isnull=False).exclude(Exists(lies))
    return list(rows.select_related("cabinet").order_by("cabinet__code", "no"))
