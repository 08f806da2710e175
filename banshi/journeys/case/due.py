"""What time does to cases: what nobody answered counts as accepted, what did not come ends, who has to bring something is
reminded. Late or twice it comes to the same.
"""

from __future__ import annotations

from datetime import datetime

from banshi.journeys.case import conclude
from banshi.rooms.cases import actions as cases


def run(*, now: datetime) -> None:
    """Everything that is due by now."""
    cases.recount_minutes(now=now)
    cases.deem_due(now=now)
    cases.lapse_due(now=now)
    cases.remind_due(now=now)
    cases.lapse_deferred(now=now)
    cases.remind_deferred(now=now)
    cases.tell_longer(now=now)
    cases.remind_unpaid(now=now)
    conclude.remind_due(now=now)
