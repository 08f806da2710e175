"""How a case stands in the flow of its item's pinned version."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Case, CaseEvent, Opinion
from banshi.rooms.cases.queries.handling import guided_case, handling_of_case
from banshi.rooms.cases.queries.quota import limit_begins
from banshi.rooms.cases.queries.stopping import STOP
from banshi.rooms.cases.rules.clocks import Stop
from banshi.rooms.cases.rules.flow import Lived, StageRow, limit_of, limited, not_begun, stand, ungated
from banshi.rooms.cases.rules.lifecycle import CASE, UNDER_CLOCK
from banshi.rooms.cases.rules.procedures import SITE_VISIT, stops_clock
from banshi.rooms.catalogue.rules.flow import GATES
from banshi.rooms.catalogue.rules.handling import Stage

_ISSUED = ("issuing", "ready", "delivered", "closed")


def flow_of(case: Case) -> tuple[Stage, ...]:
    """The stages of the situation that was answered."""
    return guided_case(case).stages


def counted_stages(case: Case) -> tuple[Stage, ...]:
    """Procedures of its flow that the clock runs through: of a permit those that the law's list does not have."""
    held = (stage for stage in flow_of(case) if stage.act == "procedure")
    return tuple(stage for stage in held if not stops_clock(stage.procedure, item_type=case.item_type))


def lived(case: Case) -> Lived:
    """What a case has behind it, as far as its flow asks: departments and procedures are looked up where it has such stages."""
    zone = ZoneInfo(case.hall.timezone)

    def day(at: datetime | None) -> date | None:
        return at.astimezone(zone).date() if at is not None else None

    stops: tuple[Stop, ...] = ()
    if limited(flow_of(case)):
        ended = case.stops.filter(ended_at__isnull=False).order_by("id").values_list("started_at", "ended_at")
        stops = tuple(Stop(since.astimezone(zone).date(), day(until)) for since, until in ended)
    gated = any(stage.act in GATES for stage in flow_of(case))
    answered, over, open_ = _gates(case, zone) if gated else ({}, {}, frozenset())
    visited, planned = _visits(case, zone) if gated else ({}, frozenset())
    given = (
        _last(Opinion.objects.filter(case=case, stage="review", says__in=["grant", "refuse"]))
        if case.proposed in ("grant", "refuse")
        else None
    )
    made = "deliver" if case.granted is False else "issue"  # of a refusal nothing is made: its paper is handed over
    issued = _last(CaseEvent.objects.filter(case=case, verb=made)) if case.phase in _ISSUED else None
    return Lived(
        received=day(case.received_at), accepted=day(case.accepted_at), proposed=day(given), decided=day(case.decided_at),
        issued=day(issued),
        answered=answered, over=over, open=open_, visited=visited, planned=planned,
        counted=frozenset(stage.procedure for stage in counted_stages(case)),
        due={"receive": case.notice_due_on, "issue": case.issue_due_on},
        draw_on=limit_begins(case), stops=stops, own=case.department.code if gated else "", ended=case.phase in CASE.ends,
    )  # fmt: skip


def _last(rows: QuerySet[Any]) -> datetime | None:
    return rows.order_by("-at", "-id").values_list("at", flat=True).first()


def _gates(case: Case, zone: ZoneInfo) -> tuple[dict[str, date], dict[str, date], frozenset[str]]:
    """Departments that answered, procedures that ended – each with the last day –, and what is still open of both."""
    asked = case.consultations.order_by("id").values_list("department__code", "answered_at")
    stops = case.stops.order_by("id").values_list("kind", "ended_at")
    answered = {code: at.astimezone(zone).date() for code, at in asked if at is not None}
    over = {kind: at.astimezone(zone).date() for kind, at in stops if at is not None}
    return answered, over, frozenset(code for code, at in [*asked, *stops] if at is None)


def _visits(case: Case, zone: ZoneInfo) -> tuple[dict[str, date], frozenset[str]]:
    """Stages whose visit was made, each with the day, and those whose visit is still to be made."""
    if not any(stage.procedure == SITE_VISIT for stage in flow_of(case)):
        return {}, frozenset()
    rows = case.site_visits.filter(state__in=["planned", "done"]).order_by("id").values_list("stage", "done_at")
    visited = {stage: at.astimezone(zone).date() for stage, at in rows if at is not None}
    return visited, frozenset(stage for stage, at in rows if at is None)


def stages_to_report(case: Case) -> tuple[Stage, ...]:
    """Procedures that the clock runs through and of which the opinion has to say what came: not of a visit that was reported."""
    counted = counted_stages(case)
    if not any(each.procedure == SITE_VISIT for each in counted):
        return counted
    visited, planned = _visits(case, ZoneInfo(case.hall.timezone))
    return tuple(each for each in counted if each.code not in visited and each.code not in planned)


def stages_waited_for(case: Case) -> tuple[Stage, ...]:
    """Those that have to be done before anything is granted, and are not."""
    return ungated(flow_of(case), lived(case))


def stages_of(case: Case) -> tuple[StageRow, ...]:
    return stand(flow_of(case), lived(case), calendar=work_calendar)


def gates_of(case: Case) -> tuple[StageRow, ...]:
    """Departments and procedures of its flow, as they stand: what a decision waits for. Most flows have none, at no cost."""
    if not any(stage.act in GATES for stage in flow_of(case)):
        return ()
    return tuple(row for row in stages_of(case) if row.stage.act in GATES)


def stages_not_begun(case: Case) -> tuple[Stage, ...]:
    """Those of them that nobody began with; not a procedure while one is proposed."""
    if not (gates := gates_of(case)):
        return ()
    found = not_begun(gates, counted=counted_stages(case), own=case.department.code)
    return tuple(each for each in found if each.act != "procedure" or case.proposed != STOP)


def stage_limit(case: Case) -> tuple[str, date | None]:
    """The code and the last day of the stage under way whose own limit ends first, while the law's clock runs; "" where none has
    one, which most matters are told by at no cost."""
    if case.phase not in UNDER_CLOCK or not limited(handling_of_case(case).flow):
        return "", None
    row = limit_of(stages_of(case))
    return (row.stage.code, row.due_on) if row is not None else ("", None)
