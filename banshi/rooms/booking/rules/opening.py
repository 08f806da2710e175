"""Which days are open to book (放号), and until when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from banshi.kernel.policy import BookingPolicy
from banshi.kernel.working_days import WorkCalendar

_DAY = timedelta(days=1)


# Longer than any holiday; the search for the last week with a working day ends there.
_WEEKS_BACK = 60


def opens_at(policy: BookingPolicy, day: date, calendar: WorkCalendar, local_now: datetime) -> datetime | None:
    """When `day` opens for booking (放号时间), in the zone of `local_now`; None for a day that never opens.

    - week release (按周放号, Nancheng [N]): open are tomorrow and later working days of the current Monday–Sunday
      week; on that week's last working day also all working days of the next calendar week that has any. So a week
      opens on the last working day of the nearest earlier week that has one, and stays open: what opened on Friday
      is still open on Saturday. Days that are not worked never open.
    - rolling working days: tomorrow up to the n-th working day. A rest day with sessions opens together with the
      working day after it.
    - rolling days: tomorrow up to n days from today.

    With `release_at` the newest day opens at that local time instead of midnight.
    """
    if policy.release == "rolling_days":
        on = day - timedelta(days=policy.release_days)
    elif policy.release == "rolling_working_days":
        working = day if calendar.is_working(day) else calendar.next_working_day(day)
        on = calendar.add_working_days(working, -policy.release_days)
    else:
        if not calendar.is_working(day):
            return None
        earlier = _release_day_of_week(day, calendar)
        if earlier is None:
            return None
        on = earlier
    return datetime.combine(on, policy.release_at or time(0), local_now.tzinfo)


def _release_day_of_week(day: date, calendar: WorkCalendar) -> date | None:
    for weeks in range(1, _WEEKS_BACK):
        last = calendar.last_working_day_of_week(day - timedelta(weeks=weeks))
        if last is not None:
            return last
    return None


def horizon(policy: BookingPolicy, today: date, calendar: WorkCalendar) -> date:
    """The last day that may be open to book at any time today."""
    if policy.release == "rolling_days":
        return today + timedelta(days=policy.release_days)
    if policy.release == "rolling_working_days":
        return calendar.add_working_days(today, policy.release_days)
    for weeks in range(1, _WEEKS_BACK):
        last = calendar.last_working_day_of_week(today + timedelta(weeks=weeks))
        if last is not None:
            return last
    return today
