"""What happens in one go is told in one message: that papers were received is not said beside what was done with them at once."""

from __future__ import annotations

from datetime import datetime

from banshi.rooms.cases.models import Case
from banshi.rooms.messaging import actions as messaging

RECEIPTS = ("case_received", "case_at_once", "case_wait")


def receipt_untold(case: Case, *, now: datetime) -> bool:
    """Whether the message of the receipt was still to go out: it goes no more, what is told now says it, too. One that is going
    out at this very moment stays: rather twice than never."""
    return messaging.drop(subject=f"case:{case.no}", keys=RECEIPTS, now=now) > 0
