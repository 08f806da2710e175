"""网上预审: somebody looks before anything binds, and says all that is wrong at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.rooms.cases.actions.ground import (
    called,
    give,
    invalid,
    locked,
    need,
    need_lease,
    need_seen,
    staff_of,
    step,
    tell,
)
from banshi.rooms.cases.models import Case, CaseEvent, CaseMaterial, ToldField
from banshi.rooms.cases.queries.handling import form_of, got_of, shown_fields, wanted_of
from banshi.rooms.cases.queries.untouched import WHOLE, said_now
from banshi.rooms.cases.rules.materials import unseen
from banshi.rooms.cases.rules.paper_texts import Named

LONGEST_WHY = 300
NOT_ASKED = {
    "material": ("这种情形不需要这份材料", "This situation does not ask for this paper"),
    "field": ("这种情形不用填这一项", "This situation does not ask for this field"),
}


@dataclass(frozen=True)
class Verdict:
    """What somebody says of one paper, or field of the form: right, or what is wrong with it. `kind`: material | field."""

    code: str
    ok: bool
    reason: str = ""
    kind: str = "material"


def send_back(*, case_no: str, verdicts: Sequence[Verdict], by: Actor, now: datetime) -> Case:
    """预审退回: everything that is wrong, in one answer: papers, and fields of the form – each of which has to say something
    else before it comes again.

    :raises Refused: nothing-found, wrong-state, locked, invalid (nothing is wrong, no reason, a paper or field not asked for, a
        field twice), not-looked-at.
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
        papers, fields = [[v for v in wrong if v.kind == kind] for kind in ("material", "field")]
        facts = {"wrong": [v.code for v in papers], **({"fields": [v.code for v in fields]} if fields else {})}
        event = step(case, "return", by=by, now=now, facts=facts, pre_review_due_on=None)
        ToldField.objects.bulk_create(
            ToldField(case=case, event=event, code=v.code, said=said_now(case, v.code), why=v.reason.strip())
            for v in fields
        )
        keep_form(case, event)
        told = [*papers, *fields]
        said = called(((v.code, v.kind) for v in told), case)
        listed = tuple(Named(name[0], v.reason) for name, v in zip(said, told, strict=True))
        give(case, "pre_review_opinion", event=event, now=now, missing=listed)
        tell(case, "case_returned", event=event, now=now, bring=said)
    return case


def keep_form(case: Case, event: CaseEvent) -> None:
    """Answers and form as they were examined, encrypted, with the step that gives them back: whoever examines them next sees
    what was changed meanwhile, also where it was not told. They go with the content of the case."""
    kept = {"form": form_of(case), "answers": case.answers}
    why = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    ToldField.objects.create(case=case, event=event, code=WHOLE, said=said_now(case, WHOLE), why=why)


def judge(case: Case, verdicts: Sequence[Verdict], *, by: Actor, now: datetime) -> None:
    """Write what is said of papers that came, and check what is said of fields. :raises Refused: invalid."""
    asked = {"material": {each.code for each in wanted_of(case)}, "field": _fields_of(case, verdicts)}
    for verdict in verdicts:
        reason = verdict.reason.strip()
        if verdict.code not in asked[verdict.kind]:
            raise invalid("verdicts", *NOT_ASKED[verdict.kind])
        if not verdict.ok and not reason:
            raise invalid("reason", "写明哪里不对、怎么改", "Say what is wrong and how to put it right")
        if len(reason) > LONGEST_WHY:
            raise invalid("reason", f"{LONGEST_WHY} 字以内", f"Up to {LONGEST_WHY} characters")
        if verdict.kind == "material":
            _write(case, verdict, reason, by=by)


def _fields_of(case: Case, verdicts: Sequence[Verdict]) -> set[str]:
    """Those that the form shows now: what the applicant does not see they cannot put right. :raises Refused: invalid – one
    that is spoken of twice."""
    said = [each.code for each in verdicts if each.kind == "field"]
    if len(set(said)) < len(said):
        raise invalid("verdicts", "同一个填写项说了两次", "A field is spoken of twice")
    return {each.code for each in shown_fields(case)} if said else set()


def _write(case: Case, verdict: Verdict, reason: str, *, by: Actor) -> None:
    live = CaseMaterial.objects.filter(case=case, code=verdict.code, gone_at=None)
    for row in live.order_by("id"):
        row.verdict, row.why, row.judged_by_id = (
            ("ok", "", staff_of(by)) if verdict.ok else ("bad", reason, staff_of(by))
        )
        row.save(update_fields=["verdict", "why", "judged_by"])


def need_fields_right(verdicts: Sequence[Verdict]) -> None:
    """:raises Refused: invalid – a field is said to be wrong, in a step that says that all is right."""
    if any(each.kind == "field" and not each.ok for each in verdicts):
        raise invalid(
            "verdicts", "有填写项不对，要一次说全再退", "A field is wrong: send it back, with all that is wrong"
        )


def reasons_of(reasons: dict[str, str]) -> str:
    return json.dumps(reasons, ensure_ascii=False, sort_keys=True)
