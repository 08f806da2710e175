"""Checked when sent, not when written: what lost its sense meanwhile is dropped, and shown as such."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.gateways.outbox import Outbox
from banshi.journeys.visit import redirect
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.calendars.rules import load
from banshi.rooms.messaging import actions, queries
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.ports import Final, Passing
from banshi.rooms.places.models import Category
from banshi.rooms.tickets import actions as tickets
from tests.rooms.messaging.test_outbox import MANAGER, Spy, later
from tests.surfaces.office.editing import document
from tests.town import CITIZEN, TUESDAY_NINE, at

MANAGER_OF_ALL = Actor(ActorKind.STAFF, "9")
SIX = at("2026-03-11 06:00")


@pytest.fixture
def gateway(town):
    town.policy(messages={"channels": ["sms"]}, booking={"same_day": True})
    return Spy()


def drained(gateway, now):
    actions.drain(channels={"sms": gateway}, now=now)
    return {n.key: (n.status, n.why) for n in queries.notices()}


def booked(town, *, now=SIX):
    slot = town.slot()  # the day after TUESDAY_NINE, 9:00–10:00
    return booking.place(
        slot_id=slot.pk, item_code="pension", person_id=town.people[0].pk, source="web", by=CITIZEN, now=now
    )


def test_after_an_outage_nobody_is_told_at_9_52_to_leave_for_9_00(town, gateway):
    booked(town)

    found = drained(gateway, at("2026-03-11 09:52"))

    assert found == {"confirmation": ("sent", ""), "leave": ("dropped", "lapsed")}
    assert len(gateway.sent) == 1


def test_a_reminder_that_failed_is_not_sent_again_after_the_cancellation(town, gateway, monkeypatch):
    appointment = booked(town)
    gateway.troubles = [Passing("busy"), Passing("busy")]
    drained(gateway, at("2026-03-11 08:00"))  # confirmation and leave fail for now
    leave = Message.objects.get(key="leave")
    Message.objects.filter(pk=leave.pk).update(state="sending", claimed_at=clock.wall())  # in a worker's hands
    booking.cancel(code=appointment.code, by=CITIZEN, now=at("2026-03-11 08:01"))
    later(monkeypatch, minutes=5)

    found = drained(gateway, at("2026-03-11 08:06"))

    assert found["leave"] == ("dropped", "moved_on")
    assert found["cancelled"] == ("sent", "")
    assert len(gateway.sent) == 3


def test_a_reminder_of_the_old_time_is_not_sent_after_a_move(town, gateway):
    appointment = booked(town)
    later = town.slot(starts=at("2026-03-11 14:00"))
    Message.objects.filter(key="leave").update(state="failed")
    booking.move(code=appointment.code, slot_id=later.pk, by=CITIZEN, now=SIX)
    Message.objects.filter(key="leave", state="failed").update(state="due")

    drained(gateway, at("2026-03-11 08:00"))

    assert [n.why for n in queries.notices(key="leave", state="dropped")] == ["moved_on"]
    assert len(gateway.sent) == 1  # that it was moved


def test_your_turn_of_a_number_already_served_is_not_sent(town, gateway):
    ticket = _called(town)
    tickets.start(ref=ticket.ref, staff_id=town.clerk.pk, now=at("2026-03-11 09:02"))
    tickets.finish(ref=ticket.ref, staff_id=town.clerk.pk, now=at("2026-03-11 09:05"))

    found = drained(gateway, at("2026-03-11 09:06"))

    assert (found["your_turn"], gateway.sent) == (("dropped", "moved_on"), [])


def test_your_turn_is_sent_while_the_number_is_called(town, gateway):
    _called(town)

    assert drained(gateway, at("2026-03-11 09:01"))["your_turn"] == ("sent", "")


def _called(town):
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=at("2026-03-11 09:00"))
    tickets.issue(
        tickets.Take(channel="kiosk", by=CITIZEN, category_code="A", person_id=town.people[0].pk, follows=True),
        hall=town.hall,
        now=at("2026-03-11 09:00"),
    )
    called = tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=at("2026-03-11 09:00"))
    assert called is not None
    return called


def test_what_lost_its_sense_cannot_be_sent_again_by_hand(town, gateway):
    appointment = booked(town)
    gateway.troubles = [Final("dead number")]
    drained(gateway, SIX)
    failed = queries.notices(state="failed")[0]
    booking.cancel(code=appointment.code, by=CITIZEN, now=SIX)

    with pytest.raises(Refused) as moved_on:
        actions.send_again(message_id=failed.id, by=MANAGER, now=SIX)
    with pytest.raises(Refused) as too_late:
        actions.send_again(message_id=failed.id, by=MANAGER, now=at("2026-03-11 10:00"))

    assert (moved_on.value.slug, too_late.value.slug) == ("wrong-state", "too-late")
    assert Message.objects.get(id=failed.id).state == "failed"


def test_what_was_taken_back_is_shown_as_such(town, gateway):
    appointment = booked(town)

    booking.cancel(code=appointment.code, by=CITIZEN, now=SIX)

    assert {(n.key, n.status, n.why) for n in queries.notices()} == {
        ("confirmation", "dropped", "taken_back"),
        ("leave", "dropped", "taken_back"),
        ("cancelled", "due", ""),
    }


@pytest.mark.parametrize("people", [1, 3])
def test_a_batch_asks_once_for_each_kind_of_subject(town, django_assert_num_queries, people):
    town.policy(messages={"channels": ["sms"]}, booking={"same_day": True})
    slot = town.slot(quota=5)
    for i in range(people):
        booking.place(
            slot_id=slot.pk, item_code="pension", person_id=town.person(i).pk, source="web", by=CITIZEN, now=SIX
        )

    with django_assert_num_queries(24):
        actions.drain(channels={"sms": Outbox("sms")}, now=TUESDAY_NINE + timedelta(days=1))


def test_several_matters_of_one_visit_are_told_in_one_message(town, gateway):
    booking.place_several(
        slot_id=town.slot().pk, item_codes=["pension", "medical"], person_id=town.people[0].pk, source="web",
        by=CITIZEN, now=SIX,
    )  # fmt: skip

    drained(gateway, SIX)
    drained(gateway, at("2026-03-11 08:00"))

    assert [(n.key, n.status, n.why) for n in reversed(queries.notices())] == [
        ("confirmation", "sent", ""),
        ("leave", "sent", ""),
        ("confirmation", "dropped", "said_with"),
        ("leave", "dropped", "said_with"),
    ]
    assert "办“养老保险参保登记、医疗保险参保登记”" in gateway.sent[1][1]


def test_what_one_message_says_for_others_survives_a_gateway_that_stumbles(town, gateway, monkeypatch):
    gateway.troubles = [Passing("busy")]
    booking.place_several(
        slot_id=town.slot().pk, item_codes=["pension", "medical"], person_id=town.people[0].pk, source="web",
        by=CITIZEN, now=SIX,
    )  # fmt: skip
    drained(gateway, SIX)
    later(monkeypatch, minutes=1)

    drained(gateway, SIX)

    assert ["养老保险参保登记、医疗保险参保登记" in text for _, text, _ in gateway.sent] == [True, True]


def test_when_one_matter_of_a_visit_is_cancelled_the_other_is_still_reminded_of(town, gateway):
    first, _ = booking.place_several(
        slot_id=town.slot().pk, item_codes=["pension", "medical"], person_id=town.people[0].pk, source="web",
        by=CITIZEN, now=SIX,
    )  # fmt: skip
    booking.cancel(code=first.code, by=CITIZEN, now=SIX)

    drained(gateway, at("2026-03-11 08:00"))

    leave = [text for _, text, _ in gateway.sent if text.startswith("该出门了")]
    assert ["医疗保险参保登记" in text and "养老" not in text for text in leave] == [True]


@pytest.mark.race
def test_while_a_slow_gateway_works_through_a_batch_the_rest_is_looked_at_again(committed_town, monkeypatch):
    committed_town.policy(messages={"channels": ["sms"]}, booking={"same_day": True})
    slot = committed_town.slot(quota=20)
    codes = [
        booking.place(
            slot_id=slot.pk, item_code="pension", person_id=committed_town.person(i).pk, source="web", by=CITIZEN, now=SIX
        ).code
        for i in range(12)
    ]  # fmt: skip
    hours = clock.monotonic()

    class Slow(Spy):
        def send(self, to, text, **more):
            if codes[11] in text:
                raise AssertionError("said after the cancellation")
            Appointment.objects.filter(code=codes[11]).update(state="cancelled")
            connection.close()
            monkeypatch.setattr(clock, "monotonic", lambda: hours + 3)
            return super().send(to, text, **more)

    sent = actions.drain(channels={"sms": Slow()}, now=SIX)

    assert sent == 11
    assert [(n.subject, n.why) for n in queries.notices(state="dropped")] == [(f"appointment:{codes[11]}", "moved_on")]


def test_where_a_number_is_sent_on_to_is_told(town, gateway):
    old = tickets.issue(
        tickets.Take(channel="kiosk", by=CITIZEN, category_code="A", person_id=town.people[0].pk, follows=True),
        hall=town.hall,
        now=at("2026-03-11 09:00"),
    )
    Category.objects.create(hall=town.other_hall, code="A", letter="C", name_zh="社保", name_en="Social security")
    CalendarVersion.objects.create(
        hall=town.other_hall, version=1, document=load(document(("08:00", "20:00"))).model_dump(mode="json"),
        valid_from=date(2020, 1, 1), made_by="system", made_at=TUESDAY_NINE,
    )  # fmt: skip

    new = redirect.to_hall(ref=old.ref, hall="other", by=MANAGER_OF_ALL, now=at("2026-03-11 09:05"))
    drained(gateway, at("2026-03-11 09:05"))

    ((_, text, _),) = gateway.sent
    assert text.startswith(f"到邻镇大厅接着办，那边的号是 {new.number}。一号路。")
    assert "一号路。" in text


def test_the_answer_to_a_rating_leads_to_the_follow_up_with_its_key(town, gateway):
    ticket = _called(town)
    actions.write(
        key="rating_answered", to_phone="13800138000", hall="town", subject=f"ticket:{ticket.ref}",
        params={"text": "会改进"}, dedupe="a", now=at("2026-03-11 09:05"),
    )  # fmt: skip

    drained(gateway, at("2026-03-11 09:05"))

    (text,) = [text for _, text, _ in gateway.sent if "会改进" in text]
    assert "评价：会改进。还有话说：" in text
    assert text.endswith(f"/r/{ticket.ref}?k={rating_key(ticket.ref)}")
