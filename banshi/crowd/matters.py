"""Whole matters of a hall, each on a way of its own (ways.py) – through the API alone, each step with the key of who takes it.
Staff of the crowd work the crowd's own cases; those of others they leave. What was lived is held against the record
(checking.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from banshi.crowd import applying, checking, concluding, plan, working
from banshi.crowd.client import Reply
from banshi.crowd.dice import dice, lognormal
from banshi.crowd.matter import Matter
from banshi.crowd.ways import drawn

if TYPE_CHECKING:
    from banshi.crowd.hall import HallRun

PER_DAY = 60  # applications of a hall on a day, while the whole public comes
AWAKE = (7, 23)  # hours in which people apply
AT_NIGHT = (20, 22)  # hours in which papers are dropped into the cabinet
OVER = frozenset({"closed", "not_accepted", "withdrawn", "terminated", "archived"})
LATER = frozenset(
    {"locked", "changed-meanwhile", "rate-limited", "not-sealed-yet", "till-down"}
)  # tried again at the next turn
MANY = 40  # steps and tries of one matter: more is none
FIGURES = ("received", "accepted", "decided")  # the times a case carries, as figures count them
# Who takes the step a case waits for, and how long that takes: hall minutes on average.
TURNS: Mapping[str, tuple[str, float]] = {
    "pre_review": ("pre_review", 25), "pre_returned": ("", 90), "pre_passed": ("accept", 60),
    "await_receipt": ("issue", 30), "received": ("accept", 15), "supplement": ("", 180), "accepted": ("accept", 30),
    "in_review": ("review", 60), "decided": ("issue", 30), "issuing": ("issue", 10), "ready": ("issue", 120),
    "closed": ("", 30),
}  # fmt: skip
# Keys of before these names.
ROLES = {
    "pre_review": "pre_reviewer", "accept": "receiver", "review": "reviewer", "approve": "approver", "issue": "issue_clerk",
    "supervise": "supervisor",
}  # fmt: skip


class Matters:
    """Those of one hall, from the moment its keys for steps of cases are known."""

    def __init__(self, hall: HallRun, keys: Mapping[str, Sequence[str]], left: Sequence[Matter] = ()) -> None:
        self.hall, self.keys = hall, keys
        self.open: dict[str, Matter] = {each.no: each for each in left}
        self.items: list[str] = []
        self.ways: dict[str, Counter[str]] = {}  # kind of way → lived, ended, differ
        self.differences: list[str] = []
        self.numbers: dict[str, str] = {}  # number of a paper → its case
        self.verified = 0  # papers asked for by their code
        self.cabinet = f"{hall.code}-cabinet-1"

    # ---- the day ----

    def plan(self) -> None:
        """Who applies today, and what goes on of that which is open."""
        hall, now = self.hall, self.hall.clock.now()
        assert hall.day is not None
        for number in range(PER_DAY):
            chance = dice(hall.seed, hall.code, hall.day, "applies", number)
            hour, minute, share = chance.randrange(*AWAKE), chance.randrange(60), chance.random()
            at = datetime.combine(hall.day, time(hour, minute), now.tzinfo)
            if at > now:
                hall.later(at, partial(self._perhaps, number, share))
        self.wake()

    def wake(self) -> None:
        """Whatever is open goes on today, as far as its day has come."""
        for matter in self.open.values():
            self.next(matter, minutes=5)

    async def _perhaps(self, number: int, share: float) -> None:
        if self.hall.on and share < self.hall.scale():
            hall = self.hall
            await applying.apply(self, number, drawn(dice(hall.seed, hall.code, hall.day, "way", number)))

    def next(self, matter: Matter, *, minutes: float, staff: bool = True) -> None:
        """Have it go on after so long, on average; people at work do it while they are. What is not due today waits for the
        plan of another day."""
        hall, now = self.hall, self.hall.clock.now()
        if matter.not_before and str(hall.day) < matter.not_before:
            return
        wait = timedelta(minutes=lognormal(dice(matter.seed, len(matter.lived), matter.tries), minutes, 0.6))
        at = now + wait
        if staff and plan.session_at(hall.sessions, at) is None:
            start = min((s.starts_at for s in hall.sessions if s.starts_at > now), default=None)
            if start is None:
                return
            at = max(at, start + wait)
        if at.date() == hall.day:
            hall.later(at, partial(self._go_on, matter))

    def tonight(self, matter: Matter) -> None:
        """It goes on once the hall is closed."""
        hall, now = self.hall, self.hall.clock.now()
        hour, minute = dice(matter.seed, "night").randrange(*AT_NIGHT), dice(matter.seed, "minute").randrange(60)
        at = datetime.combine(now.date(), time(hour, minute), now.tzinfo)
        hall.later(max(at, now + timedelta(minutes=5)), partial(self._go_on, matter))

    def open_now(self) -> bool:
        return plan.session_at(self.hall.sessions, self.hall.clock.now()) is not None

    @property
    def today(self) -> date:
        return self.hall.clock.now().date()

    async def workday_after(self, day: date) -> str:
        """The next day on which the hall keeps its usual hours."""
        hall, days = self.hall, {"from": str(day + timedelta(days=1)), "to": str(day + timedelta(days=14))}
        reply = await hall.api.get(f"/halls/{hall.code}/sessions", hall.keys.read, **days)
        usual = [each["starts_at"][:10] for each in reply.body["data"] if each["kind"] == "regular"] if reply.ok else []
        return min(usual, default=days["from"])

    # ---- steps ----

    def key(self, by: str, nth: int = 0) -> str:
        if by in ("applicant", "channel"):
            return self.hall.keys.channel
        if by == "kiosk":
            return self.hall.keys.kiosk[self.hall.code]
        return (self.keys.get(by) or self.keys[ROLES[by]])[nth]

    async def step(self, matter: Matter, by: str, verb: str, body: Any = None, nth: int = 0) -> Reply:
        """One step with a case, by the key of who takes it; what the applicant does at a window its people do."""
        key = self.key("accept" if by == "applicant" and matter.opened_by == "accept" else by, nth)
        reply = await self.hall.api.post(f"/cases/{matter.no}/{verb}", key, body)
        if reply.ok:
            matter.take(verb, by, self.today, nth)
        return reply

    async def turned_down(self, matter: Matter, by: str, verb: str, body: Any, slug: str, nth: int = 0) -> None:
        """A step that has to be refused, and why."""
        reply = await self.hall.api.post(f"/cases/{matter.no}/{verb}", self.key(by, nth), body)
        self.expected(matter, verb, slug, reply)

    def expected(self, matter: Matter, verb: str, slug: str, reply: Reply) -> None:
        if reply.slug != slug and reply.slug not in LATER:
            matter.differs.append(f"{verb}: {reply.slug or reply.status} instead of {slug}")

    async def case(self, matter: Matter) -> Reply:
        """As whoever opened it sees it."""
        reply = await self.hall.api.get(f"/cases/{matter.no}", self.key(matter.opened_by))
        if reply.ok:
            self._count(matter, reply.body)
        return reply

    def _count(self, matter: Matter, case: Mapping[str, Any]) -> None:
        """What the hall's figures say of it, as it was lived through."""
        reached = {f"cases_{name}": case[f"{name}_at"] for name in FIGURES}
        reached["cases_completed"] = case["closed_at"] and case["phase"] == "closed"
        reached["cases_granted"] = case["decided_at"] and case["outcome"] == "granted"
        reached["cases_second_notices"] = matter.times("notice") > 1
        for name, has in reached.items():
            if has and name not in matter.known_at:
                matter.known_at.append(name)
                self.hall.seen.counts[name] += 1

    def began(self, matter: Matter) -> None:
        self.open[matter.no] = matter
        self.hall.seen.counts["cases_opened"] += 1
        self.of_way(matter, "lived")

    def of_way(self, matter: Matter, what: str) -> None:
        for kind in matter.way.kinds or ("plain",):
            self.ways.setdefault(kind, Counter())[what] += 1

    async def _go_on(self, matter: Matter) -> None:
        """The step it waits for, whoever takes it."""
        if matter.no not in self.open:
            return
        case = await self.case(matter)
        if not case.ok or matter.tries + len(matter.lived) >= MANY:
            self.open.pop(matter.no, None)
            return
        phase = case.body["phase"]
        step = STEPS.get(phase)
        if step is None:  # over, or with somebody who is not of the crowd
            await self._ended(matter)
            return
        self.took(matter, await step(self, matter, case.body))
        if phase in OVER:
            await self._ended(matter)

    def took(self, matter: Matter, reply: Reply | None) -> None:
        """:param reply: None: nothing was done; the matter waits for what it arranged itself."""
        if reply is None:
            return
        if reply.status >= 500:
            self.hall.seen.unsure += 1
        if not reply.ok and reply.slug not in LATER:
            self.turned_away(reply)
            self.open.pop(matter.no, None)  # left to people
            return
        matter.tries += not reply.ok
        phase = reply.body.get("phase", "decided") if reply.ok and isinstance(reply.body, dict) else ""
        role, minutes = TURNS.get(phase, ("issue", 20.0))
        self.next(matter, minutes=minutes, staff=bool(role))

    def turned_away(self, reply: Reply) -> None:
        self.hall.seen.turned_away[f"case: {reply.slug or reply.status}"] += 1

    # ---- in the end ----

    async def _ended(self, matter: Matter) -> None:
        if self.open.pop(matter.no, None) is None:
            return
        self.of_way(matter, "ended")
        await self.check(matter)

    async def check(self, matter: Matter) -> None:
        """Hold what was lived against the record."""
        found = [*matter.differs, *await checking.differences(self, matter)]
        if found:
            self.of_way(matter, "differ")
            self.differences += [f"{matter.no}: {each}" for each in found]

    async def check_open(self, at_most: int = 200) -> None:
        """The same of those that are still under way."""
        for matter in list(self.open.values())[:at_most]:
            await self.check(matter)


Step = Callable[[Matters, Matter, dict[str, Any]], Awaitable[Reply | None]]
STEPS: Mapping[str, Step] = {
    "pre_review": working.pre_review, "pre_returned": working.again, "supplement": working.again,
    "pre_passed": working.before_receipt, "await_receipt": working.out_of_cell, "received": working.at_the_front,
    "accepted": working.hand_over, "in_review": working.in_review, "decided": concluding.issue,
    "issuing": concluding.lay_ready, "ready": concluding.deliver, "closed": concluding.rate,
}  # fmt: skip
