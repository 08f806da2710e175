"""The ways on which a matter is lived: how it comes, what it meets, how it is paid for, how its result leaves. Pure, seeded.

The shares are of all matters of the crowd; one for which no item of the hall fits is lived without what does not fit.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from banshi.crowd.dice import weighted

# online; a number at a window, with papers; looked over online and brought to a window; dropped into the cabinet at night;
# several as one (一件事)
COMES = {"online": 0.46, "window": 0.22, "folder": 0.12, "night": 0.12, "bundle": 0.08}
MEETS = {
    "nothing": 0.40, "wrong": 0.10, "notice": 0.10, "second_notice": 0.04, "tolerant": 0.06, "tolerant_late": 0.03,
    "stopped": 0.06, "extended": 0.05, "withdrawn": 0.05, "refused": 0.07, "not_accepted": 0.04,
}  # fmt: skip
# "": it costs nothing. At a window; there, and once more; by the till, which says it twice; by the till, whose word comes late;
# at a window, and the case ends after it.
PAYS = {"": 0.80, "window": 0.08, "twice": 0.04, "till": 0.04, "late": 0.02, "ended": 0.02}
LEAVES = {"counter": 0.50, "cabinet": 0.25, "courier": 0.17, "returned": 0.08}

DEFERS = frozenset({"tolerant", "tolerant_late"})
TAKE_A_REVIEW = DEFERS | {"second_notice", "stopped", "extended", "withdrawn", "refused", "not_accepted"}
NO_RESULT = frozenset({"withdrawn", "refused", "not_accepted"})
ONLINE = frozenset({"online", "folder", "night", "bundle"})


@dataclass(frozen=True)
class Way:
    comes: str = "online"
    meets: str = "nothing"
    pays: str = ""
    leaves: str = "counter"

    @property
    def kinds(self) -> tuple[str, ...]:
        """By which it is counted: what is plain stands for nothing."""
        said = (self.comes, self.meets, f"pays {self.pays}" if self.pays else "", self.leaves)
        return tuple(each for each in said if each not in ("", "nothing", "counter"))

    def kept(self) -> dict[str, str]:
        return asdict(self)


def drawn(chance: random.Random) -> Way:
    """One of them. What is paid for is granted; what a window opened has no code, so it leaves by the counter or the carrier."""
    way = Way(weighted(chance, COMES), weighted(chance, MEETS), weighted(chance, PAYS), weighted(chance, LEAVES))
    if way.meets in NO_RESULT:
        return replace(way, pays="", leaves="counter")
    if way.comes == "bundle":
        return replace(way, meets="nothing", pays="", leaves="counter")
    if way.comes == "window":
        return replace(way, leaves="counter", meets="nothing" if way.meets == "wrong" else way.meets)
    return way


def fits(way: Way, guided: Mapping[str, Any]) -> bool:
    """Whether what an item asks for lets a matter be lived so. None of a department or a procedure that no crowd plays."""
    acts = {stage["act"] for stage in guided["stages"]}
    if not guided["complete"] or acts & {"consult", "procedure"}:
        return False
    if way.comes in ONLINE and guided["online_level"]["level"] != "declared":
        return False  # the crowd's channel vouches for nobody
    if not guided["where"]["online" if way.comes in ONLINE else "window"]:
        return False
    if way.meets in TAKE_A_REVIEW and "review" not in acts:
        return False
    if way.meets in DEFERS and not deferrable(guided["materials"]):
        return False
    return not way.pays or bool((guided["fee"] or {}).get("amount"))


def deferrable(papers: Any) -> list[str]:
    return [paper["code"] for paper in papers if paper["necessity"] == "deferrable"]
