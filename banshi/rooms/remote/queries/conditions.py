"""How calls stand, for messages that are about to go out (`messaging.ports.Condition`): one query for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from banshi.rooms.messaging.rules import Standing
from banshi.rooms.remote.models import RemoteSession


def calls(refs: Sequence[str], /, *, now: datetime) -> Mapping[str, Standing]:
    """By ref: the state."""
    rows = RemoteSession.objects.filter(ref__in=list(refs)).order_by("id").values_list("ref", "state")
    return {ref: Standing(state) for ref, state in rows}
