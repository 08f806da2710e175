"""承诺核查: what was promised in place of a paper is checked, by a day; what is not so follows whoever promised it.

Before the decision the paper counts as missing again, and the case goes on: it is told as missing, or refused. After it the
finding is a proposal to revoke what was granted, on which another approver decides (行政许可法 69 条). Either way nothing is
promised for a time by policy, until that runs out or somebody else lifts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.actions.concluding import GRANTING
from banshi.rooms.cases.actions.ground import (
    give,
    invalid,
    locked,
    names,
    need,
    need_papers,
    staff_of,
    step,
    tell,
    today_of,
)
from banshi.rooms.cases.models import Case, CaseMaterial, CasePaper, PromiseCheck
from banshi.rooms.cases.queries.handling import got_of, wanted_of
from banshi.rooms.cases.rules import promises
from banshi.rooms.cases.rules.materials import PROMISE
from banshi.rooms.cases.rules.paper_texts import Named
from banshi.rooms.places.queries import policy_of


def await_checks(case: Case, *, now: datetime) -> None:
    """Each promise that stands as the case is accepted is to be checked by a day. The case is locked."""
    open_ones = case.materials.filter(channel=PROMISE, gone_at=None, promise_check=None).order_by("id")
    PromiseCheck.objects.bulk_create([_row(case, each, now=now) for each in open_ones])


def _row(case: Case, material: CaseMaterial, *, now: datetime) -> PromiseCheck:
    days = policy_of(case.hall_id, now=now).cases.promise_check_days
    due_on = work_calendar().add_working_days(today_of(case, now), days)
    return PromiseCheck(case=case, material=material, due_on=due_on)


def check_promise(
    *, case_no: str, code: str, kept: bool, ground: str = "", reason: str = "", by: Actor, now: datetime
) -> PromiseCheck:
    """Say of a promise whether it is so; once. Of two who check at once one does: the case is locked.

    :param code: of the paper in whose place it was given. :param ground: of `rules/promises.UNTRUE`, where it is not so.
    :raises Refused: nothing-found (no such promise stands), wrong-state, changed-meanwhile (it was checked), invalid.
    """
    why, staff = reason.strip(), staff_of(by)
    if not kept and ground not in promises.UNTRUE:
        raise invalid("ground", "没有这种承诺不实的情形", "There is no such ground")
    if len(why) > promises.LONGEST_WHY or (not kept and not why):
        raise _why(promises.LONGEST_WHY)
    with transaction.atomic():
        case = locked(case_no)
        need(case, "check_promise")
        if (no := promises.stage_refusal(case.phase, granted=case.granted)) is not None:
            raise Refused(no.slug, facts={"kind": "case", **no.facts})
        row = _to_check(case, code, now=now)
        row.says, row.why = (promises.KEPT if kept else promises.BROKEN), why
        row.checked_at, row.checked_by_id = now, staff
        if not kept:
            row.ground, row.late = ground, case.phase in promises.AFTER
            days = policy_of(case.hall_id, now=now).cases.promise_bar_days
            row.barred_until = promises.barred_until(today_of(case, now), days=days)
            if not row.late:
                CaseMaterial.objects.filter(pk=row.material_id).update(verdict="bad", why=why, judged_by=staff)
        row.save()
        facts = {"material": code, "finding": row.says, **({"ground": ground} if not kept else {})}
        event = step(case, "check_promise", by=by, now=now, why=why, facts=facts)
        if not kept:
            said = promises.UNTRUE[ground].name_zh
            what = tuple(Named(name[0]) for name in names([code], case))
            give(case, "promise_untrue", event=event, now=now, materials=what, ground=said, reason=why,
                 refused=row.late, due_before=row.barred_until)  # fmt: skip
            day: dict[str, Any] = {"day": row.barred_until.isoformat()} if row.barred_until else {}
            tell(case, "case_promise_untrue", event=event, now=now, bring=names([code], case), reason=why, **day)
    return row


def _to_check(case: Case, code: str, *, now: datetime) -> PromiseCheck:
    """The promise that stands for a paper, to be checked. :raises Refused: nothing-found, changed-meanwhile."""
    rows = case.materials.filter(code=code, channel=PROMISE, gone_at=None)
    material = rows.first()
    if material is None:
        raise Refused("nothing-found", facts={"material": code})
    row = PromiseCheck.objects.filter(material=material).first() or _row(case, material, now=now)
    if row.says:
        raise Refused("changed-meanwhile", facts={"case": case.no})
    return row


def need_promises_kept(case: Case, *, now: datetime) -> None:
    """Nothing is granted on a promise that was found untrue, unless the paper itself has come since. The case is locked.

    :raises Refused: material-missing.
    """
    broken = set(
        case.promise_checks.filter(says=promises.BROKEN, lifted_at=None).values_list("material__code", flat=True)
    )
    if broken:
        there = {each.code for each in got_of(case, now=now) if each.usable and each.verdict != "bad"}
        need_papers([each for each in wanted_of(case) if each.code in broken - there])


def revoke(*, case_no: str, code: str, by: Actor, now: datetime) -> Case:
    """撤销: another approver than who checked revokes what was granted on a promise that is not so, once it was handed over –
    before that the case is ended by two (`terminate`). Whoever calls it ends what lies in the library.

    :raises Refused: nothing-found (nothing was found untrue after the grant, or it was lifted), wrong-state, same-person.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "revoke")
        row = _found_untrue(case, code)
        if not row.late or row.revoked_at is not None or not case.granted:
            raise Refused("nothing-found", facts={"material": code})
        if (no := promises.revoke_refusal(checked_by=row.checked_by_id, revokes=staff_of(by))) is not None:
            raise Refused(no)
        row.revoked_at, row.revoked_by_id = now, staff_of(by)
        row.save(update_fields=["revoked_at", "revoked_by"])
        ended = CasePaper.objects.filter(case=case, kind="licence", ended_at=None).order_by("id").last()
        event = step(case, "revoke", by=by, now=now, facts={"material": code, "second_by": row.checked_by_id})
        CasePaper.objects.filter(case=case, kind__in=GRANTING, ended_at=None).update(ended_at=now)
        what = tuple(Named(name[0]) for name in names([code], case))
        give(case, "revocation", event=event, now=now, materials=what, reason=str(row.why),
             ground=promises.UNTRUE[row.ground].name_zh, result_no=ended.printed if ended else "")  # fmt: skip
        tell(case, "case_revoked", event=event, now=now, reason=str(row.why))
    return case


