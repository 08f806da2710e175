"""Whose number is not simply in line when everybody has to leave: each is told what is so, and no time runs out for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banshi.foundation import clock
from banshi.foundation.closed import again_words, stays_words
from banshi.foundation.crypto import rating_key
from banshi.journeys.hours import change_hours, close_line
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging import rules as wording
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.rules import Standing
from banshi.rooms.places.models import Zone
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.office.editing import signed_in
from tests.surfaces.test_closed_in_the_middle import TEN, browser, shut
from tests.surfaces.test_closed_in_the_middle import ten as ten
from tests.surfaces.test_evacuated import UNTIL_NIGHT, evacuate, told, with_phones
from tests.town import CITIZEN, CLERK, Town, at

pytestmark = pytest.mark.django_db
HOUR = {"tickets": {"missed": "behind_all", "reissue_within": 60}}


def miss(town: Town) -> str:
    """Whoever is at window 01 does not come; the ref."""
    ref = Ticket.objects.get(state="called").ref
    tickets.miss(ref=ref, staff_id=town.clerk.pk, now=TEN)
    return ref


def said(key: str, ref: str, language: str = "zh") -> str:
    message = Message.objects.get(key=key, subject=f"ticket:{ref}")
    zone = ZoneInfo("Asia/Shanghai")
    values = wording.spoken(message.params, language=language, zone=zone, now=TEN)
    return wording.render(wording.COMMON[key][language], values)


def over(town: Town, closure: Closure, now: datetime) -> None:
    clock.set_clock(now=now, speed=0)
    change_hours.withdraw(closure=closure, by=CLERK, now=now)
    close_line.look(now=now)


def test_who_was_missed_is_told_so_and_how_to_come_back(ten: Town):
    ten.policy(**HOUR)
    with_phones(ten)
    missed, waiting = miss(ten), Ticket.objects.get(state="waiting").ref

    closure = evacuate(ten, until=UNTIL_NIGHT)
    over(ten, closure, at("2026-03-10 10:20"))

    assert [said("evacuated", each).split("：", 3)[-1] for each in (missed, waiting)] == [
        "号已过，还能补；恢复前不计时。恢复会通知。",
        "号和位置都保留，恢复后接着叫。恢复会通知。",
    ]
    assert [said("evacuation_over", each).partition("。")[2] for each in (missed, waiting)] == [
        "A001 号已过，11:20 前到取号机扫码，或找导办，补到已取号的人后面。",
        "A002 号还在原来的位置，接着叫号。",
    ]
    assert said("evacuation_over", missed, "en").partition("come back. ")[2] == (
        "Number A001: it was missed: before 11:20, scan its code at the number machine or ask the guide; it goes behind"
        " everybody who has a number then."
    )


@pytest.mark.parametrize("kind", ["evacuation", "closure"])
def test_the_time_for_coming_back_does_not_run_while_the_hall_is_closed(ten: Town, kind: str):
    ten.policy(**HOUR)
    ref = miss(ten)
    closure = shut(ten, whole=True, kind=kind)

    during = queries.ticket(ref, at("2026-03-10 11:30")).back_until
    over(ten, closure, at("2026-03-10 11:40"))
    after = queries.ticket(ref, at("2026-03-10 12:00")).back_until
    last = at("2026-03-10 12:40")
    with pytest.raises(Refused) as no:
        tickets.reinstate(ref=ref, by=CLERK, now=last)
    back = tickets.reinstate(ref=ref, by=CLERK, now=last - timedelta(seconds=1))

    assert (during, after) == (at("2026-03-10 12:30"), last)
    assert (no.value.slug, no.value.facts["closes"], back.state) == ("too-late", last, "waiting")


def test_two_closures_at_once_stop_the_time_once_and_one_that_never_began_does_not(ten: Town):
    ten.policy(**HOUR)
    ref = miss(ten)
    for starts, ends, withdrawn in (("10:00", "10:20", None), ("10:10", "10:30", None), ("10:40", "10:50", "10:35")):
        Closure.objects.create(
            hall=ten.hall, starts_at=at(f"2026-03-10 {starts}"), ends_at=at(f"2026-03-10 {ends}"), reason_zh="停电",
            reason_en="Power cut", made_by="staff:1", made_at=TEN,
            withdrawn_at=withdrawn and at(f"2026-03-10 {withdrawn}"),
        )  # fmt: skip

    assert queries.ticket(ref, at("2026-03-10 11:00")).back_until == at("2026-03-10 11:30")


def test_another_floor_that_is_closed_stops_no_time_here(ten: Town):
    ten.policy(**HOUR)
    ref = miss(ten)
    floor = ten.windows["01"].zone.floor
    above = Zone.objects.create(hall=ten.hall, floor=floor, code="up", name_zh="楼上", name_en="Upstairs")
    Closure.objects.create(
        hall=ten.hall, starts_at=TEN, ends_at=UNTIL_NIGHT, reason_zh="漏水", reason_en="A leak", made_by="staff:1",
        made_at=TEN, zone=above,
    )  # fmt: skip

    assert queries.ticket(ref, at("2026-03-10 10:30")).back_until == at("2026-03-10 11:00")


def test_who_can_no_longer_come_back_is_promised_nothing(ten: Town):
    ten.policy(tickets={"reissue_limit": 0})
    with_phones(ten)
    ref = miss(ten)

    closure = evacuate(ten, until=UNTIL_NIGHT)
    page = browser().get(f"/t/{ref}").content.decode()
    over(ten, closure, at("2026-03-10 10:20"))

    waiting = [f"ticket:{Ticket.objects.get(state='waiting').ref}"]
    assert (told("evacuated"), told("evacuation_over")) == (waiting, waiting)
    assert ("号已过，不能再补。" in page, "接着叫" in page) == (True, False)


@pytest.mark.parametrize("kind", ["evacuation", "closure"])
def test_page_and_home_of_a_missed_number_say_that_it_was_missed(ten: Town, kind: str):
    ten.policy(**HOUR)
    ref = miss(ten)
    phone = browser()
    shut(ten, whole=True, kind=kind)

    pages = [phone.get(f"/t/{ref}?k={rating_key(ref)}").content.decode()]
    if kind == "evacuation":
        pages.append(phone.get("/").content.decode())

    assert ["号已过，还能补；恢复前不计时。" in each for each in pages] == [True] * len(pages)
    assert [word for each in pages for word in ("位置都保留", "位置保留", "接着叫") if word in each] == []


@pytest.mark.parametrize(
    ("state", "facts", "stays", "again"),
    [
        ("waiting", {}, "号和位置都保留，恢复后接着叫。", "还在原来的位置，接着叫号。"),
        ("serving", {}, "号保留，恢复后接着办。", "接着办，回到窗口。"),
        ("held", {}, "号保留，恢复后接着办。", "接着办，准备好了窗口会再叫。"),
        ("parked", {}, "号和位置都保留，回来后接着排。", "还在暂离，扫码或在页面上点一下就接着排。"),
        ("parked", {"expected": True}, "号保留，恢复后再来，到了扫码排队。", "到了扫码，从到达时起排队。"),
    ],
)
def test_each_is_told_what_becomes_of_the_number_as_it_stands(state: str, facts: Any, stays: str, again: str):
    assert (stays_words(state, **facts), again_words(state, **facts)) == (stays, again)


def test_in_a_closure_each_hears_of_its_end_as_it_stands_then(ten: Town):
    ten.policy(**HOUR)
    with_phones(ten)
    missed, waiting = miss(ten), Ticket.objects.get(state="waiting").ref
    tickets.late(ref=waiting, by=CITIZEN, now=TEN)
    closure = shut(ten, whole=True)

    over(ten, closure, at("2026-03-10 10:20"))

    assert [said("line_stopped", each).partition("恢复。")[2] for each in (missed, waiting)] == [
        "号已过，还能补；恢复前不计时。",
        "号和位置都保留，回来后接着排。",
    ]
    assert [said("line_goes_on", each).partition("恢复叫号。")[2] for each in (missed, waiting)] == [
        "已过，11:20 前到取号机扫码，或找导办，补到已取号的人后面。",
        "还在暂离，扫码或在页面上点一下就接着排。",
    ]


@pytest.mark.parametrize("key", ["line_goes_on", "evacuation_over"])
def test_who_was_called_since_is_no_longer_told_to_be_in_the_old_place(key: str):
    sense = wording.sense_of(key=key, subject="ticket:x")
    assert sense is not None
    lost = [
        wording.lost_sense(sense[2], params={"call": 1}, now=Standing(state, calls))
        for state, calls in (("waiting", 1), ("missed", 1), ("missed", 2), ("finished", 1))
    ]

    assert lost == [False, False, True, True]


def test_what_is_taken_back_counts_each_as_it_stands_and_whom_no_message_reaches(ten: Town):
    ten.policy(**HOUR)
    with_phones(ten)
    tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=ten.hall, now=TEN - timedelta(minutes=1)
    )
    miss(ten)
    closure = evacuate(ten)

    ended = signed_in(ten.manager).post(
        f"/office/town/calendar/closures/{closure.pk}/withdraw", {"back": "live"}, follow=True
    )

    assert "已撤回。排队的 2 人接着叫号。过号的 1 人可以补号。1 人没留电话，要当面说。" in ended.content.decode()


@pytest.mark.parametrize(("until", "today"), [(UNTIL_NIGHT, True), (at("2026-03-11 09:00"), False)])
def test_a_message_of_its_end_is_promised_where_it_ends_today(ten: Town, until: datetime, today: bool):
    with_phones(ten)
    ref = Ticket.objects.get(state="waiting").ref

    evacuate(ten, until=until)

    assert ("恢复会通知" in said("evacuated", ref), "号当天有效" in said("evacuated", ref)) == (today, not today)
    assert ("A message tells when it goes on." in said("evacuated", ref, "en")) == today


def test_the_guide_reads_that_no_time_runs_for_a_missed_number(ten: Town):
    miss(ten)
    guide = signed_in(ten.manager)
    before = guide.post("/office/town/guide/find", {"q": "A001"}).content.decode()

    evacuate(ten)

    out = guide.post("/office/town/guide/find", {"q": "A001"}).content.decode()
    assert ("前可以补号" in before, "恢复前不计时" in before) == (True, False)
    assert ("前可以补号" in out, "恢复前不计时" in out) == (False, True)
