"""Cases to which something may be brought, by whichever way, without a change of phase: of one, and as part of a query."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import UNDER_CLOCK, waits_for_more

WANTS_MORE: Final = (
    Q(phase="supplement") | Q(phase__in=UNDER_CLOCK, tolerant=True) | Q(phase__in=UNDER_CLOCK, brought_on__isnull=False)
)  # as `wants_more`


def wants_more(case: Case) -> bool:
    """Also while what came for the receipt, or to a supplement, lies here untaken, after it counted as accepted (逾期不告知)."""
    return waits_for_more(case.phase, tolerant=case.tolerant) or lies_untaken(case)


def lies_untaken(case: Case) -> bool:
    """It counts as accepted, and what was to be brought, or was told to be missing, came and was counted by nobody."""
    return case.phase in UNDER_CLOCK and not case.tolerant and case.brought_on is not None
