"""Statistics of the bench, on values small enough to work out by hand."""

from __future__ import annotations

import pytest

from banshi.crowd.bench.figures import median, ms, percentile, ratio


def test_a_percentile_is_a_value_that_was_measured():
    values = [float(n) for n in range(1, 101)]

    assert [percentile(values, share) for share in (0.5, 0.9, 0.99, 1.0)] == [50.0, 90.0, 99.0, 100.0]


def test_the_99th_percentile_of_few_values_is_the_greatest():
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0


def test_a_percentile_of_one_value_is_that_value():
    assert percentile([7.0], 0.01) == 7.0


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.01)])
def test_a_percentile_of_nothing_or_beyond_the_whole_is_refused(values: list[float], share: float):
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, share)


def test_the_median_of_an_even_number_lies_between_the_middle_two():
    assert (median([4.0, 1.0, 3.0]), median([4.0, 1.0, 3.0, 2.0])) == (3.0, 2.5)


def test_seconds_are_told_in_milliseconds_and_a_ratio_without_a_whole_is_zero():
    assert (ms(0.01234), ratio(1, 3), ratio(1, 0)) == (12.3, 0.33, 0.0)
