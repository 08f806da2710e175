"""Batches for the national platform: through a folder that something else carries, or by HTTP to a front machine (前置机).

- `Folder`: `<no>.json` out, `<no>.receipts.json` back, in the folder `exchange` of `BANSHI_SPOOL`.
- `Http`: `PUT <BANSHI_EXCHANGE_URL>/<no>` with the batch; the same number again is the same batch, whose bytes never change.
  `GET <BANSHI_EXCHANGE_URL>/<no>/receipts` brings its answers; 404: none yet. Each request is signed: `X-Banshi-Timestamp`
  (seconds since the epoch) and `X-Banshi-Signature`, hex HMAC-SHA256 under `BANSHI_EXCHANGE_SECRET` of method, path, timestamp
  and SHA-256 of the body (hex), a line each.

- `stand_in.StandIn`: a platform that is none, the demo's.

A batch that is answered with 409, 413 or 422 was not taken as it is; anything else, and silence, is tried again just so.

Receipts: a list of `{"row_guid": "…", "accepted": true}` and `{"row_guid": "…", "accepted": false, "why": "…"}`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path

import httpx
from django.conf import settings

from banshi.foundation import clock
from banshi.rooms.exchange.ports import NotTaken

PATIENCE_S = 30.0
NOT_TAKEN = frozenset({409, 413, 422})
MOST_RECEIPTS = 16 * 1024 * 1024  # bytes


class Folder:
    """Behind the port `banshi.rooms.exchange.ports.Exchange`."""

    def __init__(self) -> None:
        self._place = Path(settings.BANSHI_SPOOL) / "exchange"

    def send(self, no: str, content: bytes) -> None:
        """Whole or not at all. :raises OSError: the folder cannot be written."""
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._place / f".{no}.part"
        part.touch(mode=0o600)
        part.write_bytes(content)
        os.replace(part, self._place / f"{no}.json")

    def receipts(self, no: str) -> Mapping[str, str]:
        """:raises OSError: what lies there cannot be read."""
        try:
            return _receipts((self._place / f"{no}.receipts.json").read_bytes())
        except FileNotFoundError:
            return {}


class Http:
    """Behind the same port."""

    def send(self, no: str, content: bytes) -> None:
        """:raises NotTaken: the batch as it is. :raises OSError: it does not answer, or is not well."""
        answer = _asked("PUT", no, content)
        if answer.status_code in NOT_TAKEN:
            raise NotTaken(f"{answer.status_code}")
        if not answer.is_success:
            raise OSError(f"the front machine answered {answer.status_code}")

    def receipts(self, no: str) -> Mapping[str, str]:
        """:raises OSError: it does not answer, or not with receipts."""
        answer = _asked("GET", f"{no}/receipts", b"")
        if answer.status_code == 404:
            return {}
        if not answer.is_success or len(answer.content) > MOST_RECEIPTS:
            raise OSError(f"the front machine answered {answer.status_code}")
        return _receipts(answer.content)


def _asked(method: str, path: str, body: bytes) -> httpx.Response:
    """:raises OSError: it cannot be reached, or nobody said where it is."""
    url = httpx.URL(f"{settings.BANSHI_EXCHANGE_URL.rstrip('/')}/{path}")
    if url.scheme not in ("http", "https") or not settings.BANSHI_EXCHANGE_SECRET:
        raise OSError("BANSHI_EXCHANGE_URL and BANSHI_EXCHANGE_SECRET are not set")
    timestamp = str(int(clock.wall().timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Banshi-Timestamp": timestamp,
        "X-Banshi-Signature": signature(settings.BANSHI_EXCHANGE_SECRET, method, url.path, timestamp, body),
    }
    try:
        return httpx.request(method, url, content=body, headers=headers, timeout=PATIENCE_S)
    except httpx.HTTPError as trouble:
        raise OSError(f"the front machine cannot be reached: {type(trouble).__name__}") from trouble


def signature(secret: str, method: str, path: str, timestamp: str, body: bytes) -> str:
    """See above."""
    said = "\n".join((method, path, timestamp, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def _receipts(content: bytes) -> dict[str, str]:
    """:raises OSError: these are none."""
    try:
        said = json.loads(content)
        return {str(row["row_guid"]): "" if row["accepted"] is True else str(row.get("why") or "-") for row in said}
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise OSError("not receipts") from wrong
