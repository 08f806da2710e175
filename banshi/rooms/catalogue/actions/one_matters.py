"""一件事 written in the office: begun by one, published by another, retired in the same way. What was begun stays.

Whoever saves says which revision they saw: of two who changed the same at once, the second is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.foundation import locks
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue.models import OneMatter, OneMatterDraft
from banshi.rooms.catalogue.queries.matter_drafts import faults_of, said_by, standing
from banshi.rooms.catalogue.queries.retiring import today
from banshi.rooms.catalogue.rules.drafts import DRAFT
from banshi.rooms.catalogue.rules.one_matters import EMPTY, LONGEST, LONGEST_ITEMS, Fault, code_fault

_WROTE = {"zh": "写它的人不能自己发布", "en": "Whoever wrote it does not publish it"}


def begin_draft(*, code: str, retires: bool = False, by: Actor, now: datetime) -> OneMatterDraft:
    """Begin to write a 一件事, to change one from what it says now, or to have it retired; where somebody has begun already,
    theirs goes on.

    :raises Refused: invalid (no code for one); nothing-found – there is none to retire.
    """
    if (fault := code_fault(code)) is not None:
        raise _invalid(fault)
    with transaction.atomic():
        locks.hold(locks.PRESETS)  # whoever writes the catalogue does so alone
        there = OneMatterDraft.objects.filter(code=code, state="draft").first()
        matter = standing(code)
        if there is not None:
            return there
        if retires and (matter is None or matter.retired_at is not None):
            raise Refused("nothing-found", facts={"matter": code})
        draft = OneMatterDraft.objects.create(
            code=code, document=said_by(matter), retires=retires, entered_by=str(by), entered_at=now
        )
        _record("asked-to-retire-matter" if retires else "began-matter", draft, by=by, now=now)
    return draft


def edit_draft(*, draft_id: int, seen: int, document: Mapping[str, Any], by: Actor, now: datetime) -> OneMatterDraft:
    """Keep what it says now, finished or not. :param seen: the revision that the change was made to.

    :raises Refused: nothing-found, wrong-state; changed-meanwhile; invalid – what can be kept in none.
    """
    said = {**EMPTY, **document}
    for name, most in {**LONGEST, "items": LONGEST_ITEMS}.items():
        if len(str(said[name])) > most:
            raise _invalid(Fault(name, f"最多 {most} 个字", f"{most} characters at most"))
    with transaction.atomic():
        draft = _locked(draft_id, "edit", seen)
        if draft.retires:
            raise Refused("nothing-found", facts={"draft": draft_id})  # there is nothing to write in it
        if said == draft.document:
            return draft
        others = [each for each in draft.editors.split() if each != str(by)]
        draft.document, draft.editors = said, f" {' '.join([*others, str(by)])} "
        draft.revision += 1
        draft.save(update_fields=["document", "editors", "revision"])
        _record("changed-matter", draft, by=by, now=now)
    return draft


def publish_draft(*, draft_id: int, seen: int, by: Actor, now: datetime) -> OneMatterDraft:
    """From now on it is offered as it says here, or no longer. What was begun of it keeps its items and its limit.

    :param by: another than whoever wrote any of it.
    :raises Refused: nothing-found, wrong-state, changed-meanwhile; same-person; invalid – the first of its faults.
    """
    with transaction.atomic():
        locks.hold(locks.PRESETS)
        draft = _locked(draft_id, "publish", seen)
        if str(by) in (draft.entered_by, *draft.editors.split()):
            raise Refused("same-person", facts={"reason": _WROTE})
        if not draft.retires and (found := faults_of(draft.document, day=today(now))):
            raise _invalid(found[0])
        draft.state, draft.published_by, draft.published_at = DRAFT.to("publish"), str(by), now
        draft.save(update_fields=["state", "published_by", "published_at"])
        _written(draft, now)
        _record("retired-matter" if draft.retires else "published-matter", draft, by=by, now=now)
    return draft


def _written(draft: OneMatterDraft, now: datetime) -> None:
    if draft.retires:
        OneMatter.objects.filter(code=draft.code).update(retired_at=now, of_office=True)
        return
    said = {**draft.document, "retired_at": None, "of_office": True}
    OneMatter.objects.update_or_create(code=draft.code, defaults=said)


def drop_draft(*, draft_id: int, by: Actor, now: datetime) -> OneMatterDraft:
    """What stands stays. :raises Refused: nothing-found, wrong-state."""
    with transaction.atomic():
        draft = _locked(draft_id, "drop")
        draft.state = DRAFT.to("drop")
        draft.save(update_fields=["state"])
        _record("dropped-matter", draft, by=by, now=now)
    return draft


def _locked(draft_id: int, verb: str, seen: int | None = None) -> OneMatterDraft:
    draft = OneMatterDraft.objects.select_for_update().filter(id=draft_id).first()
    if draft is None:
        raise Refused("nothing-found", facts={"draft": draft_id})
    if not DRAFT.may(draft.state, verb):
        raise _wrong_state(draft, verb)
    if seen is not None and draft.revision != seen:
        last = draft.editors.split()[-1:] or [draft.entered_by]
        raise Refused("changed-meanwhile", facts={"revision": draft.revision, "by": last[0]})
    return draft


def _wrong_state(draft: OneMatterDraft, verb: str) -> Refused:
    return Refused("wrong-state", facts={"kind": DRAFT.kind, "state": draft.state, "needs": DRAFT.needs(verb)})


def _record(action: str, draft: OneMatterDraft, *, by: Actor, now: datetime) -> None:
    facts = {"draft": draft.pk, "revision": draft.revision}
    audit.record(action=action, subject=f"matter:{draft.code}", by=by, now=now, facts=facts)


def _invalid(fault: Fault) -> Refused:
    return Refused("invalid", facts={"field": fault.field, "reason": {"zh": fault.zh, "en": fault.en}})
