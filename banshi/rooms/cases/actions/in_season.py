"""What was begun of an item that is received in seasons only (受理时段): whoever has a draft hears some days before one ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from banshi.rooms.cases.actions.ground import tell_of, today_of
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.queries.retiring import is_retired
from banshi.rooms.catalogue.queries.seasons import seasons_of
from banshi.rooms.places.queries import policy_of

AWAKE_FROM = 8  # o'clock


def tell_season_ends(*, now: datetime) -> int:
    """Once a season, from so many days before its last one as the hall's rules say. :returns: how many are due to be told."""
    return sum(_tell(case, now=now) for case in _begun())


def _begun() -> QuerySet[Case]:
    rows = Case.objects.filter(phase="draft", item__handling__seasons__0__isnull=False).exclude(contact=None)
    return rows.select_related("hall", "item").order_by("id")


def _tell(case: Case, *, now: datetime) -> int:
    """By what the item says now: by that it is taken when it is sent."""
    before = policy_of(case.hall_id, now=now).messages.season_ends_before
    today, seasons = today_of(case, now), seasons_of(case.item)
    awake = now.astimezone(ZoneInfo(case.hall.timezone)).hour >= AWAKE_FROM
    if seasons is None or not awake or not seasons.hold(today) or is_retired(case.item, now=now):
        return 0
    last = seasons.closes(today)
    if last - today > timedelta(days=before) or not before:
        return 0
    tell_of(case, "case_season_ends", mark=last.isoformat(), now=now, day=last.isoformat())
    return 1
