"""Load how items are handled (办理要求): catalogue/elements.csv, and catalogue/handling/<item code>.yaml.

Formats: presets/README.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from banshi.kernel import tables
from banshi.kernel.actors import SYSTEM
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.models import DataElement, Item, ItemVersion
from banshi.rooms.catalogue.rules.dictionary import checked, checks_of, with_checks, wrong_checks
from banshi.rooms.catalogue.rules.faults import Fault, beyond_law, faults, supplied
from banshi.rooms.catalogue.rules.handling import Element, Handling

_MOST_TOLD = 10
_SENSITIVITIES = {each: each for each in ("public", "internal", "personal", "sensitive")}


def load_handlings(root: Path) -> list[str]:
    """What the files say of the items they name; an item without a file keeps what it has.

    :returns: codes of items whose handling somebody else wrote, and who keep it.
    :raises ValueError: a file that is none, or whose handling has faults, naming the file and each place.
    """
    _elements(root / "catalogue" / "elements.csv")
    known = queries.elements()
    paths = sorted((root / "catalogue" / "handling").glob("*.yaml"))
    items = {item.code: item for item in Item.objects.filter(code__in=[path.stem for path in paths]).order_by("code")}
    left, changed = [], []
    for path in paths:
        item = items.get(path.stem)
        if item is None:
            raise ValueError(f"{_name(path)}: there is no item {path.stem}")
        handling = checked(_parsed(path), known)
        said = handling.model_dump(mode="json")
        if _same(item.handling, handling):
            # It was looked at when it was loaded, and walking every path of every file takes seconds. What the library can
            # supply may have become more since.
            _refuse(path, (*supplied(handling, known), *beyond_law(handling, item.item_type)))
            continue
        _refuse_faults(path, handling, known, item_type=item.item_type)
        if item.handling and _written_by(item) != str(SYSTEM):
            left.append(item.code)
            continue
        item.handling = said
        changed.append(item)
    Item.objects.bulk_update(changed, ["handling"])
    _hold_to(known)
    return left


def _hold_to(known: tuple[Element, ...]) -> None:
    """What the dictionary asks of a value it asks in every form, whoever wrote the form."""
    checks, changed = checks_of(known), []
    for item in Item.objects.exclude(handling={}).order_by("code"):
        said = with_checks(item.handling, checks)
        if said != item.handling:
            item.handling = said
            changed.append(item)
    Item.objects.bulk_update(changed, ["handling"])


def _same(kept: dict[str, Any], handling: Handling) -> bool:
    """Whatever fields handlings have got since it was kept."""
    try:
        return bool(kept) and Handling.model_validate(kept) == handling
    except ValidationError:
        return False


def read(path: Path, elements: tuple[Element, ...]) -> Handling:
    """The handling in a file. :raises ValueError: with the file and every place that is wrong."""
    handling = _parsed(path)
    _refuse_faults(path, handling, elements)
    return handling


def _parsed(path: Path) -> Handling:
    try:
        return Handling.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        raise ValueError(f"{_name(path)}: {' '.join(str(wrong).split())}") from wrong
    except ValidationError as wrong:
        told = [f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in wrong.errors()]
        raise ValueError(f"{_name(path)}: {'; '.join(told[:_MOST_TOLD])}") from wrong


def _refuse_faults(path: Path, handling: Handling, elements: tuple[Element, ...], *, item_type: str = "") -> None:
    _refuse(path, faults(handling, elements, item_type=item_type))


def _refuse(path: Path, found: tuple[Fault, ...]) -> None:
    """:raises ValueError: with the file and every place; what the library can supply by name."""
    if found:
        told = [
            f"{each.where}: {each.en}{f': {each.supplied}' if each.supplied else ''}" for each in found[:_MOST_TOLD]
        ]
        raise ValueError(f"{_name(path)}: {'; '.join(told)}")


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _written_by(item: Item) -> str:
    """Who first made it say what it says; nobody's word is the files'."""
    versions = ItemVersion.objects.filter(item=item, document__handling=item.handling).order_by("version")
    return versions.values_list("made_by", flat=True).first() or str(SYSTEM)


def _elements(path: Path) -> None:
    if not path.exists():
        return
    try:
        rows = tables.parse(tables.read(path.read_bytes()), _element)
    except tables.TableError as wrong:
        raise ValueError(f"{_name(path)}: {wrong}") from wrong
    columns = ["name_zh", "name_en", "type", "sensitivity", "source_precedence", "checks"]
    DataElement.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=columns)


def _element(row: tables.Row) -> DataElement:
    values: dict[str, Any] = {name: row[name] for name in ("code", "name_zh", "type", "source_precedence")}
    values["checks"] = row.get("checks", "")
    try:
        element = Element.model_validate(values)
    except ValidationError as wrong:
        told = wrong.errors()[0]
        raise row.wrong(".".join(map(str, told["loc"])), told["msg"]) from wrong
    if said := wrong_checks(element.type, element.checks):
        raise row.wrong("checks", said)
    return DataElement(**values, name_en=row["name_en"], sensitivity=row.one_of("sensitivity", _SENSITIVITIES))
