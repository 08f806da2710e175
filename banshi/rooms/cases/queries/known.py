"""Whether whoever a case is for, or acts in it, is known without a clerk saying what they saw."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from banshi.rooms.cases.models import Case
from banshi.rooms.identity import queries as identity
from banshi.rooms.tickets.models import Ticket


def is_known(case: Case, *, now: datetime) -> bool:
    """Their card was compared in this visit, or read at the machine where they opened it, or their account is proven to be them
    or their guardian."""
    if case.channel == "kiosk":
        return True
    if case.visit_id is not None and Ticket.objects.filter(visit_id=case.visit_id, identity_ok=True).exists():
        return True
    today = now.astimezone(ZoneInfo(case.hall.timezone)).date()
    return identity.opens_for(case.account_id, case.person_id, today=today)
