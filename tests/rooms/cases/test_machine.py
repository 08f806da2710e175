"""Model-based: hypothesis drives a case through every verb, with clocks that run, duties that come late or twice, and processes
that die at any statement. The model beside it knows the law in a few lines of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from banshi.journeys.case import charging, conclude, due, paying
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.lifecycle import CASE
from tests.matters import Matters
from tests.rooms.cases.test_walks import holds
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
PAPERS = ("id", "lease", "photo", "plan")
SOME = st.one_of(st.just({"id", "lease", "photo"}), st.sets(st.sampled_from(PAPERS)))
KEPT = ("cases", "delivery", "fees", "library", "messaging", "audit")  # rooms whose tables a step writes
SHORT = settings(
    max_examples=8, stateful_step_count=45, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


class Died(BaseException):  # nobody catches a kill
    """The process was killed here."""


@contextmanager
def dying(at: int) -> Iterator[None]:
    """Dies instead of sending its statement number `at`; never where there are fewer."""
    sent = 0

    def wrapper(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal sent
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):  # they stand for begin and commit in this test
            return execute(sql, params, many, context)
        sent += 1
        if sent == at:
            raise Died
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def everything() -> dict[str, str]:
    """A sum over all rows of each table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND split_part(tablename, '_', 1) = ANY(%s)",
            [list(KEPT)],
        )
        tables = sorted(name for (name,) in cursor.fetchall())
        parts = (
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) FROM {name} t"
            for name in tables
        )
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def changed_since(before: dict[str, str]) -> list[str]:
    return sorted(table for table, sum_ in everything().items() if before[table] != sum_)


@dataclass
class Law:
    """What the model knows: when it was accepted, when its clock stood, by how much it was put off, who did what."""

    accepted: date | None = None
    stood: list[tuple[date, date | None]] = field(default_factory=list)
    more: int = 0
    owed: set[str] = field(default_factory=set)
    receiver: str = ""

    def day(self, limit: int, *, today: date) -> date:
        """Working days from the acceptance on, one by one, without those on which the clock stood."""
        assert self.accepted is not None
        on, left, calendar = self.accepted, limit + self.more, work_calendar()
        while left:
            on += timedelta(days=1)
            stood = any(since < on <= (until or today) for since, until in self.stood)
            left -= calendar.is_working(on) and not stood
        return on


