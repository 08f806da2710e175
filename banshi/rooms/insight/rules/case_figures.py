"""办件统计: what the figures of cases mean. Counts are of one span of days; every share is worked out from counts of that span.

A case is counted on the hall's day on which a thing happened to it, once for each thing:

received (收件) · accepted (受理, also 视为受理: on the day of receipt, from which it counts) · decided (决定) · completed (办结:
handed over or refused, and closed; what was withdrawn, not accepted, lapsed or terminated is not completed).

What is known later is added to the day it belongs to: a second notice to the day of receipt, a star to the day it was completed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from banshi.rooms.insight.rules.steps import percentile

CASE_COUNTS: Final = (
    "received", "second_notices", "accepted", "decided", "granted", "due", "on_time", "completed", "one_stop", "trips",
    "ratings", "stars_1", "stars_2", "stars_3", "stars_4", "stars_5",
    "prepared", "prepared_s", "unprepared", "unprepared_s",
)  # fmt: skip
# Working days saved, each a step of its own, so that halves of any days and halls are exact.
MOST_DAYS: Final = 400
DAYS: Final = tuple(range(-MOST_DAYS, MOST_DAYS + 1))


def step_of_days(days: int) -> int:
    """The step of so many days saved: index in DAYS; beyond its ends the last one."""
    return max(-MOST_DAYS, min(MOST_DAYS, days)) + MOST_DAYS


def case_figures(counts: Mapping[str, int], saved: Mapping[int, int]) -> dict[str, Any]:
    """All figures of a cell: its counts, and what follows from them – None, never 0, where there is nothing to share.

    - `completion_share` 办结率: completed ÷ accepted of the same days. What is completed may have been accepted before, so
      a short span may be above 1.
    - `on_time_share` 按时办结率: decided on or before the promised day – or moment, of a limit in hours –, stops and an
      extension being in that day already, ÷ those decided that had one (`due`).
    - `saved_p50` 提前天数: half saved at least so many working days: statutory limit less the days really counted,
      of those decided that have a limit.
    - `second_notice_share` 二次告知率: those of the received that were given a further notice, until today, ÷ received.
    - `one_stop_share` 一次办成率: completed without any notice of missing papers and with one trip at most, ÷ completed.
    - `trips_mean` 平均跑动次数: days on which somebody came (rooms/cases/rules/measures), mean of the completed.
    - `rated_share` 参评率: stars given ÷ completed, beside `rating_mean`; silence is no star. `satisfied_share`: three and up.
    - `prepared_mean_s`, `unprepared_mean_s` 窗口用时: seconds at the window of a case received there, sent in beforehand or
      not; the time of somebody with several cases is shared among them. `seconds_saved` is what the folder saved of each.

    :param counts: CASE_COUNTS, what is not there being 0. :param saved: how many by `step_of_days`.
    """
    row: dict[str, Any] = {count: counts.get(count, 0) for count in CASE_COUNTS}
    ratings = row["ratings"]
    stars = sum(n * row[f"stars_{n}"] for n in range(1, 6))
    prepared, unprepared = (_mean(row[f"{of}_s"], row[of]) for of in ("prepared", "unprepared"))
    return {
        **row,
        "completion_share": _share(row["completed"], row["accepted"]),
        "on_time_share": _share(row["on_time"], row["due"]),
        "saved_p50": percentile(saved, 0.5, ends=DAYS),
        "second_notice_share": _share(row["second_notices"], row["received"]),
        "one_stop_share": _share(row["one_stop"], row["completed"]),
        "trips_mean": round(row["trips"] / row["completed"], 2) if row["completed"] else None,
        "rating_mean": round(stars / ratings, 2) if ratings else None,
        "satisfied_share": _share(row["stars_3"] + row["stars_4"] + row["stars_5"], ratings),
        "rated_share": _share(ratings, row["completed"]),
        "prepared_mean_s": prepared,
        "unprepared_mean_s": unprepared,
        "seconds_saved": unprepared - prepared if prepared is not None and unprepared is not None else None,
    }


def _mean(total: int, of: int) -> int | None:
    return round(total / of) if of else None


def _share(part: int, of: int) -> float | None:
    return round(part / of, 5) if of else None
