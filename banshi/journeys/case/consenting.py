"""一表一库, with consent: what the library knows of whoever applies fills in the form of their case, for this case alone. It is
offered, never done unasked; taken back before the form is sent, it leaves the form again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from banshi.journeys.case import changing
from banshi.journeys.case.carried import of_library
from banshi.journeys.case.changing import Filled
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import need, today_of
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import cases_of, filled, form_of, handling_of_case, one_of
from banshi.rooms.catalogue.rules.guided import shown
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.catalogue.rules.one_form import shown_jointly
from banshi.rooms.library import actions as library
from banshi.rooms.library import queries as known

ROUNDS = 3  # what is filled in may let the form ask for more


def subject_of(case: Case) -> str:
    return f"case:{case.no}"


def agreed(case: Case) -> bool:
    """Whether they agreed to it in this case."""
    return known.consent_to_facts(subject_of(case)) is not None


def offered(case: Case, *, today: date) -> Filled:
    """By field that is empty, what the library could fill in."""
    form = form_of(case)
    return _fitting(shown(handling_of_case(case), case.answers, form), form, case, today)


def offered_jointly(rows: Sequence[Case], *, today: date) -> Filled:
    """The same of the one form of a bundle, by shared names."""
    one = one_of(rows)
    answers, form = filled(one, rows)
    return _fitting(shown_jointly(one, answers, form), form, rows[0], today)


def _fitting(fields: Iterable[Field], form: Mapping[str, Any], case: Case, today: date) -> Filled:
    empty = {field.code: field for field in fields if form.get(field.code) in (None, "")}
    return {code: (empty[code], said) for code, said in of_library(empty.values(), case, today=today).items()}


def agree(*, case_no: str, consent: bool, by: Actor, now: datetime) -> Case:
    """Fill in what the library knows, for this case – of a draft of a bundle for all of it. Said twice it is one consent.

    :raises Refused: consent-missing, nothing-found, wrong-state; those of `cases.change`.
    """
    with transaction.atomic():
        case = changing.lock(case_no)
        if case.bundle is not None and case.phase == "draft":
            agree_jointly(bundle_no=case.bundle.no, consent=consent, by=by, now=now)
            return cases.lock(case_no)
        _agree([case], consent=consent, by=by, now=now)
        for _ in range(ROUNDS):
            new = offered(case, today=today_of(case, now))
            if not new:
                break
            case = changing.fill_in(case_no, new, by=by, now=now)
    return case


def agree_jointly(*, bundle_no: str, consent: bool, by: Actor, now: datetime) -> Bundle:
    """Once for every draft of a bundle; each has a consent, and its uses, of its own.

    :raises Refused: those of `agree`.
    """
    with transaction.atomic():
        bundle, drafts = cases.lock_drafts(bundle_no, "change")
        _agree(drafts, consent=consent, by=by, now=now)
        for _ in range(ROUNDS):
            rows = cases_of(bundle)
            new = offered_jointly(rows, today=today_of(rows[0], now))
            if not new:
                break
            bundle = cases.change_bundle(bundle_no=bundle_no, form=changing.values(new), by=by, now=now)
            changing.lend(cases_of(bundle), new.values())
    return bundle


def _agree(rows: Iterable[Case], *, consent: bool, by: Actor, now: datetime) -> None:
    if not consent:
        raise Refused("consent-missing")
    for case in rows:
        need(case, "change")
        cases.need_acting(case, by=by, now=now)
        library.agree_to_facts(
            subject=subject_of(case), consent=True, hall=case.hall.code, **cases.holder_of(case), by=by, now=now
        )


def take_back(*, case_no: str, by: Actor, now: datetime) -> Case:
    """What was filled in and was not sent yet leaves the form, but for what they wrote there since; of a draft of a bundle in all
    of it. Whoever sends it meanwhile comes before or after.

    :raises Refused: nothing-found – nobody agreed; wrong-state.
    """
    with transaction.atomic():
        case = changing.lock(case_no)
        rows = [case]
        if case.bundle is not None and case.phase == "draft":
            rows = cases.lock_drafts(case.bundle.no, "change")[1]
        for row in rows:
            need(row, "change")
            cases.need_acting(row, by=by, now=now)
        agreed_in = [row for row in rows if agreed(row)]
        if not agreed_in:
            raise Refused("nothing-found")
        for row in agreed_in:
            left = library.take_back_consent(subject=subject_of(row), hall=row.hall.code, by=by, now=now)
            empty = _emptied(row, left)
            if empty:
                cases.change(case_no=row.no, form=empty, by=by, now=now)
        if len(rows) > 1 and case.bundle is not None:
            cases.change_bundle(bundle_no=case.bundle.no, by=by, now=now)  # another tab sees that it changed
        return cases.lock(case_no)


def _emptied(case: Case, left: Mapping[str, str]) -> dict[str, None]:
    """Fields that still say what was carried over, and is not any more. :param left: blind indexes, by data element."""
    form = form_of(case)
    return {
        field.code: None
        for field in handling_of_case(case).fields
        if field.element in left
        and form.get(field.code) not in (None, "")
        and known.value_index(field.element, str(form[field.code])) == left[field.element]
    }
