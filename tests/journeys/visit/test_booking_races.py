"""People arrive together: places are never given twice, a person is never booked twice, and counts stay true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions
from banshi.rooms.booking.actions import Asked
from banshi.rooms.booking.models import LIVE, Appointment, ExtraSlot, Hold, LedgerEntry, Slot, Suspension
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.messaging.models import Message
from tests.together import meanwhile, together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def book(town: Town, slot: Slot, person: int, **more: Any) -> Appointment:
    return actions.place(
        slot_id=slot.pk,
        item_code=more.pop("item", "pension"),
        person_id=town.people[person].pk,
        source="web",
        by=CITIZEN,
        now=TUESDAY_NINE,
        **more,
    )


def outcomes(results: list[Any]) -> Counter[str]:
    """How often each thing happened; anything but a booking or a refusal stands there by name."""
    return Counter(result.slug if isinstance(result, Refused) else type(result).__name__ for result in results)


def assert_counts_are_true() -> None:
    """Every slot's count is the number of its live appointments and open holds."""
    for slot in Slot.objects.all():
        live = Appointment.objects.filter(slot=slot, state__in=LIVE, internal=False).count()
        live += ExtraSlot.objects.filter(slot=slot, appointment__state__in=LIVE).count()
        assert slot.taken == live + Hold.objects.filter(slot=slot, ended_at=None).count(), slot.pk


def people(town: Town, n: int) -> None:
    town.person(n)


def test_last_places_go_to_exactly_as_many_people_as_there_are_places(committed_town: Town) -> None:
    slot = committed_town.slot(quota=3)
    people(committed_town, 20)

    results = together(20, lambda i: book(committed_town, slot, i))

    assert outcomes(results) == {"Appointment": 3, "slot-full": 17}
    assert_counts_are_true()


def test_batches_that_cross_each_other_give_every_place_once(committed_town: Town) -> None:
    slots = [
        committed_town.slot(quota=5, starts=at(f"2026-03-{day} {hour}:00")) for day in (11, 12) for hour in (10, 14)
    ]
    people(committed_town, 40)

    def batch(i: int) -> list[Any]:
        order = slots if i % 2 else slots[::-1]
        numbers = range(40) if i % 2 else range(39, -1, -1)
        asked = [Asked(order[n % 4].pk, "pension", committed_town.people[n].pk, "web", CITIZEN) for n in numbers]
        return list(actions.place_many(asked, now=TUESDAY_NINE))

    results = [result for answer in together(6, batch) for result in answer]

    assert outcomes(results)["Appointment"] == 20
    assert set(outcomes(results)) == {"Appointment", "slot-full", "limit-half-day"}
    assert list(Slot.objects.values_list("taken", flat=True)) == [5, 5, 5, 5]
    assert_counts_are_true()


def test_the_same_person_is_booked_once_however_often_they_press(committed_town: Town) -> None:
    slots = [committed_town.slot(quota=9, starts=at(f"2026-03-11 {hour}:00")) for hour in ("09", "10", "11")]
    people(committed_town, 1)

    results = together(9, lambda i: book(committed_town, slots[i % 3], 1))

    assert outcomes(results) == {"Appointment": 1, "limit-half-day": 8}
    assert Message.objects.filter(key="confirmation").count() == 1
    assert_counts_are_true()


def test_a_move_and_a_cancellation_at_once_leave_true_counts(committed_town: Town) -> None:
    old, new = committed_town.slot(), committed_town.slot(starts=at("2026-03-12 09:00"))
    people(committed_town, 8)
    codes = [book(committed_town, old if n % 2 else new, n).code for n in range(4)]
    targets = [new if n % 2 else old for n in range(4)]

    def act(i: int) -> Any:
        n = i % 4
        if i < 4:
            return actions.move(code=codes[n], slot_id=targets[n].pk, by=CITIZEN, now=TUESDAY_NINE)
        return actions.cancel(code=codes[n], by=CITIZEN, now=TUESDAY_NINE)

    results = together(8, act)

    assert set(outcomes(results)) <= {"Appointment", "already-cancelled"}
    assert set(Appointment.objects.values_list("state", flat=True)) == {"cancelled"}
    assert list(Slot.objects.values_list("taken", flat=True)) == [0, 0]
    assert_counts_are_true()


