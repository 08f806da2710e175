"""Whoever rings up the hotline: known by their telephone, with all they had to do with the halls; and what they want."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.foundation.crypto import blind_index
from banshi.journeys.hotline import taking, thread
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Appointment
from banshi.rooms.consulting import actions as consulting
from banshi.rooms.hotline import queries
from banshi.rooms.hotline.actions import Opening
from banshi.rooms.hotline.models import Order
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.tickets.models import Ticket, Visit
from tests.matters import Matters, matters_of
from tests.rooms.homevisits.conftest import Visits
from tests.rooms.hotline.conftest import DESK
from tests.town import TUESDAY_NINE, Town

PHONE = "+8613800138000"


def opening(town: Town, **more: object) -> Opening:
    asked = {
        "hall": town.hall,
        "kind": "help",
        "subject": "waiting",
        "text": "排队太久",
        "phone": "138 0013 8000",
        "line": "subject",
    }
    return Opening(**{**asked, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"), [("138 0013 8000", PHONE), ("RX-260310-0001", None), ("养老保险", None), ("", None)]
)
def test_a_telephone_is_told_from_other_words(text: str, found: str | None):
    assert thread.number(text) == found


def test_it_goes_to_the_line_of_its_subject(town: Town):
    waiting = taking.take(opening(town), by=DESK, now=TUESDAY_NINE)
    matter = taking.take(opening(town, subject="matter", item="pension"), by=DESK, now=TUESDAY_NINE)

    assert [str(queries.line_of(order)) for order in (waiting, matter)] == ["hall:town", "department:hrss"]


def test_what_the_desk_answers_goes_to_no_line(town: Town):
    order = taking.take(opening(town), answer="下午人少。", by=DESK, now=TUESDAY_NINE)

    assert (order.state, order.line) == ("replied", "")


def test_an_answer_that_is_refused_leaves_no_order(town: Town):
    with pytest.raises(Refused):
        taking.take(opening(town), answer="好", by=DESK, now=TUESDAY_NINE)

    assert Order.objects.count() == 0


@pytest.mark.parametrize("more", [{"subject": "moon"}, {"subject": "matter"}, {"item": "pension"}])
def test_a_subject_that_is_none_is_refused(town: Town, more: dict[str, str]):
    with pytest.raises(Refused) as no:
        taking.take(opening(town, **more), by=DESK, now=TUESDAY_NINE)

    assert no.value.slug == "invalid"


def test_who_has_proven_the_number_alone_is_the_orders_person(town: Town):
    town.person(1)
    mine = taking.take(opening(town, phone="13800130001"), by=DESK, now=TUESDAY_NINE)
    Person.objects.filter(pk=town.person(2).pk).update(phone_index=town.person(1).phone_index)
    shared = taking.take(opening(town, phone="13800130001"), by=DESK, now=TUESDAY_NINE)

    assert (mine.person_id, shared.person_id) == (town.person(1).pk, None)


def test_a_thread_holds_all_kinds_newest_first_and_masks_who_it_is(town: Town):
    matters: Matters = matters_of(town)
    account, index = Account.objects.get(pk=matters.account.pk), blind_index(PHONE, purpose="phone")
    Account.objects.filter(pk=account.pk).update(phone=PHONE, phone_index=index)
    Person.objects.filter(pk=matters.person.pk).update(phone_index=index)
    case = matters.opened()
    slot = town.slot()
    Appointment.objects.create(
        code="K7", hall=town.hall, slot=slot, person=matters.person, item=town.items["pension"],
        category=town.categories["A"], day=slot.day, half=slot.half, starts_at=slot.starts_at, ends_at=slot.ends_at,
        created_at=TUESDAY_NINE,
    )  # fmt: skip
    visit = Visit.objects.create(hall=town.hall, day=TUESDAY_NINE.date(), channel="kiosk", arrived_at=TUESDAY_NINE)
    Ticket.objects.create(
        ref="t", hall=town.hall, day=TUESDAY_NINE.date(), number="A001", letter="A", seq=1, kind="walk_in", visit=visit,
        category=town.categories["A"], channel="kiosk", rank_class=4, rank_key=1, made_at=TUESDAY_NINE, person=matters.person,
    )  # fmt: skip
    asked = consulting.Asking(hall=town.hall, item_code="pension", text="要带什么材料？", account_id=account.pk)
    consulting.ask(asked, by=matters.applicant, now=TUESDAY_NINE)
    later = TUESDAY_NINE + timedelta(minutes=1)
    order = taking.take(opening(town), by=DESK, now=later)
    Visits(town).asked(phone=PHONE, item="id-card")

    found = thread.caller(PHONE, now=later)

    assert {each.of for each in found.events} == {
        "hotline_order", "case", "appointment", "ticket", "enquiry", "home_visit",
    }  # fmt: skip
    assert [each.at for each in found.events] == sorted((each.at for each in found.events), reverse=True)
    assert {each.no for each in found.events} >= {order.no, case.no}
    assert found.names == (matters.person.masked_name,)
