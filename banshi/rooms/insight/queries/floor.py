"""The hall now, as its manager needs it: what would help, and who could open a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.identity.rules import ROLES
from banshi.rooms.insight import rules
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.staffing.models import Shift
from banshi.rooms.tickets.models import WindowSession
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


def hints(*, line: Line, categories: Sequence[Category], free: int, now: datetime) -> list[rules.Hint]:
    """What would even out the hall now. :param categories: of the hall, with their zones."""
    zones = {c.code: c.zone.code if c.zone else None for c in categories}
    return rules.hints(
        queues=[
            rules.Queue(c.code, zones.get(c.code), c.waiting, c.longest_wait_s, c.likely_s, c.windows)
            for c in line.categories
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
        ],
        free_clerks=free,
    )
