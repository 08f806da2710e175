"""审查与决定: taken by somebody, looked into, decided by another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.money import yuan
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.charging import ask_fee, issue_day, pay_day
from banshi.rooms.cases.actions.clearing import need_cleared
from banshi.rooms.cases.actions.granting import Said, what_is_granted
from banshi.rooms.cases.actions.ground import (
    give,
    invalid,
    locked,
    names,
    need,
    need_lease,
    need_running,
    saved,
    staff_of,
    step,
    tell,
)
from banshi.rooms.cases.actions.in_one_go import receipt_untold
from banshi.rooms.cases.actions.places import claim
from banshi.rooms.cases.actions.promise_checks import need_promises_kept
from banshi.rooms.cases.models import Case, CaseEvent, Obligation, Opinion
from banshi.rooms.cases.queries.flow import flow_of, lived, stages_to_report
from banshi.rooms.cases.queries.handling import fee_of, free_of, handling_of_case
from banshi.rooms.cases.queries.known import is_known
from banshi.rooms.cases.queries.views import proposers
from banshi.rooms.cases.rules.duties import decide_refusal, review_refusal
from banshi.rooms.cases.rules.flow import grant_refusal
from banshi.rooms.cases.rules.seen import seen_refusal

LONGEST_OPINION = 1000


def take(*, case_no: str, by: Actor, now: datetime, over: bool = False) -> Case:
    """Work on it: for half an hour after each step nobody else does.

    :param over: a supervisor takes it from whoever has it.
    :raises Refused: nothing-found, wrong-state, locked.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "take")
        if over and case.locked_by_id not in (None, staff_of(by)):
            step(case, "take", by=by, now=now, facts={"from": case.locked_by_id}, locked_by_id=None, locked_until=None)
            case.locked_by = None
        need_lease(case, by=by, now=now)
    return case


def release(*, case_no: str, by: Actor, may_supervise: bool = False, now: datetime) -> Case:
    """Let somebody else work on it. :raises Refused: nothing-found, locked (somebody else has it)."""
    with transaction.atomic():
        case = locked(case_no)
        if case.locked_by_id is not None and not may_supervise:
            need_lease(case, by=by, now=now)
        case.locked_by, case.locked_until = None, None
        case.save(update_fields=["locked_by", "locked_until"])
    return case


def opine(*, case_no: str, says: str, text: str = "", by: Actor, now: datetime) -> Case:
    """审查意见: what the review proposes, or a remark for whoever reads it next.

    Where a procedure of its flow stops no clock, an opinion to grant says what came of it: with that it is done.

    :param says: grant | refuse | note. :raises Refused: nothing-found, wrong-state, locked, same-person (who accepted it),
        clock-stopped, invalid.
    """
    if says not in ("grant", "refuse", "note"):
        raise invalid("says", "意见是准予、不予或备注", "Grant, refuse or note")
    if len(text) > LONGEST_OPINION or (says != "grant" and not text.strip()):
        raise invalid(
            "text", f"写明理由，{LONGEST_OPINION} 字以内", f"Give the reason, in up to {LONGEST_OPINION} characters"
        )
    with transaction.atomic():
        case = locked(case_no)
        need(case, "opine")
        need_lease(case, by=by, now=now)
        Opinion.objects.create(case=case, stage="review", says=says, text=text.strip(), by_id=staff_of(by), at=now)
        more: dict[str, Any] = {} if says == "note" else {"proposed": says, "proposed_by_id": staff_of(by)}
        if more:
            need_running(case)
            duties = handling_of_case(case).duties
            if no := review_refusal(reviews=staff_of(by), accepted_by=case.accepted_by_id, duties=duties):
                raise Refused(no)
            more |= {"locked_by_id": None, "locked_until": None, "urged_on": None}
        if says == "grant" and not text.strip() and (held := stages_to_report(case)):
            zh, en = "、".join(each.name_zh for each in held), ", ".join(each.name_en for each in held)
            raise invalid("text", f"写明结果：{zh}", f"Say what came of it: {en}")
        step(case, "opine", by=by, now=now, facts={"says": says}, **more)
    return case


