"""Model-based: hypothesis drives a case through every verb, with clocks that run, duties that come late or twice, and processes
that die at any statement. The model beside it (`machine.py`) knows the law in a few lines of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from banshi.journeys.case import charging, conclude, folders, paying, reassessing
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import QuotaEntry, QuotaRound
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Department, Item
from tests.matters import SHOP, Matters
from tests.rooms.cases.machine import Died, Machine, dying, everything
from tests.rooms.cases.machine_back import Behind, answer
from tests.rooms.cases.machine_front import AtTheFront, receive
from tests.rooms.cases.site_visits import ask_visit, cancel_visit, move_visit, plan_visit, report_visit
from tests.rooms.cases.test_promising import SAID
from tests.town import at

pytestmark = pytest.mark.django_db
SHORT = settings(
    max_examples=3, stateful_step_count=24, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
DUTIES = {"lapse", "deem", "unmet", "recount", "close", "draw", "enter_round"}  # nobody's to press of one case
PASSES = {"delivered"}  # whatever is handed over is closed in the same transaction


class CaseMachine(AtTheFront, Behind):
    starts: ClassVar[tuple[str, ...]] = (
        "draft", "filled", "passed", "received", "untold", "wanting", "lapsing", "tolerant", "in_review", "proposed", "stopped",
        "refused", "ready",
    )  # fmt: skip

    @precondition(lambda self: self.phase not in CASE.ends and self.steps % 9 == 8)
    @rule(how=st.sampled_from(["withdraw", "terminate"]), second=st.booleans(), dies=st.integers(0, 60))
    def ends_early(self, how: str, second: bool, dies: int) -> None:
        """Now and then."""
        if how == "withdraw":
            self.take("withdraw", cases.withdraw, dies, by=self.applicant)
        else:
            other = int(self.by["second_supervisor"].id or 0)
            asked = {"reason": "重复", "second_may": second, "second_by": other, "by": self.by["supervisor"]}
            self.take("terminate", charging.terminate, dies, not second, **asked)

    @invariant()
    def what_is_not_due_is_refused(self) -> None:
        """Once in each phase somebody presses all of it, and not a row is another one."""
        self.phase = self.case.phase
        if self.phase in self.pressed:
            return
        self.pressed.add(self.phase)
        self.known = everything()
        verbs = self.verbs()
        assert set(verbs) | DUTIES == set(CASE.steps)
        for verb, act in verbs.items():
            if self.may(verb):
                continue
            try:
                act(case_no=self.no, now=self.now)
            except Refused:
                continue
            assert verb == "release", f"{verb} was done in {self.phase}"  # to let go of what nobody has does nothing
        self.same(f"what is not due in {self.phase}")

    def verbs(self) -> dict[str, Callable[..., Any]]:
        by, second = self.by, int(self.by["second_supervisor"].id or 0)

        def of(act: Callable[..., Any], who: str, **said: Any) -> Callable[..., Any]:
            actor = self.applicant if who == "applicant" else by[who]
            return lambda **asked: act(**said, by=actor, **asked)

        stop = {"kind": "hearing", "basis": "规程", "expected_days": 3}
        question = {"department": "police", "question": "？", "papers": [], "due_on": self.today + timedelta(days=1)}
        two: dict[str, Any] = {"reason": "重复", "second_by": second, "second_may": True}
        good = [cases.Verdict(code, True) for code in ("id", "lease", "photo")]
        return {
            "change": of(cases.change, "applicant", form={"name": "大镇书店"}),
            "submit": of(cases.submit, "applicant"),
            "return": of(cases.send_back, "pre_reviewer", verdicts=[cases.Verdict("id", False, "不清楚")]),
            "pass": of(cases.pass_on, "pre_reviewer", verdicts=good),
            "expect": of(cases.expect, "applicant", appointment="K7"),
            "expect_no_more": of(cases.expect_no_more, "applicant"),
            "receive": of(receive, "receiver"),
            "notice": of(cases.give_notice, "receiver", missing_now=[Missing("lease", "缺")]),
            "supplement": of(cases.supplement, "applicant"),
            "refuse": of(cases.refuse, "receiver", reason="不归我们管"),
            "accept": of(cases.accept, "receiver"),
            "hand_over": of(folders.hand_over, "receiver"),
            "take": of(cases.take, "reviewer"),
            "release": of(cases.release, "reviewer"),
            "urge": of(cases.urge, "supervisor", note="今天办结"),
            "hand_on": of(cases.hand_on, "supervisor", to=second, may=True, why="休假"),
            "hand_to_department": of(
                cases.hand_to_department, "supervisor", department="police", may=True, why="归公安"
            ),
            "opine": of(cases.opine, "reviewer", says="grant"),
            "sign_for": of(folders.sign_for, "reviewer"),
            "refuse_papers": of(folders.refuse_papers, "reviewer", why="少一份"),
            "consult": of(cases.consult, "reviewer", **question),
            "answer_consult": of(answer, "approver"),
            "plan_visit": of(plan_visit, "reviewer"),
            "move_visit": of(move_visit, "reviewer"),
            "cancel_visit": of(cancel_visit, "reviewer"),
            "ask_visit": of(ask_visit, "applicant"),
            "report_visit": of(report_visit, "reviewer"),
            "propose_stop": of(cases.propose_stop, "reviewer", **stop),
            "refuse_stop": of(cases.refuse_stop, "approver", why="不必"),
            "stop_clock": of(cases.stop_clock, "approver"),
            "resume_clock": of(cases.resume_clock, "reviewer", result="完了"),
            "propose_extension": of(cases.propose_extension, "approver", days=3, reason="复杂"),
            "refuse_extension": of(cases.refuse_extension, "head", why="不必"),
            "extend": of(cases.extend, "head", days=3, reason="复杂"),
            "settle": of(cases.settle_deferred, "reviewer", code="photo"),
            "decide": of(charging.decide, "approver", grant=True),
            "decide_at_once": of(charging.decide_at_once, "receiver", grant=True),
            "pay": of(paying.at_window, "issuer", means="card"),
            "waive": of(paying.waive, "supervisor", **two),
            "reassess": of(reassessing.reassess, "supervisor", form={"copies": "2"}, **two),
            "issue": of(conclude.issue, "issuer"),
            "shelve": of(conclude.shelve, "issuer", place="A-1"),
            "post": of(cases.post, "issuer", waybill="SF1"),
            "come_back": of(cases.come_back, "issuer", place="A-2"),
            "deliver": of(conclude.hand_over, "issuer", identified=True),
            "check_promise": of(cases.check_promise, "reviewer", code="lease", kept=True),
            "revoke": of(charging.revoke, "approver", code="lease"),
            "lift_bar": of(cases.lift_bar, "supervisor", code="lease", reason="补了"),
            "withdraw": of(cases.withdraw, "applicant"),
            "agree": of(cases.agree, "second_supervisor", verb="terminate"),
            "terminate": of(charging.terminate, "supervisor", **two),
        }


class CostlyMachine(CaseMachine):
    """One that has to be paid for, from the department on."""

    starts = ("in_review", "owing")


class CountedMachine(CaseMachine):
    """One that costs by the copy, which may have been put down wrong."""

    starts = ("owing_by_copy",)


class InstantMachine(CaseMachine):
    """One that the window settles."""

    starts = ("received",)


class PromiseMachine(CaseMachine):
    """One in which a promise stands for the lease: it is checked after all."""

    starts = ()  # where it lies ready is no place of its own

    def begins_promised(self) -> Any:
        """Granted on it, and laid ready."""
        case, clerk = self.matters.opened(), self.by["receiver"]
        for code, channel in (("id", "scan"), ("photo", "scan"), ("lease", "promise")):
            add: dict[str, Any] = {"code": code, "channel": channel, "consent": True, "by": clerk, "now": self.now}
            cases.add_material(case_no=case.no, **add)
        cases.receive(case_no=case.no, by=clerk, now=self.now)
        cases.accept(case_no=case.no, by=clerk, now=self.now)
        cases.hand_over(case_no=case.no, by=clerk, now=self.now)
        cases.opine(case_no=case.no, says="grant", by=self.by["reviewer"], now=self.now)
        cases.decide(case_no=case.no, grant=True, by=self.by["approver"], now=self.now)
        conclude.issue(case_no=case.no, by=self.by["issuer"], now=self.now)
        return conclude.shelve(case_no=case.no, place="A-1", by=self.by["issuer"], now=self.now)

    @precondition(lambda self: False)
    @rule(dies=st.integers(0, 40))
    def is_found_untrue(self, dies: int) -> None:
        said: dict[str, Any] = {"code": "lease", "kept": False, "ground": "untrue", "reason": "没有这个店"}
        assert self.take("check_promise", cases.check_promise, dies, **said, by=self.by["reviewer"])

    @precondition(lambda self: False)
    @rule(dies=st.integers(0, 40))
    def is_revoked(self, dies: int) -> None:
        assert self.take("revoke", charging.revoke, dies, code="lease", by=self.by["approver"])

    @precondition(lambda self: False)
    @rule(dies=st.integers(0, 40))
    def is_lifted(self, dies: int) -> None:
        assert self.take("lift_bar", cases.lift_bar, dies, code="lease", reason="补了", by=self.by["supervisor"])


class LotMachine(CaseMachine):
    """One whose places are drawn by lot: its days are those of the law from the day of the draw on."""

    starts = ()  # where it waits for the draw is no place of its own

    @precondition(lambda self: False)
    @rule(dies=st.integers(0, 40))
    def a_round_is_published(self, dies: int) -> None:
        """It was accepted before, and takes part."""
        days = {"opens_on": self.today, "closes_on": self.today, "draw_on": self.today + timedelta(days=7)}
        asked = cases.propose_round(item_code="pension", places=1, by=self.by["supervisor"], now=self.now, **days)
        publish = {"round_id": asked.pk, "by": self.by["second_supervisor"]}
        self.whole(cases.publish_round, dies, **publish)
        self.law.accepted = days["draw_on"]

    @precondition(lambda self: False)
    @rule(dies=st.integers(0, 40))
    def is_drawn(self, dies: int) -> None:
        row = QuotaRound.objects.get(published_at__isnull=False)
        cases.opine(case_no=self.no, says="grant", text="", by=self.by["reviewer"], now=self.now)
        self.now += timedelta(days=7)
        self.whole(cases.close_list, dies, round_id=row.pk, today=self.today, by=self.by["supervisor"])
        self.whole(cases.draw_round, dies, round_id=row.pk, today=self.today, by=self.by["second_supervisor"])
        assert QuotaEntry.objects.get(case__no=self.no).state == "drawn"

    def whole(self, act: Callable[..., Any], dies: int, **asked: Any) -> None:
        """What dies on the way leaves nothing behind, and is sent again."""
        self.known = everything()
        try:
            with dying(dies):
                act(now=self.now, **asked)
        except Died:
            self.same(f"{act.__name__}, killed,")
            act(now=self.now, **asked)
        self.known = None


# Ways that dice seldom go, each step as the machine knows it: from where, and what happens. Each dies once on its way.
WAYS: tuple[tuple[type[CaseMachine], str, tuple[tuple[str, dict[str, Any]], ...]], ...] = (
    (CaseMachine, "filled", (("submits", {}), ("pre_reviews", {"good": False}), ("submits", {}))),
    (CaseMachine, "passed", (("brings_the_papers_at_a_time", {}), ("does_not_come_after_all", {}))),
    (CaseMachine, "received", (("a_day_becomes_a_holiday", {"days": 1}), ("refuses", {}))),
    (CaseMachine, "untold", (("duties_come", {}),)),
    (CaseMachine, "wanting", (("uploads", {"codes": {"lease"}, "further": False}), ("supplements", {}))),
    # Nobody was reminded meanwhile: so they are now, with some days more, and only then it ends.
    (CaseMachine, "lapsing", (("duties_come", {}), ("time_passes", {"hours": 200}), ("duties_come", {}))),
    (CaseMachine, "tolerant", (("gets_what_was_owed", {}),)),
    (CaseMachine, "tolerant", (("time_passes", {"hours": 72}), ("duties_come", {}))),
    (CaseMachine, "in_review", (("does_not_sign", {"who": "reviewer"}),)),
    (CaseMachine, "in_review", (("signs_for_the_papers", {"who": "reviewer"}), ("urges", {}), ("extends", {"days": 3}))),
    (CaseMachine, "in_review", (
        ("asks_for_an_extension", {"days": 3}), ("does_not_extend", {}), ("asks_for_an_extension", {"days": 2}),
        ("extends", {"days": 2}),
    )),
    (CaseMachine, "in_review", (
        ("takes_it", {"who": "reviewer", "over": False}), ("asks_another_department", {"days": 1}),
        ("the_other_department_answers", {"says": "refuse", "who": "approver"}),
        ("lets_go_of_it", {"who": "reviewer", "may": False}), ("gives_it_to_a_colleague", {"to": "approver", "may": True}),
    )),
    (CaseMachine, "in_review", (
        ("plans_a_visit", {}), ("goes_on_with_a_visit", {"verb": "move", "who": "reviewer"}),
        ("goes_on_with_a_visit", {"verb": "ask", "who": "reviewer"}),
        ("goes_on_with_a_visit", {"verb": "report", "who": "reviewer"}),
    )),
    (CaseMachine, "in_review", (("plans_a_visit", {}), ("goes_on_with_a_visit", {"verb": "cancel", "who": "reviewer"}))),
    (CaseMachine, "in_review", (("goes_to_another_department", {"to": "police", "may": True}), ("hands_over", {}))),
    (CaseMachine, "proposed", (("another_agrees_or_does_not", {"yes": False, "who": "approver"}),)),
    (CaseMachine, "proposed", (
        ("another_agrees_or_does_not", {"yes": True, "who": "approver"}),
        ("goes_to_another_department", {"to": "police", "may": True}), ("lets_it_run", {}),
    )),
    (CaseMachine, "in_review", (("ends_early", {"how": "withdraw", "second": True}),)),
    (CaseMachine, "in_review", (
        ("agrees_to_what_takes_two", {"verb": "terminate"}), ("ends_early", {"how": "terminate", "second": True}),
    )),
    (CaseMachine, "refused", (("hands_out", {}),)),
    (CaseMachine, "refused", (("is_posted", {}), ("comes_back", {}), ("hands_out", {}))),
    (CaseMachine, "ready", (("is_posted", {}), ("comes_back", {}), ("hands_out", {}))),
    (CostlyMachine, "owing", (("lets_the_fee_off", {"second": True, "may": True}), ("issues", {"who": "issuer"}))),
    (CostlyMachine, "owing", (("pays", {}), ("issues", {"who": "issuer"}), ("shelves", {}))),
    (CountedMachine, "owing_by_copy", (
        ("computes_the_fee_anew", {"copies": 2, "second": True, "may": True}), ("pays", {}),
        ("computes_the_fee_anew", {"copies": 5, "second": True, "may": True}), ("pays", {}), ("issues", {"who": "issuer"}),
    )),
    (CountedMachine, "owing_by_copy", (
        ("pays", {}), ("computes_the_fee_anew", {"copies": 1, "second": True, "may": True}), ("issues", {"who": "issuer"}),
    )),
    (PromiseMachine, "promised", (("hands_out", {}), ("is_found_untrue", {}), ("is_revoked", {}), ("is_lifted", {}))),
    (CaseMachine, "wanting", (("refuses", {}),)),
    (LotMachine, "in_review", (("a_round_is_published", {}), ("is_drawn", {}))),
    (InstantMachine, "received", (("settles_it_on_the_spot", {"grant": True}),)),
)  # fmt: skip


def goes(machine: type[CaseMachine], start: str, way: tuple[tuple[str, dict[str, Any]], ...]) -> None:
    """One way, and after each step what is so at any time."""
    machine.start = start
    walker = machine()
    try:
        walker.begins()
        for name, said in (("", {}), *way):
            if name:
                killed = {} if name in ("time_passes", "a_day_becomes_a_holiday") else {"dies": 7}
                getattr(walker, name)(**killed, **said)
            for each in walker.invariants:
                each.function(walker)
    finally:
        walker.teardown()


def run(machine: type[CaseMachine], matters: Matters, *, dice: bool) -> None:
    machine.matters = matters
    for of, start, way in WAYS:
        if of is machine:
            goes(machine, start, way)
    for place in machine.starts if dice else ():
        machine.start = place
        run_state_machine_as_test(machine, settings=SHORT)


@pytest.mark.parametrize("dice", [False, True])
def test_a_case_under_law_clock_and_death(matters: Matters, dice: bool) -> None:
    """Walks from every place, of a matter that is free, of ones that cost, of one that is settled at once: together they come to
    every verb and every phase. A new verb of `CASE` that no walk knows fails here.
    """
    Department.objects.create(code="police", name_zh="公安局", name_en="Police")
    Machine.seen, Machine.pressed = set(), set()
    run(CaseMachine, matters, dice=dice)
    matters.costs()
    run(CostlyMachine, matters, dice=dice)
    matters.costs_by_copy()
    run(CountedMachine, matters, dice=dice)
    papers = [{**each, "by_promise": SAID} if each["code"] == "lease" else each for each in SHOP["materials"]]
    Item.objects.filter(code="pension").update(handling=SHOP | {"materials": papers})
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    run(PromiseMachine, matters, dice=dice)
    Item.objects.filter(code="pension").update(handling=SHOP | {"quota": {"by": "draw"}})
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    run(LotMachine, matters, dice=dice)
    Item.objects.filter(code="pension").update(handling=SHOP | {"instant": True})
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    run(InstantMachine, matters, dice=dice)

    missed = sorted(set(CASE.steps) - Machine.seen)
    assert missed == [], ", ".join(missed)
    assert sorted(set(CASE.states) - PASSES - Machine.pressed) == []
