"""What was begun as one and lies ready at one place is told of together: the later message names what lies there already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.case import cabinets, conclude
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.rules.templates import parts, render
from banshi.rooms.messaging.rules.words import COMMON
from tests.bundles import sign_of
from tests.journeys.case.test_cabinets import cabinet_of
from tests.matters import Matters
from tests.rooms.tickets.conftest import open_town
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
LATER = TUESDAY_NINE + timedelta(minutes=5)
SIGN = {"item_code": "sign", "answers": {"premises": "rented"}, "form": {"address": "一号路 2 号", "words": "书"}}


def made(matters: Matters, *, as_one: bool = True, **more: Any) -> tuple[Case, Case]:
    """The shop licence and the sign, begun as one, granted and made."""
    sign_of(matters.town)
    shop = matters.decided()
    sign = matters.decided(papers=("id", "lease"), **SIGN, **more)
    if as_one:
        bundle = Bundle.objects.create(
            no="441900-260310-B000001", hall=matters.town.hall, person_id=matters.person.pk, account_id=matters.account.pk,
            opened_by=str(matters.applicant), opened_at=TUESDAY_NINE,
        )  # fmt: skip
        Case.objects.filter(pk__in=[shop.pk, sign.pk]).update(bundle=bundle)
    for case in (shop, sign):
        conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return shop, sign


def laid(matters: Matters, *cases: Case) -> None:
    for no, case in enumerate(cases):
        now = TUESDAY_NINE + timedelta(minutes=no)
        conclude.shelve(case_no=case.no, place=f"A-{no}", by=matters.by["issuer"], now=now)


def beside(*cases: Case, key: str = "case_ready") -> list[object]:
    """What the message of each says lies there, too."""
    told = {row.subject: row.params.get("beside") for row in Message.objects.filter(key=key)}
    return [told[f"case:{case.no}"] for case in cases]


def test_the_later_message_names_what_lies_there_already(matters: Matters) -> None:
    shop, sign = made(matters)

    laid(matters, shop, sign)

    assert beside(shop, sign) == [None, [[shop.item.name_zh, shop.item.name_en]]]


def test_what_was_begun_alone_is_told_of_alone(matters: Matters) -> None:
    shop, sign = made(matters, as_one=False)

    laid(matters, shop, sign)

    assert beside(shop, sign) == [None, None]


def test_what_was_fetched_already_is_named_no_more(matters: Matters) -> None:
    shop, sign = made(matters)
    laid(matters, shop)
    conclude.hand_over(case_no=shop.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)

    laid(matters, sign)

    assert beside(sign) == [None]


@pytest.mark.parametrize("posted", [0, 1])
def test_what_is_to_be_posted_lies_with_nothing(matters: Matters, posted: int) -> None:
    both = made(matters)
    to = delivery.Receiver("李雷", "13800138000", "广东省东莞市南城街道一号路 2 号")
    delivery.wish(case=both[posted], how="courier", receiver=to, by=matters.applicant, now=TUESDAY_NINE)

    laid(matters, *both)

    assert beside(both[1 - posted]) == [None]
    assert beside(both[posted], key="case_to_post") == [None]
    assert Message.objects.filter(key="case_ready").count() == 1


def test_nobody_hears_of_a_case_that_is_told_to_another_telephone(matters: Matters) -> None:
    shop, sign = made(matters, contact="13900139000")

    laid(matters, shop, sign)

    assert beside(sign) == [None]


def test_two_in_one_cabinet_lie_together_and_one_at_the_window_does_not(matters: Matters) -> None:
    open_town(matters.town)
    shop, sign = made(matters)
    there = cabinet_of(matters.town)
    cabinets.put(cabinets=[there], case_no=shop.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    cabinets.put(cabinets=[there], case_no=sign.no, by=matters.by["issuer"], now=LATER)

    assert beside(sign, key="case_in_cabinet") == [[[shop.item.name_zh, shop.item.name_en]]]


def test_one_in_a_cabinet_and_one_at_the_window_are_two_ways(matters: Matters) -> None:
    open_town(matters.town)
    shop, sign = made(matters)
    cabinets.put(cabinets=[cabinet_of(matters.town)], case_no=shop.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    laid(matters, sign)

    assert beside(sign) == [None]


def test_the_sentence_reads_with_and_without_it() -> None:
    said = {"item": "招牌设置", "hall": "小镇大厅", "code": "12345678"}

    alone, both = (render(COMMON["case_ready"]["zh"], said | more) for more in ({}, {"beside": "开店许可"}))

    assert alone == "“招牌设置”的证照好了。到小镇大厅出件窗口，出示取件码 12345678 或身份证。"
    assert (
        both
        == "“招牌设置”的证照好了，和“开店许可”的在一处，一趟领齐。到小镇大厅出件窗口，出示取件码 12345678 或身份证。"
    )
    assert parts(both) == 1
