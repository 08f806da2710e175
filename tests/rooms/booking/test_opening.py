"""Whoever asked is told when a day opens for booking: once, when there are places, and only then."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.foundation.crypto import blind_index
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.actions import opening
from banshi.rooms.booking.models import OpeningAsked, Slot
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

DAY = date(2026, 3, 13)
PHONE = "+8613800138111"
OPENS = at("2026-03-12 00:00")  # one rolling day: Friday opens on Thursday


def account() -> Account:
    return Account.objects.create(phone=PHONE, phone_index=blind_index(PHONE, purpose="phone"), created_at=TUESDAY_NINE)


def ready(town: Town) -> Slot:
    town.policy(booking={"release": "rolling_days", "release_days": 1})
    slot: Slot = town.slot(starts=at("2026-03-13 09:00"))
    return slot


def ask(town: Town, account_id: int, now: Any = TUESDAY_NINE, day: date = DAY) -> OpeningAsked:
    return booking.ask_opening(hall=town.hall, item_code="pension", day=day, account_id=account_id, by=CITIZEN, now=now)


def test_who_asked_is_told_once_when_the_day_opens(town: Town) -> None:
    ready(town)
    ask(town, account().pk)

    told = [booking.tell_openings(now=now) for now in (at("2026-03-11 23:59"), OPENS, OPENS)]

    message = Message.objects.get(key="booking_open")
    assert told == [0, 1, 0]
    assert (message.to, message.params["link"]) == (PHONE, "/book/pension/?hall=town&day=2026-03-13")


def test_a_day_that_opens_full_is_told_when_a_place_comes(town: Town) -> None:
    slot = ready(town)
    ask(town, account().pk)
    Slot.objects.filter(pk=slot.pk).update(taken=slot.quota)
    full = booking.tell_openings(now=OPENS)

    Slot.objects.filter(pk=slot.pk).update(taken=0)

    assert (full, booking.tell_openings(now=OPENS)) == (0, 1)


def test_days_without_a_place_keep_nobody_behind_them_from_being_told(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr(opening, "MOST_TOLD", 1)
    ready(town)
    mine = account().pk
    for i in range(9):  # nearer, and never with a place
        OpeningAsked.objects.create(
            account_id=900 + i, hall=town.hall, item=town.items["pension"], day=date(2026, 3, 12), made_at=TUESDAY_NINE
        )
    ask(town, mine)

    assert booking.tell_openings(now=OPENS) == 1
    assert OpeningAsked.objects.get(account_id=mine).told


def test_a_day_that_never_opened_is_forgotten_when_it_is_over(town: Town) -> None:
    ready(town)
    ask(town, account().pk)

    assert booking.tell_openings(now=at("2026-03-14 00:00")) == 0
    assert list(OpeningAsked.objects.values_list("told", "ended_at")) == [(False, at("2026-03-14 00:00"))]


def test_asking_twice_is_asking_once(town: Town) -> None:
    ready(town)
    mine = account().pk

    assert ask(town, mine) == ask(town, mine)
    assert OpeningAsked.objects.count() == 1


@pytest.mark.parametrize(("now", "day"), [(OPENS, DAY), (TUESDAY_NINE, date(2026, 3, 9))])
def test_a_day_that_is_open_or_over_is_not_waited_for(town: Town, now: Any, day: date) -> None:
    ready(town)

    with pytest.raises(Refused) as no:
        ask(town, account().pk, now=now, day=day)

    assert no.value.slug == "wrong-state"


def test_an_account_asks_about_ten_days_at_most(town: Town) -> None:
    ready(town)
    mine = account().pk
    for n in range(10):
        ask(town, mine, day=date(2026, 4, 1 + n))

    with pytest.raises(Refused) as no:
        ask(town, mine)

    assert no.value.facts["needs"]["en"] == "at most 10"


@pytest.mark.race
def test_asked_together_and_told_together_it_is_one_message(committed_town: Town) -> None:
    ready(committed_town)
    mine = account().pk

    rows = together(4, lambda _: ask(committed_town, mine))
    together(4, lambda _: booking.tell_openings(now=OPENS))

    assert {row.pk for row in rows} == {OpeningAsked.objects.get().pk}
    assert Message.objects.filter(key="booking_open").count() == 1
