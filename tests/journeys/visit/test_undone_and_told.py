"""What was told of a step that is taken back is told again when the step comes after all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from banshi.foundation import clock
from banshi.journeys.visit import serve
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.rooms.messaging.test_outbox import Spy
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import booked, check_in, minutes, take
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
PHONE = "+8613800138000"
BOOKER = "+8613800139000"


@pytest.fixture
def at_window(town: Town) -> tuple[Ticket, int]:
    """A number with a telephone, called to window 01; and its clerk."""
    open_town(town)
    return called(town, take(town, "A", contact=PHONE, follows=True))


def called(town: Town, ticket: Ticket) -> tuple[Ticket, int]:
    clerk = town.clerk.pk
    tickets.sign_in(window_code="town-01", staff_id=clerk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=clerk, now=TUESDAY_NINE)
    return ticket, clerk


def goes_out(n: float) -> None:
    messaging.drain(channels={"sms": Spy()}, now=minutes(n))


def told(key: str) -> list[str]:
    return list(Message.objects.filter(key=key).order_by("id").values_list("state", flat=True))


# While the step stood, nothing went out; the worker looked while it was undone; or it went out at once.
WHEN = {"at the end": (), "while undone": (3,), "at once": (1.5,)}


def twice(step: Callable[[float], object], undo: Callable[[float], object], out: tuple[float, ...]) -> None:
    """The step at minute 1, taken back at 2, and again at 4; what is due goes out at these minutes, and at 5."""
    acts = [(1.0, step), (2.0, undo), (4.0, step), (5.0, goes_out), *((n, goes_out) for n in out)]
    for n, act in sorted(acts, key=lambda pair: pair[0]):
        act(n)


@pytest.mark.parametrize(
    ("when", "states"),
    [
        ("at the end", ["dropped", "sent"]),
        ("while undone", ["dropped", "sent"]),
        ("at once", ["sent", "sent"]),
    ],
)
def test_who_is_missed_again_is_told_until_when_to_come_back(
    at_window: tuple[Ticket, int], when: str, states: list[str]
):
    ticket, clerk = at_window

    twice(
        lambda n: serve.miss(ref=ticket.ref, staff_id=clerk, now=minutes(n)),
        lambda n: serve.undo(ref=ticket.ref, staff_id=clerk, now=minutes(n)),
        WHEN[when],
    )

    last = Message.objects.filter(key="missed").order_by("-id").first()
    assert last is not None
    assert (told("missed"), last.created_at) == (states, minutes(4))


@pytest.mark.parametrize(
    ("when", "states"),
    [("at the end", ["dropped", "sent"]), ("while undone", ["dropped", "sent"]), ("at once", ["sent"])],
)
def test_who_is_finished_again_is_asked_once_how_it_went(at_window: tuple[Ticket, int], when: str, states: list[str]):
    ticket, clerk = at_window
    tickets.start(ref=ticket.ref, staff_id=clerk, now=TUESDAY_NINE)

    twice(
        lambda n: serve.finish(ref=ticket.ref, staff_id=clerk, now=minutes(n)),
        lambda n: serve.undo(ref=ticket.ref, staff_id=clerk, now=minutes(n)),
        WHEN[when],
    )

    assert told("rate") == states


@pytest.mark.parametrize("key", ["missed", "rate"])
def test_a_worker_that_held_the_message_when_it_was_undone_keeps_nothing_back(at_window: tuple[Ticket, int], key: str):
    """It looked while the step was undone, and its answer comes only after the step has come again."""
    ticket, clerk = at_window
    if key == "rate":
        tickets.start(ref=ticket.ref, staff_id=clerk, now=TUESDAY_NINE)
    step = {"missed": serve.miss, "rate": serve.finish}[key]
    step(ref=ticket.ref, staff_id=clerk, now=minutes(1))
    held = Message.objects.filter(key=key)
    held.update(state="sending", claimed_at=clock.wall())
    first = held.get().pk

    serve.undo(ref=ticket.ref, staff_id=clerk, now=minutes(2))
    step(ref=ticket.ref, staff_id=clerk, now=minutes(4))
    Message.objects.filter(pk=first).update(state="dropped", why="moved_on")
    goes_out(5)

    assert told(key) == ["dropped", "sent"]


def test_undoing_the_second_matter_leaves_the_question_about_the_first(at_window: tuple[Ticket, int]):
    ticket, clerk = at_window
    tickets.start(ref=ticket.ref, staff_id=clerk, now=TUESDAY_NINE)
    second = tickets.add_matter(ref=ticket.ref, item_code="medical", staff_id=clerk, now=TUESDAY_NINE)
    serve.go_on(ref=ticket.ref, then=second.ref, staff_id=clerk, now=minutes(1))
    serve.finish(ref=second.ref, staff_id=clerk, now=minutes(2))
    serve.undo(ref=second.ref, staff_id=clerk, now=minutes(3))
    serve.finish(ref=second.ref, staff_id=clerk, now=minutes(4))

    goes_out(5)

    assert (told("rate"), Message.objects.get(key="rate").subject) == (["sent"], f"ticket:{ticket.ref}")


@pytest.mark.parametrize(
    ("first", "then", "fates"),
    [
        ("turned away", "served", [("sent", "没能办上"), ("sent", "已到过窗口")]),
        ("served", "turned away", [("sent", "已到过窗口"), ("sent", "没能办上")]),
        ("served", "served", [("sent", "已到过窗口")]),
    ],
)
def test_whoever_only_booked_it_hears_how_it_ended_after_all(
    town: Town, first: str, then: str, fates: list[tuple[str, str]]
):
    ticket, clerk = of_a_booker(town)

    end(ticket, clerk, first, 1)
    goes_out(1.5)
    serve.undo(ref=ticket.ref, staff_id=clerk, now=minutes(2))
    end(ticket, clerk, then, 4)
    goes_out(5)

    assert ends() == fates


@pytest.mark.parametrize("how", ["served", "turned away"])
def test_whoever_only_booked_it_hears_nothing_of_an_end_taken_back_at_once(town: Town, how: str):
    ticket, clerk = of_a_booker(town)

    end(ticket, clerk, how, 1)
    serve.undo(ref=ticket.ref, staff_id=clerk, now=minutes(2))
    goes_out(3)
    undone = [state for state, _ in ends()]
    end(ticket, clerk, how, 4)
    goes_out(5)

    assert (undone, [state for state, _ in ends()]) == (["dropped"], ["dropped", "sent"])


def of_a_booker(town: Town) -> tuple[Ticket, int]:
    """Booked by somebody who only declared the document, whose number is its person's since: started at window 01."""
    open_town(town)
    made = booked(town)
    Appointment.objects.filter(pk=made.pk).update(limit_key="citizen:1", contact=BOOKER)
    ticket, clerk = called(town, check_in(town, Appointment.objects.get(pk=made.pk)))
    Ticket.objects.filter(pk=ticket.pk).update(limit_key="", notify_to="", phone_index="")
    tickets.start(ref=ticket.ref, staff_id=clerk, now=TUESDAY_NINE + timedelta(seconds=5))
    return ticket, clerk


def end(ticket: Ticket, clerk: int, how: str, n: float) -> None:
    if how == "served":
        serve.finish(ref=ticket.ref, staff_id=clerk, now=minutes(n))
    else:
        serve.turn_away(ref=ticket.ref, staff_id=clerk, why="条件不符", now=minutes(n))


def ends() -> list[tuple[str, str]]:
    rows = Message.objects.filter(key="booking_over").order_by("id")
    return [(row.state, row.params["fate"]["zh"]) for row in rows]
