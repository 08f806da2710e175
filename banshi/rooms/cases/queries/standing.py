"""How cases stand, for messages that are about to go out (`messaging.ports.Condition`): one query for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from banshi.rooms.cases.models import Case
from banshi.rooms.messaging.rules import Standing


def cases(numbers: Sequence[str], /, *, now: datetime) -> Mapping[str, Standing]:
    """By number: the phase, or `stopped` while a special procedure is under way, `fee_due` while it is not paid for."""
    rows = Case.objects.filter(no__in=numbers).order_by("id").values_list("no", "phase", "stopped_at", "fee_due_on")
    return {
        no: Standing("stopped" if stopped_at else "fee_due" if fee_due_on else phase)
        for no, phase, stopped_at, fee_due_on in rows
    }
