"""Invented people: no door of the site lets an account list more of them than the rule allows, and nothing stays behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.kernel.documents import generate_resident_id
from banshi.rooms.booking.models import Appointment, Waiting
from banshi.rooms.identity.models import AccountPerson, Person
from tests.surfaces.citizen.conftest import Phone, stop_the_clock
from tests.town import TUESDAY_NINE, Town


@pytest.fixture(autouse=True)
def _no_work(settings: Any) -> None:
    settings.BANSHI_PROOF_USUAL = dict.fromkeys(settings.BANSHI_PROOF_USUAL, 0)


def invented(n: int) -> dict[str, str]:
    number = generate_resident_id("441900", date(1990, 3, 7), 100 + n)
    return {"name": f"虚构{chr(0x4E00 + n)}", "id_type": "resident_id", "id_number": number, "phone": ""}


def add(phone: Phone, n: int) -> Any:
    return phone.post("/me/people", **invented(n))


def slug(answer: Any) -> str:
    if answer.status_code == 302:
        return "done"
    assert answer.status_code == 409
    return str((answer.context.get("refused") or answer.context["panel"]).slug)


def written() -> tuple[int, int, int, int]:
    return (
        Person.objects.count(), AccountPerson.objects.filter(removed_at=None).count(), Appointment.objects.count(),
        Waiting.objects.count(),
    )  # fmt: skip


def test_my_page_takes_three_new_people_a_day_and_six_in_all(mine: Phone) -> None:
    first = [slug(add(mine, n)) for n in range(2)]  # the account had one already
    before = written()

    refused = add(mine, 2)

    assert (first, slug(refused), written()) == (["done"] * 2, "too-many-people", before)
    assert "一个账号一天最多新添 3 人。" in refused.content.decode()
    stop_the_clock(TUESDAY_NINE + timedelta(days=1))
    assert [slug(add(mine, n)) for n in range(3, 6)] == ["done"] * 3
    stop_the_clock(TUESDAY_NINE + timedelta(days=2))
    before = written()
    full = add(mine, 6)
    assert (slug(full), written()) == ("too-many-people", before)
    assert "最多 6 人。" in full.content.decode()


def test_who_is_taken_out_again_makes_no_room_on_the_same_day(mine: Phone) -> None:
    for n in range(2):
        add(mine, n)
        mine.post(f"/me/people/{AccountPerson.objects.latest('id').person_id}/remove")

    assert (AccountPerson.objects.filter(removed_at=None).count(), slug(add(mine, 2))) == (1, "too-many-people")


@pytest.mark.parametrize(("rule", "more"), [({}, 2), ({"account_new_people": 2}, 1), ({"account_people": 2}, 1)])
def test_booking_for_invented_people_ends_at_the_halls_number(
    mine: Phone, open_town: Town, rule: dict[str, int], more: int
) -> None:
    open_town.policy(booking={**rule, "account_per_period": 50, "account_live": 50})
    slot = open_town.slot(quota=20)

    def book(n: int) -> Any:
        return mine.post(f"/book/pension/{slot.pk}/", who="new", **invented(n))

    done = [slug(book(n)) for n in range(more)]
    before = written()

    assert (done, slug(book(more)), written()) == (["done"] * more, "too-many-people", before)


def test_the_waiting_list_takes_nobody_new_beyond_the_halls_number(mine: Phone, open_town: Town) -> None:
    open_town.policy(booking={"account_new_people": 1})
    open_town.slot(quota=0)
    mine.post(f"/me/people/{mine.person.pk}/remove")
    before = written()

    answer = mine.post("/book/pension/wait", hall="town", day="2026-03-11", **invented(1))

    assert (slug(answer), written()) == ("too-many-people", before)
