"""What hours and places leave open in a hall (未了结): one list, so that nothing is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q

from banshi.journeys.follow_up import Outcome, outcome_of
from banshi.rooms.booking.models import FollowUp, FollowUpVisit, Slot
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Session
from banshi.rooms.places.models import Hall

OVERLAPS_WITHIN = timedelta(days=30)
MOST = 100


@dataclass(frozen=True)
class Unsettled:
    """From now on: follow-ups that are under way or left somebody over, periods with more people than places, people in
    periods that are no longer given out, and days (with the two sessions) on which sessions overlap."""

    follow_ups: list[tuple[FollowUp, Outcome]]
    overbooked: list[Slot]
    old_grid: list[Slot]
    overlaps: list[tuple[date, Session, Session]]

    @property
    def any(self) -> bool:
        return bool(self.follow_ups or self.overbooked or self.old_grid or self.overlaps)


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
        old_grid=list(coming.filter(Q(taken__gt=0) | Q(internal_taken__gt=0), closed=True, session="")[:MOST]),
        overlaps=_overlaps(hall, now),
    )


def _overlaps(hall: Hall, now: datetime) -> list[tuple[date, Session, Session]]:
    """For each pair of rules the first day on which their sessions overlap."""
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    found: dict[frozenset[str], tuple[date, Session, Session]] = {}
    for day, sessions in calendars.sessions(hall, today, today + OVERLAPS_WITHIN).items():
        for one, other in combinations(sessions, 2):
            if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
                found.setdefault(frozenset({one.rule, other.rule}), (day, one, other))
    return list(found.values())