def test_two_cancellations_free_one_place_and_count_once(committed_town: Town) -> None:
    slot = committed_town.slot(quota=2)
    people(committed_town, 2)
    booked, _ = book(committed_town, slot, 1), book(committed_town, slot, 2)

    results = together(6, lambda _: actions.cancel(code=booked.code, by=CITIZEN, now=TUESDAY_NINE))

    assert outcomes(results) == {"Appointment": 1, "already-cancelled": 5}
    assert LedgerEntry.objects.count() == 1
    assert_counts_are_true()


def test_people_who_swap_periods_at_once_all_arrive_or_keep_their_place(committed_town: Town) -> None:
    slots = [committed_town.slot(quota=4, starts=at(f"2026-03-11 {hour}:00")) for hour in ("09", "10")]
    people(committed_town, 6)
    codes = [book(committed_town, slots[n % 2], n).code for n in range(6)]

    results = together(
        6, lambda i: actions.move(code=codes[i], slot_id=slots[1 - i % 2].pk, by=CITIZEN, now=TUESDAY_NINE)
    )

    assert set(outcomes(results)) <= {"Appointment", "slot-full"}
    assert Appointment.objects.filter(state="booked").count() == 6
    assert_counts_are_true()


def test_a_quota_cut_against_bookings_never_strands_anybody(committed_town: Town) -> None:
    slot = committed_town.slot(quota=6)
    people(committed_town, 10)

    def act(i: int) -> Any:
        if i == 10:
            return actions.set_quota(slot_id=slot.pk, quota=2, by=CLERK, now=TUESDAY_NINE)
        return book(committed_town, slot, i)

    results = together(11, act)

    slot.refresh_from_db()
    booked = outcomes(results[:10])["Appointment"]
    # The cut stands, whoever came before it: who has a place keeps it, and nobody gets one above it any more.
    assert isinstance(results[10], Slot)
    assert set(outcomes(results[:10])) <= {"Appointment", "slot-full"}
    assert (slot.quota, slot.taken, 2 <= booked <= 6) == (2, booked, True)
    with pytest.raises(Refused) as refused:
        book(committed_town, slot, 10)
    assert refused.value.slug == "slot-full"
    assert_counts_are_true()


def test_checking_in_against_the_no_show_job_is_one_or_the_other(committed_town: Town) -> None:
    slot = committed_town.slot(quota=8)
    people(committed_town, 8)
    booked = [book(committed_town, slot, n) for n in range(8)]
    end = at("2026-03-11 10:00")

    def act(i: int) -> Any:
        if i == 8:
            return actions.sweep_no_shows(now=end)
        return actions.mark_checked_in(appointment_id=booked[i].pk, now=end)

    results = together(9, act)
    actions.sweep_no_shows(now=end)

    checked_in = outcomes(results[:8])["NoneType"]
    states = Counter(Appointment.objects.values_list("state", flat=True))
    assert set(outcomes(results[:8])) <= {"NoneType", "wrong-state"}
    assert (states["checked_in"], states["no_show"]) == (checked_in, 8 - checked_in)
    assert LedgerEntry.objects.count() == 8 - checked_in


def test_two_no_show_jobs_enter_each_miss_once_and_suspend_once(committed_town: Town) -> None:
    people(committed_town, 1)
    for day in (11, 12, 13):
        book(committed_town, committed_town.slot(starts=at(f"2026-03-{day} 09:00")), 1)

    results = together(4, lambda _: actions.sweep_no_shows(now=at("2026-03-20 09:00")))

    assert sum(results) == 3
    assert LedgerEntry.objects.count() == 3
    assert list(Suspension.objects.values_list("from_on", "until_on")) == [(date(2026, 3, 14), date(2026, 4, 12))]


def test_two_holds_of_an_account_at_once_leave_one(committed_town: Town) -> None:
    slots = [committed_town.slot(quota=3, starts=at(f"2026-03-11 {hour}:00")) for hour in ("09", "10")]

    results = together(6, lambda i: actions.hold(slot_id=slots[i % 2].pk, account_id=7, now=TUESDAY_NINE))

    assert set(outcomes(results)) <= {"Hold", "changed-meanwhile"}
    assert Hold.objects.filter(ended_at=None).count() == 1
    assert_counts_are_true()


