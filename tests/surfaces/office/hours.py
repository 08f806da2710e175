"""Opening hours for a town that has none."""

from __future__ import annotations

from typing import Any

from banshi.kernel.actors import SYSTEM
from banshi.rooms.calendars import actions as calendars
from tests.town import at

HOURS = {
    "rules": [
        {
            "code": "weekdays",
            "name": {"zh": "工作日", "en": "Working days"},
            "when": "working",
            "hours": [["09:00", "17:00"]],
        }
    ]
}


def open_on_working_days(hall: Any) -> None:
    """Nine to five on working days, from the beginning of 2025."""
    born = at("2025-01-01 00:00")
    calendars.publish(hall=hall, document=HOURS, valid_from=born.date(), by=SYSTEM, now=born, note="")
