"""寄送的结果: while what lies ready is to be posted it is the hall's turn, and has a day
(行政许可法 44 条: issued and delivered).

In the caller's transaction, the case locked before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from banshi.rooms.cases.actions.ground import put_down, today_of, until
from banshi.rooms.cases.actions.recounting import ISSUED_FROM
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import handling_of_case


def wished(case: Case, *, by_post: bool, now: datetime) -> None:
    """How what was decided is handed over was said, or said anew. What is to be posted after it lay ready, or came back, has its
    days from here; an address that is changed gives nobody more of them."""
    if case.phase == "ready":
        if not by_post:
            put_down(case, to_post_on=None)
        elif case.to_post_on is None:
            put_down(case, to_post_on=today_of(case, now), **_days(case, now))
    elif case.phase == "decided" and case.granted is False and by_post and case.issue_due_on is None:
        put_down(case, **_days(case, now))


def lies_to_be_posted(case: Case) -> None:
    """It was laid ready, and is to be posted: the days in which it is made and handed over run on."""
    since = case.events.filter(verb__in=ISSUED_FROM).order_by("-seq").first()
    if case.phase == "ready" and since is not None and case.issue_due_on is not None:
        put_down(case, to_post_on=since.at.astimezone(ZoneInfo(case.hall.timezone)).date())


def _days(case: Case, now: datetime) -> dict[str, Any]:
    return until("issue_due_on", handling_of_case(case).limits.issue_days, begun=today_of(case, now))
