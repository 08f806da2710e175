"""The town at work: open 9–17 every day, its clerks at their windows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from banshi.rooms.calendars.models import CalendarVersion
from tests.town import Town


def open_town(town: Town, *, walk_ins: str = "always", kind: str = "regular", hours: str = "09:00-17:00") -> None:
    """Open both halls every day."""
    start, end = hours.split("-")
    document = {
        "rules": [
            {
                "code": "daily",
                "name": {"zh": "每日", "en": "Daily"},
                "kind": kind,
                "when": "every_day",
                "hours": [[start, end]],
                "period_minutes": 60,
                "walk_ins": walk_ins,
            }
        ]
    }
    for hall in (town.hall, town.other_hall):
        last = CalendarVersion.objects.filter(hall=hall).count()
        CalendarVersion.objects.create(
            hall=hall,
            version=last + 1,
            document=document,
            valid_from=date(2020, 1, 1),
            made_by="system",
            made_at=datetime(2020, 1, 1, tzinfo=UTC),
        )


@pytest.fixture
def open_hall(town: Town) -> Town:
    open_town(town)
    return town


@pytest.fixture
def more_staff() -> Callable[[int], Any]:
    """The i-th further clerk of the town."""
    from banshi.rooms.identity.models import Staff

    def make(i: int) -> Any:
        return Staff.objects.create(
            login=f"clerk-{i}", name_zh=f"窗口{i}", name_en=f"Window {i}", created_at=datetime(2020, 1, 1, tzinfo=UTC)
        )

    return make
