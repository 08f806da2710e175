"""A booking's code shown while a number of its person waits: one matter of one person is one turn, and nobody loses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from banshi.journeys.visit import check_in
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries import qr_text
from banshi.rooms.identity.actions import name_index
from banshi.rooms.identity.models import Account
from banshi.rooms.tickets.models import Ticket
from tests.journeys.visit.test_booked_and_walk_in import (
    KIOSK,
    YOUNG,
    booked,
    minutes,
    open_hall,  # noqa: F401 – the town, open
    present,
    sweep,
    take,
)
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import TUESDAY_NINE, Town

LATER = minutes(20)  # the booking, for half past nine, may check in


def show(town: Town, made: Appointment, *, now: datetime = LATER) -> Ticket:
    return check_in.by_code(hall=town.hall, code=qr_text(made.code), by=KIOSK, now=now, channel="kiosk")


def declared(town: Town, *, name: str | None = None, item: str = "pension") -> Appointment:
    """Booked meanwhile by an account that nobody has proven to be its person's."""
    account = Account.objects.create(phone="+8613900139000", phone_index="theirs", created_at=TUESDAY_NINE)
    holder = f"account:{account.pk}"
    made = booked(town, starts=minutes(30), item=item)
    called = town.person(YOUNG).name if name is None else name
    given = {"account_id": account.pk, "holder": holder, "limit_key": holder, "name": called}
    Appointment.objects.filter(pk=made.pk).update(name_index=name_index(called) if called else "", **given)
    made.refresh_from_db()
    return made


def numbers() -> list[tuple[str, str, int | None]]:
    return list(Ticket.objects.order_by("id").values_list("kind", "limit_key", "appointment_id"))


@pytest.mark.parametrize("taken", [{"item": "medical"}, {}])
def test_the_persons_own_code_makes_the_waiting_number_a_booked_one(open_hall: Town, taken: Any) -> None:  # noqa: F811
    mine = take(open_hall, **taken)
    made = booked(open_hall, starts=minutes(30))

    same = show(open_hall, made)

    made.refresh_from_db()
    assert (same.ref, same.kind, numbers(), made.state) == (mine.ref, "booked", [("booked", "", made.pk)], "checked_in")


@pytest.mark.parametrize("taken", [{"item": "pension"}, {}])
def test_a_declared_bookings_code_ranks_its_persons_number_and_shows_it_to_the_card_alone(
    open_hall: Town,  # noqa: F811
    taken: Any,
) -> None:
    """That it is booked says who booked, not who holds the number: with two they would be called twice for one matter."""
    mine = take(open_hall, **taken)
    made = declared(open_hall)

    with pytest.raises(check_in.WithItsPerson) as no:
        show(open_hall, made)

    made.refresh_from_db()
    assert (no.value.slug, no.value.facts) == ("already-checked-in", {"declared": True})
    assert (numbers(), made.state) == ([("booked", "", made.pk)], "checked_in")
    with pytest.raises(check_in.WithItsPerson):
        show(open_hall, made)  # again: the same answer
    with pytest.raises(Exception) as here:
        present(open_hall, now=LATER)
    assert here.value.facts["ticket"] == mine.ref  # type: ignore[attr-defined]
    assert sweep(minutes(600)) == 0


@pytest.mark.parametrize("other", [{"name": "陌生人"}, {"name": ""}, {"item": "medical"}])
def test_whoever_booked_in_another_name_or_for_another_matter_gets_a_number_of_their_own(
    open_hall: Town,  # noqa: F811
    other: Any,
) -> None:
    """A mistyped document, an agent with the person's papers for something else: they stand here too, and nobody loses."""
    mine = take(open_hall, item="pension")
    made = declared(open_hall, **other)

    own = show(open_hall, made)

    assert (own.pk != mine.pk, numbers()) == (True, [("walk_in", "", None), ("booked", made.limit_key, made.pk)])


def test_a_number_that_was_only_typed_stands_in_no_codes_way(open_hall: Town) -> None:  # noqa: F811
    typed = take(open_hall, item="pension", shown=Evidence.DECLARED)
    made = declared(open_hall)

    own = show(open_hall, made)

    assert numbers() == [("walk_in", typed.limit_key, None), ("booked", made.limit_key, own.appointment_id)]


def test_the_card_taking_a_number_for_what_its_code_checked_in_takes_that_number_over(open_hall: Town) -> None:  # noqa: F811
    made = declared(open_hall)
    by_code = show(open_hall, made)

    same = take(open_hall, item="pension", now=LATER)

    assert (same.pk, same.ref != by_code.ref, numbers()) == (by_code.pk, True, [("booked", "", made.pk)])


def test_code_and_card_at_the_same_instant_are_one_number_which_is_the_cards(committed_town: Town) -> None:
    open_town(committed_town)
    made = declared(committed_town)

    answers = together(
        2,
        lambda i: show(committed_town, made) if i else take(committed_town, item="pension", now=LATER),
    )

    assert numbers() == [("booked", "", made.pk)]
    assert isinstance(answers[0], Ticket)
    assert isinstance(answers[1], (Ticket, check_in.WithItsPerson))


@pytest.mark.parametrize("way", ["card", "card for a number of the matter", "card for a number of the category"])
def test_who_comes_late_with_the_code_and_then_lays_the_card_has_one_number(open_hall: Town, way: str) -> None:  # noqa: F811
    made = declared(open_hall)
    late = minutes(100)
    sweep(late)
    first = show(open_hall, made, now=late)

    again = {
        "card": lambda: present(open_hall, now=late),
        "card for a number of the matter": lambda: take(open_hall, item="pension", now=late),
        "card for a number of the category": lambda: take(open_hall, now=late),
    }[way]()

    assert numbers() == [("walk_in", "", None)]
    assert (again.pk, again.number, again.ref == first.ref) == (first.pk, first.number, False)


def test_who_lays_the_card_and_then_shows_the_code_late_has_one_number(open_hall: Town) -> None:  # noqa: F811
    made = declared(open_hall)
    late = minutes(100)
    sweep(late)
    present(open_hall, now=late)

    with pytest.raises(check_in.WithItsPerson):
        show(open_hall, made, now=late)

    assert numbers() == [("walk_in", "", None)]
