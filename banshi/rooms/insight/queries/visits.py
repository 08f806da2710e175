"""Visits, waits, handling, appointments and ratings by level; counts come from facts, so levels add up exactly.

Settled days are read from what is kept of them (kept.py), all others from their facts (facts.py); both count alike. Means and
percentiles are those of the facts of the row itself, never of other rows: times are counted in steps (rules.ENDS).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from banshi.rooms.insight import rules
from banshi.rooms.insight.queries import facts, names
from banshi.rooms.insight.queries.kept import kept
from banshi.rooms.insight.queries.names import levels_of
from banshi.rooms.places.models import Hall

By = Literal["day", "hour", "hall", "category", "item", "window", "channel", "region"]
BYS: tuple[By, ...] = ("day", "hour", "hall", "category", "item", "window", "channel", "region")
COUNTS = (
    "visits", "persons", "visits_served", "tickets", "booked", "walk_in", "served", "done", "paper_missing", "advice_only",
    "refused", "held", "wasted", "one_stop", "missed", "left", "closed", "redirected",
    "open", "appointments", "checked_in", "no_shows", "cancelled", "ratings", "stars_1", "stars_2", "stars_3",
    "stars_4", "stars_5",
)  # fmt: skip
TIMES = ("wait_mean_s", "wait_p50_s", "wait_p90_s", "way_mean_s", "handling_mean_s", "handling_p50_s", "handling_p90_s")
SATISFIED = ("stars_3", "stars_4", "stars_5")  # three stars and up (mission §8)

Row = dict[str, Any]

_NAMES: dict[str, names.Naming] = {
    "day": names.days_named,
    "hour": names.hours_named,
    "hall": names.halls_named,
    "category": names.categories_named,
    "window": names.windows_named,
    "item": names.items_named,
    "channel": names.channels_named,
}


def visits(*, halls: Sequence[Hall], first: date, last: date, by: str | None = None) -> list[Row]:
    """Figures of halls and business days first–last, both included; one row per key and last the total (`total` true).

    Every row has `key`, `name_zh`, `name_en`, the counts (COUNTS), times in whole seconds (TIMES, None without any) and
    rating shares 0–1. For every count the rows add up to the total; by region each parent is the sum of its child
    regions and its own halls, as rows nest. One query for what is kept, one for days that are not settled, one for names.

    :param by: one of BYS; None for the total alone.
    :raises ValueError: another `by`.
    """
    if by is None:
        return [figures(halls=halls, first=first, last=last, bys=())[""][-1]]
    if by not in BYS:
        raise ValueError(by)
    if by == "region":
        rows = levels(halls=halls, first=first, last=last)
        return [row for row in rows if row["total"] or row["level"] != "hall"]
    return figures(halls=halls, first=first, last=last, bys=[by])[by]


def figures(*, halls: Sequence[Hall], first: date, last: date, bys: Sequence[str]) -> dict[str, list[Row]]:
    """`visits` by several things at once (no region), with one query more for each further kind of name.

    :returns: by → rows as in `visits`; "" → the total alone.
    """
    found, missing = kept(halls=halls, first=first, last=last, bys=bys)
    facts.add(found, facts.counted(missing, bys))
    return names.rows_of(found, {by: _NAMES[by] for by in bys}, _finished, halls, first, last)


def levels(*, halls: Sequence[Hall], first: date, last: date) -> list[Row]:
    """Figures of every region above the halls and of every hall, parents before children, and last the total.

    Each row has `level` (province, city, district, town, village, hall), `parent` (region code or None) and `depth`.
    """
    pairs, tree = levels_of(halls)
    found, missing = kept(halls=halls, first=first, last=last, pairs=pairs)
    facts.add(found, facts.counted_in(missing, pairs))
    return names.rows_of_levels(found, tree, _finished)


def _finished(name: Row, said: Row) -> Row:
    """Zeros where nothing happened, seconds rounded, shares worked out."""
    return {**name, **(_worked_out(said) if said else _NOTHING)}


def _worked_out(said: Row) -> Row:
    row: Row = {count: said.get(count, 0) for count in COUNTS}
    row["unserved"] = row["left"] + row["closed"]
    times: dict[str, float | None] = {}
    for of in ("wait", "way", "handling"):
        n = said.get(f"{of}_n", 0)
        times[f"{of}_mean_s"] = said[f"{of}_sum_s"] / n if n else None
    for of in ("wait", "handling"):
        for share in (50, 90):
            times[f"{of}_p{share}_s"] = rules.percentile(said.get(f"{of}_steps", {}), share / 100)
    row |= {time: None if (value := times[time]) is None else round(value) for time in TIMES}
    n = row["ratings"]
    row["rating_mean"] = round(sum(stars * row[f"stars_{stars}"] for stars in range(1, 6)) / n, 2) if n else None
    # What is told by outcome leaves out numbers of days before outcomes were kept.
    told = row["done"] + row["paper_missing"] + row["advice_only"] + row["refused"]
    row["completion_share"] = round(row["done"] / told, 5) if told else None
    ended = said.get("visits_told", 0)  # how a visit on paper ended nobody wrote down
    row["one_stop_share"] = round(row["one_stop"] / ended, 5) if ended else None
    row["satisfied_share"] = round(sum(row[stars] for stars in SATISFIED) / n, 5) if n else None
    row["five_star_share"] = round(row["stars_5"] / n, 5) if n else None
    row["rated_share"] = round(min(1.0, n / row["visits_served"]), 5) if row["visits_served"] else None
    return row


_NOTHING = _worked_out({})
