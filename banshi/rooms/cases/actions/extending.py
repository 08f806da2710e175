"""延长办理期限: the department asks for it, the head of the body approves it (行政许可法 42 条); a head may do so unasked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.ground import (
    decided_by,
    dues,
    give,
    invalid,
    locked,
    need,
    need_lease,
    staff_of,
    step,
    tell,
    today_of,
)
from banshi.rooms.cases.models import Case, Extension
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.queries.quota import limit_begins
from banshi.rooms.cases.rules import clocks
from banshi.rooms.cases.rules.duties import extend_refusal

LONGEST_WHY = 300


def propose_extension(*, case_no: str, days: int, reason: str, by: Actor, now: datetime) -> Case:
    """The department asks the head for more time. Work goes on, the clock runs; said again, it takes the place of what was
    asked for before.

    :raises Refused: nothing-found, wrong-state (extended already), locked, too-early (its days run from a draw), too-late,
        invalid.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "propose_extension")
        need_lease(case, by=by, now=now)
        _need_room(case, days=days, reason=reason, now=now)
        step(
            case, "propose_extension", by=by, now=now, why=reason.strip(), facts={"days": days},
            extension_asked_by_id=staff_of(by),
        )  # fmt: skip
    return case


def extend(*, case_no: str, days: int, reason: str, by: Actor, now: datetime) -> Case:
    """The head approves: once, before the statutory limit ends, by up to ten working days, fifteen where several bodies
    decide. What the head says counts, whatever was asked for. Nobody's work on the case keeps the head from it, and the
    head keeps nobody from theirs; of two heads at once one extends: the case is locked.

    :raises Refused: nothing-found, wrong-state (extended already), same-person (who asked for it), too-early (its days run
        from a draw), too-late, invalid.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "extend")
        _need_room(case, days=days, reason=reason, now=now)
        asked_by = case.extension_asked_by_id
        if (no := extend_refusal(proposed_by=asked_by, approves=staff_of(by))) is not None:
            raise Refused(no)
        case.extension = Extension.objects.create(
            case=case, days=days, reason=reason.strip(), at=now, by=str(by), proposed_by_id=asked_by,
            approved_by_id=staff_of(by),
        )  # fmt: skip
        promised_before, before = case.due_promised, case.due_statutory
        columns = dues(case, now=now)
        second = {"second_by": asked_by} if asked_by is not None else {}
        event = step(
            case, "extend", by=by, now=now, why=reason.strip(), due_told=columns["due_promised"], **columns,
            extension_asked_by_id=None,
            facts={"days": days, "due_promised": columns["due_promised"], "due_statutory": columns["due_statutory"], **second},
        )  # fmt: skip
        give(
            case,
            "extension",
            event=event,
            now=now,
            promised_before=promised_before,
            due_before=before,
            days_stopped=f"{days} 个工作日",
            reason=reason.strip(),
        )
        tell(
            case,
            "case_extended",
            event=event,
            now=now,
            days=days,
            reason=reason,
            **decided_by(case),
            **_law(case),
        )
    return case


def _law(case: Case) -> dict[str, Any]:
    """What a message says of the day that the law sets, where another is promised."""
    day = case.due_statutory
    return {"law": day.isoformat()} if day is not None and day != case.due_promised else {}


def refuse_extension(*, case_no: str, why: str, by: Actor, now: datetime) -> Case:
    """The head does not approve: the limit stays, and it may be asked for again.

    :raises Refused: nothing-found, wrong-state (nobody asked), same-person, invalid.
    """
    if not why.strip() or len(why) > LONGEST_WHY:
        raise invalid("why", "写明理由，300 字以内", "Give the reason, in up to 300 characters")
    with transaction.atomic():
        case = locked(case_no)
        need(case, "refuse_extension")
        if case.extension_asked_by_id is None:
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "proposed"})
        if (no := extend_refusal(proposed_by=case.extension_asked_by_id, approves=staff_of(by))) is not None:
            raise Refused(no)
        step(case, "refuse_extension", by=by, now=now, why=why.strip(), facts={}, extension_asked_by_id=None)
    return case


def _need_room(case: Case, *, days: int, reason: str, now: datetime) -> None:
    """That its days run, the law leaves so many more, and they were not given yet."""
    most = clocks.MOST_EXTENSION_JOINT if handling_of_case(case).joint else clocks.MOST_EXTENSION
    if not 1 <= days <= most:
        raise invalid("days", f"延长 1 到 {most} 个工作日", f"1 to {most} working days")
    if not reason.strip() or len(reason) > LONGEST_WHY:
        raise invalid("reason", "写明理由，300 字以内", "Give the reason, in up to 300 characters")
    if Extension.objects.filter(case=case).exists():
        raise Refused("wrong-state", facts={"kind": "case", "state": "extended", "needs": "not extended"})
    begins = limit_begins(case)
    if begins is not None and today_of(case, now) < begins:  # who waits for a draw has used none of their days yet
        raise Refused("too-early", facts={"opens": begins.isoformat()})
    ends = dues(case, now=now)["due_statutory"]  # while the clock stands, later than was last written down
    if ends is not None and today_of(case, now) > ends:
        raise Refused("too-late", facts={"closes": ends.isoformat()})
