"""What the review of a case came to, for staff whose pages show it: opinions, procedures, other departments, handovers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from banshi.kernel.rights import holds
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.extending import asked_extension
from banshi.rooms.cases.queries.stopping import proposed_stop
from banshi.rooms.identity.models import Staff
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.parts import moment, named, zone_of

LOOK = "cases.look"  # opens the page of a case, where all of this stands


def review_part(case: Case, who: Caller, *, now: datetime) -> dict[str, Any] | None:
    """None for every key but of staff who look at cases in this hall."""
    if who.scope != "staff" or not holds({LOOK: who.where(LOOK)}, LOOK, case.hall.code):
        return None
    return {
        "opinions": _opinions(case),
        "stop_proposed": _stop_proposed(case),
        "extension_asked": _extension_asked(case),
        "stops": _stops(case),
        "consultations": _consultations(case, now=now),
        "handovers": _handovers(case),
        "promise_checks": _promise_checks(case, now=now),
    }


def _by(one: Staff | None) -> str | None:
    return one.name_zh if one is not None else None


def _opinions(case: Case) -> list[dict[str, Any]]:
    """An asked department's stands with what it was asked."""
    rows = case.opinions.exclude(stage="consult").select_related("by").order_by("id")
    zone = zone_of(case.hall)
    return [
        {"stage": each.stage, "says": each.says, "text": each.text, "by": _by(each.by), "at": moment(each.at, zone)}
        for each in rows
    ]


def _stop_proposed(case: Case) -> dict[str, Any] | None:
    said = proposed_stop(case)
    if said is None:
        return None
    by = _by(case.proposed_by)
    return {"kind": said.kind, "expected_days": said.expected_days, "basis": said.basis, "by": by}


def _extension_asked(case: Case) -> dict[str, Any] | None:
    said = asked_extension(case)
    if said is None:
        return None
    by, at = _by(case.extension_asked_by), moment(said.at, zone_of(case.hall))
    return {"days": said.days, "reason": said.reason, "by": by, "at": at}


def _stops(case: Case) -> list[dict[str, Any]]:
    zone = zone_of(case.hall)
    rows = case.stops.select_related("proposed_by", "approved_by").order_by("started_at", "id")
    return [
        {
            "kind": each.kind, "basis": each.basis, "expected_days": each.expected_days,
            "started_at": moment(each.started_at, zone), "ended_at": moment(each.ended_at, zone), "result": each.result,
            "proposed_by": _by(each.proposed_by), "approved_by": _by(each.approved_by),
        }
        for each in rows
    ]  # fmt: skip


def _consultations(case: Case, *, now: datetime) -> list[dict[str, Any]]:
    zone = zone_of(case.hall)
    return [
        {
            "id": each.row.pk,
            "department": named(each.row.department.code, each.row.department.name_zh, each.row.department.name_en),
            "question": each.row.question, "due_on": each.row.due_on, "asked_at": moment(each.row.asked_at, zone),
            "says": each.row.says or None, "text": each.row.text, "answered_at": moment(each.row.answered_at, zone),
            "late": each.late,
        }
        for each in cases.consulted_on(case, now=now)
    ]  # fmt: skip


def _handovers(case: Case) -> list[dict[str, Any]]:
    zone = zone_of(case.hall)
    rows = case.handovers.select_related("given_by", "signed_by", "refused_by").order_by("id")
    return [
        {
            "state": "signed" if each.signed_at else "refused" if each.refused_at else "waits",
            "pieces": each.pieces, "given_by": _by(each.given_by), "given_at": moment(each.given_at, zone),
            "answered_by": _by(each.signed_by or each.refused_by),
            "answered_at": moment(each.signed_at or each.refused_at, zone), "why": each.why,
        }
        for each in rows
    ]  # fmt: skip


def _promise_checks(case: Case, *, now: datetime) -> list[dict[str, Any]]:
    zone = zone_of(case.hall)
    return [
        {
            "requirement": named(each.code, each.name_zh, each.name_en), "due_on": each.row.due_on,
            "finding": each.row.says or None, "ground": each.row.ground or None, "reason": each.row.why,
            "checked_at": moment(each.row.checked_at, zone), "checked_by": _by(each.row.checked_by),
            "barred_until": each.row.barred_until, "lifted_at": moment(each.row.lifted_at, zone),
            "revoked_at": moment(each.row.revoked_at, zone),
        }
        for each in cases.checks_of(case, now=now)
    ]  # fmt: skip
