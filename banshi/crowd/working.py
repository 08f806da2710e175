"""What is done with a case of the crowd until it is decided: by its applicant, at the front, in its department."""

from __future__ import annotations

from datetime import date
from functools import partial
from itertools import compress
from typing import TYPE_CHECKING, Any

from banshi.crowd.applying import brought, take_number, uploaded
from banshi.crowd.client import Reply
from banshi.crowd.matter import Matter
from banshi.crowd.ways import DEFERS

if TYPE_CHECKING:
    from banshi.crowd.matters import Matters

Case = dict[str, Any]
MOST_REQUESTS = 3  # that a window needs to receive and accept what was looked over beforehand
GRANTED = {"text": "按规定核定", "number": "12", "money": "1000"}  # what an approver grants, by its type
HEARING = {"kind": "hearing", "basis": "申请人要求听证", "expected_days": 5}


async def pre_review(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    came = [paper["code"] for paper in case["requirements"] if paper["materials"]]
    verdicts = [{"material": code, "ok": True} for code in came]
    if came and matter.way.meets == "wrong" and not matter.did("return"):
        verdicts[0] = {"material": came[0], "ok": False, "reason": "照片看不清，重拍一张。"}
        return await matters.step(matter, "pre_review", "return", {"verdicts": verdicts})
    reply = await matters.step(matter, "pre_review", "pass", {"verdicts": verdicts})
    if reply.ok and matter.way.comes == "night" and matters.open_now():
        matters.tonight(matter)
        return None
    return reply


async def again(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    """What is told as wrong or missing comes anew."""
    told = {each["requirement"] for each in case["missing"]}
    told |= {paper["code"] for paper in case["requirements"] if paper["state"] == "bad"}
    by_file = {paper["code"] for paper in case["requirements"] if "upload" in paper["channels"]}
    for code in sorted(told & by_file):
        await uploaded(matters, matter, code)
    return await matters.step(matter, "applicant", "supplement" if case["phase"] == "supplement" else "submit")


# ---- receipt ----


async def before_receipt(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    if matter.bundle:
        return await _receive_whole(matters, matter)
    if matter.way.comes == "night" and not matter.dropped:
        return await _drop(matters, matter)
    if matter.way.comes == "folder":
        if matters.open_now():
            taken = await take_number(matters, matter, case["item"]["code"], partial(_folder, matters, matter))
            return None if taken.ok else taken
        return None
    return await _receive(matters, matter, case)


async def _receive(matters: Matters, matter: Matter, case: Case, **window: str) -> Reply:
    papers = brought(case, without_deferrable=matter.way.meets in DEFERS)
    return await matters.step(matter, "accept", "receive", {"materials": papers, **window})


async def _folder(matters: Matters, matter: Matter, window: str) -> None:
    """The person comes to the window with what was looked over: received and accepted in a few requests."""
    key, requests = matters.key("accept"), 1
    case = await matters.hall.api.get(f"/cases/{matter.no}", key)
    reply = await _receive(matters, matter, case.body, window=window) if case.ok else case
    requests += 1
    if (
        reply.ok
        and matter.way.meets in ("nothing", "stopped", "extended", "refused")
        and reply.body["phase"] == "received"
    ):
        reply = await _accept(matters, matter, reply.body)
        requests += 1
    if requests > MOST_REQUESTS:
        matter.differs.append(f"receive: {requests} requests at the window")
    matters.took(matter, reply)


async def _receive_whole(matters: Matters, matter: Matter) -> Reply | None:
    """Each paper once, when the last of them was looked over; what has nothing to be brought was received as it passed."""
    every = [each for each in matters.open.values() if each.bundle == matter.bundle]
    seen = [await matters.case(each) for each in every]
    if any(not each.ok or each.body["phase"] in ("draft", "pre_review", "pre_returned") for each in seen):
        return None  # the last one receives all
    waiting = [each.body["phase"] == "pre_passed" for each in seen]
    rows = [each for each, waits in zip(every, waiting, strict=True) if waits]
    whole: dict[str, dict[str, Any]] = {}
    for case in compress(seen, waiting):
        whole.update({paper["requirement"]: paper for paper in brought(case.body)})
    reply = await matters.hall.api.post(
        f"/bundles/{matter.bundle}/receive", matters.key("accept"), {"materials": list(whole.values())}
    )
    for each in rows:
        if reply.ok:
            each.take("receive", "accept", matters.today)
        if each is not matter:
            matters.took(each, _as_phase(reply, "received"))
    return _as_phase(reply, "received")


def _as_phase(reply: Reply, phase: str) -> Reply:
    return Reply(reply.status, {"phase": phase}, reply.took_s) if reply.ok else reply


async def _drop(matters: Matters, matter: Matter) -> Reply | None:
    """At night, by the case's number and the telephone's last digits; where a door stays shut, into another cell."""
    if matters.open_now():
        matters.tonight(matter)
        return None
    said = {"case": matter.no, "phone_last4": matter.person.phone[-4:]}
    reply = await matters.hall.api.post(f"/cabinets/{matters.cabinet}/drops", matters.key("kiosk"), said)
    if not reply.ok:
        return reply
    matter.dropped = True
    matter.take("drop", "kiosk", matters.today)
    matter.not_before = reply.body["counts_from"]
    if matter.not_before <= str(matters.today):
        matter.differs.append(f"drop: counts from {matter.not_before}, and the hall was closed on {matters.today}")
    matters.expected(
        matter, "drop", "already-dropped",
        await matters.hall.api.post(f"/cabinets/{matters.cabinet}/drops", matters.key("kiosk"), said),
    )  # fmt: skip
    return None  # taken out on the day from which it counts


async def out_of_cell(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    """Papers in the cabinet are taken out first; then they are counted and received."""
    if not matter.did("take-out"):
        await matters.turned_down(matter, "accept", "receive", {"materials": brought(case)}, "papers-in-cabinet")
        out = await matters.step(matter, "issue", "take-out", {})
        return _as_phase(out, "received")
    return await _receive(matters, matter, case)


# ---- the front ----


async def at_the_front(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    meets, told = matter.way.meets, matter.times("notice")
    if meets == "withdrawn" and matter.chance("early") < 0.5:
        return await withdraw(matters, matter)
    if meets == "not_accepted":
        said = {"reason": "不属于本大厅的职权范围。", "code": "other_body", "body": "区市场监督管理局"}
        return await matters.step(matter, "accept", "refuse", said)
    if told < {"notice": 1, "second_notice": 2}.get(meets, 0):
        return await _notice(matters, matter, case, further=told > 0)
    return await _accept(matters, matter, case)


async def _notice(matters: Matters, matter: Matter, case: Case, *, further: bool) -> Reply:
    """Everything at once; what is told once more takes a second person, who agreed."""
    papers = [
        paper["code"] for paper in case["requirements"] if paper["materials"] and paper["necessity"] != "optional"
    ]
    said: dict[str, Any] = {"missing": [{"requirement": papers[0], "reason": "缺签名页，补一张。"}]}
    if further:
        await matters.turned_down(matter, "accept", "notice", said, "second-notice")
        agreed = await matters.step(matter, "supervise", "agree", {"verb": "notice"})
        if not agreed.ok:
            return agreed
        said["second_by"] = f"{matter.hall}-supervise"
    return await matters.step(matter, "accept", "notice", said)


async def _accept(matters: Matters, matter: Matter, case: Case) -> Reply:
    said: dict[str, Any] = {
        "verdicts": [
            {"material": paper["code"], "ok": True} for paper in case["requirements"] if paper["state"] == "came"
        ]
    }
    if matter.way.meets in DEFERS:
        follow = [
            paper["code"] for paper in case["requirements"]
            if paper["necessity"] == "deferrable" and not paper["materials"]
        ]  # fmt: skip
        due_on = await matters.workday_after(matters.today)
        said["deferred"] = [{"requirement": code, "due_on": due_on} for code in follow]
    return await matters.step(matter, "accept", "accept", said)


async def hand_over(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    return await matters.step(matter, "accept", "hand-over")


async def withdraw(matters: Matters, matter: Matter) -> Reply:
    return await matters.step(matter, "applicant", "withdraw", {"reason": "材料要重新准备。"})


# ---- the department ----


async def in_review(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    meets = matter.way.meets
    if meets == "withdrawn":
        return await withdraw(matters, matter)
    if meets in DEFERS and any(paper["due_on"] for paper in case["requirements"]):
        return await _what_follows(matters, matter, case)
    if meets == "stopped" and not matter.did("resume-clock"):
        return await _stop(matters, matter)
    if meets == "extended" and not matter.did("extend"):
        return await matters.step(matter, "supervise", "extend", {"days": 3, "reason": "案情复杂，需要现场核实。"})
    return await _settle(matters, matter, case)


async def _settle(matters: Matters, matter: Matter, case: Case) -> Reply:
    """Proposed by one, decided by another."""
    grants = matter.way.meets != "refused"
    if not matter.did("opine"):
        said = ("grant", "材料齐全，符合条件。") if grants else ("refuse", "不符合规定的条件。")
        return await matters.step(matter, "review", "opine", dict(zip(("says", "text"), said, strict=True)))
    reason = "" if grants else "不符合规定的条件；可以补齐后重新申请。"
    values = await _granted(matters, case) if grants else {}
    return await matters.step(matter, "approve", "decide", {"grant": grants, "reason": reason, "granted": values})


async def _granted(matters: Matters, case: Case) -> dict[str, str]:
    """核定内容 that nothing proposes."""
    guide = f"/items/{case['item']['code']}/guide"
    reply = await matters.hall.api.post(
        guide, matters.key("channel"), {"hall": matters.hall.code, "answers": case["answers"]}
    )
    asked = reply.body["grants"] if reply.ok else []
    said = {**GRANTED, "date": str(matters.today)}
    return {each["code"]: said[each["type"]] for each in asked if not each["proposed"]}


async def _what_follows(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    """A paper that was to follow comes in its time, or a day late; until then nothing is granted."""
    owed = [(paper["code"], paper["due_on"]) for paper in case["requirements"] if paper["due_on"]]
    if not matter.did("opine"):
        return await matters.step(matter, "review", "opine", {"says": "grant", "text": "等补齐后准予。"})
    late = matter.way.meets == "tolerant_late"
    if late and str(matters.today) <= max(due_on for _code, due_on in owed):
        if not matter.not_before:
            await matters.turned_down(matter, "approve", "decide", {"grant": True}, "deferred-open")
        matter.not_before = await matters.workday_after(
            max(matters.today, *(date.fromisoformat(due) for _code, due in owed))
        )
        return None
    reply: Reply | None = None
    for code, _due_on in owed:
        added = await matters.hall.api.post(
            f"/cases/{matter.no}/materials", matters.key("accept"), {"requirement": code, "channel": "paper"}
        )
        reply = await matters.step(matter, "accept", "settle", {"material": code}) if added.ok else added
    await matters.step(matter, "accept", "release")  # else it is theirs for half an hour
    return reply


async def _stop(matters: Matters, matter: Matter) -> Reply | None:
    """What does not count: asked for by the review, begun by an approver, ended on another day of work."""
    if not matter.did("propose-stop"):
        return await matters.step(matter, "review", "propose-stop", HEARING)
    if not matter.did("stop-clock"):
        reply = await matters.step(matter, "approve", "stop-clock")
        if reply.ok:
            matter.not_before = await matters.workday_after(matters.today)
            await matters.turned_down(matter, "approve", "decide", {"grant": True}, "clock-stopped")
        return reply
    return await matters.step(matter, "review", "resume-clock", {"result": "听证会开过了，没有异议。"})
