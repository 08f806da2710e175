"""Times, waits and panels as people read them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.translation import override

from banshi.foundation import times
from banshi.foundation.templatetags import ui
from banshi.kernel.refusals import Alternative, Refused

HALL = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=HALL).astimezone(UTC)


def shown(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context({"today": MONDAY, **context}))


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2026, 11, 22), "昨天", "Yesterday"),
        (date(2026, 11, 23), "今天", "Today"),
        (date(2026, 11, 24), "明天", "Tomorrow"),
        (date(2026, 11, 25), "后天", "Wed 25 Nov"),
        (date(2026, 11, 27), "11月27日 周五", "Fri 27 Nov"),
        (date(2027, 1, 4), "2027年1月4日 周一", "Mon 4 Jan 2027"),
    ],
)
def test_a_day_is_named_as_people_say_it(day: date, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert shown("{% day d %}", d=day) == chinese
    with override("en"):
        assert shown("{% day d %}", d=day) == english
        assert shown("{% day d inside=True %}", d=day) == times.day_words(day, MONDAY)


def test_a_span_is_told_in_the_hall_s_own_time() -> None:
    assert shown("{% time_span a b %}", a=at(24, 9, 30), b=at(24, 10, 30)) == "明天 9:30–10:30"


def test_a_span_over_midnight_names_both_days() -> None:
    assert shown("{% time_span a b %}", a=at(23, 23), b=at(24, 1)) == "今天 23:00 – 明天 1:00"


def test_without_a_today_the_day_of_now_counts() -> None:
    assert shown("{% at m %}", today=None, now=at(23, 0, 5), m=at(23, 14, 5)) == "今天 14:05"


@pytest.mark.parametrize(
    ("likely", "at_most", "words"),
    [
        (720, 1200, "约 12 分钟，最多 20 分钟"),
        (720, 1141, "约 12 分钟，最多 20 分钟"),  # a promise is rounded up
        (720, 715, "约 12 分钟"),
        (720, None, "约 12 分钟"),
        (20, 60, "马上就到"),
        (20, 61, "约 1 分钟，最多 2 分钟"),
        (4200, 7200, "约 1 小时 10 分钟，最多 2 小时"),
        (3599, 3600, "约 1 小时"),
        (None, None, "暂时估不出"),
    ],
)
def test_a_wait_is_said_as_about_and_at_most(likely: float | None, at_most: float | None, words: str) -> None:
    assert shown("{% wait a b %}", a=likely, b=at_most) == words


def test_a_wait_in_english_begins_with_a_capital_unless_words_come_before_it() -> None:
    with override("en"):
        assert shown("{% wait a b %}", a=720, b=1200) == "About 12 min, at most 20 min"
        assert (
            shown("3 waiting · {% wait a b inside=True %}", a=720, b=1200) == "3 waiting · about 12 min, at most 20 min"
        )


@pytest.mark.parametrize(
    ("free", "quota", "taken", "word"),
    [
        (30, 30, 0, "较空"),
        (16, 30, 47, "较空"),
        (15, 30, 50, "适中"),
        (6, 30, 80, "偏忙"),
        (0, 30, 100, "约满"),
        (0, 0, 100, "约满"),
    ],
)
def test_a_busy_bar_says_how_full_a_period_is(free: int, quota: int, taken: int, word: str) -> None:
    told = ui.busy_bar(free, quota)

    assert (told["taken"], told["word"]) == (taken, word)


def test_a_refusal_shows_the_rule_and_the_nearest_times() -> None:
    slot = Alternative(slot_id=7, starts_at=at(24, 14), ends_at=at(24, 15), free=18, hall="dongcheng", hall_name="东城")

    told = ui.refusal(Context({"today": MONDAY}), Refused("slot-full", facts={"quota": 30}, next=[slot]))

    assert told == {
        "title": "这个时段约满了",
        "detail": "30 个名额都已约出。",
        "options": [{"label": "明天 14:00–15:00 · 东城", "href": "", "hint": "余 18 个"}],
        "since": "",
        "heading": "h2",
    }


def test_a_refusal_with_one_next_chance_says_from_when() -> None:
    html = shown("{% refusal r %}", r=Refused("too-late", facts={"closes": at(23, 9)}, next=at(24, 9)))

    assert "最早 <strong>明天 9:00</strong> 可以" in html


def test_the_next_chance_that_the_sentence_has_said_already_is_not_said_again() -> None:
    html = shown("{% refusal r %}", r=Refused("too-early", facts={"opens": at(24, 9)}, next=at(24, 9)))

    assert ("明天 9:00 起可以" in html, html.count("9:00")) == (True, 1)


def test_what_a_person_typed_stays_text_in_a_refusal() -> None:
    html = shown(
        "{% refusal r %}", r=SimpleNamespace(title="<b>", detail="", next_options=[{"label": "<i>", "href": "/x"}])
    )

    assert ("<b>" in html, "<i>" in html) == (False, False)


def test_a_qr_code_reads_back_as_what_was_put_in() -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    segno = pytest.importorskip("segno")
    image = pytest.importorskip("PIL.Image")
    import io

    html = str(ui.qr("BANSHI:7F3K-92QD"))
    drawn = io.BytesIO()
    code = segno.make("BANSHI:7F3K-92QD", error="m", micro=False)
    code.save(drawn, kind="png", scale=8)

    assert zxingcpp.read_barcodes(image.open(drawn))[0].text == "BANSHI:7F3K-92QD"
    assert f'viewBox="0 0 {code.symbol_size()[0]} {code.symbol_size()[1]}"' in html


def test_an_unknown_icon_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(LookupError):
        ui.icon("no-such-thing")


def test_carried_files_are_the_listed_ones() -> None:
    import hashlib

    root = Path(__file__).resolve().parents[2]
    entries = json.loads((root / "vendor.json").read_text(encoding="utf-8"))

    found = {entry["file"]: hashlib.sha256((root / entry["file"]).read_bytes()).hexdigest() for entry in entries}

    assert found == {entry["file"]: entry["sha256"] for entry in entries}


@pytest.mark.parametrize(
    ("seconds", "lasted", "below", "english"),
    [
        (0, "不到 1 分钟", "1 分钟", "under 1 min"),
        (59, "不到 1 分钟", "1 分钟", "under 1 min"),
        (60, "1 分钟", "2 分钟", "1 min"),
        (84, "1 分钟", "2 分钟", "1 min"),
        (4080, "1 小时 8 分钟", "1 小时 9 分钟", "1 h 8 min"),
        (None, "–", "–", "–"),
    ],
)
def test_a_wait_is_said_as_it_was_and_what_people_stayed_below_is_rounded_up(
    seconds: int | None, lasted: str, below: str, english: str
):
    with override("zh-hans"):
        assert (ui.lasted(seconds), ui.below(seconds)) == (lasted, below)
    with override("en"):
        assert ui.lasted(seconds) == english


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "1"), (59, "1"), (60, "1.1"), (82, "1.4"), (84, "1.5"), (600, "10.1")]
)
def test_figures_round_up_what_people_stayed_below(seconds: int, said: str):
    from banshi.surfaces.office.templatetags.seeing import below_minutes

    assert below_minutes(seconds) == said


def test_one_is_among_several_words_as_a_template_writes_them():
    found = [ui.among(one, asked) for one, asked in (("issuing", "decided issuing"), ("issue", "decided issuing"))]

    assert (found, ui.among("a b", ["a b"]), ui.among("", "")) == ([True, False], True, True)
