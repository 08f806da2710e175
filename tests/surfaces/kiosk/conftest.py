"""The town open 8:30–17:00, the clock stopped at nine, a kiosk with a printer, and the pages of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.models import ClockSetting
from banshi.foundation.translations import compile_all
from banshi.kernel.actors import SYSTEM
from banshi.rooms.booking import actions as booking
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.rules import allowed_printers
from tests.town import TUESDAY_NINE, Town, at

compile_all()
HOURS = {
    "timezone": "Asia/Shanghai",
    "rules": [
        {
            "code": "daily",
            "name": {"zh": "每日", "en": "Daily"},
            "when": "every_day",
            "hours": [["08:30", "17:00"]],
            "period_minutes": 60,
        }
    ],
}


def stop_the_clock(at: datetime) -> None:
    ClockSetting.objects.update_or_create(id=1, defaults={"wall_at": clock.wall(), "hall_at": at, "speed": 0})
    clock.forget()


@pytest.fixture
def opened(town: Town) -> Iterator[Town]:
    """The town at nine on a Tuesday, open."""
    CalendarVersion.objects.create(
        hall=town.hall,
        version=1,
        document=HOURS,
        valid_from=date(2020, 1, 1),
        made_by="system",
        made_at=datetime(2020, 1, 1, tzinfo=UTC),
    )
    stop_the_clock(TUESDAY_NINE)
    yield town
    clock.forget()


@pytest.fixture
def set_time(opened: Town) -> Callable[[datetime], None]:
    return stop_the_clock


@pytest.fixture
def kiosk(opened: Town, tmp_path: Path, settings: Any) -> Device:
    settings.BANSHI_SPOOL = tmp_path
    settings.BANSHI_PRINTERS = allowed_printers("127.0.0.1:9")
    return Device.objects.create(
        hall=opened.hall, code="town-kiosk-1", kind="kiosk", name="一号机", printer="file:slips"
    )


@pytest.fixture
def machine() -> Client:
    """The kiosk's browser."""
    return Client(headers={"accept-language": "zh-CN"})


@pytest.fixture
def booked(opened: Town) -> Any:
    """Person 1 of the town booked today 9:15–10:15."""
    slot = opened.slot(starts=at("2026-03-10 09:15"))
    person = opened.person(1)
    return booking.place(
        slot_id=slot.id, item_code="pension", person_id=person.id, source="web", by=SYSTEM, now=at("2026-03-09 10:00")
    )
