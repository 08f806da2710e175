"""The verbs of the department, of the issue window and of those who supervise, each with what the law says of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from banshi.journeys.case import charging, conclude, folders, paying, reassessing
from banshi.kernel.actors import Actor
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Consultation
from banshi.rooms.cases.queries import fee_of
from banshi.rooms.cases.rules.duties import BY_TWO
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.fees.queries import paid_in_all
from tests.rooms.cases import site_visits
from tests.rooms.cases.machine import Machine

SIGNERS = st.sampled_from(["reviewer", "approver", "receiver"])


def answer(*, case_no: str, by: Actor, now: datetime, says: str = "grant") -> None:
    """The department that was asked last says something."""
    row = Consultation.objects.filter(case__no=case_no).order_by("answered_at", "-id").last()
    row = Consultation.objects.filter(case__no=case_no, answered_at=None).first() or row
    said: dict[str, Any] = {"says": says, "text": "看过", "department": "police", "by": by, "now": now}
    cases.answer_consultation(consultation_id=row.pk if row else 0, **said)


class Behind(Machine):
    @property
    def nothing_made(self) -> bool:
        return self.phase == "decided" and bool(self.case.granted)

    # ---- department ----

    @precondition(lambda self: self.may("opine"))
    @rule(says=st.sampled_from(["grant", "refuse", "note"]), dies=st.integers(0, 30))
    def opines(self, says: str, dies: int) -> None:
        if self.take("opine", cases.opine, dies, says=says, text="看过", by=self.by["reviewer"]) and says != "note":
            self.law.proposer = ""  # an opinion takes its place

    @property
    def stands(self) -> bool:
        return bool(self.law.stood and self.law.stood[-1][1] is None)

    @precondition(lambda self: self.may("propose_stop") and self.steps % 4 == 1)
    @rule(who=st.sampled_from(["reviewer", "approver"]), dies=st.integers(0, 40))
    def proposes_to_stop_the_clock(self, who: str, dies: int) -> None:
        asked = {"kind": "hearing", "basis": "规程", "expected_days": 3, "by": self.by[who]}
        if self.take("propose_stop", cases.propose_stop, dies, self.stands, **asked):
            self.law.proposer = str(self.by[who])

    @precondition(lambda self: self.may("stop_clock"))
    @rule(yes=st.booleans(), who=st.sampled_from(["reviewer", "approver"]), dies=st.integers(0, 40))
    def another_agrees_or_does_not(self, yes: bool, who: str, dies: int) -> None:
        by = self.by[who]
        never = self.law.proposer in ("", str(by)) or self.stands
        if yes:
            if self.take("stop_clock", cases.stop_clock, dies, never, by=by):
                self.law.stood.append((self.today, None))
                self.law.proposer = ""
        elif self.take("refuse_stop", cases.refuse_stop, dies, never, why="不必", by=by):
            self.law.proposer = ""

    @precondition(lambda self: self.stands)
    @rule(dies=st.integers(0, 40))
    def lets_it_run(self, dies: int) -> None:
        if self.take("resume_clock", cases.resume_clock, dies, result="完了", by=self.by["reviewer"]):
            self.law.stood[-1] = (self.law.stood[-1][0], self.today)

    @precondition(lambda self: self.may("propose_extension"))
    @rule(days=st.integers(0, 11), dies=st.integers(0, 40))
    def asks_for_an_extension(self, days: int, dies: int) -> None:
        self.take("propose_extension", cases.propose_extension, dies, days=days, reason="复杂", by=self.by["reviewer"])

    @precondition(lambda self: self.may("refuse_extension"))
    @rule(dies=st.integers(0, 40))
    def does_not_extend(self, dies: int) -> None:
        self.take("refuse_extension", cases.refuse_extension, dies, why="不必", by=self.by["head"])

    @precondition(lambda self: self.may("extend"))
    @rule(days=st.integers(0, 11), dies=st.integers(0, 40))
    def extends(self, days: int, dies: int) -> None:
        if self.take("extend", cases.extend, dies, days=days, reason="复杂", by=self.by["head"]):
            assert self.law.more == 0, "put off twice"
            assert 1 <= days <= 10
            self.law.more = days

    @precondition(lambda self: bool(self.law.owed) and self.may("settle"))
    @rule(dies=st.integers(0, 40))
    def gets_what_was_owed(self, dies: int) -> None:
        add: dict[str, Any] = {"case_no": self.no, "code": "photo", "channel": "paper", "by": self.by["receiver"]}
        cases.add_material(now=self.now, **add)
        self.known = None
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
        """A result that lies ready, or a refusal in writing; of a grant that is yet to be made there is nothing."""
        self.take("deliver", conclude.hand_over, dies, self.nothing_made, identified=True, by=self.by["issuer"])

    # ---- papers given and signed for, other departments ----

    @precondition(lambda self: self.may("sign_for"))
    @rule(who=SIGNERS, dies=st.integers(0, 30))
    def signs_for_the_papers(self, who: str, dies: int) -> None:
        by = self.by[who]
        never = self.law.giver in ("", str(by))
        if self.take("sign_for", folders.sign_for, dies, never, by=by):
            self.law.giver = ""

    @precondition(lambda self: self.may("refuse_papers") and self.steps % 3 == 0)
    @rule(who=SIGNERS, dies=st.integers(0, 30))
    def does_not_sign(self, who: str, dies: int) -> None:
        by = self.by[who]
        never = self.law.giver in ("", str(by)) or self.stands
        if self.take("refuse_papers", folders.refuse_papers, dies, never, why="少一份租约", by=by):
            self.law.giver = self.law.proposer = ""

    @precondition(lambda self: self.may("hand_to_department") and self.steps % 5 == 0)
    @rule(to=st.sampled_from(["police", "hrss"]), may=st.booleans(), dies=st.integers(0, 30))
    def goes_to_another_department(self, to: str, may: bool, dies: int) -> None:
        asked = {"department": to, "may": may, "why": "归别的部门", "by": self.by["supervisor"]}
        never = not may or to in (self.case.department.code, self.law.asked) or self.stands
        if self.take("hand_to_department", cases.hand_to_department, dies, never, **asked):
            self.law.giver = self.law.proposer = ""

    @precondition(lambda self: self.may("consult"))
    @rule(days=st.integers(-1, 3), dies=st.integers(0, 30))
    def asks_another_department(self, days: int, dies: int) -> None:
        asked = {"department": "police", "question": "能开店吗？", "papers": ["lease"], "by": self.by["reviewer"]}
        never = self.law.asked == "police" or days < 0 or self.case.department.code == "police"
        if self.take("consult", cases.consult, dies, never, due_on=self.today + timedelta(days=days), **asked):
            self.law.asked = "police"

    @precondition(lambda self: self.may("answer_consult"))
    @rule(
        says=st.sampled_from(["grant", "refuse", "pass"]),
        who=st.sampled_from(["approver", "reviewer"]),
        dies=st.integers(0, 30),
    )
    def the_other_department_answers(self, says: str, who: str, dies: int) -> None:
        never = not self.law.asked or who == "reviewer"  # who asked does not answer
        if self.take("answer_consult", answer, dies, never, says=says, by=self.by[who]):
            self.law.asked = ""

    # ---- the premises ----

    @precondition(lambda self: self.may("plan_visit") and not self.to_visit)
    @rule(dies=st.integers(0, 30))
    def plans_a_visit(self, dies: int) -> None:
        self.take("plan_visit", site_visits.plan_visit, dies, by=self.by["reviewer"])

    @property
    def to_visit(self) -> bool:
        return bool(self.case.site_visits.filter(state="planned").exists())

    @precondition(lambda self: self.may("report_visit") and self.to_visit)
    @rule(verb=st.sampled_from(["move", "cancel", "ask", "report"]), who=st.sampled_from(["reviewer", "issuer"]),
          dies=st.integers(0, 30))  # fmt: skip
    def goes_on_with_a_visit(self, verb: str, who: str, dies: int) -> None:
        act = getattr(site_visits, f"{verb}_visit")
        if verb == "ask":
            self.take("ask_visit", act, dies, by=self.applicant)
        else:
            by = self.by[who if verb == "report" else "reviewer"]
            self.take(f"{verb}_visit", act, dies, verb == "report" and who == "issuer", by=by)

    # ---- those who supervise ----

    @precondition(lambda self: self.may("take") and self.steps % 4 == 0)
    @rule(who=st.sampled_from(["reviewer", "receiver"]), over=st.booleans(), dies=st.integers(0, 20))
    def takes_it(self, who: str, over: bool, dies: int) -> None:
        if self.take("take", cases.take, dies, over=over, by=self.by[who]):
            assert self.case.locked_by_id == int(self.by[who].id or 0)

    @precondition(lambda self: self.may("release") and self.steps % 3 == 0)
    @rule(who=st.sampled_from(["reviewer", "receiver"]), may=st.booleans(), dies=st.integers(0, 20))
    def lets_go_of_it(self, who: str, may: bool, dies: int) -> None:
        if self.take("release", cases.release, dies, may_supervise=may, by=self.by[who]):
            assert self.case.locked_by_id is None

    @precondition(lambda self: self.may("hand_on") and self.steps % 4 == 2)
    @rule(to=st.sampled_from(["reviewer", "approver"]), may=st.booleans(), dies=st.integers(0, 20))
    def gives_it_to_a_colleague(self, to: str, may: bool, dies: int) -> None:
        asked = {"to": int(self.by[to].id or 0), "may": may, "why": "休假", "by": self.by["supervisor"]}
        if self.take("hand_on", cases.hand_on, dies, not may, **asked):
            assert self.case.locked_by_id == asked["to"]

    @precondition(lambda self: self.may("urge") and self.steps % 3 == 1)
    @rule(dies=st.integers(0, 20))
    def urges(self, dies: int) -> None:
        before = self.case.urged_on
        if self.take("urge", cases.urge, dies, before == self.today, note="今天办结", by=self.by["supervisor"]):
            assert self.case.urged_on == self.today

    @precondition(lambda self: self.steps % 5 == 1)
    @rule(verb=st.sampled_from(BY_TWO), dies=st.integers(0, 20))
    def agrees_to_what_takes_two(self, verb: str, dies: int) -> None:
        never = self.phase not in CASE.of(verb)
        self.take("agree", cases.agree, dies, never, verb=verb, by=self.by["second_supervisor"])

    @precondition(lambda self: self.phase == "decided")
    @rule(second=st.booleans(), may=st.booleans(), dies=st.integers(0, 60))
    def lets_the_fee_off(self, second: bool, may: bool, dies: int) -> None:
        one, other = self.by["supervisor"], self.by["second_supervisor"]
        asked = {"second_by": int((other if second else one).id or 0), "second_may": may, "by": one}
        never = not (second and may and self.owes)
        if self.take("waive", paying.waive, dies, never, reason="困难", **asked):
            assert self.case.fee_due_on is None

    @precondition(lambda self: self.may("reassess"))
    @rule(copies=st.integers(1, 5), second=st.booleans(), may=st.booleans(), dies=st.integers(0, 80))
    def computes_the_fee_anew(self, copies: int, second: bool, may: bool, dies: int) -> None:
        one, other = self.by["supervisor"], self.by["second_supervisor"]
        asked = {
            "second_by": int((other if second else one).id or 0),
            "second_may": may,
            "by": one,
            "reason": "份数写错了",
        }
        never = not (second and may)
        if self.take("reassess", reassessing.reassess, dies, never, form={"copies": str(copies)}, **asked):
            paid = paid_in_all(self.no)
            assert fee_of(self.case) == copies * 1000
            assert (self.case.fee_due_on is not None) == (paid < copies * 1000)
            assert paid <= copies * 1000  # what is too much goes back

    # ---- what lies ready, on its way ----

    @precondition(lambda self: self.may("post"))
    @rule(dies=st.integers(0, 20))
    def is_posted(self, dies: int) -> None:
        never = self.nothing_made
        assert self.take("post", cases.post, dies, never, waybill="SF1", by=self.by["issuer"]) != never

    @precondition(lambda self: self.may("come_back"))
    @rule(dies=st.integers(0, 20))
    def comes_back(self, dies: int) -> None:
        never = self.nothing_made
        assert self.take("come_back", cases.come_back, dies, never, place="A-2", by=self.by["issuer"]) != never
