"""名额: a case enters the round of its day, and a grant takes one of its places – never more than there are.

Whoever writes a place holds the case first, then its round: of fifty who would have the last place one has it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case, QuotaEntry, QuotaRound
from banshi.rooms.cases.queries.quota import earlier_in, entry_of, quota_of, round_for
from banshi.rooms.cases.rules.quota import LIVE, draw_refusal, order_refusal


def enter(case: Case, *, now: datetime) -> dict[str, Any]:
    """It waits in the round of the day on which it was applied for. The case is locked. :returns: facts for the event."""
    if quota_of(case) is None or QuotaEntry.objects.filter(case=case, state__in=LIVE).exists():
        return {}
    row = round_for(case)
    while row is not None:
        row = hold(row)
        if row.closed_at is None:
            QuotaEntry.objects.create(round=row, case=case, entered_at=now)
            return {"round": said(row)}
        row = round_for(case)  # its list was closed at this instant
    return {}


def claim(case: Case, *, now: datetime) -> dict[str, Any]:
    """A place for what is granted now. The case is locked. :returns: facts for the event.

    :raises Refused: quota-full; earlier-first – others were accepted before and may need what is left; not-drawn-yet; not-drawn.
    """
    if quota_of(case) is None:
        return {}
    if entry_of(case) is None:
        enter(case, now=now)  # accepted before the first round was published
    entry = entry_of(case)
    if entry is None:  # no round was ever published: places are given outside
        return {}
    row = hold(entry.round)
    entry.refresh_from_db()
    if row.by == "draw":
        no = draw_refusal(entry.state, draw_on=row.draw_on)
    else:
        no = order_refusal(places=row.places, taken=row.taken, earlier=earlier_in(row, case))
    if no is not None:
        raise Refused(no)
    entry.state, entry.settled_at = "holds", now
    entry.save(update_fields=["state", "settled_at"])
    return {"round": said(row)}


def hold(row: QuotaRound) -> QuotaRound:
    """The round as it is now; whoever else would write a place of it waits until the transaction ends."""
    return QuotaRound.objects.select_for_update(no_key=True).select_related("item").get(pk=row.pk)


def said(row: QuotaRound) -> str:
    """A round in the facts of an event."""
    return f"{row.year}-{row.number}"
