"""Several who come together on one booking: asked where the matter allows it, and said ever after."""

from __future__ import annotations

import re
from typing import Any

import pytest

from banshi.rooms.booking.models import Appointment
from banshi.rooms.catalogue.models import HallItem
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import Town, at


@pytest.fixture
def families(open_town: Town) -> Town:
    """One pension booking may be for four."""
    HallItem.objects.filter(hall=open_town.hall, item__code="pension").update(most_persons=4)
    return open_town


def choices(page: str) -> tuple[list[int], int]:
    """How many may come, and how many are chosen."""
    asked = page[page.index('id="persons"') :].split("</select>")[0]
    chosen = re.findall(r'<option value="(\d+)" selected', asked)
    return [int(n) for n in re.findall(r'<option value="(\d+)"', asked)], int(chosen[0])


def confirm(phone: Phone, slot: Any, **more: str) -> Any:
    return phone.post(f"/book/pension/{slot.pk}/", who=str(phone.person.pk), **more)


def said(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_form_asks_up_to_what_the_matter_allows(mine: Phone, families: Town):
    assert choices(text(mine.get(f"/book/pension/{families.slot(quota=9).pk}/"))) == ([1, 2, 3, 4], 1)


def test_other_matters_do_not_ask(mine: Phone, open_town: Town):
    assert 'id="persons"' not in text(mine.get(f"/book/pension/{open_town.slot(quota=9).pk}/"))


@pytest.mark.parametrize(
    ("language", "page", "line"),
    [("zh-hans", "人数 3 人", "3 人"), ("en", "How many come 3 people", "3 people")],
)
def test_the_appointment_says_how_many_come(mine: Phone, families: Town, language: str, page: str, line: str):
    mine.client.cookies["django_language"] = language
    confirm(mine, families.slot(quota=9), persons="3")

    code = Appointment.objects.get().code
    assert page in said(text(mine.get(f"/a/{code}")))
    assert f"· {line}" in said(text(mine.get("/appointments/")))


def test_who_comes_alone_is_not_counted(mine: Phone, families: Town):
    confirm(mine, families.slot(quota=9))

    assert "人数" not in text(mine.get(f"/a/{Appointment.objects.get().code}"))


def test_changing_the_time_and_booking_again_keep_all_of_them(mine: Phone, families: Town):
    first, second = families.slot(quota=9), families.slot(quota=9, starts=at("2026-03-13 10:00"))
    confirm(mine, first, persons="3")
    code = Appointment.objects.get().code

    mine.post(f"/a/{code}/move", slot=str(second.pk))
    moved = Appointment.objects.get()
    mine.post(f"/a/{code}/cancel")
    mine.post(f"/a/{code}/rebook")
    again = Appointment.objects.get(state="booked")

    second.refresh_from_db()
    assert (moved.slot_id, moved.persons, again.persons, second.taken) == (second.pk, 3, 3, 3)


def test_how_many_were_chosen_stays_when_the_form_comes_back(mine: Phone, families: Town):
    slot = families.slot(quota=9)
    refused = mine.post(f"/book/pension/{slot.pk}/", who="new", name="", id_type="id_card", id_number="", persons="3")
    mine.client.cookies["django_language"] = "en"

    assert choices(text(refused))[1] == 3
    assert choices(text(mine.get(f"/book/pension/{slot.pk}/")))[1] == 3


def test_three_who_move_are_shown_only_periods_with_places_for_three(mine: Phone, families: Town):
    now = families.slot(starts=at("2026-03-11 09:00"), quota=9)
    narrow = families.slot(starts=at("2026-03-11 10:00"), quota=2)
    wide = families.slot(starts=at("2026-03-11 11:00"), quota=3)
    confirm(mine, now, persons="3")
    code = Appointment.objects.get().code

    page = text(mine.get(f"/a/{code}/move", day="2026-03-11"))

    offered = [slot.pk for slot in (now, narrow, wide) if f'id="period-{slot.pk}"' in page]
    assert (offered, "余号不够同行人数" in page) == ([wide.pk], True)


def test_with_another_matter_it_says_that_one_may_come_and_without_it_all_are_back(mine: Phone, families: Town):
    path = f"/book/pension/{families.slot(quota=9).pk}/"
    more = {"who": str(mine.person.pk), "with": "medical"}
    mine.post(f"{path}typed", **more, persons="3", go="more")

    with_it = text(mine.get(path, **{"with": "medical"}))
    mine.post(
        f"{path}typed", **more, persons=re.findall(r'name="persons" value="(\d)"', with_it)[0], go="without:medical"
    )

    assert "一趟办几件事，只能一个人来：3 个人一起办，去掉别的事项。" in with_it
    assert choices(text(mine.get(path)))[1] == 3
