"""特殊程序: proposed by the review, approved by another, told to whoever applied – and told again once it takes longer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.ground import (
    alone,
    decided_by,
    dues,
    give,
    invalid,
    last_day,
    locked,
    need,
    need_lease,
    need_running,
    staff_of,
    step,
    tell,
    today_of,
)
from banshi.rooms.cases.models import Case, Stop
from banshi.rooms.cases.queries.stopping import STOP, ends_as_told, proposed_stop
from banshi.rooms.cases.rules.duties import approve_refusal
from banshi.rooms.cases.rules.procedures import PROCEDURES, stops_clock

LONGEST_BASIS = 300
_FREE: dict[str, Any] = {"locked_by_id": None, "locked_until": None, "urged_on": None}  # somebody else's turn


def propose_stop(*, case_no: str, kind: str, basis: str, expected_days: int, by: Actor, now: datetime) -> Case:
    """特殊程序: the review proposes a hearing, an inspection, testing, an expert review. The clock runs until an approver
    agrees; an opinion takes the proposal's place.

    :raises Refused: nothing-found, wrong-state, locked, clock-stopped (it stands already), invalid.
    """
    if kind not in PROCEDURES:
        raise invalid("kind", "没有这种特殊程序", "No such procedure")
    if not 1 <= expected_days <= 365:
        raise invalid("expected_days", "写 1 到 365 天", "1 to 365 days")
    if not basis.strip() or len(basis) > LONGEST_BASIS:
        raise invalid("basis", "写明依据，300 字以内", "Say on what ground, in up to 300 characters")
    with transaction.atomic():
        case = locked(case_no)
        need(case, "propose_stop")
        need_lease(case, by=by, now=now)
        need_running(case)
        _need_law(case, kind)
        step(case, "propose_stop", by=by, now=now, why=basis.strip(), facts={"kind": kind, "expected_days": expected_days},
             proposed=STOP, proposed_by_id=staff_of(by), **_FREE)  # fmt: skip
    return case


def stop_clock(*, case_no: str, said: tuple[str, int] | None = None, by: Actor, now: datetime) -> Case:
    """An approver agrees: from now on time is not counted, and the applicant is told how long it takes (行政许可法 45 条). Of two
    who agree at once one does: the case is locked.

    :param said: which and how many days the approver agrees to, where they say it; something else may be proposed by then.
    :raises Refused: nothing-found, wrong-state (nothing is proposed), locked, clock-stopped, same-person, invalid.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "stop_clock")
        need_lease(case, by=by, now=now)
        need_running(case)
        proposed, proposer = proposed_stop(case), case.proposed_by_id
        if proposed is None or proposer is None:
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "proposed"})
        if said is not None and said != (proposed.kind, proposed.expected_days):
            raise invalid(
                "kind", "提议的是另一种程序或另一个天数", "Another procedure, or another number of days, is proposed"
            )
        if (no := approve_refusal(proposed_by=proposer, approves=staff_of(by))) is not None:
            raise Refused(no)
        _need_law(case, proposed.kind)  # proposed before the law's list was held to
        Stop.objects.create(
            case=case, kind=proposed.kind, basis=proposed.basis, expected_days=proposed.expected_days, started_at=now,
            started_by=str(by), proposed_by_id=proposer, approved_by_id=staff_of(by),
        )  # fmt: skip
        event = step(
            case, "stop_clock", by=by, now=now, stopped_at=now, proposed="", proposed_by_id=None, **_FREE,
            facts={"kind": proposed.kind, "expected_days": proposed.expected_days, "second_by": proposer},
        )  # fmt: skip
        zh, en = PROCEDURES[proposed.kind]
        give(case, "special_procedure", event=event, now=now, procedure=zh, reason=proposed.basis,
             days_stopped=f"{proposed.expected_days} 天")  # fmt: skip
        tell(case, "case_stopped", event=event, now=now, what_zh=zh, what_en=en, days=proposed.expected_days)
    return case


def _need_law(case: Case, kind: str) -> None:
    """The clock of a permit stops for what the law names, and for nothing else."""
    if not stops_clock(kind, item_type=case.item_type):
        zh, en = PROCEDURES[kind]
        raise invalid(
            "kind",
            f"行政许可法第四十五条没有{zh}，期限照算；结果写进审查意见",
            f"{en} is not in Art. 45 of the Administrative Licensing Law: the clock runs, and the opinion says what came of it",
        )


def refuse_stop(*, case_no: str, why: str, by: Actor, now: datetime) -> Case:
    """An approver does not agree: the clock ran all the time, and the case is back with the review.

    :raises Refused: nothing-found, wrong-state (nothing is proposed), locked, same-person, invalid.
    """
    if not why.strip() or len(why) > LONGEST_BASIS:
        raise invalid("why", "写明理由，300 字以内", "Give the reason, in up to 300 characters")
    with transaction.atomic():
        case = locked(case_no)
        need(case, "refuse_stop")
        need_lease(case, by=by, now=now)
        if proposed_stop(case) is None or case.proposed_by_id is None:
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "proposed"})
        if (no := approve_refusal(proposed_by=case.proposed_by_id, approves=staff_of(by))) is not None:
            raise Refused(no)
        step(case, "refuse_stop", by=by, now=now, why=why.strip(), proposed="", proposed_by_id=None, **_FREE)
    return case


def resume_clock(*, case_no: str, result: str, by: Actor, now: datetime) -> Case:
    """The procedure is over; the day it is due is worked out anew.

    :raises Refused: nothing-found, wrong-state (nothing stands), locked, invalid.
    """
    if not result.strip() or len(result) > 500:
        raise invalid("result", "写明结果，500 字以内", "Say what came of it, in up to 500 characters")
    with transaction.atomic():
        case = locked(case_no)
        need(case, "resume_clock")
        need_lease(case, by=by, now=now)
        stop = case.stops.filter(ended_at=None).first()
        if stop is None:
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "stopped"})
        stop.ended_at, stop.result = now, result.strip()
        stop.save(update_fields=["ended_at", "result"])
        columns = dues(case, now=now)
        event = step(
            case, "resume_clock", by=by, now=now, stopped_at=None, due_told=columns["due_promised"], **columns,
            facts={"due_promised": columns["due_promised"], "due_statutory": columns["due_statutory"]},
        )  # fmt: skip
        tell(case, "case_goes_on", event=event, now=now, **decided_by(case))
    return case


def tell_longer(*, now: datetime) -> int:
    """A procedure takes longer than was told: whoever applied is told so, once. :returns: how many were."""
    done = 0
    rows = Stop.objects.filter(ended_at=None, late_told_at=None, started_at__lt=now).order_by("started_at", "id")
    late = [stop.case.no for stop in rows.select_related("case__hall") if ends_as_told(stop) < last_day(now)]
    for case_no in late:
        with alone(case_no, what="tell-longer"):
            case = locked(case_no)
            stop = case.stops.filter(ended_at=None, late_told_at=None).first()
            if stop is None or ends_as_told(stop) >= today_of(case, now):
                continue
            stop.late_told_at = now
            stop.save(update_fields=["late_told_at"])
            event = case.events.filter(verb="stop_clock").latest("seq")
            zh, en = PROCEDURES[stop.kind]
            tell(case, "case_stop_longer", event=event, now=now, what_zh=zh, what_en=en, days=stop.expected_days)
            done += 1
    return done
