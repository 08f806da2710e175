"""What the crowd itself saw and did, and whether the halls report the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

COUNTS = ("tickets", "booked", "walk_in", "served", "missed", "ratings", "appointments", "cancelled", "no_shows")
CASE_COUNTS = ("received", "second_notices", "accepted", "decided", "granted", "completed", "ratings")
WAY_COUNTS = ("lived", "ended", "differ")  # of matters, by kind of way
TOTAL = "total"  # code of the row that sums up the others
FEW = 5  # times of fewer people are not compared
TIME_SHARE, TIME_LEAST_S = 0.05, 20.0


class Told(NamedTuple):
    """A wait as it was told, and what came of it; in hall seconds. `hour`: of the hall's clock when it was told."""

    about: float
    at_most: float
    actual: float
    category: str = ""
    hour: int = 0


class Lived(NamedTuple):
    """A wait or a handling as the crowd saw it, in hall seconds. `within`: how far the hall's own time of it may be off,
    because it began and ended at some moment of two requests."""

    seconds: float
    within: float = 0.0


@dataclass
class Seen:
    """One hall through the eyes of the crowd. Times in hall seconds."""

    hall: str
    counts: Counter[str] = field(default_factory=Counter)
    missed_refs: set[str] = field(default_factory=set)
    waits: list[Lived] = field(default_factory=list)
    handlings: list[Lived] = field(default_factory=list)
    promises: list[Told] = field(default_factory=list)
    turned_away: Counter[str] = field(default_factory=Counter)
    windows: Counter[str] = field(default_factory=Counter)  # served, by window
    strangers: int = 0  # served people of whom the crowd knows nothing
    unsure: int = 0  # writes whose outcome the crowd never learned

    def miss(self, ref: str) -> None:
        self.missed_refs.add(ref)
        self.counts["missed"] = len(self.missed_refs)

    def served(self, window: str) -> None:
        self.counts["served"] += 1
        self.windows[window] += 1


@dataclass(frozen=True)
class Kept:
    """Promises of waits against what happened: share that stayed below "at most", and how far "about" was off on average
    (0.04: promised 4 % more than came true)."""

    n: int
    at_most: float
    likely_off: float


def kept(promises: Sequence[tuple[float, ...] | Told]) -> Kept | None:
    """Of (about, at most, actual, …); None where nobody waited."""
    n, actual = len(promises), sum(each[2] for each in promises)
    if not n or actual <= 0:
        return None
    return Kept(n, sum(each[2] <= each[1] for each in promises) / n, sum(each[0] for each in promises) / actual - 1)


def kept_by(promises: Sequence[Told], part: Callable[[Told], str]) -> dict[str, Kept]:
    """The same for each part of them (a category, an hour), in order."""
    parts: dict[str, list[Told]] = {}
    for each in promises:
        parts.setdefault(part(each), []).append(each)
    found = {name: kept(parts[name]) for name in sorted(parts)}
    return {name: worth for name, worth in found.items() if worth is not None}


@dataclass(frozen=True)
class Finding:
    """One comparison. verdict: same | others (more happened than the crowd did) | differs | skipped."""

    hall: str
    what: str
    seen: float | None
    reported: float | None
    verdict: str

    @property
    def bad(self) -> bool:
        return self.verdict == "differs"


def totals(rows: Iterable[Mapping[str, Any]], names: Sequence[str] = COUNTS) -> Counter[str]:
    """Counts of `GET /stats/visits` rows, or of cases, without their total."""
    found: Counter[str] = Counter()
    for row in rows:
        if row["code"] != TOTAL:
            found.update({name: int(row.get(name) or 0) for name in names})
    return found


def by_window(rows: Iterable[Mapping[str, Any]], name: str = "served") -> Counter[str]:
    return Counter({str(r["code"]): int(r.get(name) or 0) for r in rows if r["code"] != TOTAL and r.get(name)})


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def mean_of(lived: Sequence[Lived]) -> float | None:
    return mean([each.seconds for each in lived])


def compare(
    seen: Seen,
    *,
    before: Counter[str],
    after: Counter[str],
    windows_before: Counter[str],
    windows_after: Counter[str],
    times: Mapping[str, Any] | None,
    clock_s: float,
) -> list[Finding]:
    """Findings for one hall.

    Where nobody but the crowd was in the hall every count must be equal. Where others were too – people in front of
    the demo, another client – the hall may report more, never less; what the crowd's own windows served is equal in
    any case.

    :param times: the report's row with mean wait and handling, or None where earlier people are in those means.
    :param clock_s: hall seconds by which the crowd's clock may differ from the halls'.
    """
    reported = {name: after[name] - before[name] for name in COUNTS}
    alone = (
        seen.strangers == 0
        and seen.unsure == 0
        and reported["tickets"] == seen.counts["tickets"]
        and reported["appointments"] == seen.counts["appointments"]
    )
    found = []
    for name in COUNTS:
        mine, theirs = seen.counts[name], reported[name]
        if name == "served" and seen.unsure == 0 and not alone:
            verdict = "same" if theirs == mine else "others" if theirs > mine else "differs"
        elif theirs == mine:
            verdict = "same"
        elif alone or (theirs < mine and seen.unsure == 0):
            verdict = "differs"
        else:
            verdict = "others" if theirs > mine else "skipped"
        found.append(Finding(seen.hall, name, mine, theirs, verdict))
    served_there = sum(windows_after[w] - windows_before[w] for w in seen.windows)
    mine = sum(seen.windows.values())
    verdict = "same" if served_there == mine else "skipped" if seen.unsure else "differs"
    found.append(Finding(seen.hall, "served at the crowd's windows", mine, served_there, verdict))
    for name, values, column in (
        ("mean wait, s", seen.waits, "wait"),
        ("mean handling, s", seen.handlings, "handling"),
    ):
        mine_s, theirs_s = mean_of(values), (times.get(column) or {}).get("mean") if times else None
        within_s = clock_s + (mean([each.within for each in values]) or 0.0)
        comparable = alone and len(values) >= FEW
        found.append(_time(seen.hall, name, mine_s, theirs_s, comparable=comparable, within_s=within_s))
    return found


def _time(
    hall: str, what: str, mine: float | None, theirs: float | None, *, comparable: bool, within_s: float
) -> Finding:
    if mine is None or theirs is None or not comparable:
        verdict = "skipped"
    else:
        tolerance = max(TIME_LEAST_S, TIME_SHARE * mine) + within_s
        verdict = "same" if abs(mine - theirs) <= tolerance else "differs"
    return Finding(hall, what, round(mine, 1) if mine is not None else None, theirs, verdict)


def compare_cases(seen: Seen, *, before: Counter[str], after: Counter[str]) -> list[Finding]:
    """Findings on cases: whoever else works in the hall adds to them, and nobody takes away."""
    found = []
    for name in CASE_COUNTS:
        mine, theirs = seen.counts[f"cases_{name}"], after[name] - before[name]
        verdict = "same" if mine == theirs else "others" if mine < theirs else "differs"
        if verdict == "differs" and seen.unsure:
            verdict = "skipped"
        if mine or theirs:
            found.append(Finding(seen.hall, f"cases {name}", mine, theirs, verdict))
    return found


def compare_ways(hall: str, ways: Mapping[str, Counter[str]]) -> list[Finding]:
    """Findings on whole matters, by kind of way: how many were lived, and of how many the record says the same."""
    found = []
    for way, counts in sorted(ways.items()):
        agrees = counts["lived"] - counts["differ"]
        verdict = "differs" if counts["differ"] else "same"
        found.append(Finding(hall, f"matters: {way}", counts["lived"], agrees, verdict))
    return found
