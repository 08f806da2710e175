"""The rounds of an item whose places are counted, and their draws: what anybody may know of them, and nobody's name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.rules import quota as rules
from tests.matters import Matters
from tests.rooms.cases.test_quota import DRAW_DAY, LATER, by_lot, closed, counted, draw, published
from tests.surfaces.api.casework import Casework
from tests.surfaces.api.conftest import Calls


@pytest.fixture
def matters(work: Casework) -> Matters:
    return work.matters


def test_an_item_that_is_not_counted_has_no_rounds(matters: Matters, calls: Calls) -> None:
    said = calls("get", "/items/pension/quota", "read").json()

    assert (said["by"], said["carried"], said["rounds"]) == (None, False, [])
    assert calls("get", "/items/pension", "read").json()["quota"] is None


def test_places_left_and_who_waits_stand_with_the_item(matters: Matters, calls: Calls) -> None:
    counted()
    published(matters, 3, days=(date(2026, 3, 1), date(2026, 3, 31)))

    quota = calls("get", "/items/pension", "approver").json()["quota"]

    assert (quota["by"], quota["carried"], quota["round"]["state"]) == ("order", False, "open")
    assert {name: quota["round"][name] for name in ("places", "left", "waiting", "opens_on", "draw_on")} == {
        "places": 3, "left": 3, "waiting": 0, "opens_on": "2026-03-01", "draw_on": None,
    }  # fmt: skip


def test_the_draw_can_be_done_again_from_what_is_said(matters: Matters, calls: Calls) -> None:
    row, waiting = by_lot(matters, 1, 3)

    def said() -> dict[str, Any]:
        answer = calls("get", "/items/pension/quota", "read")
        assert answer.status_code == 200
        assert not [case.no for case in waiting if case.no in answer.content.decode()]
        rounds: list[dict[str, Any]] = answer.json()["rounds"]
        return rounds[0]

    before = said()
    closed(matters, row)
    listed = said()
    draw(matters, row)
    drawn = said()

    assert (before["commitment"], before["entries"], listed["seed"]) == (None, [], None)
    assert listed["commitment"] == rules.committed(drawn["seed"])
    assert listed["list_hash"] == rules.listed([each["case"] for each in drawn["entries"]])
    order = rules.drawn(drawn["seed"], 3)
    assert {each["number"]: each["rank"] for each in drawn["entries"]} == {n: i for i, n in enumerate(order, 1)}
    assert [each["number"] for each in drawn["entries"] if each["drawn"]] == [order[0]]


def test_the_case_says_where_it_stands(matters: Matters, calls: Calls) -> None:
    row, (case,) = by_lot(matters, 1, 1)

    waits = cases_part(calls, case.no)
    closed(matters, row)
    cases.draw_round(round_id=row.pk, today=DRAW_DAY.date(), by=matters.by["second_supervisor"], now=DRAW_DAY)
    drawn = cases_part(calls, case.no)

    assert (waits["state"], waits["number"], drawn["state"], drawn["number"]) == ("waits", None, "drawn", 1)
    assert LATER < DRAW_DAY


def cases_part(calls: Calls, no: str) -> dict[str, Any]:
    part: dict[str, Any] = calls("get", f"/cases/{no}", "approver").json()["quota"]
    return part
