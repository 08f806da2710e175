"""Random walks: whatever anybody tries in whatever order, a case only ever goes the ways of the table, and its story holds."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from banshi.journeys.case import conclude
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.cases.rules.chain import FIRST, chained
from banshi.rooms.cases.rules.lifecycle import CASE
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def moves(matters: Matters, dice: random.Random) -> dict[str, Callable[..., Any]]:
    by = matters.by
    second = int(by["second_supervisor"].id)
    paper = dice.choice(["id", "lease", "photo", "plan"])
    return {
        "submit": lambda k: cases.submit(by=matters.applicant, **k),
        "send_back": lambda k: cases.send_back(verdicts=[cases.Verdict(paper, False, "不清楚")], by=by["pre_reviewer"], **k),
        "pass": lambda k: cases.pass_on(
            verdicts=[cases.Verdict(code, True) for code in ("id", "lease", "photo")], by=by["pre_reviewer"], **k
        ),
        "upload": lambda k: cases.add_material(code=paper, channel="upload", by=matters.applicant, **k),
        "count": lambda k: cases.add_material(code=paper, channel="paper", by=by["receiver"], **k),
        "expect": lambda k: cases.expect(appointment="K7", by=matters.applicant, **k),
        "receive": lambda k: cases.receive(by=by["receiver"], **k),
        "notice": lambda k: cases.give_notice(
            missing_now=[Missing(code, "缺") for code in ("id", "lease")], second_by=second, second_may=dice.random() < 0.5,
            by=by["receiver"], **k
        ),
        "supplement": lambda k: cases.supplement(by=matters.applicant, **k),
        "accept": lambda k: cases.accept(
            deferred=[("photo", k["now"].date() + timedelta(days=dice.randint(0, 4)))] if dice.random() < 0.5 else (),
            by=by["receiver"], **k
        ),
        "refuse": lambda k: cases.refuse(reason="不归我们管", by=by["receiver"], **k) if dice.random() < 0.1 else None,
        "hand_over": lambda k: cases.hand_over(by=by["receiver"], **k),
        "opine": lambda k: cases.opine(says=dice.choice(["grant", "refuse", "note"]), text="看过", by=by["reviewer"], **k),
        "propose_stop": lambda k: cases.propose_stop(
            kind="hearing", basis="规程", expected_days=3, by=by[dice.choice(["reviewer", "approver"])], **k
        ),
        "stop": lambda k: cases.stop_clock(by=by["approver"], **k),
        "refuse_stop": lambda k: cases.refuse_stop(why="不必", by=by["approver"], **k),
        "resume": lambda k: cases.resume_clock(result="完了", by=by["reviewer"], **k),
        "propose_extension": lambda k: cases.propose_extension(days=3, reason="复杂", by=by["reviewer"], **k),
        "refuse_extension": lambda k: cases.refuse_extension(why="不必", by=by["head"], **k),
        "extend": lambda k: cases.extend(days=dice.randint(0, 12), reason="复杂", by=by["head"], **k),
        "settle": lambda k: cases.settle_deferred(code="photo", by=by["reviewer"], **k),
        "decide": lambda k: cases.decide(
            grant=dice.random() < 0.7, reason="依规定", by=by[dice.choice(["approver", "receiver", "reviewer"])], **k
        ),
        "release": lambda k: cases.release(may_supervise=True, by=by["supervisor"], **k),
        "issue": lambda k: conclude.issue(by=by[dice.choice(["issuer", "approver"])], **k),
        "shelve": lambda k: conclude.shelve(place="A-1", by=by["issuer"], **k),
        "hand_out": lambda k: conclude.hand_over(identified=True, by=by["issuer"], **k),
        "withdraw": lambda k: cases.withdraw(by=matters.applicant, **k) if dice.random() < 0.05 else None,
        "terminate": lambda k: cases.terminate(
            reason="重复", second_by=second, second_may=dice.random() < 0.3, by=by["supervisor"], **k
        ) if dice.random() < 0.05 else None,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_case_goes_only_the_ways_of_the_table(matters: Matters, seed: int):
    dice = random.Random(seed)
    case, now = matters.opened(), TUESDAY_NINE

    for _ in range(150):
        now += timedelta(hours=dice.choice([0, 1, 1, 8, 24]))
        before = Case.objects.get(id=case.pk)
        name, move = dice.choice(sorted(moves(matters, dice).items()))
        try:
            move({"case_no": case.no, "now": now})
        except Refused:
            after = Case.objects.get(id=case.pk)
            assert (after.phase, after.outcome) == (before.phase, before.outcome), name
        if dice.random() < 0.1:
            cases.deem_due(now=now)
            cases.lapse_due(now=now)
            cases.remind_due(now=now)
            cases.lapse_deferred(now=now)
            cases.tell_longer(now=now)
            cases.recount(now=now)
        holds(Case.objects.get(id=case.pk))

    assert CaseEvent.objects.filter(case=case).count() > 1


def holds(case: Case) -> None:
    """What is so of every case at any time."""
    earlier, phase = FIRST, ""
    for event in CaseEvent.objects.filter(case=case).order_by("seq"):
        if event.verb != "open":
            assert event.before in CASE.of(event.verb)
            assert event.after == (CASE.steps[event.verb].to or event.before)
        assert event.before == phase
        phase = event.after
        earlier = chained(
            earlier, case_no=case.no, seq=event.seq, verb=event.verb, actor=event.actor, at=event.at, before=event.before,
            after=event.after, facts=event.facts, why=event.why,
        )  # fmt: skip
        assert event.hash == earlier
    assert case.phase == phase
    assert (case.phase in CASE.ends) == (case.closed_at is not None)
    assert (case.stopped_at is None) == (not case.stops.filter(ended_at=None).exists())
    assert case.granted is not True or not case.obligations.filter(met_at=None).exists()
    if case.phase in ("accepted", "in_review"):
        assert isinstance(case.due_promised, date)
        assert case.due_statutory is not None
        assert case.due_promised <= case.due_statutory
