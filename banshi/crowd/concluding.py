"""How a case of the crowd ends: paid for, made, laid ready, fetched at the window, out of a cabinet or by courier, and rated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from banshi.crowd.client import Reply
from banshi.crowd.dice import dice
from banshi.crowd.matter import Matter

if TYPE_CHECKING:
    from banshi.crowd.matters import Matters

Case = dict[str, Any]
RATES = 0.7  # share of those who rate
BAD = 2  # so many stars, and somebody asks how it was mended
WRONG_CODE = "00000000"
ADDRESS = "四川省成都市武侯区花园路 1 号"


async def issue(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    if case["outcome"] == "refused":
        return await _refusal(matters, matter, case)
    if "fee_due" in case["flags"]:
        return await _pay(matters, matter)
    if matter.did("fees/pay") and matter.way.pays == "ended":
        return await _end(matters, matter)
    leaves = matter.way.leaves
    if leaves != "counter" and not matter.did("way"):
        wish: dict[str, Any] = {"how": "cabinet" if leaves == "cabinet" else "courier"}
        if leaves != "cabinet":
            wish["receiver"] = {"name": matter.person.name, "phone": matter.person.phone, "address": ADDRESS}
        reply = await matters.step(matter, "applicant", "way", wish)
        if not reply.ok:
            return reply
    return await matters.step(matter, "issue", "issue")


async def _refusal(matters: Matters, matter: Matter, case: Case) -> Reply:
    """A refusal in writing: for nobody without a code or the card; then as any result, and once."""
    code = (case["delivery"] or {}).get("code") or ""
    await matters.turned_down(matter, "issue", "deliver", {"channel": "counter", "code": WRONG_CODE}, "code-wrong")
    done = await matters.step(matter, "issue", "deliver", {"channel": "counter", "code": code, "identity": not code})
    if done.ok:
        again = {"channel": "counter", "code": code, "identity": not code}
        await matters.turned_down(matter, "issue", "deliver", again, "code-used")
    return done


# ---- money ----


async def _pay(matters: Matters, matter: Matter) -> Reply:
    how, at_window = matter.way.pays or "window", {"way": "window", "means": "card"}
    if how not in ("till", "late"):
        await matters.turned_down(matter, "issue", "issue", None, "fee-due")
        paid = await matters.step(matter, "issue", "fees/pay", at_window)
        if paid.ok and how == "twice":
            await matters.turned_down(matter, "issue", "fees/pay", at_window, "fee-settled")
        return paid
    begun = await matters.hall.api.post(f"/cases/{matter.no}/fees/pay", matters.key(matter.opened_by), {"way": "qr"})
    under_way = [each["pay_at"] for each in begun.body["payments"] if each["pay_at"]] if begun.ok else []
    if not under_way:
        return begun
    if how == "till":
        await matters.hall.api.press(under_way[0], "twice")
        matter.take("fees/pay", "till", matters.today)
        return begun
    paid = await matters.step(matter, "issue", "fees/pay", at_window)
    if paid.ok:
        await matters.hall.api.press(under_way[0], "pay")
        await _give_back(matters, matter)
    return paid


async def _give_back(matters: Matters, matter: Matter) -> None:
    """What came though nothing was owed any more goes back, once."""
    fees = await matters.hall.api.get(f"/cases/{matter.no}/fees", matters.key("issue"))
    refunds = fees.body["refunds"] if fees.ok else []
    if not refunds:
        matter.differs.append("fees/refund: what came late is no refund")
        return
    given = await matters.hall.api.post(
        f"/cases/{matter.no}/fees/refund", matters.key("issue"), {"refund": refunds[0]["id"]}
    )
    if not given.ok or not given.body["refunds"][0]["done_at"]:
        matter.differs.append(f"fees/refund: {given.slug or 'not given back'}")


async def _end(matters: Matters, matter: Matter) -> Reply:
    """Paid, and then ended by two who supervise: the money is handed back."""
    agreed = await matters.step(matter, "supervise", "agree", {"verb": "terminate"})
    if not agreed.ok:
        return agreed
    said = {"reason": "申请人重复申请，本件终止。", "second_by": f"{matter.hall}-supervise"}
    ended = await matters.step(matter, "supervise", "terminate", said, nth=1)
    if ended.ok:
        await _give_back(matters, matter)
    return ended


# ---- laid ready ----


async def lay_ready(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    if matter.way.leaves == "cabinet":
        reply = await matters.step(matter, "issue", "to-cabinet")
    elif matter.way.leaves in ("courier", "returned"):
        reply = await matters.step(matter, "issue", "consign")
    else:
        place = f"A-{1 + dice(matter.seed, 'shelf').randrange(40)}"
        return await matters.step(matter, "issue", "shelve", {"place": place})
    return Reply(reply.status, {"phase": "ready"}, reply.took_s) if reply.ok else reply


async def deliver(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    delivery = case["delivery"] or {}
    parcel = delivery.get("parcel")
    if matter.did("to-cabinet"):
        return await _out_of_cabinet(matters, matter, delivery.get("code") or "")
    if parcel is not None and not matter.did("come-back"):
        return await _by_courier(matters, matter, parcel)
    code = delivery.get("code") or ""
    if code and not matter.did("come-back"):
        wrong = {"channel": "counter", "code": WRONG_CODE}
        await matters.turned_down(matter, "issue", "deliver", wrong, "code-wrong")
    return await matters.step(matter, "issue", "deliver", {"channel": "counter", "code": code, "identity": not code})


async def _out_of_cabinet(matters: Matters, matter: Matter, code: str) -> Reply:
    """A wrong code, the right one, a door that is said not to open, the right one again; then it opens nothing any more."""

    async def at(what: str, code: str) -> Reply:
        return await matters.hall.api.post(f"/cabinets/{matters.cabinet}/{what}", matters.key("kiosk"), {"code": code})

    matters.expected(matter, "pickups", "code-wrong", await at("pickups", WRONG_CODE))
    opened = await at("pickups", code)
    if opened.ok and matter.chance("shut") < 0.3:
        await at("pickups/shut", code)
        opened = await at("pickups", code)
    taken = await at("pickups/taken", code) if opened.ok else opened
    if taken.ok:
        matter.take("deliver", "kiosk", matters.today)
        matters.expected(matter, "pickups", "code-wrong", await at("pickups", code))
    return Reply(taken.status, {"phase": "closed"}, taken.took_s) if taken.ok else taken


async def _by_courier(matters: Matters, matter: Matter, parcel: dict[str, Any]) -> Reply | None:
    """The carrier's steps, one told twice, two in the wrong order; then it is there, or it comes back and is fetched."""
    page = f"/demo/courier/{parcel['waybill']}/"
    if parcel["state"] == "made":
        posted = await matters.step(matter, "issue", "post")
        if posted.ok:
            await matters.turned_down(matter, "applicant", "way", {"how": "counter"}, "on-its-way")
        return Reply(posted.status, {"phase": "ready"}, posted.took_s) if posted.ok else posted
    if parcel["state"] in ("refused", "returning", "back"):
        back = await matters.step(matter, "issue", "come-back", {"place": "A-7"})
        if back.ok:
            await matters.step(matter, "applicant", "way", {"how": "counter"})
        return back
    if not matter.did("carrier"):
        matter.take("carrier", "carrier", matters.today)
        refuses = matter.way.leaves == "returned"
        for how in ("twice", "early", "refuse", "next") if refuses else ("twice", "early", "twice"):
            await matters.hall.api.press(page, how)
    matter.tries += 1
    return Reply(200, {"phase": "ready"})


