"""受理时段: first and last day, New Year, 29 February, once; what is said of them, and what cannot be one."""

from __future__ import annotations

from datetime import date

import pytest

from banshi.rooms.catalogue.rules.faults import faults
from banshi.rooms.catalogue.rules.seasons import Seasons, seasons
from tests.rooms.catalogue.handlings import handling

AUTUMN = ("09-01", "10-15")
WINTER = ("11-20", "02-29")
ONCE = ("2027-03-01", "2027-03-31")


def said(*spans: tuple[str, str]) -> Seasons:
    found = seasons("aid", [{"first": first, "last": last} for first, last in spans])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("span", "day", "held"),
    [
        (AUTUMN, date(2026, 8, 31), False), (AUTUMN, date(2026, 9, 1), True),
        (AUTUMN, date(2026, 10, 15), True), (AUTUMN, date(2026, 10, 16), False),
        (WINTER, date(2026, 12, 31), True), (WINTER, date(2027, 1, 1), True),
        (WINTER, date(2027, 2, 28), True), (WINTER, date(2027, 3, 1), False), (WINTER, date(2028, 2, 29), True),
        (ONCE, date(2027, 2, 28), False), (ONCE, date(2027, 3, 31), True), (ONCE, date(2028, 3, 1), False),
    ],
)  # fmt: skip
def test_both_its_days_are_within(span: tuple[str, str], day: date, held: bool) -> None:
    assert (said(span).hold(day), said(span).refusal(day) is None) == (held, held)


@pytest.mark.parametrize(
    ("spans", "day", "opens"),
    [
        ([AUTUMN], date(2026, 9, 3), date(2026, 9, 3)),
        ([AUTUMN], date(2026, 10, 16), date(2027, 9, 1)),
        ([AUTUMN, ONCE], date(2026, 10, 16), date(2027, 3, 1)),
        ([ONCE], date(2027, 4, 1), None),
        ([("02-29", "03-10")], date(2027, 1, 1), date(2027, 3, 1)),
    ],
)
def test_it_opens_next(spans: list[tuple[str, str]], day: date, opens: date | None) -> None:
    assert said(*spans).opens(day) == opens


@pytest.mark.parametrize(
    ("spans", "day", "closes"),
    [
        ([AUTUMN], date(2026, 9, 1), date(2026, 10, 15)),
        ([WINTER], date(2026, 12, 31), date(2027, 2, 28)),
        ([WINTER], date(2027, 1, 1), date(2027, 2, 28)),
        ([AUTUMN, ("10-16", "10-31"), ONCE], date(2026, 9, 5), date(2026, 10, 31)),
        ([ONCE], date(2027, 3, 2), date(2027, 3, 31)),
    ],
)
def test_it_closes_with_the_last_day_in_a_row(spans: list[tuple[str, str]], day: date, closes: date) -> None:
    assert said(*spans).closes(day) == closes


def test_a_refusal_says_when_it_is_received_and_from_when_next() -> None:
    no = said(AUTUMN, ONCE).refusal(date(2026, 10, 16))
    over = said(ONCE).refusal(date(2027, 4, 1))

    assert no is not None
    assert over is not None
    assert (no.slug, no.facts["opens"]) == ("out-of-season", date(2027, 3, 1))
    assert no.facts["reason"] == {
        "zh": "受理时间：每年9月1日至10月15日、2027年3月1日至3月31日，下次从2027年3月1日起。",
        "en": "Received 1 September – 15 October of each year, 1 March – 31 March 2027; next from 1 March 2027.",
    }
    assert "opens" not in over.facts


@pytest.mark.parametrize(
    ("span", "fault"),
    [
        (AUTUMN, None), (WINTER, None), (ONCE, None),
        (("09-31", "10-15"), "没有这一天"),
        (("2027-02-29", "2027-03-15"), "没有这一天"),
        (("2027-03-01", "03-31"), "起止要么都有年份，要么都没有"),
        (("2027-04-01", "2027-03-31"), "止早于起"),
        (("03-01", "02-29"), "全年都受理，不用写时段"),
    ],
)  # fmt: skip
def test_what_is_no_season_is_not_published(span: tuple[str, str], fault: str | None) -> None:
    wrong = faults(handling(seasons=[{"first": span[0], "last": span[1]}]))

    assert [(each.where, each.zh) for each in wrong] == ([("seasons[0]", fault)] if fault else [])
