"""Whoever is booked on a floor, in a zone or for an item that is closed is moved out of it and told; the rest stay."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.hours import change_hours, follow_up, outside
from banshi.journeys.hours.follow_up import Outcome
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.calendars import queries as opening_hours
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity.actions import create_key
from banshi.rooms.messaging.models import Message
from tests.journeys.hours.test_closures import NOON, PARTS, TEN, part_of, two_floors  # noqa: F401 – two floors
from tests.surfaces.api.conftest import Calls, stop_the_clock
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
WHY = {"reason_zh": "漏水", "reason_en": "A leak"}


def booked(town: Town, item: str, category: str, person: int) -> Appointment:
    """At ten: inside the closure, as far as hours go."""
    slot = Slot.objects.get(hall=town.hall, business=f"cat:{category}", starts_at=TEN)
    made = booking.place(
        slot_id=slot.pk, item_code=item, person_id=town.person(person).pk, source="web", by=CITIZEN, now=TUESDAY_NINE
    )
    Message.objects.all().delete()
    return made


def told(row: Appointment) -> list[str]:
    rows = Message.objects.filter(subject=f"appointment:{row.code}", due_at__lte=TUESDAY_NINE)
    return list(rows.order_by("id").values_list("key", flat=True))


def when(row: Appointment) -> Any:
    row.refresh_from_db()
    return row.state, row.starts_at


@pytest.mark.parametrize("part", PARTS)
def test_the_time_offered_lies_outside_what_is_closed(two_floors: Town, part: str) -> None:  # noqa: F811
    inside, elsewhere = booked(two_floors, "id-card", "B", 1), booked(two_floors, "pension", "A", 2)
    planned = Closure(hall=two_floors.hall, starts_at=TEN, ends_at=NOON, **WHY, **part_of(two_floors, part))

    found = outside.affected(hall=two_floors.hall, now=TUESDAY_NINE, closure=opening_hours.spans_of(planned))

    assert [(each.code, each.suggestion and each.suggestion.starts_at) for each in found] == [(inside.code, NOON)]
    assert elsewhere.state == "booked"


@pytest.mark.parametrize("part", PARTS)
def test_the_follow_up_moves_them_out_of_it_tells_them_once_and_leaves_the_rest(
    two_floors: Town,  # noqa: F811
    part: str,
) -> None:
    inside, elsewhere = booked(two_floors, "id-card", "B", 1), booked(two_floors, "pension", "A", 2)

    _, follow = change_hours.close(
        hall=two_floors.hall, starts_at=TEN, ends_at=NOON, **WHY, **part_of(two_floors, part), choices={},
        others="move", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    follow_up.work_off(now=TUESDAY_NINE)

    assert follow_up.outcome_of(follow) == Outcome(moved=1)
    assert (when(inside), told(inside)) == (("booked", NOON), ["moved_by_hall"])
    assert (when(elsewhere), told(elsewhere)) == (("booked", TEN), [])


CODES = {"floor": "2", "zone": "up", "category": "B", "item": "id-card"}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_closed_by_the_api_moves_them_out_of_it_too(two_floors: Town, part: str) -> None:  # noqa: F811
    stop_the_clock(TUESDAY_NINE)
    inside, elsewhere = booked(two_floors, "id-card", "B", 1), booked(two_floors, "pension", "A", 2)
    keys = {"manage": create_key(name="m", scope="manage", hall="town", now=TUESDAY_NINE)}
    call = Calls(two_floors, keys)

    closed = {"starts_at": TEN.isoformat(), "ends_at": NOON.isoformat(), "reason": "漏水", "then": "move"}
    made = call("post", "/halls/town/closures", "manage", {**closed, part: CODES[part]})
    follow_up.work_off(now=TUESDAY_NINE)
    (listed,) = call("get", "/halls/town/closures", "manage").json()["data"]

    assert (made.status_code, made.json()["affected"]) == (201, {"appointments": 1, "tickets": 0, "waiting": 0})
    assert (listed[part], listed["progress"]["moved"], listed["progress"]["due"]) == (CODES[part], 1, 0)
    assert (when(inside), told(inside)) == (("booked", NOON), ["moved_by_hall"])
    assert (when(elsewhere), told(elsewhere)) == (("booked", TEN), [])


@pytest.mark.parametrize("part", PARTS)
def test_whom_a_part_leaves_no_time_that_day_goes_to_the_next(two_floors: Town, part: str) -> None:  # noqa: F811
    inside = booked(two_floors, "id-card", "B", 1)

    change_hours.close(
        hall=two_floors.hall, starts_at=TEN, ends_at=at("2026-03-10 23:59"), **WHY, **part_of(two_floors, part),
        choices={}, others="move", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    follow_up.work_off(now=TUESDAY_NINE)

    state, starts = when(inside)
    assert (state, starts > at("2026-03-11 00:00"), told(inside)) == ("booked", True, ["moved_by_hall"])
