"""四性 (GB/T 42727-2023): 真实, 完整, 可用, 安全 – what was looked at before a package was kept, as data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

CHECKS = ("authentic", "complete", "usable", "safe")
SAFE = ("clean", "unavailable")  # states of a file that may be kept; unavailable: no scanner here, and it is said


@dataclass(frozen=True)
class Checks:
    """Each with whether it holds; `unscanned`: files that no scanner looked at."""

    authentic: bool
    complete: bool
    usable: bool
    safe: bool
    unscanned: int = 0

    @property
    def passed(self) -> bool:
        return all(getattr(self, name) for name in CHECKS)

    def as_json(self) -> dict[str, bool | int]:
        return {**{name: getattr(self, name) for name in CHECKS}, "unscanned": self.unscanned}


def safety(states: Collection[str]) -> tuple[bool, int]:
    """Whether files in these states may be kept, and how many of them no scanner looked at."""
    return all(state in SAFE for state in states), sum(state == "unavailable" for state in states)
