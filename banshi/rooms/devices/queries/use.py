"""What machines did, counted: one statement whatever the number of machines, days and splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from banshi.rooms.places.models import Hall

BYS: Final = ("machine", "item", "hour", "deed", "day", "hall")


@dataclass(frozen=True)
class Count:
    """`uses`: every deed; `matters`: of these, what was a matter of its own (`MachineUse.matter`)."""

    uses: int
    matters: int


COUNTED: Final = """
SELECT {which}, {keys}, count(*), count(*) FILTER (WHERE matter)
FROM (
  SELECT d.code AS machine, u.item_id AS item, extract(hour FROM u.at AT TIME ZONE h.timezone)::int AS hour, u.deed, u.day,
    h.code AS hall, u.matter
  FROM devices_use u JOIN devices_device d ON d.id = u.device_id JOIN places_hall h ON h.id = d.hall_id
  WHERE d.hall_id = ANY(%(halls)s) AND u.day BETWEEN %(first)s AND %(last)s AND (%(device)s = '' OR d.code = %(device)s)
) u
GROUP BY GROUPING SETS ((), {sets})
"""


def figures(
    halls: Sequence[Hall], first: date, last: date, *, bys: Sequence[str], device: str = ""
) -> dict[tuple[str, Any], Count]:
    """What the machines of halls did on their days first–last, both included: for every split the counts add up to the total.

    :param bys: of `BYS`; :param device: code, of this one alone.
    :returns: (by, key) → count; ("", None) the total, also of nothing. Keys: machine and hall – code; item – id, None where none
        was known; hour – 0 to 23 of the hall; deed – of `rules.use.DEEDS`; day – a date.
    :raises ValueError: another `by`.
    """
    if unknown := set(bys) - set(BYS):
        raise ValueError(unknown)
    order = [by for by in BYS if by in bys]
    columns = ", ".join(order)
    sql = COUNTED.format(
        which=f"grouping({columns})" if order else "0",
        keys=columns or "NULL",
        sets=", ".join(f"({by})" for by in order),
    ).replace("((), )", "(())")
    found: dict[tuple[str, Any], Count] = {("", None): Count(0, 0)}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"halls": [hall.pk for hall in halls], "first": first, "last": last, "device": device})
        for mask, *keys, uses, matters in cursor.fetchall():
            # A bit is set of each column that this row does not split by, the last column lowest.
            of = [n for n in range(len(order)) if not mask >> (len(order) - 1 - n) & 1] if order else []
            at = (order[of[0]], keys[of[0]]) if len(of) == 1 else ("", None)
            found[at] = Count(int(uses), int(matters))
    return found
