"""承诺核查: what is to be checked by when, what was found, and whom it bars from promising."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Case, PromiseCheck
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.rules import promises
from banshi.rooms.cases.rules.clocks import light
from banshi.rooms.cases.rules.promises import AFTER, BEFORE, BROKEN, UNTRUE


@dataclass(frozen=True)
class CheckLine:
    """A promise to be checked, or what was found of it. `code`, `name_*`: of the paper in whose place it stands."""

    row: PromiseCheck
    code: str
    name_zh: str
    name_en: str
    light: str  # of the day it is to be checked by; "" once it was
    ground_zh: str
    ground_en: str
    to_revoke: bool  # found untrue after the grant, and nobody decided on it


def bar_of(case: Case, *, now: datetime) -> date | None:
    """Until when whoever applies promises nothing, since a promise of theirs was found untrue; None: nothing bars them."""
    today = now.astimezone(ZoneInfo(case.hall.timezone)).date()
    rows = PromiseCheck.objects.filter(says=BROKEN, lifted_at=None, barred_until__gte=today)
    if case.organisation_id is not None:
        rows = rows.filter(case__organisation_id=case.organisation_id)
    else:
        rows = rows.filter(case__organisation=None, case__person_id=case.person_id)
    return rows.order_by("-barred_until").values_list("barred_until", flat=True).first()


_TO_CHECK = Q(says="", material__gone_at=None) & (
    Q(case__phase__in=BEFORE) | Q(case__phase__in=AFTER, case__granted=True)
)
_TO_REVOKE = Q(says=BROKEN, late=True, revoked_at=None, lifted_at=None, case__phase="closed")


def promises_due(
    *, check: Sequence[str] = (), revoke: Sequence[str] = (), department: str = ""
) -> QuerySet[PromiseCheck]:
    """What waits for somebody. :param check: halls in which they check promises; :param revoke: in which they may revoke."""
    asked = (Q(case__hall__code__in=check) & _TO_CHECK) | (Q(case__hall__code__in=revoke) & _TO_REVOKE)
    return _of((*check, *revoke), department).filter(asked)


def to_check(*, halls: Sequence[str], department: str = "") -> QuerySet[PromiseCheck]:
    """What nobody has checked yet and can be, due first."""
    return _of(halls, department).filter(_TO_CHECK).order_by("due_on", "id")


def to_revoke(*, halls: Sequence[str], department: str = "") -> QuerySet[PromiseCheck]:
    """Found untrue after the grant, and neither revoked nor lifted, the oldest first."""
    return _of(halls, department).filter(_TO_REVOKE).order_by("checked_at", "id")


def barring(*, halls: Sequence[str], department: str = "", today: date) -> QuerySet[PromiseCheck]:
    """Findings by which somebody promises nothing today, the newest first."""
    rows = _of(halls, department).filter(says=BROKEN, lifted_at=None, barred_until__gte=today)
    return rows.order_by("-checked_at", "-id")


def _of(halls: Sequence[str], department: str) -> QuerySet[PromiseCheck]:
    rows = PromiseCheck.objects.filter(case__hall__code__in=halls, case__destroyed_at=None)
    if department:
        rows = rows.filter(case__department__code=department)
    return rows.select_related(
        "case__item", "case__hall", "case__department", "material", "checked_by", "revoked_by", "lifted_by"
    )


def check_lines(rows: Iterable[PromiseCheck], *, now: datetime) -> list[CheckLine]:
    """As pages show them. :param rows: with their case and material."""
    shown = list(rows)
    if not shown:
        return []
    calendar = work_calendar()
    return [_line(row, calendar, now=now) for row in shown]


def checks_of(case: Case, *, now: datetime) -> list[CheckLine]:
    """All of a case, in the order of its papers: also of promises in whose place the paper came."""
    rows = list(case.promise_checks.select_related("material", "checked_by", "revoked_by", "lifted_by").order_by("id"))
    for row in rows:
        row.case = case
    return check_lines(rows, now=now)


def _line(row: PromiseCheck, calendar: WorkCalendar, *, now: datetime) -> CheckLine:
    code, case = row.material.code, row.case
    paper = next((each for each in handling_of_case(case).materials if each.code == code), None)
    today = now.astimezone(ZoneInfo(case.hall.timezone)).date()
    ground = UNTRUE.get(row.ground)
    return CheckLine(
        row, code, paper.name_zh if paper else code, paper.name_en if paper else code,
        light(due_on=row.due_on, today=today, calendar=calendar, stopped=False) if open_to_check(row) else "",
        ground.name_zh if ground else "", ground.name_en if ground else "",
        row.late and row.revoked_at is None and row.lifted_at is None,
    )  # fmt: skip


def open_to_check(row: PromiseCheck) -> bool:
    """Whether it may be checked now."""
    there = not row.says and row.material.gone_at is None
    return there and promises.stage_refusal(row.case.phase, granted=row.case.granted) is None
