"""Reads on the catalogue: search, guides, a hall's list.

The search index is built once per process from the whole catalogue and rebuilt when the catalogue's stamp changes.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.kernel.refusals import Refused
from banshi.kernel.search import Entry, Index
from banshi.kernel.synonyms import Synonym
from banshi.rooms.catalogue import models
from banshi.rooms.catalogue.models import (
    DataElement,
    Department,
    HallItem,
    Item,
    ItemVersion,
    MaterialRequirement,
    OneMatter,
    Theme,
)
from banshi.rooms.catalogue.queries.seasons import seasons_of
from banshi.rooms.catalogue.rules.general import general
from banshi.rooms.catalogue.rules.handling import Element, Handling
from banshi.rooms.catalogue.rules.seasons import Seasons


@dataclass(frozen=True)
class ItemLine:
    """An item in a list. `category` and `hall` are set where the list is a hall's."""

    code: str
    name_zh: str
    name_en: str
    department: str
    department_zh: str
    department_en: str
    audience: str
    case_kind: str
    category: str | None
    category_zh: str
    category_en: str
    hall: str | None
    bookable: bool
    walk_in: bool
    retired_on: date | None = None
    seasons: Seasons | None = None


@dataclass(frozen=True)
class MaterialLine:
    code: str
    name_zh: str
    name_en: str
    originals: int
    copies: int
    necessity: str
    source: str
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class ItemSaid:
    """What a version says of its item, by the columns of Item: what a case of it is told by, on papers and by law."""

    code: str
    name_zh: str
    name_en: str
    item_type: str  # A.1
    agent_allowed: bool
    catalog_code: str
    task_code: str


@dataclass(frozen=True)
class Guide:
    """办事指南 of an item."""

    item: Item
    department_zh: str
    department_en: str
    materials: tuple[MaterialLine, ...]
    halls: tuple[str, ...]  # codes of halls that handle it


@dataclass(frozen=True)
class _Catalogue:
    stamp: tuple[int, int, int]
    index: Index
    lines: dict[str, ItemLine]
    in_hall: dict[str, dict[str, tuple[str, str, str, bool, bool]]]
    asked: dict[str, int]  # how many words people have for an item that they mean first
    retiring: dict[str, date]  # 停办: from which day


STAMP_SQL = """
SELECT coalesce((SELECT sum(id * 31 + version + hashtext(coalesce(retired_on::text, ''))::bigint) FROM catalogue_item), 0),
  coalesce((SELECT sum(hashtext(id || ':' || category_id || bookable || walk_in || extended || periods || most_persons)::bigint)
    FROM catalogue_hall_item), 0),
  coalesce((SELECT sum(hashtext(words || ':' || items || ':' || means)::bigint) FROM catalogue_synonym), 0)
"""
_lock = threading.Lock()
_cached: _Catalogue | None = None


