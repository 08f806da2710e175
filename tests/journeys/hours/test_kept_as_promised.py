"""Who is kept in a closure is told whether they are served or only not struck, and that stands, whatever is decided since."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.crypto import link_key
from banshi.journeys.hours import change_hours, follow_up
from banshi.journeys.hours.stops import stop_of, stops
from banshi.journeys.visit import check_in
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Kept, LedgerEntry, Slot
from banshi.rooms.booking.queries import appointment, day_sheet, excused, standing
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.actions.stopping import stopped_by
from banshi.surfaces.api.appointment_parts import appointment_part
from tests.journeys.hours.test_follow_up import NINE35, booked, close, opened
from tests.rooms.messaging.test_outbox import Spy
from tests.town import CITIZEN, Town, at

pytestmark = pytest.mark.django_db

SAME_DAY = {
    "same_day": True, "same_day_lead": 0, "release_days": 10,
    "quotas": [{"target": "category", "code": "*", "public": 2, "internal": 0}],
}  # fmt: skip
TWO = at("2026-03-10 14:00")
BEFORE_TWO = at("2026-03-10 13:50")


@pytest.fixture
def open_town(town: Town) -> Town:
    return opened(town)


def kept(town: Town, rule: str, person: int = 1, **more: Any) -> tuple[Appointment, Closure]:
    """Booked for two, and kept in a closure from then on under this rule."""
    row = booked(town, "2026-03-10 14:00", person)
    town.policy(booking={"kept": rule, **SAME_DAY})
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


def test_who_is_kept_without_being_served_is_told_so_and_not_to_come(open_town: Town):
    row, _ = kept(open_town, "forgive")

    spy = Spy()
    messaging.drain(channels={"sms": spy}, now=at("2026-03-10 13:59"))

    assert set(Message.objects.filter(state="sent").values_list("key", flat=True)) == {"confirmation", "excused"}
    (told,) = [text for _to, text, _ in spy.sent if "不计失约" in text]
    assert "那时办不了" in told
    assert "换个时间：" in told
    assert excused([row.code]) == {row.code}
    assert [line.matter("zh") for line in day_sheet(open_town.hall, row.day, now=NINE35).lines] == [
        f"{row.item.name_zh}（那时关闭，不办）"
    ]
    with pytest.raises(Refused) as refused:
        check_in.by_code(hall=open_town.hall, code=row.code, by=CITIZEN, now=BEFORE_TWO, channel="kiosk")
    assert refused.value.facts["excused"]


def test_whose_closure_is_taken_back_is_reminded_again(open_town: Town):
    row, closure = kept(open_town, "forgive")
    change_hours.withdraw(closure=closure, by=CITIZEN, now=at("2026-03-10 10:00"))

    messaging.drain(channels={"sms": Spy()}, now=at("2026-03-10 13:59"))

    sent = set(Message.objects.filter(state="sent").values_list("key", flat=True))
    assert sent == {"confirmation", "leave", "closure_off"}
    assert excused([row.code]) == set()


@pytest.mark.parametrize("rule", ["serve", "forgive"])
def test_the_page_of_the_booking_says_what_was_told(open_town: Town, rule: str):
    row, _ = kept(open_town, rule)
    clock.set_clock(now=BEFORE_TWO, speed=0)

    page = Client().get(f"/a/{row.code}?k={link_key(row.code)}").content.decode()

    assert ("不计失约，换个时间就行" in page) == (rule == "forgive")
    assert ("现在可以取号" in page) == (rule == "serve")
    assert ("照常叫号" in page) == (rule == "serve")


def news(minute: int) -> list[str]:
    """The keys of all that has gone out of closures by then, in order."""
    messaging.drain(channels={"sms": Spy()}, now=at(f"2026-03-10 09:{minute}"))
    sent = Message.objects.filter(state="sent").exclude(key="confirmation").order_by("id")
    return list(sent.values_list("key", flat=True))


def test_each_closure_in_which_somebody_is_kept_is_told_as_the_rules_are_then(open_town: Town):
    row, closure = kept(open_town, "serve")
    told = news(35)
    change_hours.withdraw(closure=closure, by=CITIZEN, now=at("2026-03-10 09:36"))
    told = news(36)
    open_town.policy(booking={"kept": "forgive"})
    again, _ = close(open_town, starts="2026-03-10 13:00", ends="2026-03-10 16:00", others="keep")
    follow_up.work_off(now=at("2026-03-10 09:37"))
    told = news(37)
    assert [each.served for each in Kept.objects.filter(appointment=row)] == [False]
    change_hours.withdraw(closure=again, by=CITIZEN, now=at("2026-03-10 09:38"))
    told = news(38)

    assert told == ["kept", "closure_off", "excused", "closure_off"]


def test_who_is_kept_by_hand_is_told_once_and_hears_of_the_end_of_each_closure(open_town: Town):
    row = booked(open_town, "2026-03-10 14:00")
    Slot.objects.exclude(pk=row.slot_id).update(quota=0, touched=True)
    told = []
    for minute in (35, 45):
        now = at(f"2026-03-10 09:{minute}")
        closure, _ = close(open_town, starts="2026-03-10 13:00", ends="2026-03-10 16:00", now=now)
        follow_up.work_off(now=now)
        told = news(minute)
        assert not Kept.objects.exists()
        for _ in range(2):
            keeping = {row.code: change_hours.Choice("keep")}
            change_hours.apply(hall=open_town.hall, choices=keeping, by=CITIZEN, now=now, why="")
            follow_up.work_off(now=now)
        told = news(minute + 1)
        change_hours.withdraw(closure=closure, by=CITIZEN, now=at(f"2026-03-10 09:{minute + 2}"))
        told = news(minute + 2)

    assert told == ["closure", "kept", "closure_off"] * 2


@pytest.mark.parametrize("moves", [False, True])
def test_who_was_kept_is_not_struck_but_at_a_time_of_their_own_like_anybody(open_town: Town, moves: bool):
    row, _ = kept(open_town, "forgive")
    if moves:
        later = Slot.objects.get(hall=open_town.hall, business="cat:A", starts_at=at("2026-03-10 16:00"))
        booking.move(code=row.code, slot_id=later.pk, by=CITIZEN, now=at("2026-03-10 09:40"))

    booking.sweep_no_shows(now=at("2026-03-10 18:00"))

    (entry,) = LedgerEntry.objects.filter(appointment=row, kind="no_show")
    assert (entry.forgiven_at is None) == moves


def later_slot(town: Town) -> Slot:
    return Slot.objects.get(hall=town.hall, business="cat:A", starts_at=at("2026-03-10 16:00"))


@pytest.mark.parametrize("rule", ["serve", "forgive"])
def test_whoever_is_kept_unserved_cancels_free_of_charge_until_the_period_ends(open_town: Town, rule: str):
    row, _ = kept(open_town, rule)
    open_town.policy(booking={"kept": rule, "cancel_until": "period_start", **SAME_DAY})

    if rule == "serve":
        with pytest.raises(Refused) as refused:
            booking.cancel(code=row.code, by=CITIZEN, now=at("2026-03-10 14:10"))
        assert refused.value.slug == "too-late"
    booking.cancel(code=row.code, by=CITIZEN, now=at("2026-03-10 13:59" if rule == "serve" else "2026-03-10 14:10"))

    assert LedgerEntry.objects.filter(kind="cancel").count() == (rule == "serve")


@pytest.mark.parametrize("rule", ["serve", "forgive"])
def test_whoever_is_kept_unserved_moves_beyond_the_limit_of_moves(open_town: Town, rule: str):
    row, _ = kept(open_town, rule)
    open_town.policy(booking={"kept": rule, "move_limit": 0, **SAME_DAY})
    moving = {"code": row.code, "slot_id": later_slot(open_town).pk, "by": CITIZEN, "now": at("2026-03-10 09:40")}
    view = appointment(row.code, now=at("2026-03-10 09:40"))

    if rule == "serve":
        with pytest.raises(Refused) as refused:
            booking.move(**moving)
        assert (refused.value.slug, view.can_move and view.can_move.slug) == ("move-limit", "move-limit")
        return
    moved = booking.move(**moving)

    assert (view.can_move, moved.moves, moved.own_moves, moved.starts_at) == (None, 1, 0, at("2026-03-10 16:00"))
    assert appointment(row.code, now=at("2026-03-10 09:41")).can_move is not None  # of its own time, like anybody


def test_once_its_closure_is_taken_back_giving_it_up_counts_again(open_town: Town):
    row, closure = kept(open_town, "forgive")
    change_hours.withdraw(closure=closure, by=CITIZEN, now=at("2026-03-10 10:00"))

    booking.cancel(code=row.code, by=CITIZEN, now=at("2026-03-10 10:01"))

    assert LedgerEntry.objects.filter(kind="cancel").count() == 1


@pytest.mark.parametrize("rule", ["serve", "forgive"])
def test_other_systems_read_that_it_is_not_served(open_town: Town, rule: str):
    row, _ = kept(open_town, rule)

    assert appointment_part(row)["excused"] == (rule == "forgive")


@pytest.mark.parametrize("rule", ["serve", "forgive"])
def test_the_page_before_cancelling_says_whether_it_counts(open_town: Town, rule: str):
    row, _ = kept(open_town, rule)
    clock.set_clock(now=BEFORE_TWO, speed=0)

    for where in (f"/a/{row.code}", f"/a/{row.code}/cancel"):
        page = Client().get(f"{where}?k={link_key(row.code)}").content.decode()
        assert ("这次取消不计次数" in page, "一个月取消超过" in page) == (rule == "forgive", rule == "serve")


@pytest.mark.parametrize("rule", ["serve", "forgive"])
def test_whose_closure_is_taken_back_comes_like_anybody(open_town: Town, rule: str):
    """They were told that it stands as booked: what was promised for the closure is over with it."""
    row, closure = kept(open_town, rule)
    change_hours.withdraw(closure=closure, by=CITIZEN, now=at("2026-03-10 10:00"))

    booking.sweep_no_shows(now=at("2026-03-10 18:00"))

    assert LedgerEntry.objects.get(appointment=row, kind="no_show").forgiven_at is None
    assert not Kept.objects.exists()
