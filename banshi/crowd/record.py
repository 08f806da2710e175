"""What the record of a case has to say after what was lived. Pure: a matter, and answers of the API; differences in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from banshi.crowd.matter import Lived, Matter
from banshi.crowd.ways import NO_RESULT

# What a step leaves in the timeline, in order; of a step that is not named: its own name. Nothing: no moment of its own.
MOMENTS: Mapping[str, tuple[str, ...]] = {
    "drop": ("expect",), "take-out": (), "way": (), "carrier": (), "agree": ("agree",), "fees/pay": ("pay",),
    "to-cabinet": ("shelve",), "consign": ("shelve",), "release": (),
}  # fmt: skip
# What may stand there besides, because of a step: the clerk's rules, what follows from another step, what time does.
FOLLOWS = frozenset({"open", "take", "close", "deem", "unmet", "recount", "expect-no-more", "sign-for", "change"})
PARTIES = {
    "applicant": {"applicant", "hall"}, "kiosk": {"applicant", "hall", "time"}, "till": {"applicant", "time"},
    "carrier": {"time", "hall"}, "pre_review": {"hall"}, "accept": {"hall", "department"}, "issue": {"hall"},
    "review": {"department", "hall"}, "approve": {"department", "hall"}, "supervise": {"supervisor", "department", "hall"},
}  # fmt: skip
ENDS = {"withdrawn": "withdrawn", "not_accepted": "not_accepted", "ended": "terminated"}
CARRIED = ("accepted", "moving", "out", "refused", "returning", "delivered")
CHANNELS = {"counter": "counter", "cabinet": "cabinet", "courier": "courier", "returned": "counter"}


def story(matter: Matter, moments: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every step stands in the timeline, in its order, on its day, by whom it was taken; and nobody else's does."""
    found, at = [], 0
    names: dict[tuple[str, int], str] = {}
    explained: set[int] = set()
    for step in matter.lived:
        for verb in MOMENTS.get(step.verb, (step.verb,)):
            nth = next((n for n in range(at, len(moments)) if moments[n]["verb"] == verb), None)
            if nth is None:
                found.append(f"{step.verb} on {step.day}: not in the timeline")
                continue
            at = nth + 1
            explained.add(nth)
            found += _moment(step, moments[nth], names)
    if matter.did("carrier") and matter.way.leaves == "courier":
        explained |= {n for n, each in enumerate(moments) if each["verb"] == "deliver"}
    by_rule = any("by_rule" in each["facts"] or each["verb"] == "by-rule" for each in moments)
    for n, each in enumerate(moments):
        if n not in explained and each["verb"] not in FOLLOWS and not by_rule and each["who"] != "time":
            found.append(f"{each['verb']} at {each['at']}: nobody of the crowd did it")
    return found


def _moment(step: Lived, moment: Mapping[str, Any], names: dict[tuple[str, int], str]) -> list[str]:
    found = []
    if step.day and moment["at"][:10] != step.day:
        found.append(f"{step.verb}: on {moment['at'][:10]} instead of {step.day}")
    if moment["who"] not in PARTIES[step.by]:
        found.append(f"{step.verb}: by {moment['who']} instead of {step.by}")
    if moment["by"] and step.by not in ("applicant", "kiosk", "till", "carrier"):
        known = names.setdefault((step.by, step.nth), moment["by"])
        if known != moment["by"]:
            found.append(f"{step.verb}: by {moment['by']}, and it was {known}")
        if any(name == moment["by"] for key, name in names.items() if key[0] == step.by and key != (step.by, step.nth)):
            found.append(f"{step.verb}: by {moment['by']} alone, and it took two")
    return found


def offered(case: Mapping[str, Any]) -> list[str]:
    """What has ended offers no further step; what has not offers one."""
    over = case["phase"] in ("closed", "not_accepted", "withdrawn", "terminated")
    if over == bool(case["next"]):
        return [f"next: {[each['verb'] for each in case['next']]} in phase {case['phase']}"]
    return []


