"""Items from the item store (事项库): a file becomes drafts, whole or not at all. These, and those that the office writes
(`editing`), a second person publishes, at once or on a day to come."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet
from pydantic import ValidationError

from banshi.foundation import locks
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import Department, Item, ItemDraft, Material, MaterialRequirement
from banshi.rooms.catalogue.queries import drafts as queries
from banshi.rooms.catalogue.queries.drafts import MOVED_ON, LookedAt
from banshi.rooms.catalogue.queries.retiring import is_retired, need_taken, today
from banshi.rooms.catalogue.rules.dictionary import checked
from banshi.rooms.catalogue.rules.drafts import DRAFT, Known, Listed, Result, Writing, listed_with, result_of
from banshi.rooms.catalogue.rules.faults import Fault
from banshi.rooms.catalogue.rules.handling import Handling, Paper
from banshi.rooms.catalogue.rules.item_store import CODE, NotTaken, Record, content_hash, read
from banshi.rooms.catalogue.rules.store_text import Mended, Unknown, Why

log = structlog.get_logger("banshi.catalogue")
_MOST_TOLD = 10
AUTHORITY = 18  # an item's code begins with its authority's, so long
_AGAIN = "文件里有两份不同的内容", "The file says two different things of it"
_TWICE = "我们有几个事项用这个编码", "Several of our items bear this code"
_RETIRED = "我们这里已经停办", "It is retired here"
_OWN = {
    "store": {"zh": "录入的人不能自己发布", "en": "Whoever entered it does not publish it"},
    "office": {"zh": "改过的人不能自己发布", "en": "Whoever changed it does not publish it"},
}


@dataclass(frozen=True)
class Reported:
    """What became of one item of a file."""

    task_code: str
    name: str
    result: Result
    mended: tuple[Mended, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    why: Why | None = None

    def as_json(self) -> dict[str, Any]:
        said = asdict(self)
        if self.why is None:
            del said["why"]
        return said


def import_records(content: bytes, *, by: Actor, now: datetime) -> list[Reported]:
    """Take a file of the item store over as drafts. The same file again changes nothing. Two files that tell of the same
    authority's items wait for each other; those of several authorities do not.

    :returns: one line an item, in the order of the file.
    :raises Unreadable: it cannot be read at all; nothing is changed.
    """
    records = list(read(content))
    with transaction.atomic():
        locks.hold(locks.PRESETS, shared=True)  # whoever writes the catalogue does so alone: drafts are not in it yet
        locks.hold_each(locks.ITEM_STORE, {each.task_code[:AUTHORITY] for each in records if isinstance(each, Record)})
        items, known = _known([each for each in records if isinstance(each, Record)])
        reported, fresh = _sorted(records, items, known, day=today(now))
        if fresh:
            _enter(fresh, items, by=by, now=now)
            counts = {kind: sum(each.result == kind for each in reported) for kind in ("new", "newer", "refused")}
            audit.record(action="imported-items", subject="catalogue:items", by=by, now=now, facts=counts)
    return reported


def _known(records: Sequence[Record]) -> tuple[dict[str, list[Item]], dict[str, Known]]:
    codes = {each.task_code for each in records}
    items: dict[str, list[Item]] = {}
    for item in Item.objects.filter(task_code__in=codes).order_by("id"):
        items.setdefault(item.task_code, []).append(item)
    rows = (
        ItemDraft.objects.filter(kind="store", task_code__in=codes)
        .order_by("task_code", "-version", "-id")
        .distinct("task_code")
    )
    known = rows.values_list("pk", "task_code", "version", "content_hash")
    same = {code: (pk, Known(version, content)) for pk, code, version, content in known}
    return items, _hashed_anew(records, same)


def _hashed_anew(records: Iterable[Record], known: Mapping[str, tuple[int, Known]]) -> dict[str, Known]:
    """A draft may have been hashed when handlings had other fields: where the hash alone differs, its document is hashed as
    today."""
    came = {(each.task_code, each.version, each.content_hash) for each in records}
    versions = {(code, version) for code, version, _ in came}
    doubtful = [
        pk for code, (pk, said) in known.items()
        if (code, said.version) in versions and (code, said.version, said.content_hash) not in came
    ]  # fmt: skip
    documents = dict(ItemDraft.objects.filter(pk__in=doubtful).values_list("pk", "document"))
    return {code: _as_today(said, documents.get(pk)) for code, (pk, said) in known.items()}


def _as_today(said: Known, document: Mapping[str, Any] | None) -> Known:
    if document is None:
        return said
    try:
        return replace(said, content_hash=content_hash(document))
    except ValidationError:  # it says what handlings say no more
        return said


def _sorted(
    records: Iterable[Record | NotTaken], items: Mapping[str, list[Item]], known: Mapping[str, Known], *, day: date
) -> tuple[list[Reported], list[Record]]:
    """A line for each, and those that make a draft. An item that comes several times counts once, by its highest version; what
    is retired by `day` does not come back with a file."""
    reported: list[Reported] = []
    best: dict[str, tuple[int, Record]] = {}
    for place, record in enumerate(records):
        if isinstance(record, NotTaken):
            reported.append(Reported(record.task_code, record.name, "refused", why=record.why))
            continue
        here = items.get(record.task_code, [])
        result = result_of(record.version, record.content_hash, item=bool(here), known=known.get(record.task_code))
        why = Why("", "AUDIT_ITEM.task_code", record.task_code, *_TWICE) if len(here) > 1 else None
        before = best.get(record.task_code)
        if record.former:
            result = "unchanged"
        elif before is not None and before[1].version == record.version:
            if before[1].content_hash != record.content_hash:
                why = why or Why("", "AUDIT_ITEM.task_version", str(record.version), *_AGAIN)
            result = "unchanged"
        elif before is not None and before[1].version > record.version:
            result = "unchanged"
        if result != "unchanged" and why is None and (gone := _gone(here, day)) is not None:
            why = Why("", "AUDIT_ITEM.task_code", gone.isoformat(), *_RETIRED)
        if why is not None:
            result = "refused"
        elif result != "unchanged":
            if before is not None:
                reported[before[0]] = replace(reported[before[0]], result="unchanged")
            best[record.task_code] = (place, record)
        elif not record.former and before is None:
            best[record.task_code] = (place, record)
        reported.append(Reported(record.task_code, record.name, result, record.mended, record.unknown, why))
    return reported, [record for place, record in best.values() if reported[place].result in ("new", "newer")]


def _gone(here: Sequence[Item], day: date) -> date | None:
    """Since when what bears this code is retired."""
    return next((item.retired_on for item in here if item.retired_on is not None and item.retired_on <= day), None)


def _enter(records: list[Record], items: Mapping[str, list[Item]], *, by: Actor, now: datetime) -> None:
    """As drafts; those that nobody had published yet give way."""
    codes = [each.task_code for each in records]
    open_ones = ItemDraft.objects.filter(kind="store", task_code__in=codes, state__in=["draft"])
    open_ones.update(state=DRAFT.to("drop"))
    ItemDraft.objects.bulk_create(
        (
            ItemDraft(
                task_code=each.task_code, item=next(iter(items.get(each.task_code, ())), None), version=each.version,
                name_zh=each.name, document=each.document, content_hash=each.content_hash, raw=each.raw,
                notes={"mended": [asdict(one) for one in each.mended], "unknown": [asdict(one) for one in each.unknown]},
                entered_by=str(by), entered_at=now,
            )
            for each in records
        ),
        batch_size=500,
    )  # fmt: skip


def drop_draft(*, draft_id: int, by: Actor, now: datetime) -> ItemDraft:
    """It is not published. The same version does not come back as a draft; a newer one does.

    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        draft = _locked(draft_id, "drop")
        draft.state = DRAFT.to("drop")
        draft.save(update_fields=["state"])
        audit.record(
            action="dropped-item-draft", subject=f"item:{_code_of(draft)}", by=by, now=now, facts=_facts(draft)
        )
    return draft


