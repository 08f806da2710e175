"""Batches for the national platform through a folder that something else carries: `<no>.json` out, `<no>.receipts.json` back.

The folder is `exchange` in `BANSHI_SPOOL`. Receipts: a list of
`{"row_guid": "…", "accepted": true}` and `{"row_guid": "…", "accepted": false, "why": "…"}`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings


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
            said = json.loads((self._place / f"{no}.receipts.json").read_bytes())
            return {str(row["row_guid"]): "" if row["accepted"] is True else str(row.get("why") or "-") for row in said}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError) as wrong:
            raise OSError(f"{no}.receipts.json: not receipts") from wrong
