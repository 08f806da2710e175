"""Look after the machines of the city: those of a demo are heard, who is silent is noted, whoever has to know is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.module_loading import import_string

from banshi.foundation.memory import forgettable
from banshi.journeys.zone import entering
from banshi.rooms.devices import queries as devices
from banshi.rooms.devices.actions import fleet
from banshi.rooms.devices.queries import fleet as fleet_queries

log = structlog.get_logger("banshi.fleet")
GAP: Final = timedelta(seconds=60)  # longer than between two looks: nobody was there to hear anybody


class _Watch:
    """Since when this process has been looking without a gap, in machine time: machines are not silent because nobody
    listened – after a night in which the installation stood still, each has its 90 seconds first."""

    def __init__(self) -> None:
        self.since: datetime | None = None
        self.last: datetime | None = None

    def look(self, at: datetime) -> bool:
        """Whether whoever was not heard is silent."""
        if self.since is None or self.last is None or not timedelta(0) <= at - self.last <= GAP:
            self.since = at
        self.last = at
        return at - self.since >= devices.SILENT_AFTER


_watch = _Watch()


@forgettable
def forget() -> None:
    """It has only just begun to look (tests)."""
    _watch.__init__()  # type: ignore[misc]


def look(*, at: datetime, now: datetime) -> None:
    """Each by itself: one that fails is told, and keeps no other from its turn. :param at: machine time."""
    listened = _watch.look(at)
    _alone("hear", lambda: _hear_stand_ins(at=at, now=now))
    if listened:
        _alone("silent", lambda: fleet.note_silent(at=at, now=now))
    _alone("tell", lambda: fleet.tell(now=now))
    _alone("zones", lambda: entering.look_after(now=now))


def _hear_stand_ins(*, at: datetime, now: datetime) -> int:
    """The demo's machines, in one batch; others speak for themselves."""
    machines: Any = import_string(settings.BANSHI_MACHINES)()
    states = machines.states(fleet_queries.for_stand_in(), at=at)
    return fleet.heard({code: fleet.Said(parts) for code, parts in states.items()}, at=at, now=now) if states else 0


def _alone(what: str, act: Callable[[], object]) -> None:
    try:
        with transaction.atomic():
            act()
    except (InterfaceError, OperationalError):  # of none: the database is away
        raise
    except Exception:
        log.exception("the fleet could not be looked after", job=what)
