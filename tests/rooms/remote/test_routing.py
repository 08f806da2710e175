"""Which seat a call goes to, when a window's clerk takes one, and how long it takes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from banshi.kernel.policy import VideoPolicy
from banshi.rooms.remote.rules.hours import next_open
from banshi.rooms.remote.rules.routing import Call, Desk, FreeSeat, best, estimate, fits, pairs, takes_now
from tests.town import TUESDAY_NINE, at

NOW = TUESDAY_NINE
A_SECOND = timedelta(seconds=1)
IDLE = VideoPolicy(windows_take="idle", idle_s=60, hall_waits_below=3)


def seat(id_: int = 1, **more: Any) -> FreeSeat:
    values = {
        "hall": 1, "kind": "dedicated", "skills": frozenset(), "languages": frozenset({"zh"}), "since": NOW, **more
    }  # fmt: skip
    return FreeSeat(id_, **values)


def call(id_: int = 1, **more: Any) -> Call:
    return Call(id_, **{"hall": 1, "skills": frozenset({"A", "hrss"}), "language": "zh", **more})


@pytest.mark.parametrize(
    ("policy", "desk", "takes"),
    [
        (IDLE, Desk(NOW - timedelta(seconds=60), False, 2), True),
        (IDLE, Desk(NOW - timedelta(seconds=59), False, 2), False),  # somebody left just now
        (IDLE, Desk(NOW - timedelta(seconds=60), False, 3), False),  # the hall's own line is long
        (IDLE, Desk(None, False, 0), False),  # somebody is at the window
        (IDLE, Desk(NOW - timedelta(hours=1), True, 0), False),  # the window is paused
        (IDLE, None, False),  # at no window
        (VideoPolicy(windows_take="none"), Desk(NOW - timedelta(hours=1), False, 0), False),
        (VideoPolicy(windows_take="idle", hall_waits_below=0), Desk(NOW - timedelta(hours=1), False, 0), False),
    ],
)
def test_a_windows_clerk_takes_a_call_only_while_nobody_in_the_hall_waits_for_it(policy, desk, takes):
    assert takes_now(seat(kind="window", desk=desk), policy, now=NOW) == takes


def test_who_sits_at_no_window_takes_a_call_whatever_the_hall_says():
    assert takes_now(seat(), VideoPolicy(), now=NOW)


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        (seat(), call(), True),  # knows everything
        (seat(skills=frozenset({"A"})), call(), True),
        (seat(skills=frozenset({"hrss"})), call(), True),
        (seat(skills=frozenset({"B"})), call(), False),
        (seat(skills=frozenset({"B"})), call(skills=frozenset()), True),  # says not what about
        (seat(), call(language="sign"), False),
        (seat(languages=frozenset({"zh", "sign"})), call(language="sign"), True),
        (seat(hall=2), call(), False),
        (seat(hall=None), call(), True),  # of every hall
        (seat(2), call(seat=1), False),
        (seat(1, skills=frozenset({"B"})), call(seat=1), True),  # passed on to this very one
        (seat(1, hall=2), call(seat=1), False),
    ],
)
def test_a_seat_helps_whom_it_reaches_understands_and_can_help(one, other, fit):
    assert fits(one, other) == fit


def test_who_has_nothing_else_to_do_and_knows_least_besides_takes_it():
    only_a, all_, window = seat(3, skills=frozenset({"A"})), seat(2), seat(1, kind="window")

    assert [each.id for each in (best([window, all_, only_a], call()), best([window, all_], call()))] == [3, 2]


def test_of_two_alike_the_one_that_is_free_longer_takes_it():
    assert best([seat(1, since=NOW), seat(2, since=NOW - A_SECOND)], call()).id == 2  # type: ignore[union-attr]


def test_nobody_waits_for_a_seat_that_cannot_help_them():
    calls = [call(1, language="sign"), call(2), call(3)]

    found = pairs(calls, [seat(1), seat(2, languages=frozenset({"zh", "sign"}))])

    assert [(each.id, by.id) for each, by in found] == [(1, 2), (2, 1)]


@pytest.mark.parametrize(
    ("ahead", "free", "at_work", "talks", "minutes"),
    [
        (0, 0, 0, [], None),
        (0, 1, 1, [], 0),
        (1, 1, 1, [], 8),
        (0, 0, 1, [10.0] * 4, 8),  # four are not believed yet
        (0, 0, 1, [10.0] * 5, 10),
        (3, 0, 2, [10.0] * 5, 20),
        (3, 1, 2, [10.0] * 5, 15),
        (0, 0, 9, [0.1] * 5, 1),  # never “at once” where nobody is free
    ],
)
def test_how_long_it_takes_follows_the_last_talks(ahead, free, at_work, talks, minutes):
    assert estimate(ahead=ahead, free=free, at_work=at_work, talks=talks) == minutes


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-10 08:29", "2026-03-10 08:30"),
        ("2026-03-10 08:30", None),
        ("2026-03-10 20:59", None),
        ("2026-03-10 21:00", "2026-03-11 08:30"),
    ],
)
def test_hours_of_its_own_begin_and_end_on_the_minute(now, opens):
    from datetime import time

    assert next_open(time(8, 30), time(21), local=at(now)) == (opens and at(opens))


@pytest.mark.parametrize("hours", [{"opens": "09:00"}, {"opens": "09:00", "closes": "09:00"}])
def test_hours_that_cannot_be_meant_are_no_policy(hours):
    with pytest.raises(ValueError):
        VideoPolicy.model_validate(hours)


@pytest.mark.parametrize(
    ("opens", "closes", "at", "said"),
    [
        ("08:30", "17:00", "08:29", "08:30"), ("08:30", "17:00", "08:30", ""), ("08:30", "17:00", "16:59", ""),
        ("08:30", "17:00", "17:00", "08:30"), ("00:00", "23:59", "23:59", ""), ("00:00", "23:59", "00:00", ""),
        ("20:00", "23:59", "23:59", ""), ("20:00", "23:59", "19:59", "20:00"),
    ],
)  # fmt: skip
def test_when_it_is_open_and_when_it_opens_next(opens: str, closes: str, at: str, said: str) -> None:
    """Until 23:59 is until midnight: nobody is sent home for the last minute of a night."""
    local = datetime.combine(date(2026, 3, 10), time.fromisoformat(at))

    found = next_open(time.fromisoformat(opens), time.fromisoformat(closes), local=local)

    assert (found.strftime("%H:%M") if found is not None else "") == said
