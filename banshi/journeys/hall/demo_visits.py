"""A demo's home visits: generated people who cannot come, and a project; two of them planned for who goes."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from banshi.kernel.actors import SYSTEM
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.homevisits import actions
from banshi.rooms.homevisits import queries as visits
from banshi.rooms.identity.models import Staff
from banshi.rooms.places.models import Hall

# Name, why they cannot come ("" of a project), street and number, half day. Nobody's: all are made up.
PEOPLE = (
    ("王桂英", "bedridden", "育才路 12 号 201", "am"), ("李建华", "aged", "新河街 3 号 5 栋 101", "am"),
    ("周玉梅", "disabled", "东兴路 88 号 1203", "pm"), ("林敏", "pregnant", "莞龙路 6 号 702", "pm"),
    ("何磊", "", "科技路 1 号施工现场", "am"),
)  # fmt: skip
PROJECT, FIRM = "智能装备产业园二期", "东莞市东江装备制造有限公司"
PLANNED = ((time(9, 30), 0), (time(10, 45), 1))  # when, and whose of them


def sow(hall: Hall, goers: list[Staff], *, now: datetime) -> None:
    """For the next working day. A hall that does nothing at home, or whose city has no towns, has none."""
    rows = HallItem.objects.filter(hall=hall, item__home_visit=True).select_related("item").order_by("item__code")
    items = [row.item for row in rows[:3]]
    towns = list(visits.areas([hall]).exclude(level="city")) or list(visits.areas([hall]))
    if not items or not towns:
        return
    zone = ZoneInfo(hall.timezone)
    day = calendars.work_calendar().next_working_day(now.astimezone(zone).date())
    numbers = []
    for nth, (name, reason, street, half) in enumerate(PEOPLE):
        town = towns[nth % len(towns)]
        asking = actions.Asking(
            hall=hall, kind="home" if reason else "project", item=items[nth % len(items)].code, name=name,
            phone=f"139{(hall.pk * 100 + nth) % 10**8:08d}", area=town.code, address=f"{town.name_zh}{street}", day=day,
            half=half, reason=reason,
            project="" if reason else PROJECT, firm="" if reason else FIRM, origin="staff",
        )  # fmt: skip
        numbers.append(actions.ask(asking, by=SYSTEM, now=now).no)
    for at, whose in PLANNED if goers else ():
        plan = actions.Plan(datetime.combine(day, at, zone), 40, [goers[0].pk])
        actions.plan(no=numbers[whose], to=plan, by=SYSTEM, now=now)
