"""Making slots from calendar and policy, and changing them by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Slot
from banshi.rooms.calendars.models import CalendarVersion, Closure
from banshi.rooms.catalogue.models import HallItem
from tests.rooms.booking.test_change import wait
from tests.rooms.booking.test_place import book, refused
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

MORNINGS = {
    "code": "morning",
    "name": {"zh": "上午", "en": "Morning"},
    "when": "working",
    "hours": [["09:00", "11:00"]],
    "period_minutes": 60,
}
SATURDAY = {
    "code": "saturday",
    "name": {"zh": "周末延时", "en": "Saturday"},
    "kind": "weekend",
    "when": {"weekdays": ["sat"]},
    "hours": [["09:00", "10:00"]],
    "period_minutes": 60,
    "item_tag": "extended",
    "channels": ["web"],
    "cut_off": {"weekday": "fri", "time": "16:00"},
}


def calendar(town: Town, *rules: dict[str, Any]) -> None:
    CalendarVersion.objects.create(
        hall=town.hall,
        version=CalendarVersion.objects.count() + 1,
        document={"rules": list(rules)},
        valid_from=date(2020, 1, 1),
        made_by="system",
        made_at=TUESDAY_NINE,
    )


def made(**where: Any) -> list[tuple[str, str, int]]:
    rows = Slot.objects.filter(**where).order_by("starts_at", "business")
    return [
        (row.business, f"{row.starts_at.astimezone(at('2026-03-10 00:00').tzinfo):%m-%d %H:%M}", row.quota)
        for row in rows
    ]


def test_slots_are_made_for_every_period_and_business_of_a_day(town: Town) -> None:
    town.policy(booking={"quotas": [{"target": "category", "code": "*", "public": 30, "internal": 2}]})
    calendar(town, MORNINGS)

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert made(day=date(2026, 3, 11)) == [
        ("cat:A", "03-11 09:00", 30),
        ("cat:B", "03-11 09:00", 30),
        ("cat:A", "03-11 10:00", 30),
        ("cat:B", "03-11 10:00", 30),
    ]
    assert set(Slot.objects.values_list("internal_quota", "half", "session")) == {(2, "am", "morning")}


def test_slots_reach_two_weeks_beyond_what_may_be_opened(town: Town) -> None:
    town.policy(booking={"release": "rolling_days", "release_days": 7})
    calendar(town, MORNINGS | {"when": "every_day"})

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    days = sorted(set(Slot.objects.values_list("day", flat=True)))
    assert (days[0], days[-1]) == (date(2026, 3, 10), date(2026, 3, 31))


def test_making_slots_again_changes_nothing(town: Town) -> None:
    calendar(town, MORNINGS, SATURDAY)
    HallItem.objects.filter(item__code="pension").update(extended=True)
    first = actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    again = actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert first == Slot.objects.count()
    assert again == 0


def test_an_extended_session_has_its_items_channels_and_cut_off(town: Town) -> None:
    HallItem.objects.filter(item__code="pension").update(extended=True)
    town.policy(booking={"release": "rolling_days", "release_days": 14})
    calendar(town, SATURDAY)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)
    slot = Slot.objects.get(day=date(2026, 3, 14))

    kept = book(town, slot, now=at("2026-03-13 15:59"))
    late = refused(book, town, slot, 2, now=at("2026-03-13 16:00"))
    other_item = refused(book, town, slot, 3, item="medical")
    other_channel = refused(book, town, slot, 4, source="phone")

    assert (slot.business, slot.session_kind, slot.extended_only) == ("cat:A", "weekend", True)
    assert kept.state == "booked"
    assert [no.slug for no in (late, other_item, other_channel)] == ["cut-off", "item-not-here", "channel-not-allowed"]


def test_a_session_for_some_items_limits_its_slots_to_them(town: Town) -> None:
    calendar(town, MORNINGS | {"items": ["pension", "rent-invoice"]})

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert {(row.business, tuple(row.items)) for row in Slot.objects.all()} == {("cat:A", ("pension", "rent-invoice"))}


def test_a_quota_of_its_own_makes_an_item_slots_of_its_own(town: Town) -> None:
    quotas = [{"target": "hall", "public": 5}, {"target": "item", "code": "pension", "public": 2}]
    town.policy(booking={"quotas": quotas})
    calendar(town, MORNINGS)

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert made(day=date(2026, 3, 11))[:2] == [("hall", "03-11 09:00", 5), ("item:pension", "03-11 09:00", 2)]


def test_a_smaller_quota_never_strands_who_is_booked(town: Town) -> None:
    town.policy(booking={"quotas": [{"public": 3}]})
    calendar(town, MORNINGS)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)
    slot = Slot.objects.get(day=date(2026, 3, 11), business="cat:A", starts_at=at("2026-03-11 09:00"))
    for person in (1, 2):
        book(town, slot, person)

    town.policy(booking={"quotas": [{"public": 1}]})
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert set(Slot.objects.values_list("quota", flat=True)) == {1}
    assert Slot.objects.get(id=slot.pk).taken == 2
    assert refused(book, town, slot, 3).slug == "slot-full"


def test_a_slot_edited_by_hand_keeps_its_quota(town: Town) -> None:
    calendar(town, MORNINGS)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)
    slot = Slot.objects.filter(day=date(2026, 3, 11)).order_by("id")[0]
    actions.set_quota(slot_id=slot.pk, quota=4, by=CLERK, now=TUESDAY_NINE)

    changed = actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert (changed, Slot.objects.get(id=slot.pk).quota) == (0, 4)


def test_slots_whose_session_is_gone_are_closed_and_open_again_with_it(town: Town) -> None:
    calendar(town, MORNINGS)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)
    closure = Closure.objects.create(
        hall=town.hall,
        starts_at=at("2026-03-11 00:00"),
        ends_at=at("2026-03-12 00:00"),
        reason_zh="停电",
        reason_en="Power cut",
        made_by="system",
        made_at=TUESDAY_NINE,
    )

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)
    closed = set(Slot.objects.filter(closed=True).values_list("day", flat=True))
    closure.withdrawn_at = TUESDAY_NINE
    closure.save()
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert closed == {date(2026, 3, 11)}
    assert Slot.objects.filter(closed=True).count() == 0


def test_a_day_under_way_keeps_the_slots_it_has(town: Town) -> None:
    calendar(town, MORNINGS)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    changed = actions.materialise(hall=town.hall, now=at("2026-03-10 10:30"))

    assert (changed, Slot.objects.filter(closed=True).count()) == (0, 0)


def test_overbooking_makes_more_places_than_the_quota(town: Town) -> None:
    town.policy(booking={"quotas": [{"public": 30}], "overbook_percent": 10})
    calendar(town, MORNINGS)

    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert set(Slot.objects.values_list("quota", flat=True)) == {33}


def test_more_places_go_to_those_who_wait(town: Town) -> None:
    slot = town.slot(quota=1)
    book(town, slot)
    wait(town, slot, 2)

    actions.set_quota(slot_id=slot.pk, quota=3, by=CLERK, now=TUESDAY_NINE)

    slot.refresh_from_db()
    assert (slot.quota, slot.taken) == (3, 2)


def test_a_closed_slot_takes_no_bookings_until_it_is_opened(town: Town) -> None:
    slot = town.slot()
    actions.close_slot(slot_id=slot.pk, by=CLERK, now=TUESDAY_NINE, why="设备检修")

    no = refused(book, town, slot)
    actions.close_slot(slot_id=slot.pk, closed=False, by=CLERK, now=TUESDAY_NINE)

    assert (no.slug, book(town, slot).state) == ("closed", "booked")


def test_a_place_freed_too_late_for_the_waiting_list_is_simply_free(town: Town) -> None:
    slot = town.slot(quota=1)
    booked = book(town, slot)
    wait(town, slot, 2)

    actions.cancel(code=booked.code, by=CITIZEN, now=slot.starts_at + timedelta(minutes=1))

    slot.refresh_from_db()
    assert slot.taken == 0


def test_a_slot_edited_by_hand_opens_again_when_its_session_comes_back(town: Town) -> None:
    calendar(town, MORNINGS)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)
    slot = Slot.objects.filter(day=date(2026, 3, 11)).order_by("id")[0]
    actions.set_quota(slot_id=slot.pk, quota=4, by=CLERK, now=TUESDAY_NINE)
    calendar(town, SATURDAY)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)
    gone = Slot.objects.get(id=slot.pk).closed

    calendar(town, MORNINGS)
    actions.materialise(hall=town.hall, now=TUESDAY_NINE)

    assert gone
    assert Slot.objects.values_list("closed", "quota").get(id=slot.pk) == (False, 4)
