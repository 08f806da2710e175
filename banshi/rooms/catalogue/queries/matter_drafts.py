"""Reads on 一件事 as the office writes them: what stands, what is drafted, what is wrong with a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import Item, OneMatter, OneMatterDraft
from banshi.rooms.catalogue.queries import handling_of
from banshi.rooms.catalogue.rules.one_matters import EMPTY, FIELDS, Fault, Known, faults, members


def all_matters() -> list[OneMatter]:
    """Also those that are retired, or whose items are."""
    return list(OneMatter.objects.order_by("order", "code"))


def said_by(matter: OneMatter | None) -> dict[str, Any]:
    """What it says now, as a draft says it."""
    return dict(EMPTY) if matter is None else {name: getattr(matter, name) for name in FIELDS}


def standing(code: str) -> OneMatter | None:
    return OneMatter.objects.filter(code=code).first()


def draft_of(draft_id: int) -> OneMatterDraft:
    """:raises Refused: nothing-found."""
    found = OneMatterDraft.objects.filter(id=draft_id).first()
    if found is None:
        raise Refused("nothing-found", facts={"draft": draft_id})
    return found


def open_drafts() -> list[OneMatterDraft]:
    return list(OneMatterDraft.objects.filter(state="draft").order_by("-entered_at", "-id"))


def items_of(codes: Iterable[str]) -> dict[str, Item]:
    return {row.code: row for row in Item.objects.filter(code__in=list(codes)).select_related("department")}


def items_changed(drafts: Sequence[OneMatterDraft]) -> dict[int, tuple[list[Item], list[Item]]]:
    """By key of the draft: the items of what stands, and those that it would have. In two queries."""
    stands = {
        row.code: row.codes for row in OneMatter.objects.filter(code__in=[each.code for each in drafts]).order_by("id")
    }
    codes = {each.pk: (stands.get(each.code, []), [code for code, _ in members(each.document)]) for each in drafts}
    rows = items_of({code for both in codes.values() for part in both for code in part})
    return {
        key: ([rows[code] for code in old if code in rows], [rows[code] for code in new if code in rows])
        for key, (old, new) in codes.items()
    }


def faults_of(document: Mapping[str, Any], *, day: date) -> list[Fault]:
    """All that keeps a draft from being published on a day."""
    rows = items_of(code for code, _ in members(document))
    known = {
        code: Known(row.audience, handling_of(row), row.retired_on is not None and row.retired_on <= day)
        for code, row in rows.items()
    }
    return faults(document, known)
