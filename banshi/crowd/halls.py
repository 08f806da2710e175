"""What a hall's public and staff are like, from its preset, and who should be on duty for it."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

import yaml

PRESETS = Path(__file__).resolve().parents[2] / "presets" / "halls"
# Windows opened per window busy at the day's mean: enough for the morning, and a line at its peak as in real halls.
SLACK = 1.3


@dataclass(frozen=True)
class Profile:
    """How a simulated public behaves in one hall (presets/README.md, `crowd`). Times in minutes, shares 0–1."""

    hall: str
    clerks: int
    daily_arrivals: int
    no_show_rate: float
    handling_minutes: Mapping[str, float]
    arrivals_weight: Mapping[str, float]
    walk_in_shape: Sequence[tuple[time, float]]
    extended_items: frozenset[str] = frozenset()
    booked_share: float = 0.45
    early_minutes: tuple[float, float] = (14.0, 8.0)
    late_share: float = 0.05
    late_minutes: tuple[float, float] = (9.0, 6.0)
    priority_share: float = 0.04
    cancel_share: float = 0.07
    missed_share: float = 0.03
    rating_share: float = 0.35
    handling_spread: float = 0.45
    stars: Mapping[int, float] = field(default_factory=lambda: {5: 0.98, 4: 0.015, 3: 0.003, 2: 0.001, 1: 0.001})

    def mean_minutes(self, category: str) -> float:
        return self.handling_minutes.get(category, 11.0)

    def weight_at(self, at: time) -> float:
        """Relative number of walk-ins at this local time; the shape's first and last hours reach outwards."""
        weight = self.walk_in_shape[0][1]
        for start, value in self.walk_in_shape:
            if start > at:
                break
            weight = value
        return weight


def profile_of(hall: str, presets: Path = PRESETS) -> Profile:
    """The profile in `presets/<hall>/hall.yaml`; a hall without one gets a small town's.

    :raises ValueError: the file is there and cannot be understood.
    """
    file = presets / hall / "hall.yaml"
    if not file.is_file():
        return Profile(hall, 8, 120, 0.06, {}, {}, [(time(9), 1.0)])
    try:
        return _profile(yaml.safe_load(file.read_text(encoding="utf-8")), file.with_name("items.csv"))
    except (KeyError, TypeError, yaml.YAMLError) as wrong:
        raise ValueError(f"{file}: {wrong!r}") from wrong


def _profile(said: Mapping[str, Any], items: Path) -> Profile:
    crowd = said["crowd"]
    extended = frozenset[str]()
    if items.is_file():
        with items.open(encoding="utf-8", newline="") as rows:
            extended = frozenset(row["item"] for row in csv.DictReader(rows) if row["extended"] == "1")
    return Profile(
        hall=said["code"],
        clerks=said["staff"]["clerks"],
        daily_arrivals=said["daily_arrivals"],
        no_show_rate=said["no_show_rate"],
        handling_minutes={c["code"]: float(c["handling_minutes"]) for c in said["categories"]},
        arrivals_weight={c["code"]: float(c["arrivals_weight"]) for c in said["categories"]},
        walk_in_shape=[(time.fromisoformat(s["from"]), float(s["weight"])) for s in crowd["walk_in_shape"]],
        extended_items=extended,
        booked_share=crowd["booked_share"],
        early_minutes=(crowd["early_minutes"]["mean"], crowd["early_minutes"]["spread"]),
        late_share=crowd["late_share"],
        late_minutes=(crowd["late_minutes"]["mean"], crowd["late_minutes"]["spread"]),
        priority_share=crowd["priority_share"],
        cancel_share=crowd["cancel_share"],
        missed_share=crowd["missed_share"],
        rating_share=crowd["rating_share"],
        handling_spread=crowd["handling_spread"],
        stars={int(stars): float(share) for stars, share in crowd["stars"].items()},
    )


@dataclass(frozen=True)
class Place:
    """A window and the categories it serves."""

    code: str
    number: str
    categories: frozenset[str]
    integrated: bool


def busy_windows(profile: Profile, open_minutes: float) -> dict[str, float]:
    """Windows busy on the mean of a day, by category: visitors × minutes each ÷ minutes open."""
    total = sum(profile.arrivals_weight.values()) or 1.0
    return {
        category: profile.daily_arrivals * weight / total * profile.mean_minutes(category) / max(open_minutes, 60.0)
        for category, weight in profile.arrivals_weight.items()
    }


def on_duty(
    places: Sequence[Place], profile: Profile, *, open_minutes: float, scale: float, slack: float = SLACK
) -> list[str]:
    """Windows to staff: special ones for their own categories, then integrated ones for what is left.

    Every category is served by at least one window; never more windows than the hall has clerks.

    :param scale: share of the public that comes (1.0: all of it).
    :returns: window codes, in the order of `places`.
    """
    left = {c: busy * slack * scale for c, busy in busy_windows(profile, open_minutes).items()}
    chosen: set[str] = set()
    for place in places:
        if place.integrated:
            continue
        need = sum(left.get(c, 0.0) for c in place.categories)
        if need > 0.4:
            chosen.add(place.code)
            for category in place.categories:
                left[category] = left.get(category, 0.0) * max(0.0, 1 - 1 / need)
    wanted = math.ceil(sum(left.values()))
    for place in places:
        if place.integrated and wanted > 0:
            chosen.add(place.code)
            wanted -= 1
    served = {c for place in places if place.code in chosen for c in place.categories}
    for category in sorted({c for place in places for c in place.categories}):
        if category in served:
            continue
        able = [place for place in places if category in place.categories]
        first = next((place for place in able if place.integrated), able[0])
        chosen.add(first.code)
        served |= first.categories
    return [place.code for place in places if place.code in chosen][: max(1, profile.clerks)]
