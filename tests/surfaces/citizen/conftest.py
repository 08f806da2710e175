"""The town with opening hours and a stopped clock, and two citizens' browsers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.models import ClockSetting
from banshi.foundation.translations import compile_all
from banshi.rooms.identity.actions import add_to_account
from banshi.rooms.identity.models import Account
from tests.town import TUESDAY_NINE, Town

compile_all()

HOURS = {
    "timezone": "Asia/Shanghai",
    "rules": [
        {
            "code": "weekdays",
            "name": {"zh": "工作日服务", "en": "Working days"},
            "when": {"weekdays": ["mon", "tue", "wed", "thu", "fri"]},
            "hours": [["08:30", "11:30"], ["14:00", "17:00"]],
            "period_minutes": 60,
        }
    ],
}


def stop_the_clock(at: datetime = TUESDAY_NINE) -> None:
    ClockSetting.objects.update_or_create(id=1, defaults={"wall_at": clock.wall(), "hall_at": at, "speed": 0})
    clock.forget()


def give_hours(hall: Any) -> None:
    from banshi.rooms.calendars.models import CalendarVersion

    CalendarVersion.objects.create(
        hall=hall,
        version=1,
        document=HOURS,
        valid_from=date(2020, 1, 1),
        made_by="system",
        made_at=datetime(2020, 1, 1, tzinfo=UTC),
    )


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    clock.forget()
    yield
    clock.forget()


@pytest.fixture
def open_town(town: Town) -> Town:
    """Both halls open on weekdays; it is nine on a Tuesday."""
    stop_the_clock()
    give_hours(town.hall)
    give_hours(town.other_hall)
    return town


@dataclass
class Phone:
    """A citizen's browser. `person`: whom the account books for; None on a phone that is not signed in."""

    client: Client
    account: Any = None
    person: Any = None

    def get(self, path: str, **data: Any) -> Any:
        return self.client.get(path, data)

    def part(self, path: str, **data: Any) -> Any:
        """As HTMX asks."""
        return self.client.get(path, data, headers={"HX-Request": "true"})

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data)


_HANDLER = Client().handler  # loads the middleware once; a handler knows nothing of its client


def browser() -> Client:
    client = Client(raise_request_exception=False)
    client.handler = _HANDLER
    return client


def sign_in(town: Town, i: int) -> Phone:
    person = town.person(i)
    account = Account.objects.create(phone=f"+861390000{i:04d}", phone_index=f"index-{i}", created_at=TUESDAY_NINE)
    add_to_account(account_id=account.pk, person_id=person.pk, name=person.name, now=TUESDAY_NINE)
    client = browser()
    session = client.session
    session["account"] = account.pk
    session.save()
    return Phone(client, account, person)


@pytest.fixture
def anybody(open_town: Town) -> Phone:
    return Phone(browser())


@pytest.fixture
def mine(open_town: Town) -> Phone:
    return sign_in(open_town, 1)


@pytest.fixture
def theirs(open_town: Town) -> Phone:
    return sign_in(open_town, 2)


def book(phone: Phone, slot: Any, item: str = "pension") -> Any:
    """An appointment of the phone's own person."""
    from banshi.kernel.actors import Actor, ActorKind
    from banshi.rooms.booking import actions

    return actions.place(
        slot_id=slot.pk,
        item_code=item,
        person_id=phone.person.pk,
        source="web",
        by=Actor(ActorKind.CITIZEN, str(phone.account.pk)),
        now=TUESDAY_NINE,
        account_id=phone.account.pk,
    )


def text(response: Any) -> str:
    return str(response.content.decode())


def book_two(phone: Phone, slot: Any) -> list[Any]:
    """Pension and ID card, lines of their own, in one visit of the phone's own person; `slot`: of the pension."""
    from banshi.kernel.actors import Actor, ActorKind
    from banshi.rooms.booking import actions

    return actions.place_several(
        slot_id=slot.pk, item_codes=["pension", "id-card"], person_id=phone.person.pk, source="web",
        by=Actor(ActorKind.CITIZEN, str(phone.account.pk)), now=TUESDAY_NINE, account_id=phone.account.pk,
        contact="+8613800138000",
    )  # fmt: skip


@pytest.fixture
def visit(mine: Phone, open_town: Town) -> list[Any]:
    """Two matters tomorrow at nine."""
    open_town.slot(quota=3, business="cat:B")
    return book_two(mine, open_town.slot(quota=3))
