"""Write audit entries. Hot paths insert into `audit_entry` inside their own statement instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from banshi.kernel.actors import Actor
from banshi.rooms.audit.models import Entry


def record(
    *, action: str, subject: str, by: Actor, now: datetime, hall: str = "", facts: Mapping[str, Any] | None = None
) -> None:
    """Append one entry, in the caller's transaction.

    :param action: verb such as `placed`, `lifted`, `looked`.
    :param subject: `kind:reference`.
    :param facts: JSON-ready, without personal data.
    """
    Entry.objects.create(at=now, actor=str(by), hall=hall, action=action, subject=subject, facts=dict(facts or {}))


def looked(*, subject: str, by: Actor, now: datetime, hall: str = "", why: str = "") -> None:
    """Trace that personal data was shown (PIPL; mission §11)."""
    record(action="looked", subject=subject, by=by, now=now, hall=hall, facts={"why": why} if why else {})
