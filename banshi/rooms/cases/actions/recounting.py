"""The national calendar was published or changed: every day that a running case waits for is worked out anew, from the step it
counts from – never from the day that was written down.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.kernel.actors import SYSTEM
from banshi.rooms.cases.actions.ground import (
    alone,
    dues,
    keep_stage,
    locked,
    notice_day,
    put_down,
    step,
    tell,
    telling_began,
    told_at,
    until,
)
from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.queries.reminding import late_reminder, was_reminded
from banshi.rooms.cases.queries.views import due_of
from banshi.rooms.cases.rules import clocks
from banshi.rooms.cases.rules.lifecycle import CASE, UNDER_CLOCK
from banshi.rooms.places.queries import policy_of

# Phase by phase: the day that is waited for, the limit it comes from, and the steps from whose day it counts.
ISSUED_FROM: Final = ("decide", "decide_at_once", "pay", "waive", "reassess")  # T6
_ISSUE: Final = ("issue_due_on", "issue_days", ISSUED_FROM)
_WAITS: Final = {
    "pre_review": ("pre_review_due_on", "pre_review_days", ("submit",)),
    "supplement": ("supplement_due_on", "supplement_days", ("notice",)),
    "decided": _ISSUE,
    "issuing": _ISSUE,
}
_MAY_MOVE = ("provisional", "statutory_provisional")


def recount(*, now: datetime) -> int:
    """The days of every running case are worked out anew. Only whose day moves later than they were told is told, once. Again it
    changes nothing. :returns: how many moved.
    """
    moved = 0
    running = Case.objects.filter(phase__in=sorted(CASE.of("recount")), stopped_at=None)
    running = running.exclude(phase="await_receipt", counts_from=None).exclude(phase="ready", to_post_on=None)
    for case_no in list(running.order_by("id").values_list("no", flat=True)):
        with transaction.atomic():
            moved += recounted(locked(case_no), now=now)
    return moved


def recount_minutes(*, now: datetime) -> int:
    """期限 in hours or minutes run while the hall is open: where its hours changed since, the last moment is worked out anew.
    What stands is not even locked. :returns: how many moved.
    """
    moved = 0
    running = Case.objects.filter(phase__in=sorted(UNDER_CLOCK), due_at__isnull=False, stopped_at=None)
    for case in running.select_related("hall", "item").order_by("id"):
        if dues(case, now=now)["due_at"] == case.due_at:
            continue
        with alone(case.no, what="recount-minutes"):
            moved += recounted(locked(case.no), now=now)
    return moved


def is_to_be_reminded(case: Case, *, now: datetime) -> bool:
    """Whether the days of a supplement are given anew before they end: somebody hears of the case, and nobody was reminded."""
    return not was_reminded(case) and bool(told_at(case, now=now))


def recounted(case: Case, *, now: datetime) -> bool:
    """Whether the days of this case moved. The case is locked."""
    columns = _anew(case, now)
    if all(getattr(case, name) == value for name, value in columns.items()):
        return keep_stage(case)  # of days of its own, where the whole limit counts every day
    told = case.due_told
    days = {name: value for name, value in columns.items() if name not in _MAY_MOVE}
    moves = any(getattr(case, name) != value for name, value in days.items())
    if not moves:  # only whether it may still move: nothing happened to the case
        flags = {name: value for name, value in columns.items() if name in _MAY_MOVE}
        put_down(case, **flags)
        return keep_stage(case)
    event = step(case, "recount", by=SYSTEM, now=now, facts=days, **columns)
    day = due_of(case)
    if day is not None and told is not None and day > told:
        case.due_told = day
        case.save(update_fields=["due_told"])
        key = "case_later" if case.phase in UNDER_CLOCK else "case_day_later"
        tell(case, key, event=event, now=now, day=day.isoformat())
    return True


def _given_anew(case: Case, notice: CaseEvent, days: int) -> tuple[CaseEvent, int]:
    """The step that a supplement's days count from, and how many: those of the notice, or of the late reminder after it."""
    late = late_reminder(case, since=notice)
    return (notice, days) if late is None else (late, clocks.REMINDED_LATE)


def _here_already(case: Case) -> dict[str, Any]:
    """Of papers that lie here and nobody has counted yet; of a result that is to be posted."""
    if case.phase == "await_receipt" and case.counts_from is not None:
        columns = notice_day(case, begun=case.counts_from)
    elif case.phase == "ready" and case.to_post_on is not None:
        columns = until("issue_due_on", handling_of_case(case).limits.issue_days, begun=case.to_post_on)
    else:
        return {}
    return {name: value for name, value in columns.items() if name != "due_told"}


def _anew(case: Case, now: datetime) -> dict[str, Any]:
    """The columns as they are by the calendar of today; empty where nothing runs."""
    if case.phase in UNDER_CLOCK:
        return dues(case, now=now) if case.stopped_at is None else {}
    if case.phase != "received" and case.phase not in _WAITS:
        return _here_already(case)
    if case.phase == "received":
        begun = telling_began(case).astimezone(ZoneInfo(case.hall.timezone)).date()
        columns = notice_day(case, begun=begun)
        return {name: value for name, value in columns.items() if name != "due_told"}
    column, limit, verbs = _WAITS[case.phase]
    since = CaseEvent.objects.filter(case=case, verb__in=verbs).order_by("-seq").first()
    if since is None:
        return {}
    days = getattr(handling_of_case(case).limits, limit)
    if case.phase == "supplement":
        since, days = _given_anew(case, since, days)
    if case.fee_due_on is not None:
        column, days = "fee_due_on", policy_of(case.hall_id, now=since.at).fees.pay_working_days
    if getattr(case, column) is None:
        return {}
    columns = until(column, days, begun=since.at.astimezone(ZoneInfo(case.hall.timezone)).date())
    if case.phase == "supplement" and case.brought_on is not None:  # the hall's day is waited for, and may move
        columns |= notice_day(case, begun=case.brought_on)
    return {name: value for name, value in columns.items() if name != "due_told"}
