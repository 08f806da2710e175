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
