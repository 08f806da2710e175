"""Whoever takes a number a moment after others is told what reading the hall anew would have told them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.foundation import clock
from banshi.kernel.actors import Actor
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.actions import Take
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import kept_line, promise
from tests.rooms.tickets.line import KIOSK, YOUNG, booked, check_in, next_at, take, work
from tests.town import TUESDAY_NINE, Town

A_MOMENT = timedelta(milliseconds=200)


def wish(category: str = "A", person: Any = None, **more: Any) -> Take:
    who = {"person_id": person.pk} if person is not None else {}
    return Take(channel="kiosk", by=KIOSK, category_code=category, **who, **more)


def give(town: Town, *asked: Take, now: Any = TUESDAY_NINE) -> list[Ticket]:
    found = actions.issue_many(hall=town.hall, asked=asked, now=now)
    assert all(isinstance(each, Ticket) for each in found)
    return [each for each in found if isinstance(each, Ticket)]


def ahead(tickets: Sequence[Ticket]) -> list[int]:
    return [ticket.told[0] for ticket in tickets if ticket.told]


def reads_the_hall(town: Town, *asked: Take, now: Any = TUESDAY_NINE) -> tuple[bool, list[Ticket]]:
    with CaptureQueriesContext(connection) as seen:
        given = give(town, *asked, now=now)
    return any("FROM places_window w" in each["sql"] for each in seen), given


@pytest.fixture
def busy(open_hall: Town) -> Town:
    work(open_hall)
    for code in "AABA":
        take(open_hall, code)
    assert next_at(open_hall)
    return open_hall


def test_a_moment_later_the_hall_is_not_read_again(busy: Town) -> None:
    first, _ = reads_the_hall(busy, wish("A"), wish("B"))
    second, given = reads_the_hall(busy, wish("A"), wish("B"), wish("A"), now=TUESDAY_NINE + A_MOMENT)

    assert (first, second) == (True, False)
    assert ahead(given) == [5, 6, 7]  # one window serves both


def test_many_sets_are_told_what_fresh_readings_tell(busy: Town) -> None:
    told = []
    for n in range(4):
        given = give(busy, wish("A"), wish("B"), wish("A"), now=TUESDAY_NINE + n * A_MOMENT)
        told.append([ticket.told for ticket in given])
    anew = []
    for n in range(4, 8):
        kept_line.kept.forget()
        given = give(busy, wish("A"), wish("B"), wish("A"), now=TUESDAY_NINE + n * A_MOMENT)
        anew.append([ticket.told for ticket in given])

    people = [each[0] for some in told + anew for each in some if each]
    assert people == list(range(3, 3 + 24))
    waits = [each[1] or 0 for some in told + anew for each in some if each]
    assert waits == sorted(waits)
    steps = [later - earlier for earlier, later in zip(waits, waits[1:], strict=False)]
    assert max(steps) <= 2 * min(steps)  # by one service each, whoever read the hall


def test_where_they_wait_is_what_a_reading_says(busy: Town) -> None:
    for _ in range(2):
        for ticket in give(busy, wish("A"), wish("B")):
            (view,) = queries.given_many([ticket])
            ticket.where = None
            assert view == queries.given_many([ticket])[0]


def test_after_a_call_the_hall_is_read_again(busy: Town, more_staff: Any) -> None:
    give(busy, wish("A"))
    two = work(busy, "02", more_staff("two"))
    read, _ = reads_the_hall(busy, wish("A"))
    assert read
    next_at(busy, "02", two)

    read, given = reads_the_hall(busy, wish("A"))

    assert read
    assert ahead(given) == [4]


def test_a_moment_passes(busy: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    give(busy, wish("A"))
    assert reads_the_hall(busy, wish("A"), now=TUESDAY_NINE + timedelta(seconds=1.1))[0]
    assert not reads_the_hall(busy, wish("A"), now=TUESDAY_NINE + timedelta(seconds=1.1))[0]
    later = clock.monotonic() + 1.1
    monkeypatch.setattr(clock, "monotonic", lambda: later)  # hall time stands still, the machine's does not
    assert reads_the_hall(busy, wish("A"), now=TUESDAY_NINE + timedelta(seconds=1.1))[0]


def test_numbers_that_another_process_gave_are_people_ahead(busy: Town) -> None:
    give(busy, wish("A"))
    mine = kept_line.kept.take(busy.hall.pk)
    give(busy, wish("A"), wish("B"), wish("A", busy.person(YOUNG)), now=TUESDAY_NINE + A_MOMENT)
    assert mine is not None
    kept_line.kept.keep(mine)

    read, given = reads_the_hall(busy, wish("B"), now=TUESDAY_NINE)  # who looked at the clock a little before them

    assert not read
    assert ahead(given) == [3 + 4]


def test_whoever_has_the_lane_is_told_their_place_and_nobody_reads_again(busy: Town) -> None:
    give(busy, wish("A"))
    read, given = reads_the_hall(busy, wish("A"), wish("A", busy.person(5), lane="disabled"), wish("B"))
    assert not read
    assert ahead(given) == [5, 0, 6]

    read, given = reads_the_hall(busy, wish("A"))
    assert not read
    assert ahead(given) == [7]


def test_ones_own_other_number_is_nobody_ahead(busy: Town) -> None:
    me = busy.person(YOUNG)
    give(busy, wish("A", me))

    given = give(busy, wish("B", me))

    assert ahead(given) == [3]
    assert ahead(give(busy, wish("A"))) == [4]  # one person with two numbers


def test_something_more_about_a_number_is_not_one_more_number(busy: Town) -> None:
    """It stays in line, and is announced again."""
    (mine,) = give(busy, wish("A", busy.person(5), lane="disabled"))
    give(busy, wish("A"))
    actions.confirm_lane(ref=mine.ref, by=Actor(KIOSK.kind, "1", "town"), now=TUESDAY_NINE)

    assert ahead(give(busy, wish("A"))) == [5]


def test_a_booked_person_who_is_here_is_not_also_due(busy: Town) -> None:
    appointment = booked(busy)
    give(busy, wish("A"))
    check_in(busy, appointment)

    read, given = reads_the_hall(busy, wish("A"))

    assert read
    assert ahead(given) == [5]


def test_whoever_was_refused_stands_in_no_line(busy: Town) -> None:
    busy.policy(tickets={"daily_limits": {"A": 5}})
    kept_line.kept.forget()
    found = actions.issue_many(hall=busy.hall, asked=[wish("A"), wish("A"), wish("A")], now=TUESDAY_NINE)
    assert [isinstance(each, Ticket) for each in found] == [True, True, False]

    assert ahead(give(busy, wish("B"))) == [5]


def test_by_weights_nothing_is_kept(busy: Town) -> None:
    busy.policy(tickets={"weights": {"A": 2, "B": 1}})

    assert reads_the_hall(busy, wish("A"))[0]
    assert reads_the_hall(busy, wish("A"))[0]


def test_numbers_that_are_given_while_the_hall_is_read_are_counted_once(
    busy: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are in the line that was read, and announced after the version that was read before it."""
    read, first = promise.scene, []

    def slowly(**asked: Any) -> Any:
        seen = read(**asked)
        if not first:
            first.append(seen)
            for _ in range(4):
                take(busy, "A")
            kept_line.kept.forget()
        return seen

    monkeypatch.setattr(promise, "scene", slowly)

    told = [ahead(give(busy, wish("A"), now=TUESDAY_NINE + n * A_MOMENT)) for n in range(3)]

    assert told == [[7], [8], [9]]
