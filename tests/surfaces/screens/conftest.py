"""The town open 8:30–17:00 and the clock stopped at nine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.models import ClockSetting
from banshi.foundation.translations import compile_all
from banshi.rooms.calendars.models import CalendarVersion
from tests.town import TUESDAY_NINE, Town

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
def screen() -> Client:
    """A screen's browser."""
    return Client(headers={"accept-language": "zh-CN"})
