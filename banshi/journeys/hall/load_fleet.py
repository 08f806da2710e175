"""Load what stands in a city for people to help themselves: kinds of machines (presets/machines.yaml), self-service areas
(presets/areas.csv). Both files may be missing.

An area that an office closed stays closed; one that the file says no more stays, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from banshi.kernel import tables
from banshi.kernel.names import InvalidName, label
from banshi.rooms.catalogue.actions import machines
from banshi.rooms.catalogue.models import MachineOffer
from banshi.rooms.devices.actions import fleet
from banshi.rooms.devices.models import MachineType
from banshi.rooms.devices.rules.fleet import PARTS
from banshi.rooms.places.models import Hall, SelfServiceArea

SAID = ("hall", "name_zh", "name_en", "place_zh", "place_en", "all_hours")
LIMITS = ("most_inside", "stay_minutes")  # where nobody in the office has set them
DOOR = ("asks",)  # likewise
ASKS = {"": "nobody", "card": "card", "card-or-code": "card-or-code"}  # a file without the column has no doors


@dataclass(frozen=True)
class Counted:
    """How many machines of each kind an area has, in the file's order. `area`: its code."""

    area: str
    machines: tuple[tuple[str, int], ...]


def load_fleet(root: Path) -> None:
    """:param root: the presets folder. :raises ValueError: a file that does not say what its format asks for, naming it."""
    types = _types(root)
    fleet.keep_types(types)
    known = {row.code for row in types} | set(MachineType.objects.values_list("code", flat=True))
    halls = dict(Hall.objects.values_list("code", "id"))
    rows = _rows(root)
    try:
        areas = tables.parse(rows, lambda row: _area(row, halls))
    except tables.TableError as wrong:
        raise ValueError(f"areas.csv: {wrong}") from wrong
    _counted(rows, known)
    own = {code: (limits != "", door != "") for code, limits, door in _set_by_offices()}
    for limits, door in product((False, True), repeat=2):
        said = (*SAID, *(() if limits else LIMITS), *(() if door else DOOR))
        those = [area for area in areas if own.get(area.code, (False, False)) == (limits, door)]
        SelfServiceArea.objects.bulk_create(those, update_conflicts=True, unique_fields=["code"], update_fields=said)


def _set_by_offices() -> list[tuple[str, str, str]]:
    """(area, who set its limits, who set its door), "" where nobody did."""
    return list(SelfServiceArea.objects.order_by("code").values_list("code", "limits_by", "door_by"))


def counted(root: Path) -> list[Counted]:
    """Machines of each area, as the file says: what a demo is filled with."""
    return _counted(_rows(root), {row.code for row in _types(root)})


def _rows(root: Path) -> list[tables.Row]:
    file = root / "areas.csv"
    if not file.exists():
        return []
    try:
        return tables.read(file.read_bytes())
    except tables.TableError as wrong:
        raise ValueError(f"areas.csv: {wrong}") from wrong


def _documents(root: Path) -> list[dict[str, Any]]:
    file = root / "machines.yaml"
    return (yaml.safe_load(file.read_text(encoding="utf-8")) or []) if file.exists() else []


def _types(root: Path) -> list[MachineType]:
    found = []
    for order, one in enumerate(_documents(root)):
        unknown = next((part for part in one["parts"] if part not in PARTS), None)
        if unknown is not None:
            raise ValueError(f"machines.yaml, {one['code']}: there is no part {unknown}; there are {', '.join(PARTS)}")
        found.append(
            MachineType(
                code=one["code"], name_zh=_label(one["name_zh"], "machines.yaml"),
                name_en=_label(one["name_en"], "machines.yaml"), parts=list(one["parts"]), order=order,
            )
        )  # fmt: skip
    return found


def load_offers(root: Path) -> None:
    """What each kind of machine does, of those of which it is said: `items: all`, or codes; `deeds`. After the catalogue.

    :raises ValueError: a matter or deed that there is not, naming it.
    """
    machines.keep_offers(_offers(root))


def _offers(root: Path) -> list[MachineOffer]:
    found = []
    for one in _documents(root):
        if "deeds" not in one:
            continue
        items = one.get("items", [])
        if items != "all" and not isinstance(items, list):
            raise ValueError(f"machines.yaml, {one['code']}: items is all, or a list of matters")
        codes = [] if items == "all" else [str(code) for code in items]
        found.append(
            MachineOffer(type=one["code"], items=codes, all_items=items == "all", deeds=[str(d) for d in one["deeds"]])
        )
    return found


def _area(row: tables.Row, halls: dict[str, int]) -> SelfServiceArea:
    for column in ("name_zh", "name_en", "place_zh", "place_en"):
        _label(row[column], f"areas.csv, row {row.number}, {column}")
    most = row.whole("most_inside") if row["most_inside"] else None
    return SelfServiceArea(
        code=row["code"], hall_id=row.one_of("hall", halls), name_zh=row["name_zh"], name_en=row["name_en"],
        place_zh=row["place_zh"], place_en=row["place_en"], all_hours=row.flag("all_hours"), most_inside=most,
        stay_minutes=row.whole("stay_minutes", 30), asks=_asks(row),
    )  # fmt: skip


def _asks(row: tables.Row) -> str:
    return row.one_of("asks", ASKS) if "asks" in row else ASKS[""]


def _counted(rows: list[tables.Row], types: set[str]) -> list[Counted]:
    """`all-in-one:2;tax:1`"""
    found = []
    for row in rows:
        machines = []
        for part in filter(None, row["machines"].split(";")):
            kind, _colon, count = part.partition(":")
            if kind not in types or not count.isascii() or not count.isdecimal():
                raise ValueError(f"areas.csv, row {row.number}, machines: {part} is no kind of machine and its count")
            machines.append((kind, int(count)))
        found.append(Counted(row["code"], tuple(machines)))
    return found


def _label(text: str, where: str) -> str:
    try:
        return label(str(text), 240)
    except InvalidName as wrong:
        raise ValueError(f"{where}: {wrong}") from wrong
