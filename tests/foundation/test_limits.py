"""Token buckets: what is taken comes back with time, and asking in vain costs nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from banshi.foundation import clock, limits
from banshi.kernel.refusals import Refused
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):
    """Machine time stands still until a test moves it on."""
    stands = [clock.wall()]
    monkeypatch.setattr(clock, "wall", lambda: stands[0])

    def later(seconds: float) -> datetime:
        stands[0] += timedelta(seconds=seconds)
        return stands[0]

    return later


def _took() -> bool:
    try:
        limits.take(key="somebody", per_minute=2, burst=3)
    except Refused:
        return False
    return True


def test_a_burst_is_granted_and_then_one_at_a_time(at):
    assert [_took() for _ in range(4)] == [True, True, True, False]
    at(29)
    assert not _took()
    at(1)
    assert _took()


def test_a_refused_one_costs_nothing_and_is_told_how_long_to_wait(at):
    assert all(_took() for _ in range(3))
    for _ in range(5):
        with pytest.raises(Refused) as no:
            limits.take(key="somebody", per_minute=2, burst=3)
        assert no.value.refusal.facts == {"wait_s": 30}
    at(30)
    assert _took()


@pytest.mark.django_db(transaction=True)
def test_those_who_arrive_together_take_no_more_than_there_is(at):
    assert sorted(together(8, lambda _: _took())) == [False] * 5 + [True] * 3
