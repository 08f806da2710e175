"""The second person of a step that takes two: says so first, by themselves; the step then names them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.rooms.cases.actions.ground import invalid, locked, need, staff_of, step
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.duties import BY_TWO


def agree(*, case_no: str, verb: str, by: Actor, now: datetime) -> Case:
    """Somebody who supervises cases here agrees that `verb` is taken, by another, within half an hour
    (`queries.agreed`). Whether `by` supervises is the door's to ask.

    :param verb: notice | terminate | waive | reassess.
    :raises Refused: nothing-found, wrong-state (of either), invalid, not-allowed.
    """
    if verb not in BY_TWO:
        raise invalid("verb", "这一步不用第二个人", "This step takes no second person")
    staff_of(by)
    with transaction.atomic():
        case = locked(case_no)
        need(case, verb)
        step(case, "agree", by=by, now=now, facts={"verb": verb})
    return case
