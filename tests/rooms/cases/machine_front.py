"""The verbs of whoever applies, of the pre-review and of the window, each with what the law says of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from banshi.journeys.case import charging, folders
from banshi.kernel.actors import Actor
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.receiving import Missing
from tests.rooms.cases.machine import Machine

PAPERS = ("id", "lease", "photo", "plan")
SOME = st.one_of(st.just({"id", "lease", "photo"}), st.sets(st.sampled_from(PAPERS)))


def receive(*, case_no: str, by: Actor, now: datetime, **more: Any) -> None:
    """Received, and its papers laid in their folder."""
    with transaction.atomic():
        case = cases.receive(case_no=case_no, by=by, now=now, **more)
        folders.received(case, by=by, now=now)


class AtTheFront(Machine):
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
                by=self.applicant,
            )

    @precondition(lambda self: self.may("submit"))
    @rule(dies=st.integers(0, 40))
    def submits(self, dies: int) -> None:
        self.take("submit", cases.submit, dies, by=self.applicant)

    @precondition(lambda self: self.may("supplement"))
    @rule(dies=st.integers(0, 40))
    def supplements(self, dies: int) -> None:
        self.take("supplement", cases.supplement, dies, by=self.applicant)

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
        if self.take("receive", receive, dies, materials=counted, by=self.by[who]):
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
        if self.take("hand_over", folders.hand_over, dies, by=self.by["receiver"]):
            self.law.giver = str(self.by["receiver"])

    @precondition(lambda self: self.may("expect"))
    @rule(dies=st.integers(0, 20))
    def brings_the_papers_at_a_time(self, dies: int) -> None:
        assert self.take("expect", cases.expect, dies, appointment="K7", by=self.applicant)

    @precondition(lambda self: self.may("expect_no_more"))
    @rule(dies=st.integers(0, 20))
    def does_not_come_after_all(self, dies: int) -> None:
        assert self.take("expect_no_more", cases.expect_no_more, dies, by=self.applicant)

    @precondition(lambda self: self.may("decide_at_once") and self.case.instant)
    @rule(grant=st.booleans(), dies=st.integers(0, 80))
    def settles_it_on_the_spot(self, grant: bool, dies: int) -> None:
        if self.take(
            "decide_at_once", charging.decide_at_once, dies, grant=grant, reason="依规定", by=self.by["receiver"]
        ):
            self.law.accepted = self.today

    @precondition(lambda self: self.may("refuse") and self.steps % 5 == 3)
    @rule(dies=st.integers(0, 40))
    def refuses(self, dies: int) -> None:
        self.take("refuse", cases.refuse, dies, reason="不归我们管", by=self.by["receiver"])
