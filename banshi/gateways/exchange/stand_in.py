"""A national platform that is none: the demo's. It takes batches, compares what came with what it heard before under the number,
and answers each row later; and it is down, refuses, mishears, answers late or backwards as the demo's page has it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from banshi.foundation import clock
from banshi.gateways.moods import strikes
from banshi.gateways.stand_in import Memory
from banshi.rooms.exchange.ports import NotTaken

LATE: Final = timedelta(hours=6)  # of the hall's clock
WHY: Final = "演示：平台不收这一行"


class StandIn:
    """Behind the port `banshi.rooms.exchange.ports.Exchange`."""

    def send(self, no: str, content: bytes) -> None:
        _need_up()
        if strikes("exchange", "refused"):
            raise NotTaken("refused")
        digest = hashlib.sha256(content).hexdigest()
        known = _memory().known(no)
        if strikes("exchange", "checksum") or (known is not None and known["sha256"] != digest):
            raise NotTaken("checksum")
        if known is None:
            rows = [each["row_guid"] for table in json.loads(content)["CUSTOM"].values() for each in table]
            wait = LATE if strikes("exchange", "late") else timedelta(0)
            _memory().keep(no, {
                "sha256": digest, "from": (clock.now() + wait).isoformat(), "asked": 0,
                "rows": {guid: WHY if strikes("exchange", "rows") else "" for guid in rows},
            })  # fmt: skip

    def receipts(self, no: str) -> Mapping[str, str]:
        _need_up()
        known = _memory().known(no)
        if known is None or datetime.fromisoformat(known["from"]) > clock.now():
            return {}
        _memory().keep(no, {**known, "asked": known["asked"] + 1})
        return _crosswise(known) if strikes("exchange", "crosswise") else known["rows"]


def _crosswise(known: Mapping[str, Any]) -> dict[str, str]:
    """At first the last rows alone; then all of them, those that were answered before the other way round."""
    rows: dict[str, str] = known["rows"]
    last = list(rows)[len(rows) // 2 :]
    if known["asked"] == 0:
        return {guid: rows[guid] for guid in reversed(last)}
    return {**{guid: "" if rows[guid] else WHY for guid in last}, **{g: rows[g] for g in rows if g not in last}}


def _need_up() -> None:
    if strikes("exchange", "down"):
        raise OSError("the platform does not answer")


def _memory() -> Memory:
    return Memory(Path(settings.BANSHI_EXCHANGE_FOLDER))
