from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.spans import Span, covers, intersection, merge, overlap, split, subtract

_MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def _at(minute: int) -> datetime:
    return _MIDNIGHT + timedelta(minutes=minute)


def _span(start: int, end: int) -> Span[datetime]:
    return Span(_at(start), _at(end))


def _minutes(spans: list[Span[datetime]]) -> set[int]:
    return {minute for span in spans for minute in range(60) if _at(minute) in span}


spans_within_an_hour = st.lists(
    st.tuples(st.integers(0, 59), st.integers(0, 59)).filter(lambda pair: pair[0] < pair[1]).map(lambda p: _span(*p))
)


def test_a_span_includes_its_start_and_not_its_end():
    span = Span(time(9), time(10))

    assert [time(8, 59) in span, time(9) in span, time(9, 59) in span, time(10) in span] == [False, True, True, False]


@pytest.mark.parametrize(("start", "end"), [(time(9), time(9)), (time(10), time(9))])
def test_a_span_that_does_not_run_forward_is_refused(start, end):
    with pytest.raises(ValueError, match="must end after it starts"):
        Span(start, end)


def test_spans_that_touch_do_not_overlap_but_merge_into_one():
    morning, noon = Span(time(9), time(12)), Span(time(12), time(13))

    assert overlap(morning, noon) is False
    assert intersection(morning, noon) is None
    assert merge([noon, morning]) == [Span(time(9), time(13))]


def test_taking_the_noon_break_out_of_the_day_leaves_morning_and_afternoon():
    day, noon = Span(time(9), time(17)), Span(time(12), time(13))

    left = subtract([day], [noon])

    assert left == [Span(time(9), time(12)), Span(time(13), time(17))]


def test_a_day_covers_its_morning_but_the_morning_not_the_day():
    day, morning = Span(time(9), time(17)), Span(time(9), time(12))

    assert (covers(day, morning), covers(morning, day)) == (True, False)


def test_splitting_leaves_out_a_rest_shorter_than_a_period():
    span = Span(time(9), time(10, 45))

    periods = split(span, timedelta(minutes=30))

    assert periods == [Span(time(9), time(9, 30)), Span(time(9, 30), time(10)), Span(time(10), time(10, 30))]


def test_splitting_into_periods_of_no_length_is_refused():
    with pytest.raises(ValueError, match="longer than nothing"):
        split(Span(time(9), time(10)), timedelta(0))


@given(spans_within_an_hour, spans_within_an_hour)
def test_subtracting_leaves_exactly_the_moments_outside_every_hole(spans, holes):
    left = subtract(spans, holes)

    assert _minutes(left) == _minutes(spans) - _minutes(holes)
    assert not any(overlap(one, other) for one, other in zip(left, left[1:], strict=False))


@given(spans_within_an_hour)
def test_merging_keeps_every_moment_and_leaves_a_gap_between_spans(spans):
    merged = merge(spans)

    assert _minutes(merged) == _minutes(spans)
    assert all(one.end < other.start for one, other in zip(merged, merged[1:], strict=False))


@given(st.integers(0, 700), st.integers(1, 700), st.integers(1, 90))
def test_periods_are_equal_follow_each_other_and_stay_inside(start, length, step):
    span = _span(start, start + length)

    periods = split(span, timedelta(minutes=step))

    assert len(periods) == length // step
    assert [period.start for period in periods] == [_at(start + n * step) for n in range(length // step)]
    assert all(covers(span, period) for period in periods)
