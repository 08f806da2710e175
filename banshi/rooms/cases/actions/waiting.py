"""立等可取: what is promised to whoever waits in the hall, and said honestly once it is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from banshi.rooms.calendars.queries import next_opening
from banshi.rooms.cases.actions.ground import tell
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.rules.waiting import WAITS_IN, promised
from banshi.rooms.places.models import Hall

MOST_SESSIONS: Final = 4  # it goes on with; then nobody waits any more
SAID_WITHIN: Final = timedelta(hours=12)


def waits_until(case: Case, *, there: bool, now: datetime) -> datetime | None:
    """The moment promised to whoever hands it in now. :param there: they stand at a window."""
    minutes = handling_of_case(case).wait_minutes
    return promised(_sessions(case.hall, now), minutes=minutes, now=now) if minutes and there else None


def _sessions(hall: Hall, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    for _n in range(MOST_SESSIONS):
        session = next_opening(hall, now)
        if session is None:
            return
        yield session.starts_at, session.ends_at
        now = session.ends_at


def tell_late(*, now: datetime) -> int:
    """Whoever waits longer than was promised is told so, once. :returns: how many wait so."""
    rows = Case.objects.filter(
        wait_until__gt=now - SAID_WITHIN, wait_until__lt=now, phase__in=WAITS_IN, fee_due_on=None
    )
    late = list(rows.exclude(granted=False).select_related("hall", "item").order_by("id"))
    for case in late:
        received = case.events.filter(verb="receive").order_by("-seq")[0]
        tell(case, "case_wait_late", event=received, now=now)
    return len(late)
