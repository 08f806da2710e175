"""期次 in the office: proposed by one, published by another; and the round as everybody sees it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from banshi.rooms.cases.models import QuotaRound
from tests.matters import Matters
from tests.rooms.cases.test_quota import counted
from tests.surfaces.office.editing import signed_in, staff_with

AT = "/review/town/rounds/"
SAID = {"item": "pension", "places": "3", "opens_on": "2026-03-10", "closes_on": "2026-03-31"}


def manager(name: str) -> Client:
    return signed_in(staff_with(name, "hall_manager"))


def test_a_round_is_proposed_by_one_and_published_by_another(matters: Matters) -> None:
    counted()
    one, two = manager("one"), manager("two")

    proposed = one.post(AT + "propose", SAID)
    row = QuotaRound.objects.get()
    own = one.post(f"{AT}{row.pk}/act", {"act": "publish"})
    published = two.post(f"{AT}{row.pk}/act", {"act": "publish"})
    page = two.get(f"{AT}?round={row.pk}")
    public = Client().get(f"/quota/{row.pk}/")
    item = Client().get("/items/pension")

    row.refresh_from_db()
    assert (proposed.status_code, own.status_code, published.status_code) == (302, 409, 302)
    assert row.published_at is not None
    assert (page.status_code, public.status_code, item.status_code) == (200, 200, 200)
    assert f"/quota/{row.pk}/" in item.content.decode()


def test_what_cannot_be_a_round_is_said_beside_what_was_typed(matters: Matters) -> None:
    counted()

    answer = manager("one").post(AT + "propose", {**SAID, "places": "0"})

    assert (answer.status_code, QuotaRound.objects.count()) == (422, 0)
    assert 'value="2026-03-31"' in answer.content.decode()


def test_no_address_answers_what_is_no_round(matters: Matters) -> None:
    counted()

    assert Client().get("/quota/999/").status_code == 404
    one = manager("one")
    answers: list[Any] = [one.post(f"{AT}999/act", {"act": act}) for act in ("publish", "nothing")]
    assert [each.status_code for each in answers] == [404, 404]
