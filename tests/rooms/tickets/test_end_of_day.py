"""The end of the day, and what a hall learns of it."""

from __future__ import annotations

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import (
    HallDay,
    HandlingTime,
    Ticket,
    WindowSession,
)
from tests.rooms.tickets.line import (
    KIOSK,
    TUESDAY,
    booked,
    done,
    minutes,
    next_at,
    take,
    work,
)
from tests.town import TUESDAY_NINE, Town, at


def _a_day(town: Town) -> None:
    clerk = work(town)
    for _ in range(6):
        take(town)
    numbers = {t.number: t.ref for t in Ticket.objects.order_by("id")}
    next_at(town)
    done(town, "A001", now=minutes(5))
    actions.park(ref=numbers["A002"], by=KIOSK, now=minutes(5))
    next_at(town, now=minutes(6))
    actions.miss(ref=numbers["A003"], staff_id=clerk.pk, now=minutes(7))
    actions.leave(ref=numbers["A004"], by=KIOSK, now=minutes(7))
    next_at(town, now=minutes(8))
    actions.start(ref=numbers["A005"], staff_id=clerk.pk, now=minutes(8))


def test_at_the_end_of_the_day_every_number_is_accounted_for_and_nobody_is_cut_short(open_hall):
    _a_day(open_hall)

    first = actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=at("2026-03-10 18:00"))
    done_at = HallDay.objects.get().closed_at
    actions.finish(ref=Ticket.objects.get(number="A005").ref, staff_id=open_hall.clerk.pk, now=at("2026-03-10 18:10"))
    second = actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=at("2026-03-10 18:20"))
    third = actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=at("2026-03-10 18:30"))

    assert (first, done_at) == ({"closed": 3, "finished": 1, "left": 1, "serving": 1}, None)
    assert second == third == {"closed": 3, "finished": 2, "left": 1}
    assert HallDay.objects.get().closed_at == at("2026-03-10 18:20")
    assert sum(second.values()) == Ticket.objects.count()
    assert WindowSession.objects.filter(signed_out_at=None).count() == 0
    why = Ticket.objects.filter(state="closed").order_by("seq").values_list("closed_why", flat=True)
    assert list(why) == ["parked", "missed", "not_called"]


def test_a_job_that_is_late_closes_the_day_just_the_same_and_leaves_the_new_day_alone(open_hall):
    _a_day(open_hall)
    morning = at("2026-03-11 09:30")
    work(open_hall, "02", open_hall.second_clerk, now=morning)
    fresh = take(open_hall, now=morning)

    account = actions.close_day(hall=open_hall.hall, day=TUESDAY, by=SYSTEM, now=morning)

    assert account == {"closed": 3, "finished": 2, "left": 1}
    assert (fresh.number, Ticket.objects.get(pk=fresh.pk).state) == ("A001", "waiting")
    assert list(WindowSession.objects.filter(signed_out_at=None).values_list("staff_id", flat=True)) == [
        open_hall.second_clerk.pk
    ]


def test_services_teach_the_hall_once_each(open_hall):
    clerk = work(open_hall)
    for i in range(3):
        ref = take(open_hall, now=minutes(i * 10)).ref
        next_at(open_hall, now=minutes(i * 10))
        actions.start(ref=ref, staff_id=clerk.pk, now=minutes(i * 10))
        actions.finish(ref=ref, staff_id=clerk.pk, now=minutes(i * 10 + 5))

    first, again = actions.learn(now=minutes(30)), actions.learn(now=minutes(31))

    known = HandlingTime.objects.order_by("hour")
    assert (first, again, [t.hour for t in known]) == (3, 0, [-1, 9])
    assert all(t.mean_s < 720 and t.p50_s < t.p90_s for t in known)


def test_windows_that_call_together_get_what_they_would_get_one_after_the_other(open_hall):
    for _ in range(2):
        take(open_hall)
    work(open_hall, "01")
    work(open_hall, "02", open_hall.second_clerk)
    clerk, second = open_hall.clerk, open_hall.second_clerk
    asked = [("town-02", second.pk), ("town-01", clerk.pk), ("town-01", clerk.pk), ("town-03", clerk.pk)]

    answers = actions.call_next_many(asked=asked, now=TUESDAY_NINE)

    said = [a.slug if isinstance(a, Refused) else a.number if a else None for a in answers]
    assert said == ["A002", "A001", "window-busy", "not-signed-in"]


def test_a_held_service_teaches_the_sum_of_its_stretches_and_not_its_tail(open_hall):
    from banshi.rooms.tickets import rules

    clerk = work(open_hall)
    ref = take(open_hall).ref
    next_at(open_hall)
    actions.start(ref=ref, staff_id=clerk.pk, now=TUESDAY_NINE)
    actions.hold(ref=ref, staff_id=clerk.pk, now=minutes(20))
    actions.resume_held(ref=ref, staff_id=clerk.pk, now=minutes(30))
    actions.finish(ref=ref, staff_id=clerk.pk, now=minutes(31))

    early, taught = actions.learn(now=minutes(35)), actions.learn(now=minutes(36))

    known = HandlingTime.objects.get(hour=-1)
    assert (early, taught) == (0, 1)
    assert known.mean_s == pytest.approx(rules.learn(rules.prior(12), 21 * 60).mean_s)


def test_the_gap_between_two_people_is_learned_while_people_wait(open_hall):
    clerk = work(open_hall)
    for _ in range(2):
        take(open_hall)
    for i in range(2):
        next_at(open_hall, now=minutes(i * 10))
        ref = Ticket.objects.get(number=f"A00{i + 1}").ref
        actions.start(ref=ref, staff_id=clerk.pk, now=minutes(i * 10 + 2))
        actions.finish(ref=ref, staff_id=clerk.pk, now=minutes(i * 10 + 9))

    actions.learn(now=minutes(60))

    # From 9:09 to 9:12, where 40 s were believed and the second service counts a seventh.
    assert HandlingTime.objects.get(hour=-1).gap_s == pytest.approx(40 + (180 - 40) / (1 + 399 / 400 + 5), rel=0.01)


def test_an_idle_window_and_nobody_waiting_means_now_however_many_are_booked(open_hall):
    work(open_hall)
    slot = {"quota": 200}
    first = booked(open_hall, starts=TUESDAY_NINE, **slot)
    for i in range(60):
        Appointment.objects.create(
            code=f"D{i}", hall=open_hall.hall, slot=first.slot, item=first.item, category=first.category,
            person=open_hall.person(100 + i), business=first.business, day=first.day, half=first.half, exempt=True,
            starts_at=first.starts_at, ends_at=first.ends_at, source="web", booked_by="x", limit_key=f"D{i}",
            created_at=TUESDAY_NINE,
        )  # fmt: skip

    told = take(open_hall, now=minutes(45)).told

    assert told == (0, 0, 120, True)
