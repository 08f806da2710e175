"""Whoever waited for a day that closed waits on when it comes back, or hears that it can be booked: each once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from banshi.journeys.hall import change_items, housekeeping
from banshi.journeys.hours import change_hours, follow_up
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Hold, Slot, Waiting
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.calendars.models import Closure
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from tests.journeys.hours.test_each_closure_by_itself import as_now
from tests.journeys.hours.test_follow_up import NINE35, booked, close, opened
from tests.journeys.hours.test_follow_up import open_town as open_town
from tests.journeys.hours.test_hours_taken_back import hours
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, build_town

pytestmark = pytest.mark.django_db
WEDNESDAY = date(2026, 3, 11)
OPEN = ("waiting", "offered")


def waits(town: Town, person: int = 4, *, minutes: int = 0, **more: Any) -> Waiting:
    return Waiting.objects.create(
        hall=town.hall, item=town.items["pension"], business="cat:A", day=WEDNESDAY, person=town.person(person),
        made_at=TUESDAY_NINE + timedelta(minutes=minutes), **more,
    )  # fmt: skip


def wednesday(town: Town) -> Any:
    return Slot.objects.filter(hall=town.hall, business="cat:A", day=WEDNESDAY).order_by("starts_at")


def fill(town: Town) -> None:
    wednesday(town).update(taken=F("quota"))


def closes(town: Town, *, now: datetime = NINE35) -> Closure:
    closure, _ = close(town, starts="2026-03-11 00:00", ends="2026-03-11 23:59", now=now)
    follow_up.work_off(now=now)
    return closure


def back(closure: Closure, *, now: datetime = NINE35) -> None:
    change_hours.withdraw(closure=closure, by=CLERK, now=now)
    housekeeping.run_due(now=now, everything=True)


def told(*keys: str) -> list[tuple[str, str]]:
    rows = Message.objects.filter(key__in=keys or ["waiting_open", "waiting_again"]).order_by("id")
    return [(row.key, row.subject) for row in rows]


def in_line(town: Town) -> list[tuple[int, datetime]]:
    rows = Waiting.objects.filter(hall=town.hall, state__in=OPEN).order_by("made_at", "id")
    return list(rows.values_list("person_id", "made_at"))


def test_where_places_are_free_each_is_told_once_that_the_day_can_be_booked(open_town: Town):
    rows = [waits(open_town, person, minutes=person) for person in (4, 5)]
    closure = closes(open_town)
    ended = set(Waiting.objects.values_list("state", flat=True))

    back(closure)
    back(closure)

    assert (ended, set(Waiting.objects.values_list("state", flat=True))) == ({"closed"}, {"reopened"})
    assert told() == [("waiting_open", f"waiting:{row.pk}") for row in rows]
    link = Message.objects.filter(key="waiting_open").order_by("id")[0].params["link"]
    assert link == "/book/pension/?hall=town&day=2026-03-11"


def test_where_it_is_full_they_wait_again_in_their_old_order(open_town: Town):
    fill(open_town)
    rows = [waits(open_town, person, minutes=minutes) for person, minutes in ((4, 5), (5, 0))]
    closure = closes(open_town)

    back(closure)
    back(closure)

    assert in_line(open_town) == [(row.person_id, row.made_at) for row in reversed(rows)]
    assert [key for key, _ in told()] == ["waiting_again", "waiting_again"]
    assert set(Waiting.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", flat=True)) == {"handed"}


def test_fewer_places_than_people_are_offered_in_the_old_order(open_town: Town):
    fill(open_town)
    late, early = waits(open_town, 4, minutes=5), waits(open_town, 5)
    closure = closes(open_town)
    first = wednesday(open_town)[0]
    Slot.objects.filter(pk=first.pk).update(taken=F("quota") - 1)

    back(closure)

    rows = Waiting.objects.filter(state__in=OPEN)
    assert dict(rows.values_list("person_id", "state")) == {early.person_id: "offered", late.person_id: "waiting"}


@pytest.mark.parametrize("earlier", [False, True])
def test_a_place_that_was_kept_and_closes_is_no_offer_let_go_by(open_town: Town, earlier: bool):
    """ "A place was kept, you did not tap", half an hour before its end; and when it was open again the next one had it."""
    later = booked(open_town, "2026-03-14 10:00", 4) if earlier else None
    Slot.objects.filter(hall=open_town.hall).update(taken=F("quota"))
    first, second = waits(open_town, 4), None
    if later is not None:
        Waiting.objects.filter(pk=first.pk).update(appointment=later, day=later.day)
    else:
        second = waits(open_town, 5, minutes=5)
    ten = wednesday(open_town)[1]
    Slot.objects.filter(pk=ten.pk).update(taken=F("quota") - 1)
    booking.offer_waiting(hall=open_town.hall, now=NINE35)
    offered = Waiting.objects.get(pk=first.pk).state

    closure, _ = close(open_town, starts="2026-03-11 10:00", ends="2026-03-11 11:00", others="keep")
    follow_up.work_off(now=NINE35)
    during = Waiting.objects.get(pk=first.pk)
    back(closure)

    after = Waiting.objects.get(pk=first.pk)
    off = Message.objects.get(key="waiting_place_off", subject=f"waiting:{first.pk}")
    assert (offered, during.state, during.offers, after.state) == ("offered", "waiting", 0, "offered")
    assert off.params["text_zh"] == ("原来的预约不变，还在等更早的位子。" if earlier else "还在候补，顺序不变。")
    assert second is None or Waiting.objects.get(pk=second.pk).state == "waiting"


def test_a_matter_that_returns_to_its_open_category_brings_its_waits_back(open_town: Town):
    """Its waits had ended with the closed category it had gone to; only the end of that closure brought them back."""
    fill(open_town)
    one = waits(open_town)
    close(open_town, starts="2026-03-11 00:00", ends="2026-03-11 23:59", category=open_town.categories["B"])
    follow_up.work_off(now=NINE35)
    change_items.change(**as_now(open_town, "pension", category=open_town.categories["B"]))
    booking.end_waiting_for_closed_days(hall=open_town.hall, now=NINE35)
    ended = Waiting.objects.get(pk=one.pk).state

    change_items.change(**as_now(open_town, "pension", category=open_town.categories["A"]))

    assert (ended, in_line(open_town)) == ("closed", [(one.person_id, one.made_at)])
    assert [key for key, _ in told()] == ["waiting_again"]


def taken_and_given_back(town: Town, then: Any, *, ends: str = "2026-03-11 11:00") -> tuple[Appointment, Waiting]:
    """A booking of a full day that a closure took, and whoever waits for the day, once the closure is taken back."""
    row = booked(town, "2026-03-11 10:00")
    fill(town)
    one = waits(town)
    closure, _ = close(town, starts="2026-03-11 10:00", ends=ends, others=then)
    follow_up.work_off(now=NINE35)
    back(closure)
    return row, one


@pytest.mark.parametrize("then", ["move", "cancel"])
def test_what_was_taken_is_first_given_back_and_only_then_offered(open_town: Town, then: Any):
    """In a full period whoever waits had it in the instant of the withdrawal; who had booked it was told nothing."""
    row, one = taken_and_given_back(open_town, then)
    during = Waiting.objects.get(pk=one.pk).state
    again = (
        booking.move(code=row.code, slot_id=row.slot_id, by=CITIZEN, now=NINE35)
        if then == "move"
        else booking.rebook(code=row.code, by=CITIZEN, now=NINE35)
    )

    ten = Slot.objects.get(pk=row.slot_id)
    key = {"move": "old_time_free", "cancel": "time_back"}[then]
    assert Message.objects.filter(key=key, subject=f"appointment:{row.code}").count() == 1
    assert (during, again.starts_at, ten.taken, ten.quota) == ("waiting", row.starts_at, 2, 2)


@pytest.mark.parametrize("then", ["move", "cancel"])
def test_of_a_matter_of_two_periods_both_are_kept(open_town: Town, then: Any):
    """The second went to whoever waits, and moving back was refused as full."""
    HallItem.objects.filter(hall=open_town.hall, item__code="pension").update(periods=2)
    row, one = taken_and_given_back(open_town, then, ends="2026-03-11 12:00")
    run = wednesday(open_town).filter(starts_at__gte=row.starts_at)[:2]
    kept = list(Hold.objects.filter(kind="withheld", ended_at=None).values_list("slot", flat=True))

    again = (
        booking.move(code=row.code, slot_id=row.slot_id, by=CITIZEN, now=NINE35)
        if then == "move"
        else booking.rebook(code=row.code, by=CITIZEN, now=NINE35)
    )

    assert sorted(kept) == sorted(slot.pk for slot in run)
    assert (again.starts_at, again.ends_at) == (row.starts_at, row.ends_at)
    assert [(slot.taken, slot.quota) for slot in run] == [(2, 2), (2, 2)]
    assert Waiting.objects.get(pk=one.pk).state == "waiting"
    assert not Hold.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("then", ["move", "cancel"])
def test_what_nobody_comes_back_for_goes_to_whoever_waits(open_town: Town, then: Any):
    row, one = taken_and_given_back(open_town, then)

    booking.expire_holds(now=NINE35 + timedelta(minutes=31))

    after, ten = Waiting.objects.get(pk=one.pk), Slot.objects.get(pk=row.slot_id)
    assert (after.state, after.hold.slot_id if after.hold else None, ten.taken) == ("offered", row.slot_id, 2)


def test_hours_that_come_back_by_calendar_bring_them_back(open_town: Town):
    fill(open_town)
    one = waits(open_town)
    hours(open_town, "09:30", first=WEDNESDAY)
    wednesday(open_town).filter(closed=False).update(closed=True)
    booking.end_waiting_for_closed_days(hall=open_town.hall, now=NINE35)
    ended = Waiting.objects.get(pk=one.pk).state

    hours(open_town, "17:00", first=WEDNESDAY)

    assert (ended, len(told())) == ("closed", 1)


def test_a_day_that_closes_once_more_is_told_once_more(open_town: Town):
    fill(open_town)
    one = waits(open_town)
    for _ in range(2):
        back(closes(open_town))

    assert in_line(open_town) == [(one.person_id, one.made_at)]
    assert [key for key, _ in told("waiting_closed", "waiting_again")] == ["waiting_closed", "waiting_again"] * 2


def test_a_call_to_book_that_nobody_has_read_goes_when_the_day_closes_again(open_town: Town):
    one = waits(open_town)
    back(closes(open_town))

    closes(open_town)

    one.refresh_from_db()
    assert (one.state, Message.objects.get(key="waiting_open").state) == ("closed", "dropped")


def test_whoever_has_booked_the_matter_since_is_not_told(open_town: Town):
    one = waits(open_town)
    closure = closes(open_town)
    other = booked(open_town, "2026-03-12 09:00", 4)
    Waiting.objects.filter(pk=one.pk).update(limit_key=other.limit_key)

    back(closure)

    one.refresh_from_db()
    assert (one.state, told()) == ("closed", [])


def joins(town: Town, account: Account) -> Any:
    try:
        return booking.join_waiting(
            hall=town.hall, item_code="pension", day=WEDNESDAY, person_id=town.person(4).pk, by=CITIZEN, now=NINE35,
            account_id=account.pk,
        )  # fmt: skip
    except Refused as no:
        return no.slug


def account() -> Account:
    return Account.objects.create(phone="+8613900000123", phone_index="s", created_at=TUESDAY_NINE)


def test_whoever_joined_anew_first_waits_once_at_the_old_turn(open_town: Town):
    who = account()
    fill(open_town)
    one = waits(open_town, account_id=who.pk, limit_key=f"account:{who.pk}")
    closure = closes(open_town)
    calendars.withdraw_closure(closure=closure, by=CLERK, now=NINE35)
    booking.materialise(hall=open_town.hall, now=NINE35)
    joins(open_town, who)

    back(closure)

    assert in_line(open_town) == [(one.person_id, one.made_at)]
    assert told() == []  # they know


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_taken_back_while_they_join_anew_they_wait_once_at_the_old_turn() -> None:
    town, who = opened(build_town()), account()
    fill(town)
    one = waits(town, account_id=who.pk, limit_key=f"account:{who.pk}")
    closure = closes(town)

    def act(i: int) -> Any:
        if i == 0:
            return change_hours.withdraw(closure=closure, by=CLERK, now=NINE35)
        if i == 1:
            return booking.wait_again_everywhere(now=NINE35)
        return [joins(town, who) for _ in range(20)]

    results = together(4, act)
    booking.wait_again_everywhere(now=NINE35)

    assert not [each for each in results if isinstance(each, Exception)]
    assert in_line(town) == [(one.person_id, one.made_at)]
    assert len(told()) <= 1
