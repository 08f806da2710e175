"""What was answered when a time was booked: at the desk, in the case that begins there, and where it counts no more."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.journeys.visit import check_in
from banshi.kernel.actors import SYSTEM
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking import actions as booking
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.matters import ANSWERS, SHOP, Matters
from tests.surfaces.desk.served import FILLED, here, press, serve
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db

FROM_THE_BOOKING = "预约时所答"


def served(town: Town, *, answers: dict[str, str] | None = ANSWERS) -> Ticket:
    """Person 1 comes with their booking, is called and served."""
    row = booking.place(
        slot_id=town.slot(starts=TUESDAY_NINE).pk, item_code="pension", person_id=town.person(1).pk, source="web", by=SYSTEM,
        now=at("2026-03-09 10:00"), evidence=Evidence.CHIP, answers=answers,
    )  # fmt: skip
    check_in.by_code(hall=town.hall, code=row.code, by=SYSTEM, now=TUESDAY_NINE, channel="kiosk")
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    ticket = tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    assert ticket is not None
    tickets.start(ref=ticket.ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)
    return Ticket.objects.get(pk=ticket.pk)


def opened(clerk: Client, ticket: Ticket) -> tuple[Case, str]:
    """The case as it begins from the number, and its page."""
    clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "pension"})
    case = Case.objects.get()
    return case, clerk.get(here(ticket, case)).content.decode()


def published(questions: list[dict[str, Any]]) -> None:
    """From now on the matter asks otherwise."""
    Item.objects.filter(code="pension").update(handling=SHOP | {"questions": questions})
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-03-09 18:00"))


def test_the_desk_says_the_situation_and_the_case_begins_with_its_answers(clerk: Client, matters: Matters) -> None:
    ticket = served(matters.town)

    console, thread = clerk.get("/desk/").content.decode(), clerk.get(f"/desk/cases/{ticket.ref}/").content.decode()
    case, page = opened(clerk, ticket)
    answer = press(clerk, ticket, case, "accept", **FILLED, **{"here-id": "on", "here-lease": "on", "here-photo": "on"})

    assert [FROM_THE_BOOKING in each and "开店" in each for each in (console, thread)] == [True, True]
    assert ("租约" in console, page.count(FROM_THE_BOOKING)) == (True, 2)
    case.refresh_from_db()
    assert (case.answers, answer.status_code, case.phase) == (ANSWERS, 302, "accepted")


def test_what_the_booking_said_may_be_corrected_and_is_still_told(clerk: Client, matters: Matters) -> None:
    ticket = served(matters.town)
    case, _ = opened(clerk, ticket)

    press(clerk, ticket, case, "keep", **FILLED | {"q-premises": "own"})

    page = clerk.get(here(ticket, case)).content.decode()
    case.refresh_from_db()
    assert (case.answers["premises"], page.count(FROM_THE_BOOKING), "预约时答的是：租的" in page) == ("own", 1, True)


def test_an_answer_that_a_newer_version_does_not_offer_is_asked_again_with_why(clerk: Client, matters: Matters) -> None:
    premises, food = SHOP["questions"]
    split = [
        {"id": "let", "text_zh": "转租的", "text_en": "Sublet"},
        {"id": "lease", "text_zh": "直租的", "text_en": "Let"},
    ]
    ticket = served(matters.town)
    published([premises | {"options": [premises["options"][0], *split]}, food])

    console = clerk.get("/desk/").content.decode()
    case, page = opened(clerk, ticket)

    assert ("有的要重新问" in console, case.answers) == (True, {})
    assert "要重新问：预约时答的“租的”已不在选项里。" in page
    kept = press(clerk, ticket, case, "keep", **{"q-premises": "let"})
    again = clerk.get(here(ticket, case)).content.decode()
    assert (kept.status_code, "卖吃的吗" in again) == (302, True)


def test_a_question_that_is_new_since_is_asked_and_the_others_stand(clerk: Client, matters: Matters) -> None:
    ticket = served(matters.town)
    options = [{"id": "yes", "text_zh": "有", "text_en": "Yes"}, {"id": "no", "text_zh": "没有", "text_en": "No"}]
    published(
        [*SHOP["questions"], {"id": "sign", "text_zh": "有招牌吗？", "text_en": "Is there a sign?", "options": options}]
    )

    case, page = opened(clerk, ticket)

    assert (case.answers, page.count(FROM_THE_BOOKING), "预约时没有答过" in page) == (ANSWERS, 2, True)


def test_who_came_without_a_booking_says_it_at_the_window(clerk: Client, matters: Matters) -> None:
    ticket = serve(matters.town, 1)
    case, page = opened(clerk, ticket)

    assert (case.answers, FROM_THE_BOOKING in page, "预约时没有答过" in page) == ({}, False, False)


def test_answers_of_one_matter_are_none_of_another(clerk: Client, matters: Matters) -> None:
    ticket = served(matters.town)

    Ticket.objects.filter(pk=ticket.pk).update(item=Item.objects.get(code="medical"))
    clerk.post(f"/desk/cases/{ticket.ref}/open", {"item": "medical"})

    case, console = Case.objects.get(), clerk.get("/desk/").content.decode()
    assert (case.item.code, case.answers, FROM_THE_BOOKING in console) == ("medical", {}, False)


def test_a_booking_without_answers_says_nothing(clerk: Client, matters: Matters) -> None:
    case, page = opened(clerk, served(matters.town, answers=None))

    assert (case.answers, FROM_THE_BOOKING in page, "预约时没有答过" in page) == ({}, False, False)
