"""Whoever follows a window can tell two visits apart, even when both states between them were missed."""

from __future__ import annotations

from banshi.rooms.tickets import queries
from tests.rooms.tickets.line import done, next_at, take, work
from tests.town import TUESDAY_NINE, Town


def at_window(town: Town) -> tuple[str, int]:
    line = queries.line(town.hall.pk, TUESDAY_NINE)
    return next((w.state, w.visit) for w in line.windows if w.code == "town-01")


def test_a_visit_leaves_its_mark_on_the_window(open_hall: Town) -> None:
    work(open_hall)
    first = at_window(open_hall)
    take(open_hall)
    done(open_hall, str(next_at(open_hall)))

    second = at_window(open_hall)

    assert (first[0], second[0]) == ("idle", "idle")
    assert second[1] > first[1] == 0
