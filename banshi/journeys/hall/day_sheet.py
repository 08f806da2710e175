"""The day's bookings go to the hall each morning as a sheet, so that it can work by paper when the line is down."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from banshi.foundation import clock
from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import queries as booking
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.ports import Attachment
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of

LATE = timedelta(hours=4)  # a sheet that comes later is of no use


def send_due(*, now: datetime) -> int:
    """Write the morning's message to each hall that wants one, once a day; the sheet is made when it goes out.

    :returns: how many addresses were written to (again changes nothing).
    """
    written = 0
    for hall in Hall.objects.order_by("id"):
        policy = policy_of(hall.pk, now=now).messages
        local = now.astimezone(ZoneInfo(hall.timezone))
        if policy.day_sheet_at is None or not policy.day_sheet_to:
            continue
        due_at = datetime.combine(local.date(), policy.day_sheet_at, local.tzinfo)
        if not due_at <= local < due_at + LATE:
            continue
        count = booking.day_sheet_count(hall, local.date())
        for address in policy.day_sheet_to if count else ():
            messaging.write(
                key="day_sheet",
                to_phone=address,
                hall=hall,
                subject=f"sheet:{hall.code}:{local.date().isoformat()}",
                params={"day": local.date().isoformat(), "count": count},
                dedupe=f"day_sheet:{hall.code}:{local.date().isoformat()}:{messaging.phone_index(address)[:40]}",
                until=due_at + LATE,
                now=now,
            )
            written += 1
    return written


def attachment(subject: str, *, language: str) -> Attachment:
    """The sheet a message is about, made now; that it was looked at is on record."""
    _, code, day = subject.split(":")
    now = clock.now()
    hall = Hall.objects.get(code=code)
    sheet = booking.day_sheet(hall, date.fromisoformat(day), now=now)
    audit.looked(subject=f"day-sheet:{day}", by=SYSTEM, now=now, hall=code, why="e-mail")
    content = booking.as_html(sheet, language=language).encode()
    return Attachment(f"{day}-{code}.html", content, "text/html")