def clock(case: Mapping[str, Any], moments: Sequence[Mapping[str, Any]]) -> list[str]:
    """Days counted and stopped, as the timeline's days say: at most the week days between, less those on which it stood."""
    runs = case["clock"]
    if runs is None or runs["unit"] != "working_day" or not case["decided_at"]:
        return []
    begun, ended = _day(case["accepted_at"]), _day(case["decided_at"])
    stood: set[date] = set()
    since: date | None = None
    for each in moments:
        if each["verb"] == "stop-clock":
            since = _day(each["at"])
        elif each["verb"] == "resume-clock" and since is not None:
            stood |= _week_days(since, _day(each["at"]))
            since = None
    days = _week_days(begun, ended)
    counted, stopped = len(days - stood), len(days & stood)
    if (
        runs["counted"] > counted
        or runs["stopped"] > stopped
        or (days and _short(begun, ended) and ((runs["counted"], runs["stopped"]) != (counted, stopped)))
    ):
        return [f"clock: {runs['counted']} counted, {runs['stopped']} stopped, and it was {counted} and {stopped}"]
    return []


def _week_days(after: date, until: date) -> set[date]:
    days = {after + timedelta(days=n) for n in range(1, (until - after).days + 1)}
    return {day for day in days if day.weekday() < 5}


def _short(begun: date, ended: date) -> bool:
    """Within one week, so that no holiday is missed by week days alone – but for one, which only makes it fewer."""
    return ended.isocalendar()[:2] == begun.isocalendar()[:2] and not (ended.month == 1 and ended.day < 4)


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def delivery(matter: Matter, case: Mapping[str, Any]) -> list[str]:
    """How it ended is how it was lived, and the carrier's steps stand in their order, each once."""
    found = []
    over = case["phase"] in ("closed", "not_accepted", "withdrawn", "terminated")
    wanted = ENDS.get(matter.way.meets) or (ENDS["ended"] if matter.way.pays == "ended" else "closed")
    if over and case["phase"] != wanted and (wanted == "closed" or matter.did(wanted)):
        found.append(f"phase: {case['phase']} instead of {wanted}")
    if case["phase"] != "closed" or matter.way.meets in NO_RESULT or case["delivery"] is None:
        return found
    told, way = case["delivery"], matter.way
    if told["state"] != "delivered" or (matter.did("way") and told["channel"] != CHANNELS[way.leaves]):
        found.append(f"delivery: {told['state']} by {told['channel']} instead of {CHANNELS[way.leaves]}")
    return found + _parcel((told["parcel"] or {}).get("steps", ()))


def _parcel(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each of the carrier's steps once, in the order in which it happened – at one moment, in any."""
    at = [_moment_of(each["at"]) for each in steps]
    happened = sorted(zip(at, (CARRIED.index(each["status"]) for each in steps), strict=True))
    ranks = [rank for _at, rank in happened]
    if at != sorted(at) or ranks != sorted(set(ranks)):
        return [f"parcel: {', '.join(each['status'] for each in steps)}"]
    return []


def _moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def papers(
    matter: Matter, documents: Sequence[Mapping[str, Any]], case: Mapping[str, Any], numbers: dict[str, str]
) -> list[str]:
    """No number twice; who was told something in writing has it.

    :param numbers: number → case, of all that were seen; those of this one are added.
    """
    found, here = [], set()
    for paper in documents:
        if paper["number"] in here or numbers.setdefault(paper["number"], matter.no) != matter.no:
            found.append(f"document {paper['number']}: given twice")
        here.add(paper["number"])
    kinds = [paper["kind"] for paper in documents]
    for verb, least in (
        ("receive", 1),
        ("notice", matter.times("notice")),
        ("decide", 1),
        ("stop-clock", 1),
        ("extend", 1),
    ):
        if matter.did(verb) and len(kinds) < least:
            found.append(f"documents: {len(kinds)} after {verb}")
    return found
