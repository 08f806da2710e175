"""Figures of cases over the API."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.rooms.insight.rules import CASE_COUNTS
from tests.rooms.insight.case_rows import case_of
from tests.surfaces.api.conftest import Calls
from tests.town import at

DAYS = "from=2026-03-09&to=2026-03-10"


@pytest.fixture
def worked(calls: Calls) -> Calls:
    town = calls.town
    for n, item in enumerate((town.items["pension"], town.items["pension"], list(town.items.values())[-1])):
        case_of(
            town.hall, item, town.person(1), received=at("2026-03-09 09:00"), accepted=at("2026-03-09 10:00"),
            decided=at(f"2026-03-{9 + n:02d} 11:00"), closed=at("2026-03-10 16:00") if n == 0 else None, due=date(2026, 3, 10),
            days_saved=20 - n, trips=1, stars=4 if n == 0 else None, channel="web" if n else "window",
        )  # fmt: skip
    return calls


def asked(calls: Calls, query: str) -> Any:
    answer = calls("get", f"/stats/cases?{query}", "read")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_what_happened_on_these_days_and_what_follows_from_it(worked: Calls) -> None:
    total = asked(worked, f"hall=town&{DAYS}")["total"]

    assert [total[name] for name in ("received", "accepted", "decided", "on_time", "completed", "one_stop")] == [
        3,
        3,
        2,
        2,
        1,
        1,
    ]
    assert (total["completion_share"], total["on_time_share"], total["saved_p50"]) == (0.33333, 1.0, 19.5)
    assert (total["one_stop_share"], total["second_notice_share"], total["trips_mean"]) == (1.0, 0.0, 1.0)
    assert (total["rating_mean"], total["rated_share"]) == (4.0, 1.0)


@pytest.mark.parametrize("by", ["day", "hall", "region", "department", "item", "channel"])
def test_rows_add_up_to_the_total(worked: Calls, by: str) -> None:
    found = asked(worked, f"hall=town&{DAYS}&by={by}")

    sums = {name: sum(row[name] for row in found["data"]) for name in CASE_COUNTS}
    assert sums == {name: found["total"][name] for name in CASE_COUNTS}


def test_where_nothing_happened_shares_are_null_and_counts_nought(calls: Calls) -> None:
    found = asked(calls, "hall=town&from=2026-03-01&to=2026-03-02")

    assert found["data"] == [found["total"]]
    assert found["total"]["received"] == 0
    assert found["total"]["completion_share"] is None


@pytest.mark.parametrize("query", ["by=window", "hall=town&region=440000", "from=2024-01-01&to=2026-01-01"])
def test_what_cannot_be_asked_for_is_invalid(calls: Calls, query: str) -> None:
    answer = calls("get", f"/stats/cases?{query}", "read")

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")


def test_a_region_reaching_beyond_the_key_is_refused(calls: Calls) -> None:
    answer = calls("get", "/stats/cases?region=440000", "manage")

    assert (answer.status_code, answer.json()["type"]) == (403, "not-your-hall")
