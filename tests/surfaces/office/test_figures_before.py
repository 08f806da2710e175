"""Figures with the same weekdays before behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from banshi.surfaces.office.figure_parts import Days
from banshi.surfaces.office.figures import _before_words
from tests.rooms.insight.facts import came
from tests.surfaces.office.test_figures import hall, manager, tables  # noqa: F401 – fixtures
from tests.town import Town, at


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-03-10", "2026-03-10", ("2026-03-03", "2026-03-03")),
        ("2026-03-04", "2026-03-10", ("2026-02-25", "2026-03-03")),
        ("2026-03-03", "2026-03-10", ("2026-02-17", "2026-02-24")),
        ("2026-02-09", "2026-03-10", ("2026-01-05", "2026-02-03")),
    ],
)
def test_days_are_compared_with_the_same_weekdays_none_of_them_twice(first: str, last: str, before: tuple[str, str]):
    days = Days(date.fromisoformat(first), date.fromisoformat(last))

    assert (days.before.first.isoformat(), days.before.last.isoformat()) == before
    assert days.before.first.weekday() == days.first.weekday()
    assert days.before.last < days.first


@pytest.fixture
def last_week(hall: Town) -> None:  # noqa: F811
    """A week before: two at nine who waited 8 minutes, one at two in the afternoon."""
    for hour in ("09:10", "09:20", "14:10"):
        came(
            hall.hall, hall.categories["A"], at(f"2026-03-03 {hour}"), wait_min=8, window=hall.windows["01"],
            staff=hall.clerk, item=hall.items["pension"],
        )  # fmt: skip


def column(table: list[list[str]], head: str) -> dict[str, str]:
    (place,) = [n for n, each in enumerate(table[0]) if each == head]
    return {row[0]: row[place] for row in table[1:]}


def test_each_hour_shows_the_visits_of_a_week_before_and_the_column_adds_up(manager: Client, last_week: None):  # noqa: F811
    shown = tables(manager.get("/office/town/figures"))

    then = column(shown["visits-hour"], "到访，1 周前")
    assert (then["9–10 时"], then["14–15 时"], then["合计"]) == ("2", "1", "3")
    assert column(shown["visits-hour"], "到访（次）")["14–15 时"] == "0"  # nobody came today; then somebody did
    assert column(shown["waits-hour"], "平均等候，1 周前（分钟）")["合计"] == "8.0"


def test_the_chart_draws_then_behind_now_and_to_the_end_of_the_day(manager: Client, last_week: None):  # noqa: F811
    chart: Any = manager.get("/office/town/figures").context["charts"]["visits-hour"]

    ghost = chart["series"][-1]
    assert (ghost["ghost"], ghost["name"], sum(ghost["data"])) == (True, "到访，1 周前", 3)
    assert len(ghost["data"]) == len(chart["labels"])
    assert len(chart["series"][0]["data"]) == 1  # until the hour in which somebody came last


def test_days_stand_beside_their_weekday_before(manager: Client, last_week: None):  # noqa: F811
    shown = tables(manager.get("/office/town/figures?range=7"))

    then = column(shown["visits-day"], "到访，1 周前")
    assert (then["3月10日"], then["3月9日"], then["合计"]) == ("3", "0", "3")


def test_the_file_has_the_same_columns(manager: Client, last_week: None):  # noqa: F811
    file = manager.get("/office/town/figures/export?part=visits-hour&format=csv").content.decode("utf-8-sig")

    assert "到访，1 周前" in file.splitlines()[0]


@pytest.mark.parametrize(
    ("first", "last", "today", "zh", "en"),
    [
        ("2026-11-20", "2026-11-26", "2026-11-26", "上周 11/13–11/19", "last week, 13–19 Nov"),
        ("2026-11-26", "2026-11-26", "2026-11-26", "上周 11/19", "last week, 19 Nov"),
        ("2026-11-25", "2026-11-25", "2026-11-26", "前一周 11/18", "the week before, 18 Nov"),
        ("2026-10-28", "2026-11-26", "2026-11-26", "5 周前 9/23–10/22", "5 weeks before, 23 Sep–22 Oct"),
    ],
)
def test_the_days_compared_with_are_said_in_words(first, last, today, zh, en):
    days = Days(date.fromisoformat(first), date.fromisoformat(last))

    said = []
    for language in ("zh-hans", "en"):
        with override(language):
            said.append(_before_words(days, date.fromisoformat(today)))

    assert said == [zh, en]
