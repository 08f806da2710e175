"""A draft, or all drafts of a bundle (一件事), begun anew by what holds today; what it asks for only now is filled in where it is
known.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from banshi.journeys.case import changing
from banshi.journeys.case.changing import Known
from banshi.kernel.actors import Actor
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import form_of, shown_fields


def renew(*, case_no: str, known: Known | None = None, by: Actor, now: datetime) -> Case:
    """Of a draft of a bundle every draft of it: what is done as one is begun by one day's versions.

    :param known: of the fields that came. :raises Refused: those of `cases.renew`.
    """
    with transaction.atomic():
        case = changing.lock(case_no)
        if case.bundle is None or case.phase != "draft":
            return _renew(case_no, known, by=by, now=now)
        bundle, drafts = cases.lock_drafts(case.bundle.no, "change")
        for each in drafts:
            _renew(each.no, known, by=by, now=now)
        cases.change_bundle(bundle_no=bundle.no, by=by, now=now)  # what one case has another may ask for now
        return cases.lock(case_no)


def _renew(case_no: str, known: Known | None, *, by: Actor, now: datetime) -> Case:
    there = {field.code for field in shown_fields(cases.lock(case_no))}
    case = cases.renew(case_no=case_no, by=by, now=now)
    if known is None:
        return case
    new = changing.newly_known(known, shown_fields(case), there | form_of(case).keys())
    return changing.fill_in(case_no, new, by=by, now=now) if new else case
