"""Halls at this moment, for lists: open or closed, until when, why not, and how many people wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.journeys.hours.stops import Stop, whole_hall
from banshi.journeys.visit.when import away_km
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.rules import Hours, Words
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import Line

LOOK_AHEAD = 30  # days to look for the next opening
SOON = timedelta(hours=4)  # nobody gives numbers earlier than that
LATELY_S = 10.0  # machine seconds


@dataclass(frozen=True)
class HallNow:
    """A hall in a list. Moments in the hall's zone. `why`: why it is closed today. Waits in seconds.

    `likely_s`/`at_most_s`: the usual category's wait and the longest; None where nothing can be said.
    """

    code: str
    name_zh: str
    name_en: str
    address_zh: str
    address_en: str
    region_zh: str
    region_en: str
    open_until: datetime | None
    opens_at: datetime | None
    why: Words | None
    waiting: int
    likely_s: int | None = None
    at_most_s: int | None = None
    away_km: float | None = None  # as the crow flies, where the phone said where it is
    stop: Stop | None = None  # the closure that runs over all of it
    numbers: bool = False  # given already, though the windows open at `opens_at` only

    @property
    def is_open(self) -> bool:
        return self.open_until is not None

    @property
    def tone(self) -> str:
        """quiet under 10 minutes' wait, busy from half an hour on."""
        if self.likely_s is None:
            return "ok"
        return "ok" if self.likely_s < 600 else "info" if self.likely_s < 1800 else "wait"


def nearest_first(halls: Sequence[Hall], near: tuple[float, float] | None) -> list[Hall]:
    """By the way there; in the order given where it is not known."""
    if near is None:
        return list(halls)
    far = float("inf")
    return sorted(halls, key=lambda hall: far if (km := away_km(hall, near)) is None else km)


def halls_now(halls: Sequence[Hall], *, now: datetime, near: tuple[float, float] | None = None) -> list[HallNow]:
    """Each hall as it is at `now`, in the order given; as many queries for many halls as for one."""
    waiting = dict(
        Ticket.objects.filter(hall__in=halls, state="waiting", day__gte=(now - timedelta(days=1)).date())
        .values_list("hall_id")
        .annotate(n=Count("id"))
        .order_by("hall_id")
    )
    today = now.date()
    hours = calendars.hours_of(halls, today - timedelta(days=1), today + timedelta(days=LOOK_AHEAD + 1))
    closures = {hall: each.closures for hall, each in hours.items()}
    found = []
    for hall in halls:
        shown = _hall_now(hall, hours[hall.pk], now=now, waiting=waiting.get(hall.pk, 0))
        found.append(replace(shown, away_km=away_km(hall, near)))
    resumes = {hall.pk: shown.opens_at for hall, shown in zip(halls, found, strict=True)}
    stopped = whole_hall(halls, closures, resumes, now)
    early = _giving_numbers({hall.pk: found[i] for i, hall in enumerate(halls) if hall.pk not in stopped}, now)
    return [
        replace(shown, stop=stopped.get(hall.pk), numbers=hall.pk in early)
        for hall, shown in zip(halls, found, strict=True)
    ]


def _giving_numbers(halls: Mapping[int, HallNow], now: datetime) -> set[int]:
    """The halls that give numbers before their windows open, as `tickets.numbers_open` says of one; a query at most."""
    opens = {pk: hall.opens_at for pk, hall in halls.items() if hall.opens_at is not None and not hall.is_open}
    soon = {pk: at for pk, at in opens.items() if at - now <= SOON and at.date() == now.astimezone(at.tzinfo).date()}
    if not soon:
        return set()
    policies = places.policies_of(soon, now=now)
    return {pk for pk, at in soon.items() if at - now <= timedelta(minutes=policies[pk].tickets.numbers_before_opening)}


def _hall_now(hall: Hall, hours: Hours, *, now: datetime, waiting: int) -> HallNow:
    local = now.astimezone(hours.zone)
    today = local.date()
    until = hours.open_until(local)
    opens_at = None if until else hours.next_start(local, last=today + timedelta(days=LOOK_AHEAD - 1))
    why = None
    if until is None and (opens_at is None or opens_at.date() != today) and hours.ruled(today):
        why = hours.why_closed(today)
    return HallNow(
        hall.code, hall.name_zh, hall.name_en, hall.address_zh, hall.address_en, hall.region.name_zh,
        hall.region.name_en, until, opens_at, why.words if why else None, waiting,
    )  # fmt: skip


def with_waits(halls: Sequence[HallNow], ids: dict[str, int], *, now: datetime) -> list[HallNow]:
    """The same halls with waits, for those that are open: one line each, so keep the list short."""
    found = []
    for hall in halls:
        if not hall.is_open:
            found.append(hall)
            continue
        line = line_lately(ids[hall.code], now)
        likely = sorted(c.likely_s for c in line.categories if c.likely_s is not None)
        most = [c.at_most_s for c in line.categories if c.at_most_s is not None]
        found.append(
            replace(
                hall,
                waiting=line.waiting,
                likely_s=likely[len(likely) // 2] if likely else None,
                at_most_s=max(most, default=None),
            )
        )
    return found


class _Lately:
    """The line of a hall as last worked out here: a first page asked for by many need not work it out for each."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[float, Line]] = {}

    def of(self, hall_id: int, now: datetime) -> Line:
        kept = self.kept.get(hall_id)
        if kept and clock.monotonic() - kept[0] < LATELY_S and abs(now - kept[1].at) < timedelta(minutes=2):
            return kept[1]
        line = tickets.line(hall_id, now)
        self.kept[hall_id] = (clock.monotonic(), line)
        return line


_lately = _Lately()
forgettable(_lately.kept.clear)


def line_lately(hall_id: int, now: datetime) -> Line:
    """A hall's line, at most ten seconds old."""
    return _lately.of(hall_id, now)
