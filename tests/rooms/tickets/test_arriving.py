"""Who comes with an appointment: in time, again, late, or not now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from banshi.kernel.policy import TicketPolicy
from banshi.kernel.refusals import Refusal
from banshi.rooms.tickets.rules import Arrival, arrival, checks_in_from, comes_along
from tests.town import at

OPENS, CLOSES = at("2026-03-10 09:30"), at("2026-03-10 11:15")
BEFORE, OPENING, INSIDE, CLOSING = (at(f"2026-03-10 {time}") for time in ("09:29", "09:30", "10:00", "11:15"))


def comes(state: str, now: datetime, *, late: str = "walk_in", given_up: bool = False, today: bool = True) -> Any:
    """How, or the slug."""
    found = arrival(
        state, opens=OPENS, closes=CLOSES, given_up=given_up, today=today, policy=TicketPolicy(late=late), now=now
    )
    return found.slug if isinstance(found, Refusal) else found


@pytest.mark.parametrize(
    ("state", "now", "expected"),
    [
        ("booked", BEFORE, "too-early"),
        ("booked", OPENING, Arrival.IN_TIME),
        ("booked", INSIDE, Arrival.IN_TIME),
        ("booked", CLOSING, Arrival.LATE),
        ("no_show", INSIDE, Arrival.LATE),
        ("checked_in", INSIDE, Arrival.LATE),  # without a number: in the hall for something else
        ("cancelled", INSIDE, "wrong-state"),
        ("served", BEFORE, "wrong-state"),
    ],
)
def test_the_hour_and_the_state_say_how_somebody_comes(state: str, now: datetime, expected: Any) -> None:
    assert comes(state, now) == expected


@pytest.mark.parametrize(("late", "today"), [("refuse", True), ("walk_in", False), ("refuse", False)])
def test_a_hall_that_takes_nobody_late_says_until_when_it_was(late: str, today: bool) -> None:
    for state, now in (("booked", CLOSING), ("no_show", INSIDE)):
        assert comes(state, now, late=late, today=today) == "too-late"
    assert comes("booked", INSIDE, late=late, today=today) == Arrival.IN_TIME
    no = arrival("no_show", opens=OPENS, closes=CLOSES, given_up=False, today=False, policy=TicketPolicy(), now=INSIDE)
    assert isinstance(no, Refusal)
    assert no.facts == {"closes": CLOSES}


def test_whose_number_came_to_nothing_comes_again_also_where_the_late_are_refused() -> None:
    assert comes("checked_in", CLOSING, late="refuse", given_up=True) == Arrival.AGAIN


def test_who_comes_too_early_is_told_when() -> None:
    no = arrival("booked", opens=OPENS, closes=CLOSES, given_up=False, today=True, policy=TicketPolicy(), now=BEFORE)

    assert isinstance(no, Refusal)
    assert (no.facts, no.next) == ({"opens": OPENS}, OPENS)


def test_a_kiosk_shows_when_check_in_opens_of_what_is_booked_and_to_come_alone() -> None:
    policy = TicketPolicy(check_in_opens=30)
    asked: dict[str, Any] = {"starts_at": at("2026-03-10 10:00"), "ends_at": at("2026-03-10 11:00"), "policy": policy}

    assert checks_in_from("booked", **asked, now=BEFORE) == OPENS
    assert checks_in_from("booked", **asked, now=OPENING) is None
    assert checks_in_from("no_show", **asked, now=BEFORE) is None


@pytest.mark.parametrize(
    ("state", "now", "late", "expected"),
    [
        ("booked", BEFORE, "walk_in", None),
        ("booked", OPENING, "walk_in", Arrival.IN_TIME),
        ("booked", CLOSING, "walk_in", Arrival.LATE),
        ("booked", CLOSING, "refuse", None),
        ("no_show", INSIDE, "walk_in", Arrival.LATE),
        ("no_show", BEFORE, "walk_in", None),
        ("no_show", INSIDE, "refuse", None),
        ("checked_in", INSIDE, "refuse", Arrival.AGAIN),
        ("checked_in", CLOSING, "walk_in", Arrival.LATE),
        ("checked_in", BEFORE, "walk_in", None),
    ],
)
def test_the_other_matters_of_a_visit_come_along_by_their_own_hours(
    state: str, now: datetime, late: str, expected: Any
) -> None:
    assert comes_along(state, opens=OPENS, closes=CLOSES, policy=TicketPolicy(late=late), now=now) == expected
