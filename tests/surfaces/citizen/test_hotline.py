"""The caller's own page of a hotline order: theirs alone, without a word of desk and lines, and a mark once; and messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.rooms.hotline import actions
from banshi.rooms.hotline.models import Handling, Order
from banshi.rooms.messaging.models import Message
from tests.rooms.hotline.conftest import DESK, LINE, Hotline
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
NOW = TUESDAY_NINE


@pytest.fixture
def hotline(open_town: Town) -> Hotline:
    return Hotline(open_town)


def rung(hotline: Hotline, mine: Phone, **more: Any) -> Order:
    """An order of whoever signed in."""
    return hotline.opened(phone=mine.account.phone, **more)


def replied(hotline: Hotline, mine: Phone) -> Order:
    order = rung(hotline, mine, line="department:hrss")
    actions.give_back(no=order.no, reason="不归我们管的内部话", line="department:hrss", by=LINE, now=NOW)
    actions.assign(no=order.no, line="hall:town", by=DESK, now=NOW)
    return actions.reply(no=order.no, text="屏已经换好了", line=None, by=LINE, now=NOW)


def test_the_caller_reads_the_answer_and_nothing_of_what_desk_and_lines_said(hotline: Hotline, mine: Phone) -> None:
    order = replied(hotline, mine)

    page, listed, me = (text(mine.get(path)) for path in (f"/hotline/{order.no}/", "/hotline/", "/me/"))

    assert ("屏已经换好了" in page, order.text in page, "内部话" in page, "李雷" in page) == (True, True, False, False)
    assert (f"/hotline/{order.no}/" in listed, "/hotline/" in me) == (True, True)


def test_until_there_is_an_answer_it_says_by_when(hotline: Hotline, mine: Phone) -> None:
    waiting, given = rung(hotline, mine), rung(hotline, mine, line="hall:town")

    pages = [text(mine.get(f"/hotline/{each.no}/")) for each in (waiting, given)]

    assert ["前交给承办单位" in pages[0], "前答复，有答复会发短信" in pages[1]] == [True, True]
    assert ['name="stars"' in page for page in pages] == [False, False]


def test_of_another_telephone_it_is_not_there(hotline: Hotline, mine: Phone) -> None:
    order = hotline.replied()

    codes = [mine.get(f"/hotline/{no}/").status_code for no in (order.no, "RX-000000-0000", "x" * 60)]
    posted = mine.post(f"/hotline/{order.no}/rate", stars="5")

    assert (codes, posted.status_code, Order.objects.get(pk=order.pk).stars) == ([404] * 3, 404, None)
    assert order.no not in text(mine.get("/hotline/"))


def test_what_is_long_over_is_not_shown_by_a_telephone_alone(hotline: Hotline, mine: Phone) -> None:
    order = replied(hotline, mine)
    Order.objects.filter(pk=order.pk).update(state="closed", due_on=None, closed_at=NOW - timedelta(days=181))

    assert mine.get(f"/hotline/{order.no}/").status_code == 404


def test_a_mark_is_given_once_with_a_word(hotline: Hotline, mine: Phone) -> None:
    order = replied(hotline, mine)

    answers = [mine.post(f"/hotline/{order.no}/rate", stars=stars, text="很快") for stars in ("5", "1")]

    order.refresh_from_db()
    assert ([each.status_code for each in answers], order.stars) == ([302, 409], 5)
    assert [each.text for each in Handling.objects.filter(order=order, verb="rate")] == ["很快"]
    assert "你打了 5 分" in text(mine.get(f"/hotline/{order.no}/"))


@pytest.mark.parametrize("stars", ["", "0", "6", "x", "-1"])
def test_a_mark_that_is_none_is_refused_and_its_word_stays(hotline: Hotline, mine: Phone, stars: str) -> None:
    order = replied(hotline, mine)

    answer = mine.post(f"/hotline/{order.no}/rate", stars=stars, text="很快")

    order.refresh_from_db()
    assert (answer.status_code, order.stars, ">很快</textarea>" in text(answer)) == (422, None, True)


def test_before_an_answer_nothing_is_rated(hotline: Hotline, mine: Phone) -> None:
    order = rung(hotline, mine)

    assert mine.post(f"/hotline/{order.no}/rate", stars="5").status_code == 409


def told(order: Order) -> list[str]:
    return list(Message.objects.filter(subject=f"hotline:{order.no}").order_by("id").values_list("key", flat=True))


def test_the_caller_hears_that_it_is_taken_down_answered_and_closed(hotline: Hotline, mine: Phone) -> None:
    first, same = rung(hotline, mine, line="hall:town"), hotline.opened(phone="13800138009")
    actions.join(no=same.no, first=first.no, by=DESK, now=NOW)
    actions.reply(no=first.no, text="修好了", line=None, by=LINE, now=NOW)
    actions.revisit(no=first.no, said="satisfied", by=DESK, now=NOW)
    actions.close(no=first.no, by=DESK, now=NOW)

    assert told(first) == ["order_taken", "order_replied", "order_closed"]
    assert told(same) == ["order_taken", "order_replied"]
    assert {"修好了" in str(each.params) for each in Message.objects.all()} == {False}


def test_who_sends_it_back_hears_of_the_second_answer_too(hotline: Hotline, mine: Phone) -> None:
    order = rung(hotline, mine, line="hall:town")
    actions.reply(no=order.no, text="修好了", line=None, by=LINE, now=NOW)
    actions.revisit(no=order.no, said="dissatisfied", text="没修好", by=DESK, now=NOW)
    actions.reply(no=order.no, text="换新的了", line=None, by=LINE, now=NOW)

    assert told(order).count("order_replied") == 2


def test_a_withheld_number_is_told_nothing(hotline: Hotline) -> None:
    order = hotline.opened(phone=None)

    assert told(order) == []
