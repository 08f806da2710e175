"""一表一库: what a granted case said of its holder is on record, with the case as its source, and is not asked again."""

from __future__ import annotations

from datetime import datetime

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import form_of, handling_of_case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as known

TRUST = "B"  # looked at before it was granted


def learn_from(case: Case, *, now: datetime) -> int:
    """Inside a transaction. Of data elements that are kept (`Element.kept`); what is known already is not said again.

    :returns: how many facts are new.
    """
    kept = {each.code for each in catalogue.elements() if each.kept}
    form, holder = form_of(case), cases.holder_of(case)
    said = {
        field.element: str(form[field.code])
        for field in handling_of_case(case).fields
        if field.element in kept and form.get(field.code) not in (None, "")
    }
    before = known.facts_of(**holder, elements=list(said), today=today_of(case, now)) if said else {}
    fresh = {code: value for code, value in said.items() if code not in before or before[code].value != value}
    for element, value in fresh.items():
        library.learn(**holder, element=element, value=value, trust=TRUST, source=f"case:{case.no}", now=now)
    return len(fresh)
