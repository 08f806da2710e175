"""Planned desks (计划窗口): who is to sit where, as long as nobody sits there yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from banshi.rooms.tickets.rules.forecast import AtWork

TRUSTED_S = 600.0  # a desk this much late is not waited for any longer
SOON_S = 60.0  # due, and nobody there: about to open


@dataclass(frozen=True)
class Planned:
    """`desks` of a category (None: any) from–until so many seconds from now; or one window of the roster."""

    in_s: float
    until_s: float
    desks: int = 1
    category: int | None = None
    window: int | None = None


@dataclass(frozen=True)
class Desk:
    """A window of the hall: what it may call. `manned`: somebody has signed in, at work or not."""

    window: int
    near: frozenset[int]
    far: frozenset[int]
    manned: bool

    def serves(self, category: int | None) -> bool:
        return category is None or category in self.near or category in self.far


def stand_ins(planned: Sequence[Planned], desks: Sequence[Desk]) -> list[AtWork]:
    """Desks that are planned and not yet there, each as the window it will probably be, with when it opens.

    Every beginning is looked at in turn: as many desks as are planned for that moment, less those that are manned or
    stand in already. One that is more than ten minutes late is no longer believed in.
    """
    free = {desk.window: desk for desk in desks if not desk.manned}
    there = {desk.window: desk for desk in desks if desk.manned}
    found: list[AtWork] = []
    for begins in sorted({each.in_s for each in planned if each.in_s > -TRUSTED_S and each.until_s > 0}):
        now = [each for each in planned if each.in_s <= begins < each.until_s]
        # Roster's windows and single categories first: they are choosy.
        for each in sorted(now, key=lambda p: (p.window is None, p.category is None)):
            for _ in range(_missing(each, there)):
                desk = _choose(each, free, there)
                if desk is None:
                    break
                there[desk.window] = free.pop(desk.window)
                opens = begins if begins > 0 else SOON_S
                found.append(AtWork(desk.window, desk.near, far=desk.far, opens_in_s=opens))
    return found


def open_together(planned: Sequence[Planned], desks: Sequence[Desk]) -> int:
    """How many windows plans that hold at one moment open together.

    They are not added up: desks of a category are among the desks of the hall, and a window of two categories stands for both.
    """
    return len(stand_ins([replace(each, in_s=0, until_s=1) for each in planned], desks))


def _missing(plan: Planned, there: dict[int, Desk]) -> int:
    if plan.window is not None:
        return 0 if plan.window in there else 1
    return max(0, plan.desks - sum(desk.serves(plan.category) for desk in there.values()))


def _choose(plan: Planned, free: dict[int, Desk], there: dict[int, Desk]) -> Desk | None:
    """The window of the roster; else one whose least served category has the fewest desks so far."""
    if plan.window is not None:
        return free.get(plan.window)
    fitting = [desk for desk in free.values() if desk.serves(plan.category) and (desk.near or desk.far)]

    def scarce(desk: Desk) -> int:
        return min(sum(other.serves(c) for other in there.values()) for c in desk.near | desk.far)

    return min(fitting, key=scarce, default=None)
