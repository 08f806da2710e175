"""The second person of a step that takes two: says so first, by themselves; the step then names them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.rooms.cases.actions.charging import put_right, said_of
from banshi.rooms.cases.actions.ground import invalid, locked, need, staff_of, step
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.second import values_index
from banshi.rooms.cases.rules.duties import BY_TWO


def agree(*, case_no: str, verb: str, form: Mapping[str, str] | None = None, by: Actor, now: datetime) -> Case:
    """Somebody who supervises cases here agrees that `verb` is taken, by another, within half an hour
    (`queries.agreed`). Whether `by` supervises is the door's to ask.

    :param verb: notice | terminate | waive | reassess. :param form: of `reassess`: the fields that the fee is computed by, as
        they are to be; the word is to these alone, and without them to none.
    :raises Refused: nothing-found, wrong-state (of either), invalid, not-allowed, form-invalid.
    """
    if verb not in BY_TWO:
        raise invalid("verb", "这一步不用第二个人", "This step takes no second person")
    staff_of(by)
    with transaction.atomic():
        case = locked(case_no)
        need(case, verb)
        facts, why = {"verb": verb}, ""
        if verb == "reassess" and form is not None:
            values = put_right(case, form, now=now)
            facts |= {"values": values_index(values)}
            why = said_of(case, values)
            case.refresh_from_db(fields=["form", "revision"])  # nothing is put right yet
        step(case, "agree", by=by, now=now, facts=facts, why=why)
    return case
