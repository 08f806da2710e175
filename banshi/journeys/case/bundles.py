"""一件事一次办: several matters sent and received as one – every one of them in the same transaction, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.journeys.case import at_window, by_rule, changing
from banshi.journeys.case.at_window import Brought
from banshi.journeys.case.carried import of_case_at_window
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.cases.queries import bundle_by_no, cases_of, guided_case, one_of
from banshi.rooms.cases.rules.lifecycle import CASE


def submit(*, case_no: str, by: Actor, now: datetime) -> Case:
    """申报, and what its rules make of it. A draft of a bundle is sent with all of it.

    :raises Refused: those of `submit_bundle`, `by_rule.submit`.
    """
    with transaction.atomic():
        row = Case.objects.filter(no=case_no, phase="draft", bundle__isnull=False).select_related("bundle").first()
        if row is None or row.bundle is None:
            return by_rule.submit(case_no=case_no, by=by, now=now)
        submit_bundle(bundle_no=row.bundle.no, by=by, now=now)
        return cases.lock(case_no)


def submit_bundle(*, bundle_no: str, by: Actor, now: datetime) -> Bundle:
    """申报 of every case that was not sent or taken back; then each goes on by itself, side by side.

    :raises Refused: nothing-found, wrong-state; form-invalid, material-missing, with everything of all of them at once.
    """
    with transaction.atomic():
        bundle, drafts = cases.lock_drafts(bundle_no, "submit")
        cases.need_whole(drafts, bundle, by=by, now=now)
        for case in drafts:
            by_rule.submit(case_no=case.no, by=by, now=now)
    return bundle


@dataclass(frozen=True)
class WholeBrought:
    """What lies on the counter for a bundle, by the shared codes of its papers. Answers and form as of one case."""

    counted: Sequence[cases.Counted] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    revision: int | None = None
    visit_id: int | None = None
    window_id: int | None = None
    by_agent: bool = False


def keep_bundle(*, bundle_no: str, brought: WholeBrought, by: Actor, now: datetime) -> Bundle:
    """Answers and form as far as they are said; nothing is counted. What an answer newly asks for is filled in as far as it is
    known. :raises Refused: nothing-found, wrong-state, changed-meanwhile, invalid."""
    first = cases_of(bundle_by_no(bundle_no))[0]
    return changing.change_bundle(
        bundle_no=bundle_no, answers=brought.answers, form=brought.form, revision=brought.revision,
        known=lambda fields: of_case_at_window(fields, first, today=today_of(first, now)), by=by, now=now,
    )  # fmt: skip


def receive_bundle(*, bundle_no: str, brought: WholeBrought, by: Actor, now: datetime) -> Bundle:
    """收件 of every case that can be received: each paper is counted once and stands for each case that asks for it.

    :raises Refused: nothing-found; wrong-state – nothing of it can be received now; form-invalid, by shared names; invalid –
        a paper nobody asks for; those of `at_window.receive`.
    """
    with transaction.atomic():
        bundle = cases.lock_bundle(bundle_no)
        if brought.answers or brought.form:
            keep_bundle(bundle_no=bundle_no, brought=brought, by=by, now=now)
        rows = cases_of(bundle)
        ready = [case for case in rows if CASE.may(case.phase, "receive")]
        if not ready:
            raise Refused("wrong-state", facts={"kind": "case", "state": rows[0].phase, "needs": "pre_passed"})
        cases.need_one_form(bundle, now=now)
        each = _own_papers(rows, ready, brought.counted)
        for case in ready:
            own = Brought(
                phase=case.phase, counted=each[case.no], visit_id=brought.visit_id, window_id=brought.window_id,
                by_agent=brought.by_agent,
            )  # fmt: skip
            at_window.receive(case_no=case.no, brought=own, by=by, now=now)
    return bundle


def _own_papers(
    rows: Sequence[Case], ready: Sequence[Case], counted: Sequence[cases.Counted]
) -> dict[str, list[cases.Counted]]:
    """What was counted, by case and its own codes. :raises Refused: invalid."""
    parts = {part.item: part for part in one_of(rows, open_alone=False).parts}
    found: dict[str, list[cases.Counted]] = {case.no: [] for case in ready}
    used = set()
    for case in ready:
        shared = parts[case.item.code].papers
        wanted = {shared[paper.code]: paper.code for paper in guided_case(case).materials}
        for paper in counted:
            if paper.code in wanted:
                used.add(paper.code)
                found[case.no].append(replace(paper, code=wanted[paper.code]))
    for paper in counted:
        if paper.code not in used:
            reason = {"zh": "这种情形不需要这份材料", "en": "This situation does not ask for this paper"}
            raise Refused("invalid", facts={"field": "requirement", "reason": reason})
    return found
