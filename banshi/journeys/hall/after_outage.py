"""After an outage (故障恢复): what was given on paper is entered, and whoever was booked meanwhile loses nothing by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.queries.statements import WAS_HERE
from banshi.rooms.tickets.rules import Given


@dataclass(frozen=True)
class Reconciled:
    """`entered`: numbers of paper; `forgiven`: no-shows that the outage took back."""

    entered: int
    forgiven: int


@transaction.atomic
def reconcile(
    *,
    hall: Hall,
    starts_at: datetime,
    ends_at: datetime,
    why: str,
    given: Sequence[Given],
    by: Actor,
    now: datetime,
) -> Reconciled:
    """Both at once or neither. No paper is fine, too: then only the bookings of these hours are looked after.

    :param starts_at: of the outage; like `ends_at` on one day of the hall.
    :raises Refused: invalid – as `enter_paper` and `note_outage` say.
    """
    zone = ZoneInfo(hall.timezone)
    day = starts_at.astimezone(zone).date()
    if ends_at.astimezone(zone).date() != day:
        reason = {"zh": "一天一天登记", "en": "Enter one day at a time"}
        raise Refused("invalid", facts={"field": "ends_at", "reason": reason})
    forgiven = booking.note_outage(
        hall=hall, starts_at=starts_at, ends_at=ends_at, why=why, by=by, now=now, came=WAS_HERE
    )
    entered = tickets.enter_paper(hall=hall, day=day, given=given, by=by, now=now) if given else 0
    return Reconciled(entered, forgiven)
