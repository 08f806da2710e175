"""The share of all work that machines did: their matters beside visits served at windows, adding up in every split."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.rooms.devices.actions.use import used
from banshi.rooms.devices.models import Device, MachineType
from banshi.rooms.devices.queries.use import BYS
from banshi.rooms.devices.rules import use as rules
from banshi.rooms.insight import actions
from banshi.rooms.insight import queries as insight
from banshi.rooms.insight.queries.self_service import BESIDE_WINDOWS, DEEDS
from tests.rooms.insight.facts import came
from tests.town import Town, at

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)


def machine(hall: Any, code: str, **more: Any) -> Device:
    return Device.objects.create(hall=hall, code=code, kind="machine", name=f"{code} 号", **more)


def scatter(town: Town, halls: dict[str, Any], categories: dict[str, Any]) -> None:
    """Deeds and visits of three days and four halls; the same ones each time."""
    dice = random.Random(5)
    for code, hall in halls.items():
        machines = [machine(hall, f"{code}-{n}") for n in (1, 2)]
        for n in range(40):
            moment = at(f"{dice.choice([MONDAY, TUESDAY, WEDNESDAY])} 00:00") + timedelta(minutes=dice.randrange(1440))
            item = dice.choice([None, *town.items.values()])
            used(
                device=dice.choice(machines), deed=dice.choice(rules.DEEDS), key=f"N{n % 25}:{n}",
                item_id=item.pk if item else None, now=moment,
            )  # fmt: skip
        for _ in range(12):
            arrived = at(f"{dice.choice([MONDAY, TUESDAY])} 09:00") + timedelta(minutes=dice.randrange(420))
            came(
                hall, categories[code], arrived, state=dice.choice(["finished", "finished", "left"]),
                item=dice.choice([None, *town.items.values()]),
            )  # fmt: skip


def asked(halls: Any, *bys: str, first: date = MONDAY, last: date = WEDNESDAY, **more: Any) -> dict[str, Any]:
    return insight.self_service(halls=list(halls), first=first, last=last, bys=bys, **more)


def test_every_deed_and_split_has_words():
    assert set(DEEDS) == set(rules.DEEDS)
    assert set(insight.SELF_SERVICE_BYS) == set(BYS)


@pytest.mark.parametrize("by", insight.SELF_SERVICE_BYS)
def test_the_rows_of_a_split_add_up(county: Any, by: str):
    town, halls, categories = county
    scatter(town, halls, categories)

    *rows, total = asked(halls.values(), by)[by]

    visits = insight.visits(halls=list(halls.values()), first=MONDAY, last=WEDNESDAY)[-1]["visits_served"]
    assert total["total"]
    assert (total["uses"], total["visits_served"]) == (160, visits)
    assert [sum(row[count] for row in rows) for count in ("uses", "matters")] == [total["uses"], total["matters"]]
    if by in BESIDE_WINDOWS:
        assert sum(row["visits_served"] for row in rows) == visits
    else:
        assert {(row["visits_served"], row["share"]) for row in rows} == {(None, None)}


def test_halls_add_up_to_all_of_them_before_and_after_days_are_settled(county: Any):
    town, halls, categories = county
    scatter(town, halls, categories)
    counts = ("uses", "matters", "visits_served")

    whole = asked(halls.values())[""][-1]
    each = [asked([hall])[""][-1] for hall in halls.values()]
    actions.settle_due(now=at("2026-03-13 09:00"))

    assert [sum(row[count] for row in each) for count in counts] == [whole[count] for count in counts]
    assert asked(halls.values())[""][-1] == whole


def test_the_share_is_of_matters_and_visits_and_never_of_numbers(town: Town):
    here = machine(town.hall, "m-1")
    came(town.hall, town.categories["A"], at("2026-03-10 09:00"), item=town.items["pension"])
    came(town.hall, town.categories["A"], at("2026-03-10 09:00"), state="left")
    for n in range(5):
        used(device=here, deed="ticket", key=f"t{n}", now=at("2026-03-10 09:00"))
    for deed in ("apply", "payment", "print"):
        used(device=here, deed=deed, key="N1", item_id=town.items["pension"].pk, now=at("2026-03-10 10:00"))
    used(device=here, deed="apply", key="N2", now=at("2026-03-10 23:00"))

    found = asked([town.hall], "item", "hour", "day")

    total = found[""][-1]
    assert (total["uses"], total["matters"], total["visits_served"], total["share"]) == (9, 2, 1, 0.66667)
    items = {row["key"]: (row["matters"], row["visits_served"], row["share"]) for row in found["item"][:-1]}
    assert items == {"pension": (1, 1, 0.5), "none": (1, 0, 1.0)}
    hours = {row["key"]: row["share"] for row in found["hour"][:-1] if row["share"] is not None}
    assert hours == {"09": 0.0, "10": 1.0, "23": 1.0}
    assert [(row["key"], row["share"]) for row in found["day"][:-1]] == [
        ("2026-03-09", None), ("2026-03-10", 0.66667), ("2026-03-11", None),
    ]  # fmt: skip
    assert [row["visits_served"] for row in found["day"][:-1]] == [0, 1, 0]


def test_nothing_done_has_no_share(town: Town):
    found = asked([town.hall], "machine", "item", "hour")

    total = found[""][-1]
    assert (total["uses"], total["matters"], total["visits_served"], total["share"]) == (0, 0, 0, None)
    assert [len(found[by]) for by in ("machine", "item", "hour")] == [1, 1, 1]


def test_machines_of_the_fleet_stand_there_also_where_they_did_nothing(town: Town):
    kind = MachineType.objects.create(code="tax", name_zh="办税终端", name_en="Tax terminal", parts=["screen"])
    machine(town.hall, "m-idle", type=kind)
    machine(town.hall, "m-gone", type=kind, retired_at=at("2026-03-01 09:00"))
    machine(town.hall, "k-idle")
    used(device=machine(town.hall, "k-numbers"), deed="ticket", key="t1", now=at("2026-03-10 09:00"))
    used(device=machine(town.hall, "m-busy", type=kind), deed="apply", key="N1", now=at("2026-03-10 09:00"))
    used(device=machine(town.other_hall, "m-far", type=kind), deed="apply", key="N1", now=at("2026-03-10 09:00"))

    rows = asked([town.hall], "machine")["machine"]

    assert [row["key"] for row in rows] == ["m-busy", "k-numbers", "m-idle", "total"]
    one = asked([town.hall], "machine", "deed", device="m-busy")
    assert (one[""][-1]["uses"], one[""][-1]["visits_served"], one[""][-1]["share"]) == (1, None, None)
    assert {row["key"]: row["uses"] for row in one["deed"]} == {**dict.fromkeys(DEEDS, 0), "apply": 1, "total": 1}


@pytest.mark.parametrize("halls_asked", [1, 4])
def test_as_many_statements_for_four_halls_as_for_one(county: Any, halls_asked: int):
    town, halls, categories = county
    scatter(town, halls, categories)

    with CaptureQueriesContext(connection) as statements:
        asked(list(halls.values())[:halls_asked], *insight.SELF_SERVICE_BYS)

    assert len(statements) == 5  # machines, two of windows, names of machines and items
