"""延长办理期限: what the department asked the head of the body for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banshi.rooms.cases.models import Case, CaseEvent


@dataclass(frozen=True)
class AskedExtension:
    """By whom: `Case.extension_asked_by`. `days`: working days."""

    days: int
    reason: str
    at: datetime


def asked_extension(case: Case) -> AskedExtension | None:
    """What waits for the head of the body."""
    if case.extension_asked_by_id is None:
        return None
    said = CaseEvent.objects.filter(case=case, verb="propose_extension").order_by("-seq").first()
    return None if said is None else AskedExtension(said.facts["days"], said.why, said.at)
