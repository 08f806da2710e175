"""Where each window stands on the drawing of a floor: cells from the windows' x and y (per cent of the floor)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from banshi.foundation.said import named
from banshi.rooms.places.queries import HallView
from banshi.rooms.tickets.queries import LineWindow

WIDE = 1000.0  # units of the drawing
ROOMY_W, ROOMY_H = 92.0, 74.0
DENSE_BELOW = 58.0  # narrower cells show the number and the minutes alone
LABEL_H = 26.0


@dataclass(frozen=True)
class Cell:
    """A window on the drawing, by its upper left corner. `minutes`: in its state, None when closed."""

    window: LineWindow
    x: float
    y: float
    minutes: int | None
    long: bool

    @property
    def short(self) -> str:
        """“12′”, “17h”: what fits a narrow cell."""
        if self.minutes is None:
            return ""
        return f"{self.minutes}′" if self.minutes < 100 else f"{self.minutes // 60}h"


@dataclass(frozen=True)
class ZoneMark:
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class FloorPlan:
    """The drawing of a floor: `high` × WIDE units; cells of one size."""

    code: str
    label: str
    high: float
    cell_w: float
    cell_h: float
    dense: bool
    cells: tuple[Cell, ...]
    zones: tuple[ZoneMark, ...]


def plan(view: HallView, floor: str, windows: Iterable[LineWindow], *, long_s: int, now: datetime) -> FloorPlan:
    """:param long_s: a service longer than that is marked."""
    here = {w.code: w for w in view.windows if w.floor == floor}
    shown = [w for w in windows if w.code in here]
    gap_x = _least_gap([here[w.code].x for w in shown], [here[w.code].zone for w in shown])
    gap_y = _least_gap([here[w.code].y for w in shown], [here[w.code].zone for w in shown])
    cell_w = min(ROOMY_W, gap_x / 100 * WIDE * 0.9)
    dense = cell_w < DENSE_BELOW
    cell_h = 52.0 if dense else ROOMY_H
    high = max(cell_h + 3 * LABEL_H, (cell_h + LABEL_H) * 100 / gap_y)
    cells = tuple(
        _cell(w, here[w.code].x * WIDE / 100 - cell_w / 2, here[w.code].y * high / 100 - cell_h / 2, long_s, now)
        for w in shown
    )
    marks = []
    for zone in view.zones:
        of_zone = [c for c in cells if here[c.window.code].zone == zone.code]
        if of_zone:
            marks.append(ZoneMark(named(zone), min(c.x for c in of_zone), min(c.y for c in of_zone) - 8))
    label = next((named(f, "label") for f in view.floors if f.code == floor), floor)
    return FloorPlan(floor, label, round(high, 1), round(cell_w, 1), cell_h, dense, cells, tuple(marks))


def _cell(window: LineWindow, x: float, y: float, long_s: int, now: datetime) -> Cell:
    seconds = (now - window.since).total_seconds() if window.since else None
    minutes = None if seconds is None else max(0, round(seconds / 60))
    return Cell(
        window,
        round(x, 1),
        round(y, 1),
        minutes,
        window.state == "serving" and seconds is not None and seconds > long_s,
    )


def _least_gap(values: Sequence[float], zones: Sequence[str]) -> float:
    """Smallest distance between neighbours of one zone; a whole side where nobody has a neighbour."""
    gaps = []
    for zone in set(zones):
        of_zone = sorted({value for value, its in zip(values, zones, strict=True) if its == zone})
        gaps += [b - a for a, b in pairwise(of_zone)]
    return max(2.0, min(gaps, default=60.0))
