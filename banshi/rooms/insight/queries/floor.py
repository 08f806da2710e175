"""The hall now, as its manager needs it: what would help, and who could open a window."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Coalesce

from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.insight import rules
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.staffing.models import Shift
from banshi.rooms.tickets.models import Ticket, WindowSession
from banshi.rooms.tickets.queries import Line

AT_WINDOWS = sorted(role for role, may in ROLES.items() if "desk.work" in may)


@dataclass(frozen=True)
class FreeClerk:
    """Somebody of the hall who may work a window and is signed in nowhere. `on_duty`: has a shift now."""

    staff_id: int
    login: str
    name_zh: str
    name_en: str
    badge: str
    on_duty: bool


def free_clerks(hall: Hall, now: datetime) -> list[FreeClerk]:
    """Those on duty first, then by login. One query."""
    here = Q(scope_kind="hall", scope=hall.code) | Q(scope_kind="all")
    here |= Q(scope_kind="region", scope__in=hall.region.path.strip("/").split("/"))
    rows = (
        Staff.objects.filter(
            Exists(Role.objects.filter(here, staff=OuterRef("pk"), role__in=AT_WINDOWS, ended_at=None)),
            ~Exists(WindowSession.objects.filter(staff=OuterRef("pk"), signed_out_at=None)),
            is_active=True,
        )
        .annotate(
            on_duty=Exists(Shift.objects.filter(hall=hall, staff=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now))
        )
        .order_by("-on_duty", "login")
    )
    return [FreeClerk(s.pk, s.login, s.name_zh, s.name_en, s.badge, s.on_duty) for s in rows]


def hints(
    *, line: Line, categories: Sequence[Category], free: int, now: datetime, shut: Collection[str] = ()
) -> list[rules.Hint]:
    """What would even out the hall now; nothing helps a line that a closure has stopped.

    :param categories: of the hall, with their zones. :param shut: codes of zones that are closed now: no window there helps.
    """
    zones = {c.code: c.zone.code if c.zone else None for c in categories}
    return rules.hints(
        queues=[
            rules.Queue(c.code, zones.get(c.code), c.waiting, c.longest_wait_s, c.likely_s, c.windows)
            for c in line.categories
            if not c.stopped
        ],
        places=[
            rules.Place(
                w.code,
                w.number,
                w.zone,
                w.state,
                round((now - w.since).total_seconds()) if w.since and w.state == "idle" else 0,
                frozenset(w.categories),
            )
            for w in line.windows
            if w.zone not in shut
        ],
        free_clerks=free,
    )


@dataclass(frozen=True)
class HallBusy:
    """How a hall stands this moment. `longest_s`: seconds since the oldest waiting number was made; 0 with nobody."""

    waiting: int = 0
    longest_s: int = 0
    at_work: int = 0  # windows that take people: signed in, not paused


def busy(halls: Sequence[Hall], now: datetime) -> dict[int, HallBusy]:
    """By hall id. Two queries, however many halls."""
    ids = [hall.pk for hall in halls]
    lines = (
        Ticket.objects.filter(hall_id__in=ids, state="waiting")
        .values("hall_id")
        .annotate(waiting=Count("id"), since=Min(Coalesce("waits_from", "made_at")))
        .order_by("hall_id")
    )
    windows = (
        WindowSession.objects.filter(hall_id__in=ids, signed_out_at=None, paused_at=None)
        .values("hall_id")
        .annotate(at_work=Count("id"))
        .order_by("hall_id")
    )
    waiting = {row["hall_id"]: row for row in lines}
    at_work = {row["hall_id"]: row["at_work"] for row in windows}
    return {
        hall_id: HallBusy(
            waiting=waiting[hall_id]["waiting"] if hall_id in waiting else 0,
            longest_s=max(0, round((now - waiting[hall_id]["since"]).total_seconds())) if hall_id in waiting else 0,
            at_work=at_work.get(hall_id, 0),
        )
        for hall_id in ids
    }
