"""What a package says of the work on a case: opinions, procedures, who was asked, what rules found, and every sum of money."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from banshi.rooms.cases.models import Case, Extension
from banshi.rooms.fees.models import Charge, Payment, Waiver


def worked(case: Case) -> dict[str, list[dict[str, Any]]]:
    """Name of a file → its rows, in the order in which they came to be. Who did it is said as in the events."""
    return {
        "opinions": _opinions(case),
        "procedures": _procedures(case),
        "extensions": _extensions(case),
        "consultations": _consultations(case),
        "site_visits": _site_visits(case),
        "rule_runs": _rule_runs(case),
        "notices": _notices(case),
        "obligations": _obligations(case),
        "promise_checks": _promise_checks(case),
        "handovers": _handovers(case),
        "fees": _fees(case),
    }


def said(case: Case, moment: datetime | None) -> str | None:
    """As the hall's clock showed it."""
    return moment.astimezone(ZoneInfo(case.hall.timezone)).isoformat() if moment else None


def _by(staff_id: int | None) -> str | None:
    return None if staff_id is None else f"staff:{staff_id}"


def _opinions(case: Case) -> list[dict[str, Any]]:
    """审查意见, each with its words."""
    return [
        {"stage": o.stage, "says": o.says, "text": str(o.text), "by": _by(o.by_id), "at": said(case, o.at)}
        for o in case.opinions.order_by("id")
    ]


def _procedures(case: Case) -> list[dict[str, Any]]:
    """特殊程序: why it was held, how long, and what came of it."""
    return [
        {
            "kind": s.kind, "basis": str(s.basis), "expected_days": s.expected_days, "started_at": said(case, s.started_at),
            "started_by": s.started_by, "ended_at": said(case, s.ended_at), "result": str(s.result),
            "proposed_by": _by(s.proposed_by_id), "approved_by": _by(s.approved_by_id),
        }
        for s in case.stops.order_by("id")
    ]  # fmt: skip


def _extensions(case: Case) -> list[dict[str, Any]]:
    rows = Extension.objects.filter(case=case).order_by("id")
    return [{"days": e.days, "reason": str(e.reason), "at": said(case, e.at), "by": e.by} for e in rows]


def _consultations(case: Case) -> list[dict[str, Any]]:
    """征求意见: what was asked, what was shown, what was answered; also what nobody answered."""
    return [
        {
            "department": c.department.name_zh, "department_code": c.department.code, "question": str(c.question),
            "papers": c.papers, "due_on": c.due_on.isoformat(), "asked_at": said(case, c.asked_at),
            "asked_by": _by(c.asked_by_id), "says": c.says, "text": str(c.text),
            "answered_at": said(case, c.answered_at), "answered_by": _by(c.answered_by_id),
            "closed_at": said(case, c.closed_at),
        }
        for c in case.consultations.select_related("department").order_by("id")
    ]  # fmt: skip


def _site_visits(case: Case) -> list[dict[str, Any]]:
    """现场勘查: when, by whom, and what came of it; also those that were moved or called off."""
    return [
        {
            "stage": v.stage, "day": v.day.isoformat(), "from": v.from_at.isoformat(), "until": v.until_at.isoformat(),
            "officers": [_by(one.pk) for one in sorted(v.officers.all(), key=lambda one: one.pk)], "leader": _by(v.leader_id),
            "made_by": _by(v.made_by_id), "made_at": said(case, v.made_at), "state": v.state, "why": str(v.why),
            "ended_at": said(case, v.ended_at), "asked": str(v.asked), "asked_at": said(case, v.asked_at),
            "outcome": v.outcome, "words": str(v.words), "done_at": said(case, v.done_at), "done_by": _by(v.done_by_id),
        }
        for v in case.site_visits.order_by("id").prefetch_related("officers")
    ]  # fmt: skip


