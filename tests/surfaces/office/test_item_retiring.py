"""停办 in the office: one asks, another agrees, and whoever it concerns is counted before that."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Slot
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.models import HallItem, Item, Retirement
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

ASKED = {"from_day": "2026-04-01", "reason_zh": "并入灵活就业登记", "reason_en": "Merged", "successor": "medical"}


@pytest.fixture
def here(office: Town) -> str:  # noqa: F811
    return f"/office/town/items/{HallItem.objects.get(hall=office.hall, item__code='pension').pk}/"


@pytest.fixture
def one(office: Town) -> Client:  # noqa: F811
    return signed_in(office.manager)


@pytest.fixture
def other(office: Town) -> Client:  # noqa: F811
    return signed_in(staff_with("manager2", "hall_manager"))


def text(client: Client, url: str, language: str = "zh-hans") -> str:
    client.cookies["django_language"] = language
    return " ".join(client.get(url).content.decode().split())


def ask(client: Client, here: str, **more: Any) -> Any:
    return client.post(f"{here}retiring/ask", {**ASKED, **more})


def test_one_asks_and_another_agrees(here: str, one: Client, other: Client) -> None:
    asked = ask(one, here)
    by_oneself = one.post(f"{here}retiring/agree")
    agreed = other.post(f"{here}retiring/agree")

    assert (asked.status_code, by_oneself.status_code, agreed.status_code) == (302, 409, 302)
    assert Item.objects.get(code="pension").retired_on == date(2026, 4, 1)
    said = text(one, f"{here}retiring/")
    assert [word for word in ("并入灵活就业登记", "医疗保险参保登记", "到日停办", "撤回") if word not in said] == []
    assert "2026-04-01 起停办" in text(one, here)


def test_the_page_counts_whom_it_concerns_and_says_who_may_go_on(here: str, one: Client, other: Client) -> None:
    ask(one, here)

    mine, theirs = text(one, f"{here}retiring/", "en"), text(other, f"{here}retiring/", "en")

    assert "0 appointments on that day or later" in mine
    assert ("another person agrees" in mine, "Agree, and tell everybody" in mine) == (True, False)
    assert "Agree, and tell everybody" in theirs


def test_a_few_words_for_what_comes_instead_are_asked_back(here: str, one: Client) -> None:
    queries.forget()
    few = ask(one, here, successor="参保登记")
    chosen = ask(one, here, successor="参保登记", chosen="medical")

    assert (few.status_code, Retirement.objects.count()) == (422, 1)
    assert [word for word in ("是哪一个？", 'value="medical"') if word not in few.content.decode()] == []
    assert (chosen.status_code, Retirement.objects.get().successor) == (302, Item.objects.get(code="medical"))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"from_day": ""}, "从哪天起？"),
        ({"from_day": "2026-03-10"}, "最早从明天起"),
        ({"successor": "nowhere-9"}, "没有找到"),
    ],
)
def test_what_was_typed_stays_where_it_will_not_do(here: str, one: Client, more: dict[str, str], says: str) -> None:
    answer = ask(one, here, **more)

    assert answer.status_code in (404, 422)
    assert [word for word in (says, "并入灵活就业登记") if word not in answer.content.decode()] == []
    assert Retirement.objects.count() == 0


def test_it_is_taken_back_until_its_day(here: str, one: Client, other: Client) -> None:
    ask(one, here)
    other.post(f"{here}retiring/agree")
    one.post(f"{here}retiring/undo")
    undone = Item.objects.get(code="pension").retired_on
    ask(one, here)
    other.post(f"{here}retiring/agree")
    clock.set_clock(now=at("2026-04-01 08:00"), speed=0)
    late = other.post(f"{here}retiring/undo")

    assert (undone, late.status_code) == (None, 409)
    assert "已停办" in text(one, f"{here}retiring/")


def test_after_its_day_one_asks_for_it_and_another_puts_it_back(here: str, one: Client, other: Client) -> None:
    ask(one, here)
    other.post(f"{here}retiring/agree")
    clock.set_clock(now=at("2026-04-01 08:00"), speed=0)
    asked = one.post(f"{here}retiring/ask-back")
    mine, theirs = text(one, f"{here}retiring/"), text(other, f"{here}retiring/")
    needs = text(other, "/office/")
    alone = one.post(f"{here}retiring/put-back")
    done = other.post(f"{here}retiring/put-back")

    assert (asked.status_code, alone.status_code, done.status_code) == (302, 409, 302)
    assert ("恢复办理</button>" in mine, "恢复办理</button>" in theirs) == (False, True)
    assert "1 个事项的停办或恢复待确认" in needs
    assert Item.objects.get(code="pension").retired_on is None


def test_the_list_shows_them_alone(here: str, one: Client, other: Client) -> None:
    ask(one, here)
    before = text(one, "/office/town/items/?only=retiring")
    other.post(f"{here}retiring/agree")
    clock.set_clock(now=at("2026-04-02 08:00"), speed=0)
    queries.forget()

    after = text(one, "/office/town/items/?q=养老")

    assert ("养老保险参保登记" in before, "居民身份证换领" in before) == (True, False)
    assert ("养老保险参保登记" in after, "2026-04-01 起停办" in after) == (True, True)
    assert clock.now() > TUESDAY_NINE


def test_the_first_page_tells_who_is_to_agree_and_who_is_booked_beyond_its_day(
    office: Town,  # noqa: F811
    here: str,
    one: Client,
    other: Client,
) -> None:
    ask(one, here, from_day="2026-03-12")
    pages = [text(client, "/office/town/") for client in (one, other)]
    slot = Slot.objects.filter(hall=office.hall, day="2026-03-12", business="cat:A").order_by("starts_at")[0]
    booking.place(
        slot_id=slot.pk, item_code="pension", person_id=office.person(1).pk, source="web", by=CITIZEN, now=TUESDAY_NINE
    )

    other.post(f"{here}retiring/agree")
    after = text(other, "/office/town/")

    assert ["1 个事项的停办或恢复待确认" in page for page in pages] == [False, True]
    assert ("1 个事项待确认停办" in after, "停办的事项还有 1 个预约" in after) == (False, True)
