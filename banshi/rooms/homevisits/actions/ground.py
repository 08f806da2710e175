"""What the actions of this room share: the lock, the step, the trail, and the word to whoever watches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.homevisits import rules
from banshi.rooms.homevisits.models import Going, Visit, VisitStep
from banshi.rooms.homevisits.rules import VISIT

TOPIC = "homevisits"  # subject: the number of a visit


def locked(no: str) -> Visit:
    """The visit, and everybody else who does something with it waits. :raises Refused: nothing-found."""
    rows = Visit.objects.select_for_update(no_key=True, of=("self",)).select_related("hall", "item", "area")
    visit = rows.filter(no=no).first()
    if visit is None:
        raise Refused("nothing-found", facts={"home_visit": no})
    return visit


def need(visit: Visit, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if (no := VISIT.refusal(visit.state, verb)) is not None:
        raise Refused(no.slug, facts={"kind": "home_visit", **no.facts})


def theirs(visit: Visit, staff_id: int | None) -> None:
    """
    :param staff_id: of who acts; None: of who plans, whose are all.
    :raises Refused: changed-meanwhile – others go there now.
    """
    if staff_id is not None and not Going.objects.filter(visit=visit, staff_id=staff_id).exists():
        raise Refused("changed-meanwhile")


def changed(visit: Visit, **values: Any) -> None:
    for name, value in values.items():
        setattr(visit, name, value)
    visit.save(update_fields=list(values))


def record(
    action: str, visit: Visit, *, verb: str, by: Actor, now: datetime, text: str = "",
    starts_at: datetime | None = None, facts: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write the step and the trail – what was done, never where or what was said – and tell whoever watches. The caller holds
    the lock."""
    last = VisitStep.objects.filter(visit=visit).aggregate(last=Max("seq"))["last"] or 0
    VisitStep.objects.create(visit=visit, seq=last + 1, verb=verb, text=text, starts_at=starts_at, by=str(by), at=now)
    audit.record(
        action=action, subject=f"homevisit:{visit.no}", by=by, now=now, hall=visit.hall.code, facts=facts or {}
    )
    announce(hall=visit.hall.code, topic=TOPIC, subject=visit.no, now=now)


def invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})


def words(text: str, *, least: int = rules.SHORTEST, most: int = rules.LONGEST, field: str = "text") -> str:
    """:raises Refused: invalid."""
    kept = legible(text, field=field)
    if not least <= len(kept) <= most:
        raise invalid(field, f"写 {least} 到 {most} 个字", f"{least} to {most} characters")
    return kept