class CaseMachine(RuleBasedStateMachine):
    matters: ClassVar[Matters]
    seen: ClassVar[set[str]]
    start: ClassVar[str]  # so many walks from each place, so that they come to every end
    starts: ClassVar[tuple[str, ...]] = ("draft", "filled", "received", "in_review")

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now, self.law = TUESDAY_NINE, Law()
        self.by = self.matters.by
        self.no, self.phase, self.owes, self.steps = "", "", False, 0

    @initialize()
    def begins(self) -> None:
        makes = {"draft": self.matters.opened, "received": self.matters.received, "in_review": self.matters.in_review,
                 "owing": self.matters.owing}  # fmt: skip
        case = makes[self.start]() if self.start in makes else self.filled()
        self.no, self.phase = case.no, case.phase
        if case.received_at is not None:
            self.law.receiver = str(self.by["receiver"])
        if case.accepted_at is not None:
            self.law.accepted = self.today

    def filled(self) -> Case:
        """A draft with its papers: one step from being sent."""
        case = self.matters.opened()
        for code in ("id", "lease", "photo"):
            cases.add_material(case_no=case.no, code=code, channel="upload", by=self.matters.applicant, now=self.now)
        return Case.objects.get(pk=case.pk)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # ---- how a step is taken ----

    @property
    def case(self) -> Case:
        return Case.objects.get(no=self.no)

    @property
    def today(self) -> date:
        return self.day_of(self.now)

    def day_of(self, at: datetime | None) -> date:
        assert at is not None
        return at.astimezone(TUESDAY_NINE.tzinfo).date()

    def may(self, verb: str) -> bool:
        return self.phase in CASE.of(verb)

    def take(self, verb: str, act: Callable[..., Any], dies: int = 0, **asked: Any) -> bool:
        """Whether it was done. What is refused, or dies on the way, leaves nothing behind; what died is sent again.

        :param dies: at which of its statements the process is killed at its first try; 0: it lives.
        """
        was, before = self.case.phase, everything()
        asked = {"case_no": self.no, "now": self.now, **asked}
        try:
            with dying(dies):
                act(**asked)
        except Refused:
            assert changed_since(before) == [], f"{verb} was refused and left something"
            return False
        except Died:
            assert changed_since(before) == [], f"{verb} died and left half of it"
            return self.take(verb, act, **asked)
        assert was in CASE.of(verb), f"{verb} from {was}"
        self.seen.add(verb)
        return True

    # ---- time ----

    @precondition(lambda self: self.steps % 2 == 1 or self.phase in CASE.ends)
    @rule(hours=st.sampled_from([1, 3, 24, 24, 72, 200]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.steps % 3 == 2)
    @rule(dies=st.integers(0, 40))
    def duties_come(self, dies: int) -> None:
        """Whatever is due is done once, however often and after whatever death it is asked for."""
        phase, received = self.case.phase, self.case.received_at
        try:
            with dying(dies):
                due.run(now=self.now)
        except Died:
            due.run(now=self.now)
        cases.recount(now=self.now)
        done = everything()
        due.run(now=self.now)
        cases.recount(now=self.now)
        assert changed_since(done) == [], "duties that came twice"
        if phase == "received" and self.case.phase == "accepted":
            self.law.accepted = self.day_of(received)
            self.seen.add("deem")
        if self.case.outcome == "lapsed":
            self.seen.add("lapse")

    # ---- whoever applies ----

    @precondition(lambda self: self.may("change"))
    @rule(codes=st.sets(st.sampled_from(PAPERS), min_size=2), further=st.booleans(), dies=st.integers(0, 30))
    def uploads(self, codes: set[str], further: bool, dies: int) -> None:
        for code in sorted(codes):
            self.take(
                "change",
                cases.add_material,
                dies,
                code=code,
                channel="upload",
                further=further,
                by=self.matters.applicant,
            )

    @precondition(lambda self: self.may("submit"))
    @rule(dies=st.integers(0, 40))
    def submits(self, dies: int) -> None:
        self.take("submit", cases.submit, dies, by=self.matters.applicant)

    @precondition(lambda self: self.may("supplement"))
    @rule(dies=st.integers(0, 40))
    def supplements(self, dies: int) -> None:
        self.take("supplement", cases.supplement, dies, by=self.matters.applicant)

    # ---- pre-review and window ----

    @precondition(lambda self: self.may("pass"))
    @rule(good=st.booleans(), dies=st.integers(0, 40))
    def pre_reviews(self, good: bool, dies: int) -> None:
        by, came = self.by["pre_reviewer"], sorted(set(self.case.materials.values_list("code", flat=True)))
        verdicts = [cases.Verdict(code, good, "" if good else "不清楚") for code in came]
        if good:
            self.take("pass", cases.pass_on, dies, verdicts=verdicts, by=by)
        else:
            self.take("return", cases.send_back, dies, verdicts=verdicts, by=by)

    @precondition(lambda self: self.may("receive"))
    @rule(codes=SOME, who=st.sampled_from(["receiver", "approver"]), dies=st.integers(0, 60))
    def receives(self, codes: set[str], who: str, dies: int) -> None:
        counted = [cases.Counted(code) for code in sorted(codes)]
        if self.take("receive", cases.receive, dies, materials=counted, by=self.by[who]):
            self.law.receiver = str(self.by[who])

    @precondition(lambda self: self.may("notice"))
    @rule(code=st.sampled_from(PAPERS), second=st.booleans(), dies=st.integers(0, 60))
    def tells_what_is_missing(self, code: str, second: bool, dies: int) -> None:
        self.take(
            "notice", cases.give_notice, dies, missing_now=[Missing(code, "缺")], by=self.by["receiver"],
            second_by=int(self.matters.staff["supervisor"].pk), second_may=second,
        )  # fmt: skip

    @precondition(lambda self: self.may("accept"))
    @rule(days=st.integers(-1, 6), count=SOME, seen=st.booleans(), dies=st.integers(0, 60))
    def accepts(self, days: int, count: set[str], seen: bool, dies: int) -> None:
        """With the photo to follow in so many days; none: -1."""
        came = sorted(set(self.case.materials.values_list("code", flat=True)) | count)
        deferred = [("photo", self.today + timedelta(days=days))] if days >= 0 else []
        until = self.case.notice_due_on
        done = self.take(
            "accept", cases.accept, dies, deferred=deferred, by=self.by["receiver"],
            materials=[cases.Counted(code) for code in sorted(count)],
            verdicts=[cases.Verdict(code, True) for code in came] if seen else [],
        )  # fmt: skip
        if done:
            late = until is not None and until < self.today  # nobody said anything in time: it counts since its receipt
            self.law.accepted = self.day_of(self.case.received_at) if late else self.today
            if deferred and "photo" not in came:
                self.law.owed.add("photo")

    @precondition(lambda self: self.may("hand_over"))
    @rule(dies=st.integers(0, 40))
    def hands_over(self, dies: int) -> None:
        self.take("hand_over", cases.hand_over, dies, by=self.by["receiver"])

    # ---- department ----

    @precondition(lambda self: self.may("opine"))
    @rule(says=st.sampled_from(["grant", "refuse", "note"]), dies=st.integers(0, 30))
    def opines(self, says: str, dies: int) -> None:
        self.take("opine", cases.opine, dies, says=says, text="看过", by=self.by["reviewer"])

    @precondition(lambda self: self.may("stop_clock") and self.steps % 4 == 1)
    @rule(dies=st.integers(0, 40))
    def stops_the_clock(self, dies: int) -> None:
        """Proposed by one, approved by another."""
        asked = {"kind": "hearing", "basis": "规程", "expected_days": 3, "by": self.by["reviewer"]}
        proposed = self.take("propose_stop", cases.propose_stop, dies, **asked)
        if proposed and self.take("stop_clock", cases.stop_clock, dies, by=self.by["approver"]):
            self.law.stood.append((self.today, None))

    @precondition(lambda self: bool(self.law.stood and self.law.stood[-1][1] is None))
    @rule(dies=st.integers(0, 40))
    def lets_it_run(self, dies: int) -> None:
        if self.take("resume_clock", cases.resume_clock, dies, result="完了", by=self.by["reviewer"]):
            self.law.stood[-1] = (self.law.stood[-1][0], self.today)

    @precondition(lambda self: self.may("extend"))
    @rule(days=st.integers(0, 11), dies=st.integers(0, 40))
    def extends(self, days: int, dies: int) -> None:
        if self.take("extend", cases.extend, dies, days=days, reason="复杂", by=self.by["approver"]):
            assert self.law.more == 0, "put off twice"
            assert 1 <= days <= 10
            self.law.more = days

    @precondition(lambda self: bool(self.law.owed) and self.may("settle"))
    @rule(dies=st.integers(0, 40))
    def gets_what_was_owed(self, dies: int) -> None:
        if self.take("settle", cases.settle_deferred, dies, code="photo", by=self.by["reviewer"]):
            self.law.owed.discard("photo")

    @precondition(lambda self: self.may("decide"))
    @rule(
        grant=st.booleans(),
        who=st.sampled_from(["approver", "approver", "receiver", "reviewer"]),
        dies=st.integers(0, 60),
    )
    def decides(self, grant: bool, who: str, dies: int) -> None:
        by = self.by[who]
        if self.take("decide", charging.decide, dies, grant=grant, reason="依规定", by=by):
            assert str(by) != self.law.receiver, "who received it decided"
            assert not (grant and self.law.owed), "granted while a paper is owed"

    # ---- result ----

    @precondition(lambda self: self.owes)
    @rule(dies=st.integers(0, 60))
    def pays(self, dies: int) -> None:
        self.take("pay", paying.at_window, dies, means="card", by=self.by["issuer"])

    @precondition(lambda self: self.may("issue"))
    @rule(who=st.sampled_from(["issuer", "issuer", "approver"]), dies=st.integers(0, 60))
    def issues(self, who: str, dies: int) -> None:
        owes = self.owes
        if self.take("issue", conclude.issue, dies, by=self.by[who]):
            assert not owes, "made before it was paid"

    @precondition(lambda self: self.may("shelve"))
    @rule(dies=st.integers(0, 40))
    def shelves(self, dies: int) -> None:
        self.take("shelve", conclude.shelve, dies, place="A-1", by=self.by["issuer"])

    @precondition(lambda self: self.may("deliver"))
    @rule(dies=st.integers(0, 60))
    def hands_out(self, dies: int) -> None:
        self.take("deliver", conclude.hand_over, dies, identified=True, by=self.by["issuer"])

    @precondition(lambda self: self.may("close"))
    @rule(dies=st.integers(0, 40))
    def closes(self, dies: int) -> None:
        self.take("close", cases.close_refused, dies, by=self.by["issuer"])

    @precondition(lambda self: self.phase not in CASE.ends and self.steps % 12 == 11)
    @rule(how=st.integers(0, 6), second=st.booleans(), dies=st.integers(0, 60))
    def ends_early(self, how: int, second: bool, dies: int) -> None:
        """Now and then."""
        if how == 1:
            self.take("withdraw", cases.withdraw, dies, by=self.matters.applicant)
        elif how == 2:
            self.take("refuse", cases.refuse, dies, reason="不归我们管", by=self.by["receiver"])
        elif how == 3 and self.take(
            "terminate", charging.terminate, dies, reason="重复", second_may=second, by=self.by["supervisor"],
            second_by=int(self.matters.staff["second_supervisor"].pk),
        ):  # fmt: skip
            assert second, "ended by one person"

    @precondition(lambda self: self.steps % 4 == 3)
    @rule(verb=st.sampled_from(["accept", "decide", "issue", "deliver", "submit", "hand_over"]))
    def somebody_presses_what_is_not_due(self, verb: str) -> None:
        acts: dict[str, Callable[..., Any]] = {
            "accept": lambda **k: cases.accept(by=self.by["receiver"], **k),
            "decide": lambda **k: charging.decide(grant=True, by=self.by["approver"], **k),
            "issue": lambda **k: conclude.issue(by=self.by["issuer"], **k),
            "deliver": lambda **k: conclude.hand_over(identified=True, by=self.by["issuer"], **k),
            "submit": lambda **k: cases.submit(by=self.matters.applicant, **k),
            "hand_over": lambda **k: cases.hand_over(by=self.by["receiver"], **k),
        }
        if not self.may(verb):
            assert not self.take(verb, acts[verb])

    # ---- what is so at any time ----

    @invariant()
    def the_story_holds(self) -> None:
        case = self.case
        self.phase, self.owes, self.steps = case.phase, case.fee_due_on is not None, self.steps + 1
        holds(case)

    @invariant()
    def the_days_are_those_of_the_law(self) -> None:
        case = self.case
        assert (case.accepted_at is None) == (self.law.accepted is None)
        if case.phase in ("accepted", "in_review") and case.stopped_at is None:
            assert case.due_promised == self.law.day(4, today=self.today)
            assert case.due_statutory == self.law.day(20, today=self.today)

    @invariant()
    def what_ended_is_over(self) -> None:
        case = self.case
        if case.phase in CASE.ends:
            assert case.outcome
            assert case.locked_by_id is None

    @invariant()
    def each_paper_is_given_once_and_each_message_told_once(self) -> None:
        numbers = list(self.case.papers.values_list("number", flat=True))
        assert len(numbers) == len(set(numbers))
        for kind in ("acceptance", "grant", "refusal", "licence", "non_acceptance", "withdrawal", "termination"):
            assert self.case.papers.filter(kind=kind).count() <= 1, kind


def run(machine: type[CaseMachine], matters: Matters) -> set[str]:
    machine.matters, machine.seen = matters, set()
    for place in machine.starts:
        machine.start = place
        run_state_machine_as_test(machine, settings=SHORT)
    return machine.seen


def test_a_case_under_law_clock_and_death(matters: Matters) -> None:
    seen = run(CaseMachine, matters)

    # The walks are worth nothing where they end early: these they all came to.
    assert seen >= {"change", "submit", "receive", "accept", "hand_over", "opine"}


class CostlyMachine(CaseMachine):
    """One that has to be paid for, from the department on."""

    starts = ("in_review", "owing")


def test_a_case_that_costs_under_law_clock_and_death(matters: Matters) -> None:
    matters.costs()

    seen = run(CostlyMachine, matters)

    assert seen >= {"decide", "pay", "issue", "deliver"}
