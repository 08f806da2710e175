"""The city's telephone exchange (docs/integrate.md): dialled through one signed POST; what becomes of a call it tells itself.

Request: `POST <BANSHI_TELEPHONY_URL>` with JSON `{call, agent, phone}` and the headers of `gateways.sms_http`. Any 2xx: it
dials. Events come in over `POST /api/v1/hotline/calls`.
"""

from __future__ import annotations

import json

import httpx
from django.conf import settings

from banshi.foundation import clock
from banshi.gateways.sms_http import signature
from banshi.rooms.hotline.ports import Unreachable

TIMEOUT_S = 5.0


class Http:
    """An exchange behind an address."""

    def dial(self, *, call: str, agent: str, phone: str) -> None:
        """:raises Unreachable: network, or any answer but 2xx."""
        body = json.dumps({"call": call, "agent": agent, "phone": phone}, separators=(",", ":")).encode()
        timestamp = str(int(clock.wall().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": call,
            "X-Banshi-Key": settings.BANSHI_TELEPHONY_KEY,
            "X-Banshi-Timestamp": timestamp,
            "X-Banshi-Signature": signature(settings.BANSHI_TELEPHONY_SECRET, timestamp, body),
        }
        try:
            answer = httpx.post(settings.BANSHI_TELEPHONY_URL, content=body, headers=headers, timeout=TIMEOUT_S)
        except (httpx.HTTPError, httpx.InvalidURL) as trouble:
            raise Unreachable(type(trouble).__name__) from trouble
        if not answer.is_success:
            raise Unreachable(str(answer.status_code))


class StandIn:
    """The demo's: it rings nobody. Whoever is at the desk says what became of it. `BANSHI_TELEPHONY_DOWN=1`: no answer."""

    def dial(self, *, call: str, agent: str, phone: str) -> None:
        """:raises Unreachable: it is set so."""
        if settings.BANSHI_TELEPHONY_DOWN:
            raise Unreachable("down")
