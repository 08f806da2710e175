"""How many desks are to open, and when (计划窗口): set by hand, or taken over from the roster by whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.places.models import Category, Hall, Window
from banshi.rooms.tickets.models import PlannedDesk

MOST_DESKS = 500


@transaction.atomic
def plan_desks(
    *,
    hall: Hall,
    starts: time,
    ends: time,
    desks: int,
    category: Category | None = None,
    weekdays: Iterable[int] = (),
    day: date | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """So many desks from–to, on these weekdays (0 = Monday) of every week, or on one day. The same beginning replaces.

    :param category: desks that serve it; None = any desk.
    :raises Refused: invalid – no day, times or number that do not fit, a category of another hall, more desks than there are
        windows for it.
    """
    on: list[tuple[int | None, date | None]] = [(w, None) for w in sorted(set(weekdays))] + (
        [(None, day)] if day else []
    )
    if not on or not all(w is None or 0 <= w <= 6 for w, _ in on):
        raise _invalid("weekday", "选至少一天", "Choose at least one day")
    if ends <= starts:
        raise _invalid("ends", "结束要晚于开始", "The end must be after the start")
    if not 1 <= desks <= MOST_DESKS:
        raise _invalid("desks", f"窗口数为 1–{MOST_DESKS}", f"Between 1 and {MOST_DESKS} desks")
    if category is not None and category.hall_id != hall.pk:
        raise _invalid("category", "本厅没有这个类别", "This category is in another hall")
    most = windows_for(hall, category)
    if desks > most and category is None:
        raise _invalid("desks", f"本厅只有 {most} 个窗口", f"This hall has {most} windows")
    if desks > most:
        raise _invalid("desks", f"办这类业务的窗口只有 {most} 个", f"Only {most} windows do this category")
    for weekday, on_day in on:
        PlannedDesk.objects.update_or_create(
            hall=hall, weekday=weekday, day=on_day, starts=starts, category=category, shift=None,
            defaults={"ends": ends, "desks": desks, "made_by": str(by), "made_at": now},
        )  # fmt: skip
    days = [f"{on_day:%Y-%m-%d}" if on_day else str(weekday) for weekday, on_day in on]
    facts = {"days": days, "from": f"{starts:%H:%M}", "to": f"{ends:%H:%M}", "desks": desks}
    facts |= {"category": category.code} if category is not None else {}
    audit.record(action="planned-desks", subject=f"hall:{hall.code}", by=by, now=now, hall=hall.code, facts=facts)
    announce(hall=hall.code, topic="line", subject="planned-desks", now=now)


def windows_for(hall: Hall, category: Category | None) -> int:
    """How many windows of the hall may serve the category; all of them without one."""
    windows = Window.objects.filter(hall=hall)
    return windows.count() if category is None else windows.filter(categories=category).count()


@transaction.atomic
def forget_desks(*, hall: Hall, plan_id: int, by: Actor, now: datetime) -> None:
    """Take one line of the plan out; what the roster says is changed in the roster. Repeating it changes nothing."""
    gone, _ = PlannedDesk.objects.filter(pk=plan_id, hall=hall, shift=None).delete()
    if gone:
        audit.record(action="removed-desks", subject=f"hall:{hall.code}", by=by, now=now, hall=hall.code, facts={})
        announce(hall=hall.code, topic="line", subject="planned-desks", now=now)


def expect_desk(
    *, window: Window, shift_id: int, starts_at: datetime, ends_at: datetime, by: Actor, now: datetime
) -> None:
    """Inside a transaction: the roster has somebody at this window, from–to on one day."""
    zone = ZoneInfo(window.hall.timezone)
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    PlannedDesk.objects.update_or_create(
        shift=shift_id,
        defaults={
            "hall_id": window.hall_id, "day": starts.date(), "starts": starts.time(), "ends": ends.time(), "desks": 1,
            "window": window, "made_by": str(by), "made_at": now,
        },
    )  # fmt: skip


def unexpect_desk(*, shift_id: int) -> None:
    """The roster has taken this shift out."""
    PlannedDesk.objects.filter(shift=shift_id).delete()


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
