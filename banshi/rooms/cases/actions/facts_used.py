"""一表一库: a form is sent, or received, with what was carried over in it: each use leaves a trace."""

from __future__ import annotations

from datetime import datetime

from banshi.kernel.actors import Actor
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import form_of, handling_of_case
from banshi.rooms.library import actions as library


def note_facts_used(case: Case, *, by: Actor, now: datetime) -> None:
    """The case is locked: of two who send it at once one writes the uses."""
    form, stands = form_of(case), dict[str, list[str]]()
    for field in handling_of_case(case).fields:
        if field.element and form.get(field.code) not in (None, ""):
            stands.setdefault(field.element, []).append(str(form[field.code]))
    library.use_facts(
        subject=f"case:{case.no}", purpose=case.item.code, stands=stands, hall=case.hall.code, by=by, now=now
    )
