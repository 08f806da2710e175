"""寄送的结果: while what lies ready is to be posted it is the hall's turn, and has a day
(行政许可法 44 条: issued and delivered).

In the caller's transaction, the case locked before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from banshi.rooms.cases.actions.ground import day_ahead, put_down, tell_of, today_of, until
from banshi.rooms.cases.actions.recounting import ISSUED_FROM
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.messaging import actions as messaging

READY, TO_POST = "case_ready", "case_to_post"
POSTED_SOON: Final = timedelta(minutes=10)  # what is posted by then is told of in one message, with its waybill


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


def lying(case: Case) -> str:
    """Which time it lies ready, as a mark of what is told of it: laid there, or come back. It lies there."""
    return str(case.events.filter(verb__in=("shelve", "come_back")).order_by("-seq")[0].seq)


def tell_to_be_posted(case: Case, *, now: datetime) -> None:
    """It is made and will be posted: nobody comes for it in vain. Of one posted within minutes only the waybill is told."""
    more = day_ahead(case, case.issue_due_on, now=now)
    tell_of(case, TO_POST, mark=lying(case), now=now, due_at=now + POSTED_SOON, **more)


def unsay_ready(case: Case) -> bool:
    """Where it lies ready, to be fetched or to be posted, is said no more where it was not said yet, unless it is so again. One
    that is going out at this very moment stays: rather twice than never. :returns: whether it was still to be said."""
    return messaging.unsay(subject=f"case:{case.no}", keys=(READY, TO_POST)) > 0


def _days(case: Case, now: datetime) -> dict[str, Any]:
    return until("issue_due_on", handling_of_case(case).limits.issue_days, begun=today_of(case, now))
