"""窗口办理: what lies on the counter goes into the case and is received, and in the same press accepted, told what is missing of,
turned down, or settled at once – all of it, or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from banshi.journeys.case import by_rule, changing, charging, folders
from banshi.journeys.case.cabinets import need_taken_out
from banshi.journeys.case.carried import of_case_at_window
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import owed_of
from banshi.rooms.cases.queries.second import Word
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.places.models import Window


@dataclass(frozen=True)
class Brought:
    """What the person at the window brings and says.

    :ivar phase: in which the clerk saw the case; another one since is told, so that nothing is counted twice.
    :ivar counted: papers on the counter, which the clerk looked at. :ivar revision: of answers and form, as the clerk saw it.
    :ivar by_agent: who stands there acts for whoever applied, by the mandate of the case.
    :ivar granted: what a grant grants, as the clerk says it (核定内容). :ivar seen: which document was compared with the person,
        where the number does not say that one was.
    """

    phase: str
    counted: Sequence[cases.Counted] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    revision: int | None = None
    granted: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""
    visit_id: int | None = None
    window_id: int | None = None
    by_agent: bool = False


def keep(*, case_no: str, brought: Brought, by: Actor, now: datetime) -> Case:
    """Answers and form as far as they are said; nothing is counted.

    :raises Refused: nothing-found, wrong-state, changed-meanwhile, invalid.
    """
    with transaction.atomic():
        case = _as_seen(case_no, brought, now=now)
        return _said(case, brought, by=by, now=now)


def receive(*, case_no: str, brought: Brought, by: Actor, now: datetime) -> Case:
    """收件, and nothing else for now: where the matter has rules, they are tried at once (秒批).

    :raises Refused: those of `_take_in`.
    """
    with transaction.atomic():
        case = _take_in(case_no=case_no, brought=brought, by=by, now=now)
        return by_rule.received(case_no=case_no, now=now) if case.phase == "received" else case


def _take_in(*, case_no: str, brought: Brought, to_refuse: bool = False, by: Actor, now: datetime) -> Case:
    """收件, or what was missing has come (补正); of a case received before, more papers.

    :param to_refuse: as `cases.receive`.
    :raises Refused: those of `cases.change`, `cases.receive`, `cases.supplement`, `cases.add_material`; papers-in-cabinet.
    """
    with transaction.atomic():
        case = _as_seen(case_no, brought, now=now)
        if CASE.may(case.phase, "change"):
            case = _said(case, brought, by=by, now=now)
        again = not CASE.may(case.phase, "receive")
        if not again:
            need_taken_out(case)
            case = cases.receive(
                case_no=case_no, materials=brought.counted, visit_id=brought.visit_id, window_id=brought.window_id,
                to_refuse=to_refuse, by=by, now=now,
            )  # fmt: skip
        else:
            for paper in brought.counted:
                cases.add_material(
                    case_no=case_no, code=paper.code, channel=paper.channel, copies=paper.copies, by=by, now=now
                )
            if case.phase != "received" and (brought.counted or not to_refuse):
                case = cases.supplement(case_no=case_no, to_refuse=to_refuse, by=by, now=now)
        if brought.counted:
            folders.received(case, window=_window(brought), again=again, by=by, now=now)
        codes = [paper.code for paper in brought.counted]
        return cases.see(case_no=case_no, codes=codes, by=by, now=now) if codes else case


def accept(
    *, case_no: str, brought: Brought, deferred: Sequence[tuple[str, date]] = (), by: Actor, now: datetime
) -> Case:
    """收件并受理. :raises Refused: those of `_take_in` and `cases.accept`."""
    with transaction.atomic():
        _take_in(case_no=case_no, brought=brought, by=by, now=now)
        return cases.accept(case_no=case_no, deferred=deferred, by=by, now=now)


def give_notice(
    *,
    case_no: str,
    brought: Brought,
    missing_now: Sequence[cases.Missing],
    second_by: int | None = None,
    second_may: bool | Word = False,
    by: Actor,
    now: datetime,
) -> Case:
    """收件, 一次性告知: what is there is received, what is not is told at once. :raises Refused: those of both."""
    with transaction.atomic():
        _take_in(case_no=case_no, brought=brought, by=by, now=now)
        return cases.give_notice(
            case_no=case_no, missing_now=missing_now, second_by=second_by, second_may=second_may, by=by, now=now
        )


def settle(*, case_no: str, brought: Brought, by: Actor, now: datetime) -> Case:
    """容缺补齐: what was to follow is brought, or was scanned just now, and is right; also while somebody reviews the case.

    :raises Refused: those of `_as_seen` and `folders.settle`; invalid – nothing of it is here.
    """
    with transaction.atomic():
        case = _as_seen(case_no, brought, now=now)
        copies = {paper.code: paper.copies for paper in brought.counted}
        seen = {row.code for row in case.materials.filter(gone_at=None, verdict="ok")}
        here = [*copies, *sorted((seen & owed_of(case)) - set(copies))]
        if not here:
            said = {"zh": "先勾选交来的材料，或者扫描", "en": "Tick what is here first, or scan it"}
            raise Refused("invalid", facts={"field": "materials", "reason": said})
        for code in here:
            case = folders.settle(
                case_no=case.no, code=code, on_paper=copies.get(code, 0), at_window=True, window=_window(brought), by=by,
                now=now,
            )  # fmt: skip
        return case


def refuse(
    *, case_no: str, brought: Brought, reason: str, body: str = "", ground: str = "", by: Actor, now: datetime
) -> Case:
    """不予受理, said in writing; of a draft at once (行政许可法 32 条), whatever is not filled in yet, and also where its
    matter is not handled any more; of what waits for a supplement, whatever of it still lacks.

    :raises Refused: those of `_take_in` – nothing of the form – and `cases.refuse`.
    """
    with transaction.atomic():
        _take_in(case_no=case_no, brought=brought, to_refuse=True, by=by, now=now)
        return cases.refuse(case_no=case_no, reason=reason, body=body, ground=ground, by=by, now=now)


def turn_away(*, case_no: str, reason: str, body: str = "", ground: str = "", by: Actor, now: datetime) -> Case:
    """The same of a case as it stands, without a counter: a draft is received as it is, and refused.

    :raises Refused: those of `cases.receive` – nothing of the form – and `cases.refuse`.
    """
    with transaction.atomic():
        if changing.lock(case_no).phase == "draft":
            cases.receive(case_no=case_no, to_refuse=True, by=by, now=now)
        return cases.refuse(case_no=case_no, reason=reason, body=body, ground=ground, by=by, now=now)


def decide(*, case_no: str, brought: Brought, grant: bool, reason: str = "", by: Actor, now: datetime) -> Case:
    """即办: received and settled while the person waits. :raises Refused: those of `_take_in` and `cases.decide_at_once`."""
    with transaction.atomic():
        _take_in(case_no=case_no, brought=brought, by=by, now=now)
        return charging.decide_at_once(
            case_no=case_no, grant=grant, reason=reason, granted=brought.granted, seen=brought.seen, by=by, now=now
        )


def _as_seen(case_no: str, brought: Brought, *, now: datetime) -> Case:
    """The case, locked, and its agent's mandate, where an agent brings it.

    :raises Refused: nothing-found; wrong-state – a step was taken since the clerk looked; mandate-missing.
    """
    case = changing.lock(case_no)
    if brought.by_agent:
        cases.need_agent(case, now=now)
    if case.phase != brought.phase:
        raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": brought.phase})
    return case


def _window(brought: Brought) -> Window | None:
    """Where it is brought now: what was missing may come to another window than the one that received the case."""
    return Window.objects.filter(pk=brought.window_id).first() if brought.window_id is not None else None


def _said(case: Case, brought: Brought, *, by: Actor, now: datetime) -> Case:
    """Of a bundle that is begun: to each of its cases that asks the same."""
    return changing.change(
        case_no=case.no, answers=brought.answers, form=brought.form, revision=brought.revision,
        known=lambda fields: of_case_at_window(fields, case, today=today_of(case, now)), by=by, now=now,
    )  # fmt: skip
