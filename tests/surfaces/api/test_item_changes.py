"""Retiring an item over HTTP by two people, and the blank of a change."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation import clock
from banshi.rooms.catalogue.actions import editing
from banshi.rooms.catalogue.models import HallItem, Item, ItemDraft
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import Role, Staff
from banshi.rooms.places.models import Category
from tests.surfaces.api.conftest import Calls, stop_the_clock
from tests.town import TUESDAY_NINE, at

AT = "/halls/town/items/pension/retirement"
ASKED = {"from_day": "2026-04-01", "reason": "并入灵活就业登记", "successor": "medical"}


def key_of(calls: Calls, staff: Staff, role: str) -> None:
    given = {"given_at": TUESDAY_NINE, "given_by": "system"}
    Role.objects.get_or_create(staff=staff, role=role, scope_kind="hall", scope="town", defaults=given)
    calls.keys[str(staff.pk)] = create_key(name=str(staff.pk), scope="staff", staff=staff, now=TUESDAY_NINE)


@pytest.fixture
def two(calls: Calls) -> tuple[str, str]:
    """Keys of two who edit and publish items here."""
    for staff in (calls.town.manager, calls.town.clerk):
        key_of(calls, staff, "hall_manager")
    return str(calls.town.manager.pk), str(calls.town.clerk.pk)


def test_an_item_is_retired_and_put_back_by_two(calls: Calls, two: tuple[str, str]) -> None:
    one, other = two

    asked = calls("post", AT, one, ASKED)
    alone = calls("post", f"{AT}/agree", one)
    agreed = calls("post", f"{AT}/agree", other)
    stop_the_clock(at("2026-04-02 09:00"))
    steps = [calls("post", f"{AT}/{verb}", one) for verb in ("ask-back", "stay", "ask-back", "put-back")]
    back = calls("post", f"{AT}/put-back", other)

    assert (asked.status_code, asked.json()["state"], asked.json()["successor"]["code"]) == (201, "asked", "medical")
    assert (alone.status_code, alone.json()["type"]) == (409, "same-person")
    assert (agreed.status_code, agreed.json()["from_day"]) == (200, "2026-04-01")
    assert [each.json().get("state", each.json().get("type")) for each in steps] == [
        "asked_back", "agreed", "asked_back", "same-person",
    ]  # fmt: skip
    assert (back.json()["state"], Item.objects.get(code="pension").retired_on) == ("undone", None)


def test_nobody_of_another_hall_or_without_the_permission_retires_it(calls: Calls, two: tuple[str, str]) -> None:
    answers = [calls("post", AT, "other-staff", ASKED), calls("post", f"{AT}/agree", two[0])]

    assert [(each.status_code, each.json()["type"]) for each in answers] == [
        (403, "not-allowed"),
        (404, "nothing-found"),
    ]


def test_a_blank_is_seen_as_a_change_would_have_it(work: Any, two: tuple[str, str]) -> None:
    calls, item = work.calls, Item.objects.get(code="pension")
    item.handling["materials"][0]["form"] = {
        "signatures": [{"text_zh": "申请人（签名）", "text_en": "Applicant (signature)"}]
    }
    item.save(update_fields=["handling"])
    draft: ItemDraft = editing.open_change(item_id=item.pk, by=work.matters.by["receiver"], now=clock.now())
    handling = draft.document["handling"]
    paper = next(each["code"] for each in handling["materials"] if each.get("form"))

    seen = calls("get", f"/halls/town/item-changes/{draft.pk}/blanks/{paper}", two[0])
    none = calls("get", f"/halls/town/item-changes/{draft.pk}/blanks/none", two[0])

    assert (seen.status_code, seen["Content-Type"], seen.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert (none.status_code, none.json()["type"]) == (404, "nothing-found")


def test_a_key_of_one_hall_agrees_to_nothing_for_another(calls: Calls, two: tuple[str, str]) -> None:
    line = Category.objects.create(hall=calls.town.other_hall, code="A", letter="A", name_zh="社保", name_en="Social")
    HallItem.objects.create(hall=calls.town.other_hall, item=calls.town.items["pension"], category=line)
    calls("post", AT, two[0], ASKED)

    refused = calls("post", f"{AT}/agree", two[1])

    assert (refused.status_code, refused.json()["type"]) == (403, "not-every-hall")
    assert refused.json()["facts"]["halls"] == ["other"]
