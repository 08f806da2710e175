"""征求意见: what a department is asked about cases, and what it and others answered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case, Consultation, Handover, Opinion
from banshi.rooms.cases.queries.views import PaperRow, all_cases, paper_rows
from banshi.rooms.cases.rules.consulted import light

ENDED_LATELY: Final = timedelta(days=14)  # whoever had it reads of it so long


@dataclass(frozen=True)
class Consulted:
    """One question to a department. `light`: while it is open; `late`: answered after its day."""

    row: Consultation
    light: str
    late: bool

    @property
    def open(self) -> bool:
        return self.row.answered_at is None

    @property
    def closed(self) -> bool:
        """No answer is needed any more."""
        return self.row.closed_at is not None


def consultations() -> QuerySet[Consultation]:
    return Consultation.objects.select_related(
        "case__hall", "case__item", "case__department", "department", "asked_by", "answered_by"
    )  # fmt: skip


def asked_of(*, halls: Collection[str], department: str = "", staff: int | None = None) -> QuerySet[Consultation]:
    """What waits for an answer, due first.

    :param department: of this one's people; "": of any. :param staff: without what they asked themselves.
    """
    rows = consultations().filter(answered_at=None, case__phase="in_review")
    if "*" not in halls:
        rows = rows.filter(case__hall__code__in=list(halls))
    if department:
        rows = rows.filter(department__code=department)
    return (rows.exclude(asked_by_id=staff) if staff is not None else rows).order_by("due_on", "id")


def answered_to(staff: int, *, halls: Collection[str]) -> QuerySet[Consultation]:
    """Answers to what somebody asked that they have not weighed yet: no opinion was given since. Newest first. After a proposal
    to grant only a no is one: whoever proposed may think again.
    """
    to_weigh = Q(case__proposed="") | Q(case__proposed="grant", says="refuse")
    rows = consultations().filter(to_weigh, asked_by_id=staff, answered_at__isnull=False, case__phase="in_review")
    if "*" not in halls:
        rows = rows.filter(case__hall__code__in=list(halls))
    weighed = Opinion.objects.filter(case=OuterRef("case"), stage="review", at__gt=OuterRef("answered_at"))
    return rows.exclude(Exists(weighed)).order_by("-answered_at", "-id")


def answered_for(*, hall: str, department: str) -> QuerySet[Consultation]:
    """What a department answered, newest first, to be read again. :param department: "": any."""
    rows = consultations().filter(answered_at__isnull=False, case__hall__code=hall)
    rows = rows.filter(department__code=department) if department else rows
    return rows.order_by("-answered_at", "-id")


def closed_for(*, hall: str, department: str, now: datetime) -> QuerySet[Consultation]:
    """What a department was asked lately and need not answer: the case was taken back, or ended. Newest first.

    :param department: "": any.
    """
    rows = consultations().filter(closed_at__gte=now - ENDED_LATELY, case__hall__code=hall)
    rows = rows.filter(department__code=department) if department else rows
    return rows.order_by("-closed_at", "-id")


def ended_under(staff: int, *, hall: str, now: datetime) -> QuerySet[Case]:
    """Cases that somebody had – signed for, or gave an opinion on – and that were taken back, or ended, lately. Newest first."""
    had = Q(Exists(Opinion.objects.filter(case=OuterRef("pk"), stage="review", by_id=staff)))
    had |= Q(Exists(Handover.objects.filter(case=OuterRef("pk"), signed_by_id=staff)))
    rows = all_cases().filter(had, hall__code=hall, closed_at__gte=now - ENDED_LATELY)
    return rows.filter(phase__in=["withdrawn", "terminated"]).order_by("-closed_at", "-id")


def consultation_of(consultation_id: int, *, hall: str, department: str) -> Consultation:
    """:raises Refused: nothing-found – also for another hall's or department's."""
    rows = consultations().filter(id=consultation_id, case__hall__code=hall)
    row = (rows.filter(department__code=department) if department else rows).first()
    if row is None:
        raise Refused("nothing-found", facts={"consultation": consultation_id})
    return row


def consulted_on(case: Case, *, now: datetime) -> list[Consulted]:
    """All that was asked about a case, in order."""
    return [consulted(row, now=now) for row in consultations().filter(case=case).order_by("id")]


def consulted(row: Consultation, *, now: datetime) -> Consulted:
    zone = ZoneInfo(row.case.hall.timezone)
    answered = row.answered_at.astimezone(zone).date() if row.answered_at else None
    late = answered is not None and answered > row.due_on
    waits = answered is None and row.closed_at is None
    return Consulted(row, light(row.due_on, today=now.astimezone(zone).date()) if waits else "", late)


def papers_shown(row: Consultation) -> list[PaperRow]:
    """The papers that the asked department may see."""
    return [paper for paper in paper_rows(row.case) if paper.code in row.papers]


def latest_day(case: Case, today: date) -> date:
    """By when an answer is asked at the latest."""
    return max(case.due_promised or today, today)
