"""What is said of a case is said to every draft of the bundle (一件事) it belongs to: by the applicant, or by the window. What an
answer makes the form ask for, and is known already, is filled in with it: each fact is asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.journeys.case.carried import Carried
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import cases_of, filled, form_of, handling_of_case, one_of
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.rules.guided import of_agent, shown
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.catalogue.rules.one_form import OneForm, own_answers, shown_jointly
from banshi.rooms.library import actions as library

Known = Callable[[Iterable[Field]], Mapping[str, Carried]]  # by field, what need not be asked of whoever a case is for

Filled = dict[str, tuple[Field, Carried]]  # by field, what is filled in


def change(
    *,
    case_no: str,
    answers: Mapping[str, str] | None = None,
    form: Mapping[str, Any] | None = None,
    revision: int | None = None,
    known: Known | None = None,
    by: Actor,
    now: datetime,
) -> Case:
    """As `cases.change`. In a draft of a bundle what is said here is said to every case of it that asks the same.

    :param known: fills in the fields that are asked for only now. :raises Refused: those of `cases.change`.
    """
    with transaction.atomic():
        row = Case.objects.filter(no=case_no, phase="draft", bundle__isnull=False).select_related("bundle").first()
        if row is None or row.bundle is None:
            new = _newly_asked(cases.lock(case_no), answers or {}, form or {}, known) if known is not None else {}
            said = {**values(new), **(form or {})} if new else form
            changed = cases.change(case_no=case_no, answers=answers, form=said, revision=revision, by=by, now=now)
            lend([changed], new.values())
            return changed
        bundle, drafts = cases.lock_drafts(row.bundle.no, "change")
        case = next((each for each in drafts if each.no == case_no), None)
        if case is None or (revision is not None and revision != case.revision):
            raise Refused("changed-meanwhile", facts={"case": case_no})
        part = next(part for part in one_of(cases_of(bundle)).parts if part.item == case.item.code)
        change_bundle(
            bundle_no=bundle.no, answers={part.questions.get(code, code): said for code, said in (answers or {}).items()},
            form={part.fields[code]: said for code, said in (form or {}).items() if code in part.fields},
            known=known, by=by, now=now,
        )  # fmt: skip
        return cases.lock(case_no)


def change_bundle(
    *,
    bundle_no: str,
    answers: Mapping[str, str] | None = None,
    form: Mapping[str, Any] | None = None,
    revision: int | None = None,
    known: Known | None = None,
    by: Actor,
    now: datetime,
) -> Bundle:
    """As `cases.change_bundle`.

    :param known: as of `change`, by shared names. :raises Refused: those of `cases.change_bundle`.
    """
    with transaction.atomic():
        new: Filled = {}
        if known is not None:
            rows = cases_of(cases.lock_bundle(bundle_no))
            one = one_of(rows)
            said, stands = filled(one, rows)
            then = {**stands, **(form or {})}
            there = {field.code for field in shown_jointly(one, said, stands)}
            now_asked = shown_jointly(one, _answered_jointly(one, rows, {**said, **(answers or {})}), then)
            new = newly_known(known, now_asked, there | then.keys())
            form = {**values(new), **(form or {})}
        bundle = cases.change_bundle(bundle_no=bundle_no, answers=answers, form=form, revision=revision, by=by, now=now)
        if new:
            lend(cases_of(bundle), new.values())
        return bundle


def fill_in(case_no: str, new: Filled, *, by: Actor, now: datetime) -> Case:
    """What is known goes into the form of a case, and what the library has of it is lent to it.

    In the caller's transaction. :raises Refused: those of `cases.change`.
    """
    case = cases.change(case_no=case_no, form=values(new), by=by, now=now)
    lend([case], new.values())
    return case


def lend(rows: Iterable[Case], filled_in: Iterable[tuple[Field, Carried]]) -> None:
    """What the library filled in now stands in the forms of these cases: of each that says it, by its consent."""
    lent = {field.element: said for field, said in filled_in if said.source == "library" and said.at is not None}
    for case in rows if lent else ():
        form, facts = form_of(case), []
        for field in handling_of_case(case).fields:
            said = lent.get(field.element)
            if said is not None and said.at is not None and form.get(field.code) == said.value:
                facts.append(library.Lent(field.element, str(said.value), said.origin, said.at, said.trust))
        if facts and CASE.may(case.phase, "change"):
            library.lend_facts(subject=f"case:{case.no}", facts=facts)


def _newly_asked(case: Case, answers: Mapping[str, str], form: Mapping[str, Any], known: Known) -> Filled:
    """What is known of the fields that these answers, or fields, make the form ask for: none that stood there, or is said now."""
    handling, stands = handling_of_case(case), form_of(case)
    there = {field.code for field in shown(handling, case.answers, stands)}
    said = {**case.answers, **answers}
    if case.letter_id is not None:  # which says who comes, as soon as it is asked
        said = of_agent(handling, said)
    now_asked = shown(handling, said, {**stands, **form})
    return newly_known(known, now_asked, there | stands.keys() | form.keys())


def _answered_jointly(one: OneForm, rows: Iterable[Case], said: Mapping[str, str]) -> Mapping[str, str]:
    """What is answered, by shared names, with what a letter says."""
    by_letter = {case.item.code for case in rows if case.letter_id is not None}
    comes = {
        part.questions[code]: option
        for part in one.parts
        if part.item in by_letter
        for code, option in of_agent(part.handling, own_answers(part, said)).items()
    }
    return {**comes, **said}


def newly_known(known: Known, asked: Iterable[Field], there: Collection[str]) -> Filled:
    """What is known of the fields that are asked for. :param there: codes of those that are left as they are."""
    new = {field.code: field for field in asked if field.code not in there}
    return {code: (new[code], said) for code, said in known(new.values()).items()} if new else {}


def values(new: Filled) -> dict[str, object]:
    return {code: said.value for code, (_, said) in new.items()}


def lock(case_no: str) -> Case:
    """The case, to be changed; of a draft of a bundle the bundle first, as everybody locks them.

    :raises Refused: nothing-found.
    """
    row = Case.objects.filter(no=case_no, phase="draft", bundle__isnull=False).select_related("bundle").first()
    if row is not None and row.bundle is not None:
        cases.lock_bundle(row.bundle.no)
    return cases.lock(case_no)
