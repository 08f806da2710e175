"""What machines did (自助办理), and which share of all work that is: matters of machines beside visits served at windows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db.models import Q

from banshi.rooms.catalogue.models import Item
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.queries import use
from banshi.rooms.insight.queries import facts, names
from banshi.rooms.insight.queries.kept import kept
from banshi.rooms.insight.queries.names import Names, Row
from banshi.rooms.places.models import Hall

DEEDS: Final[dict[str, tuple[str, str]]] = {
    "apply": ("申报办件", "Applied"),
    "decided": ("当场办结", "Decided on the spot"),
    "print": ("打印结果", "Results printed"),
    "drop": ("存入材料", "Papers dropped"),
    "pickup": ("柜取结果", "Results fetched"),
    "payment": ("缴费", "Paid"),
    "contact": ("变更联系方式", "Contact changed"),
    "ticket": ("取号", "Numbers given"),
    "entry": ("刷卡入区", "Entries"),
    "other": ("其他", "Other"),
}
BESIDE_WINDOWS: Final = ("day", "hour", "hall", "item")  # a window has them, too; a machine and a deed it has not
SELF_SERVICE_BYS: Final = ("machine", "item", "hour", "deed", "day", "hall")


def self_service(
    *, halls: Sequence[Hall], first: date, last: date, bys: Sequence[str], device: str = ""
) -> dict[str, list[Row]]:
    """What the machines of halls did on their days first–last, both included, by several things at once.

    Every row has `key`, `name_zh`, `name_en`, `total`, `uses` (all that machines did), `matters` (of these, the matters of
    their own: no numbers, no doors, and what one machine did of one case on one day is one), `visits_served` at windows,
    and `share` = matters / (matters + visits_served). By machine and by deed nothing stands beside it: both are None there.
    For every split uses, matters and visits add up to the total.

    One statement for machines, two for windows, one for each kind of name, whatever the number of halls and machines.

    :param bys: of `SELF_SERVICE_BYS`; :param device: code, of this machine alone: nothing stands beside it either.
    :returns: by → one row per key and last the total; "" → the total alone.
    :raises ValueError: another `by`.
    """
    found: dict[tuple[str, Any], Row] = {}
    for at, count in use.figures(halls, first, last, bys=bys, device=device).items():
        found[at] = {"uses": count.uses, "matters": count.matters}
    if not device:
        _put_windows(found, halls, first, last, [by for by in bys if by in BESIDE_WINDOWS])
    rows = names.rows_of(found, {by: _NAMES[by] for by in bys}, _finished, halls, first, last)
    for by in bys:
        for row in rows[by]:  # a row of which nothing was found has no visits, either
            if not device and by in BESIDE_WINDOWS and row["visits_served"] is None:
                row["visits_served"] = 0
    return rows


def _put_windows(
    found: dict[tuple[str, Any], Row], halls: Sequence[Hall], first: date, last: date, bys: Sequence[str]
) -> None:
    """Beside each count, the visits served at windows, as `visits` counts them."""
    served, missing = kept(halls=halls, first=first, last=last, bys=bys)
    facts.add(served, facts.counted(missing, bys))
    for at, row in served.items():
        if at in found or row.get("visits_served"):
            found.setdefault(at, {})["visits_served"] = row.get("visits_served", 0)
    for (by, _key), row in found.items():
        if not by or by in bys:
            row.setdefault("visits_served", 0)


def _finished(name: Row, said: Row) -> Row:
    row = {**name, "uses": said.get("uses", 0), "matters": said.get("matters", 0)}
    served = said.get("visits_served")
    work = row["matters"] + (served or 0)
    return {
        **row,
        "visits_served": served,
        "share": round(row["matters"] / work, 5) if served is not None and work else None,
    }


def _machines_named(halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    """All of the fleet, of other devices those that did anything; whatever did most first."""
    rows = Device.objects.filter(Q(type__isnull=False, retired_at=None) | Q(code__in=list(found)), hall__in=halls)
    codes = dict(rows.order_by("code").values_list("code", "name"))
    order = sorted(codes, key=lambda code: (-_did(found, code), code))
    return {code: {"key": code, "name_zh": codes[code], "name_en": codes[code]} for code in order}


def _did(found: Names, key: Any) -> int:
    row = found.get(key, {})
    return int(row.get("matters", 0) * 1_000_000 + row.get("uses", 0))


def _items_named(_halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    """Those that machines did, most first, then those of windows alone."""
    rows = Item.objects.only("code", "name_zh", "name_en").in_bulk([key for key in found if key is not None])
    order = sorted(rows, key=lambda pk: (-_did(found, pk), -found[pk].get("visits_served", 0), rows[pk].code))
    named: Names = {
        pk: {"key": rows[pk].code, "name_zh": rows[pk].name_zh, "name_en": rows[pk].name_en} for pk in order
    }
    if None in found:
        named[None] = {"key": "none", "name_zh": "未说明事项", "name_en": "No matter named"}
    return named


def _deeds_named(_halls: Sequence[Hall], _first: date, _last: date, _found: Names) -> Names:
    """All of them, also those that nobody did."""
    return {deed: {"key": deed, "name_zh": zh, "name_en": en} for deed, (zh, en) in DEEDS.items()}


_NAMES: Final[dict[str, names.Naming]] = {
    "machine": _machines_named,
    "item": _items_named,
    "hour": names.hours_named,
    "deed": _deeds_named,
    "day": names.days_named,
    "hall": names.halls_named,
}
