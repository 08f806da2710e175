"""Whether whoever a case is for, or acts in it, is known without a clerk saying what they saw."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from banshi.kernel.actors import ActorKind
from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.identity import queries as identity
from banshi.rooms.tickets.models import Ticket

BY_CARD: Final = ("open", "submit", "supplement")  # steps that a machine takes for whoever's card it has just read


def is_known(case: Case, *, now: datetime) -> bool:
    """Their card was compared in this visit, or read today at a machine where they began or sent it, or their account is proven
    to be them or their guardian. On another day somebody else may stand there with the number of the case."""
    zone = ZoneInfo(case.hall.timezone)
    today = now.astimezone(zone).date()
    if case.channel == "kiosk" and _read_at_machine(case, today, zone):
        return True
    if case.visit_id is not None and Ticket.objects.filter(visit_id=case.visit_id, identity_ok=True).exists():
        return True
    return identity.opens_for(case.account_id, case.person_id, today=today)


def _read_at_machine(case: Case, day: date, zone: ZoneInfo) -> bool:
    begins, ends = (datetime.combine(day + timedelta(days=n), time.min, zone) for n in (0, 1))
    read = CaseEvent.objects.filter(case=case, verb__in=BY_CARD, actor__startswith=str(ActorKind.KIOSK))
    return read.filter(at__gte=begins, at__lt=ends).exists()
