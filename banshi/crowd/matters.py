"""Whole matters of a hall: asked about, applied for online, looked over, received, decided, fetched and rated – through the API
alone, each step with the key of whoever takes it. Staff of the crowd work the crowd's own cases; those of others they leave.
"""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from banshi.crowd import plan
from banshi.crowd.client import Reply
from banshi.crowd.dice import dice, lognormal
from banshi.crowd.people import person
from banshi.kernel.documents import generate_resident_id

if TYPE_CHECKING:
    from banshi.crowd.hall import HallRun

TRIES_OF_MATTERS = 6  # for one that can be lived online by its applicant and one department
PER_DAY = 60  # applications of a hall on a day, while the whole public comes
AWAKE = (7, 23)  # hours in which people apply
WRONG, MISSING, REFUSED, RATES = 0.12, 0.08, 0.04, 0.7  # shares: sent back, told what is missing, not granted, rated
OVER = frozenset({"closed", "not_accepted", "withdrawn", "terminated", "archived"})
LATER = frozenset({"locked", "changed-meanwhile", "rate-limited", "not-sealed-yet"})  # tried again at the next turn
MANY = 40  # steps and tries of one matter: more is none
# Who takes the step a case waits for, and how long that takes: hall minutes on average.
TURNS: Mapping[str, tuple[str, float]] = {
    "pre_review": ("pre_reviewer", 25), "pre_returned": ("", 90), "pre_passed": ("receiver", 60),
    "received": ("receiver", 15), "supplement": ("", 180), "accepted": ("receiver", 30), "in_review": ("reviewer", 60),
    "decided": ("issue_clerk", 30), "issuing": ("issue_clerk", 10), "ready": ("issue_clerk", 120), "closed": ("", 30),
}  # fmt: skip


@dataclass
class Matter:
    """One case of the crowd. `seed`: what its chances hang on; `did`: the steps that were taken."""

    no: str
    seed: str
    did: list[str] = field(default_factory=list)
    tries: int = 0

    def chance(self, of: str) -> float:
        return dice(self.seed, of).random()

    def kept(self) -> dict[str, Any]:
        return {"no": self.no, "seed": self.seed, "did": self.did}


def known(row: Mapping[str, Any]) -> Matter:
    """:raises KeyError, TypeError: not what `Matter.kept` gave."""
    return Matter(str(row["no"]), str(row["seed"]), [str(each) for each in row["did"]])


