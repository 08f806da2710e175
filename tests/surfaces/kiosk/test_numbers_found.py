"""Whoever has a number sees it again by the document; whoever is too early sees what is possible."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.crypto import rating_key
from banshi.journeys.visit import take_number
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.devices.models import Device
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.kiosk.cards import chip
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db


def take(town: Town, person: Any, category: str = "A", lane: str = "") -> Ticket:
    return take_number.take(
        take_number.Asked(
            category_code=category, person_id=person.id, lane=lane, channel="kiosk", by=CITIZEN, shown=Evidence.CHIP
        ),
        hall=town.hall,
        now=TUESDAY_NINE,
    )


def book(town: Town, person: Any) -> Any:
    slot = town.slot(starts=at("2026-03-10 09:15"))
    return booking.place(
        slot_id=slot.id, item_code="pension", person_id=person.id, source="web", by=SYSTEM, now=at("2026-03-09 10:00")
    )


def show(machine: Client, person: Any) -> Any:
    """The card on the reader."""
    return machine.post("/kiosk/town/check-in", {"chip": chip(person)})


@pytest.mark.parametrize("state", ["waiting", "parked", "missed"])
def test_a_number_is_found_by_the_document(opened: Town, machine: Client, state: str):
    ticket = take(opened, opened.person(1))
    Ticket.objects.filter(pk=ticket.pk).update(state=state)

    answer = show(machine, opened.person(1))

    assert (answer.status_code, answer["Location"]) == (302, f"/kiosk/town/slip/{ticket.ref}")


def test_a_number_that_is_over_is_not_found(opened: Town, machine: Client):
    ticket = take(opened, opened.person(1))
    Ticket.objects.filter(pk=ticket.pk).update(state="finished")

    assert show(machine, opened.person(1)).status_code == 404


def test_nobody_elses_number_is_shown(opened: Town, machine: Client):
    take(opened, opened.person(1))

    assert show(machine, opened.person(2)).status_code == 404


def test_a_number_of_another_hall_is_not_shown_here(opened: Town, machine: Client):
    ticket = take(opened, opened.person(1))

    answer = machine.post("/kiosk/other/check-in", {"chip": chip(opened.person(1))})

    assert answer.status_code == 404
    assert ticket.number not in answer.content.decode()


def test_of_two_numbers_the_holder_chooses(opened: Town, machine: Client):
    refs = [take(opened, opened.person(1), category).ref for category in "AB"]

    page = show(machine, opened.person(1)).content.decode()

    assert [f"/kiosk/town/slip/{ref}" in page for ref in refs] == [True, True]


def test_the_document_puts_a_booked_number_on_the_screen_again(opened: Town, machine: Client):
    book(opened, opened.person(1))
    first = show(machine, opened.person(1))

    again = show(machine, opened.person(1))

    assert first["Location"] == again["Location"] + "?new=1"


def test_a_found_number_can_be_printed_again(opened: Town, kiosk: Device, machine: Client, tmp_path: Path):
    take(opened, opened.person(1), lane="pregnant")
    where = show(machine, opened.person(1))["Location"]

    page = machine.get(where).content.decode()
    machine.post(f"{where}/print")

    assert "再打一张" in page
    assert "优先：孕妇或带婴儿" in page
    assert "孕妇或带婴儿".encode("gb18030") in (tmp_path / "slips").read_bytes()


def test_a_number_without_priority_says_none(opened: Town, machine: Client):
    given = machine.post("/kiosk/town/confirm?category=A", {})

    assert "优先" not in machine.get(given["Location"]).content.decode()


def test_too_early_offers_a_walk_in_number(opened: Town, machine: Client, set_time: Callable[[datetime], None]):
    book(opened, opened.person(1))
    set_time(at("2026-03-10 08:40"))

    page = show(machine, opened.person(1)).content.decode()

    assert "现在取现场号" in page
    assert "/kiosk/town/confirm?item=pension" in page


def test_too_early_offers_none_where_none_is_given(opened: Town, machine: Client, set_time: Callable[[datetime], None]):
    book(opened, opened.person(1))
    HallItem.objects.filter(item__code="pension", hall=opened.hall).update(walk_in=False)
    set_time(at("2026-03-10 08:40"))

    page = show(machine, opened.person(1)).content.decode()

    assert "现在取现场号" not in page
    assert "今天 9:00" in page


def test_too_early_shows_the_number_that_waits_meanwhile(
    opened: Town, machine: Client, set_time: Callable[[datetime], None]
):
    book(opened, opened.person(1))
    set_time(at("2026-03-10 08:40"))
    ticket = take_number.take(
        take_number.Asked(
            category_code="B", person_id=opened.person(1).id, channel="kiosk", by=CITIZEN, shown=Evidence.CHIP
        ),
        hall=opened.hall,
        now=at("2026-03-10 08:40"),
    )

    page = show(machine, opened.person(1)).content.decode()

    assert f"查看 {ticket.number}" in page


def test_the_number_that_too_early_offers_is_the_appointments(
    opened: Town, machine: Client, set_time: Callable[[datetime], None]
):
    row = book(opened, opened.person(1))
    set_time(at("2026-03-10 08:40"))
    page = machine.post("/kiosk/town/check-in", {"presented": bookings.qr_text(row.code)}).content.decode()
    way = html.unescape(page.split('href="/kiosk/town/confirm')[1].split('"')[0])

    given = machine.post(f"/kiosk/town/confirm{way}", {})

    row.refresh_from_db()
    ticket = Ticket.objects.get()
    assert (given.status_code, ticket.appointment_id, ticket.person_id) == (302, row.pk, row.person_id)
    assert (ticket.kind, row.state) == ("walk_in", "checked_in")


def book_at(town: Town, starts: str, item: str = "pension", by: Any = SYSTEM, name: str = "") -> Any:
    return booking.place(
        slot_id=town.slot(starts=at(f"2026-03-10 {starts}")).id, item_code=item, person_id=town.person(1).id, source="api",
        by=by, name=name, now=at("2026-03-09 10:00"),
    )  # fmt: skip


def test_who_lays_the_card_too_early_gets_a_number_that_is_theirs_without_a_second_card(
    opened: Town, machine: Client, set_time: Callable[[datetime], None]
):
    """And whoever was here is no no-show, whatever the booking carried."""
    row = book_at(opened, "11:00", by=Actor(ActorKind.CHANNEL, "3"), name=opened.person(1).name)
    set_time(at("2026-03-10 09:06"))
    ((way, words),) = ways(show(machine, opened.person(1)).content.decode())

    asked = machine.get(f"/kiosk/town/confirm{way}").content.decode()
    given = machine.post(f"/kiosk/town/confirm{way}", {})

    row.refresh_from_db()
    ticket = Ticket.objects.get()
    assert (words, 'name="presented"' in asked, "今天 11:00 的预约" in asked) == ("现在取现场号", False, True)
    assert (given.status_code, ticket.person_id, ticket.limit_key) == (302, row.person_id, "")
    assert (ticket.appointment_id, ticket.kind, row.state) == (row.pk, "walk_in", "checked_in")


def test_of_one_matter_booked_by_a_stranger_too_the_persons_own_becomes_the_early_number(
    opened: Town, machine: Client, set_time: Callable[[datetime], None]
):
    strange = book_at(opened, "10:30", by=Actor(ActorKind.CHANNEL, "4"), name="某某")
    own = book_at(opened, "11:00", by=Actor(ActorKind.CHANNEL, "3"), name=opened.person(1).name)
    set_time(at("2026-03-10 09:06"))
    ((way, _),) = ways(show(machine, opened.person(1)).content.decode())

    machine.post(f"/kiosk/town/confirm{way}", {})

    for row in (strange, own):
        row.refresh_from_db()
    assert (Ticket.objects.get().appointment_id, strange.state, own.state) == (own.pk, "booked", "checked_in")


def test_pressed_twice_an_early_number_is_one(opened: Town, machine: Client, set_time: Callable[[datetime], None]):
    book_at(opened, "11:00")
    set_time(at("2026-03-10 09:06"))
    ((way, _),) = ways(show(machine, opened.person(1)).content.decode())

    for _ in range(2):
        machine.post(f"/kiosk/town/confirm{way}", {})

    assert Ticket.objects.count() == 1


def ways(page: str) -> list[tuple[str, str]]:
    """The walk-in numbers a page offers: address and words."""
    found = re.findall(r'href="/kiosk/town/confirm([^"]+)">.*?<span>([^<]+)</span>', page)
    return [(html.unescape(way), words) for way, words in found]


@pytest.fixture
def two_matters(opened: Town, set_time: Callable[[datetime], None]) -> dict[str, Any]:
    """Two matters in one visit at 9:15; it is 8:40."""
    slot = opened.slot(starts=at("2026-03-10 09:15"))
    rows = booking.place_several(
        slot_id=slot.id, item_codes=["pension", "medical"], person_id=opened.person(1).id, source="web", by=SYSTEM,
        now=at("2026-03-09 10:00"),
    )  # fmt: skip
    set_time(at("2026-03-10 08:40"))
    return {row.item.code: row for row in rows}


@pytest.mark.parametrize("shown", ["card", "code"])
def test_who_is_too_early_with_two_matters_chooses_which_comes_first(
    opened: Town, machine: Client, two_matters: dict[str, Any], shown: str
):
    code = bookings.qr_text(two_matters["pension"].code)
    card = {"chip": chip(opened.person(1))}
    answer = machine.post("/kiosk/town/check-in", card if shown == "card" else {"presented": code})
    offered = ways(answer.content.decode())

    assert [words for _, words in offered] == ["现在取现场号：医疗保险参保登记", "现在取现场号：养老保险参保登记"]
    assert Ticket.objects.count() == 0

    given = machine.post(f"/kiosk/town/confirm{offered[0][0]}", {})

    for row in two_matters.values():
        row.refresh_from_db()
    assert (given.status_code, Ticket.objects.get().appointment_id) == (302, two_matters["medical"].pk)
    assert {item: row.state for item, row in two_matters.items()} == {"pension": "booked", "medical": "checked_in"}


def test_the_slip_of_a_number_that_ended_without_papers_says_so(opened: Town, machine: Client):
    ticket = take(opened, opened.person(1))
    Ticket.objects.filter(pk=ticket.pk).update(state="finished", outcome="paper_missing", outcome_why="户口本")

    page = machine.get(f"/kiosk/town/slip/{ticket.ref}?k={rating_key(ticket.ref)}").content.decode()

    assert ("材料不齐" in page, "缺：户口本" in page, "办完了" in page) == (True, True, False)


def test_a_made_up_token_names_nobody(opened: Town, machine: Client, set_time: Callable[[datetime], None]):
    row = book(opened, opened.person(1))
    set_time(at("2026-03-10 08:40"))

    machine.post(f"/kiosk/town/confirm?item=pension&early={row.pk}", {})

    row.refresh_from_db()
    assert (Ticket.objects.get().person_id, row.state) == (None, "booked")


@pytest.mark.parametrize("taken", ["typed", "card"])
def test_the_card_shows_the_number_in_line_although_something_is_booked_for_later(
    opened: Town, machine: Client, taken: str
):
    """Not “too early”, which would lead into a second number."""
    person = opened.person(1)
    book(opened, person)
    later = opened.slot(starts=at("2026-03-10 14:00"))
    booking.place(
        slot_id=later.id, item_code="medical", person_id=person.id, source="web", by=SYSTEM, now=at("2026-03-09 10:00")
    )
    if taken == "card":
        show(machine, person)
    else:
        number = str(type(person).objects.get(pk=person.pk).id_number)
        machine.post("/kiosk/town/check-in", {"presented": number, "last4": "0001"})
    before = Ticket.objects.get()

    answer = show(machine, person)

    mine = Ticket.objects.get()
    assert (mine.number, mine.state) == (before.number, "waiting")
    assert answer["Location"].startswith(f"/kiosk/town/slip/{mine.ref}")


def instead(page: str) -> list[str]:
    """What a page says can be done instead."""
    return [html.unescape(each) for each in re.findall(r"<li>.*?<span>([^<]*)</span></li>", page, re.S)]


@pytest.mark.parametrize("way", ["check-in", "look-up"])
@pytest.mark.parametrize("has", ["a number", "a typed number", "nothing"])
def test_a_number_typed_again_prints_nothing_and_says_how_its_slip_is_had(
    opened: Town, kiosk: Device, machine: Client, tmp_path: Path, way: str, has: str
):
    """Anybody can type it: the same of who is in line and who is not."""
    typed = str(type(opened.person(1)).objects.get(pk=opened.person(1).pk).id_number)
    if has == "a number":
        take(opened, opened.person(1))
    if has == "a typed number":
        machine.post("/kiosk/town/confirm?category=A", {"presented": typed})

    answer = machine.post(f"/kiosk/town/{way}", {"presented": typed, "last4": "0000"})

    page = answer.content.decode()
    assert ("只输证件号，不能查询和补打" in page, "A001" in page, (tmp_path / "slips").exists()) == (True, False, False)
    assert instead(page) == [
        "把身份证放到读卡区：显示今天的号，可以补打。",
        "或扫号票上的码、预约码。",
        "约过的：开始前 15 分钟起，输证件号和预约手机的后四位签到。",
        "身份证和号票都没有：找导办或到咨询台，查到后补打。",
    ]
    assert re.findall(r'btn--primary" href="([^"]*)"', page) == ["/kiosk/town/check-in"]


def test_a_refusal_of_another_kind_lists_no_such_ways(opened: Town, machine: Client):
    assert instead(show(machine, opened.person(2)).content.decode()) == []
