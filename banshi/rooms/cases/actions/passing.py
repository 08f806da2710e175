"""预审通过: what is right goes on – to the window with what is to be brought; where nothing is, it is received at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from banshi.kernel.actors import SYSTEM, Actor
from banshi.rooms.cases.actions.ground import (
    give,
    locked,
    need,
    need_lease,
    need_papers,
    need_seen,
    of_whole,
    step,
    tell,
    tell_came,
    today_of,
)
from banshi.rooms.cases.actions.pre_reviewing import Verdict, judge, need_fields_right
from banshi.rooms.cases.actions.receiving import write_receipt
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import got_of, wanted_of
from banshi.rooms.cases.queries.views import to_bring
from banshi.rooms.cases.rules.materials import unseen, unsent


def pass_on(*, case_no: str, verdicts: Sequence[Verdict] = (), by: Actor, now: datetime) -> Case:
    """预审通过: every paper is right, or trusted as it is. Where nothing is to be brought it is received at once.

    :raises Refused: nothing-found, wrong-state, locked, invalid, not-looked-at, material-missing.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "pass")
        need_lease(case, by=by, now=now)
        judge(case, verdicts, by=by, now=now)
        need_fields_right(verdicts)
        wanted, got = wanted_of(case), got_of(case, now=now)
        need_seen(unseen(wanted, got), case)
        need_papers(unsent(wanted, got))
        event = step(case, "pass", by=by, now=now, pre_review_due_on=None)
        give(case, "pre_review_opinion", event=event, now=now)
        if not receive_whole(case, now=now):
            tell(case, "case_passed", event=event, now=now)
    return case


def receive_whole(case: Case, *, now: datetime) -> bool:
    """Whether a case that passed has all its papers here, and is received now, by nobody's hand: nobody has to come with it, and
    nobody else would begin its days. They count from the day on which the last of it was sent (行政许可法 32 条,
    自收到申请材料之日), however long the pre-review took. The case is locked.
    """
    if case.phase != "pre_passed" or to_bring(case, now=now):
        return False
    event, due = write_receipt(case, by=SYSTEM, now=now, counts_from=_whole_since(case, now))
    tell_came(case, "case_received", event=event, due=due, now=now, **of_whole(case))
    return True


def _whole_since(case: Case, now: datetime) -> date:
    came = case.materials.filter(gone_at=None).aggregate(at=Max("at"))["at"]
    return max(today_of(case, at) for at in (case.submitted_at or now, came) if at is not None)