class Matters:
    """Those of one hall, from the moment its keys for steps of cases are known."""

    def __init__(self, hall: HallRun, keys: Mapping[str, Sequence[str]], left: Sequence[Matter] = ()) -> None:
        self.hall, self.keys = hall, keys
        self.open: dict[str, Matter] = {each.no: each for each in left}
        self.items: list[str] = []

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
        for matter in self.open.values():
            self._next(matter, minutes=5)

    async def _perhaps(self, number: int, share: float) -> None:
        if self.hall.on and share < self.hall.scale():
            await self.apply(number)

    def _next(self, matter: Matter, *, minutes: float, staff: bool = True) -> None:
        """Have it go on after so long, on average; people at work do it while they are. What is not due today waits for the
        plan of another day."""
        hall, now = self.hall, self.hall.clock.now()
        wait = timedelta(minutes=lognormal(dice(matter.seed, len(matter.did), matter.tries), minutes, 0.6))
        at = now + wait
        if staff and plan.session_at(hall.sessions, at) is None:
            start = min((s.starts_at for s in hall.sessions if s.starts_at > now), default=None)
            if start is None:
                return
            at = max(at, start + wait)
        if at.date() == hall.day:
            hall.later(at, partial(self._go_on, matter))

    # ---- whoever applies ----

    async def apply(self, number: int) -> None:
        """Ask what it takes, open the case, hand in what is a file, and send it."""
        hall, day = self.hall, self.hall.day
        seed = f"{hall.seed}/{hall.code}/{day}/matter/{number}"
        chance = dice(seed)
        offered = await self._offered()
        for item in chance.sample(offered, k=min(TRIES_OF_MATTERS, len(offered))):
            if (guided := await self._guided(item, seed)) is not None:
                break
        else:
            return
        who = person(700_000 + chance.randrange(400_000), hall=hall.code)
        asked = {"items": [guided["item"]], "answers": guided["answers"], "person": who.body()}
        form = await self._as_applicant("/forms", asked)
        if not form.ok:
            self._turned_away(form)
            return
        opened = await self._as_applicant(
            "/cases",
            {
                "item": guided["item"], "hall": hall.code, "person": who.body(), "channel": "web", "anyway": True,
                "answers": guided["answers"], "form": filled(form.body["fields"], who.body(), seed=seed, today=day),
            },
        )  # fmt: skip
        if not opened.ok:
            self._turned_away(opened)
            return
        matter = Matter(opened.body["case_no"], seed)
        self.open[matter.no] = matter
        hall.seen.counts["cases_opened"] += 1
        for paper in opened.body["requirements"]:
            if paper["necessity"] != "optional" and "upload" in paper["channels"]:
                await self._uploaded(matter, paper["code"])
        sent = await self._as_applicant(f"/cases/{matter.no}/submit")
        self._took(matter, "submit", sent)

    async def _offered(self) -> list[str]:
        """What is asked about here: matters with questions of their own."""
        if not self.items:
            rows = await self.hall.api.pages("/items", self.hall.keys.read, hall=self.hall.code)
            for row in rows:
                guide = await self.hall.api.get(f"/items/{row['code']}/guide", self.hall.keys.read, hall=self.hall.code)
                if guide.ok and guide.body["questions"]:
                    self.items.append(row["code"])
        return self.items

    async def _guided(self, item: str, seed: str) -> dict[str, Any] | None:
        """Answered to the end; None where it cannot be done online, or takes a department or a procedure that no crowd plays."""
        answers: dict[str, str] = {}
        while True:
            reply = await self._as_applicant(f"/items/{item}/guide", {"hall": self.hall.code, "answers": answers})
            if not reply.ok:
                self._turned_away(reply)
                return None
            guided: dict[str, Any] = reply.body
            question = guided["next_question"]
            if question is None:
                gated = any(stage["act"] in ("consult", "procedure") for stage in guided["stages"])
                return guided if guided["complete"] and guided["where"]["online"] and not gated else None
            answers[question["id"]] = dice(seed, question["id"]).choice(question["options"])["id"]

    async def _uploaded(self, matter: Matter, code: str) -> Reply:
        return await self.hall.api.upload(
            f"/cases/{matter.no}/materials",
            self.hall.keys.channel,
            {"requirement": code, "channel": "upload"},
            picture(),
        )

    async def _as_applicant(self, path: str, body: Any = None) -> Reply:
        return await self.hall.api.post(path, self.hall.keys.channel, body)

    def _turned_away(self, reply: Reply) -> None:
        self.hall.seen.turned_away[f"case: {reply.slug or reply.status}"] += 1

    # ---- step by step ----

    async def _go_on(self, matter: Matter) -> None:
        """The step it waits for, whoever takes it."""
        case = await self.hall.api.get(f"/cases/{matter.no}", self.hall.keys.channel)
        if not case.ok or matter.tries + len(matter.did) >= MANY:
            self.open.pop(matter.no, None)
            return
        phase = case.body["phase"]
        step = STEPS.get(phase)
        if step is None:  # over, or with somebody who is not of the crowd
            self.open.pop(matter.no, None)
            return
        verb, reply = await step(self, matter, case.body)
        self._took(matter, verb, reply)
        if phase in OVER:
            self.open.pop(matter.no, None)

    def _took(self, matter: Matter, verb: str, reply: Reply | None) -> None:
        if reply is None:
            return
        if reply.status >= 500:
            self.hall.seen.unsure += 1
        if not reply.ok and reply.slug not in LATER:
            self._turned_away(reply)
            self.open.pop(matter.no, None)  # left to people
            return
        matter.tries += not reply.ok
        if reply.ok:
            matter.did.append(verb)
            self._count(verb, reply.body)
        phase = reply.body.get("phase", "closed") if reply.ok else ""
        role, minutes = TURNS.get(phase, ("", 20.0))
        self._next(matter, minutes=minutes, staff=bool(role))

    def _count(self, verb: str, body: Mapping[str, Any]) -> None:
        """What the hall's figures say of it, as it was lived through: by the times that the case carries."""
        for name, column in COUNTED.items():
            if verb in MOVES[name] and body.get(column):
                self.hall.seen.counts[name] += 1

    async def _by(self, role: str, matter: Matter, verb: str, body: Any = None) -> tuple[str, Reply]:
        """A step with the key of the last of its role: whoever works the cases of every department."""
        return verb, await self.hall.api.post(f"/cases/{matter.no}/{verb}", self.keys[role][-1], body)

    async def _pre_review(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply]:
        came = [paper["code"] for paper in case["requirements"] if paper["materials"]]
        verdicts = [{"material": code, "ok": True} for code in came]
        if came and "return" not in matter.did and matter.chance("wrong") < WRONG:
            verdicts[0] = {"material": came[0], "ok": False, "reason": "照片看不清，重拍一张。"}
            return await self._by("pre_reviewer", matter, "return", {"verdicts": verdicts})
        return await self._by("pre_reviewer", matter, "pass", {"verdicts": verdicts})

    async def _again(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply]:
        """What is told as wrong or missing comes anew."""
        told = {each["requirement"] for each in case["missing"]}
        told |= {paper["code"] for paper in case["requirements"] if paper["state"] == "bad"}
        for code in sorted(told - {None}):
            await self._uploaded(matter, code)
        verb = "supplement" if case["phase"] == "supplement" else "submit"
        return verb, await self._as_applicant(f"/cases/{matter.no}/{verb}")

    async def _receive(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply]:
        """With what comes on paper alone."""
        by_hand = [
            {"requirement": paper["code"], "channel": "paper", "copies": max(1, paper["originals"] + paper["copies"])}
            for paper in case["requirements"]
            if paper["necessity"] != "optional" and not paper["materials"]
        ]
        return await self._by("receiver", matter, "receive", {"materials": by_hand})

    async def _accept(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply]:
        came = [
            paper["code"] for paper in case["requirements"] if paper["state"] in ("came", "ok") and paper["materials"]
        ]
        uploads = [
            paper["code"] for paper in case["requirements"] if paper["code"] in came and "upload" in paper["channels"]
        ]
        if uploads and "notice" not in matter.did and matter.chance("missing") < MISSING:
            told = [{"requirement": uploads[0], "reason": "缺签名页，补一张。"}]
            return await self._by("receiver", matter, "notice", {"missing": told})
        fresh = [paper["code"] for paper in case["requirements"] if paper["state"] == "came"]
        verdicts = [{"material": code, "ok": True} for code in fresh]
        return await self._by("receiver", matter, "accept", {"verdicts": verdicts})

    async def _review(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply]:
        grants = matter.chance("refused") >= REFUSED
        if "opine" not in matter.did:
            said = ("grant", "材料齐全，符合条件。") if grants else ("refuse", "不符合规定的条件。")
            return await self._by("reviewer", matter, "opine", dict(zip(("says", "text"), said, strict=True)))
        reason = "" if grants else "不符合规定的条件；可以补齐后重新申请。"
        return await self._by("approver", matter, "decide", {"grant": grants, "reason": reason})

    async def _hand_over(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply]:
        return await self._by("receiver", matter, "hand-over")

    async def _issue(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply]:
        if case["outcome"] == "refused":
            return await self._by("issue_clerk", matter, "deliver", {"channel": "counter"})
        verb, reply = await self._by("issue_clerk", matter, "issue")
        if reply.slug == "fee-due":
            return await self._by("issue_clerk", matter, "fees/pay", {"way": "window", "means": "card"})
        return verb, reply

    async def _shelve(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply]:
        place = f"A-{1 + dice(matter.seed, 'shelf').randrange(40)}"
        return await self._by("issue_clerk", matter, "shelve", {"place": place})

    async def _deliver(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply]:
        code = (case["delivery"] or {}).get("code") or ""
        return await self._by(
            "issue_clerk", matter, "deliver", {"channel": "counter", "code": code, "identity": not code}
        )

    async def _rate(self, matter: Matter, case: dict[str, Any]) -> tuple[str, Reply | None]:
        if matter.chance("rates") >= RATES:
            return "rate", None
        stars = dice(matter.seed, "stars").choices((5, 4, 3, 2, 1), (70, 20, 6, 2, 2))[0]
        reply = await self._as_applicant(f"/cases/{matter.no}/rating", {"stars": stars})
        self.hall.seen.counts["case_ratings"] += reply.ok
        return "rate", None if reply.ok else reply


