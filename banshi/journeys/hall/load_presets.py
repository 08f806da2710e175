"""Load the presets: regions, the national calendar, the catalogue, and each hall with its policy and calendar.

Loading again is safe: it fills what is missing, and brings up to date what only the files say (names, places, the
catalogue). What an office decides – how a matter is handled, what a window serves, days off, policy and calendar – stays as
it is once it is there; where the files say otherwise is told, and `take_over` takes their word. Formats: presets/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.db import transaction
from django.db.models import Model

from banshi.foundation import locks
from banshi.foundation.planner import look_at_tables
from banshi.journeys.hall import change_items, load_fleet, load_handlings, national_days, steer
from banshi.journeys.hours import change_hours
from banshi.kernel import tables
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.names import InvalidName, label
from banshi.kernel.policy import HallPolicy
from banshi.kernel.working_days import rows_from_table
from banshi.rooms.calendars import actions as calendar_actions
from banshi.rooms.calendars.models import CalendarVersion, NationalDay
from banshi.rooms.calendars.rules import load as load_calendar
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import (
    Department,
    HallItem,
    Item,
    Material,
    MaterialRequirement,
    OneMatter,
    Synonym,
    Theme,
)
from banshi.rooms.catalogue.queries.drafts import published_since
from banshi.rooms.catalogue.rules.one_form import member
from banshi.rooms.places.models import Category, Floor, Hall, PolicyVersion, Region, Window, WindowCategory, Zone

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Otherwise:
    """What stands otherwise than the files say. `kind`: matter | window | day | handling; `hall`: its code, "" for the nation's
    days and for the catalogue."""

    hall: str
    kind: str
    code: str


def load(root: Path, now: datetime, progress: Progress = lambda _what, _done, _of: None) -> list[Otherwise]:
    """Load everything under `root` (the presets folder).

    :param progress: called with what is being loaded, how many steps are done, and of how many.
    :returns: what was left as it stands, by hall, kind and code.
    :raises ValueError: a file that does not say what its format asks for, naming the file.
    """
    halls = sorted(
        (folder for folder in (root / "halls").iterdir() if (folder / "hall.yaml").exists()), key=lambda f: f.name
    )
    steps = 3 + len(halls)
    left: list[Otherwise] = []
    with transaction.atomic():
        locks.hold(locks.PRESETS)  # two loads at once would write the same rows crosswise
        progress("regions and the national calendar", 0, steps)
        _regions(root)
        left += _national_days(root, now)
        progress("departments, themes, materials", 1, steps)
        _departments_themes_materials(root)
        progress("items", 2, steps)
        _items(root)
        left += [Otherwise("", "handling", code) for code in load_handlings.load_handlings(root)]
        catalogue.keep_item_versions(by=SYSTEM, now=now)
        _synonyms(root)
        _one_matters(root)
        for i, folder in enumerate(halls):
            progress(f"hall {folder.name}", 3 + i, steps)
            left += _hall(folder, now)
        load_fleet.load_fleet(root)
        load_fleet.load_offers(root)
        progress("presets loaded", steps, steps)
    look_at_tables()
    return left


def take_over(root: Path, hall: str, *, by: Actor, now: datetime) -> list[Otherwise]:
    """Take the files' word for a hall's matters and windows, as if its office had decided so: whoever waits or booked is
    followed up, and each change stands in the trail.

    :param hall: its code. :returns: what was changed.
    :raises ValueError: a file that does not say what its format asks for; no folder for this hall. :raises Refused: as in
        the office.
    """
    folder = root / "halls" / hall
    if not (folder / "hall.yaml").exists():
        raise ValueError(f"there is no {folder / 'hall.yaml'}")
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        place = Hall.objects.get(code=hall)
        categories = {c.code: c for c in Category.objects.filter(hall=place)}
        calendar_actions.one_change_at_a_time(hall=place)
        outside = change_hours.codes_outside(hall=place, now=now)
        changed = []
        for window, wanted in _windows_otherwise(place, _document(folder)["windows"], categories):
            steer.let_serve(window=window, codes=wanted, by=by, now=now)
            changed.append(Otherwise(hall, "window", window.number))
        for row, said in _matters_otherwise(place, _matters(place, folder, categories)):
            catalogue.set_hall_item(
                hall_item_id=row.pk, category=said.category, bookable=said.bookable, walk_in=said.walk_in,
                extended=said.extended, most_persons=said.most_persons, by=by, now=now,
            )  # fmt: skip
            changed.append(Otherwise(hall, "matter", row.item.code))
        if any(each.kind == "matter" for each in changed):
            change_items.follow(place, outside=outside, by=by, now=now)
    return changed


def _rows(path: Path) -> list[tables.Row]:
    """A hall keeps its lists in Excel: in any encoding, with any delimiter."""
    rows = _named(path, lambda: tables.read(path.read_bytes()))
    for row in rows:
        for column in ("name_zh", "name_en"):
            if row.get(column):
                _label(f"{path.parent.name}/{path.name}, row {row.number}, {column}", row[column])
    return rows


def _label(where: str, text: str) -> str:
    """:raises ValueError: a name with characters that cannot be seen, naming where it stands."""
    try:
        return label(str(text), 240)
    except InvalidName as wrong:
        raise ValueError(f"{where}: {wrong}") from wrong


def _check_labels(where: str, part: Any) -> None:
    """Every name and label of a hall's file, wherever it stands in it.

    :raises ValueError: naming the first that is none.
    """
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if key in ("name", "label", "number", "letter") and value is not None:
            for text in value.values() if isinstance(value, dict) else [value]:
                _label(f"{where}, {key}", text)
        else:
            _check_labels(where, value)


def _named(path: Path, work: Callable[[], T]) -> T:
    """:raises ValueError: what is wrong, with the file, the row and the column."""
    try:
        return work()
    except tables.TableError as wrong:
        raise ValueError(f"{path.parent.name}/{path.name}: {wrong}") from wrong


def _upsert(model: type[Model], rows: Iterable[Model], *, unique: list[str]) -> None:
    kept = (*unique, "version", "handling", "retired_on", "successor")  # not told by these files
    fields = [f.name for f in model._meta.concrete_fields if f.name not in kept and not f.primary_key]
    listed = list(rows)
    if fields:
        model._default_manager.bulk_create(
            listed, update_conflicts=True, unique_fields=unique, update_fields=fields, batch_size=500
        )
    else:
        model._default_manager.bulk_create(listed, ignore_conflicts=True, batch_size=500)


def _regions(root: Path) -> None:
    paths: dict[str, str] = {}
    for row in _rows(root / "regions.csv"):
        parent = row["parent"]
        if parent and parent not in paths:
            raise ValueError(f"regions.csv: {row['code']} comes before its parent {parent}")
        paths[row["code"]] = f"{paths.get(parent, '/')}{row['code']}/"
        Region.objects.update_or_create(
            code=row["code"],
            defaults={
                "parent_id": parent or None,
                "level": row["level"],
                "name_zh": row["name_zh"],
                "name_en": row["name_en"],
                "path": paths[row["code"]],
            },
        )


def _national_days(root: Path, now: datetime) -> list[Otherwise]:
    """Days that are missing, and those only expected so far that are settled now, as a notice that is taken over: people are
    followed up. What a notice that was imported since said otherwise stays."""
    file = root / "calendar" / "national.csv"
    days = _named(file, lambda: rows_from_table(file.read_bytes()))
    known = {day: (kind, state) for day, kind, state in NationalDay.objects.values_list("day", "kind", "state")}
    fresh = [
        d for d in days if d.day not in known or (known[d.day][1] == "provisional" and str(d.state) == "confirmed")
    ]
    if fresh:
        national_days.take_over(days=fresh, notice="", by=SYSTEM, now=now)
    kept = known.keys() - {d.day for d in fresh}
    return [Otherwise("", "day", d.day.isoformat()) for d in days if d.day in kept and known[d.day][0] != str(d.kind)]


def _departments_themes_materials(root: Path) -> None:
    folder = root / "catalogue"
    _upsert(Department, [Department(**row) for row in _rows(folder / "departments.csv")], unique=["code"])
    _upsert(
        Theme, [Theme(**{**row, "order": int(row["order"])}) for row in _rows(folder / "themes.csv")], unique=["code"]
    )
    _upsert(Material, [Material(**row) for row in _rows(folder / "materials.csv")], unique=["code"])


_TEXT = (
    "code", "catalog_code", "task_code", "name_zh", "name_en", "audience", "service_object", "item_type", "exercise_level",
    "case_kind", "general_scope_zh", "acceptance_condition_zh", "acceptance_condition_en", "fee_zh", "fee_en", "result_zh",
    "result_en", "keywords_zh",
)  # fmt: skip
_NUMBERS = ("statutory_days", "promised_days", "visits_needed")
_FLAGS = ("agent_allowed", "exempt_half_day", "home_visit")


def _items(root: Path) -> None:
    departments = dict(Department.objects.values_list("code", "id"))
    file = root / "catalogue" / "items.csv"
    theirs = published_since()  # what a second person published since is not taken back by these files
    rows = [row for row in _rows(file) if row["code"] not in theirs]
    items = _named(file, lambda: tables.parse(rows, lambda row: _item(row, departments)))
    _upsert(Item, items, unique=["code"])
    ids = dict(Item.objects.values_list("code", "id"))
    themes = dict(Theme.objects.values_list("code", "id"))
    materials = dict(Material.objects.values_list("code", "id"))
    themed = Item.themes.through
    _replace(
        themed,
        {
            ids[row["code"]]: [
                themed(item_id=ids[row["code"]], theme_id=themes[theme])
                for theme in dict.fromkeys(t for t in row["themes"].split(";") if t)
            ]
            for row in rows
        },
    )
    _replace(
        MaterialRequirement,
        {ids[row["code"]]: _requirements(row["materials"], ids[row["code"]], materials) for row in rows},
    )


def _replace(model: type[Model], wanted: Mapping[int, list[Any]]) -> None:
    """The rows that belong to each item, by its id; where they stand as they are said nothing is written."""
    names = [f.attname for f in model._meta.concrete_fields if not f.primary_key]
    there: dict[int, list[tuple[Any, ...]]] = {}
    rows = model._default_manager.filter(item_id__in=wanted).order_by("id")
    for item_id, *row in rows.values_list("item_id", *names):
        there.setdefault(item_id, []).append(tuple(row))
    said = {item_id: [tuple(getattr(row, name) for name in names) for row in rows] for item_id, rows in wanted.items()}
    changed = [item_id for item_id in wanted if said[item_id] != there.get(item_id, [])]
    model._default_manager.filter(item_id__in=changed).delete()
    model._default_manager.bulk_create([row for item_id in changed for row in wanted[item_id]], batch_size=2000)


def _item(row: tables.Row, departments: dict[str, int]) -> Item:
    return Item(
        **{name: row[name] for name in _TEXT},
        **{name: row.whole(name, 0) for name in _NUMBERS},
        **{name: row.flag(name) for name in _FLAGS},
        handling_forms=row["handling_forms"],
        handling_minutes=row.number_of("handling_minutes"),
        department_id=row.one_of("department", departments),
    )


def _synonyms(root: Path) -> None:
    """What people say; the file is the whole list, so what it no longer holds is forgotten."""
    path = root / "catalogue" / "synonyms.csv"
    if not path.exists():
        return
    rows = _rows(path)
    known = set(Item.objects.values_list("code", flat=True))
    for row in rows:
        for code in row["items"].split(";"):
            if code and code not in known:
                raise ValueError(f"catalogue/synonyms.csv names an unknown item: {code}")
    Synonym.objects.exclude(words__in=[row["words"] for row in rows]).delete()
    _upsert(Synonym, [Synonym(**row) for row in rows], unique=["words"])


def _one_matters(root: Path) -> None:
    """一件事; the file is the whole list, but for those that the office has published. What was begun keeps its own items."""
    path = root / "catalogue" / "matters.csv"
    if not path.exists():
        return
    rows = _rows(path)
    known = set(Item.objects.values_list("code", flat=True))
    ours = set(OneMatter.objects.filter(of_office=True).values_list("code", flat=True))
    made = []
    for row in rows:
        if row["code"] in ours:
            continue
        unknown = [code for code, _ in map(member, row["items"].split(";")) if code not in known]
        if unknown:
            raise ValueError(f"catalogue/matters.csv names an unknown item: {unknown[0]}")
        days = int(row["joint_days"]) if row["joint_days"] else None
        made.append(OneMatter(**{**row, "joint_days": days, "order": int(row["order"])}))
    OneMatter.objects.filter(of_office=False).exclude(code__in=[row["code"] for row in rows]).delete()
    _upsert(OneMatter, made, unique=["code"])


def _requirements(text: str, item_id: int, materials: dict[str, int]) -> list[MaterialRequirement]:
    """`code:1x2:required;…` – originals x copies, necessity."""
    needed = []
    for order, part in enumerate(p for p in text.split(";") if p):
        code, counts, necessity = part.split(":")
        originals, copies = counts.split("x")
        needed.append(
            MaterialRequirement(
                item_id=item_id, material_id=materials[code], order=order, originals=int(originals), copies=int(copies),
                necessity=necessity,
            )
        )  # fmt: skip
    return needed


def _document(folder: Path) -> dict[str, Any]:
    doc: dict[str, Any] = yaml.safe_load((folder / "hall.yaml").read_text(encoding="utf-8"))
    _check_labels(f"{folder.name}/hall.yaml", doc)
    return doc


def _hall(folder: Path, now: datetime) -> list[Otherwise]:
    doc = _document(folder)
    crowd = {
        **doc.get("crowd", {}),
        "clerks": doc.get("staff", {}).get("clerks"),
        "daily_arrivals": doc.get("daily_arrivals"),
        "no_show_rate": doc.get("no_show_rate"),
    }
    hall, _ = Hall.objects.update_or_create(
        code=doc["code"],
        defaults={
            "region_id": str(doc["region"]),
            "name_zh": doc["name"]["zh"],
            "name_en": doc["name"]["en"],
            "address_zh": doc["address"]["zh"],
            "address_en": doc["address"]["en"],
            "phone": str(doc.get("phone", "")),
            "timezone": doc.get("timezone", "Asia/Shanghai"),
            "lat": doc.get("lat"),
            "lon": doc.get("lon"),
            "order": doc.get("order", 0),
            "crowd": crowd,
        },
    )
    for order, floor in enumerate(doc["floors"]):
        Floor.objects.update_or_create(
            hall=hall,
            code=str(floor["code"]),
            defaults={"label_zh": floor["label"]["zh"], "label_en": floor["label"]["en"], "order": order},
        )
    floors = {f.code: f for f in Floor.objects.filter(hall=hall)}
    for zone in doc["zones"]:
        Zone.objects.update_or_create(
            hall=hall,
            code=str(zone["code"]),
            defaults={
                "floor": floors[str(zone["floor"])],
                "name_zh": zone["name"]["zh"],
                "name_en": zone["name"]["en"],
            },
        )
    zones = {z.code: z for z in Zone.objects.filter(hall=hall)}
    before = set(Category.objects.filter(hall=hall).values_list("code", flat=True))
    for order, one in enumerate(doc["categories"]):
        Category.objects.update_or_create(
            hall=hall,
            code=str(one["code"]),
            defaults={
                "letter": str(one.get("letter", one["code"])),
                "name_zh": one["name"]["zh"],
                "name_en": one["name"]["en"],
                "zone": zones.get(str(one.get("zone"))),
                "handling_minutes": float(one["handling_minutes"]),
                "weight": float(one.get("arrivals_weight", 1)),
                "order": order,
            },
        )
    categories = {c.code: c for c in Category.objects.filter(hall=hall)}
    _windows(hall, doc["windows"], zones, categories, new=set(categories) - before)
    matters = _matters(hall, folder, categories)
    _hall_items(matters)
    catalogue.keep_hall_item_versions(hall=hall, by=SYSTEM, now=now)
    if not PolicyVersion.objects.filter(hall=hall).exists():
        policy = HallPolicy.model_validate(yaml.safe_load((folder / "policy.yaml").read_text(encoding="utf-8")) or {})
        PolicyVersion.objects.create(
            hall=hall, version=1, document=policy.model_dump(mode="json"), valid_from=LONG_AGO, made_by="system", made_at=now,
            note="preset",
        )  # fmt: skip
    if not CalendarVersion.objects.filter(hall=hall).exists():
        calendar = load_calendar(yaml.safe_load((folder / "calendar.yaml").read_text(encoding="utf-8")))
        CalendarVersion.objects.create(
            hall=hall,
            version=1,
            document=calendar.model_dump(mode="json", by_alias=True),
            valid_from=date(2000, 1, 1),
            made_by="system",
            made_at=now,
            note="preset",
        )

    return [
        *(Otherwise(hall.code, "matter", row.item.code) for row, _ in _matters_otherwise(hall, matters)),
        *(Otherwise(hall.code, "window", w.number) for w, _ in _windows_otherwise(hall, doc["windows"], categories)),
    ]


def _windows(
    hall: Hall, rows: list[dict[str, Any]], zones: dict[str, Zone], categories: dict[str, Category], *, new: set[str]
) -> None:
    """:param new: categories that this load brings: windows that are there already serve them, too, where the file says so."""
    there = set(Window.objects.filter(hall=hall).values_list("code", flat=True))
    windows = [
        Window(
            hall=hall, zone=zones[str(row["zone"])], code=_code(hall, row), number=str(row["number"]), kind=row["kind"],
            x=row.get("x", 0), y=row.get("y", 0),
        )
        for row in rows
    ]  # fmt: skip
    _upsert(Window, windows, unique=["code"])
    ids = dict(Window.objects.filter(hall=hall).values_list("code", "id"))
    WindowCategory.objects.bulk_create(
        [
            WindowCategory(window_id=ids[_code(hall, row)], category=categories[c])
            for row in rows
            for c in _serves(row, categories)
            if _code(hall, row) not in there or c in new
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )


def _code(hall: Hall, row: dict[str, Any]) -> str:
    return f"{hall.code}-{row['number']}"


def _serves(row: dict[str, Any], categories: Mapping[str, Category]) -> list[str]:
    return list(categories) if row["categories"] == "*" else [str(c) for c in row["categories"]]


def _windows_otherwise(
    hall: Hall, rows: list[dict[str, Any]], categories: Mapping[str, Category]
) -> list[tuple[Window, list[str]]]:
    """Windows that serve something else than the file says, with what it says."""
    served: dict[int, set[str]] = {}
    through = WindowCategory.objects.filter(window__hall=hall).values_list("window_id", "category__code")
    for window_id, code in through.order_by("id"):
        served.setdefault(window_id, set()).add(code)
    windows = {w.code: w for w in Window.objects.filter(hall=hall).select_related("hall")}
    said = [(windows[_code(hall, row)], _serves(row, categories)) for row in rows if _code(hall, row) in windows]
    return [(window, wanted) for window, wanted in said if served.get(window.pk, set()) != set(wanted)]


_DECIDED = ("category_id", "bookable", "walk_in", "extended", "most_persons")  # by the office


def _matters(hall: Hall, folder: Path, categories: dict[str, Category]) -> list[HallItem]:
    """As the file says, not saved."""
    file = folder / "items.csv"
    rows = _rows(file)
    ids = dict(Item.objects.filter(code__in=[r["item"] for r in rows]).values_list("code", "id"))
    missing = [r["item"] for r in rows if r["item"] not in ids]
    if missing:
        raise ValueError(f"{folder.name}/items.csv names unknown items: {', '.join(missing[:5])}")

    def one(row: tables.Row) -> HallItem:
        return HallItem(
            hall=hall, item_id=ids[row["item"]], category=row.one_of("category", categories), bookable=row.flag("bookable"),
            walk_in=row.flag("walk_in"), extended="extended" in row and row.flag("extended"),
            periods=row.whole("periods", 1) if "periods" in row else 1,
            most_persons=row.whole("persons", 1) if "persons" in row else 1,
        )  # fmt: skip

    return _named(file, lambda: tables.parse(rows, one))


def _hall_items(matters: list[HallItem]) -> None:
    """Those that are missing as they are said; of those that are there, how long they take."""
    HallItem.objects.bulk_create(
        matters, update_conflicts=True, unique_fields=["hall", "item"], update_fields=["periods"], batch_size=500
    )


def _matters_otherwise(hall: Hall, matters: list[HallItem]) -> list[tuple[HallItem, HallItem]]:
    """Matters that the hall handles in another way than the file says: as it stands, as it says."""
    said = {each.item_id: each for each in matters}
    rows = HallItem.objects.filter(hall=hall, item_id__in=said).select_related("item").order_by("item__code")
    return [
        (row, said[row.item_id])
        for row in rows
        if any(getattr(row, name) != getattr(said[row.item_id], name) for name in _DECIDED)
    ]
