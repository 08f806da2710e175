"""How a matter of the crowd comes: asked about, then applied for online, alone or as several at once, or at a window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from banshi.crowd import plan, visitors
from banshi.crowd.client import Reply
from banshi.crowd.dice import dice
from banshi.crowd.filling import filled, picture
from banshi.crowd.guest import Guest
from banshi.crowd.matter import Matter
from banshi.crowd.people import person
from banshi.crowd.ways import DEFERS, Way, fits

if TYPE_CHECKING:
    from banshi.crowd.matters import Matters

# By which questions an item asks who applies and how old they are, and what is said of a firm and of a child.
WHO_APPLIES, FIRM = ("form", "applicant"), "firm"
HOW_OLD, MINOR = "age", "minor"
TRIES = 40  # items that are asked about for one that can be lived so
PATHS = 6  # ways of answering their questions


async def apply(matters: Matters, number: int, way: Way) -> None:
    """Ask what it takes, and begin."""
    hall = matters.hall
    seed = f"{hall.seed}/{hall.code}/{hall.day}/matter/{number}"
    who = 700_000 + dice(seed).randrange(400_000)
    guided = await _chosen(matters, way, seed, how_many=2 if way.comes == "bundle" else 1)
    if not guided and way != (plain := Way(way.comes)):
        way = plain
        guided = await _chosen(matters, way, seed, how_many=2 if way.comes == "bundle" else 1)
    if not guided:
        return
    if way.comes == "window":
        await _take_number(matters, Matter("", seed, way, who, hall.code, opened_by="accept"), guided[0])
        return
    opened = await _opened(matters, seed, who, guided)
    if opened is None:
        return
    cases = opened.get("cases") or [opened]
    rows = [
        Matter(each["case_no"], f"{seed}/{nth}", way, who, hall.code, bundle=opened.get("bundle_no") or "")
        for nth, each in enumerate(cases)
    ]
    for matter in rows:
        matters.began(matter)
    await _sent(matters, rows)


async def _sent(matters: Matters, rows: list[Matter]) -> None:
    """What is a file is handed in; then it is sent, several as one."""
    for matter in rows:
        case = await matters.case(matter)
        later = ("optional", "deferrable") if matter.way.meets in DEFERS else ("optional",)
        for paper in case.body["requirements"] if case.ok else ():
            if paper["necessity"] not in later and "upload" in paper["channels"] and not paper["materials"]:
                await uploaded(matters, matter, paper["code"])
    if rows[0].bundle:
        sent = await matters.hall.api.post(f"/bundles/{rows[0].bundle}/submit", matters.key("channel"))
        for matter in rows:
            if sent.ok:
                matter.take("submit", "applicant", matters.today)
            matters.took(matter, replace(sent, body={"phase": "pre_review"}) if sent.ok else sent)
    else:
        matters.took(rows[0], await matters.step(rows[0], "applicant", "submit"))


async def _chosen(matters: Matters, way: Way, seed: str, *, how_many: int) -> list[dict[str, Any]]:
    """Items with which a matter can be lived so, asked about to the end of their questions; answered otherwise where none can."""
    offered = await _offered(matters)
    for path in range(PATHS):
        found = await _fitting(matters, way, f"{seed}/{path}" if path else seed, offered, how_many)
        if len(found) == how_many:
            return found
    return []


async def _fitting(matters: Matters, way: Way, seed: str, offered: list[str], how_many: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for_whom = "both"
    for item in dice(seed).sample(offered, k=min(TRIES, len(offered))):
        theirs = await _audience(matters, item) if how_many > 1 else "both"
        if "both" not in (theirs, for_whom) and theirs != for_whom:
            continue  # what is for people alone and what is for organisations alone do not go together
        guided = await _guided(matters, item, seed)
        if guided is not None and fits(way, guided):
            found.append(guided)
            for_whom = theirs if for_whom == "both" else for_whom
            if len(found) == how_many:
                break
    return found


async def _audience(matters: Matters, item: str) -> str:
    seen = await matters.hall.api.get(f"/items/{item}", matters.hall.keys.read)
    return str(seen.body["audience"]) if seen.ok else "both"


async def _offered(matters: Matters) -> list[str]:
    """What is asked about here: matters with questions of their own."""
    hall = matters.hall
    if not matters.items:
        for row in await hall.api.pages("/items", hall.keys.read, hall=hall.code):
            guide = await hall.api.get(f"/items/{row['code']}/guide", hall.keys.read, hall=hall.code)
            if guide.ok and guide.body["questions"]:
                matters.items.append(row["code"])
    return matters.items


async def _guided(matters: Matters, item: str, seed: str) -> dict[str, Any] | None:
    answers: dict[str, str] = {}
    while True:
        asked = {"hall": matters.hall.code, "answers": answers}
        reply = await matters.hall.api.post(f"/items/{item}/guide", matters.key("channel"), asked)
        if not reply.ok:
            matters.turned_away(reply)
            return None
        question = reply.body["next_question"]
        if question is None:
            return dict(reply.body)
        answers[question["id"]] = _answer(question, dice(seed, question["id"]))


def _answer(question: dict[str, Any], rolled: Random) -> str:
    """Whoever comes is a grown person, and never says that a firm applies, or a child."""
    asked = question["id"].rpartition(".")[2]
    never = FIRM if asked in WHO_APPLIES else MINOR if asked == HOW_OLD else ""
    return str(rolled.choice([each for each in question["options"] if each["id"] != never])["id"])


async def _opened(
    matters: Matters, seed: str, who: int, guided: list[dict[str, Any]], *, by: str = "channel"
) -> dict[str, Any] | None:
    """A draft of each, by the one form of all of them. :returns: a case, or a bundle with its cases."""
    hall = matters.hall
    one, items = person(who, hall=hall.code).body(), [each["item"] for each in guided]
    answers = guided[0]["answers"] if len(items) == 1 else await _answered(matters, items, seed)
    shown = {"presented": "read"} if by == "accept" else {}
    asked = {"items": items, "answers": answers, "person": one, **shown}
    form = await hall.api.post("/forms", matters.key(by), asked)
    if form.ok:
        body = {
            **({"item": items[0]} if len(items) == 1 else {"items": items}), "hall": hall.code, "person": one, **shown,
            "channel": "window" if by == "accept" else "web", "anyway": True, "answers": answers,
            "form": filled(form.body["fields"], one, seed=seed, today=hall.day),
        }  # fmt: skip
        form = await hall.api.post("/cases", matters.key(by), body)
    if not form.ok:
        matters.turned_away(form)
        return None
    return dict(form.body)


async def _answered(matters: Matters, items: list[str], seed: str) -> dict[str, str]:
    """The questions of several items together, by the names their one form gives them."""
    answers: dict[str, str] = {}
    while True:
        reply = await matters.hall.api.post("/forms", matters.key("channel"), {"items": items, "answers": answers})
        question = reply.body["next_question"] if reply.ok else None
        if question is None:
            return answers
        answers[question["id"]] = _answer(question, dice(seed, question["id"].rpartition(".")[2]))


async def uploaded(matters: Matters, matter: Matter, code: str) -> Reply:
    said = {"requirement": code, "channel": "upload"}
    return await matters.hall.api.upload(
        f"/cases/{matter.no}/materials", matters.key(matter.opened_by), said, picture()
    )


# ---- at a window ----


async def take_number(matters: Matters, matter: Matter, item: str, errand: Any) -> Reply:
    """A number for the person, whose errand is done at the window that calls it."""
    hall = matters.hall
    someone = plan.Citizen(matter.person, "", "", by_item=True, named=True, misses=False, returns=False, stars=0)
    body = {"item": item, "person": matter.person.body(), "presented": "read"}
    issued_at = hall.clock.now()
    reply = await hall.api.post(f"/halls/{hall.code}/tickets", matters.key("kiosk"), body)
    guest = Guest(someone, issued_at, booked=False, misses=False, took_s=reply.took_s, errand=errand)
    visitors.taken(hall, reply, guest)
    return reply


async def _take_number(matters: Matters, matter: Matter, guided: dict[str, Any]) -> None:
    if matters.open_now():
        await take_number(matters, matter, guided["item"], partial(_at_window, matters, matter, guided))


async def _at_window(matters: Matters, matter: Matter, guided: dict[str, Any], window: str) -> None:
    """Opened by who sits there, card and person compared, and received with the papers that were brought."""
    opened = await _opened(matters, matter.seed, matter.who, [guided], by="accept")
    if opened is None:
        return
    matter.no = opened["case_no"]
    matters.began(matter)
    papers = brought(opened, without_deferrable=matter.way.meets in DEFERS)
    matters.took(matter, await matters.step(matter, "accept", "receive", {"materials": papers, "window": window}))


def brought(case: dict[str, Any], *, without_deferrable: bool = False) -> list[dict[str, Any]]:
    """On paper, what has not come yet; without what follows later."""
    return [
        {"requirement": paper["code"], "channel": "paper", "copies": max(1, paper["originals"] + paper["copies"])}
        for paper in case["requirements"]
        if paper["necessity"] != "optional" and not paper["materials"]
        and not (without_deferrable and paper["necessity"] == "deferrable")
    ]  # fmt: skip
