"""A draft is begun anew by the version of its item that holds today, with all that was filled in and handed in."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.acting import need_acting
from banshi.rooms.cases.actions.ground import locked, need, write_event
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries.handling import form_of, handling_of_case
from banshi.rooms.cases.rules.materials import PROMISE
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.rules.guided import cleaned, guided
from banshi.rooms.catalogue.rules.newer import newer


def renew(*, case_no: str, by: Actor, now: datetime) -> Case:
    """Number, answers, fields and papers stay, as far as they are asked for still; twice changes nothing. A promise whose words
    are others now is taken back: nobody promised those.

    :raises Refused: nothing-found, mandate-missing, member-limited; wrong-state – it was sent: what is under way goes on by its
        version.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "change")
        need_acting(case, by=by, now=now)
        if case.phase != "draft":
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "draft"})
        item, was = case.item, case.item_version
        if was >= item.version:
            return case
        before, after = handling_of_case(case), catalogue.handling_of(item)
        kept = newer(before, after, case.answers, form_of(case)).answers
        found = guided(after, kept)
        case.item_version, case.item_type, case.instant = item.version, item.item_type, after.instant
        case.department_id, case.case_kind = item.department_id, item.case_kind
        case.answers, case.situation = dict(kept), found.situation.id if found.situation else ""
        case.form = json.dumps(cleaned(after, kept, form_of(case)), ensure_ascii=False, sort_keys=True)
        case.revision += 1
        case.save(
            update_fields=[
                "item_version", "item_type", "instant", "department", "case_kind", "answers", "situation", "form", "revision",
            ]
        )  # fmt: skip
        words = {paper.code: paper.by_promise for paper in before.materials}
        stands = {paper.code for paper in after.materials if paper.by_promise == words.get(paper.code)}
        rows = CaseMaterial.objects.filter(case=case, channel=PROMISE, gone_at=None)
        rows.exclude(code__in=stands).update(gone_at=now)
        write_event(
            case, "change", before="draft", by=by, now=now, facts={"from": was, "version": item.version}, why=""
        )
    return case
