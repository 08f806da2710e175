"""What a number does is said in the same words at home, on its appointment and in the list, and open pages notice."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation.crypto import sign
from banshi.journeys.hours import close_line
from banshi.journeys.visit import check_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.booking import actions as booking
from banshi.rooms.calendars.models import Closure
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.citizen.conftest import Phone, stop_the_clock, text
from tests.town import TUESDAY_NINE, Town, at

KIOSK = Actor(ActorKind.KIOSK, "1", "town")
LEAVE = "疏散：离开大厅，听现场工作人员指引。"


def booked(phone: Phone, town: Town, starts: str) -> Any:
    by = Actor(ActorKind.CITIZEN, str(phone.account.pk))
    return booking.place(
        slot_id=town.slot(starts=at(starts)).pk, item_code="pension", person_id=phone.person.pk, source="web", by=by,
        account_id=phone.account.pk, now=at("2026-03-09 08:00"),
    )  # fmt: skip


def in_line(phone: Phone, town: Town) -> tuple[Any, Ticket]:
    """A booked number of the phone's own person."""
    row = booked(phone, town, "2026-03-10 09:00")
    return row, check_in.by_code(hall=town.hall, code=row.code, by=KIOSK, now=TUESDAY_NINE, channel="kiosk")


def evacuate(town: Town, kind: str = "evacuation") -> Closure:
    closure = Closure.objects.create(
        hall=town.hall, starts_at=TUESDAY_NINE, ends_at=at("2026-03-10 10:00"), reason_zh="消防报警",
        reason_en="Fire alarm", made_by="staff:1", made_at=TUESDAY_NINE, kind=kind,
    )  # fmt: skip
    close_line.look(now=TUESDAY_NINE)
    return closure


def call(town: Town) -> Ticket:
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    return tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)  # type: ignore[return-value]


def waits(town: Town, ticket: Ticket) -> None:
    pass


def is_called(town: Town, ticket: Ticket) -> None:
    call(town)


def is_served(town: Town, ticket: Ticket) -> None:
    tickets.start(ref=call(town).ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)


def is_missed(town: Town, ticket: Ticket) -> None:
    tickets.miss(ref=call(town).ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)


def is_held(town: Town, ticket: Ticket) -> None:
    is_served(town, ticket)
    tickets.hold(ref=ticket.ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)


def is_set_aside(town: Town, ticket: Ticket) -> None:
    tickets.late(ref=ticket.ref, by=KIOSK, now=TUESDAY_NINE)


STATES = [
    (waits, "等候", "前面还有 0 人", False),
    (is_called, "已叫号", "现在去 01 号窗口", True),
    (is_served, "办理中", "正在办理", False),
    (is_missed, "过号", "已过号", False),
    (is_held, "挂起", "窗口先留着这个号", False),
    (is_set_aside, "暂离", "号先放一放", False),
]


@pytest.mark.parametrize(("happens", "state", "words", "red"), STATES)
def test_the_appointment_home_and_the_list_say_what_the_number_does(
    mine: Phone, anybody: Phone, open_town: Town, happens: Any, state: str, words: str, red: bool
):
    open_town.policy(tickets={"late_number": "park"})
    row, ticket = in_line(mine, open_town)
    happens(open_town, ticket)

    link = text(anybody.get(f"/a/{row.code}", k=sign(row.code, purpose="link")))
    pages = [text(mine.get(path)) for path in ("/", f"/a/{row.code}", "/appointments/")]

    assert [(words in page, "is-called" in page) for page in [*pages, link]] == [(True, red)] * 4
    assert [f">{state}</span>" in page for page in [*pages[1:], link]] == [True] * 3
    assert f"/t/{ticket.ref}?k=" in pages[1]


@pytest.mark.parametrize("happens", [waits, is_set_aside, is_missed])
def test_an_evacuation_stands_red_wherever_the_number_does(mine: Phone, open_town: Town, happens: Any):
    open_town.policy(tickets={"late_number": "park"})
    row, ticket = in_line(mine, open_town)
    happens(open_town, ticket)
    closure = evacuate(open_town)

    during = [text(mine.get(path)) for path in ("/", f"/a/{row.code}", "/appointments/", f"/t/{ticket.ref}")]
    closure.delete()
    after = [text(mine.get(path)) for path in ("/", f"/a/{row.code}", "/appointments/", f"/t/{ticket.ref}")]

    assert [(LEAVE in page, "前面还有" in page) for page in during] == [(True, False)] * 4
    assert [LEAVE in page for page in after] == [False] * 4


def test_in_an_evacuation_nobody_is_told_to_take_a_number(mine: Phone, open_town: Town):
    row = booked(mine, open_town, "2026-03-10 09:00")
    before = [text(mine.get(path)) for path in ("/", f"/a/{row.code}")]
    evacuate(open_town)

    during = [text(mine.get(path)) for path in ("/", f"/a/{row.code}", "/appointments/")]

    assert ["可以取号" in page for page in before] == [True, True]
    assert [(LEAVE in page, "可以取号" in page) for page in during] == [(True, False)] * 3


@pytest.mark.parametrize(("starts", "told"), [("2026-03-10 10:00", False), ("2026-03-10 10:15", True)])
def test_who_is_due_after_an_evacuation_is_told_when_to_come_and_nobody_to_come_into_it(
    mine: Phone, open_town: Town, starts: str, told: bool
):
    row = booked(mine, open_town, starts)
    evacuate(open_town)

    pages = [text(mine.get(path)) for path in ("/", f"/a/{row.code}")]

    assert [LEAVE in page for page in pages] == [True, True]
    assert ["10:00 前到" in pages[0], "10:00 到" in pages[1]] == [told, told]
    assert ["9:45" in page for page in pages] == [False, False]


def test_who_only_declared_the_person_reads_of_the_evacuation_and_nothing_of_the_number(mine: Phone, open_town: Town):
    row, ticket = in_line(mine, open_town)
    Ticket.objects.filter(pk=ticket.pk).update(limit_key="")
    type(row).objects.filter(pk=row.pk).update(limit_key="account:1")
    evacuate(open_town)

    pages = [text(mine.get(path)) for path in ("/", f"/a/{row.code}", "/appointments/")]

    assert [(LEAVE in page, ticket.number in page) for page in pages] == [(True, False)] * 3


@pytest.mark.parametrize(
    ("now", "live"),
    [(TUESDAY_NINE, '"/live/bookings/{}.{}" data-live-events="state booking" data-category="A"'),
     (at("2026-03-09 09:00"), "")],
)  # fmt: skip
def test_a_booking_of_today_follows_its_hall_and_itself_on_both_pages(
    mine: Phone, open_town: Town, now: Any, live: str
):
    row = booked(mine, open_town, "2026-03-10 14:00")
    stop_the_clock(now)

    pages = [text(mine.get(path)) for path in ("/", f"/a/{row.code}")]

    live = live.format(row.code, sign(row.code, purpose="live-booking"))
    assert [(f"data-live={live}" in page, "/live/" in page) for page in pages] == [
        (True, True) if live else (False, False)
    ] * 2


def test_a_number_is_followed_by_its_own_stream_on_both_pages(mine: Phone, open_town: Town):
    row, ticket = in_line(mine, open_town)

    pages = [text(mine.get(path)) for path in ("/", f"/a/{row.code}")]

    for page in pages:
        assert (
            f'data-turn data-live-stale="40" data-live="/live/tickets/{ticket.ref}" data-ticket="{ticket.ref}"' in page
        )
        assert 'data-state="waiting" data-called-to=""' in page
        assert 'id="ticket-texts"' in page
