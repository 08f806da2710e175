"""What was not served at closing: one event, one word, one message and one button for a visit of several matters."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation.crypto import encrypt
from banshi.journeys.hall import close_hall_day
from banshi.journeys.hours import close_line
from banshi.journeys.visit import check_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking import actions as booking
from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.rules.sending import SENSE
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.citizen.conftest import Phone, stop_the_clock, text
from tests.surfaces.test_goes_on_another_day import api, slip
from tests.town import TUESDAY_NINE, Town, at

KIOSK = Actor(ActorKind.KIOSK, "1", "town")
AFTER = at("2026-03-10 19:00")


def arrived(phone: Phone, town: Town, items: list[str]) -> tuple[list[Any], list[Ticket]]:
    """Booked together for nine by the phone's account, and in line since nine."""
    slots = [town.slot(starts=at("2026-03-10 09:00"), category=letter) for letter in "AB"]
    rows = booking.place_several(
        slot_id=slots[0].pk, item_codes=items, person_id=phone.person.pk, source="web",
        by=Actor(ActorKind.CITIZEN, str(phone.account.pk)), account_id=phone.account.pk, now=at("2026-03-09 08:00"),
        evidence=Evidence.CHIP,
    )  # fmt: skip
    check_in.by_code(hall=town.hall, code=rows[0].code, by=KIOSK, now=TUESDAY_NINE, channel="kiosk")
    Ticket.objects.update(notify_to=encrypt("13800000000", place=TO_PLACE), phone_index="index-1")
    return rows, list(Ticket.objects.order_by("id"))


def closes(town: Town) -> None:
    stop_the_clock(AFTER)
    close_hall_day.close_due(now=AFTER)


@pytest.mark.parametrize("aside", [True, False])
def test_a_number_set_aside_at_closing_is_told_sorry_on_every_page(mine: Phone, open_town: Town, aside: bool):
    open_town.policy(tickets={"late_number": "park"})
    (row,), (ticket,) = arrived(mine, open_town, ["pension"])
    if aside:
        tickets.late(ref=ticket.ref, by=KIOSK, now=TUESDAY_NINE)

    closes(open_town)

    pages = [text(mine.get(path)) for path in (f"/a/{row.code}", "/appointments/", f"/t/{ticket.ref}")]
    assert Message.objects.filter(key="not_served").count() == 1
    assert [said in page for said, page in zip(("没能办上", "没能办上", "抱歉，今天没有轮到"), pages, strict=True)] == [
        True
    ] * 3
    assert ["号已结束" in page for page in pages] == [False] * 3


def shuts(town: Town) -> None:
    Closure.objects.create(
        hall=town.hall, starts_at=TUESDAY_NINE, ends_at=AFTER, reason_zh="停电", reason_en="Power cut",
        made_by="system", made_at=TUESDAY_NINE,
    )  # fmt: skip
    close_line.look(now=TUESDAY_NINE)


@pytest.mark.parametrize("ends", [closes, shuts])
def test_a_visit_of_two_matters_gets_one_apology_and_one_button(mine: Phone, open_town: Town, ends: Any):
    rows, (first, second) = arrived(mine, open_town, ["pension", "id-card"])
    later = [open_town.slot(starts=at("2026-03-11 09:00"), category=letter) for letter in "AB"]

    ends(open_town)

    (message,) = Message.objects.filter(key="not_served")
    assert message.params["number"] == {
        "zh": f"{first.number}、{second.number}", "en": f"{first.number}, {second.number}",
    }  # fmt: skip
    pages = [text(mine.get(path)) for path in (f"/t/{first.ref}", f"/t/{second.ref}", *(f"/a/{r.code}" for r in rows))]
    one, other = (
        f'href="/book/{item}/{slot.pk}/?with={beside}"'
        for item, slot, beside in (("pension", later[0], "id-card"), ("id-card", later[1], "pension"))
    )
    assert [each in page for each, page in zip((one, other, one, other), pages, strict=True)] == [True] * 4
    assert ["2 件一起约 3月11日 9:00" in page or "2 件一起约 明天 9:00" in page for page in pages] == [True] * 4


