"""Where a number is reached, and what was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from banshi.foundation import clock, phones
from banshi.rooms.messaging.actions.writing import phone_index
from banshi.rooms.messaging.models import Address, Delivery


def bind(*, phone: str, channel: str, address: str, now: datetime) -> None:
    """Remember where a number is reached on a channel: its WeChat openid.

    :raises Refused: phone-invalid.
    """
    index = phone_index(phones.known(phone))
    Address.objects.update_or_create(to_index=index, channel=channel, defaults={"address": address, "bound_at": now})


def deliver(*, channel: str, idempotencies: Sequence[str]) -> None:
    """Note messages as handed over by the built-in outbox channel; the same one again changes nothing."""
    at = clock.wall()
    Delivery.objects.bulk_create(
        [Delivery(message=each, channel=channel, at=at) for each in idempotencies], ignore_conflicts=True
    )
