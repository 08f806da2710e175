"""A change of an item, written in the office: begun from what stands, kept at every step, published as every draft is (`drafts`).

Whoever saves says which revision they saw: of two who changed the same at once, the second is told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.foundation import locks
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import Item, ItemDraft
from banshi.rooms.catalogue.queries.drafts import looked_at
from banshi.rooms.catalogue.rules.drafts import DRAFT
from banshi.rooms.catalogue.rules.unfinished import unfinished

LARGEST = 400_000  # characters of a document


def open_change(*, item_id: int, by: Actor, now: datetime) -> ItemDraft:
    """Begin to change an item, from what it says now; where somebody has begun already, theirs goes on.

    :raises Refused: nothing-found.
    """
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        item = Item.objects.select_related("department").filter(id=item_id).first()
        if item is None:
            raise Refused("nothing-found", facts={"item": item_id})
        there = ItemDraft.objects.filter(kind="office", item=item, state="draft").first()
        if there is not None:
            return there
        keep_item_versions(by=SYSTEM, now=now, item_ids=[item.pk])  # as it stands, if nobody has
        item.refresh_from_db(fields=["version"])
        handling = catalogue.handling_of(item).model_dump(mode="json")
        draft = ItemDraft.objects.create(
            kind="office", task_code=item.task_code, item=item, version=item.version, name_zh=item.name_zh,
            document={"handling": handling}, content_hash=_hash(handling), entered_by=str(by), entered_at=now,
        )  # fmt: skip
        audit.record(action="began-item-change", subject=f"item:{item.code}", by=by, now=now, facts={"draft": draft.pk})
    return draft


def edit_change(
    *, draft_id: int, seen: int, handling: Mapping[str, Any], part: str, by: Actor, now: datetime
) -> ItemDraft:
    """Keep what it says now, finished or not.

    :param seen: the revision that the change was made to. :param part: what was changed, for the trail.
    :raises Refused: nothing-found, wrong-state; changed-meanwhile – by whom, and the revision there is; invalid – what can stand
        in no handling, or too much of it.
    """
    with transaction.atomic():
        draft = _seen(draft_id, seen)
        _could_stand(handling)
        if handling == draft.document["handling"]:
            return draft
        draft.document = {"handling": dict(handling)}
        draft.content_hash = _hash(handling)
        _kept(draft, by)
        facts = {"draft": draft.pk, "revision": draft.revision, "part": part}
        audit.record(action="changed-item-draft", subject=f"item:{_code(draft)}", by=by, now=now, facts=facts)
    return draft


def take_as_base(*, draft_id: int, seen: int, by: Actor, now: datetime) -> ItemDraft:
    """The item was published anew since: this change is one of the newest version now, and says what it said.

    :raises Refused: as `edit_change`.
    """
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        draft = _seen(draft_id, seen)
        if draft.item is not None and draft.version != draft.item.version:
            draft.version = draft.item.version
            _kept(draft, by)
            facts = {"draft": draft.pk, "revision": draft.revision, "part": "version"}
            audit.record(action="changed-item-draft", subject=f"item:{_code(draft)}", by=by, now=now, facts=facts)
    return draft


def finish_change(*, draft_id: int, seen: int, by: Actor, now: datetime) -> ItemDraft:
    """It is ready for the second person, who is told on the first page of the office; whatever is changed afterwards is not.

    :raises Refused: as `edit_change`; invalid – nothing differs from what is in force, or something keeps it from being
        published.
    """
    with transaction.atomic():
        draft = _seen(draft_id, seen)
        (looked,) = looked_at([draft])
        if looked.faults:
            raise _not_ready(looked.faults[0].zh, looked.faults[0].en)
        if draft.item is not None and draft.document["handling"] == _in_force(draft.item):
            raise _not_ready("还没有改动", "Nothing differs so far")
        draft.ready_at, draft.ready_by = now, str(by)
        draft.save(update_fields=["ready_at", "ready_by"])
        facts = {"draft": draft.pk, "revision": draft.revision}
        audit.record(action="finished-item-change", subject=f"item:{_code(draft)}", by=by, now=now, facts=facts)
    return draft


def _in_force(item: Item) -> dict[str, Any]:
    return catalogue.handling_of(item).model_dump(mode="json")


def _not_ready(zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": "handling", "reason": {"zh": zh, "en": en}})


def _seen(draft_id: int, seen: int) -> ItemDraft:
    """The draft, for whoever saw what it says now."""
    rows = ItemDraft.objects.select_for_update(of=("self",)).select_related("item")
    draft = rows.filter(id=draft_id, kind="office").first()
    if draft is None:
        raise Refused("nothing-found", facts={"draft": draft_id})
    if not DRAFT.may(draft.state, "edit"):
        raise Refused("wrong-state", facts={"kind": DRAFT.kind, "state": draft.state, "needs": DRAFT.needs("edit")})
    if draft.revision != seen:
        last = draft.editors.split()[-1:] or [draft.entered_by]
        raise Refused("changed-meanwhile", facts={"revision": draft.revision, "by": last[0]})
    return draft


def _could_stand(handling: Mapping[str, Any]) -> None:
    if len(json.dumps(handling, ensure_ascii=False)) > LARGEST:
        raise Refused("invalid", facts={"field": "handling", "reason": {"zh": "内容太多", "en": "It is too much"}})
    if wrong := unfinished(handling).wrong:
        reason = {"zh": f"{wrong[0].where}：{wrong[0].zh}", "en": f"{wrong[0].where}: {wrong[0].en}"}
        raise Refused("invalid", facts={"field": wrong[0].where, "reason": reason})


def _kept(draft: ItemDraft, by: Actor) -> None:
    """One revision more; whoever changed it last is the last of its editors."""
    others = [each for each in draft.editors.split() if each != str(by)]
    draft.editors = f" {' '.join([*others, str(by)])} "
    draft.revision += 1
    draft.ready_at, draft.ready_by = None, ""
    draft.save(update_fields=["document", "content_hash", "editors", "revision", "version", "ready_at", "ready_by"])


def _hash(handling: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(handling, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _code(draft: ItemDraft) -> str:
    return draft.item.code if draft.item is not None else draft.task_code
