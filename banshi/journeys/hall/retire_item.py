"""An item is retired from a day (停办): whoever booked it for then, or has begun it, hears of it at once, and of its taking back.

The duty says it to those who booked or began in the very moment in which a second person agreed: each is told once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from banshi.kernel.actors import Actor
from banshi.rooms.booking.actions.telling import tell
from banshi.rooms.booking.models import Appointment, Waiting
from banshi.rooms.booking.queries.facts import hall_facts, item_words
from banshi.rooms.booking.rules import WAITING
from banshi.rooms.cases.actions.retiring import drafts_of, tell_drafts
from banshi.rooms.catalogue.actions import retiring
from banshi.rooms.catalogue.models import Item, Retirement
from banshi.rooms.catalogue.queries.retiring import to_come
from banshi.rooms.catalogue.rules.retiring import RETIREMENT
from banshi.rooms.messaging.models import Message


@dataclass(frozen=True)
class Touched:
    """How many it concerns: booked for its day or later, waiting for a place then, begun and not sent."""

    booked: int
    waiting: int
    drafts: int


def touched(item: Item, *, from_day: date, now: datetime) -> Touched:
    waiting = Waiting.objects.filter(item=item, day__gte=from_day, appointment=None, state__in=WAITING.goes_on)
    return Touched(_booked(item.pk, from_day, now).count(), waiting.count(), drafts_of(item.pk).count())


def _booked(item_id: int, from_day: date, now: datetime) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(item_id=item_id, state="booked", day__gte=from_day, ends_at__gt=now)
    return rows.select_related("hall", "item", "person").order_by("id")


def agree(*, retirement_id: int, by: Actor, now: datetime) -> Retirement:
    """As `catalogue.agree_to_retire`; everybody concerned is told. :raises Refused: its refusals."""
    with transaction.atomic():
        row = retiring.agree_to_retire(retirement_id=retirement_id, by=by, now=now)
        _tell("retired", row, now=now)
    return row


def undo(*, retirement_id: int, by: Actor, now: datetime) -> Retirement:
    """As `catalogue.undo_retirement`; whoever was told hears that it goes on. :raises Refused: its refusals."""
    with transaction.atomic():
        row = retiring.undo_retirement(retirement_id=retirement_id, by=by, now=now)
        if row.agreed_at is not None:
            _tell("kept", row, now=now)
    return row


def put_back(*, retirement_id: int, by: Actor, now: datetime) -> Retirement:
    """As `catalogue.put_back`; whoever is still booked or has begun it hears that it goes on. :raises Refused: its refusals."""
    with transaction.atomic():
        row = retiring.put_back(retirement_id=retirement_id, by=by, now=now)
        _tell("kept", row, now=now)
    return row


def tell_due(*, now: datetime) -> int:
    """:returns: how many hear it only now."""
    return sum(_tell("retired", row, now=now) for row in to_come(now=now))


def _tell(what: str, row: Retirement, *, now: datetime) -> int:
    after = row.successor
    said: dict[str, Any] = {"day": row.from_day.isoformat()}
    if after is not None and row.state == RETIREMENT.to("agree"):
        said |= {"instead_zh": after.name_zh, "instead_en": after.name_en}
    told = tell_drafts(f"case_item_{what}", item_id=row.item_id, mark=str(row.pk), params=said, now=now)
    return told + _tell_booked(f"item_{what}", row, said, now=now)


def _tell_booked(key: str, row: Retirement, said: dict[str, Any], *, now: datetime) -> int:
    booked = {f"{key}:{each.code}:{each.moves}:{row.pk}": each for each in _booked(row.item_id, row.from_day, now)}
    heard = set(Message.objects.filter(dedupe__in=booked).values_list("dedupe", flat=True)) if booked else set()
    new = [each for dedupe, each in booked.items() if dedupe not in heard]
    for each in new:
        hall = hall_facts(each.hall, now=now)
        tell(key, each, hall=hall, item=item_words(each.hall_id, each.item_id), now=now, more=said, anew=f":{row.pk}")
    return len(new)
