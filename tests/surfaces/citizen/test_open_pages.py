"""Pages that stay open: they know when they say something else, and what they say of days has its month."""

from __future__ import annotations

import re
from datetime import date

import pytest

from banshi.surfaces.citizen.turning import next_turn
from tests.surfaces.citizen.conftest import Phone, book, stop_the_clock, text
from tests.town import TUESDAY_NINE, Town, at


def turns_in(page: str) -> int:
    return int(re.search(r'data-turns="(\d+)"', page)[1])  # type: ignore[index]


def hours(n: float) -> int:
    return round(n * 3600)


@pytest.mark.parametrize(
    ("moments", "turn"),
    [
        ([], "2026-03-11 00:00"),
        ([at("2026-03-10 11:30"), at("2026-03-10 17:00")], "2026-03-10 11:30"),
        ([at("2026-03-10 08:30"), None], "2026-03-11 00:00"),  # over, or never
        ([at("2026-03-10 09:00")], "2026-03-11 00:00"),  # this very moment is shown already
        ([at("2026-03-12 08:30")], "2026-03-11 00:00"),
    ],
)
def test_a_page_turns_at_the_next_of_its_moments_and_at_midnight(moments: list[object], turn: str):
    assert next_turn(TUESDAY_NINE, moments) == at(turn)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("2026-03-10 09:00", hours(2.5)),  # closes at 11:30
        ("2026-03-10 12:00", hours(2)),  # opens at 14:00
        ("2026-03-10 16:59", 60),
        ("2026-03-10 20:00", hours(4)),  # midnight: another week stands there
    ],
)
@pytest.mark.parametrize("path", ["/halls/town", "/halls/", "/"])
def test_pages_with_halls_turn_when_a_hall_opens_or_closes(
    anybody: Phone, open_town: Town, path: str, now: str, seconds: int
):
    stop_the_clock(at(now))

    assert turns_in(text(anybody.get(path))) == seconds


@pytest.mark.parametrize(("now", "seconds"), [("2026-03-10 16:59", 60), ("2026-03-10 12:00", hours(2))])
@pytest.mark.parametrize("path", ["/when?item=pension", "/items/pension"])
def test_a_matters_halls_turn_when_one_opens_or_closes(
    anybody: Phone, open_town: Town, path: str, now: str, seconds: int
):
    stop_the_clock(at(now))

    assert turns_in(text(anybody.client.get(path))) == seconds


def test_the_head_of_a_hall_switches_when_it_closes(anybody: Phone, open_town: Town):
    stop_the_clock(at("2026-03-10 11:29"))
    before = text(anybody.part("/halls/town/state")).strip()
    fresh = text(anybody.get("/halls/town"))
    stop_the_clock(at("2026-03-10 11:30"))
    after = text(anybody.part("/halls/town/state"))

    assert before in fresh
    assert ("11:30" in before, 'data-tone="ok"' in before) == (True, True)
    assert ("14:00" in after, 'data-tone="ok"' in after) == (True, False)


def test_an_appointment_turns_when_numbers_are_given_and_when_its_period_ends(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot())
    seen = []
    for now in ("2026-03-11 08:00", "2026-03-11 08:45", "2026-03-11 09:00"):
        stop_the_clock(at(now))
        seen.append(turns_in(text(mine.get(f"/a/{booked.code}"))))

    assert seen == [hours(0.75), hours(0.25), hours(1)]


def test_the_times_to_book_are_looked_at_again_every_few_minutes(anybody: Phone, open_town: Town):
    open_town.slot()

    assert turns_in(text(anybody.get("/book/pension/?hall=town"))) == 300


def test_a_refused_form_does_not_turn(mine: Phone, open_town: Town):
    assert "data-turns" not in text(mine.post("/me/people", name="", id_type="passport", id_number="1"))


def months(page: str) -> list[str]:
    return re.findall(r'class="days__month"[^>]*>([^<]+)<', page)


@pytest.mark.parametrize(
    ("now", "zh", "en"),
    [
        ("2026-03-10 09:00", [], []),  # all in March
        ("2026-03-25 09:00", ["3月", "4月"], ["Mar", "Apr"]),
        ("2026-12-25 09:00", ["12月", "2027年1月"], ["Dec", "Jan 2027"]),
        ("2026-03-01 09:00", [], []),
    ],
)
def test_months_stand_between_days_of_two_months(
    anybody: Phone, open_town: Town, now: str, zh: list[str], en: list[str]
):
    stop_the_clock(at(now))
    open_town.slot(starts=at(now[:10] + " 16:00"))

    assert months(text(anybody.get("/book/pension/?hall=town"))) == zh
    anybody.client.cookies["django_language"] = "en"
    assert months(text(anybody.get("/book/pension/?hall=town"))) == en


def test_each_day_is_read_out_with_its_month(anybody: Phone, open_town: Town):
    stop_the_clock(at("2026-12-31 09:00"))
    open_town.slot(starts=at("2026-12-31 16:00"))

    page = text(anybody.get("/book/pension/?hall=town"))

    assert '<span>今天</span><strong><span class="visually-hidden">12月 </span>31</strong>' in page
    assert '<span>明天</span><strong><span class="visually-hidden">1月 </span>1</strong>' in page


def test_a_day_of_another_year_says_so(anybody: Phone, open_town: Town):
    stop_the_clock(at("2026-12-25 09:00"))
    open_town.slot(starts=at("2027-01-05 09:00"))

    assert "2027年1月5日 周二" in text(anybody.get("/book/pension/?hall=town", day=date(2027, 1, 5).isoformat()))
