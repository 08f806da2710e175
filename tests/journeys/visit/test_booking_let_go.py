"""A booking whose number came to nothing keeps nobody from booking anew; it does again where the number goes on."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from banshi.journeys.hall import housekeeping
from banshi.journeys.visit import check_in, serve
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, LedgerEntry, Slot
from banshi.rooms.booking.queries import qr_text
from banshi.rooms.calendars.rules import Closure, Words
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.places.models import Category, PolicyVersion
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import Ticket
from tests.journeys.visit.test_booked_and_walk_in import (
    KIOSK,
    STAFF,
    YOUNG,
    booked,
    minutes,
    open_town,
    present,
    sweep,
    take,
)
from tests.together import together
from tests.town import TUESDAY_NINE, Town, at

SAME_DAY = {"same_day": True, "same_day_lead": 0}
OUTCOMES = ["done", "paper_missing", "advice_only", "refused"]
HALL_CLOSED = Closure(
    starts_at=minutes(5),
    ends_at=at("2026-03-10 23:00"),
    reason=Words(zh="停电", en="No power"),
)


@pytest.fixture
def open_hall(town: Town) -> Town:
    open_town(town)
    town.policy(booking=SAME_DAY)
    return town


def anew(town: Town, *, hour: int = 11, now: int = 10, item: str = "pension", **more: Any) -> Appointment:
    """Booked by the same person for later in the morning."""
    slot = Slot.objects.filter(starts_at=at(f"2026-03-10 {hour}:00"), **more).first()
    slot = slot or town.slot(starts=at(f"2026-03-10 {hour}:00"), **more)
    return booking.place(
        slot_id=slot.id, item_code=item, person_id=town.person(YOUNG).pk, source="web", evidence=3,
        by=Actor(ActorKind.CITIZEN, "1"), now=minutes(now),
    )  # fmt: skip


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


def at_window(town: Town, now: int = 1) -> Ticket:
    actions.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=minutes(now))
    called = actions.call_next(window_code="town-01", staff_id=town.clerk.pk, now=minutes(now))
    assert called is not None
    return called


def _left(town: Town) -> None:
    actions.leave(ref=Ticket.objects.get().ref, by=KIOSK, now=minutes(5))


def _turned_away(town: Town) -> None:
    serve.turn_away(ref=at_window(town).ref, staff_id=town.clerk.pk, why="证件不符", now=minutes(5))


def _missed_for_good(town: Town) -> None:
    town.policy(booking=SAME_DAY, tickets={"reissue_limit": 0})
    actions.miss(ref=at_window(town).ref, staff_id=town.clerk.pk, now=minutes(5))


def _missed_too_long(town: Town) -> None:
    town.policy(booking=SAME_DAY, tickets={"reissue_within": 5})
    actions.miss(ref=at_window(town).ref, staff_id=town.clerk.pk, now=minutes(4))
    assert refusal(lambda: anew(town, now=8)) == "limit-half-day"  # it may be put back
    duty = next(each for each in housekeeping.DUTIES if each.name == "numbers missed for good")
    assert [duty.act(minutes(9)), duty.act(minutes(9))] == [1, 0]


def _sent_home(town: Town) -> None:
    rows = list(Ticket.objects.select_related("hall", "category", "item"))
    actions.send_home(tickets=rows, closure=HALL_CLOSED, next_place=lambda _: None, now=minutes(5))


def _day_closed(town: Town) -> None:
    actions.close_day(hall=town.hall, day=TUESDAY_NINE.date(), by=SYSTEM, now=minutes(5))


ENDS = [_left, _turned_away, _missed_for_good, _missed_too_long, _sent_home, _day_closed]


@pytest.mark.parametrize("ends", ENDS)
def test_whose_number_came_to_nothing_may_book_for_the_same_half_day(open_hall: Town, ends: Any) -> None:
    first = booked(open_hall)
    present(open_hall)
    assert refusal(lambda: anew(open_hall, now=3)) == "limit-half-day"

    ends(open_hall)
    second = anew(open_hall)

    first.refresh_from_db()
    assert (first.state, second.state, LedgerEntry.objects.count()) == ("checked_in", "booked", 0)
    assert refusal(lambda: anew(open_hall, hour=10)) == "limit-half-day"  # one at a time


def test_whoever_gave_the_number_up_is_nowhere_at_its_time(open_hall: Town) -> None:
    booked(open_hall, starts=minutes(15))
    present(open_hall, now=minutes(4))
    elsewhere = {"hour": 10, "hall": open_hall.other_hall}
    there = Category.objects.create(
        hall=open_hall.other_hall, code="A", letter="A", name_zh="社保", name_en="Social security", order=1,
        zone=open_hall.categories["A"].zone,
    )  # fmt: skip
    HallItem.objects.create(hall=open_hall.other_hall, item=open_hall.items["pension"], category=there)
    for version in PolicyVersion.objects.filter(hall=open_hall.hall):
        PolicyVersion.objects.create(
            hall=open_hall.other_hall, version=version.version, document=version.document,
            valid_from=version.valid_from, made_by="system", made_at=version.made_at,
        )  # fmt: skip
    assert refusal(lambda: anew(open_hall, **elsewhere)) == "same-time"

    _left(open_hall)

    assert anew(open_hall, **elsewhere).state == "booked"


def test_whose_period_went_by_while_they_were_here_may_book_anew(open_hall: Town) -> None:
    first = booked(open_hall)
    take(open_hall, "B", now=minutes(50))
    assert sweep(minutes(90)) == 0

    second = anew(open_hall, now=91)

    first.refresh_from_db()
    assert (first.state, second.state) == ("checked_in", "booked")


@pytest.mark.parametrize("ends", [_turned_away, _missed_for_good])
def test_the_undone_end_of_a_number_puts_its_booking_back(open_hall: Town, ends: Any) -> None:
    booked(open_hall)
    present(open_hall)
    ends(open_hall)

    serve.undo(ref=Ticket.objects.get().ref, staff_id=open_hall.clerk.pk, now=minutes(6))

    assert Ticket.objects.get().state == "called"
    assert refusal(lambda: anew(open_hall)) == "limit-half-day"


@pytest.mark.parametrize("ends", [_turned_away, _missed_for_good])
def test_undone_after_its_person_booked_anew_both_stand_and_one_service_ends_both(open_hall: Town, ends: Any) -> None:
    first = booked(open_hall)
    present(open_hall)
    ends(open_hall)
    second = anew(open_hall, now=5)
    ref = Ticket.objects.get().ref
    clerk = open_hall.clerk.pk

    serve.undo(ref=ref, staff_id=clerk, now=minutes(6))
    assert (Ticket.objects.get().state, states(first, second)) == ("called", ["checked_in", "booked"])
    actions.start(ref=ref, staff_id=clerk, now=minutes(7))
    serve.finish(ref=ref, staff_id=clerk, now=minutes(9))
    assert (states(first, second), sweep(minutes(600))) == (["served", "served"], 0)

    serve.undo(ref=ref, staff_id=clerk, now=minutes(10))
    assert states(first, second) == ["checked_in", "booked"]


def test_a_finish_is_undone_although_its_person_booked_anew(open_hall: Town) -> None:
    """With a paper missing the booking is served, and another one may be made at once."""
    first = booked(open_hall)
    present(open_hall)
    ref = at_window(open_hall).ref
    actions.start(ref=ref, staff_id=open_hall.clerk.pk, now=minutes(2))
    serve.finish(ref=ref, staff_id=open_hall.clerk.pk, now=minutes(8), outcome="paper_missing", why="缺照片")
    second = anew(open_hall, now=9)

    serve.undo(ref=ref, staff_id=open_hall.clerk.pk, now=minutes(10))

    assert (Ticket.objects.get().state, states(first, second)) == ("serving", ["checked_in", "booked"])


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("first_end", ["turned away", *OUTCOMES])
def test_what_was_booked_in_between_is_used_up_only_by_what_was_done(
    open_hall: Town, first_end: str, outcome: str
) -> None:
    """Who is to bring papers has booked for that; an undo and another press must not take it."""
    first, clerk = booked(open_hall), open_hall.clerk.pk
    present(open_hall)
    ref = at_window(open_hall).ref
    if first_end == "turned away":
        serve.turn_away(ref=ref, staff_id=clerk, why="证件不符", now=minutes(5))
    else:
        actions.start(ref=ref, staff_id=clerk, now=minutes(2))
        serve.finish(ref=ref, staff_id=clerk, now=minutes(5), outcome=first_end, why="缺照片")
    second = anew(open_hall, now=6)
    assert states(second) == ["booked"]  # and without an undo it stays so

    serve.undo(ref=ref, staff_id=clerk, now=minutes(7))
    if first_end == "turned away":
        actions.start(ref=ref, staff_id=clerk, now=minutes(7))
    serve.finish(ref=ref, staff_id=clerk, now=minutes(8), outcome=outcome, why="缺照片")

    assert states(first, second) == ["served", "served" if outcome == "done" else "booked"]
    serve.undo(ref=ref, staff_id=clerk, now=minutes(9))
    assert states(first, second) == ["checked_in", "booked"]


def test_a_missed_number_that_is_put_back_stands_beside_what_was_booked_in_its_stead(open_hall: Town) -> None:
    first = booked(open_hall)
    present(open_hall)
    _missed_for_good(open_hall)
    second = anew(open_hall)

    called = actions.call_ticket(
        window_code="town-01", ref=Ticket.objects.get().ref, staff_id=open_hall.clerk.pk, why="刚回来", now=minutes(11)
    )

    assert (called.state, states(first, second)) == ("called", ["checked_in", "booked"])


def test_a_number_given_up_before_the_time_comes_back_unless_booked_anew(open_hall: Town) -> None:
    """Whoever came early, and left again, still has the appointment – or what they booked in its stead."""
    first = booked(open_hall, starts=minutes(60))
    take(open_hall, item="pension")
    _left(open_hall)
    second = anew(open_hall)

    with pytest.raises(Refused) as no:
        check_in.by_code(hall=open_hall.hall, code=qr_text(first.code), by=STAFF, now=minutes(55), channel="desk")
    assert (no.value.slug, no.value.facts["left"]) == ("already-checked-in", True)

    booking.cancel(code=second.code, by=STAFF, now=minutes(56))
    again = check_in.by_code(hall=open_hall.hall, code=qr_text(first.code), by=STAFF, now=minutes(57), channel="desk")
    assert (again.state, again.kind) == ("waiting", "booked")
    assert refusal(lambda: anew(open_hall, now=58)) == "limit-half-day"


def test_what_came_to_nothing_before_is_let_go_when_the_rule_begins(open_hall: Town) -> None:
    first = booked(open_hall)
    present(open_hall)
    _left(open_hall)
    waits = booked(open_hall, starts=minutes(60), item="id-card")
    present(open_hall, now=minutes(50))
    Appointment.objects.update(let_go_at=None)

    with connection.cursor() as cursor:
        cursor.execute(import_module("banshi.rooms.tickets.migrations.0019_bookings_of_numbers_over").LET_GO)

    first.refresh_from_db()
    waits.refresh_from_db()
    assert (first.let_go_at, waits.let_go_at, waits.state) == (first.checked_in_at, None, "checked_in")


def states(*rows: Appointment) -> list[str]:
    return [Appointment.objects.get(pk=row.pk).state for row in rows]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["give up", "undo"])
def test_a_number_ends_or_goes_on_together_with_a_booking(committed_town: Town, way: str) -> None:
    """Whichever comes first: nobody is left with two bookings that stand, and nothing breaks."""
    open_town(committed_town)
    committed_town.policy(booking=SAME_DAY)
    first = booked(committed_town)
    ref = present(committed_town).ref
    hour = committed_town.slot(starts=at("2026-03-10 11:00"), quota=9)
    committed_town.slot(starts=at("2026-03-10 10:00"), quota=9)
    if way == "undo":
        _turned_away(committed_town)

    def end() -> Ticket:
        if way == "undo":
            return serve.undo(ref=ref, staff_id=committed_town.clerk.pk, now=minutes(6))
        return actions.leave(ref=ref, by=KIOSK, now=minutes(6))

    acts: list[Callable[[], Any]] = [
        end,
        lambda: anew(committed_town, now=6),
        lambda: present(committed_town, now=minutes(6)),
        lambda: anew(committed_town, hour=10, now=6),
    ]
    results = together(4, lambda i: acts[i]())

    slugs = [each.slug if isinstance(each, Refused) else type(each).__name__ for each in results]
    new = list(Appointment.objects.exclude(pk=first.pk))
    first.refresh_from_db()
    assert slugs[0] == "Ticket"
    assert set(slugs[1:]) <= {"Appointment", "Ticket", "limit-half-day", "already-checked-in", "too-early"}
    assert (len(new), len(new) + first.stands <= 1, first.state) == (slugs.count("Appointment"), True, "checked_in")
    assert Slot.objects.get(pk=hour.pk).taken == sum(each.slot_id == hour.pk for each in new)
