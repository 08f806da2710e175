"""Two closures over the same place: every sentence says the reasons and the moment that belong together."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation.crypto import encrypt
from banshi.foundation.translations import compile_all
from banshi.journeys.hours import close_line
from banshi.journeys.hours.stops import evacuation, stop_of, stops
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Kept
from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.tickets.actions.ground import need_open
from banshi.rooms.tickets.models import Ticket, WindowSession
from banshi.surfaces.citizen.halls_now import halls_now
from tests.surfaces.test_closed_in_the_middle import TEN, booked_for_ten, everywhere, ten
from tests.town import Town, at

pytestmark = pytest.mark.django_db
compile_all()
__all__ = ["ten"]
BOTH = "大厅关闭：停电、消防检查。暂停叫号，预计今天 11:30 恢复。"


def shut(town: Town, zh: str, en: str, starts: str, ends: str, **part: Any) -> Closure:
    closure = Closure.objects.create(
        hall=town.hall, starts_at=at(f"2026-03-10 {starts}"), ends_at=at(f"2026-03-10 {ends}"), reason_zh=zh,
        reason_en=en, made_by="staff:1", made_at=TEN, **part,
    )  # fmt: skip
    close_line.look(now=TEN)
    return closure


@pytest.mark.parametrize("second_starts", ["09:30", "10:00", "10:20"])
def test_both_reasons_stand_before_the_end_of_the_last(ten: Town, second_starts: str):
    ref = Ticket.objects.get(state="waiting").ref
    one = shut(ten, "停电", "Power cut", "09:50", "10:30")
    shut(ten, "消防检查", "Fire drill", second_starts, "11:30")

    said = everywhere(ten, ref)

    assert [name for name, text in said.items() if BOTH not in text and name != "api"] == []
    assert said["board"] == BOTH
    assert [each.words for each in stops(ten.hall, TEN)] == [BOTH]
    assert one.reason_zh == "停电"
    [listed] = halls_now([ten.hall], now=TEN)
    assert listed.stop is not None
    assert listed.stop.words == BOTH
    assert listed.stop.both().en == (
        "The hall is closed: Power cut; Fire drill. Nobody is called; it goes on about today 11:30."
    )


@pytest.mark.parametrize("second_starts", ["09:30", "10:00", "10:30"])
def test_reasons_given_in_chinese_alone_are_left_out_of_the_english_sentence(ten: Town, second_starts: str):
    ref = Ticket.objects.get(state="waiting").ref
    shut(ten, "停电", "停电", "09:50", "10:30")
    shut(ten, "消防检查", "消防检查", second_starts, "11:30")

    said = everywhere(ten, ref)
    assert said["board"] == BOTH
    assert [each.both().en for each in stops(ten.hall, TEN)] == [
        "The hall is closed. Nobody is called; it goes on about today 11:30."
    ]


def test_one_reason_given_in_english_stands_alone_in_the_english_sentence(ten: Town):
    shut(ten, "停电", "Power cut", "09:50", "10:30")
    shut(ten, "消防检查", "消防检查", "10:00", "11:30")

    [stop] = stops(ten.hall, TEN)

    assert (stop.words, stop.both().en) == (
        BOTH,
        "The hall is closed: Power cut. Nobody is called; it goes on about today 11:30.",
    )


def test_one_that_ends_within_the_other_says_its_own_and_then_the_others_end(ten: Town):
    shut(ten, "消防检查", "Fire drill", "09:30", "11:30")
    shut(ten, "停电", "Power cut", "10:00", "10:30")

    assert [each.words for each in stops(ten.hall, TEN)] == [BOTH]


def test_a_closed_floor_in_a_closed_hall_goes_on_when_both_are_over(ten: Town):
    shut(ten, "停电", "Power cut", "10:00", "10:30")
    shut(ten, "电梯检修", "Lift repair", "10:00", "11:30", floor=ten.windows["01"].zone.floor)

    asked = stop_of(ten.hall, TEN, item="pension", category="A")

    assert asked is not None
    assert asked.words == "大厅关闭：停电、电梯检修。暂停叫号，预计今天 11:30 恢复。"
    assert [each.words for each in stops(ten.hall, TEN)] == [
        "大厅关闭：停电。暂停叫号，预计今天 10:30 恢复。",
        "1 楼关闭：电梯检修。暂停叫号，预计今天 11:30 恢复。",
    ]


def test_the_message_to_who_waits_names_what_keeps_it_closed_until_then(ten: Town):
    Ticket.objects.filter(state="waiting").update(notify_to=encrypt("13800000000", place=TO_PLACE))
    Closure.objects.create(
        hall=ten.hall, starts_at=at("2026-03-10 10:20"), ends_at=at("2026-03-10 11:30"), reason_zh="消防检查",
        reason_en="Fire drill", made_by="staff:1", made_at=TEN,
    )  # fmt: skip
    shut(ten, "停电", "Power cut", "10:00", "10:30")

    [told] = Message.objects.filter(key="line_stopped")

    assert told.params["reason"] == {"zh": "停电、消防检查", "en": "Power cut; Fire drill"}
    assert told.params["until"] == at("2026-03-10 11:30").isoformat()


def test_an_evacuation_in_a_longer_closure_is_an_evacuation_without_an_end(ten: Town):
    shut(ten, "火警", "Fire alarm", "10:00", "10:10", kind="evacuation")
    shut(ten, "停电", "Power cut", "09:30", "11:30")

    out, asked = evacuation(ten.hall, TEN, zone="main"), stop_of(ten.hall, TEN, item="pension", category="A")

    assert out is not None
    assert asked is not None
    assert out.why == asked.why == "原因：火警。恢复时另行通知。"
    assert asked.evacuates


def test_a_closure_in_an_evacuation_that_outlasts_it_tells_no_end_either(ten: Town):
    shut(ten, "电梯检修", "Lift repair", "10:00", "11:30", floor=ten.windows["01"].zone.floor)
    shut(ten, "火警", "Fire alarm", "10:00", "23:59", kind="evacuation")

    assert [each.words for each in stops(ten.hall, TEN)] == [
        "疏散：离开大厅，听现场工作人员指引。原因：火警。恢复时另行通知。",
        "1 楼关闭：电梯检修。暂停叫号。",
    ]


def test_nobody_kept_in_a_closure_is_called_into_an_evacuation(ten: Town):
    appointment = booked_for_ten(ten)
    ten.policy(booking={"kept": "serve"})
    shut(ten, "停电", "Power cut", "10:00", "11:30")
    Kept.objects.create(appointment=appointment, at=TEN, by="staff:1")
    number = Ticket.objects.get(state="waiting")
    number.appointment = appointment
    number.save()
    session = WindowSession.objects.get(signed_out_at=None)
    need_open(number, session, TEN)  # kept: called in the closure

    shut(ten, "火警", "Fire alarm", "10:00", "10:10", kind="evacuation", floor=ten.windows["01"].zone.floor)

    with pytest.raises(Refused) as refused:
        need_open(number, session, TEN)
    assert refused.value.facts["reason"] == {"zh": "火警", "en": "Fire alarm"}
