"""A matter that is received in a part of the year only: the guide says until or from when, and nothing begins in between."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation import clock
from banshi.rooms.catalogue.models import Item
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import text
from tests.town import Town, at

pytestmark = pytest.mark.django_db
ONLINE = "/matters/pension/?a=premises:own&a=food:no&hall=town"


@pytest.fixture
def shop(open_town: Town) -> Any:
    found = applicant(open_town)
    row = Item.objects.get(code="pension")
    row.handling = {**row.handling, "seasons": [{"first": "02-01", "last": "03-12"}]}
    row.save(update_fields=["handling"])
    return found


def test_in_its_last_days_the_guide_says_until_when_and_begins(shop: Any, anybody: Any) -> None:
    page, takes = text(anybody.get("/items/pension")), text(anybody.get(ONLINE))

    assert ("受理时间：每年2月1日至3月12日" in page, "受理到" in page) == (True, True)
    assert "/matters/pension/begin?" in takes


def test_outside_it_says_from_when_can_be_read_and_is_not_begun(shop: Any, anybody: Any) -> None:
    clock.set_clock(now=at("2026-03-13 09:30"), speed=0)
    _, me = shop

    page, takes = text(anybody.get("/items/pension")), text(anybody.get(ONLINE))
    led = me.client.get(ONLINE.replace("/?", "/begin?"))["Location"]

    assert ("现在不受理" in page, "2027年2月1日" in page, 'href="/matters/pension/"' in page) == (True, True, True)
    assert ("现在不受理" in takes, "/matters/pension/begin?" in takes, led.startswith("/matters/pension/?")) == (
        True,
        False,
        True,
    )
    assert anybody.client.get("/when?item=pension").status_code == 200


def test_the_guide_has_all_that_is_stated_folded_away(shop: Any, anybody: Any) -> None:
    page = text(anybody.get("/items/pension"))
    folded = page[page.index('<details class="elements">') :]

    assert "实施清单全部要素" in folded
    assert ("每年2月1日至3月12日" in folded, "设定依据" in folded) == (True, False)
