"""The channel every installation starts with: it hands over to nobody; the notices page shows the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from banshi.rooms.messaging.actions import deliver
from banshi.rooms.messaging.ports import Outgoing, Passing


class Outbox:
    """Stands in for SMS, WeChat or e-mail. Remembers each message once, so that twice can be seen and counted."""

    needs_address = False

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, to: str, text: str, *, template: str, params: Mapping[str, Any], idempotency: str) -> str:
        deliver(channel=self.name, idempotencies=[idempotency])
        return f"outbox:{idempotency}"

    def send_many(self, messages: Sequence[Outgoing]) -> list[str]:
        deliver(channel=self.name, idempotencies=[message.idempotency for message in messages])
        return [f"outbox:{message.idempotency}" for message in messages]


class Nowhere:
    """Stands where an installation that serves people has no gateway: nothing is sent, and nothing says it was."""

    needs_address = False

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self.why = why

    def send(self, to: str, text: str, *, template: str, params: Mapping[str, Any], idempotency: str) -> str:
        """:raises Passing: always; what still makes sense goes out once there is a gateway."""
        raise Passing(self.why)
