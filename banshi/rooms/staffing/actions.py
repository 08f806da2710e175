"""Plan shifts. A person or a window is never planned twice at the same time: both rows are locked before looking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.clock_words import hours_words
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.models import Staff
from banshi.rooms.places.models import Hall, Window
from banshi.rooms.staffing import rules
from banshi.rooms.staffing.models import SavedFilter, Shift
from banshi.rooms.staffing.rules import DUTIES, Clash, Planned
from banshi.rooms.tickets import actions as tickets

LONGEST = timedelta(hours=16)


@dataclass(frozen=True)
class Copied:
    """What became of copying a week: how many shifts were planned, and how many could not be."""

    planned: int
    refused: int


def add_shift(
    *,
    hall: Hall,
    staff: Staff,
    day: date,
    starts: time,
    ends: time,
    window: Window | None = None,
    duty: str = "window",
    by: Actor,
    now: datetime,
) -> Shift:
    """Plan one shift (班次).

    :param day: in the hall's zone, like `starts` and `ends`; the shift ends on the same day.
    :raises Refused: invalid – times, duty or window do not fit, or the person or the window is planned already.
    """
    zone = ZoneInfo(hall.timezone)
    starts_at, ends_at = datetime.combine(day, starts, zone), datetime.combine(day, ends, zone)
    _check(hall=hall, starts_at=starts_at, ends_at=ends_at, window=window, duty=duty)
    with transaction.atomic():
        # Staff before windows, everywhere: two planners never wait for each other.
        Staff.objects.select_for_update(no_key=True).get(id=staff.id)
        if window is not None:
            Window.objects.select_for_update(no_key=True).get(id=window.id)
        wanted = Planned(None, staff.id, window.id if window else None, starts_at, ends_at)
        found = _clash(wanted)
        if found is not None:
            raise _refused(found, zone)
        shift = Shift.objects.create(
            hall=hall,
            staff=staff,
            window=window,
            day=day,
            starts_at=starts_at,
            ends_at=ends_at,
            duty=duty,
            made_by=str(by),
            made_at=now,
        )
        if window is not None and duty == "window":
            tickets.expect_desk(window=window, shift_id=shift.pk, starts_at=starts_at, ends_at=ends_at, by=by, now=now)
        audit.record(
            action="planned-shift",
            subject=f"staff:{staff.id}",
            by=by,
            now=now,
            hall=hall.code,
            facts={"day": day.isoformat(), "from": f"{starts:%H:%M}", "to": f"{ends:%H:%M}"},
        )
    return shift


def remove_shift(*, hall: Hall, shift_id: int, by: Actor, now: datetime) -> None:
    """Take a shift out of the roster. Repeating it changes nothing."""
    with transaction.atomic():
        shift = Shift.objects.filter(id=shift_id, hall=hall).first()
        if shift is None:
            return
        audit.record(
            action="removed-shift",
            subject=f"staff:{shift.staff_id}",
            by=by,
            now=now,
            hall=hall.code,
            facts={"day": shift.day.isoformat()},
        )
        tickets.unexpect_desk(shift_id=shift.pk)
        shift.delete()


def copy_week(*, hall: Hall, from_monday: date, to_monday: date, by: Actor, now: datetime) -> Copied:
    """Plan the shifts of one week again in another. Those that clash there are left out and counted.

    :raises Refused: invalid – the two weeks are the same, or one does not begin on a Monday.
    """
    if from_monday == to_monday or from_monday.weekday() or to_monday.weekday():
        raise _invalid("to", "两个不同的周，都从周一开始", "Two different weeks, each beginning on a Monday")
    zone = ZoneInfo(hall.timezone)
    last = from_monday + timedelta(days=6)
    planned = refused = 0
    rows = (
        Shift.objects.filter(hall=hall, day__range=(from_monday, last)).select_related("staff", "window").order_by("id")
    )
    for shift in rows:
        day = rules.moved_by_weeks(shift.day, from_monday, to_monday)
        try:
            add_shift(
                hall=hall,
                staff=shift.staff,
                day=day,
                starts=shift.starts_at.astimezone(zone).time(),
                ends=shift.ends_at.astimezone(zone).time(),
                window=shift.window,
                duty=shift.duty,
                by=by,
                now=now,
            )
            planned += 1
        except Refused:
            refused += 1
    return Copied(planned, refused)


def save_filter(*, hall: Hall, staff_id: int, listed: str, name: str, query: str, now: datetime) -> SavedFilter:
    """Keep what a list is filtered by, under a name of one's own; the same name again says something else from now on.

    :raises Refused: invalid – no name or too long a one, nothing that filters, or as many as there may be.
    """
    name, kept = " ".join(legible(name, field="name").split()), rules.filter_of(query)
    if not 0 < len(name) <= rules.LONGEST_NAME:
        raise _invalid(
            "name", f"写 1 到 {rules.LONGEST_NAME} 个字的名称", f"A name of 1 to {rules.LONGEST_NAME} characters"
        )
    if not kept:
        raise _invalid("query", "现在没有筛选", "Nothing is filtered now")
    with transaction.atomic():
        Staff.objects.select_for_update(no_key=True).get(id=staff_id)  # of two at once the second finds the first
        rows = list(SavedFilter.objects.filter(staff_id=staff_id, hall=hall, listed=listed).order_by("place"))
        same = next((row for row in rows if row.name == name), None)
        if same is not None:
            same.query, same.made_at = kept, now
            same.save(update_fields=["query", "made_at"])
            return same
        free = set(range(1, rules.MOST_FILTERS + 1)) - {row.place for row in rows}
        if not free:
            most = rules.MOST_FILTERS
            raise _invalid("name", f"最多保存 {most} 个，先删一个", f"At most {most} are kept: delete one first")
        return SavedFilter.objects.create(
            staff_id=staff_id, hall=hall, listed=listed, place=min(free), name=name, query=kept, made_at=now
        )


def drop_filter(*, hall: Hall, filter_id: int, staff_id: int) -> SavedFilter:
    """:returns: what it was. :raises Refused: nothing-found – none of theirs in this hall."""
    row = SavedFilter.objects.filter(id=filter_id, staff_id=staff_id, hall=hall).first()
    if row is None:
        raise Refused("nothing-found", facts={"filter": filter_id})
    SavedFilter.objects.filter(id=filter_id).delete()
    return row


def _check(*, hall: Hall, starts_at: datetime, ends_at: datetime, window: Window | None, duty: str) -> None:
    if ends_at <= starts_at:
        raise _invalid("ends", "下班要晚于上班", "The end must be after the start")
    if ends_at - starts_at > LONGEST:
        raise _invalid("ends", "一班最长 16 小时", "A shift lasts 16 hours at most")
    if duty not in DUTIES:
        raise _invalid("duty", "没有这种岗位", "No such duty")
    if duty == "window" and window is None:
        raise _invalid("window", "窗口岗要选窗口", "Choose the window")
    if window is not None and window.hall_id != hall.id:
        raise _invalid("window", "这个窗口不在本厅", "This window is in another hall")


def _clash(wanted: Planned) -> Clash | None:
    near = Shift.objects.filter(starts_at__lt=wanted.ends_at, ends_at__gt=wanted.starts_at)
    mine = near.filter(staff_id=wanted.staff_id)
    there = near.filter(window_id=wanted.window_id) if wanted.window_id is not None else near.none()
    for row in [*mine.order_by("id"), *there.order_by("id")]:
        found = rules.clash(wanted, Planned(row.pk, row.staff_id, row.window_id, row.starts_at, row.ends_at))
        if found is not None:
            return found
    return None


def _refused(found: Clash, zone: ZoneInfo) -> Refused:
    taken = found.other
    hours = hours_words(taken.starts_at.astimezone(zone), taken.ends_at.astimezone(zone))
    if found.what == "staff":
        return _invalid("staff", f"这个人 {hours} 已经排了班", f"This person is already planned {hours}")
    return _invalid("window", f"这个窗口 {hours} 已经有人", f"This window is already taken {hours}")


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
