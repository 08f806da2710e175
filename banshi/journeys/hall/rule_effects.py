"""Whom a change of rules touches, counted before it is made: appointments, people in line, people on lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from banshi.kernel.policy import HallPolicy, TicketPolicy
from banshi.rooms.booking.models import STANDS, Appointment, Suspension, Waiting
from banshi.rooms.booking.queries.facts import hall_facts
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.models import Ticket


@dataclass(frozen=True)
class Effect:
    """What becomes of `n` people. `slug`: coming | reminded | above | list | offered | barred | line | lane | missed | longer |
    told | full."""

    slug: str
    n: int


@dataclass(frozen=True)
class _Asked:
    hall: Hall
    old: HallPolicy
    new: HallPolicy
    now: datetime


def effects(*, hall: Hall, old: HallPolicy, new: HallPolicy, now: datetime) -> list[Effect]:
    """Only those that touch somebody, in the order of `_EFFECTS`."""
    changed = _changed(old.model_dump(), new.model_dump())
    asked = _Asked(hall, old, new, now)
    found = [Effect(slug, count(asked)) for slug, paths, count in _EFFECTS if changed & set(paths)]
    return [each for each in found if each.n]


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], path: str = "") -> set[str]:
    found: set[str] = set()
    for key, value in new.items():
        at = f"{path}.{key}" if path else key
        if isinstance(value, Mapping) and isinstance(old.get(key), Mapping) and at in _SECTIONS:
            found |= _changed(old[key], value, at)
        elif value != old.get(key):
            found.add(at)
    return found


_SECTIONS = {"booking", "booking.credit", "tickets", "screens", "messages", "rating", "consulting", "records"}


def _to_come(asked: _Asked) -> QuerySet[Appointment]:
    return Appointment.objects.filter(STANDS, hall=asked.hall, ends_at__gt=asked.now)


def _today(asked: _Asked) -> QuerySet[Ticket]:
    return Ticket.objects.filter(hall=asked.hall, day=asked.now.astimezone(ZoneInfo(asked.hall.timezone)).date())


def _waiting(asked: _Asked) -> QuerySet[Ticket]:
    return _today(asked).filter(state="waiting")


def _losing_their_lane(asked: _Asked) -> int:
    ended = set(asked.old.tickets.priority_lanes) - set(asked.new.tickets.priority_lanes)
    return _waiting(asked).filter(lane__in=ended).count()


def _come_back(asked: _Asked, rule: TicketPolicy) -> dict[int, datetime]:
    """The numbers missed today that may be put back by this rule and what their people were told, and before when."""
    found = tickets.missed(_today(asked).filter(state="missed").order_by("id"), asked.now, changed=rule)
    return {pk: each.until for pk, each in found.items() if each.until is not None}


def _given_longer(asked: _Asked) -> int:
    was = _come_back(asked, asked.old.tickets)
    will = _come_back(asked, asked.new.tickets)
    return sum(pk not in was or until > was[pk] for pk, until in will.items())


def _as_told(asked: _Asked) -> int:
    """Who missed a call today and comes back as was said then: the new rule is for those missed from now on."""
    return len(_come_back(asked, asked.new.tickets)) - _given_longer(asked)


def _given_today(asked: _Asked) -> int:
    """Walk-in numbers of today, where the new limit is reached by them already."""
    limits, given = asked.new.tickets, _today(asked).filter(kind="walk_in")
    total = given.count()
    if limits.daily_limit is not None and total >= limits.daily_limit:
        return total
    by_category = given.values_list("category__code").annotate(n=Count("id")).order_by()
    return sum(n for code, n in by_category if n >= limits.daily_limits.get(code, n + 1))


def _on_the_list(asked: _Asked, state: str) -> int:
    """Entries of days to come once there is no list any more."""
    if asked.new.booking.waiting_list:
        return 0
    today = asked.now.astimezone(ZoneInfo(asked.hall.timezone)).date()
    return Waiting.objects.filter(hall=asked.hall, state=state, day__gte=today).count()


def _suspended(asked: _Asked) -> int:
    today = asked.now.astimezone(ZoneInfo(asked.hall.timezone)).date()
    return Suspension.objects.filter(
        scope=hall_facts(asked.hall, now=asked.now).scope, lifted_at=None, until_on__gte=today
    ).count()


def _above(asked: _Asked) -> int:
    """People with more appointments to come than the new limit: they keep them."""
    limit = asked.new.booking.live_limit
    if limit is None:
        return 0
    return _to_come(asked).values("person").annotate(n=Count("id")).filter(n__gt=limit).count()


_Count = Callable[[_Asked], int]
_EFFECTS: tuple[tuple[str, tuple[str, ...], _Count], ...] = (
    (
        "coming",
        (
            "booking.cancel_until", "booking.move_limit", "booking.come_early",
            "tickets.check_in_opens", "tickets.check_in_closes", "tickets.check_in_grace", "tickets.late",
        ),
        lambda asked: _to_come(asked).count(),
    ),
    (
        "reminded",
        (
            "messages.channels", "messages.day_before_at", "messages.leave_before", "messages.reminder_gap",
            "messages.a_day_proven", "messages.a_day_typed",
        ),
        lambda asked: _to_come(asked).count(),
    ),
    ("above", ("booking.live_limit",), _above),
    ("list", ("booking.waiting_list",), lambda asked: _on_the_list(asked, "waiting")),
    ("offered", ("booking.waiting_list",), lambda asked: _on_the_list(asked, "offered")),
    ("barred", ("booking.suspension_bars",), _suspended),
    (
        "line",
        (
            "tickets.booked_first", "tickets.weights", "tickets.finally_call_after", "tickets.call_within",
            "tickets.spill_over_after", "tickets.auto_call", "tickets.recall_limit", "tickets.start_without_identity",
        ),
        lambda asked: _waiting(asked).count(),
    ),
    ("lane", ("tickets.priority_lanes",), _losing_their_lane),
    (
        "missed",
        ("tickets.missed", "tickets.reissue_limit", "tickets.reissue_within"),
        _as_told,
    ),
    ("longer", ("tickets.reissue_limit", "tickets.reissue_within"), _given_longer),
    ("told", ("messages.ahead", "messages.on_call"), lambda asked: _waiting(asked).count()),
    ("full", ("tickets.daily_limit", "tickets.daily_limits"), _given_today),
)  # fmt: skip
