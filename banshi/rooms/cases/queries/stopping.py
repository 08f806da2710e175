"""特殊程序: what the review proposed, and which takes longer than was told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from banshi.rooms.cases.models import Case, CaseEvent, Stop

STOP: Final = "stop"  # of Case.proposed


@dataclass(frozen=True)
class ProposedStop:
    """By whom: `Case.proposed_by`."""

    kind: str
    expected_days: int
    basis: str


def proposed_stop(case: Case) -> ProposedStop | None:
    """What waits for an approver."""
    if case.proposed != STOP:
        return None
    said = CaseEvent.objects.filter(case=case, verb="propose_stop").order_by("-seq").first()
    return None if said is None else ProposedStop(said.facts["kind"], said.facts["expected_days"], said.why)


def ends_as_told(stop: Stop) -> date:
    """The last day of the time that was told; the day it began on is day 0."""
    began = stop.started_at.astimezone(ZoneInfo(stop.case.hall.timezone)).date()
    return began + timedelta(days=stop.expected_days)


def longer_than_told(cases: Collection[Case], *, now: datetime) -> dict[int, Stop]:
    """By id of case: procedures of these that go on after the time that was told."""
    stopped = [case.pk for case in cases if case.stopped_at is not None]
    if not stopped:
        return {}
    rows = Stop.objects.filter(case_id__in=stopped, ended_at=None).select_related("case__hall", "case__item")
    return {row.case_id: row for row in rows if _over(row, now)}


def _over(stop: Stop, now: datetime) -> bool:
    return now.astimezone(ZoneInfo(stop.case.hall.timezone)).date() > ends_as_told(stop)
