"""Sent on to another hall: what the page of the new number, and the machines of the old hall, say on the way."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.journeys import redirect
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import qr_text
from tests.journeys.test_sent_on import by_card, sent, two_halls
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.conftest import stop_the_clock
from tests.town import TUESDAY_NINE, Town

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
