"""The model of a case: what the law says of it in a few lines of its own, how a step is tried, and what is so after each.

The verbs are in `machine_front.py` and `machine_back.py`; `test_machine.py` lets hypothesis drive them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from banshi.journeys.case import charging, conclude, due, folders
from banshi.journeys.hall import national_days
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import DayInfo
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import dues
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case, CaseEvent
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.delivery.models import Delivery, FolderMove, PaperFolder
from banshi.rooms.fees.models import Charge
from banshi.rooms.messaging.models import Message
from tests.matters import FORM, Matters
from tests.rooms.cases.test_walks import holds
from tests.town import TUESDAY_NINE

KEPT = ("cases", "delivery", "fees", "library", "messaging", "audit")  # rooms whose tables a step writes
# Steps that whoever applied hears of; the others are the hall's own.
TOLD = {
    "return", "pass", "receive", "notice", "supplement", "lapse", "refuse", "accept", "deem", "unmet", "settle", "stop_clock",
    "resume_clock", "extend", "decide", "pay", "waive", "shelve", "post", "come_back", "close", "withdraw", "terminate",
}  # fmt: skip
ONCE = ("acceptance", "grant", "refusal", "licence", "non_acceptance", "withdrawal", "termination")


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


@dataclass
class Law:
    """What the model knows: when it was accepted, when its clock stood, by how much it was put off, who did what."""

    accepted: date | None = None
    stood: list[tuple[date, date | None]] = field(default_factory=list)
    more: int = 0
    owed: set[str] = field(default_factory=set)
    receiver: str = ""
    giver: str = ""  # of the papers, while nobody has signed for them
    proposer: str = ""  # of a stop of the clock that nobody has agreed to
    asked: str = ""  # the department whose answer is waited for

    def day(self, limit: int, *, today: date) -> date:
        """Working days from the acceptance on, one by one, without those on which the clock stood."""
        assert self.accepted is not None
        on, left, calendar = self.accepted, limit + self.more, work_calendar()
        while left:
            on += timedelta(days=1)
            stood = any(since < on <= (until or today) for since, until in self.stood)
            left -= calendar.is_working(on) and not stood
        return on


class Machine(RuleBasedStateMachine):
    """A case, what is known of it, and how somebody tries a step. `seen`: verbs that were taken; `pressed`: phases in which
    every verb was tried that is not of them.
    """

    matters: ClassVar[Matters]
    seen: ClassVar[set[str]]
    pressed: ClassVar[set[str]]
    start: ClassVar[str]  # so many walks from each place, so that they come to every end
    starts: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now, self.law = TUESDAY_NINE, Law()
        self.by, self.applicant = self.matters.by, self.matters.applicant
        self.known: dict[str, str] | None = None  # all rows, where nothing was written since
        self.no, self.phase, self.owes, self.steps = "", "", False, 0

    @initialize()
    def begins(self) -> None:
        case = getattr(self, f"begins_{self.start}")()
        self.no, self.phase = case.no, case.phase
        if case.received_at is not None:
            self.law.receiver = str(self.by["receiver"])
            folders.make(case_no=self.no, by=self.by["receiver"], now=self.now)
        if case.accepted_at is not None:
            self.law.accepted = self.day_of(case.accepted_at)
        if case.handovers.filter(signed_at=None, refused_at=None).exists():
            self.law.giver = self.law.receiver

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # ---- where walks begin ----

    def begins_draft(self) -> Case:
        return self.matters.opened()  # type: ignore[no-any-return]

    def begins_filled(self) -> Case:
        """A draft with its papers: one step from being sent."""
        case = self.begins_draft()
        for code in ("id", "lease", "photo"):
            cases.add_material(case_no=case.no, code=code, channel="upload", by=self.applicant, now=self.now)
        return case

    def begins_passed(self) -> Case:
        case = self.begins_filled()
        cases.submit(case_no=case.no, by=self.applicant, now=self.now)
        good = [cases.Verdict(code, True) for code in ("id", "lease", "photo")]
        return cases.pass_on(case_no=case.no, verdicts=good, by=self.by["pre_reviewer"], now=self.now)

    def begins_received(self) -> Case:
        return self.matters.received()  # type: ignore[no-any-return]

    def begins_untold(self) -> Case:
        """Received, and the days to say what is missing are over."""
        case = self.begins_received()
        self.now += timedelta(days=10)
        return case

    def begins_lapsing(self) -> Case:
        """What was missing did not come in time."""
        case = self.begins_wanting()
        self.now += timedelta(days=30)
        return case

    def begins_wanting(self) -> Case:
        """Received without its lease, and told so."""
        case = self.matters.received(papers=("id",))
        told: dict[str, Any] = {"missing_now": [Missing("lease", "缺")], "by": self.by["receiver"]}
        return cases.give_notice(case_no=case.no, now=self.now, **told)

    def begins_tolerant(self) -> Case:
        """Accepted, its photo to follow until tomorrow."""
        case = self.matters.received(papers=("id", "lease"))
        self.law.owed.add("photo")
        until = [("photo", self.today + timedelta(days=1))]
        return cases.accept(case_no=case.no, deferred=until, by=self.by["receiver"], now=self.now)

    def begins_in_review(self) -> Case:
        return self.matters.in_review()  # type: ignore[no-any-return]

    def begins_proposed(self) -> Case:
        """A stop of the clock is proposed."""
        case = self.begins_in_review()
        self.law.proposer = str(self.by["reviewer"])
        stop: dict[str, Any] = {"kind": "hearing", "basis": "规程", "expected_days": 3, "by": self.by["reviewer"]}
        return cases.propose_stop(case_no=case.no, now=self.now, **stop)

    def begins_stopped(self) -> Case:
        case = self.begins_in_review()
        self.law.stood.append((self.today, None))
        return self.matters.stop(case)  # type: ignore[no-any-return]

    def begins_refused(self) -> Case:
        return self.matters.decided(grant=False)  # type: ignore[no-any-return]

    def begins_owing(self) -> Case:
        return self.matters.owing()  # type: ignore[no-any-return]

    def begins_owing_by_copy(self) -> Case:
        """Granted, and three copies to be paid for."""
        case = self.matters.in_review(form={**FORM, "copies": "3"})
        cases.opine(case_no=case.no, says="grant", text="", by=self.by["reviewer"], now=self.now)
        return charging.decide(case_no=case.no, grant=True, by=self.by["approver"], now=self.now)

    def begins_ready(self) -> Case:
        case = self.matters.decided()
        conclude.issue(case_no=case.no, by=self.by["issuer"], now=self.now)
        return conclude.shelve(case_no=case.no, place="A-1", by=self.by["issuer"], now=self.now)

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

    def same(self, why: str) -> None:
        """Nothing was left behind."""
        now = everything()
        left = sorted(table for table, sum_ in now.items() if self.known is None or self.known[table] != sum_)
        assert left == [], f"{why} left something in {left}"

    def take(self, verb: str, act: Callable[..., Any], dies: int = 0, never: bool = False, /, **asked: Any) -> bool:
        """Whether it was done. What is refused, or dies on the way, leaves nothing behind; what died is sent again.

        :param dies: at which of its statements the process is killed at its first try; 0: it lives. :param never: the law
            forbids it, whatever the table of phases says.
        """
        was = self.case.phase
        self.known = self.known or everything()
        asked = {"case_no": self.no, "now": self.now, **asked}
        try:
            with dying(dies):
                act(**asked)
        except Refused:
            self.same(f"{verb}, refused,")
            return False
        except Died:
            self.same(f"{verb}, killed,")
            return self.take(verb, act, 0, never, **asked)
        self.known = None
        assert was in CASE.of(verb), f"{verb} from {was}"
        assert not never, f"{verb} is forbidden here"
        self.seen.add(verb)
        return True

    # ---- time ----

    @precondition(lambda self: self.steps % 2 == 1 or self.phase in CASE.ends)
    @rule(hours=st.sampled_from([1, 3, 24, 24, 72, 200]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.steps % 3 != 0)
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
        self.known = everything()
        due.run(now=self.now)
        cases.recount(now=self.now)
        self.same("duties that came twice")
        if phase == "received" and self.case.phase == "accepted":
            self.law.accepted = self.day_of(received)

    @precondition(lambda self: self.steps % 9 == 4)
    @rule(days=st.integers(1, 5))
    def a_day_becomes_a_holiday(self, days: int) -> None:
        """Everything that is waited for is counted anew."""
        day = DayInfo(self.today + timedelta(days=days), "restday", "节", "Holiday")
        national_days.take_over(days=(day,), notice="测试", by=SYSTEM, now=self.now)
        cases.recount(now=self.now)
        self.known = None

    # ---- what is so at any time ----

    @invariant()
    def the_story_holds(self) -> None:
        case = self.case
        self.phase, self.owes, self.steps = case.phase, case.fee_due_on is not None, self.steps + 1
        self.seen.update(case.events.exclude(verb="open").values_list("verb", flat=True))
        holds(case)

    @invariant()
    def the_days_are_those_of_the_law(self) -> None:
        case = self.case
        assert (case.accepted_at is None) == (self.law.accepted is None)
        if case.phase in ("accepted", "in_review") and case.stopped_at is None:
            assert case.due_promised == self.law.day(4, today=self.today)
            assert case.due_statutory == self.law.day(20, today=self.today)
            anew = dues(case, now=self.now)
            assert {name: getattr(case, name) for name in anew} == anew

    @invariant()
    def it_has_one_owner_or_none(self) -> None:
        case = self.case
        assert (case.locked_by_id is None) == (case.locked_until is None)
        assert case.stops.filter(ended_at=None).count() <= 1
        assert case.handovers.filter(signed_at=None, refused_at=None).count() == bool(self.law.giver)
        if case.phase in CASE.ends:
            assert case.outcome
            assert case.locked_by_id is None

    @invariant()
    def each_paper_is_given_once_and_each_step_is_told(self) -> None:
        kinds = list(self.case.papers.values_list("kind", flat=True))
        numbers = list(self.case.papers.values_list("number", flat=True))
        assert len(numbers) == len(set(numbers))
        assert [kind for kind in ONCE if kinds.count(kind) > 1] == []
        messages = Message.objects.filter(subject=f"case:{self.no}")
        unsaid = messages.filter(dedupe__startswith="unsaid:")
        told = {mark.split(":")[3] for mark in messages.exclude(pk__in=unsaid).values_list("dedupe", flat=True)}
        events = list(CaseEvent.objects.filter(case__no=self.no, verb__in=TOLD).values_list("verb", "seq"))
        at_once = {"accept"} if self.case.instant else set()  # the message is that of the decision
        # Posted before it was said that it lies ready: the waybill says both.
        posted = max((seq for verb, seq in events if verb == "post"), default=0)
        by_waybill = posted if unsaid.filter(key__in=["case_ready", "case_to_post"]).exists() else 0
        left = [(verb, seq) for verb, seq in events if str(seq) not in told and verb not in at_once]
        assert [verb for verb, seq in left if verb != "shelve" or seq > by_waybill] == []

    @invariant()
    def its_papers_lie_in_one_place(self) -> None:
        live = list(PaperFolder.objects.filter(case__no=self.no, ended_at=None))
        assert [sum(each.follows_id is None for each in live), len(live)] in ([0, 0], [1, 1], [1, 2])
        for folder in live:
            trail = list(FolderMove.objects.filter(folder=folder).order_by("seq"))
            assert [move.seq for move in trail] == list(range(1, folder.moves + 1))
            assert (trail[-1].place, trail[-1].spot, trail[-1].holder_id) == (
                folder.place,
                folder.spot,
                folder.holder_id,
            )
            if self.law.giver and "hand_over" in {move.deed for move in trail}:
                assert folder.place == "sent"

    @invariant()
    def its_code_opens_once_and_its_fee_is_asked_once(self) -> None:
        case, row = self.case, Delivery.objects.filter(case__no=self.no).first()
        assert (row is not None and row.state == "ready") == (case.phase == "ready")
        assert bool(row is not None and row.open_code) == (case.phase == "ready")
        asked = Charge.objects.filter(case_no=self.no)
        assert asked.filter(state="due").count() <= 1
        assert asked.count() <= 1 + case.events.filter(verb="reassess").count()
