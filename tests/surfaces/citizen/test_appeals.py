"""What became of an appeal stands under 信用记录, whole, however it ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appeal, LedgerEntry, Suspension
from tests.surfaces.citizen.conftest import Phone, book, stop_the_clock, text
from tests.town import CLERK, Town, at

LATER = at("2026-03-11 10:30")
ANSWER = "当天电梯停了，您在楼下等了四十分钟，这次不计。" * 18  # 414 characters
TAGS = {"zh-hans": (">不计</span>", ">已解除</span>"), "en": (">Does not count</span>", ">Lifted</span>")}


@pytest.fixture
def missed(mine: Phone, open_town: Town) -> LedgerEntry:
    book(mine, open_town.slot(quota=3))
    stop_the_clock(LATER)
    actions.sweep_no_shows(now=LATER)
    return LedgerEntry.objects.get()


def appeal(**about: Any) -> Appeal:
    return Appeal.objects.create(text="电梯停了", made_at=LATER, **about)


def answer(row: Appeal, *, upheld: bool) -> None:
    actions.answer_appeal(appeal_id=row.pk, upheld=upheld, answer=ANSWER, by=CLERK, now=LATER)


def shown(phone: Phone, language: str = "zh-hans") -> str:
    phone.client.cookies["django_language"] = language
    return text(phone.get("/appointments/"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("upheld", [True, False])
def test_the_answer_to_an_appeal_stands_whole_and_once(mine: Phone, missed: LedgerEntry, upheld: bool, language: str):
    answer(appeal(entry=missed), upheld=upheld)

    page = shown(mine, language)

    assert (page.count(ANSWER), page.count("电梯停了，您") // 18) == (1, 1)
    assert (TAGS[language][0] in page) == upheld


def test_an_answer_of_which_only_the_beginning_was_kept_stands_whole(mine: Phone, missed: LedgerEntry):
    answer(appeal(entry=missed), upheld=True)
    LedgerEntry.objects.filter(pk=missed.pk).update(forgiven_why=ANSWER[:200])

    page = shown(mine)

    assert (page.count(ANSWER), page.count("电梯停了，您")) == (1, 18)


def test_what_the_hall_forgave_of_itself_says_why_beside_the_appeal_it_had_refused(mine: Phone, missed: LedgerEntry):
    answer(appeal(entry=missed), upheld=False)
    actions.forgive(entry_id=missed.pk, why="断网一上午", by=CLERK, now=LATER)

    page = shown(mine)

    assert ("断网一上午" in page, page.count(ANSWER)) == (True, 1)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_suspension_lifted_on_appeal_keeps_the_answer(mine: Phone, missed: LedgerEntry, language: str):
    bar = Suspension.objects.create(
        person=missed.person, party=missed.party, scope="town", reason="manual", from_on=date(2026, 3, 10),
        until_on=date(2026, 4, 8), made_at=LATER,
    )  # fmt: skip
    answer(appeal(suspension=bar), upheld=True)

    page = mine.get("/appointments/")
    words = shown(mine, language)

    assert [(len(each.suspensions), len(each.lifted)) for each in page.context["credit"]] == [(0, 1)]
    assert (words.count(ANSWER), TAGS[language][1] in words) == (1, True)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", ["前可以申诉，只能提一次", "答复以前这一条仍然算"]),
        ("en", ["You can appeal once, until", "Until then it counts."]),
    ],
)
def test_an_appeal_says_until_when_who_answers_and_what_holds_meanwhile(
    mine: Phone, missed: LedgerEntry, language: str, said: list[str]
):
    offered = shown(mine, language)
    appeal(entry=missed)
    sent = shown(mine, language)

    assert [each for each in said if each not in offered] == []
    assert said[1] in sent
    assert said[0] not in sent


def test_where_no_appeal_is_taken_any_more_none_is_offered(mine: Phone, missed: LedgerEntry):
    in_time = shown(mine)
    stop_the_clock(LATER + timedelta(days=40))

    assert ('action="/appointments/appeal"' in in_time, 'action="/appointments/appeal"' in shown(mine)) == (True, False)
