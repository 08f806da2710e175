"""Cells: hold one, open its door, take out what lies in it. A door opens outside transactions: it takes seconds, and may not."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from banshi.foundation.limits import Tries
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.actions.handing import is_void
from banshi.rooms.delivery.models import Cabinet, Cell, Delivery, Stay
from banshi.rooms.delivery.ports import Doors, DoorStuck
from banshi.rooms.delivery.queries import empty_cells
from banshi.rooms.delivery.rules import WRONG_CODES
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

log = structlog.get_logger("banshi.delivery")
LONGEST_WAIT_S = 600


def install(
    *,
    hall: Hall,
    code: str,
    name_zh: str,
    name_en: str,
    place_zh: str = "",
    place_en: str = "",
    cells: int,
    device_id: int | None = None,
) -> Cabinet:
    """A cabinet with its cells, numbered from 1. Again changes nothing."""
    words = {"name_zh": name_zh, "name_en": name_en, "place_zh": place_zh, "place_en": place_en}
    with transaction.atomic():
        cabinet, new = Cabinet.objects.get_or_create(
            code=code, defaults={"hall": hall, "device_id": device_id, **words}
        )
        if new:
            Cell.objects.bulk_create(Cell(cabinet=cabinet, no=no) for no in range(1, cells + 1))
    return cabinet


def hold_cell(
    *, cabinets: Sequence[Cabinet], case: Case, kind: str, counts_from: date | None = None, by: Actor, now: datetime
) -> Stay:
    """The first free cell for the papers, or the result, of a case. Whoever comes at the same instant gets another one.

    How long a result lies there is the hall's rule of now (`delivery.cabinet_hours`); a rule that changes later moves nothing
    that somebody was told. A cell with papers is not opened again for whoever knows the number of their case; one held for a
    result is.
    In the caller's transaction, the case locked before. :raises Refused: cabinet-full, already-dropped.
    """
    lies = Stay.objects.filter(case=case, kind=kind, out_at=None).select_related("cell__cabinet__hall").first()
    if lies is not None and kind == "result":
        return lies
    if lies is not None:
        raise Refused("already-dropped", facts={"day": lies.counts_from})
    lies_for = timedelta(hours=policy_of(case.hall_id, now=now).delivery.cabinet_hours)
    return Stay.objects.create(
        cell=_free(cabinets), case=case, kind=kind, put_at=now, put_by=str(by), counts_from=counts_from,
        fetch_by=now + lies_for if kind == "result" else None,
    )  # fmt: skip


def _free(cabinets: Sequence[Cabinet]) -> Cell:
    """:raises Refused: cabinet-full – each of them."""
    for cabinet in cabinets:
        Cabinet.objects.select_for_update(no_key=True).get(pk=cabinet.pk)  # one after the other at a cabinet
        cells = empty_cells(cabinet).select_related("cabinet__hall")
        if (cell := cells.order_by("no").first()) is not None:
            return cell
    raise Refused("cabinet-full")


def try_another(*, stay: Stay, now: datetime) -> Stay:
    """Its door did not open: nobody uses that cell before somebody looked at it, and what was to lie there gets another.

    In the caller's transaction. :raises Refused: cabinet-full, changed-meanwhile (it lies there no longer).
    """
    broken(cell=stay.cell, now=now)
    if not give_up(stay=stay, now=now):
        raise Refused("changed-meanwhile")
    return Stay.objects.create(
        cell=_free([stay.cell.cabinet]), case=stay.case, kind=stay.kind, put_at=stay.put_at, put_by=stay.put_by,
        counts_from=stay.counts_from, fetch_by=stay.fetch_by,
    )  # fmt: skip


def give_up(*, stay: Stay, now: datetime) -> bool:
    """Nothing was put in. :returns: whether it was held still."""
    return bool(Stay.objects.filter(pk=stay.pk, out_at=None).update(out_at=now, out_by="moved"))


def broken(*, cell: Cell, now: datetime) -> None:
    Cell.objects.filter(pk=cell.pk, broken_at=None).update(broken_at=now)


def open_door(cell: Cell) -> bool:
    """Whether it opened. Outside transactions."""
    doors = cast(Doors, import_string(settings.BANSHI_CABINETS))
    try:
        doors(cell.cabinet.code, cell.no)
    except DoorStuck as stuck:
        log.warning("door-stuck", cabinet=cell.cabinet.code, cell=cell.no, why=str(stuck)[:80])
        return False
    return True


def opening(*, cabinets: Sequence[Cabinet], code: str) -> Stay:
    """What a code opens here. Wrong ones wait longer and longer, whoever types them: nobody finds one by trying.

    :raises Refused: rate-limited, nothing-found; code-void – whoever had it may fetch no more.
    """
    tries = Tries(f"cabinet:{cabinets[0].code if cabinets else ''}", free=WRONG_CODES, most_s=LONGEST_WAIT_S)
    tries.one()
    lying = Stay.objects.filter(
        cell__cabinet__in=cabinets, kind="result", out_at=None, seen_at=None, case__delivery__state="ready"
    )
    for stay in lying.select_related("cell__cabinet", "case__delivery").order_by("id"):
        delivery = stay.case.delivery
        if delivery.tries_left > 0 and secrets.compare_digest(delivery.code.encode(), code.strip().encode()):
            tries.take_back()
            return stay
        if is_void(delivery, code):
            tries.take_back()
            raise Refused("code-void")
    raise Refused("nothing-found", facts={"cabinet": cabinets[0].code if cabinets else ""})


def need_open(*, case: Case, code: str) -> None:
    """That what opened it a moment ago opens it still. In the caller's transaction, the case locked before.

    :raises Refused: code-void, nothing-found.
    """
    row = Delivery.objects.get(case=case)
    if is_void(row, code):
        raise Refused("code-void")
    if not row.open_code or not secrets.compare_digest(row.open_code.encode(), code.strip().encode()):
        raise Refused("nothing-found", facts={"case": case.no})


def take_out(*, stay_id: int, out_by: str, by: Actor, now: datetime) -> Stay:
    """What lay in a cell is out; once. A cell that did not open is good again: somebody had it open.

    :param out_by: applicant | staff. :raises Refused: nothing-found, changed-meanwhile (it was taken out already).
    """
    with transaction.atomic():
        stay = _lies(stay_id)
        stay.out_at, stay.out_by, stay.taken_by = now, out_by, str(by)
        stay.save(update_fields=["out_at", "out_by", "taken_by"])
        Cell.objects.filter(pk=stay.cell_id).update(broken_at=None)
        audit.record(action="cell-emptied", by=by, now=now, **_traced(stay))
    return stay


def opened(*, stay: Stay, now: datetime) -> None:
    """A code opened its door: it counts as taken a little later, unless whoever stands there says that it did not open.

    :raises Refused: code-used, with when – it was taken out meanwhile; door-stuck – somebody who works here has the cell open.
    """
    if Stay.objects.filter(pk=stay.pk, out_at=None, seen_at=None).update(opened_at=now):
        return
    out_at = Stay.objects.filter(pk=stay.pk).values_list("out_at", flat=True).first()
    if out_at is None:
        raise Refused("door-stuck", facts={"cabinet": stay.cell.cabinet.code})
    raise Refused("code-used", facts={"at": out_at.astimezone(ZoneInfo(stay.cell.cabinet.hall.timezone))})


def stayed_shut(*, stay_id: int, by: Actor, now: datetime) -> Stay:
    """Whoever stands there says that the door did not open: it lies there still, and the cell is stuck.

    In the caller's transaction, the case locked before. :raises Refused: nothing-found, changed-meanwhile.
    """
    stay = _lies(stay_id)
    if stay.opened_at is None:
        raise Refused("changed-meanwhile")
    stay.opened_at = None
    stay.save(update_fields=["opened_at"])
    broken(cell=stay.cell, now=now)
    audit.record(action="cell-stuck", by=by, now=now, **_traced(stay))
    return stay


def look_into(*, stay_id: int, place: str, by: Actor, now: datetime) -> Stay:
    """Somebody who works here has a stuck cell open, and says where to what lies in it goes; another one takes it out.

    In the caller's transaction. :raises Refused: nothing-found, changed-meanwhile (the door works, or somebody looked).
    """
    stay = _lies(stay_id)
    if stay.cell.broken_at is None or stay.seen_at is not None:
        raise Refused("changed-meanwhile")
    stay.seen_at, stay.seen_by, stay.seen_place, stay.opened_at = now, str(by), place, None
    stay.save(update_fields=["seen_at", "seen_by", "seen_place", "opened_at"])
    audit.record(action="cell-looked-into", by=by, now=now, **_traced(stay))
    return stay


def works_again(*, cell_id: int, hall: Hall, by: Actor, now: datetime) -> Cell:
    """Somebody looked at a cell in which nothing lies: its door opens, and it is given again.

    :raises Refused: nothing-found (also in another hall); changed-meanwhile – it works, or something lies in it.
    """
    with transaction.atomic():
        rows = Cell.objects.select_for_update(no_key=True, of=("self",)).select_related("cabinet")
        cell = rows.filter(pk=cell_id, cabinet__hall=hall).first()
        if cell is None:
            raise Refused("nothing-found", facts={"cell": cell_id})
        if cell.broken_at is None or cell.stays.filter(out_at=None).exists():
            raise Refused("changed-meanwhile")
        cell.broken_at = None
        cell.save(update_fields=["broken_at"])
        audit.record(action="cell-works", subject=f"cell:{cell.name}", by=by, now=now, hall=hall.code)
    return cell


def _lies(stay_id: int) -> Stay:
    """:raises Refused: nothing-found, changed-meanwhile (it was taken out already)."""
    rows = Stay.objects.select_for_update(no_key=True, of=("self",)).select_related("cell__cabinet__hall", "case")
    stay = rows.filter(pk=stay_id).first()
    if stay is None:
        raise Refused("nothing-found", facts={"stay": stay_id})
    if stay.out_at is not None:
        raise Refused("changed-meanwhile")
    return stay


def _traced(stay: Stay) -> dict[str, Any]:
    """What the trail says of a cell with something in it."""
    return {
        "subject": f"case:{stay.case.no}", "hall": stay.cell.cabinet.hall.code,
        "facts": {"cell": stay.cell.name, "kind": stay.kind},
    }  # fmt: skip