def _rule_runs(case: Case) -> list[dict[str, Any]]:
    """规则判定, also those that left it to a person, and those that were tried beside one."""
    return [
        {
            "occasion": r.occasion, "at": said(case, r.at), "mode": r.mode, "version": r.version, "held": r.held,
            "sampled": r.sampled, "outcome": r.outcome, "why": r.why, "trace": r.trace,
        }
        for r in case.rule_runs.order_by("id")
    ]  # fmt: skip


def _notices(case: Case) -> list[dict[str, Any]]:
    """一次性告知: what each asked for, and why."""
    rows = []
    for n in case.notices_given.order_by("round"):
        reasons: Mapping[str, str] = json.loads(n.reasons)
        missing = [{"code": m["code"], "kind": m["kind"], "reason": reasons.get(m["code"], "")} for m in n.missing]
        by = {"by": _by(n.by_id), "second_by": _by(n.second_by_id)}
        rows.append({"round": n.round, "missing": missing, "at": said(case, n.at), **by})
    return rows


def _obligations(case: Case) -> list[dict[str, Any]]:
    """容缺: what was promised, and whether it came."""
    return [
        {
            "code": o.code, "due_on": o.due_on.isoformat(), "met_at": said(case, o.met_at),
            "lapsed_at": said(case, o.lapsed_at),
        }
        for o in case.obligations.order_by("id")
    ]  # fmt: skip


def _promise_checks(case: Case) -> list[dict[str, Any]]:
    """承诺核查: by when, what was found and why, what followed; also what nobody checked."""
    return [
        {
            "code": p.material.code, "due_on": p.due_on.isoformat(), "says": p.says, "ground": p.ground, "why": str(p.why),
            "checked_at": said(case, p.checked_at), "checked_by": _by(p.checked_by_id),
            "barred_until": p.barred_until.isoformat() if p.barred_until else None,
            "lifted_at": said(case, p.lifted_at), "lifted_by": _by(p.lifted_by_id), "lifted_why": str(p.lifted_why),
            "revoked_at": said(case, p.revoked_at), "revoked_by": _by(p.revoked_by_id),
        }
        for p in case.promise_checks.select_related("material").order_by("id")
    ]  # fmt: skip


def _handovers(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "pieces": h.pieces, "given_at": said(case, h.given_at), "given_by": _by(h.given_by_id),
            "signed_at": said(case, h.signed_at), "signed_by": _by(h.signed_by_id),
            "refused_at": said(case, h.refused_at), "refused_by": _by(h.refused_by_id), "why": str(h.why),
        }
        for h in case.handovers.order_by("id")
    ]  # fmt: skip


def _fees(case: Case) -> list[dict[str, Any]]:
    """应缴, 缴费, 减免, 退费: in fen; every attempt, whether it counted or not."""
    return [
        {
            "fen": c.fen, "lines": c.lines, "further": c.further, "state": c.state, "raised_at": said(case, c.raised_at),
            "raised_by": c.raised_by, "settled_at": said(case, c.settled_at), "waived": _waived(case, c),
            "payments": [_payment(case, p) for p in c.payments.order_by("id")],
        }
        for c in Charge.objects.filter(case_no=case.no).order_by("id")
    ]  # fmt: skip


def _waived(case: Case, charge: Charge) -> dict[str, Any] | None:
    row = Waiver.objects.filter(charge=charge).first()
    if row is None:
        return None
    by = {"by": _by(row.by_id), "second_by": _by(row.second_by_id)}
    return {"reason": str(row.reason), "at": said(case, row.at), **by}


def _payment(case: Case, row: Payment) -> dict[str, Any]:
    return {
        "reference": row.reference, "number": row.number, "how": row.how, "fen": row.fen, "got": row.got,
        "state": row.state, "counts": row.counts, "receipt": row.receipt_no,
        "started_at": said(case, row.started_at), "started_by": row.started_by, "ended_at": said(case, row.ended_at),
        "refunds": [
            {
                "fen": r.fen, "why": r.why, "asked_at": said(case, r.asked_at), "done_at": said(case, r.done_at),
                "done_by": r.done_by, "number": r.number,
            }
            for r in row.refunds.order_by("id")
        ],
    }  # fmt: skip
