"""What hours and places leave open in a hall (未了结): one list, so that nothing is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from banshi.journeys.hours import outside
from banshi.journeys.hours.follow_up import Outcome, outcome_of
from banshi.rooms.booking.models import STANDS, Appointment, ExtraSlot, FollowUp, FollowUpVisit, Slot
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.models import Closure
from banshi.rooms.calendars.rules import Session
from banshi.rooms.places.models import Hall, WindowCategory

OVERLAPS_WITHIN = timedelta(days=30)
MOST = 100


@dataclass(frozen=True)
class Unsettled:
    """From now on: follow-ups that are under way or left somebody over, periods with more people than places, people in
    periods that are no longer given out, people who were told to come although no window can serve them, and days (with
    the two sessions) on which sessions overlap."""

    follow_ups: list[tuple[FollowUp, Outcome]]
    overbooked: list[Slot]
    old_grid: list[Slot]
    kept: list[Appointment]  # settled: they stand by decision, and their people were told
    unserved: list[Appointment]
    overlaps: list[tuple[date, Session, Session]]

    @property
    def any(self) -> bool:
        return bool(self.follow_ups or self.overbooked or self.old_grid or self.unserved or self.overlaps)


def unsettled(*, hall: Hall, now: datetime) -> Unsettled:
    open_visits = FollowUpVisit.objects.filter(follow_up=OuterRef("pk"), state__in=["due", "failed"])
    week = now - timedelta(days=7)
    follow_ups = FollowUp.objects.filter(Exists(open_visits), hall=hall, made_at__gte=week).order_by("-id")
    coming = Slot.objects.filter(hall=hall, ends_at__gt=now).order_by("starts_at", "business")
    return Unsettled(
        follow_ups=[(row, outcome_of(row)) for row in follow_ups[:MOST]],
        overbooked=list(
            coming.filter(Q(taken__gt=F("quota")) | Q(internal_taken__gt=F("internal_quota")), closed=False)[:MOST]
        ),
        old_grid=list(_old_grid(hall, coming)[:MOST]),
        kept=outside.kept(hall=hall, now=now)[:MOST],
        unserved=_unserved(hall, now),
        overlaps=_overlaps(hall, now),
    )


def _old_grid(hall: Hall, coming: QuerySet[Slot]) -> QuerySet[Slot]:
    """Periods no longer given out in which somebody sits whom nobody has decided to keep."""
    # Who has come is served from the line: there is nothing left to decide.
    undecided = Appointment.objects.filter(hall=hall, kept=None, state="booked")
    own = undecided.filter(slot=OuterRef("pk"))
    further = ExtraSlot.objects.filter(slot=OuterRef("pk"), appointment__in=undecided)
    return coming.filter(Exists(own) | Exists(further), closed=True, session="")


def _unserved(hall: Hall, now: datetime) -> list[Appointment]:
    """Kept in a closure and told to come, but every window that serves them stands in a zone that is closed then."""
    kept = Appointment.objects.filter(STANDS, hall=hall, kept__served=True, ends_at__gt=now).select_related("item")
    rows = list(kept.order_by("starts_at", "id")[:MOST])
    if not rows:
        return []
    closures = Closure.objects.filter(hall=hall, withdrawn_at=None, ends_at__gt=now).exclude(floor=None, zone=None)
    shut = list(closures.order_by("id").values_list("starts_at", "ends_at", "floor_id", "zone_id"))
    windows: dict[int, set[tuple[int, int]]] = {}
    serving = WindowCategory.objects.filter(window__hall=hall).order_by("id")
    for category, floor, zone in serving.values_list("category_id", "window__zone__floor_id", "window__zone_id"):
        windows.setdefault(category, set()).add((floor, zone))

    def open_for(row: Appointment) -> bool:
        now_shut = [each for each in shut if each[0] < row.ends_at and row.starts_at < each[1]]
        return any(
            all(zone != shut_zone and floor != shut_floor for _, _, shut_floor, shut_zone in now_shut)
            for floor, zone in windows.get(row.category_id, set())
        )

    return [row for row in rows if not open_for(row)]


def _overlaps(hall: Hall, now: datetime) -> list[tuple[date, Session, Session]]:
    """For each pair of rules the first day on which their sessions overlap."""
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    found: dict[frozenset[str], tuple[date, Session, Session]] = {}
    for day, sessions in calendars.sessions(hall, today, today + OVERLAPS_WITHIN).items():
        for one, other in combinations(sessions, 2):
            if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
                found.setdefault(frozenset({one.rule, other.rule}), (day, one, other))
    return list(found.values())