def publish_draft(
    *, draft_id: int, from_day: date | None = None, seen: int | None = None, by: Actor, now: datetime
) -> ItemDraft:
    """Let the item say what the draft says: now, or from a day to come.

    :param by: another member of staff than who entered or changed it. :param seen: the revision that was looked at.
    :raises Refused: nothing-found; wrong-state; same-person; item-retired; changed-meanwhile – the draft, or the item that it
        is a change of; library-can-supply – it asks for what the library has (国令716 Art. 7); invalid – everything else that is
        wrong with it.
    """
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        draft = _locked(draft_id, "publish")
        if draft.state == "planned" and from_day is not None:
            raise _wrong_state(draft, "plan")
        if str(by) == draft.entered_by or str(by) in draft.editors.split():
            raise Refused("same-person", facts={"reason": _OWN[draft.kind]})
        if seen is not None and seen != draft.revision:
            raise Refused("changed-meanwhile", facts={"revision": draft.revision})
        draft.published_by = str(by)
        if draft.item is not None:
            need_taken(draft.item, day=max(from_day or today(now), today(now)))
        (said,) = queries.looked_at([draft])
        _whole(said.faults)
        if from_day is not None and from_day > today(now):
            _plan(draft, from_day, by=by, now=now)
        else:
            _publish(draft, said, by=by, now=now)
    return draft


