import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.rooms.insight.rules import ENDS, LENGTHS, of_day, packed, percentile, step_of, unpacked

SECONDS = st.integers(min_value=0, max_value=86_400)
COUNTS = st.dictionaries(
    st.integers(min_value=0, max_value=len(ENDS) - 1), st.integers(min_value=1, max_value=5_000), max_size=30
)


def counts(seconds):
    found = {}
    for each in seconds:
        found[step_of(each)] = found.get(step_of(each), 0) + 1
    return found


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, 0), (1, 10), (10, 10), (11, 20), (600, 600), (601, 620), (1_800, 1_800), (1_801, 1_860), (7_200, 7_200),
        (7_201, 7_500), (86_400, 86_400), (90_000, 86_400),
    ],
)  # fmt: skip
def test_a_time_counts_as_the_end_of_its_step(seconds, told):
    assert ENDS[step_of(seconds)] == told


@given(SECONDS)
def test_a_step_is_no_longer_than_ten_seconds_or_a_twentieth_of_the_time(seconds):
    told = ENDS[step_of(seconds)]

    assert seconds <= told < seconds + max(10, seconds / 20 + 1)


@given(st.lists(SECONDS, min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_the_percentile_is_that_of_the_times_so_counted(seconds, share):
    told = sorted(ENDS[step_of(each)] for each in seconds)
    place = share * (len(told) - 1)
    below, above = told[int(place)], told[min(int(place) + 1, len(told) - 1)]

    assert percentile(counts(seconds), share) == pytest.approx(below + (place - int(place)) * (above - below))


def test_nobody_has_no_percentile():
    assert percentile({}, 0.5) is None


@given(COUNTS, COUNTS)
def test_sums_of_packed_numbers_are_sums_of_counts(some, others):
    both = {step: some.get(step, 0) + others.get(step, 0) for step in some | others}

    assert unpacked(str(int(packed(some)) + int(packed(others)))) == both


def test_a_count_that_would_run_into_its_neighbour_is_refused():
    with pytest.raises(ValueError, match="too many"):
        packed({3: 10**8})


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_each_span_lies_in_one_of_the_next_length(day):
    short, middle, long = (of_day(day, days) for days in LENGTHS)

    assert short == day
    assert timedelta() <= day - middle < timedelta(days=8)
    assert of_day(middle, 64) == of_day(middle + timedelta(days=7), 64) == long


def test_four_hundred_days_are_a_few_dozen_pieces():
    dice = random.Random(3)
    most = 0
    for _ in range(200):
        first = date(2026, 1, 1) + timedelta(days=dice.randrange(1000))
        last, day, pieces = first + timedelta(days=399), first, 0
        while day <= last:
            day += timedelta(
                days=next(n for n in reversed(LENGTHS) if of_day(day, n) == day and day + timedelta(days=n - 1) <= last)
            )
            pieces += 1
        most = max(most, pieces)

    assert most <= 34