# ---- afterwards ----


async def rate(matters: Matters, matter: Matter, case: Case) -> Reply | None:
    """By whoever applied, once – of several as one, when the last is over –, and who was unhappy once more."""
    if matter.opened_by != "channel" or matter.chance("rates") >= RATES:
        return None
    if matter.bundle:
        whole = await matters.hall.api.get(f"/bundles/{matter.bundle}", matters.key("channel"))
        if (
            not whole.ok
            or whole.body["state"] != "over"
            or any(each.bundle == matter.bundle and each is not matter for each in matters.open.values())
        ):
            return None
    stars = dice(matter.seed, "stars").choices((5, 4, 3, 2, 1), (70, 20, 6, 2, 2))[0]
    reply = await matters.hall.api.post(f"/cases/{matter.no}/rating", matters.key("channel"), {"stars": stars})
    matters.hall.seen.counts["cases_ratings"] += reply.ok
    if reply.ok and stars <= BAD:
        mended = {"stars": 4, "text": "后来有人打电话来，问题解决了。"}
        await matters.hall.api.post(f"/cases/{matter.no}/rating", matters.key("channel"), mended)
        third = await matters.hall.api.post(f"/cases/{matter.no}/rating", matters.key("channel"), {"stars": 5})
        matters.expected(matter, "rating", "already-rated", third)
    return None if reply.ok else reply
