"""Numbers that have another ref now: what is told to whoever holds the one of before."""

from __future__ import annotations

from banshi.kernel.refusals import Refused
from banshi.rooms.tickets.models import FormerRef, Ticket


def renewed(ref: str) -> Ticket | None:
    """The number that had this ref before."""
    had = FormerRef.objects.select_related("ticket__hall", "ticket__appointment__item").filter(ref=ref)
    row = had.order_by("id").first()
    return row.ticket if row is not None else None


def not_there(ref: str) -> Refused:
    """Nothing is found by this ref. `renewed` in the facts: there is a new slip, which whoever asks need not hold by right – so
    nothing else is said."""
    facts: dict[str, object] = {"ticket": ref[:32]}
    if renewed(ref) is not None:
        facts["renewed"] = True
    return Refused("nothing-found", facts=facts)
