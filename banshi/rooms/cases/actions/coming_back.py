"""What was sent back and comes again is looked at by the same person first: they know what was wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.cases.models import Case
from banshi.rooms.places.queries import policy_of

SENT_BACK = ("return", "notice")


def back_to(case: Case, *, by: Actor, now: datetime) -> dict[str, Any]:
    """Columns of a case that comes again: whose it is first, and until when, by the policy. Nobody's where a clerk takes it
    in: they have the person before them."""
    nobody: dict[str, Any] = {"back_to_id": None, "back_until": None}
    hours = policy_of(case.hall_id, now=now).cases.returned_first_hours
    last = case.events.filter(verb__in=SENT_BACK).order_by("-seq").first()
    if by.kind is ActorKind.STAFF or hours == 0 or last is None or not last.actor.startswith("staff:"):
        return nobody
    return {"back_to_id": int(last.actor.removeprefix("staff:")), "back_until": now + timedelta(hours=hours)}
