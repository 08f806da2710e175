"""The plan of a hall: floors with zones and windows, laid out for an SVG. Coordinates in units of one window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from banshi.rooms.places.queries import FloorView, HallView, WindowView, ZoneView

WINDOW, GAP, PAD, HEAD = 44, 8, 14, 28
SHOWN = {"serving": "serving", "called": "calling", "idle": "idle", "paused": "paused"}


@dataclass(frozen=True)
class PlanWindow:
    number: str
    x: int
    y: int
    state: str  # serving | calling | idle | paused | closed

    @property
    def middle_x(self) -> int:
        return self.x + WINDOW // 2

    @property
    def middle_y(self) -> int:
        return self.y + WINDOW // 2 + 5


@dataclass(frozen=True)
class PlanZone:
    code: str
    name_zh: str
    name_en: str
    x: int
    y: int
    width: int
    height: int
    windows: tuple[PlanWindow, ...]


@dataclass(frozen=True)
class PlanFloor:
    code: str
    label_zh: str
    label_en: str
    width: int
    height: int
    zones: tuple[PlanZone, ...]

    @property
    def side(self) -> int:
        return WINDOW


def floors(hall: HallView, states: Mapping[str, str], *, columns: int = 6) -> list[PlanFloor]:
    """Each floor with its zones one below the other, windows in rows as they stand (top to bottom, left to right).

    :param states: state of the windows by number, as the line tells it.
    :param columns: windows in a row: six fit a phone held upright.
    """
    return [_floor(hall, floor, states, columns) for floor in hall.floors]


def _floor(hall: HallView, floor: FloorView, states: Mapping[str, str], columns: int) -> PlanFloor:
    width = 2 * PAD + columns * WINDOW + (columns - 1) * GAP
    zones: list[PlanZone] = []
    y = 0
    for zone in (z for z in hall.zones if z.floor == floor.code):
        here = sorted((w for w in hall.windows if w.zone == zone.code), key=lambda w: (w.y, w.x, w.number))
        if not here:
            continue
        placed = _zone(zone, here, states, columns, y, width)
        zones.append(placed)
        y += placed.height + GAP
    return PlanFloor(floor.code, floor.label_zh, floor.label_en, width, max(y - GAP, 0), tuple(zones))


def _zone(
    zone: ZoneView, here: list[WindowView], states: Mapping[str, str], columns: int, top: int, width: int
) -> PlanZone:
    placed = tuple(
        PlanWindow(
            window.number,
            PAD + (i % columns) * (WINDOW + GAP),
            top + HEAD + PAD // 2 + (i // columns) * (WINDOW + GAP),
            SHOWN.get(states.get(window.number, ""), "closed"),
        )
        for i, window in enumerate(here)
    )
    rows = -(-len(here) // columns)
    height = HEAD + PAD // 2 + rows * WINDOW + (rows - 1) * GAP + PAD
    return PlanZone(zone.code, zone.name_zh, zone.name_en, 0, top, width, height, placed)
