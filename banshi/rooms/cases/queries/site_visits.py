"""现场勘查: the visits of a case, and those that somebody is to make."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case, SiteVisit
from banshi.rooms.cases.queries.flow import flow_of
from banshi.rooms.cases.queries.handling import form_of, guided_case
from banshi.rooms.cases.rules.procedures import SITE_VISIT
from banshi.rooms.catalogue.rules.handling import Stage
from banshi.rooms.identity.models import Staff


@dataclass(frozen=True)
class VisitView:
    """A visit with who makes it, the leader first. `stage`: of the flow, None for one of the review's own."""

    row: SiteVisit
    officers: Sequence[Staff]
    stage: Stage | None

    @property
    def open(self) -> bool:
        return self.row.state == "planned"


def site_visits() -> QuerySet[SiteVisit]:
    return SiteVisit.objects.select_related(
        "case__hall", "case__item", "case__department", "leader", "made_by", "done_by"
    )


def visits_on(case: Case) -> list[VisitView]:
    """All that were planned for a case, in order."""
    return viewed(list(site_visits().filter(case=case).order_by("id").prefetch_related("officers")))


def viewed(rows: Sequence[SiteVisit]) -> list[VisitView]:
    """:param rows: with their officers fetched."""
    found = []
    for row in rows:
        stage = next((each for each in flow_of(row.case) if each.code == row.stage), None)
        people = sorted(row.officers.all(), key=lambda one: (one.pk != row.leader_id, one.pk))
        found.append(VisitView(row, people, stage))
    return found


def _to_make(halls: Collection[str], department: str) -> Q:
    """Planned, of cases that are still looked into; :param department: "" for any."""
    said = Q(state="planned", case__phase="in_review")
    if "*" not in halls:
        said &= Q(case__hall__code__in=list(halls))
    return said & Q(case__department__code=department) if department else said


def visits_of(
    staff: int, *, halls: Collection[str], department: str = "", until: date | None = None
) -> QuerySet[SiteVisit]:
    """What somebody is to make, by day and span: also of days gone by, as nobody said what came of it.

    :param department: of whose cases alone. :param until: the last day.
    """
    rows = site_visits().filter(_to_make(halls, department), officers=staff)
    if until is not None:
        rows = rows.filter(day__lte=until)
    return rows.order_by("day", "from_at", "id")


def other_times(staff: int, *, halls: Collection[str], department: str = "") -> QuerySet[SiteVisit]:
    """Visits that somebody planned and for which another time was asked."""
    rows = site_visits().filter(_to_make(halls, department), made_by=staff, asked_at__isnull=False)
    return rows.order_by("day", "from_at", "id")


@dataclass(frozen=True)
class VisitsWaiting:
    """Of one person: how many they make or another time is asked for, and of how many it is their turn now."""

    planned: int
    waiting: int


def visits_waiting(staff: int, *, halls: Collection[str], department: str = "", today: date) -> VisitsWaiting:
    """As `visits_of` until today and `other_times`, counted in one statement."""
    rows = SiteVisit.objects.filter(_to_make(halls, department))
    goes = SiteVisit.officers.through.objects.filter(sitevisit=OuterRef("pk"), staff=staff)
    asked = Q(made_by=staff, asked_at__isnull=False)
    said = (
        rows.annotate(goes=Exists(goes))
        .filter(Q(goes=True) | asked)
        .aggregate(
            planned=Count("pk"), due=Count("pk", filter=Q(goes=True, day__lte=today)), asked=Count("pk", filter=asked)
        )
    )
    return VisitsWaiting(said["planned"], said["due"] + said["asked"])


def visit_of(visit_id: int, *, hall: str, department: str, staff: int | None) -> VisitView:
    """One that somebody makes or planned. :raises Refused: nothing-found – also for another hall's, department's, person's."""
    rows = site_visits().filter(id=visit_id, case__hall__code=hall)
    rows = rows.filter(Q(made_by=staff) | Q(pk__in=SiteVisit.objects.filter(officers=staff).values("pk")))
    rows = rows.filter(case__department__code=department) if department else rows
    row = rows.prefetch_related("officers").first()
    if row is None:
        raise Refused("nothing-found", facts={"visit": visit_id})
    return viewed([row])[0]


def stages_to_visit(case: Case) -> list[Stage]:
    """Stages of its flow that are a visit, and for which none is planned or was made."""
    stages = [each for each in flow_of(case) if each.act == "procedure" and each.procedure == SITE_VISIT]
    if not stages:
        return []
    taken = set(case.site_visits.filter(state__in=["planned", "done"]).values_list("stage", flat=True))
    return [each for each in stages if each.code not in taken]


def premises_of(case: Case) -> str:
    """Where they go: the first address of its form, whole; "" where it asks for none."""
    form = form_of(case)
    said = (str(form.get(field.code) or "") for field in guided_case(case).fields if field.type == "address")
    return next((each for each in said if each), "")


def begins(row: SiteVisit) -> datetime:
    """When they come, on the hall's clock."""
    return datetime.combine(row.day, row.from_at, ZoneInfo(row.case.hall.timezone))
