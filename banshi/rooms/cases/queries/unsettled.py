"""What has to be done before the list of a round is closed."""

from __future__ import annotations

from banshi.rooms.cases.models import Case, QuotaRound
from banshi.rooms.cases.queries.flow import stages_waited_for
from banshi.rooms.cases.queries.quota import applied_on

# Cases whose next step is the hall's or the department's: while there are any of a round, its list is not closed.
_NOT_ACCEPTED = ("pre_review", "received")


def unsettled(row: QuotaRound) -> int:
    """Cases of the round whose next step is the hall's or the department's."""
    begun = Case.objects.filter(item_id=row.item_id, phase__in=_NOT_ACCEPTED).select_related("hall", "item")
    late = sum(
        row.opens_on <= day <= row.closes_on for case in begun.order_by("id") if (day := applied_on(case)) is not None
    )
    waiting = row.entries.filter(state="waits")
    ready = waiting.filter(case__phase="in_review", case__proposed="grant").select_related("case__item", "case__hall")
    asked = [
        entry for entry in ready if stages_waited_for(entry.case)
    ]  # who is drawn has fulfilled all conditions before
    return late + waiting.count() - len(ready) + len(asked)
