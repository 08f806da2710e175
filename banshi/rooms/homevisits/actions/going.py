"""On the day: set off, say what came of it or that nobody was met; called off before; and what is deleted later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from banshi.kernel.actors import Actor
from banshi.rooms.homevisits.actions.ground import changed, locked, need, record, theirs, words
from banshi.rooms.homevisits.actions.telling import tell
from banshi.rooms.homevisits.models import Going, Visit, VisitStep
from banshi.rooms.homevisits.rules import VISIT


@transaction.atomic
def set_off(*, no: str, staff_id: int | None = None, by: Actor, now: datetime) -> Visit:
    """Who goes is on the way; from now on it is not called off.

    :param staff_id: of who goes; None: somebody who plans says so for them.
    :raises Refused: nothing-found, wrong-state, changed-meanwhile (others go there now).
    """
    visit = locked(no)
    need(visit, "set_off")
    theirs(visit, staff_id)
    changed(visit, state=VISIT.to("set_off"))
    record("home_visit_set_off", visit, verb="set_off", by=by, now=now)
    tell(visit, "home_visit_on_the_way", now=now)
    return visit


@transaction.atomic
def finish(*, no: str, outcome: str, taken: str = "", staff_id: int | None = None, by: Actor, now: datetime) -> Visit:
    """It is done.

    :param taken: papers that were taken along, to be brought back. :raises Refused: invalid, and as of `set_off`.
    """
    said, along = words(outcome, field="outcome"), words(taken, least=0, field="taken")
    visit = locked(no)
    need(visit, "finish")
    theirs(visit, staff_id)
    changed(visit, outcome=said, taken=along)
    _end(visit, "finish", now)
    record("home_visit_done", visit, verb="finish", by=by, now=now, facts={"taken": bool(along)})
    return visit


@transaction.atomic
def not_met(*, no: str, text: str = "", staff_id: int | None = None, by: Actor, now: datetime) -> Visit:
    """Nobody was there. :raises Refused: invalid, and as of `set_off`."""
    said = words(text, least=0)
    visit = locked(no)
    need(visit, "not_met")
    theirs(visit, staff_id)
    _end(visit, "not_met", now)
    record("home_visit_not_met", visit, verb="not_met", text=said, by=by, now=now)
    return visit


@transaction.atomic
def cancel(*, no: str, reason: str = "", by: Actor, now: datetime) -> Visit:
    """Called off, as long as nobody is on the way. :raises Refused: nothing-found, invalid, wrong-state."""
    said = words(reason, least=0, field="reason")
    visit = locked(no)
    need(visit, "cancel")
    _end(visit, "cancel", now)
    record("home_visit_cancelled", visit, verb="cancel", text=said, by=by, now=now)
    tell(visit, "home_visit_off", now=now, reason=said)
    return visit


def _end(visit: Visit, verb: str, now: datetime) -> None:
    changed(visit, state=VISIT.to(verb), due_on=None, ended_at=now)
    Going.objects.filter(visit=visit).update(live=False)


def forget_words(*, before: Mapping[int, datetime], most: int) -> int:
    """Delete whose visits were that ended long ago, where, and what was said; matter, town, days and who went stay.

    :param before: by hall id, what an end is older than. :returns: of how many visits.
    """
    if not before:
        return 0
    ended = Q()
    for hall_id, moment in before.items():
        ended |= Q(hall_id=hall_id, ended_at__lt=moment)
    rows = Visit.objects.filter(ended, forgotten=False).order_by("ended_at", "id")
    old = list(rows.values_list("pk", flat=True)[:most])
    gone = dict.fromkeys(("name", "firm", "project", "phone", "phone_index", "address", "outcome", "taken"), "")
    with transaction.atomic():
        VisitStep.objects.filter(visit__in=old).exclude(text="").update(text="")
        return Visit.objects.filter(pk__in=old).update(**gone, person=None, account=None, forgotten=True)
