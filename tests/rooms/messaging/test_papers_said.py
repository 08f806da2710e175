"""What to bring, in a message: counted, and named as far as there is room."""

from __future__ import annotations

import pytest

from banshi.rooms.messaging import rules
from tests.rooms.messaging.test_words import FULL
from tests.town import CN, TUESDAY_NINE

SEVEN = (
    "身份证；户口簿；营业执照正、副本；房屋租赁合同及出租人身份证明；近期免冠白底彩色照片两张；经公证的授权委托书原件；"
    "出租人身份证"
)
LINK = "https://banshi.example.gov.cn/a/K7Q2M4ABC?k=3f9d2c81aa07"


def told(language: str, bring: str, *, key: str = "confirmation", link: str = LINK) -> str:
    said = {name: value for name, value in FULL.items() if name != "bring"} | {f"bring_{language}": bring, "link": link}
    words = rules.spoken(said, language=language, zone=CN, now=TUESDAY_NINE)
    body = rules.COMMON[key][language]
    return rules.render(body, rules.fitted(body, words, rules.papers(said, language=language), language=language))


@pytest.mark.parametrize("key", ["confirmation", "reminder"])
def test_many_papers_are_counted_and_the_first_named_within_three_text_messages(key: str):
    text = told("zh", SEVEN, key=key)

    assert "等 7 样。" in text
    assert "带：身份证、户口簿" in text or "带：身份证；户口簿" in text
    assert LINK in text
    assert rules.parts(text) <= 3


def test_as_many_are_named_as_there_is_room_for_and_no_more_than_five():
    short, long = (told("zh", SEVEN, link=link) for link in ("https://x.cn/a/1", LINK + "0" * 55))

    assert "房屋租赁合同及出租人身份证明；近期免冠白底彩色照片两张等 7 样。" in short
    assert "带：身份证、户口簿等 7 样。" in long


def test_few_papers_are_all_named_and_counted():
    assert "带：身份证、户口簿（共 2 样）。" in told("zh", "身份证；户口簿", link="https://x.cn/a/1")
    assert "Bring: 2 papers: Title, or consent; Lease. " in told("en", "Title, or consent; Lease")


def test_one_paper_is_not_counted_and_none_not_spoken_of():
    assert "带：身份证。" in told("zh", "身份证")
    assert "带" not in told("zh", "")


def test_a_very_long_message_still_names_two():
    text = told("zh", SEVEN, link="https://x.cn/" + "a" * 300)

    assert "带：身份证、户口簿等 7 样。" in text
