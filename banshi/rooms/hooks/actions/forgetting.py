"""What was told can be told again for a month; then it is deleted, with how it went."""

from __future__ import annotations

from datetime import datetime

from banshi.rooms.hooks.models import Delivery, Event
from banshi.rooms.hooks.rules import DELIVERY, KEPT


def forget_old(*, wall: datetime, most: int) -> int:
    """:param wall: machine time. :returns: how many events. One that is still on its way stays."""
    on_its_way = Delivery.objects.filter(state__in=[s for s in DELIVERY.states if s not in DELIVERY.ends])
    rows = Event.objects.filter(found_at__lt=wall - KEPT).exclude(id__in=on_its_way.values("event_id"))
    ids = list(rows.order_by("found_at").values_list("id", flat=True)[:most])
    Event.objects.filter(id__in=ids).delete()
    return len(ids)
