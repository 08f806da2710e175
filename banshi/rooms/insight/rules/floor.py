"""What stands out in a hall: queues beside idle windows (忙闲不均), and how busy a window was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# A wait from which the manager should do something; the halls' own target is 15 minutes (mission §9.2 reports 11.45).
LONG_WAIT_S = 15 * 60
LONG_LIKELY_S = 20 * 60
IDLE_LONG_S = 3 * 60  # shorter pauses between two people are not idleness
MOST_HINTS = 3

IDLE_BELOW = 0.35  # share of the time at the window spent with somebody
OVERLOADED_FROM = 0.92
ENOUGH_S = 30 * 60  # less time at the window says nothing about its load


@dataclass(frozen=True)
class Queue:
    """Who waits for a category. `windows`: truly serving it now; `zone`: where it is at home."""

    code: str
    zone: str | None
    waiting: int
    longest_s: int
    likely_s: int | None
    windows: int


@dataclass(frozen=True)
class Place:
    """A window now. state: closed | idle | called | serving | paused | emergency; `idle_s` counts while idle."""

    code: str
    number: str
    zone: str
    state: str
    idle_s: int
    categories: frozenset[str]


@dataclass(frozen=True)
class Hint:
    """One thing that would help. `idle`: how many windows of that zone stand idle without serving the category.

    kind: serve_too – let this idle window serve the category as well; open – open this closed window;
    call – this idle window serves the category and should call.
    """

    kind: Literal["serve_too", "open", "call"]
    category: str
    window: str
    number: str
    zone: str
    waiting: int
    longest_s: int
    idle: int


def in_trouble(queue: Queue) -> bool:
    """Whether people wait too long for it, or for nobody."""
    if queue.waiting == 0:
        return False
    return queue.windows == 0 or queue.longest_s >= LONG_WAIT_S or (queue.likely_s or 0) >= LONG_LIKELY_S


def hints(*, queues: Sequence[Queue], places: Sequence[Place], free_clerks: int) -> list[Hint]:
    """What the manager can do about long queues, worst first; each window is named once.

    A window that could call is told to; else an idle one takes the category too; else a closed one opens,
    as long as there are clerks for it – and that helps every other queue the window serves.
    """
    found: list[Hint] = []
    named: set[str] = set()
    helped: set[str] = set()
    for queue in sorted(filter(in_trouble, queues), key=lambda q: (q.windows > 0, -q.longest_s, q.code)):
        idle = [p for p in places if p.state == "idle" and p.idle_s >= IDLE_LONG_S and p.code not in named]
        able = [p for p in idle if queue.code in p.categories]
        unable = [p for p in idle if queue.code not in p.categories]
        closed = [p for p in places if p.state == "closed" and queue.code in p.categories and p.code not in named]
        kind: Literal["serve_too", "open", "call"]
        if able:
            kind, place = "call", _nearest(able, queue)
        elif unable:
            kind, place = "serve_too", _nearest(unable, queue)
        elif queue.code in helped:
            continue
        elif closed and free_clerks > 0:
            kind, place = "open", _nearest(closed, queue)
            free_clerks -= 1
            helped |= place.categories
        else:
            continue
        named.add(place.code)
        group = unable if kind == "serve_too" else able
        beside = sum(p.zone == place.zone for p in group)
        found.append(
            Hint(kind, queue.code, place.code, place.number, place.zone, queue.waiting, queue.longest_s, beside)
        )
        if len(found) == MOST_HINTS:
            break
    return found


def _nearest(places: Sequence[Place], queue: Queue) -> Place:
    """In the category's own zone if there is one, then longest idle, then lowest number."""
    return min(places, key=lambda p: (p.zone != queue.zone, -p.idle_s, p.number))


def verdict(*, at_work_s: int, busy_s: int) -> Literal["", "idle", "even", "overloaded"]:
    """忙闲 of a window: seconds its clerk was ready, seconds somebody was there; "" = too short to say."""
    if at_work_s < ENOUGH_S:
        return ""
    share = busy_s / at_work_s
    if share < IDLE_BELOW:
        return "idle"
    return "overloaded" if share >= OVERLOADED_FROM else "even"