def _stamp() -> tuple[int, int, int]:
    """Changes when an item's version, anything in a hall's list or a synonym does."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP_SQL)
        row = cursor.fetchone()
    return int(row[0]), int(row[1]), int(row[2])


LOOK_EVERY_S = 2.0  # machine seconds between looks at the stamp
_looked_at = float("-inf")


def _catalogue() -> _Catalogue:
    global _cached, _looked_at
    current = _cached
    if current is not None and clock.monotonic() - _looked_at < LOOK_EVERY_S:
        return current
    stamp = _stamp()
    _looked_at = clock.monotonic()
    if current is not None and current.stamp == stamp:
        return current
    with _lock:
        if _cached is None or _cached.stamp != stamp:
            _cached = _build(stamp)
        return _cached


@forgettable
def forget() -> None:
    """Read the catalogue anew with the next question (tests; after a change in this process)."""
    global _cached, _looked_at
    _cached = None
    _looked_at = float("-inf")


def _build(stamp: tuple[int, int, int]) -> _Catalogue:
    lines: dict[str, ItemLine] = {}
    entries = []
    for item in Item.objects.select_related("department").annotate(spread=Count("halls")).order_by("id"):
        lines[item.code] = ItemLine(
            item.code, item.name_zh, item.name_en, item.department.code, item.department.name_zh, item.department.name_en,
            item.audience, item.case_kind, None, "", "", None, False, False, item.retired_on, seasons_of(item),
        )  # fmt: skip
        keywords = tuple(w for w in item.keywords_zh.replace("，", ";").replace(" ", ";").split(";") if w)
        entries.append(Entry(item.code, item.name_zh, item.name_en, keywords, float(item.spread)))
    in_hall: dict[str, dict[str, tuple[str, str, str, bool, bool]]] = {}
    rows = HallItem.objects.values_list(
        "hall__code", "item__code", "category__code", "category__name_zh", "category__name_en", "bookable", "walk_in"
    ).order_by("id")
    for hall, code, category, zh, en, bookable, walk_in in rows:
        in_hall.setdefault(hall, {})[code] = (category, zh, en, bookable, walk_in)
    synonyms = [
        Synonym(tuple(words.split(";")), tuple(code for code in items.split(";") if code), means)
        for words, items, means in models.Synonym.objects.order_by("id").values_list("words", "items", "means")
    ]
    asked = Counter(each.codes[0] for each in synonyms if each.codes for _ in each.words)
    retiring = {line.code: line.retired_on for line in lines.values() if line.retired_on is not None}
    return _Catalogue(stamp, Index.build(entries, synonyms), lines, in_hall, asked, retiring)


def _in_hall(line: ItemLine, hall: str, found: tuple[str, str, str, bool, bool]) -> ItemLine:
    category, zh, en, bookable, walk_in = found
    return ItemLine(
        line.code, line.name_zh, line.name_en, line.department, line.department_zh, line.department_en, line.audience,
        line.case_kind, category, zh, en, hall, bookable, walk_in, line.retired_on, line.seasons,
    )  # fmt: skip


def search(
    q: str = "",
    *,
    hall: str | None = None,
    department: str | None = None,
    theme: str | None = None,
    audience: str | None = None,
    category: str | None = None,
    limit: int = 20,
    offset: int = 0,
    retired: bool = False,
) -> list[ItemLine]:
    """Items by words, pinyin, initials and typing slips; all of them in code order where `q` is empty.

    :param hall: only this hall's items, with their category there. :param retired: also those that are retired by now.
    :raises Refused: nothing-found – unknown hall.
    """
    catalogue = _catalogue()
    here = None
    if hall is not None:
        here = catalogue.in_hall.get(hall)
        if here is None:
            from banshi.rooms.places.queries import hall_by_code

            hall_by_code(hall)
            here = {}
    themed = None
    if theme:
        themed = set(Item.objects.filter(themes__code=theme).values_list("code", flat=True))
    if q.strip():
        wanted = [
            hit.code for hit in catalogue.index.search(q, limit=3000 if here is not None else max(500, limit + offset))
        ]
    else:
        wanted = list(catalogue.lines)
    gone = frozenset() if retired else _retired(catalogue)
    found: list[ItemLine] = []
    for code in wanted:
        line = catalogue.lines[code]
        if here is not None and code not in here:
            continue
        if code in gone:
            continue
        if department and line.department != department:
            continue
        if audience and line.audience not in (audience, "both"):
            continue
        if themed is not None and code not in themed:
            continue
        if here is not None and hall is not None:
            line = _in_hall(line, hall, here[code])
            if category and line.category != category:
                continue
        found.append(line)
        if len(found) >= offset + limit:
            break
    return found[offset:]


def _retired(catalogue: _Catalogue) -> frozenset[str]:
    """Codes of what is retired by now."""
    if not catalogue.retiring:
        return frozenset()
    today = timezone.localtime(clock.now()).date()
    return frozenset(code for code, day in catalogue.retiring.items() if day <= today)


def item_by_code(code: str) -> Item:
    """:raises Refused: nothing-found."""
    item = Item.objects.select_related("department").filter(code=code).first()
    if item is None:
        raise Refused("nothing-found", facts={"item": code})
    return item


def guide(item: Item) -> Guide:
    """The item with what to bring and where."""
    return Guide(item, item.department.name_zh, item.department.name_en, _materials(item), halls_that_handle(item))


def halls_that_handle(item: Item) -> tuple[str, ...]:
    """Their codes, in the order of the halls."""
    rows = HallItem.objects.filter(item=item).order_by("hall__order", "hall__code")
    return tuple(rows.values_list("hall__code", flat=True))


def _materials(item: Item) -> tuple[MaterialLine, ...]:
    rows = MaterialRequirement.objects.filter(item=item).select_related("material").order_by("order", "id")
    return tuple(
        MaterialLine(
            r.material.code, r.material.name_zh, r.material.name_en, r.originals, r.copies, r.necessity, r.material.source,
            r.material.note_zh, r.material.note_en,
        )
        for r in rows
    )  # fmt: skip


_MOST_KEPT = 4096
_modelled: dict[tuple[int, int], tuple[object, Handling]] = {}
_pinned: dict[tuple[int, int], tuple[ItemSaid, Handling]] = {}


@forgettable
def forget_handlings() -> None:
    """Read every handling anew."""
    _modelled.clear()
    _pinned.clear()


def items_called(words: str) -> list[int]:
    """Keys of the items in whose name, Chinese or English, these words stand."""
    rows = Item.objects.filter(Q(name_zh__icontains=words) | Q(name_en__icontains=words))
    return list(rows.order_by("id").values_list("id", flat=True))


def columns_of(item: Item) -> dict[str, Any]:
    """As rules take them."""
    return {field.attname: getattr(item, field.attname) for field in Item._meta.concrete_fields}


def handling_of(item: Item) -> Handling:
    """How it is handled now: as modelled, else what the catalogue says in general."""
    if not item.handling:
        return general(columns_of(item), (asdict(each) for each in _materials(item)))
    said, handling = _modelled.get((item.pk, item.version), (None, None))
    if handling is None or said != item.handling:
        handling = Handling.model_validate(item.handling)
        if len(_modelled) >= _MOST_KEPT:
            _modelled.clear()
        _modelled[item.pk, item.version] = item.handling, handling
    return handling


def pinned(item_id: int, version: int) -> Handling:
    """How it was handled by a version of it, whatever the item says since.

    :raises Refused: nothing-found.
    """
    return _version(item_id, version)[1]


def said_in(item_id: int, version: int) -> ItemSaid:
    """What a version of it says of the item itself, whatever it says since.

    :raises Refused: nothing-found.
    """
    return _version(item_id, version)[0]


def _version(item_id: int, version: int) -> tuple[ItemSaid, Handling]:
    kept = _pinned.get((item_id, version))
    if kept is not None:
        return kept
    row = ItemVersion.objects.filter(item_id=item_id, version=version).first()
    if row is None:
        raise Refused("nothing-found", facts={"item": item_id, "version": version})
    modelled = row.document.get("handling")  # versions from before items were modelled have none
    handling = Handling.model_validate(modelled) if modelled else general(row.document, row.document["materials"])
    said = ItemSaid(**{each.name: row.document[each.name] for each in fields(ItemSaid)})
    if len(_pinned) >= _MOST_KEPT:
        _pinned.clear()
    _pinned[item_id, version] = said, handling
    return said, handling


def elements() -> tuple[Element, ...]:
    """The data dictionary, as rules ask it."""
    rows = DataElement.objects.order_by("code").values("code", "name_zh", "type", "source_precedence", "checks")
    return tuple(Element.model_validate(row) for row in rows)


def hall_item(hall_id: int, item_code: str) -> HallItem:
    """:raises Refused: nothing-found (no such item), item-not-here (not in this hall)."""
    found = HallItem.objects.select_related("item", "category").filter(hall_id=hall_id, item__code=item_code).first()
    if found is None:
        item_by_code(item_code)
        raise Refused("item-not-here", facts={"item": item_code})
    return found


def popular(hall: str | None = None, n: int = 8, *, done: Mapping[str, int] | None = None) -> list[ItemLine]:
    """Frequent matters, per hall where said: those done most; then those that people have words of their own for.

    :param done: how often each item was done lately; nothing for a new hall.
    """
    catalogue = _catalogue()
    here = catalogue.in_hall.get(hall, {}) if hall else None
    handled = catalogue.in_hall.values() if here is None else [here]
    gone = _retired(catalogue)
    often = {code for code in done or () if code not in gone and any(code in items for items in handled)}
    ranked = sorted(
        often
        if len(often) >= n
        else {code for items in handled for code in items} - gone,  # not all, where few are ahead
        key=lambda c: (-(done or {}).get(c, 0), -catalogue.asked.get(c, 0), len(catalogue.lines[c].name_zh), c),
    )
    picked = [catalogue.lines[c] for c in ranked[:n]]
    return [_in_hall(line, hall, here[line.code]) for line in picked] if hall and here is not None else picked


def themes(kind: str | None = None) -> list[Theme]:
    rows = Theme.objects.order_by("order", "code")
    return list(rows.filter(kind=kind) if kind else rows)


def one_matters(hall: str | None = None) -> list[OneMatter]:
    """一件事, in order; those of which every item can be begun today. :param hall: and is handled there."""
    catalogue = _catalogue()
    gone, here = _retired(catalogue), None if hall is None else catalogue.in_hall.get(hall, {}).keys()
    rows = [
        row
        for row in OneMatter.objects.filter(retired_at=None).order_by("order", "code")
        if here is None or here >= set(row.codes)
    ]
    return [row for row in rows if not gone & set(row.codes) and _in_season(catalogue, row.codes)]


def find_matters(q: str, *, hall: str | None = None, audience: str | None = None, limit: int = 3) -> list[OneMatter]:
    """Those of `one_matters` that are called so: by words, pinyin, initials or English, the best first; none for a word that
    some item alone is called by."""
    if not q.strip():
        return []
    rows = {row.code: row for row in one_matters(hall) if not audience or row.audience in (audience, "both")}
    entries = tuple(Entry(row.code, row.name_zh, row.name_en) for row in rows.values())
    hits = [
        hit
        for hit in _called(entries).search(q, limit=len(entries))
        if hit.score >= (HALF_SAID if hit.why == "words" else SLIPPED)
    ]
    return [rows[hit.code] for hit in hits[:limit]]


# Scores of a Hit: most of a sentence has to be in the name, not “my” alone; one slip in a name is none.
HALF_SAID, SLIPPED = 50.0, 40.0


@lru_cache(maxsize=16)
def _called(entries: tuple[Entry, ...]) -> Index:
    """By what they are called: the same entries make the same index."""
    return Index.build(entries)


def _in_season(catalogue: _Catalogue, codes: Iterable[str]) -> bool:
    """Whether all of them are received today."""
    day = timezone.localtime(clock.now()).date()
    spans = [line.seasons for code in codes if (line := catalogue.lines.get(code)) is not None]
    return all(each is None or each.hold(day) for each in spans)


def one_matter(code: str, *, retired: bool = True) -> OneMatter:
    """:param retired: also where it is no longer offered. :raises Refused: nothing-found."""
    found = OneMatter.objects.filter(code=code).first()
    if found is None or (found.retired_at is not None and not retired):
        raise Refused("nothing-found", facts={"matter": code})
    return found


def departments(hall: str | None = None) -> list[Department]:
    rows = Department.objects.order_by("code")
    return list(rows.filter(item__halls__hall__code=hall).distinct() if hall else rows)
