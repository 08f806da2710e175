"""Reads on drafts from the item store: lists, and what publishing one would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Department, Item, ItemDraft, Material
from banshi.rooms.catalogue.rules.drafts import DRAFT, OURS, Difference, Writing, differences, writing_of
from banshi.rooms.catalogue.rules.faults import Fault, faults
from banshi.rooms.catalogue.rules.handling import Element

_KEPT = ("id", "version", "handling", "department_id", "code")


@dataclass(frozen=True)
class LookedAt:
    """A draft with what publishing it writes, changes, and what keeps it from being published."""

    draft: ItemDraft
    writing: Writing
    department: Department | None
    differences: tuple[Difference, ...]
    faults: tuple[Fault, ...]


def drafts(state: str = "") -> QuerySet[ItemDraft]:
    """Those that somebody still has to decide on, or those in a state; the newest first."""
    rows = ItemDraft.objects.select_related("item__department").order_by("-entered_at", "-id").defer("raw")
    return rows.filter(state=state) if state else rows.filter(state__in=DRAFT.goes_on)


def draft_by_id(draft_id: int) -> ItemDraft:
    """:raises Refused: nothing-found."""
    found = ItemDraft.objects.select_related("item__department").defer("raw").filter(id=draft_id).first()
    if found is None:
        raise Refused("nothing-found", facts={"draft": draft_id})
    return found


def published_from_store() -> set[str]:
    """Codes of items that say what a draft of the item store said."""
    rows = ItemDraft.objects.filter(state=DRAFT.to("publish"), item__isnull=False).order_by("item_id")
    return set(rows.values_list("item__code", flat=True))


def looked_at(rows: Iterable[ItemDraft]) -> list[LookedAt]:
    """Each with what publishing it comes to; as many queries for many as for one, where items are modelled."""
    listed = list(rows)
    ground = _ground(listed)
    return [_looked_at(draft, ground) for draft in listed]


@dataclass(frozen=True)
class _Ground:
    """What drafts are held against: departments, the data dictionary, papers of the shared list by name."""

    departments: tuple[Department, ...]
    elements: tuple[Element, ...]
    shared: Mapping[str, str]


def _ground(rows: Iterable[ItemDraft]) -> _Ground:
    names = {paper["name_zh"] for draft in rows for paper in draft.document["handling"]["materials"]}
    known = Material.objects.filter(name_zh__in=names).exclude(code__startswith=OURS).order_by("-id")
    return _Ground(
        tuple(Department.objects.order_by("code")),
        catalogue.elements(),
        dict(known.values_list("name_zh", "code")),
    )


def _looked_at(draft: ItemDraft, ground: _Ground) -> LookedAt:
    item = draft.item
    now = catalogue.handling_of(item) if item is not None else None
    before = Writing(columns_of(item), now) if item is not None and now is not None else None
    said = writing_of(
        draft.document,
        standing=before.columns if before else None,
        now=now if item is not None and item.handling else None,
        shared=ground.shared,
    )
    department = _department(draft, ground.departments)
    named = department.name_zh if department else draft.document["department"]["name_zh"]
    return LookedAt(
        draft,
        said,
        department,
        differences(before, said, (item.department.name_zh if item is not None else "", named)),
        faults(said.handling, ground.elements),
    )


def _department(draft: ItemDraft, known: Iterable[Department]) -> Department | None:
    """The department that a draft means: by its code, else by its name, with or without the city before it; else the item's."""
    said = draft.document["department"]
    mine = draft.item.department if draft.item is not None else None
    if mine is not None and said["name_zh"].endswith(mine.name_zh):
        return mine
    if not said["name_zh"]:
        return mine
    by_code = [each for each in known if said["code"] and each.code == said["code"]]
    by_name = [each for each in known if said["name_zh"].endswith(each.name_zh)]
    return max(by_code or by_name, key=lambda each: len(each.name_zh), default=None)


def columns_of(item: Item) -> dict[str, Any]:
    return {f.attname: getattr(item, f.attname) for f in Item._meta.concrete_fields if f.attname not in _KEPT}
