"""Messages to whoever rang up: that it was taken down, that there is an answer, that it is closed. No word of what was said."""

from __future__ import annotations

from datetime import datetime

from banshi.rooms.hotline import queries
from banshi.rooms.hotline.models import Order
from banshi.rooms.messaging import actions as messaging


def tell(order: Order, key: str, *, now: datetime, turn: str = "") -> None:
    """To the telephone they rang from, within the caller's transaction; of whoever withheld it nobody is told.

    :param turn: what tells a second message of the key from the first.
    """
    zh, en = queries.subject_of(order)
    messaging.write(
        key=key, to_phone=order.phone, hall=order.hall, subject=f"hotline:{order.no}", now=now,
        params={"number": order.no, "item_zh": zh, "item_en": en, "link": f"/hotline/{order.no}/"},
        dedupe=f"{key}:{order.no}:{turn}",
    )  # fmt: skip


def tell_all(order: Order, key: str, *, now: datetime, turn: str = "") -> None:
    """Also whoever said the same."""
    for each in (order, *queries.joined_to(order)):
        tell(each, key, now=now, turn=turn)
