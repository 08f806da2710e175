"""How numbers stand, for messages that are about to go out (`messaging.ports.Condition`): one query for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from banshi.rooms.messaging.rules import Standing
from banshi.rooms.tickets.models import Ticket


def tickets(refs: Sequence[str], /) -> Mapping[str, Standing]:
    """By ref: the state (`rated` once the visit is), and how often it was called."""
    rows = Ticket.objects.filter(ref__in=refs).order_by("id").values_list("ref", "state", "calls", "visit__rated_at")
    return {ref: Standing("rated" if rated_at else state, calls) for ref, state, calls, rated_at in rows}
