"""The outside world as a test wants it: a stand-in misbehaves always, or is well again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from banshi.gateways.moods import ALWAYS, Moods


def stand_ins(settings: Any, folder: Path) -> None:
    """From now on the demo's platform, credit record and scanner answer, and are well."""
    settings.BANSHI_MOODS_FOLDER = str(folder / "moods")
    settings.BANSHI_EXCHANGE_FOLDER = folder / "platform"
    settings.BANSHI_EXCHANGE = "banshi.gateways.exchange.stand_in.StandIn"
    settings.BANSHI_CREDIT = "banshi.gateways.credit.StandIn"
    settings.BANSHI_SCANNER = "banshi.gateways.uploads.scanner.found"


def ill(who: str, fault: str) -> None:
    Moods().set(who, fault, ALWAYS)


def well(who: str, fault: str) -> None:
    Moods().set(who, fault, 0)
