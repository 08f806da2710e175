"""Both sides hear when a guardian was entered, when that was contested, and when it ended: a forged one is found out so.

Told are the guardian, the child where it has a telephone of its own, and whoever else is its guardian, each telephone once. A
duty looks at the last day, and each thing is said once, whichever door it came through. What a guardian only says of themselves
gives no right, and nobody hears of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from banshi.rooms.booking.queries.facts import CHINA
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Guardianship
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message

LOOKS_BACK = timedelta(days=1)
PAGE = "/me/family/"


@dataclass(frozen=True)
class Event:
    """`at` tells one contest of a guardianship from the next."""

    key: str
    row: Guardianship
    at: datetime

    @property
    def dedupe(self) -> str:
        return f"{self.key}:{self.row.pk}:{self.at.timestamp():.0f}"


def tell(*, now: datetime) -> int:
    """:returns: how many were told something new."""
    return sum(_tell(each, now=now) for each in _events(now - LOOKS_BACK))


def _events(since: datetime) -> Iterator[Event]:
    lately = Q(proven_at__gte=since) | Q(contested_at__gte=since) | Q(ended_at__gte=since)
    for row in Guardianship.objects.filter(lately, proven_at__isnull=False).order_by("id"):
        if row.ended_at is not None:
            if row.ended_by:  # else two entries of one person were joined: nothing ended
                yield Event("guardian_ended", row, row.ended_at)
        elif row.contested_at is not None:
            yield Event("guardian_contested", row, row.contested_at)
        elif row.proven_at is not None:
            yield Event("guardian_entered", row, row.proven_at)


def _tell(event: Event, *, now: datetime) -> int:
    whom = dict(_whom(event, now=now))  # by telephone
    dedupes = {phone: f"{event.dedupe}:{person}" for phone, (person, _) in whom.items()}
    said = set(Message.objects.filter(dedupe__in=dedupes.values()).values_list("dedupe", flat=True))
    new = [phone for phone, dedupe in dedupes.items() if dedupe not in said]
    until = event.row.valid_until
    params: dict[str, Any] = {"link": PAGE}
    if event.key == "guardian_entered":
        params |= {"until_zh": f"{until.year}年{until.month}月{until.day}日", "until_en": f"{until:%Y-%m-%d}"}
    for phone in new:
        messaging.write(
            key=event.key, to_phone=phone, subject=f"guardian:{event.row.pk}", params=params, dedupe=dedupes[phone],
            language=whom[phone][1], now=now,
        )  # fmt: skip
    return len(new)


def _whom(event: Event, *, now: datetime) -> Iterator[tuple[str, tuple[int, str]]]:
    """Telephones by proof, the guardian's last, so that of two who share one it is the guardian."""
    row, today = event.row, now.astimezone(CHINA).date()
    beside = Guardianship.objects.filter(
        child_id=row.child_id, ended_at=None, proven_at__lt=event.at, valid_until__gte=today
    )
    others = beside.order_by("id").values_list("guardian_id", flat=True)
    for person in dict.fromkeys([row.child_id, *others, row.guardian_id]):
        phone, language = people.told_at(person)
        if phone:
            yield phone, (person, language)
