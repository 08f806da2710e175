"""What an item says of its papers, and what is often asked, on its page."""

from __future__ import annotations

from typing import Any

from django.test import Client

from banshi.rooms.catalogue.models import Item
from tests.rooms.catalogue.handlings import document, handling
from tests.town import Town

FAQ = {"text_zh": "要预约吗？", "text_en": "Must I book?", "answer_zh": "不用", "answer_en": "<b>No</b>"}


def page(language: str, **more: Any) -> str:
    Item.objects.filter(code="pension").update(handling=handling(**more).model_dump(mode="json"))
    return Client(headers={"accept-language": language}).get("/items/pension").content.decode()


def test_what_is_often_asked_stands_on_the_page_in_both_languages(town: Town) -> None:
    zh, en = page("zh-hans", faq=[FAQ]), page("en", faq=[FAQ])

    assert ("要预约吗？" in zh, "不用" in zh, "Must I book?" in en) == (True, True, True)
    assert ("&lt;b&gt;No" in en, "<b>No" in en) == (True, False)


def test_who_issues_a_paper_and_how_it_is_filled_in_stand_there(town: Town) -> None:
    papers = document()["materials"]
    papers[0] |= {"issuer_zh": "某医院", "issuer_en": "Some hospital", "fill_zh": "用黑色笔", "fill_en": "In black"}

    zh, en = page("zh-hans", materials=papers), page("en", materials=papers)

    assert ("某医院" in zh, "用黑色笔" in zh) == (True, True)
    assert ("Some hospital" in en, "In black" in en) == (True, True)