Step = Callable[[Matters, Matter, dict[str, Any]], Awaitable[tuple[str, Reply | None]]]
STEPS: Mapping[str, Step] = {
    "pre_review": Matters._pre_review, "pre_returned": Matters._again, "supplement": Matters._again,
    "pre_passed": Matters._receive, "received": Matters._accept, "accepted": Matters._hand_over,
    "in_review": Matters._review, "decided": Matters._issue, "issuing": Matters._shelve, "ready": Matters._deliver,
    "closed": Matters._rate,
}  # fmt: skip
COUNTED = {
    "cases_received": "received_at", "cases_accepted": "accepted_at", "cases_decided": "decided_at",
    "cases_completed": "closed_at",
}  # fmt: skip
# The steps after which a case carries that time for the first time.
MOVES: Mapping[str, tuple[str, ...]] = {
    "cases_received": ("receive", "submit"), "cases_accepted": ("accept", "submit", "receive"),
    "cases_decided": ("decide", "submit", "receive"), "cases_completed": ("deliver", "submit", "receive"),
}  # fmt: skip


# ---- what is filled in ----


def filled(
    fields: Sequence[Mapping[str, Any]], who: Mapping[str, str], *, seed: str, today: date | None
) -> dict[str, Any]:
    """A value of its type for each field; the case keeps those that it shows."""
    return {
        each["code"]: value_of(each, who, seed=f"{seed}/{each['code']}", today=today or date(2026, 1, 5))
        for each in fields
    }


def value_of(asked: Mapping[str, Any], who: Mapping[str, str], *, seed: str, today: date) -> Any:
    chance, kind = dice(seed), asked["type"]
    match kind:
        case "choice":
            return chance.choice(asked["options"])["id"]
        case "yes_no":
            return chance.random() < 0.5
        case "name":
            return who["name"]
        case "id_number":
            return generate_resident_id("110101", date(1970, 1, 2), chance.randrange(1, 900))
        case "phone":
            return who["phone"]
        case "date":
            return (today + timedelta(days=chance.randrange(1, 60))).isoformat()
        case "number" | "money":
            return str(chance.randrange(2, 15))
        case "address":
            return f"花园路 {chance.randrange(1, 200)} 号"
    return f"{asked['label'][:4]}{chance.randrange(10, 100)}"


def picture() -> bytes:
    """A page as a telephone sends it."""
    if not _PICTURE:
        from PIL import Image

        into = io.BytesIO()
        Image.new("RGB", (640, 900), "#f4f1e8").save(into, "JPEG")
        _PICTURE.append(into.getvalue())
    return _PICTURE[0]


_PICTURE: list[bytes] = []
