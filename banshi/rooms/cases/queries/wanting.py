"""Cases to which something may be brought, by whichever way, without a change of phase: of one, and as part of a query."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import UNDER_CLOCK, waits_for_more

WANTS_MORE: Final = Q(phase="supplement") | Q(phase__in=UNDER_CLOCK, tolerant=True)  # as `wants_more`


def wants_more(case: Case) -> bool:
    return waits_for_more(case.phase, tolerant=case.tolerant)