def test_holds_and_bookings_share_the_places(committed_town: Town) -> None:
    slot = committed_town.slot(quota=4)
    people(committed_town, 8)

    def act(i: int) -> Any:
        if i < 8:
            return book(committed_town, slot, i)
        return actions.hold(slot_id=slot.pk, account_id=i, now=TUESDAY_NINE)

    results = together(16, act)

    found = outcomes(results)
    assert found["Appointment"] + found["Hold"] == 4
    assert found["slot-full"] == 12
    assert_counts_are_true()


def test_a_held_place_used_and_expiring_at_once_is_counted_once(committed_town: Town) -> None:
    slot = committed_town.slot(quota=1)
    people(committed_town, 1)
    held = actions.hold(slot_id=slot.pk, account_id=7, now=TUESDAY_NINE)

    def act(i: int) -> Any:
        if i == 0:
            return book(committed_town, slot, 1, account_id=7, hold_id=held.pk)
        return actions.expire_holds(now=at("2026-03-10 09:10"))

    results = together(3, act)

    assert isinstance(results[0], Appointment)
    slot.refresh_from_db()
    assert slot.taken == 1
    assert_counts_are_true()


def test_four_cancellations_at_once_suspend_once(committed_town: Town) -> None:
    people(committed_town, 1)
    codes = [book(committed_town, committed_town.slot(starts=at(f"2026-03-1{n} 09:00")), 1).code for n in (1, 2, 3, 6)]

    results = together(4, lambda i: actions.cancel(code=codes[i], by=CITIZEN, now=TUESDAY_NINE))

    assert outcomes(results) == {"Appointment": 4}
    assert Suspension.objects.filter(lifted_at=None).count() == 1


def test_materialising_against_bookings_loses_nothing(committed_town: Town) -> None:
    from tests.rooms.booking.test_slots import MORNINGS, calendar

    calendar(committed_town, MORNINGS)
    committed_town.policy(booking={"quotas": [{"public": 5}]})
    actions.materialise(hall=committed_town.hall, now=TUESDAY_NINE)
    slot = Slot.objects.get(day=date(2026, 3, 11), business="cat:A", starts_at=at("2026-03-11 09:00"))
    committed_town.policy(booking={"quotas": [{"public": 2}]})
    people(committed_town, 6)

    def act(i: int) -> Any:
        if i == 6:
            return actions.materialise(hall=committed_town.hall, now=TUESDAY_NINE)
        return book(committed_town, slot, i)

    results = together(7, act)

    slot.refresh_from_db()
    booked = outcomes(results[:6])["Appointment"]
    assert isinstance(results[6], int)
    assert (slot.taken, slot.quota) == (booked, 2)  # who was there before the cut stays; nobody comes after it
    assert_counts_are_true()


def closed_at_once(slot: Slot) -> None:
    Slot.objects.filter(pk=slot.pk).update(closed=True)


def closed_for_the_matter(slot: Slot) -> None:
    Slot.objects.filter(pk=slot.pk).update(items=["medical"])


@pytest.mark.parametrize("close", [closed_at_once, closed_for_the_matter])
@pytest.mark.parametrize("how", ["for one", "for two", "move"])
def test_a_period_closed_between_reading_and_claiming_takes_nobody(
    committed_town: Town, close: Callable[[Slot], None], how: str
) -> None:
    slot, before = committed_town.slot(quota=9), committed_town.slot(quota=9, starts=at("2026-03-12 09:00"))
    people(committed_town, 2)
    HallItem.objects.filter(item__code="pension").update(most_persons=2)
    moved = book(committed_town, before, 1)

    def claim() -> Any:
        if how == "move":
            return actions.move(code=moved.code, slot_id=slot.pk, by=CITIZEN, now=TUESDAY_NINE)
        return book(committed_town, slot, 2, persons=2 if how == "for two" else 1)

    result = meanwhile(lambda: close(slot), claim)

    # One batch looks again, and is told what it then is: no period of this matter.
    said = "item-not-here" if (close, how) == (closed_for_the_matter, "for one") else "closed"
    assert (type(result), getattr(result, "slug", None)) == (Refused, said)
    assert not Appointment.objects.filter(slot=slot).exists()
    assert Slot.objects.values_list("taken", flat=True).get(pk=before.pk) == 1
    assert_counts_are_true()
