"""Sentences as they arrive: full stops where one ends, no machine's end of a day, no reason nobody can read."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from banshi.foundation.closed import closed_words
from banshi.foundation.translations import compile_all
from banshi.journeys.hours.stops import Stop
from banshi.rooms.calendars.rules import Words
from banshi.rooms.messaging import rules
from tests.town import TUESDAY_NINE, at

compile_all()
CN = ZoneInfo("Asia/Shanghai")
HALL = {"hall_zh": "小镇大厅", "hall_en": "Town Hall"}


def text(key: str, language: str, **params: Any) -> str:
    said = rules.spoken(HALL | params, language=language, zone=CN, now=TUESDAY_NINE)
    return rules.render(rules.COMMON[key][language], said)


@pytest.mark.parametrize(
    ("written", "language", "ends"),
    [
        ("已经说明", "zh", "已经说明。"),
        ("已经说明。", "zh", "已经说明。"),
        ("We are sorry", "en", "We are sorry."),
        ("Sorry! ", "en", "Sorry!"),
        ("已经说明", "en", "已经说明。"),
    ],
)
def test_what_somebody_wrote_ends_as_a_sentence(written: str, language: str, ends: str) -> None:
    assert rules.sentence(written, language=language) == ends


def closed(start: str, end: str, language: str) -> str:
    facts = {"from": at(start).isoformat(), "until": at(end).isoformat()}
    return rules.spoken({"closed": facts}, language=language, zone=CN, now=TUESDAY_NINE)["closed"]


@pytest.mark.parametrize(
    ("start", "end", "zh", "en"),
    [
        ("2026-03-10 11:07", "2026-03-10 23:59", "大厅今天（3月10日）11:07 起关闭", "from today (10 March) 11:07"),
        ("2026-03-10 11:07", "2026-03-11 00:00", "大厅今天（3月10日）11:07 起关闭", "from today (10 March) 11:07"),
        ("2026-03-10 11:07", "2026-03-10 14:00", "大厅今天（3月10日）11:07–14:00关闭", "today (10 March) 11:07–14:00"),
        ("2026-03-10 00:00", "2026-03-10 23:59", "大厅今天（3月10日）关闭", "today (10 March)"),
    ],
)
def test_the_end_of_a_day_is_no_time_of_the_clock(start: str, end: str, zh: str, en: str) -> None:
    assert closed(start, end, "zh") == zh
    assert closed(start, end, "en") == f"the hall is closed {en}"


@pytest.mark.parametrize(
    ("part", "zh", "en"),
    [
        ({}, "大厅今天（3月10日）11:28–15:00疏散", "the hall is evacuated today (10 March) 11:28–15:00"),
        (
            {"zh": "一层", "en": "Floor 1"},
            "一层今天（3月10日）11:28–15:00疏散",
            "Floor 1 is evacuated today (10 March) 11:28–15:00",
        ),
    ],
)
def test_an_evacuation_is_called_one(part: dict[str, str], zh: str, en: str) -> None:
    facts = {"from": at("2026-03-10 11:28").isoformat(), "until": at("2026-03-10 15:00").isoformat(), "evacuates": True}
    said = [
        rules.spoken({"closed": facts | part}, language=each, zone=CN, now=TUESDAY_NINE)["closed"]
        for each in ("zh", "en")
    ]

    assert said == [zh, en]


def test_the_end_of_a_wait_says_what_is_possible_now() -> None:
    more = {"day": "2026-03-10", "item_zh": "养老保险参保登记", "item_en": "Pension enrolment"}
    link = {"next": at("2026-03-12 09:00").isoformat(), "link": "https://b.example/book/pension/"}

    assert text("waiting_missed", "zh", **more, **link) == (
        "今天（3月10日）小镇大厅“养老保险参保登记”没等到位子，候补到此为止，很抱歉。"
        "最早可以约：后天（3月12日）9:00。现在就约：https://b.example/book/pension/"
    )
    assert text("waiting_missed", "en", **more).startswith(
        "No place became free at Town Hall for “Pension enrolment” on today (10 March); the wait ends here."
    )


def stop(reason: Words, *, evacuates: bool = False, where: Words | None = None) -> Stop:
    return Stop(where, reason, TUESDAY_NINE, None, False, TUESDAY_NINE, evacuates=evacuates)


def test_an_english_notice_has_no_chinese_reason() -> None:
    unread = Words(zh="火警报警", en="火警报警")

    with translation.override("en"):
        assert stop(unread).words == "The hall is closed. Nobody is called."
        assert stop(unread, where=Words(zh="2 楼", en="Floor 2")).words == "Floor 2 is closed. Nobody is called."
        assert stop(unread, evacuates=True).why == "When it goes on will be told."
        assert stop(Words(zh="火警", en="Fire"), evacuates=True).why == "Reason: Fire. When it goes on will be told."
    with translation.override("zh-hans"):
        assert stop(unread).words == "大厅关闭：火警报警。暂停叫号。"


def test_a_matter_without_a_readable_reason_is_not_served() -> None:
    with translation.override("en"):
        assert closed_words(where="", what="Pensions", reason="", since="", until="", kept=False) == (
            "Pensions is not served. Nobody is called."
        )
