"""Sent on to another hall: what the page of the new number, and the machines of the old hall, say on the way."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.journeys.visit import redirect
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import qr_text
from tests.journeys.visit.test_sent_on import by_card, sent, two_halls
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.conftest import stop_the_clock
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def halls(town: Town) -> Any:
    stop_the_clock(TUESDAY_NINE)
    yield two_halls(town)
    clock.forget()


def read(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def page_of(ticket: Ticket) -> str:
    return read(Client(headers={"accept-language": "zh-CN"}).get(f"/t/{ticket.ref}", {"k": rating_key(ticket.ref)}))


def test_before_arrival_the_new_number_says_to_which_hall_and_how_to_be_in_line_there(halls: Town):
    new = sent(halls)

    said = page_of(new)

    assert f"去{halls.other_hall.name_zh}" in said
    assert (halls.other_hall.address_zh in said, "路上约 30 分钟" in said) == (True, True)
    assert "到了在取号机扫这个码" in said
    assert ("回到大厅后" in said, "那边的号" in said) == (False, False)


def test_once_there_it_is_a_number_like_any_other(halls: Town):
    new = sent(halls)
    by_card(halls, TUESDAY_NINE + timedelta(minutes=40))

    assert (redirect.on_the_way(new.ref), "路上约" in page_of(new)) == (None, False)


def test_the_hall_of_a_number_sent_on_is_the_new_one(halls: Town):
    sent(halls)

    there = reverse("citizen:hall", args=[halls.other_hall.code])
    here = reverse("citizen:hall", args=[halls.hall.code])
    said = page_of(Ticket.objects.get(state="redirected"))

    assert (said.count(f'href="{there}"'), f'href="{here}"' in said) == (2, False)


def phone_with_the_old_slip(*, key: bool = True) -> tuple[Client, Ticket]:
    """A phone that opened the slip of the number sent on, and that number."""
    old, phone = Ticket.objects.get(state="redirected"), Client(headers={"accept-language": "zh-CN"})
    phone.get(f"/t/{old.ref}", {"k": rating_key(old.ref)} if key else {})
    return phone, old


def test_the_page_of_the_old_number_is_that_of_the_new_one_from_arrival_on(halls: Town):
    new = sent(halls)
    phone, old = phone_with_the_old_slip()
    asks = {"HX-Request": "true"}

    before = [phone.get(f"/t/{old.ref}"), phone.get(f"/t/{old.ref}/part", headers=asks)]
    at_home = read(phone.get("/"))
    by_card(halls, TUESDAY_NINE + timedelta(minutes=40))
    after, part = phone.get(f"/t/{old.ref}"), phone.get(f"/t/{old.ref}/part", headers=asks)

    assert ["已转到别的大厅" in read(each) for each in before] == [True, True]
    assert (f"去{halls.other_hall.name_zh}" in at_home, f'href="/t/{new.ref}"' in at_home) == (True, True)
    assert (after.status_code, after["Location"]) == (302, f"/t/{new.ref}")
    assert (part.status_code, part["HX-Redirect"]) == (204, f"/t/{new.ref}")


@pytest.mark.parametrize("key", [True, False])
def test_who_came_with_the_slip_steers_the_new_number_and_who_did_not_only_looks(halls: Town, key: bool):
    new = sent(halls)
    phone, old = phone_with_the_old_slip(key=key)
    by_card(halls, TUESDAY_NINE + timedelta(minutes=40))

    said = read(phone.get(f"/t/{old.ref}", follow=True))
    left = phone.post(f"/t/{new.ref}/leave")
    new.refresh_from_db()

    assert (new.number in said, "号码的二维码" in said) == (True, key)
    assert (left.status_code, new.state) == ((302, "left") if key else (403, "waiting"))


def test_the_old_slip_follows_the_number_to_its_end(halls: Town):
    new = sent(halls)
    phone, old = phone_with_the_old_slip()
    Ticket.objects.filter(pk=new.pk).update(state="finished", waits_from=TUESDAY_NINE)

    ended = phone.get(f"/t/{old.ref}", follow=True)

    assert (ended.redirect_chain[0][0], f"/r/{new.ref}?from=web" in read(ended)) == (f"/t/{new.ref}", True)


def test_a_number_sent_on_twice_is_followed_to_where_its_person_is(halls: Town):
    first = sent(halls)
    phone, old = phone_with_the_old_slip()
    by_card(halls, TUESDAY_NINE + timedelta(minutes=40))
    back = redirect.to_hall(ref=first.ref, hall="town", by=CLERK, now=TUESDAY_NINE + timedelta(minutes=50))

    on_the_way = phone.get(f"/t/{old.ref}")
    at_home = read(phone.get("/"))
    redirect.arrive(hall=halls.hall, by=CITIZEN, now=TUESDAY_NINE + timedelta(minutes=90), ref=back.ref)
    there = phone.get(f"/t/{old.ref}")

    assert (on_the_way["Location"], there["Location"]) == (f"/t/{first.ref}", f"/t/{back.ref}")
    assert f'href="/t/{back.ref}"' in at_home


def test_the_old_slip_opens_nothing_of_a_number_that_somebody_elses_card_took_over(halls: Town):
    new = sent(halls)
    phone, old = phone_with_the_old_slip()
    Ticket.objects.filter(pk=old.pk).update(limit_key="account:7")  # as the one who only declared the document had it
    by_card(halls, TUESDAY_NINE + timedelta(minutes=40))

    pages = [phone.get(f"/t/{old.ref}"), phone.get(f"/t/{old.ref}/part"), phone.get("/")]

    assert [(each.status_code, f"/t/{new.ref}" in read(each)) for each in pages] == [(200, False)] * 3


def test_the_old_slips_of_a_renewed_number_open_nothing_however_often_it_was_sent_on(halls: Town):
    first = sent(halls)
    phone, old = phone_with_the_old_slip()
    by_card(halls, TUESDAY_NINE + timedelta(minutes=40))
    back = redirect.to_hall(ref=first.ref, hall="town", by=CLERK, now=TUESDAY_NINE + timedelta(minutes=50))

    with transaction.atomic():
        renewed = tickets.renew(back, contact=None, by=CLERK, now=TUESDAY_NINE + timedelta(minutes=55))
    redirect.arrive(hall=halls.hall, by=CITIZEN, now=TUESDAY_NINE + timedelta(minutes=90), ref=renewed.ref)
    pages = [phone.get(f"/t/{ref}", follow=True) for ref in (old.ref, first.ref, back.ref) if ref != renewed.ref]

    assert [each.status_code for each in pages] == [404] * len(pages)
    assert renewed.ref not in read(phone.get("/"))


def test_the_machine_of_the_old_hall_tells_who_is_there_no_more_to_check_in(halls: Town):
    new = sent(halls)
    old = Ticket.objects.get(state="redirected")
    by_card(halls, TUESDAY_NINE + timedelta(minutes=40))
    by = {"presented": qr_text(old.ref, rating_key(old.ref))}

    said = read(Client(headers={"accept-language": "zh-CN"}).post("/kiosk/town/check-in", by, follow=True))

    assert (new.number in said, "到了在取号机扫号票" in said) == (True, False)


@pytest.mark.parametrize("shown", ["code", "card"])
def test_the_machine_of_the_old_hall_says_where_the_number_went(halls: Town, shown: str):
    new = sent(halls)
    old = Ticket.objects.get(state="redirected")
    machine = Client(headers={"accept-language": "zh-CN"})
    by = {"card": {"chip": chip(halls.person(30))}, "code": {"presented": qr_text(old.ref, rating_key(old.ref))}}

    said = read(machine.post("/kiosk/town/check-in", by[shown], follow=True))

    assert (f"已转到{halls.other_hall.name_zh}" in said, new.number in said) == (True, True)
    assert (halls.other_hall.address_zh in said, "路上约 30 分钟" in said) == (True, True)
    assert ("到咨询台询问" in said, "没找到今天的预约" in said) == (False, False)


def test_a_card_that_was_only_typed_for_the_number_learns_nothing_of_it(halls: Town):
    sent(halls)
    Ticket.objects.update(limit_key="typed:1")

    said = read(Client().post("/kiosk/town/check-in", {"chip": chip(halls.person(30))}, follow=True))

    assert halls.other_hall.address_zh not in said


@pytest.mark.parametrize(("holder", "card"), [("", True), ("typed:1", False)])
def test_slip_and_desk_name_the_card_only_where_it_will_do(halls: Town, holder: str, card: bool):
    old = tickets.issue(
        tickets.Take(item_code="pension", person_id=halls.person(30).pk, limit_key=holder, channel="kiosk", by=CITIZEN),
        hall=halls.hall,
        now=TUESDAY_NINE,
    )
    clerk = Client(headers={"accept-language": "zh-CN"})
    clerk.force_login(halls.clerk)
    tickets.sign_in(window_code="town-01", staff_id=halls.clerk.pk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=halls.clerk.pk, now=TUESDAY_NINE)

    desk = read(clerk.post("/desk/do/transfer", {"ref": old.ref, "hall": "other"}, headers={"HX-Request": "true"}))
    slip = read(Client(headers={"accept-language": "zh-CN"}).get(f"/kiosk/town/slip/{old.ref}?k={rating_key(old.ref)}"))

    assert ("到了放身份证，或扫手里号票上的码。" in desk, "只放身份证查不到" in desk) == (card, not card)
    assert ("扫号票上的码，或放身份证。" in slip, "到了在取号机扫号票上的码。" in slip) == (card, not card)
