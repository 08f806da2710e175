"""A closed floor, zone, category or item is closed everywhere: places, numbers, check-in, calls, “when can I go?”."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.journeys.hours import change_hours
from banshi.journeys.hours.unsettled import unsettled
from banshi.journeys.visit import check_in
from banshi.journeys.visit.when import when
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Hold, Slot, Waiting
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.calendars import queries as opening_hours
from banshi.rooms.calendars.models import Closure
from banshi.rooms.calendars.rules import What
from banshi.rooms.places.models import Floor, WindowCategory, Zone
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries as line
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import signed_in
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
TEN, NOON = at("2026-03-10 10:00"), at("2026-03-10 12:00")


@pytest.fixture
def two_floors(town: Town) -> Town:
    """Open 9–17 every day. A and windows 01, 02 on floor 1; B and window 03 upstairs; the same day can be booked."""
    open_town(town)
    upstairs = Floor.objects.create(hall=town.hall, code="2", label_zh="2 楼", label_en="Floor 2")
    zone = Zone.objects.create(hall=town.hall, floor=upstairs, code="up", name_zh="楼上", name_en="Upstairs")
    b, third = town.categories["B"], town.windows["03"]
    b.zone, third.zone = zone, zone
    b.save()
    third.save()
    town.extra |= {"upstairs": upstairs, "up": zone}
    town.policy(booking={"same_day": True, "same_day_lead": 0})
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)
    return town


def shut(town: Town, starts: Any = TEN, ends: Any = NOON, **part: Any) -> Closure:
    closure = calendars.close(
        hall=town.hall, starts_at=starts, ends_at=ends, reason_zh="漏水", reason_en="A leak", by=CLERK,
        now=TUESDAY_NINE, **part,
    )  # fmt: skip
    booking.materialise(hall=town.hall, now=TUESDAY_NINE)
    return closure


SENTENCES = {
    "floor": "2 楼关闭：漏水。暂停叫号，预计今天 12:00 恢复。",
    "zone": "楼上关闭：漏水。暂停叫号，预计今天 12:00 恢复。",
    "category": "户政暂停办理：漏水。暂停叫号，预计今天 12:00 恢复。",
    "item": "居民身份证换领暂停办理：漏水。暂停叫号，预计今天 12:00 恢复。",
}
PARTS = ["floor", "zone", "category", "item"]


def part_of(town: Town, name: str) -> dict[str, Any]:
    return {
        "floor": {"floor": town.extra["upstairs"]},
        "zone": {"zone": town.extra["up"]},
        "category": {"category": town.categories["B"]},
        "item": {"item": town.items["id-card"]},
    }[name]


def bookable(town: Town, item: str) -> list[str]:
    day = date(2026, 3, 10)
    views = bookings.slots(hall=town.hall, item_code=item, first=day, last=day, now=TUESDAY_NINE)
    return [f"{view.starts_at:%H}" for view in views if view.bookable]


@pytest.mark.parametrize("part", PARTS)
def test_what_is_closed_cannot_be_booked_and_the_rest_can(two_floors: Town, part: str):
    shut(two_floors, **part_of(two_floors, part))

    assert bookable(two_floors, "id-card") == ["12", "13", "14", "15", "16"]
    assert bookable(two_floors, "pension") == ["10", "11", "12", "13", "14", "15", "16"]


def test_places_come_back_when_the_closure_is_withdrawn(two_floors: Town):
    closure = shut(two_floors, zone=two_floors.extra["up"])

    calendars.withdraw_closure(closure=closure, by=CLERK, now=TUESDAY_NINE)
    booking.materialise(hall=two_floors.hall, now=TUESDAY_NINE)

    assert bookable(two_floors, "id-card") == ["10", "11", "12", "13", "14", "15", "16"]


@pytest.mark.parametrize("part", PARTS)
def test_no_number_is_given_for_what_is_closed_and_the_reason_and_the_end_are_named(two_floors: Town, part: str):
    shut(two_floors, **part_of(two_floors, part))

    with pytest.raises(Refused) as no:
        tickets.issue(tickets.Take(item_code="id-card", channel="kiosk", by=CITIZEN), hall=two_floors.hall, now=TEN)

    assert no.value.slug == "closed"
    assert no.value.facts["reason"] == {"zh": "漏水", "en": "A leak"}
    assert (no.value.facts["until"], no.value.next) == (NOON, NOON)
    assert (
        tickets.issue(
            tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=two_floors.hall, now=TEN
        ).letter
        == "A"
    )


@pytest.mark.parametrize("part", PARTS)
def test_nobody_is_called_for_what_is_closed_and_keeps_the_place_until_it_reopens(two_floors: Town, part: str):
    number = tickets.issue(
        tickets.Take(item_code="id-card", channel="kiosk", by=CITIZEN), hall=two_floors.hall, now=TUESDAY_NINE
    )
    tickets.sign_in(window_code="town-01", staff_id=two_floors.clerk.pk, now=TUESDAY_NINE)
    shut(two_floors, **part_of(two_floors, part))

    during = tickets.call_next(window_code="town-01", staff_id=two_floors.clerk.pk, now=TEN)
    after = tickets.call_next(window_code="town-01", staff_id=two_floors.clerk.pk, now=NOON)

    assert during is None
    assert after is not None
    assert after.ref == number.ref


def test_a_window_in_a_closed_zone_calls_nobody(two_floors: Town):
    tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=two_floors.hall, now=TUESDAY_NINE
    )
    tickets.sign_in(window_code="town-01", staff_id=two_floors.clerk.pk, now=TUESDAY_NINE)
    shut(two_floors, zone=two_floors.windows["01"].zone)

    assert tickets.call_next(window_code="town-01", staff_id=two_floors.clerk.pk, now=TEN) is None


def test_a_number_of_a_closed_zone_is_not_called_out_of_turn_either(two_floors: Town):
    number = tickets.issue(
        tickets.Take(item_code="id-card", channel="kiosk", by=CITIZEN), hall=two_floors.hall, now=TUESDAY_NINE
    )
    tickets.sign_in(window_code="town-01", staff_id=two_floors.clerk.pk, now=TUESDAY_NINE)
    shut(two_floors, zone=two_floors.extra["up"])

    with pytest.raises(Refused) as no:
        tickets.call_ticket(window_code="town-01", ref=number.ref, staff_id=two_floors.clerk.pk, why="elder", now=TEN)

    assert no.value.slug == "closed"


@pytest.mark.parametrize("part", PARTS)
def test_who_booked_is_not_checked_in_while_it_is_closed(two_floors: Town, part: str):
    slot = Slot.objects.get(hall=two_floors.hall, business="cat:B", starts_at=TEN)
    row = booking.place(
        slot_id=slot.pk, item_code="id-card", person_id=two_floors.person(1).pk, source="web", by=CITIZEN,
        now=TUESDAY_NINE,
    )  # fmt: skip
    shut(two_floors, **part_of(two_floors, part))

    with pytest.raises(Refused) as no:
        check_in.by_code(hall=two_floors.hall, code=row.code, by=CITIZEN, now=TEN, channel="kiosk")

    assert no.value.slug == "closed"


@pytest.mark.parametrize("part", PARTS)
def test_when_can_i_go_knows_the_closed_part(two_floors: Town, part: str):
    shut(two_floors, **part_of(two_floors, part))

    (closed,) = when(item_code="id-card", hall="town", now=TEN)
    (open_,) = when(item_code="pension", hall="town", now=TEN)

    assert (closed.open_now, closed.opens_at, closed.why_closed_zh) == (False, NOON, SENTENCES[part])
    assert closed.next_slot is not None
    assert closed.next_slot.starts_at == NOON
    assert open_.open_now is True


def test_the_hall_itself_stays_open_while_a_part_is_closed(two_floors: Town):
    shut(two_floors, zone=two_floors.extra["up"])

    assert opening_hours.opening(two_floors.hall, TEN).open is True
    assert opening_hours.opening(two_floors.hall, TEN, What(category="B")).open is False
    assert opening_hours.opening(two_floors.hall, TEN, What(zone="up")).open is False


def test_one_part_is_named_at_a_time(two_floors: Town):
    with pytest.raises(Refused) as no:
        shut(two_floors, zone=two_floors.extra["up"], category=two_floors.categories["A"])

    assert no.value.slug == "invalid"


def test_a_session_for_one_item_over_the_regular_one_refuses_nobody_else(two_floors: Town):
    from banshi.rooms.calendars.models import CalendarVersion

    version = CalendarVersion.objects.get(hall=two_floors.hall)
    special = {
        "code": "special", "name": {"zh": "专场", "en": "Special"}, "when": "every_day", "hours": [["10:00", "12:00"]],
        "items": ["medical"], "period_minutes": 60, "priority": 5,
    }  # fmt: skip
    version.document["rules"].append(special)
    version.pk, version.version = None, 2
    version.save()
    booking.materialise(hall=two_floors.hall, now=TUESDAY_NINE)

    number = tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=two_floors.hall, now=TEN
    )

    assert number.letter == "A"
    assert "10" in bookable(two_floors, "pension")
    assert "10" in bookable(two_floors, "medical")


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_announce_the_same_closure_announce_it_once(committed_town: Town):
    def announce(_: int) -> Closure:
        return calendars.close(
            hall=committed_town.hall, starts_at=TEN, ends_at=NOON, reason_zh="漏水", reason_en="A leak", by=CLERK,
            now=TUESDAY_NINE,
        )  # fmt: skip

    made = together(4, announce)

    assert {closure.pk for closure in made} == set(Closure.objects.values_list("pk", flat=True))
    assert Closure.objects.count() == 1


def test_overlapping_sessions_do_not_give_the_same_hour_out_twice(two_floors: Town):
    from banshi.rooms.calendars.models import CalendarVersion

    version = CalendarVersion.objects.get(hall=two_floors.hall)
    second = {
        "code": "second", "name": {"zh": "加场", "en": "Second"}, "when": "every_day", "hours": [["09:30", "11:30"]],
        "period_minutes": 60,
    }  # fmt: skip
    version.document["rules"].append(second)
    version.pk, version.version = None, 2
    version.save()

    booking.materialise(hall=two_floors.hall, now=TUESDAY_NINE)

    day = Slot.objects.filter(hall=two_floors.hall, business="cat:A", day=date(2026, 3, 10), closed=False)
    spans = sorted(day.values_list("starts_at", "ends_at"))
    assert all(one[1] <= other[0] for one, other in zip(spans, spans[1:], strict=False))
    assert spans[-1][1] - spans[0][0] == timedelta(hours=8)


# --- Kept although it closes ---------------------------------------------------------------------------------------


def kept_upstairs(town: Town) -> Any:
    """Booked upstairs at ten, and told to come although upstairs closes."""
    row = booking.place(
        slot_id=Slot.objects.get(hall=town.hall, business="cat:B", starts_at=TEN).pk, item_code="id-card",
        person_id=town.person(1).pk, source="web", by=CITIZEN, now=TUESDAY_NINE,
    )  # fmt: skip
    shut(town, zone=town.extra["up"])
    booking.keep(rows=[row], why_zh="漏水", by=CLERK, now=TUESDAY_NINE)
    return row


@pytest.mark.parametrize("within", ["hall", "zone"])
def test_who_is_kept_in_a_closed_zone_is_called_elsewhere_and_told_where(two_floors: Town, within: str):
    two_floors.policy(tickets={"call_within": within}, booking={"same_day": True, "same_day_lead": 0})
    row = kept_upstairs(two_floors)
    tickets.sign_in(window_code="town-01", staff_id=two_floors.clerk.pk, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-03", staff_id=two_floors.second_clerk.pk, now=TUESDAY_NINE)

    number = check_in.by_code(hall=two_floors.hall, code=row.code, by=CITIZEN, now=TEN, channel="kiosk")
    told = line.ticket(number.ref, TEN)
    upstairs = tickets.call_next(window_code="town-03", staff_id=two_floors.second_clerk.pk, now=TEN)
    called = tickets.call_next(window_code="town-01", staff_id=two_floors.clerk.pk, now=TEN)

    assert (told.floor_en, told.windows) == ("Floor 1", ["01"])
    assert upstairs is None
    assert called is not None
    assert called.ref == number.ref
    assert unsettled(hall=two_floors.hall, now=TEN).unserved == []


def test_whom_no_window_can_serve_is_still_unsettled(two_floors: Town):
    WindowCategory.objects.filter(category=two_floors.categories["B"]).exclude(window=two_floors.windows["03"]).delete()
    row = kept_upstairs(two_floors)
    clock.set_clock(now=TUESDAY_NINE, speed=0)

    found = unsettled(hall=two_floors.hall, now=TUESDAY_NINE)
    page = signed_in(two_floors.manager).get("/office/town/unsettled/").content.decode()

    assert [each.pk for each in found.unserved] == [row.pk]
    assert found.any
    assert row.code in page
    assert unsettled(hall=two_floors.hall, now=NOON).unserved == []


def test_places_that_a_withdrawn_closure_gives_back_are_offered_to_who_waits(two_floors: Town):
    closure = shut(two_floors, category=two_floors.categories["B"], ends=at("2026-03-10 17:00"))
    one = Waiting.objects.create(
        hall=two_floors.hall, item=two_floors.items["id-card"], business="cat:B", day=date(2026, 3, 10),
        person=two_floors.person(3), made_at=TUESDAY_NINE,
    )  # fmt: skip

    change_hours.withdraw(closure=closure, by=CLERK, now=TUESDAY_NINE)

    one.refresh_from_db()
    assert one.state == "offered"
    assert Hold.objects.get(kind="offer").slot.starts_at >= TEN
