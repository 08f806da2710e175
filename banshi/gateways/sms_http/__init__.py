"""SMS through any gateway that takes one signed HTTP POST (see docs/integrate.md).

Request: `POST <base_url>` with JSON `{id, to, text, template, params}` and the headers `Idempotency-Key`,
`X-Banshi-Key`, `X-Banshi-Timestamp` (seconds since the epoch) and `X-Banshi-Signature` = hex HMAC-SHA256 of
`<timestamp>\\n<body>` under the shared secret. Answer: 2xx with `{"receipt": "…"}`; the same
`Idempotency-Key` again sends nothing and gets the same answer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import httpx

from banshi.foundation import clock
from banshi.rooms.messaging.ports import Final, Passing

# Busy, or a fault of the account (key, credit, address) that its operator mends: the message itself is right.
PASSING_STATUS = frozenset({401, 402, 403, 404, 405, 407, 408, 409, 423, 425, 429})


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Hex HMAC-SHA256 of `<timestamp>\\n<body>`."""
    return hmac.new(secret.encode(), timestamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()


class SmsHttp:
    name = "sms"
    needs_address = False

    def __init__(self, *, base_url: str, key: str, secret: str, timeout: float = 8.0) -> None:
        self._url, self._key, self._secret = base_url, key, secret
        self._client = httpx.Client(timeout=timeout)

    def send(self, to: str, text: str, *, template: str, params: Mapping[str, Any], idempotency: str) -> str:
        """:raises Passing: network, 5xx, throttled, a wrong key. :raises Final: any other refusal, such as 400 or 422."""
        content = {"id": idempotency, "to": to, "text": text, "template": template, "params": dict(params)}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = str(int(clock.wall().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": idempotency,
            "X-Banshi-Key": self._key,
            "X-Banshi-Timestamp": timestamp,
            "X-Banshi-Signature": signature(self._secret, timestamp, body),
        }
        try:
            answer = self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as trouble:
            raise Passing(f"the SMS gateway cannot be reached: {type(trouble).__name__}") from trouble
        if answer.is_success:
            return _receipt(answer)
        if answer.status_code >= 500 or answer.status_code in PASSING_STATUS:
            raise Passing(f"the SMS gateway answered {answer.status_code}")
        raise Final(f"the SMS gateway refused: {answer.status_code} {answer.text[:120]}")


def _receipt(answer: httpx.Response) -> str:
    # Accepted is accepted: an answer that cannot be read must not cause a second message.
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get("receipt", "")) if isinstance(found, dict) else ""
