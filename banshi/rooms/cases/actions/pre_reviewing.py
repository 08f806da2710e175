"""网上预审: somebody looks before anything binds, and says all that is wrong at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.rooms.cases.actions.ground import (
    give,
    invalid,
    locked,
    names,
    need,
    need_lease,
    need_papers,
    need_seen,
    staff_of,
    step,
    tell,
)
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries.handling import got_of, wanted_of
from banshi.rooms.cases.rules.materials import unseen, unsent
from banshi.rooms.cases.rules.paper_texts import Named

LONGEST_WHY = 300


@dataclass(frozen=True)
class Verdict:
    """What somebody says of one paper: right, or what is wrong with it."""

    code: str
    ok: bool
    reason: str = ""


def send_back(*, case_no: str, verdicts: Sequence[Verdict], by: Actor, now: datetime) -> Case:
    """预审退回: everything that is wrong, in one answer.

    :raises Refused: nothing-found, wrong-state, locked, invalid (nothing is wrong, no reason, a paper not asked for).
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "return")
        need_lease(case, by=by, now=now)
        judge(case, verdicts, by=by, now=now)
        wrong = [v for v in verdicts if not v.ok]
        if not wrong:
            raise invalid("verdicts", "没有指出哪里不对", "Nothing is said to be wrong")
        need_seen(unseen(wanted_of(case), got_of(case, now=now)), case)
        codes = [v.code for v in wrong]
        event = step(case, "return", by=by, now=now, facts={"wrong": codes}, pre_review_due_on=None)
        listed = tuple(Named(n[0], v.reason) for n, v in zip(names(codes, case), wrong, strict=True))
        give(case, "pre_review_opinion", event=event, now=now, missing=listed)
        tell(case, "case_returned", event=event, now=now, bring=names(codes, case))
    return case


def pass_on(*, case_no: str, verdicts: Sequence[Verdict] = (), by: Actor, now: datetime) -> Case:
    """预审通过: every paper is right, or trusted as it is.

    :raises Refused: nothing-found, wrong-state, locked, invalid, not-looked-at, material-missing.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "pass")
        need_lease(case, by=by, now=now)
        judge(case, verdicts, by=by, now=now)
        wanted, got = wanted_of(case), got_of(case, now=now)
        need_seen(unseen(wanted, got), case)
        need_papers(unsent(wanted, got))
        event = step(case, "pass", by=by, now=now, pre_review_due_on=None)
        give(case, "pre_review_opinion", event=event, now=now)
        tell(case, "case_passed", event=event, now=now)
    return case


def judge(case: Case, verdicts: Sequence[Verdict], *, by: Actor, now: datetime) -> None:
    """Write what is said of papers that came. :raises Refused: invalid."""
    asked = {each.code for each in wanted_of(case)}
    for verdict in verdicts:
        reason = verdict.reason.strip()
        if verdict.code not in asked:
            raise invalid("verdicts", "这种情形不需要这份材料", "This situation does not ask for this paper")
        if not verdict.ok and not reason:
            raise invalid("reason", "写明哪里不对、怎么改", "Say what is wrong and how to put it right")
        if len(reason) > LONGEST_WHY:
            raise invalid("reason", f"{LONGEST_WHY} 字以内", f"Up to {LONGEST_WHY} characters")
        live = CaseMaterial.objects.filter(case=case, code=verdict.code, gone_at=None)
        for row in live.order_by("id"):
            row.verdict, row.why, row.judged_by_id = (
                ("ok", "", staff_of(by)) if verdict.ok else ("bad", reason, staff_of(by))
            )
            row.save(update_fields=["verdict", "why", "judged_by"])


def reasons_of(reasons: dict[str, str]) -> str:
    return json.dumps(reasons, ensure_ascii=False, sort_keys=True)
