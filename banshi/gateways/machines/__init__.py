"""Self-service machines that are not there: the demo's. They say how they are, and now and then something is wrong.

What happens to a machine follows from its code and the time alone: it is the same whoever asks, and a worker that begins
anew goes on where the last one stopped. In machine time, as heartbeats are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

VERSION: Final = "stand-in-1"
STUCK_ONE_IN: Final = 12
# What may befall a machine: how long a turn of it is, one turn in how many, and the parts it befalls; then, by minutes since it
# began, what is said until then. "silent": nothing is said at all.
PAPER: Final = ("receipt_printer", "page_printer", "licence_printer", "card_printer")
Turn = tuple[timedelta, int, tuple[str, ...], tuple[tuple[int, str], ...]]
TURNS: Final[Mapping[str, Turn]] = {
    "paper": (timedelta(hours=4), 8, PAPER, ((25, "low"), (37, "out"))),
    "jam": (timedelta(hours=6), 16, (*PAPER, "reader", "door", "cabinet"), ((9, "jam"),)),
    "broken": (
        timedelta(hours=24),
        40,
        ("camera", "scanner", "document_camera", "reader", "screen"),
        ((90, "broken"),),
    ),
    "silent": (timedelta(hours=6), 24, (), ((7, "silent"),)),
}


class StandIn:
    """The fleet of a demo."""

    opens_doors = True  # of the zones, where no program of their own does

    def door(self, order: int) -> tuple[str, str]:
        """How an order to open a door ended, and why: one in `STUCK_ONE_IN` stays shut."""
        return ("failed", "stuck") if order % STUCK_ONE_IN == 0 else ("done", "")

    def states(self, machines: Iterable[tuple[str, list[str]]], *, at: datetime) -> dict[str, dict[str, str]]:
        """Code → part → state, of those that say anything at this moment.

        :param machines: code and parts; :param at: machine time.
        """
        found = {code: _state(code, parts, at) for code, parts in machines}
        return {code: state for code, state in found.items() if state is not None}


class NoneHere:
    """Machines speak for themselves."""

    opens_doors = False

    def states(self, machines: Iterable[tuple[str, list[str]]], *, at: datetime) -> dict[str, dict[str, str]]:
        return {}


def _state(code: str, parts: list[str], at: datetime) -> dict[str, str] | None:
    said = dict.fromkeys(parts, "ok")
    for what, (every, one_in, befalls, course) in TURNS.items():
        nth, into = divmod(at.timestamp(), every.total_seconds())
        lot = int(hashlib.sha256(f"{what}:{code}:{nth:.0f}".encode()).hexdigest(), 16)
        if lot % one_in:
            continue
        lasts = course[-1][0] * 60
        begins = (lot // one_in) % int(every.total_seconds() - lasts)
        state = next((state for minutes, state in course if 0 <= into - begins < minutes * 60), None)
        if state == "silent":
            return None
        mine = [part for part in befalls if part in parts]
        if state is not None and mine:
            said[mine[(lot // one_in // 100_000) % len(mine)]] = state
    return said
