"""An area that its keeper closes for the rest of the day and its night, and opens again."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.rooms.audit import actions as audit
from banshi.rooms.places.models import SelfServiceArea
from banshi.rooms.zones import queries, rules
from banshi.rooms.zones.actions.ground import invalid, locked
from banshi.rooms.zones.models import Closing

WHY_MOST: Final = 200


def close_for_today(*, area: SelfServiceArea, why: str, by: Actor, now: datetime) -> Closing:
    """今日关闭: nobody is let in until this day's night is over. Closed already, it is the same closing.

    :raises Refused: invalid – no reason.
    """
    if not why.strip() or len(why) > WHY_MOST:
        raise invalid("why", "写明关闭原因，最多 200 字", "Say why, in 200 characters at most")
    with transaction.atomic():
        row = locked(area)
        Closing.objects.filter(area=row, ended_at=None, until_at__lte=now).update(ended_at=now, ended_by=str(by))
        standing = Closing.objects.filter(area=row, ended_at=None).first()
        if standing is not None:
            return standing
        until = rules.day_begins(queries.policy_of(row), now.astimezone(ZoneInfo(row.hall.timezone)))
        made = Closing.objects.create(area=row, from_at=now, until_at=until, why=why.strip(), made_by=str(by))
        audit.record(
            action="zone_closed", subject=f"area:{row.code}", by=by, now=now, hall=row.hall.code,
            facts={"until": until.isoformat()},
        )  # fmt: skip
    return made


def open_again(*, area: SelfServiceArea, by: Actor, now: datetime) -> bool:
    """Earlier than planned; twice is once."""
    with transaction.atomic():
        row = locked(area)
        opened = Closing.objects.filter(area=row, ended_at=None, until_at__gt=now)
        if not opened.update(ended_at=now, ended_by=str(by)):
            return False
        audit.record(action="zone_opened_again", subject=f"area:{row.code}", by=by, now=now, hall=row.hall.code)
    return True
