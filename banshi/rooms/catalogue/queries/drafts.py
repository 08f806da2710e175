"""Reads on drafts of items, from the item store and of the office: lists, and what publishing one would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Department, Item, ItemDraft, Material
from banshi.rooms.catalogue.rules.drafts import DRAFT, OURS, Difference, Writing, columns_with, differences, writing_of
from banshi.rooms.catalogue.rules.faults import Fault, faults
from banshi.rooms.catalogue.rules.handling import Element
from banshi.rooms.catalogue.rules.unfinished import unfinished, unfinished_faults

MOVED_ON = "version"  # the place of a fault: the item was published anew since the draft began
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


def published_since() -> set[str]:
    """Codes of items that say what a draft said: of the item store, or of the office."""
    rows = ItemDraft.objects.filter(state=DRAFT.to("publish"), item__isnull=False).order_by("item_id")
    return set(rows.values_list("item__code", flat=True))


def shared_paper(name_zh: str) -> str:
    """The code of the paper of the shared list that is called so; "" where none is."""
    rows = Material.objects.filter(name_zh=name_zh).exclude(code__startswith=OURS).order_by("id")
    return rows.values_list("code", flat=True).first() or ""


def shared_papers() -> list[str]:
    """What papers of the shared list are called."""
    rows = Material.objects.exclude(code__startswith=OURS).order_by("name_zh", "id")
    return list(dict.fromkeys(rows.values_list("name_zh", flat=True)))


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

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(each.code for each in self.departments)


def _ground(rows: Iterable[ItemDraft]) -> _Ground:
    stored = (draft for draft in rows if draft.kind == "store")
    names = {paper["name_zh"] for draft in stored for paper in draft.document["handling"]["materials"]}
    known = Material.objects.filter(name_zh__in=names).exclude(code__startswith=OURS).order_by("-id")
    return _Ground(
        tuple(Department.objects.order_by("code")),
        catalogue.elements(),
        dict(known.values_list("name_zh", "code")),
    )


def _looked_at(draft: ItemDraft, ground: _Ground) -> LookedAt:
    if draft.kind == "office" and draft.item is not None:
        return _of_office(draft, draft.item, ground)
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
        faults(said.handling, ground.elements, item_type=said.columns["item_type"], departments=ground.codes),
    )


def _of_office(draft: ItemDraft, item: Item, ground: _Ground) -> LookedAt:
    """What it says in place of what stands, as far as it is written."""
    now = catalogue.handling_of(item)
    before = Writing(columns_of(item), now)
    document = draft.document["handling"]
    written = unfinished(document).handling
    said = before if written is None else Writing(columns_with(before.columns, now, written), written)
    found = unfinished_faults(document, ground.elements, item_type=item.item_type, departments=ground.codes)
    if draft.version != item.version:
        found = (Fault(MOVED_ON, *_moved_on(item.version)), *found)
    name = item.department.name_zh
    return LookedAt(draft, said, item.department, differences(before, said, (name, name)), found)


def _moved_on(version: int) -> tuple[str, str]:
    return (
        f"开始修改后，这个事项又发布了第 {version} 版",
        f"Version {version} of the matter was published since this change began",
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
