"""What a machine says of its parts, which faults that opens and ends, who is told of one when, and how often it was there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from banshi.kernel.policy import MachinePolicy

PARTS: Final = (
    "screen", "receipt_printer", "page_printer", "licence_printer", "card_printer", "reader", "scanner", "camera",
    "document_camera", "cabinet", "door", "evaluator", "network",
)  # fmt: skip
STATES: Final = ("ok", "low", "out", "jam", "broken", "left")  # left: somebody's card lies there
KINDS: Final = ("low", "out", "jam", "broken", "left", "silent")
DOWN: Final = frozenset(
    {"out", "jam", "broken", "left", "silent"}
)  # nobody is served so; with little paper, people are
WHOLE: Final = ""  # what is silent is the whole machine, no part of it
LOOKED_BACK: Final = timedelta(days=30)

Step = Literal["keepers", "head", "region"]


@dataclass(frozen=True)
class Change:
    """What a heartbeat changes. `ended`: parts whose open fault is over; `opened`: part → kind of a new one."""

    ended: frozenset[str]
    opened: Mapping[str, str]


def change(open_faults: Mapping[str, str], said: Mapping[str, str]) -> Change:
    """Whoever is heard is silent no more; a part that is worse or better than before has another fault, or none; of a part that
    is not spoken of nothing is known anew.

    :param open_faults: part → kind; :param said: part → state.
    """
    ended = {
        part for part, kind in open_faults.items() if part == WHOLE or (part in said and said[part] != kind)
    }  # fmt: skip
    opened = {part: state for part, state in said.items() if state != "ok" and open_faults.get(part) != state}
    return Change(frozenset(ended), opened)


def steps(policy: MachinePolicy) -> list[tuple[Step, timedelta]]:
    """Who is told after how long, the first one first."""
    after: list[tuple[Step, int | None]] = [
        ("keepers", policy.keepers_after),
        ("head", policy.head_after),
        ("region", policy.region_after),
    ]
    said = [(step, timedelta(minutes=minutes)) for step, minutes in after if minutes is not None]
    return sorted(said, key=lambda each: each[1])


def due(
    *, policy: MachinePolicy, kind: str, opened_at: datetime, told: Mapping[str, datetime], now: datetime
) -> Step | None:
    """The step that is told now; None: none yet, or none any more.

    One after the other, with as long between two as the policy has: what a maintenance held back is not told to
    everybody at once when it is over. Little paper is for whoever looks after the machines alone.

    :param told: step → when.
    """
    before: tuple[Step, timedelta] | None = None
    for step, after in steps(policy):
        if step in told:
            before = (step, after)
            continue
        if kind == "low" and step != "keepers":
            return None
        begins = opened_at + after
        if before is not None:
            begins = max(begins, told[before[0]] + after - before[1])
        return step if now >= begins else None
    return None


Spell = tuple[datetime, datetime | None]  # from, until; None: it lasts


def available(
    *, down: Iterable[Spell], kept: Iterable[Spell], since: datetime, until: datetime
) -> float | None:  # fmt: skip
    """Share of the time in which a machine was there, 0–1; None where there was no time to be there.

    :param down: its faults, which may overlap; :param kept: its maintenance, which counts neither way.
    """
    maintenance = _joined(kept, since, until)
    whole = (until - since) - _length(maintenance)
    if whole <= timedelta(0):
        return None
    both = _joined([*_joined(down, since, until), *maintenance], since, until)
    return 1 - (_length(both) - _length(maintenance)) / whole


def _length(spells: Iterable[tuple[datetime, datetime]]) -> timedelta:
    return sum((until - since for since, until in spells), timedelta(0))


def _joined(spells: Iterable[Spell], first: datetime, last: datetime) -> list[tuple[datetime, datetime]]:
    """Without overlaps, in order, inside first–last."""
    cut = sorted((max(since, first), min(until or last, last)) for since, until in spells)
    found: list[tuple[datetime, datetime]] = []
    for since, until in cut:
        if until <= since:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


HEALTHS: Final = ("silent", "trouble", "low", "never", "maintenance", "ok", "retired")  # the worst first


def health(
    *, retired: bool, heard: bool, late: bool, in_maintenance: bool, kinds: Iterable[str]
) -> str:  # fmt: skip
    """One word for how a machine is, of `HEALTHS`. :param kinds: of its open faults; :param late: not heard in time."""
    open_kinds = set(kinds)
    if retired:
        return "retired"
    if in_maintenance:
        return "maintenance"
    if not heard:
        return "never"
    if late or "silent" in open_kinds:
        return "silent"
    if open_kinds & DOWN:
        return "trouble"
    return "low" if open_kinds else "ok"