def decide(
    *,
    case_no: str,
    grant: bool,
    reason: str = "",
    granted: Said | None = None,
    code: str = "",
    by: Actor,
    now: datetime,
) -> Case:
    """决定: by neither who took it in nor any who proposed. Nothing is granted while papers are still to follow, or before the
    departments and procedures of its flow.

    :param granted: what is granted (核定内容), by code; left out: as it is proposed. :param code: by which a refusal in writing
        is fetched, told with it; "" for by card alone.
    :raises Refused: nothing-found, wrong-state, locked, same-person, clock-stopped, stage-open, deferred-open,
        invalid (a no without a reason, something granted that cannot be).
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "decide")
        need_lease(case, by=by, now=now)
        need_running(case)
        taken_in_by = (case.received_by_id, case.accepted_by_id)
        no = decide_refusal(decides=staff_of(by), taken_in_by=taken_in_by, proposed_by=proposers(case))
        if no is not None:
            raise Refused(no)
        if case.proposed not in ("grant", "refuse"):
            raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "proposed"})
        if grant and (waits := grant_refusal(flow_of(case), lived(case))):
            raise Refused(waits)
        decided(case, "decide", grant=grant, reason=reason, granted=granted, code=code, by=by, now=now)
    return case


def decide_at_once(
    *,
    case_no: str,
    grant: bool,
    reason: str = "",
    granted: Said | None = None,
    seen: str = "",
    code: str = "",
    by: Actor,
    now: datetime,
) -> Case:
    """即办: the window settles it while the person waits, where the item says so. Whole, and all of it seen. Received in the same
    press, it is told in one message.

    :param seen: which document was compared with the person now, of `rules.seen.SEEN`; "" none. :param code: as in `decide`.
    :raises Refused: nothing-found, wrong-state, locked, not-allowed (not an instant matter), identity-not-seen, material-missing,
        invalid.
    """
    from banshi.rooms.cases.actions.receiving import accept

    with transaction.atomic():
        case = locked(case_no)
        need(case, "decide_at_once")
        if not case.instant:
            raise Refused("not-allowed", facts={"permission": "cases.approve"})
        if no := seen_refusal(grant=grant, seen=seen, reached=is_known(case, now=now)):
            raise Refused(no)
        accept(case_no=case_no, at_once=True, by=by, now=now)
        case = locked(case_no)
        receipt_untold(case, now=now)
        step(case, "hand_over", by=by, now=now, facts={"pieces": 0})
        decided(case, "decide", grant=grant, reason=reason, granted=granted, seen=seen, code=code, by=by, now=now)
    return case


def decided(
    case: Case,
    verb: str,
    *,
    grant: bool,
    reason: str,
    granted: Said | None = None,
    seen: str = "",
    code: str = "",
    by: Actor,
    now: datetime,
) -> CaseEvent:
    """Write the decision, its paper, its message. The case is locked, and may be decided by `by`. A refusal in writing is
    delivered in the same days as a result is (行政许可法 44 条).

    :param seen: as in `decide_at_once`. :param code: as in `decide`.
    :raises Refused: deferred-open, invalid; wrong-state – a grant, while a file waits for the scanner; quota-full,
        earlier-first, not-drawn-yet, not-drawn – where places are counted; material-missing – a promise was found untrue.
    """
    reason = reason.strip()
    if len(reason) > LONGEST_OPINION or (not grant and not reason):
        raise invalid(
            "reason", f"写明理由，{LONGEST_OPINION} 字以内", f"Give the reason, in up to {LONGEST_OPINION} characters"
        )
    owed = list(Obligation.objects.filter(case=case, met_at=None).order_by("id").values_list("code", flat=True))
    if grant and owed:
        called = names(owed, case)
        raise Refused("deferred-open", facts={"materials": [{"zh": n[0], "en": n[1]} for n in called]})
    if grant:
        need_cleared(case)
        need_promises_kept(case, now=now)
    what = what_is_granted(case, granted or {}, now=now) if grant else ()
    place = claim(case, now=now) if grant else {}
    fen, free = (fee_of(case), free_of(case)) if grant else (0, None)
    columns: dict[str, Any] = pay_day(case, now) if fen else issue_day(case, now)
    due = columns.get("issue_due_on")
    staff = None if by == SYSTEM else staff_of(by)
    if staff is not None:
        says = "grant" if grant else "refuse"
        Opinion.objects.create(case=case, stage="decide", says=says, text=reason, by_id=staff, at=now)
    case.decided_at = now
    event = step(
        case, verb, by=by, now=now, why=reason, granted=grant, decided_at=now, decided_by_id=staff, **columns,
        days_saved=saved(case, now=now), outcome="granted" if grant else "refused",
        facts={"grant": grant, **({"due_on": due} if due else {}), **({"seen": seen} if seen else {}),
               **({"fen": 0} if free is not None else {}), **place},
    )  # fmt: skip
    kind, key = ("grant", "case_granted") if grant else ("refusal", "case_refused")
    give(case, kind, event=event, now=now, reason=reason, due_issue=due, amount=yuan(fen) if fen else "", granted=what)
    if fen:
        ask_fee(case, event, fen=fen, now=now)
        return event
    more: dict[str, Any] = {"day": due.isoformat()} if grant and due else {"reason": reason}
    tell(case, key, event=event, now=now, secret={"code": code} if code else None, **more)
    return event
