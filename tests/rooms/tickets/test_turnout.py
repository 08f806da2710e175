"""Booked people who come: learned by each hall, and whose windows they take."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.kernel.policy import TicketPolicy
from banshi.rooms.booking.models import Appointment
from banshi.rooms.tickets import actions, rules
from banshi.rooms.tickets.models import Turnout
from banshi.rooms.tickets.queries.scene import scene, turnout_of
from banshi.rooms.tickets.rules import AtWork, Due, Forecaster, Handling, InLine, RankClass
from tests.rooms.tickets.line import TUESDAY, booked, work
from tests.town import TUESDAY_NINE, at

TEN_MINUTES = Handling(100, 600.0, 600.0, 606.0)  # hardly varies
A, K = 1, 2
BLOCKS = rules.forecast.BLOCKS


def test_a_hall_whose_people_come_early_and_nearly_all_learns_both_in_some_days():
    known = rules.Turnout()
    for _ in range(10):
        known = rules.learn_turnout(known, [-900.0] * 50 + [-400.0] * 44 + [None] * 6)

    assert known.comes == pytest.approx(0.94, abs=0.01)
    assert dict(zip(rules.BY_S, known.by, strict=True))[-870.0] == pytest.approx(50 / 94, abs=0.03)
    assert (known.by[1], known.by[-2]) == (0.0, pytest.approx(1.0, abs=0.01))
    assert known.opens_s == 930


def test_one_odd_day_does_not_make_a_halls_habit():
    assert 0.8 < rules.learn_turnout(rules.Turnout(), [None, None, None]).comes < 0.85
    assert rules.learn_turnout(rules.Turnout(), []) == rules.Turnout()


def test_where_check_in_opens_earlier_people_are_awaited_earlier():
    known = rules.learn_turnout(rules.Turnout(), [-1500.0] * 200)

    assert known.opens_s == 1830
    assert [share for _, share in known.curve(0.0, 1800.0)] == sorted(share for _, share in known.curve(0.0, 1800.0))


def test_who_was_always_there_in_time_is_believed_but_not_blindly():
    sure = rules.Turnout(1000.0, 1.0, rules.Turnout().by)

    assert sure.likely(0.0) == pytest.approx(0.99)
    assert sure.likely(0.5) < sure.likely(0.0)


SURE = rules.Turnout(
    100_000.0, 1.0, (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
)  # all come, in the five minutes before their period


def told(own_window: AtWork, due: list[Due]) -> tuple[int, int]:
    """“About” of a walk-in at window 1, which serves everybody and is long taken, and of one behind who has a second window."""
    windows = [AtWork(1, frozenset({A, K}), A, -1200.0), own_window]
    forecaster = Forecaster(windows=windows, handling={A: TEN_MINUTES, K: TEN_MINUTES}, due=due, turnout=SURE)
    ahead, behind = (forecaster.place(InLine(category, RankClass.WALK_IN)) for category in (A, K))
    assert ahead is not None
    assert behind is not None
    return ahead.likely_s, behind.likely_s


def test_a_booked_person_takes_the_idle_window_of_their_own_and_nothing_from_a_line_beside_it():
    idle = AtWork(2, frozenset({K}))

    # Who stands behind is called to it at once, long before that person comes.
    assert told(idle, [Due(K, 900.0)]) == told(idle, []) == (1800, 0)


def test_where_that_window_is_taken_one_of_two_goes_to_whichever_is_free_first():
    taken = AtWork(2, frozenset({K}), K, 500.0)

    alone, with_one_due = told(taken, []), told(taken, [Due(K, 900.0)])

    assert with_one_due[0] == pytest.approx(alone[0] + 640 / 2, rel=0.1)
    assert with_one_due[1] == alone[1]


def test_a_booked_person_who_needs_the_same_windows_goes_first():
    windows = [AtWork(1, frozenset({A, K}), A, -1200.0)]
    forecaster = Forecaster(
        windows=windows, handling={A: TEN_MINUTES, K: TEN_MINUTES}, due=[Due(K, 300.0)], turnout=SURE
    )

    walk_in = forecaster.place(InLine(A, RankClass.WALK_IN))

    assert walk_in is not None
    assert walk_in.likely_s == pytest.approx(1800 + 640, rel=0.02)


def test_a_number_of_a_line_without_a_window_is_passed_by_while_booked_people_are_due():
    windows = [AtWork(1, frozenset({A}), A, -1200.0)]
    forecaster, plain = (
        Forecaster(windows=windows, handling={A: TEN_MINUTES, K: TEN_MINUTES}, due=[Due(K, 300.0)], turnout=SURE)
        for _ in range(2)
    )

    forecaster.pass_by(InLine(K, RankClass.WALK_IN), 3)

    walk_in = InLine(A, RankClass.WALK_IN)
    assert forecaster.place(InLine(K, RankClass.WALK_IN)) is None
    assert forecaster.place(walk_in) == plain.place(walk_in)


@pytest.mark.django_db
def test_the_hall_learns_who_came_when_its_day_is_closed_and_each_day_once(open_hall):
    early, late, absent, to_come = (
        booked(open_hall, person=30 + n, starts=TUESDAY_NINE + timedelta(hours=n)) for n in range(4)
    )
    came = Appointment.objects.filter
    came(pk=early.pk).update(state="served", checked_in_at=early.starts_at - timedelta(seconds=300))
    came(pk=late.pk).update(state="checked_in", checked_in_at=late.ends_at + timedelta(seconds=1))
    came(pk=absent.pk).update(state="no_show")
    came(pk=to_come.pk).update(state="cancelled")
    work(open_hall)

    for minute in (0, 10, 20):
        actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=at(f"2026-03-10 18:{minute:02}"))

    row = Turnout.objects.get(hall=open_hall.hall)
    assert rules.Turnout(row.weight, row.comes, tuple(row.come_by)) == rules.learn_turnout(
        rules.Turnout(), [-300.0, None, None]
    )


@pytest.mark.django_db
def test_a_forecast_is_made_with_what_the_hall_has_learned(open_hall):
    def known() -> rules.Turnout:
        return turnout_of(
            scene(hall_id=open_hall.hall.pk, day=TUESDAY, hour=9, policy=TicketPolicy(), now=TUESDAY_NINE).categories
        )

    assert known() == rules.Turnout()
    by = [0.0, 0.0, 0.4, 0.6, 0.8, 0.9, 1.0]
    Turnout.objects.create(hall=open_hall.hall, weight=500, comes=0.93, come_by=by, learned_at=TUESDAY_NINE)

    assert known() == rules.Turnout(500.0, 0.93, tuple(by))


def a_full_day(count: int, *, blocks: int, monkeypatch: pytest.MonkeyPatch) -> tuple[list[rules.Band | None], int]:
    """What numbers of a hall of thirty windows are told while so many are booked; and most entries that stood in the plays."""
    monkeypatch.setattr("banshi.rooms.tickets.rules.forecast.BLOCKS", blocks)
    windows = [AtWork(n, frozenset({A, K}) if n % 2 else frozenset({A}), A, 20.0 * n) for n in range(30)]
    known = Handling(100, 300.0, 250.0, 600.0)
    due = [Due(A if n % 3 else K, n * 600.0, n * 600.0 + 1800.0, count=count // 30) for n in range(30)]
    forecaster = Forecaster(windows=windows, handling={A: known, K: known}, due=due)
    told, most = [], 0
    for _ in range(120):
        told.append(forecaster.place(InLine(A, RankClass.WALK_IN)))
        most = max(most, forecaster._expected)
    return told, most


def test_where_more_are_booked_than_any_hall_has_they_are_played_some_at_a_time_and_waits_stay_close(monkeypatch):
    alone, _ = a_full_day(6000, blocks=6000, monkeypatch=monkeypatch)
    together, _ = a_full_day(6000, blocks=BLOCKS, monkeypatch=monkeypatch)

    for one, other in zip(alone[20::20], together[20::20], strict=True):
        assert one is not None
        assert other is not None
        assert other.likely_s == pytest.approx(one.likely_s, rel=0.1)


def test_a_hundred_thousand_booked_people_cost_no_more_entries_than_a_full_day(monkeypatch):
    _, full = a_full_day(3000, blocks=BLOCKS, monkeypatch=monkeypatch)
    _, absurd = a_full_day(90_000, blocks=BLOCKS, monkeypatch=monkeypatch)

    assert absurd < 10 * full
