"""An outage: hours in which the hall's own machines failed. Nobody booked in them gets a strike, and each is told so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.actions.credit import NOBODY_CAME, forgive_all, lock_faults, sweep_no_shows
from banshi.rooms.booking.models import Appointment, LedgerEntry, Outage
from banshi.rooms.places.models import Hall


@transaction.atomic
def note_outage(
    *, hall: Hall, starts_at: datetime, ends_at: datetime, why: str, by: Actor, now: datetime, came: str = NOBODY_CAME
) -> int:
    """The hall's machines failed from–to: periods that touch it bring nobody a no-show, now or later.

    Those already counted as absent are forgiven, suspensions that rest on it are lifted, and each is told once for a visit;
    whose period still runs hears it when it is over and nobody came (`sweep_no_shows`).

    :param came: as `sweep_no_shows` takes it.
    :returns: how many entries were forgiven now.
    :raises Refused: invalid – no reason, times that do not fit or lie ahead.
    """
    why = legible(why)
    if not why:
        raise Refused("invalid", facts={"field": "why", "reason": {"zh": "填写原因", "en": "Say why"}})
    if not starts_at < ends_at <= now:
        raise Refused(
            "invalid", facts={"field": "starts_at", "reason": {"zh": "时间不对", "en": "These times cannot be"}}
        )
    lock_faults()
    Outage.objects.get_or_create(
        hall=hall, starts_at=starts_at, ends_at=ends_at,
        defaults={"why": why[:200], "made_by": str(by)[:60], "made_at": now},
    )  # fmt: skip
    mine = Appointment.objects.filter(
        hall=hall, starts_at__lt=ends_at, ends_at__gt=starts_at, state=rules.State.NO_SHOW
    )
    entries = LedgerEntry.objects.filter(appointment__in=mine, kind="no_show")
    forgiven = forgive_all(entries, by=str(by)[:60], why=why[:200], now=now)
    sweep_no_shows(now=now, came=came)  # after the forgiving: what it finds must not suspend for a moment
    telling.tell_of_outages(mine.order_by("id").values_list("pk", flat=True), now=now)
    audit.record(
        action="noted-outage", subject=f"hall:{hall.code}", by=by, now=now, hall=hall.code,
        facts={"from": starts_at.isoformat(), "to": ends_at.isoformat(), "forgiven": forgiven},
    )  # fmt: skip
    return forgiven
