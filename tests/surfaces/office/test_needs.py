"""What waits for somebody (待办), on the first page of the office."""

from __future__ import annotations

import pytest
from django.utils import translation

from banshi.foundation import clock
from banshi.rooms.booking.models import Slot
from banshi.rooms.identity.models import ApiKey
from banshi.surfaces.office.credit import party_words
from tests.surfaces.office.editing import signed_in, staff_with
from tests.town import Town, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning():
    clock.set_clock(now=at("2026-03-10 09:00"), speed=0)
    yield
    clock.forget()


def test_periods_with_more_people_than_places_are_a_thing_to_do(town: Town):
    slots = [town.slot(starts=at(f"2026-03-1{n} 10:00")) for n in (1, 2)]
    Slot.objects.filter(hall=town.hall).update(taken=2, quota=2)
    Slot.objects.filter(pk=slots[0].pk).update(quota=1)
    manager, guide = (signed_in(staff_with(role, role)) for role in ("hall_manager", "guide"))

    pages = [each.get("/office/").content.decode() for each in (manager, guide)]

    assert ["1 个时段的预约超过号数" in page for page in pages] == [True, False]
    assert 'href="/office/town/unsettled/"' in pages[0]


@pytest.mark.parametrize("holder", ["", ":cfe87d9037ddd13a7/8"])
@pytest.mark.usefixtures("town")
def test_whom_a_strike_falls_on_is_said_by_name_whoever_of_the_keys_users_it_is(holder: str):
    key = ApiKey.objects.create(name="微信", scope="channel", hall="", key_hash="x", created_at=clock.now())

    with translation.override("zh-hans"):
        assert party_words(f"key:{key.pk}{holder}") == "预约渠道 微信"
