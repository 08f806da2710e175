"""A retired matter for whoever looks for it: its page can be read and says so, and nothing new begins there."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation import clock
from banshi.journeys.hall import retire_item
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.actions.retiring import ask_to_retire
from banshi.rooms.catalogue.models import Item
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import text
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
SECOND = Actor(ActorKind.STAFF, "2")
THAT_DAY = at("2026-03-13 09:30")


@pytest.fixture
def shop(open_town: Town) -> Any:
    return applicant(open_town)


def retire() -> None:
    row = ask_to_retire(
        item=Item.objects.get(code="pension"), from_day=THAT_DAY.date(), reason_zh="合并办理", reason_en="Merged",
        successor="medical", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    retire_item.agree(retirement_id=row.pk, by=SECOND, now=TUESDAY_NINE)
    queries.forget()


def test_before_its_day_the_page_says_so_and_leads_on_as_ever(shop: Any, anybody: Any) -> None:
    retire()

    page = text(anybody.get("/items/pension"))

    said = ("起停止办理", "合并办理", 'href="/items/medical"', 'href="/matters/pension/"')
    assert [word for word in said if word not in page] == []


def test_from_its_day_on_the_page_says_so_and_begins_nothing(shop: Any, anybody: Any) -> None:
    retire()
    clock.set_clock(now=THAT_DAY, speed=0)

    page = text(anybody.get("/items/pension"))
    found = text(anybody.get("/search?q=养老"))
    led = [anybody.client.get(path)["Location"] for path in ("/matters/pension/", "/book/pension/")]

    assert ("起已停止办理" in page, "要带什么" in page or "带什么" in page) == (True, True)
    assert ('href="/matters/pension/"' in page, 'href="/book/pension/"' in page) == (False, False)
    assert "/items/pension" not in found
    assert led == ["/items/pension", "/items/pension"]
    assert "起已停止办理" in text(anybody.get("/when?item=pension"))


def test_a_draft_says_until_when_it_can_be_sent_and_is_refused_then(shop: Any) -> None:
    matters, me = shop
    draft = matters.opened(account_id=me.account.pk, person_id=me.person.pk)
    retire()

    before = text(me.get(f"/cases/{draft.no}/"))
    clock.set_clock(now=THAT_DAY, speed=0)
    answer = me.client.post(f"/cases/{draft.no}/check/", {"sure": "1"})

    assert "起停止办理" in before
    assert answer.status_code == 409
    assert [word for word in ("这个事项停止办理了", 'href="/items/medical"') if word not in text(answer)] == []
