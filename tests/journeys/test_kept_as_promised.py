"""Who is kept in a closure is told whether they are served or only not struck, and that stands, whatever is decided since."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys import change_hours, check_in, follow_up
from banshi.journeys.stops import stop_of, stops
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment, Kept
from banshi.rooms.booking.queries import standing
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.models import Closure
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.actions.stopping import stopped_by
from tests.journeys.test_follow_up import NINE35, booked, close, opened
from tests.town import CITIZEN, Town, at

pytestmark = pytest.mark.django_db

TWO = at("2026-03-10 14:00")
BEFORE_TWO = at("2026-03-10 13:50")


@pytest.fixture
def open_town(town: Town) -> Town:
    return opened(town)


def kept(town: Town, rule: str, person: int = 1, **more: Any) -> tuple[Appointment, Closure]:
    """Booked for two, and kept in a closure from then on under this rule."""
    row = booked(town, "2026-03-10 14:00", person)
    town.policy(booking={"kept": rule})
    closure, _ = close(town, starts="2026-03-10 13:00", ends="2026-03-10 16:00", others="keep", **more)
    follow_up.work_off(now=NINE35)
    return row, closure


@pytest.mark.parametrize(("then", "now"), [("serve", "forgive"), ("forgive", "serve")])
def test_what_was_promised_stands_whatever_the_rules_become(open_town: Town, then: str, now: str):
    row, _ = kept(open_town, then)
    open_town.policy(booking={"kept": now})
    served = then == "serve"

    over = stop_of(open_town.hall, BEFORE_TWO, item="pension", category="A", appointment_id=row.pk, at=TWO)
    state = standing.appointments([row.code], now=BEFORE_TWO)[row.code].state

    assert over is not None
    assert (over.lets_in, [each.kept for each in stops(open_town.hall, BEFORE_TWO)]) == (served, [served])
    assert state == ("booked" if served else "closed")
    if not served:
        with pytest.raises(Refused) as refused:
            check_in.by_code(hall=open_town.hall, code=row.code, by=CITIZEN, now=BEFORE_TWO, channel="kiosk")
        assert refused.value.slug == "closed"
        return
    number = check_in.by_code(hall=open_town.hall, code=row.code, by=CITIZEN, now=BEFORE_TWO, channel="kiosk")
    closures = calendars.closed_now(open_town.hall, BEFORE_TWO)
    assert stopped_by(hall=open_town.hall, closures=closures, now=BEFORE_TWO) == []
    tickets.sign_in(window_code="town-01", staff_id=open_town.clerk.pk, now=BEFORE_TWO)
    called = tickets.call_next(window_code="town-01", staff_id=open_town.clerk.pk, now=TWO)
    assert called is not None
    assert called.ref == number.ref


def test_whoever_stands_outside_changed_hours_is_served_whatever_the_rule_for_closures(open_town: Town):
    row = booked(open_town, "2026-03-10 14:00")
    open_town.policy(booking={"kept": "forgive"})
    Appointment.objects.filter(pk=row.pk).update(starts_at=at("2026-03-10 20:00"), ends_at=at("2026-03-10 20:30"))

    change_hours.apply(
        hall=open_town.hall, choices={row.code: change_hours.Choice("keep")}, by=CITIZEN, now=NINE35, why=""
    )
    follow_up.work_off(now=NINE35)

    assert Kept.objects.get().served
