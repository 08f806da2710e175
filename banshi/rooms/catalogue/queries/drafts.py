"""Reads on drafts from the item store: lists, and what publishing one would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Department, Item, ItemDraft, Material
from banshi.rooms.catalogue.rules.drafts import DRAFT, Difference, Writing, differences, writing_of
from banshi.rooms.catalogue.rules.faults import Fault, faults
from banshi.rooms.catalogue.rules.handling import Handling

_KEPT = ("id", "version", "handling", "department_id", "code")


@dataclass(frozen=True)
class LookedAt:
    """A draft with what publishing it writes, changes, and what keeps it from being published."""

    draft: ItemDraft
    writing: Writing
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


def writing(draft: ItemDraft) -> Writing:
    """What publishing it writes as things stand."""
    item = draft.item
    modelled = catalogue.handling_of(item) if item is not None and item.handling else None
    standing = None if item is None else columns_of(item)
    return writing_of(draft.document, standing=standing, now=modelled, shared=shared_names(draft))


def looked_at(draft: ItemDraft) -> LookedAt:
    said = writing(draft)
    before = None
    department = ""
    if draft.item is not None:
        before = Writing(columns_of(draft.item), catalogue.handling_of(draft.item))
        department = draft.item.department.name_zh
    after = department_named(draft)
    found = differences(before, said, (department, after.name_zh if after else draft.document["department"]["name_zh"]))
    return LookedAt(draft, said, found, faults_of(said.handling))


def faults_of(handling: Handling) -> tuple[Fault, ...]:
    return faults(handling, catalogue.elements())


def columns_of(item: Item) -> dict[str, Any]:
    return {f.attname: getattr(item, f.attname) for f in Item._meta.concrete_fields if f.attname not in _KEPT}


def shared_names(draft: ItemDraft) -> dict[str, str]:
    """Papers of the shared list by the names that this draft has for its own."""
    names = [paper["name_zh"] for paper in draft.document["handling"]["materials"]]
    rows = Material.objects.filter(name_zh__in=names).exclude(code__startswith="m-").order_by("id")
    return dict(rows.values_list("name_zh", "code"))


def department_named(draft: ItemDraft) -> Department | None:
    """The department that a draft means: by its code, else by its name, with or without the city before it; else the item's."""
    said = draft.document["department"]
    mine = draft.item.department if draft.item is not None else None
    if not said["name_zh"]:
        return mine
    if mine is not None and said["name_zh"].endswith(mine.name_zh):
        return mine
    known = list(Department.objects.order_by("code"))
    by_code = next((each for each in known if said["code"] and each.code == said["code"]), None)
    ending = [each for each in known if said["name_zh"].endswith(each.name_zh)]
    return by_code or max(ending, key=lambda each: len(each.name_zh), default=None)
