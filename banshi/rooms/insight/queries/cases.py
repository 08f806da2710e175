"""Cases by day, hall, department, item, channel, kind and level: received, accepted, decided, completed, and what follows.

As the figures of visits: settled days from what is kept, all others from their facts, both counted alike; every count of a split
adds up to the total, and a half is that of the cases of the row itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from banshi.rooms.insight import rules
from banshi.rooms.insight.queries import names
from banshi.rooms.insight.queries.case_facts import added_up, case_cells, kept_cases
from banshi.rooms.insight.queries.facts import add
from banshi.rooms.insight.queries.names import TOTAL, Row, levels_of, whole
from banshi.rooms.places.models import Hall

_NAMES: dict[str, names.Naming] = {
    "day": names.days_named,
    "hall": names.halls_named,
    "department": names.departments_named,
    "item": names.items_named,
    "channel": names.case_channels_named,
    "instant": names.instant_named,
}
CASE_BYS = tuple(_NAMES)


def cases(*, halls: Sequence[Hall], first: date, last: date, bys: Sequence[str]) -> dict[str, list[Row]]:
    """Figures of cases of halls and their days first–last, both included, by several things at once.

    Every row has `key`, `name_zh`, `name_en`, `total` and the figures of `rules.case_figures`. One query for what is kept, one
    for days that are not settled, one for each kind of name.

    :param bys: of CASE_BYS. :returns: by → one row per key and last the total; "" → the total alone.
    :raises ValueError: another `by`.
    """
    for by in bys:
        if by not in CASE_BYS:
            raise ValueError(by)
    found, missing = kept_cases(halls=halls, first=first, last=last, bys=bys)
    add(found, added_up(case_cells(missing), bys))
    total = _finished(TOTAL, found.get(("", None), {}))
    answer: dict[str, list[Row]] = {"": [total]}
    for by in bys:
        mine = {key: row for (of, key), row in found.items() if of == by}
        named = _NAMES[by](halls, first, last, mine)
        answer[by] = [_finished({**name, "total": False}, mine.get(key, {})) for key, name in named.items()] + [total]
    return answer


def case_levels(*, halls: Sequence[Hall], first: date, last: date) -> list[Row]:
    """Figures of cases of every region above the halls and of every hall, as `levels`."""
    pairs, tree = levels_of(halls)
    found, missing = kept_cases(halls=halls, first=first, last=last, bys=(), pairs=pairs)
    add(found, added_up(case_cells(missing), (), pairs))
    rows = [_finished({**name, "total": False}, found.get(("level", key), {})) for name, key in tree]
    return [*rows, _finished(whole(), found.get(("level", ""), {}))]


def _finished(name: Row, said: Row) -> Row:
    counts = {count: said.get(count, 0) for count in rules.CASE_COUNTS}
    return {**name, **rules.case_figures(counts, said.get("saved_steps", {}))}