def publish_due(*, now: datetime) -> int:
    """Publish what is planned until today; what cannot be published any more is a draft again, and says why.

    :returns: how many were published.
    """
    due = ItemDraft.objects.filter(state="planned", planned_from__lte=today(now)).order_by("planned_from", "id")
    return sum(_publish_planned(draft_id, now=now) for draft_id in list(due.values_list("id", flat=True)))


def _publish_planned(draft_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        draft = ItemDraft.objects.select_for_update(of=("self",)).select_related("item__department").get(id=draft_id)
        if draft.state != "planned":  # somebody was quicker
            return False
        (said,) = queries.looked_at([draft])
        found = (*said.faults, *_retired(draft, now))
        by = Actor.parse(draft.published_by)
        if not found:
            _publish(draft, said, by=by, now=now)
            return True
        log.warning("a planned draft could not be published", draft=draft_id, faults=len(found))
        draft.notes = {**draft.notes, "faults": [{"where": each.where, "zh": each.zh, "en": each.en} for each in found]}
        newer = _alike(draft).filter(state="draft").exists()
        draft.state = DRAFT.to("drop" if newer else "return")
        draft.published_by, draft.planned_from = "", None
        draft.save(update_fields=["notes", "state", "published_by", "planned_from"])
        return False


def _retired(draft: ItemDraft, now: datetime) -> Iterable[Fault]:
    """What is retired by now says nothing new."""
    if draft.item is not None and is_retired(draft.item, now=now):
        yield Fault("item", *_RETIRED)


def _alike(draft: ItemDraft) -> QuerySet[ItemDraft]:
    """All drafts of its item that come from where it comes from."""
    if draft.kind == "office":
        return ItemDraft.objects.filter(kind="office", item=draft.item)
    return ItemDraft.objects.filter(kind="store", task_code=draft.task_code)


def _locked(draft_id: int, verb: str) -> ItemDraft:
    rows = ItemDraft.objects.select_for_update(of=("self",)).select_related("item__department")
    draft = rows.filter(id=draft_id).first()
    if draft is None:
        raise Refused("nothing-found", facts={"draft": draft_id})
    if not DRAFT.may(draft.state, verb):
        raise _wrong_state(draft, verb)
    return draft


def _wrong_state(draft: ItemDraft, verb: str) -> Refused:
    return Refused("wrong-state", facts={"kind": DRAFT.kind, "state": draft.state, "needs": DRAFT.needs(verb)})


def _whole(found: tuple[Fault, ...]) -> None:
    """:raises Refused: changed-meanwhile, library-can-supply, invalid."""
    if any(each.where == MOVED_ON for each in found):
        raise Refused("changed-meanwhile")
    supplied = list(dict.fromkeys(each.supplied for each in found if each.supplied))
    if supplied:
        raise Refused("library-can-supply", facts={"what": supplied})
    if found:
        told = found[:_MOST_TOLD]
        zh = "；".join(f"{each.where}：{each.zh}" for each in told)
        en = "; ".join(f"{each.where}: {each.en}" for each in told)
        errors = [{"field": each.where, "reason": {"zh": each.zh, "en": each.en}} for each in told]
        raise Refused("invalid", facts={"field": told[0].where, "reason": {"zh": zh, "en": en}, "errors": errors})


def _plan(draft: ItemDraft, from_day: date, *, by: Actor, now: datetime) -> None:
    """Agreed to; an earlier plan for the item gives way."""
    _alike(draft).filter(state="planned").update(state=DRAFT.to("drop"))
    draft.state, draft.planned_from = DRAFT.to("plan"), from_day
    draft.save(update_fields=["state", "planned_from", "published_by"])
    facts = {**_facts(draft), "valid_from": from_day.isoformat()}
    audit.record(action="planned-item", subject=f"item:{_code_of(draft)}", by=by, now=now, facts=facts)


def _publish(draft: ItemDraft, said: LookedAt, *, by: Actor, now: datetime) -> None:
    before = catalogue.handling_of(draft.item) if draft.kind == "office" and draft.item is not None else None
    item = _item(draft, said, now)
    _papers(item, said.writing, before)
    keep_item_versions(by=by, now=now, item_ids=[item.pk])
    item.refresh_from_db(fields=["version"])
    earlier = _alike(draft).filter(state="planned", version__lte=draft.version)
    earlier.exclude(id=draft.pk).update(state=DRAFT.to("drop"))
    if draft.kind == "store":
        _alike(draft).filter(item=None).update(item=item)
    draft.state, draft.item, draft.item_version, draft.published_at = DRAFT.to("publish"), item, item.version, now
    draft.save(update_fields=["state", "item", "item_version", "published_at", "published_by"])
    audit.record(action="published-item", subject=f"item:{item.code}", by=by, now=now, facts=_facts(draft))


def _item(draft: ItemDraft, said: LookedAt, now: datetime) -> Item:
    handling = checked(said.writing.handling, catalogue.elements()).model_dump(mode="json")
    values = {**said.writing.columns, "department": said.department or _made(draft), "handling": handling}
    if draft.item_id is None:
        found = Item.objects.filter(task_code=draft.task_code).first()  # made since by somebody else
        item = found or Item(code=draft.task_code, version=1)
    else:
        item = Item.objects.select_for_update().get(id=draft.item_id)
    if item.pk is not None:
        keep_item_versions(by=SYSTEM, now=now, item_ids=[item.pk])  # as it stood, if nobody has
    for name, value in values.items():
        setattr(item, name, value)
    item.save()
    return item


def _made(draft: ItemDraft) -> Department:
    """A department that nobody had."""
    said = draft.document["department"]
    name = said["name_zh"] or "未知部门"
    code = said["code"] if CODE.fullmatch(said["code"]) else f"d-{hashlib.sha256(name.encode()).hexdigest()[:20]}"
    return Department.objects.get_or_create(code=code, defaults={"name_zh": name, "name_en": name})[0]


def _papers(item: Item, said: Writing, before: Handling | None) -> None:
    """What is shown as needed, in order; papers of its own join the shared list. :param before: of what the office changed only
    that."""
    own = [_material(paper) for paper in said.own_papers]
    fields = ["name_zh", "name_en", "kind", "source", "issuer_zh", "issuer_en", "note_zh", "note_en"]
    Material.objects.bulk_create(own, update_conflicts=True, unique_fields=["code"], update_fields=fields)
    if before is None:
        listed = [Listed(each.code, each.originals, each.copies, each.necessity) for each in said.handling.materials]
    else:
        rows = MaterialRequirement.objects.filter(item=item).order_by("order", "id")
        stands = rows.values_list("material__code", "originals", "copies", "necessity")
        listed = listed_with([Listed(*row) for row in stands], before, said.handling)
        named = {each.code for each in listed}
        new = [_material(paper) for paper in said.handling.materials if paper.code in named]
        Material.objects.bulk_create(new, ignore_conflicts=True)
    known = Material.objects.filter(code__in=[each.code for each in listed]).order_by("id")
    ids = dict(known.values_list("code", "id"))
    MaterialRequirement.objects.filter(item=item).delete()
    MaterialRequirement.objects.bulk_create(
        MaterialRequirement(
            item=item, material_id=ids[each.code], order=order, originals=each.originals, copies=each.copies,
            necessity=each.necessity,
        )
        for order, each in enumerate(listed)
        if each.code in ids
    )  # fmt: skip


def _material(paper: Paper) -> Material:
    kind = "original_and_copy" if paper.originals and paper.copies else "copy" if paper.copies else "original"
    return Material(
        code=paper.code, name_zh=_cut(paper.name_zh, 120), name_en=_cut(paper.name_en, 200), kind=kind,
        source=paper.source or ("government" if paper.satisfied_by else "applicant"),
        issuer_zh=_cut(paper.issuer_zh, 80), issuer_en=_cut(paper.issuer_en, 120),
        note_zh=_cut(paper.accept_zh, 300), note_en=_cut(paper.accept_en, 300),
    )  # fmt: skip


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _code_of(draft: ItemDraft) -> str:
    return draft.item.code if draft.item is not None else draft.task_code


def _facts(draft: ItemDraft) -> dict[str, Any]:
    return {"draft": draft.pk, "version": draft.version}
