"""A clock time reads “9:30” wherever people read it; “09:30” is data, and stands beside a date in lists."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from banshi.frames.staff.templatetags.staff import hm
from banshi.kernel.clock_words import clock_words, hours_words
from tests.town import at

ROOT = Path(__file__).resolve().parent.parent.parent
BARE = re.compile(r"(?<!%d )(?<!%d\\T)%H:%M(?!:)|(?<![jdn] )(?<!T)(?<!\\T)\bH:i")
# Data: what is kept, typed into a form, or written by a machine for machines.
DATA = {
    "banshi/rooms/calendars/rules/document.py": 1,
    "banshi/rooms/staffing/actions.py": 2,
    "banshi/rooms/tickets/actions/planning.py": 2,
    "banshi/surfaces/office/calendar_form.py": 4,
    "banshi/surfaces/office/fleet.py": 2,
    "banshi/surfaces/review/visit_forms.py": 2,
}


def test_no_page_or_sentence_writes_a_clock_time_with_a_leading_nought():
    found = {}
    for path in sorted([*ROOT.glob("banshi/**/*.py"), *ROOT.glob("banshi/**/*.html")]):
        if "migrations" not in path.parts and (bare := BARE.findall(path.read_text(encoding="utf-8"))):
            found[str(path.relative_to(ROOT))] = len(bare)

    assert found == DATA


def test_hours_are_said_without_a_leading_nought():
    assert hours_words(time(9, 0), at("2026-03-10 17:05")) == "9:00–17:05"


def test_a_moment_in_greenwich_time_is_refused():
    with pytest.raises(ValueError, match="needs the hall's zone"):
        clock_words(datetime(2026, 3, 10, 1, 0, tzinfo=UTC))


def test_a_moment_straight_from_the_database_is_shown_in_hall_time():
    assert (hm(datetime(2026, 3, 10, 1, 5, tzinfo=UTC)), hm(at("2026-03-10 09:05"))) == ("9:05", "9:05")
