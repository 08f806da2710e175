"""补正期限 (T3): whether whoever has to bring something was reminded of it before its day."""

from __future__ import annotations

from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.messaging.queries import written_since


def late_reminder(case: Case, *, since: CaseEvent) -> CaseEvent | None:
    """The step by which the days of a supplement were given anew after its notice, because nobody was reminded in time."""
    rows = CaseEvent.objects.filter(case=case, seq__gt=since.seq, verb="recount", facts__has_key="reminded_on")
    return rows.order_by("-seq").first()


def was_reminded(case: Case) -> bool:
    """Whether a reminder of what the last notice asks for went out, or the days were given anew because none had. A message
    that was dropped before it went reminds nobody.
    """
    notice = CaseEvent.objects.filter(case=case, verb="notice").order_by("-seq").first()
    if notice is None:
        return False
    if late_reminder(case, since=notice) is not None:
        return True
    return written_since("case_remind", subject=f"case:{case.no}", since=notice.at)
