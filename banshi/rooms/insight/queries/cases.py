"""Cases by day, hall, region, department, item, channel, kind and level: received, accepted, decided, completed, and
what follows.

As the figures of visits: settled days from what is kept, all others from their facts, both counted alike; every count of a split
adds up to the total, and a half is that of the cases of the row itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from banshi.rooms.insight import rules
from banshi.rooms.insight.queries import names
from banshi.rooms.insight.queries.case_facts import added_up, case_cells, kept_cases
from banshi.rooms.insight.queries.facts import add
from banshi.rooms.insight.queries.names import Row, levels_of
from banshi.rooms.places.models import Hall

_NAMES: dict[str, names.Naming] = {
    "day": names.days_named,
    "hall": names.halls_named,
    "region": partial(names.regions_named, None),
    "department": names.departments_named,
    "item": names.items_named,
    "channel": names.case_channels_named,
    "instant": names.instant_named,
}
CASE_BYS = tuple(_NAMES)


def cases(
    *, halls: Sequence[Hall], first: date, last: date, bys: Sequence[str], region: str | None = None
) -> dict[str, list[Row]]:
    """Figures of cases of halls and their days first–last, both included, by several things at once.

    Every row has `key`, `name_zh`, `name_en`, `total` and the figures of `rules.case_figures`. One query for what is kept, one
    for days that are not settled, one for each kind of name.

    :param bys: of CASE_BYS.
    :param region: by region means right below this one (`names.regions_below`).
    :returns: by → one row per key and last the total; "" → the total alone.
    :raises ValueError: another `by`.
    """
    for by in bys:
        if by not in CASE_BYS:
            raise ValueError(by)
    plain = [by for by in bys if by != "region"]
    pairs = list(names.regions_below(halls, region).items()) if "region" in bys else []
    found, missing = kept_cases(halls=halls, first=first, last=last, bys=plain, pairs=pairs)
    add(found, added_up(case_cells(missing), plain, pairs))
    found = {("region" if by == "level" else by, key): row for (by, key), row in found.items()}
    namings: dict[str, names.Naming] = {**_NAMES, "region": partial(names.regions_named, region)}
    return names.rows_of(found, {by: namings[by] for by in bys}, _finished, halls, first, last)


def case_levels(*, halls: Sequence[Hall], first: date, last: date) -> list[Row]:
    """Figures of cases of every region above the halls and of every hall, as `levels`."""
    pairs, tree = levels_of(halls)
    found, missing = kept_cases(halls=halls, first=first, last=last, bys=(), pairs=pairs)
    add(found, added_up(case_cells(missing), (), pairs))
    return names.rows_of_levels(found, tree, _finished)


def _finished(name: Row, said: Row) -> Row:
    counts = {count: said.get(count, 0) for count in rules.CASE_COUNTS}
    return {**name, **rules.case_figures(counts, said.get("saved_steps", {}))}
