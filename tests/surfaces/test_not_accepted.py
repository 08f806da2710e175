"""A booking whose number a window refused, or that came to nothing: one word for what really happened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.crypto import link_key
from banshi.foundation.translations import compile_all
from banshi.journeys.hall import close_hall_day
from banshi.journeys.visit import serve
from banshi.kernel.numbers import check_character
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import shown_states, states_to_staff
from tests.journeys.visit.test_booked_and_walk_in import booked, minutes, take
from tests.rooms.tickets.conftest import open_town
from tests.town import Town

pytestmark = pytest.mark.django_db
compile_all()


@pytest.fixture
def here(town: Town) -> Iterator[tuple[Town, Appointment, Ticket]]:
    open_town(town)
    row = booked(town)
    row.code = "C0AAA" + check_character("C0AAA")
    row.save(update_fields=["code"])
    ticket = take(town, "A", now=minutes(1))
    actions.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=minutes(1))
    yield town, row, ticket
    clock.forget()


def refuse(town: Town, *, served: bool) -> Ticket:
    clerk = town.clerk.pk
    called = actions.call_next(window_code="town-01", staff_id=clerk, now=minutes(2))
    if not served:
        return serve.turn_away(ref=called.ref, staff_id=clerk, why="非本人", now=minutes(3))
    actions.start(ref=called.ref, staff_id=clerk, now=minutes(3))
    return serve.finish(ref=called.ref, staff_id=clerk, outcome="refused", why="条件不符", now=minutes(5))


def words(row: Appointment) -> tuple[str, str]:
    row.refresh_from_db()
    return shown_states([row])[row.code], states_to_staff([row])[row.code]


@pytest.mark.parametrize("served", [False, True])
def test_what_a_window_refused_reads_so_to_staff_and_to_the_holder(here, served):
    town, row, _ticket = here
    refuse(town, served=served)
    staff = Client(headers={"accept-language": "zh-CN"})
    staff.force_login(town.manager)
    clock.set_clock(now=minutes(6), speed=0)
    day = f"/office/town/appointments/?day={row.day}"

    said = [
        staff.get(path).content.decode()
        for path in (day, f"{day}&state=refused", f"/office/town/appointments/{row.code}/")
    ]
    other = staff.get(f"{day}&state=served").content.decode()
    page = Client(headers={"accept-language": "zh-CN"}).get(f"/a/{row.code}?k={link_key(row.code)}").content.decode()

    assert words(row) == ("served" if served else "number_over", "refused")
    assert [("不予办理</span>" in each, "已签到</span>" in each) for each in said] == [(True, False)] * 3
    assert row.code not in other
    assert ("原因：条件不符" if served else "原因：非本人") in said[2]
    assert ("不予办理" in page, "正在排队" in page) == (True, False)


def test_whoever_only_booked_it_hears_that_it_came_to_nothing(here):
    town, row, ticket = here
    Appointment.objects.filter(pk=row.pk).update(limit_key="citizen:1", contact="+8613800139000")
    Ticket.objects.filter(pk=ticket.pk).update(limit_key="", notify_to="", phone_index="")

    refuse(town, served=False)

    told = Message.objects.filter(key="booking_over").order_by("id")
    assert [each.params["fate"]["zh"] for each in told] == ["没能办上"]


def test_a_refusal_taken_back_is_checked_in_again(here):
    town, row, _ticket = here
    ref = refuse(town, served=False).ref

    serve.undo(ref=ref, staff_id=town.clerk.pk, now=minutes(4))

    assert words(row) == ("checked_in", "checked_in")


def test_whose_number_was_given_up_or_not_reached_is_not_said_to_be_here(here):
    _town, row, ticket = here
    Ticket.objects.filter(pk=ticket.pk).update(state="left")
    left = words(row)
    Ticket.objects.filter(pk=ticket.pk).update(state="closed", closed_why="not_called")

    assert (left, words(row)) == (("number_over",) * 2, ("not_reached",) * 2)


@pytest.mark.parametrize("held", [False, True])
def test_whoever_was_at_a_window_when_the_day_ended_was_served(here, held):
    town, row, _ticket = here
    called = actions.call_next(window_code="town-01", staff_id=town.clerk.pk, now=minutes(2))
    actions.start(ref=called.ref, staff_id=town.clerk.pk, now=minutes(3))
    if held:
        actions.hold(ref=called.ref, staff_id=town.clerk.pk, now=minutes(9))

    close_hall_day.close_due(now=minutes(24 * 60))

    assert words(row) == ("served", "served")
