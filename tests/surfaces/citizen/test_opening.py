"""On the phone: a day that is not open yet offers to tell when it is."""

from __future__ import annotations

from datetime import date

import pytest

from banshi.rooms.booking.models import OpeningAsked
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import Town, at

FORM = {"hall": "town", "day": "2026-03-13"}


def not_open_yet(town: Town) -> str:
    town.policy(booking={"release": "rolling_days", "release_days": 1})
    town.slot(starts=at("2026-03-13 09:00"))
    return "/book/pension/?hall=town&day=2026-03-13"


def test_a_citizen_asks_and_comes_back_to_the_day(open_town: Town, mine: Phone) -> None:
    page = not_open_yet(open_town)
    offered = "开放时告诉我" in text(mine.get(page))

    answer = mine.post("/book/pension/tell-me", **FORM)

    assert (offered, answer.status_code, answer.url) == (True, 302, page)
    assert list(OpeningAsked.objects.values_list("account_id", "day")) == [(mine.account.pk, date(2026, 3, 13))]
    assert "这一天开放时会发消息。" in text(mine.get(page))


def test_somebody_who_is_not_signed_in_signs_in_first(open_town: Town, anybody: Phone) -> None:
    not_open_yet(open_town)

    answer = anybody.post("/book/pension/tell-me", **FORM)

    assert answer.url.startswith("/sign-in?next=%2Fbook%2Fpension%2F")
    assert OpeningAsked.objects.count() == 0


def test_a_day_that_is_open_says_so(open_town: Town, mine: Phone) -> None:
    open_town.slot()

    answer = mine.post("/book/pension/tell-me", hall="town", day="2026-03-11")

    assert (answer.status_code, "这一天已经可以预约" in text(answer)) == (409, True)


def test_nonsense_is_not_found(open_town: Town, mine: Phone) -> None:
    assert [
        mine.post("/book/pension/tell-me", hall="town", day=day).status_code for day in ("", "2026-02-31", "x")
    ] == [
        404,
        404,
        404,
    ]


@pytest.mark.parametrize("day", ["1999-12-31", "2100-01-01", "2262-04-12", "9999-12-31"])
def test_a_day_of_no_calendar_is_promised_to_nobody(open_town: Town, mine: Phone, day: str) -> None:
    answer = mine.post("/book/pension/tell-me", hall="town", day=day)

    assert (answer.status_code, "应为 2000 至 2099 年间的日期" in text(answer)) == (422, True)
    assert OpeningAsked.objects.count() == 0


def test_the_last_day_that_a_calendar_has_may_be_asked_about(open_town: Town, mine: Phone) -> None:
    assert mine.post("/book/pension/tell-me", hall="town", day="2099-12-31").status_code == 302
