"""A record that says something else than was lived is found: each way in which it may be wrong, on one matter that agrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from banshi.crowd import record
from banshi.crowd.dice import dice
from banshi.crowd.ledger import compare_ways
from banshi.crowd.matter import Matter
from banshi.crowd.ways import COMES, LEAVES, MEETS, NO_RESULT, PAYS, Way, drawn, fits

MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)
STEPS = [
    ("submit", "applicant", "applicant", None), ("pass", "pre_review", "hall", "甲"), ("receive", "accept", "hall", "乙"),
    ("accept", "accept", "hall", "乙"), ("opine", "review", "department", "丙"), ("decide", "approve", "department", "丁"),
    ("post", "issue", "hall", "戊"),
]  # fmt: skip


def lived() -> Matter:
    matter = Matter("case-1", "seed", Way("online", leaves="courier"), lived=[])
    for verb, by, _who, _name in STEPS:
        matter.take(verb, by, TUESDAY if verb in ("decide", "post") else MONDAY)
    matter.take("way", "applicant", TUESDAY)
    return matter


def told() -> dict[str, Any]:
    moments = [
        {"verb": verb, "who": who, "by": name, "facts": {},
         "at": f"{TUESDAY if verb in ('decide', 'post') else MONDAY}T10:00:00+08:00"}
        for verb, _by, who, name in STEPS
    ]  # fmt: skip
    steps = [{"status": each, "at": "2026-03-10T11:00:00+08:00"} for each in ("accepted", "moving", "out", "delivered")]
    case = {
        "phase": "closed", "next": [], "accepted_at": "2026-03-09T10:00:00+08:00", "decided_at": "2026-03-10T10:00:00+08:00",
        "clock": {"counted": 1, "stopped": 0, "left": 4, "unit": "working_day"},
        "delivery": {"state": "delivered", "channel": "courier", "parcel": {"steps": steps}},
    }  # fmt: skip
    documents = [{"number": "2026-1", "kind": "receipt"}, {"number": "2026-2", "kind": "decision"}]
    return {"moments": moments, "case": case, "documents": documents}


def found(said: dict[str, Any], numbers: dict[str, str] | None = None) -> list[str]:
    matter = lived()
    return [
        *record.story(matter, said["moments"]), *record.offered(said["case"]), *record.clock(said["case"], said["moments"]),
        *record.delivery(matter, said["case"]),
        *record.papers(matter, said["documents"], said["case"], {} if numbers is None else numbers),
    ]  # fmt: skip


def test_a_record_that_says_what_was_lived_agrees() -> None:
    assert found(told()) == []


Falsify = Callable[[dict[str, Any]], Any]
FALSE: dict[str, tuple[Falsify, str]] = {
    "a step is gone": (lambda said: said["moments"].pop(3), "accept on 2026-03-09: not in the timeline"),
    "another order": (lambda said: said["moments"].insert(0, said["moments"].pop(4)), "opine on 2026-03-09: not in"),
    "another day": (lambda said: said["moments"][2].update(at="2026-03-08T10:00:00+08:00"), "receive: on 2026-03-08"),
    "another party": (lambda said: said["moments"][0].update(who="supervisor"), "submit: by supervisor"),
    "another person": (lambda said: said["moments"][3].update(by="己"), "accept: by 己, and it was 乙"),
    "a step of nobody": (
        lambda said: said["moments"].append({**said["moments"][3], "verb": "extend"}), "extend at 2026-03-09",
    ),
    "a day too many": (lambda said: said["case"]["clock"].update(counted=2), "clock: 2 counted"),
    "a day too few": (lambda said: said["case"]["clock"].update(counted=0), "clock: 0 counted"),
    "a day that stood": (lambda said: said["case"]["clock"].update(stopped=1), "clock: 1 counted, 1 stopped"),
    "something comes next": (lambda said: said["case"].update(next=[{"verb": "decide"}]), "next: ['decide']"),
    "not ended": (lambda said: said["case"].update(phase="terminated"), "phase: terminated instead of closed"),
    "another way": (lambda said: said["case"]["delivery"].update(channel="counter"), "delivery: delivered by counter"),
    "a parcel that was there twice": (
        lambda said: said["case"]["delivery"]["parcel"]["steps"].append(said["case"]["delivery"]["parcel"]["steps"][3]),
        "parcel: accepted",
    ),
    "a number twice": (lambda said: said["documents"].append(said["documents"][0]), "document 2026-1: given twice"),
    "no paper": (lambda said: said["documents"].clear(), "documents: 0 after receive"),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_a_falsified_record_is_found(name: str) -> None:
    falsify, words = FALSE[name]
    said = deepcopy(told())

    falsify(said)

    assert any(each.startswith(words) for each in found(said)), found(said)


def test_a_number_that_another_case_has_is_found() -> None:
    assert found(told(), {"2026-2": "case-9"}) == ["document 2026-2: given twice"]


def test_days_on_which_the_clock_stood_do_not_count() -> None:
    said = told()
    said["case"] |= {
        "decided_at": "2026-03-13T10:00:00+08:00",
        "clock": {"counted": 2, "stopped": 2, "unit": "working_day"},
    }
    stop, resume = (
        {"verb": verb, "at": f"2026-03-{day}T09:00:00+08:00"}
        for verb, day in (("stop-clock", "09"), ("resume-clock", "11"))
    )

    assert record.clock(said["case"], [stop, resume]) == []
    assert record.clock(said["case"], []) != []


def test_a_difference_makes_the_run_fail() -> None:
    agrees, differs = compare_ways("dongcheng", {"night": Counter(lived=3), "window": Counter(lived=3, differ=1)})

    assert (agrees.bad, differs.bad, differs.seen, differs.reported) == (False, True, 3, 2)


def test_every_share_is_drawn_and_goes_together() -> None:
    ways = {drawn(dice("ways", n)) for n in range(3000)}

    for part, shares in (("comes", COMES), ("meets", MEETS), ("pays", PAYS), ("leaves", LEAVES)):
        assert {getattr(way, part) for way in ways} == set(shares)
        assert sum(shares.values()) == pytest.approx(1)
    assert not any(way.pays and way.meets in NO_RESULT for way in ways)
    assert not any(way.comes == "window" and way.leaves == "cabinet" for way in ways)


@pytest.mark.parametrize(
    ("way", "fit"),
    [
        (Way(), True),
        (Way("window"), True),
        (Way(meets="stopped"), False),
        (Way(meets="tolerant"), False),
        (Way(pays="till"), False),
    ],
)
def test_an_item_fits_a_way_by_what_it_asks_for(way: Way, fit: bool) -> None:
    guided = {
        "complete": True, "where": {"online": True, "window": True}, "stages": [{"act": "receive"}, {"act": "decide"}],
        "materials": [{"code": "id", "necessity": "required"}], "fee": None, "online_level": {"level": "declared"},
    }  # fmt: skip

    assert fits(way, guided) is fit


@pytest.mark.parametrize(("way", "fit"), [(Way(), False), (Way("window"), True)])
def test_nobody_of_the_crowd_proves_more_than_a_number_online(way: Way, fit: bool) -> None:
    guided = {
        "complete": True, "where": {"online": True, "window": True}, "stages": [{"act": "decide"}],
        "materials": [], "fee": None, "online_level": {"level": "vouched"},
    }  # fmt: skip

    assert fits(way, guided) is fit
