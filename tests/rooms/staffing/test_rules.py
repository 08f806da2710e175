"""Which shifts cannot stand together, and which hours the hall does not work."""

from __future__ import annotations

from datetime import date

from banshi.kernel.spans import Span
from banshi.rooms.staffing import rules
from banshi.rooms.staffing.rules import Planned
from tests.town import at


def shift(id: int, staff: int, window: int | None, start: str, end: str) -> Planned:
    return Planned(id, staff, window, at(f"2026-03-10 {start}"), at(f"2026-03-10 {end}"))


def test_one_person_cannot_be_at_two_windows_at_once():
    one, other = shift(1, 7, 1, "09:00", "12:00"), shift(2, 7, 2, "11:59", "17:00")

    found = rules.clash(one, other)

    assert found is not None
    assert found.what == "staff"


def test_two_people_cannot_share_a_window():
    found = rules.clash(shift(1, 7, 1, "09:00", "12:00"), shift(2, 8, 1, "10:00", "11:00"))

    assert found is not None
    assert found.what == "window"


def test_shifts_that_touch_do_not_clash():
    assert rules.clash(shift(1, 7, 1, "09:00", "12:00"), shift(2, 7, 1, "12:00", "17:00")) is None


def test_two_guides_without_a_window_do_not_clash():
    assert rules.clash(shift(1, 7, None, "09:00", "12:00"), shift(2, 8, None, "09:00", "12:00")) is None


def test_a_shift_does_not_clash_with_itself():
    one = shift(1, 7, 1, "09:00", "12:00")

    assert rules.clashes([one, one]) == []


def test_hours_outside_the_sessions_are_named():
    session = Span(at("2026-03-10 09:00"), at("2026-03-10 17:00"))

    early = rules.outside(shift(1, 7, 1, "08:30", "12:00"), [session])

    assert early == [Span(at("2026-03-10 08:30"), at("2026-03-10 09:00"))]


def test_people_are_counted_once_per_session_whatever_their_shifts():
    session = Span(at("2026-03-10 09:00"), at("2026-03-10 17:00"))
    planned = [shift(1, 7, 1, "09:00", "12:00"), shift(2, 7, 2, "13:00", "17:00"), shift(3, 8, 1, "12:00", "13:00")]

    assert rules.on_duty(planned, session) == 2


def test_a_copied_shift_keeps_its_weekday():
    assert rules.moved_by_weeks(date(2026, 3, 12), date(2026, 3, 9), date(2026, 3, 23)) == date(2026, 3, 26)
