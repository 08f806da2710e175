"""A night zone of the town, its door, and what the door says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.devices.actions import orders
from banshi.rooms.devices.models import Device
from banshi.rooms.places.models import SelfServiceArea
from tests.town import Town, at

NIGHT = at("2026-03-10 23:40")
MINUTE = timedelta(minutes=1)


def a_zone(town: Town, code: str = "town-zone", **more: Any) -> SelfServiceArea:
    values = {
        "hall": town.hall, "code": code, "name_zh": "河边 24 小时自助区", "name_en": "Riverside, all hours",
        "place_zh": "河边路 1 号", "place_en": "1 River Road", "all_hours": True, "most_inside": 3, "stay_minutes": 30,
        "asks": "card-or-code", **more,
    }  # fmt: skip
    area = SelfServiceArea.objects.create(**values)
    Device.objects.create(hall=area.hall, area=area, kind="door", code=f"{code}-door", name="自助区大门")
    return area


def the_door(said: str, why: str = "", now: datetime = NIGHT, area: str = "town-zone") -> None:
    """It fetches what waits for it, and says how that ended."""
    for order in orders.hand_out(device=f"{area}-door", at=now):
        orders.ended(device=f"{area}-door", order=order.id, state=said, why=why, at=now)


def open_by_day(town: Town) -> None:
    """The hall is open from Monday to Friday, 8:30–17:00."""
    rule = {
        "code": "week", "name": {"zh": "工作日", "en": "Workdays"}, "when": {"weekdays": ["mon", "tue", "wed", "thu", "fri"]},
        "hours": [["08:30", "17:00"]], "period_minutes": 60,
    }  # fmt: skip
    CalendarVersion.objects.create(
        hall=town.hall, version=1, document={"timezone": "Asia/Shanghai", "rules": [rule]}, valid_from=date(2020, 1, 1),
        made_by="system", made_at=datetime(2020, 1, 1, tzinfo=UTC),
    )  # fmt: skip
