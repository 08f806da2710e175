"""What is said of a case is said to every draft of the bundle (一件事) it belongs to: by the applicant, or by the window."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import cases_of, one_of


def change(
    *,
    case_no: str,
    answers: Mapping[str, str] | None = None,
    form: Mapping[str, Any] | None = None,
    revision: int | None = None,
    by: Actor,
    now: datetime,
) -> Case:
    """As `cases.change`. In a draft of a bundle what is said here is said to every case of it that asks the same.

    :raises Refused: those of `cases.change`.
    """
    with transaction.atomic():
        row = Case.objects.filter(no=case_no, phase="draft", bundle__isnull=False).select_related("bundle").first()
        if row is None or row.bundle is None:
            return cases.change(case_no=case_no, answers=answers, form=form, revision=revision, by=by, now=now)
        bundle, drafts = cases.lock_drafts(row.bundle.no, "change")
        case = next((each for each in drafts if each.no == case_no), None)
        if case is None or (revision is not None and revision != case.revision):
            raise Refused("changed-meanwhile", facts={"case": case_no})
        part = next(part for part in one_of(cases_of(bundle)).parts if part.item == case.item.code)
        cases.change_bundle(
            bundle_no=bundle.no, answers={part.questions.get(code, code): said for code, said in (answers or {}).items()},
            form={part.fields[code]: said for code, said in (form or {}).items() if code in part.fields}, by=by, now=now,
        )  # fmt: skip
        return cases.lock(case_no)


def lock(case_no: str) -> Case:
    """The case, to be changed; of a draft of a bundle the bundle first, as everybody locks them.

    :raises Refused: nothing-found.
    """
    row = Case.objects.filter(no=case_no, phase="draft", bundle__isnull=False).select_related("bundle").first()
    if row is not None and row.bundle is not None:
        cases.lock_bundle(row.bundle.no)
    return cases.lock(case_no)