def lift_bar(*, case_no: str, code: str, reason: str, by: Actor, now: datetime) -> Case:
    """解除限制: somebody else who supervises lifts what a finding bars – it was wrong, or made good. Nothing is revoked for it
    any more; before the decision the promise stands again.

    :raises Refused: nothing-found, wrong-state, same-person, invalid.
    """
    why = reason.strip()
    if not why or len(why) > promises.LONGEST_WHY:
        raise _why(promises.LONGEST_WHY)
    with transaction.atomic():
        case = locked(case_no)
        need(case, "lift_bar")
        row = _found_untrue(case, code)
        if (no := promises.lift_refusal(checked_by=row.checked_by_id, lifts=staff_of(by))) is not None:
            raise Refused(no)
        row.lifted_at, row.lifted_by_id, row.lifted_why = now, staff_of(by), why
        row.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
        if not row.late and case.phase in promises.BEFORE:
            again: Mapping[str, Any] = {"verdict": "", "why": "", "judged_by": None}
            CaseMaterial.objects.filter(pk=row.material_id, gone_at=None).update(**again)
        event = step(case, "lift_bar", by=by, now=now, why=why, facts={"material": code})
        tell(case, "case_promise_lifted", event=event, now=now)
    return case


def _found_untrue(case: Case, code: str) -> PromiseCheck:
    """:raises Refused: nothing-found."""
    rows = case.promise_checks.filter(material__code=code, says=promises.BROKEN, lifted_at=None)
    row = rows.select_related("material").order_by("id").last()
    if row is None:
        raise Refused("nothing-found", facts={"material": code})
    return row


def _why(most: int) -> Refused:
    return invalid("reason", f"写明理由，{most} 字以内", f"Give the reason, in up to {most} characters")
