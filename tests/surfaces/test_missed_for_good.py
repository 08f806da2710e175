"""Called, nobody came, and the number cannot be put back: the message sends nobody to a machine that gives nothing."""

from __future__ import annotations

import pytest

from banshi.foundation.crypto import encrypt
from banshi.journeys.visit import serve
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.tickets.models import Ticket
from tests.rooms.messaging.test_outbox import Spy
from tests.surfaces.test_closed_in_the_middle import TEN, ten  # noqa: F401 – a fixture
from tests.town import Town, at

pytestmark = pytest.mark.django_db
SCAN = "到取号机扫码"


def missed(town: Town, at_: object) -> str:
    ticket = Ticket.objects.get(state="called")
    Ticket.objects.filter(pk=ticket.pk).update(notify_to=encrypt("13800000000", place=TO_PLACE), called_at=at_)
    serve.miss(ref=ticket.ref, staff_id=town.clerk.pk, now=at_)  # type: ignore[arg-type]
    sms = Spy()
    messaging.drain(channels={"sms": sms}, now=at_)  # type: ignore[arg-type]
    (text,) = [text for _to, text, _key in sms.sent if "没等到人" in text]
    return str(text)


def test_while_it_may_be_put_back_the_code_is_in_the_message(ten: Town):  # noqa: F811
    said = missed(ten, TEN)

    assert (SCAN in said, "/t/" in said, "最早可以约" in said) == (True, True, False)


def test_after_hours_it_names_the_first_time_and_no_machine(ten: Town):  # noqa: F811
    ten.policy(tickets={"reissue_limit": 0})
    ten.slot(starts=at("2026-03-11 09:00"))

    said = missed(ten, at("2026-03-10 17:30"))

    assert (SCAN in said, "重新取号" in said) == (False, False)
    assert "不能再补号，现在也不再发号。最早可以约：明天（3月11日）9:00。现在就约：" in said


def test_with_nothing_to_book_it_says_only_that(ten: Town):  # noqa: F811
    ten.policy(tickets={"reissue_limit": 0})

    assert missed(ten, at("2026-03-10 17:30")).endswith("不能再补号，现在也不再发号。")


def test_where_numbers_are_given_a_new_one_is_taken_and_no_code_scanned(ten: Town):  # noqa: F811
    ten.policy(tickets={"reissue_limit": 0})

    assert missed(ten, TEN).endswith("要办就重新取号。")
