"""While a machine does not reach the server (离线号): what it has in hand for that hour, and what it gave meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.journeys.visit import check_in
from banshi.kernel.actors import Actor
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.devices.actions import use as machines
from banshi.rooms.devices.models import Device
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import PaperBlock, Ticket


@dataclass(frozen=True)
class InHand:
    """A block of a category's numbers, and when they may be given today: spans of hall time."""

    block: PaperBlock
    spans: list[tuple[datetime, datetime]]


@transaction.atomic
def ahead(*, device: Device, anew: bool = False, by: Actor, now: datetime) -> list[InHand]:
    """Numbers for the hours in which walk-ins of their category are taken today; closures that are known are left out.

    :param anew: as of `tickets.numbers_ahead`.
    """
    blocks = tickets.numbers_ahead(device=device, anew=anew, by=by, now=now)
    if not blocks:
        return []
    hall = device.hall
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    early = timedelta(minutes=policy_of(hall.pk, now=now).tickets.numbers_before_opening)
    of_day = calendars.sessions(hall, today, today)[today]
    begins = min((each.starts_at for each in of_day), default=None)
    zones = calendars.zones_by_category(hall.pk)

    def spans(code: str) -> list[tuple[datetime, datetime]]:
        served = [s for s in of_day if s.walk_ins != "never" and s.serves(category=code, zone=zones.get(code))]
        return [(s.starts_at - early if s.starts_at == begins else s.starts_at, s.ends_at) for s in served]

    return [InHand(block, spans(block.category.code)) for block in blocks]


@transaction.atomic
def take_in(*, device: Device, given: Sequence[tickets.OfflineNumber], by: Actor, now: datetime) -> list[Ticket]:
    """What came out of the machine meanwhile, in the line by its time and counted as the machine's use; each number once.

    :returns: those that are new. :raises Refused: invalid – a number that it was never granted.
    """
    taken = tickets.take_in_offline(device=device, given=given, by=by, now=now)
    machines.used_by([check_in.number_given(by, ticket) for ticket in taken], now=now)
    return taken
