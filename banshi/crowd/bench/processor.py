"""Processor time of web and database: what a request costs each of them, whoever else uses the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from banshi.crowd.bench.ground import Installation

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class Spent:
    """Seconds of processor time that web and database used."""

    web: float = 0.0
    database: float = 0.0

    def per_request(self, requests: int) -> dict[str, float]:
        """Milliseconds of each for one request; nothing where none was made."""
        if not requests:
            return {}
        return {
            "web_ms": round(self.web * 1000 / requests, 2),
            "database_ms": round(self.database * 1000 / requests, 2),
        }


@contextmanager
def spent(on: Installation) -> Iterator[Spent]:
    """What is used inside; filled in at the end."""
    assert on.web is not None
    roots = on.web.pid, int((on.data / "pg" / "cluster" / "postmaster.pid").read_text("utf-8").split()[0])
    before = [used(pid) for pid in roots]
    found = Spent()
    yield found
    found.web, found.database = (used(pid) - was for pid, was in zip(roots, before, strict=True))


def used(root: int, proc: Path = Path("/proc")) -> float:
    """Seconds used so far by a process, its descendants, and those of them that have ended."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in proc.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The name may hold blanks and brackets: what follows the last one is numbers.
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        parents[int(folder.name)] = int(fields[1])
        ticks[int(folder.name)] = sum(int(each) for each in fields[11:15])
    return sum(count for pid, count in ticks.items() if _descends(pid, root, parents)) * TICK_S


def _descends(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid and pid != root:
        pid = parents.get(pid, 0)
    return pid == root
