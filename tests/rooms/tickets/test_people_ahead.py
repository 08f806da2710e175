"""“N people ahead” counts people, not numbers: whoever holds several once, oneself not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.tickets import actions, queries
from banshi.rooms.tickets.models import Ticket
from tests.town import CLERK, TUESDAY_NINE, Town

KIOSK = Actor(ActorKind.KIOSK, "1", "town")


def take(town: Town, category: str, person: int | None, **more: Any) -> Ticket:
    return actions.issue(
        actions.Take(
            category_code=category,
            channel="kiosk",
            by=KIOSK,
            person_id=town.person(person).pk if person is not None else None,
            **more,
        ),
        hall=town.hall,
        now=TUESDAY_NINE,
    )


def ahead(town: Town) -> dict[str, int | None]:
    return {t.number: t.ahead for t in queries.line(town.hall.pk, TUESDAY_NINE).tickets}


def test_ones_own_first_number_is_nobody_ahead(open_hall: Town) -> None:
    first, second = take(open_hall, "A", 1), take(open_hall, "B", 1)

    assert ahead(open_hall) == {"A001": 0, "B001": 0}
    assert [queries.given(each).ahead for each in (first, second)] == [0, 0]


def test_who_holds_two_numbers_is_one_person_ahead(open_hall: Town) -> None:
    for category in "AB":
        take(open_hall, category, 1)
    third = take(open_hall, "A", 2)

    line = queries.line(open_hall.hall.pk, TUESDAY_NINE)

    assert (ahead(open_hall)["A002"], queries.given(third).ahead) == (1, 1)
    assert [(c.code, c.waiting, c.ahead) for c in line.categories] == [("A", 2, 2), ("B", 1, 2)]


def test_people_without_a_name_are_one_each(open_hall: Town) -> None:
    numbers = [take(open_hall, category, None) for category in "ABAB"]

    assert [queries.given(each).ahead for each in numbers] == [0, 1, 2, 3]
    assert sorted(value for value in ahead(open_hall).values() if value is not None) == [0, 1, 2, 3]


def test_the_number_under_anothers_key_is_another_persons(open_hall: Town) -> None:
    """A document that was only typed proves nobody: its number stands beside its owner's."""
    take(open_hall, "A", 1)
    other = take(open_hall, "B", 1, limit_key="typed:1")

    assert (ahead(open_hall)["B001"], queries.given(other).ahead) == (1, 1)


def test_nobody_waits_for_whom_a_closure_has_stopped(open_hall: Town) -> None:
    """Five stood still in another line that the same window serves: "5 ahead, an hour", and called at once."""
    now = TUESDAY_NINE
    for n in range(1, 6):
        take(open_hall, "A", n)
    take(open_hall, "B", 6)
    actions.sign_in(window_code="town-01", staff_id=open_hall.clerk.pk, now=now)
    calendars.close(
        hall=open_hall.hall, category=open_hall.categories["A"], starts_at=now, ends_at=now + timedelta(hours=3),
        reason_zh="停电", reason_en="Power cut", by=CLERK, now=now,
    )  # fmt: skip

    taken = queries.given(take(open_hall, "B", 7))
    line = queries.line(open_hall.hall.pk, now)

    assert (ahead(open_hall)["B002"], taken.ahead) == (1, 1)
    assert [(c.code, c.waiting, c.ahead) for c in line.categories] == [("A", 5, 7), ("B", 2, 2)]
    shown = next(t for t in line.tickets if t.number == "B002")
    assert (taken.likely_s, taken.at_most_s) == (shown.likely_s, shown.at_most_s)