def test_of_a_visit_what_was_served_is_not_booked_again(mine: Phone, open_town: Town):
    _, (first, second) = arrived(mine, open_town, ["pension", "id-card"])
    open_town.slot(starts=at("2026-03-11 09:00"), category="B")
    Ticket.objects.filter(pk=first.pk).update(state="finished")

    closes(open_town)

    (message,) = Message.objects.filter(key="not_served")
    page = text(mine.get(f"/t/{second.ref}"))
    assert (message.params["number"], "?with=" in page) == (second.number, False)


def test_two_people_of_one_closing_each_get_their_own(mine: Phone, theirs: Phone, open_town: Town):
    arrived(mine, open_town, ["pension"])
    tickets.issue(tickets.Take(category_code="A", channel="kiosk", by=KIOSK), hall=open_town.hall, now=TUESDAY_NINE)
    Ticket.objects.filter(notify_to="").update(notify_to=encrypt("13800000001", place=TO_PLACE), phone_index="index-2")

    closes(open_town)

    assert Message.objects.filter(key="not_served").count() == 2


def begun_and_put_aside(town: Town) -> Ticket:
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    called = tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    assert called is not None
    tickets.start(ref=called.ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)
    return tickets.hold(ref=called.ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)


def sent() -> list[tuple[str, str, Any]]:
    return [(each.key, each.subject, each.params["number"]) for each in Message.objects.filter(key__startswith="not_")]


def test_what_was_begun_and_put_aside_at_closing_was_not_finished(mine: Phone, open_town: Town):
    """“Could not be served” was never sent to it: its number counts as finished."""
    arrived(mine, open_town, ["pension"])
    open_town.slot(starts=at("2026-03-11 09:00"))
    held = begun_and_put_aside(open_town)

    closes(open_town)

    (message,) = Message.objects.filter(key="not_finished")
    assert sent() == [("not_finished", f"ticket:{held.ref}", held.number)]
    assert message.params["next"].startswith("2026-03-11T09:00")
    held.refresh_from_db()
    assert held.state in SENSE["ticket", message.key].states  # else it is dropped instead of sent


def test_of_a_visit_with_one_matter_begun_and_one_not_called_one_message_names_both(mine: Phone, open_town: Town):
    arrived(mine, open_town, ["pension", "id-card"])
    held = begun_and_put_aside(open_town)
    waiting = Ticket.objects.exclude(pk=held.pk).get()

    closes(open_town)

    numbers = {"zh": f"{waiting.number}、{held.number}", "en": f"{waiting.number}, {held.number}"}
    assert sent() == [("not_served", f"ticket:{waiting.ref}", numbers)]


@pytest.mark.parametrize("outcome", ["", "done"])
def test_every_page_says_of_what_was_put_aside_what_the_message_says(mine: Phone, open_town: Town, outcome: str):
    """“Done” stood beside “could not be finished today”."""
    (row,), _ = arrived(mine, open_town, ["pension"])
    slot = open_town.slot(starts=at("2026-03-11 09:00"))
    held = begun_and_put_aside(open_town)
    Ticket.objects.update(outcome=outcome)

    closes(open_town)

    number, booked, listed = (text(mine.get(path)) for path in (f"/t/{held.ref}", f"/a/{row.code}", "/appointments/"))
    onward = f'href="/book/pension/{slot.pk}/"'
    assert ("抱歉，今天没能办完" in number, onward in number) == (True, True)
    assert ("很抱歉" in booked, onward in booked, "没办完" in listed) == (True, True, True)
    assert ["办完了" in page or "已办结" in page for page in (number, booked)] == [False, False]
    assert api(held.ref)["outcome"] == "not_finished"


def test_the_machine_says_so_too_and_an_unended_service_is_not_called_done(open_town: Town):
    number = tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=KIOSK), hall=open_town.hall, now=TUESDAY_NINE
    )
    begun_and_put_aside(open_town)
    closes(open_town)

    said = slip(number.ref)
    Ticket.objects.update(closed_why="left_open")
    unended, told = slip(number.ref), api(number.ref)["outcome"]

    assert ("抱歉，今天没能办完" in said, "到过窗口" in unended, "办完了" in unended) == (True, True, False)
    assert told is None
