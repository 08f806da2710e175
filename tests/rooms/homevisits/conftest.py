from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from tests.town import TUESDAY_NINE, Town, at

PLANNER = Actor(ActorKind.STAFF, "1", "town")
ADDRESS = "东莞市南城街道元美路 8 号 3 栋 501"
WEDNESDAY = date(2026, 3, 11)
AT_TEN = at("2026-03-11 10:00")


@dataclass
class Visits:
    """The town with matters that are done at home, and two clerks who go."""

    town: Town

    def __post_init__(self) -> None:
        for code in ("pension", "id-card"):
            item = self.town.items[code]
            item.home_visit = True
            item.save(update_fields=["home_visit"])

    def asking(self, **more: Any) -> Any:
        from banshi.rooms.homevisits import actions

        said = {"hall": self.town.hall, "kind": "home", "item": "pension", "name": "李雷雷", "phone": "13800138000",
                "area": "441900", "address": ADDRESS, "day": WEDNESDAY, "half": "am", "reason": "bedridden"}  # fmt: skip
        return actions.Asking(**{**said, **more})

    def asked(self, *, now: datetime = TUESDAY_NINE, **more: Any) -> Any:
        from banshi.rooms.homevisits import actions

        return actions.ask(self.asking(**more), by=PLANNER, now=now)

    def project(self, **more: Any) -> Any:
        site = {"kind": "project", "reason": "", "project": "松山湖二期", "firm": "东莞市南城糖水铺有限公司"}
        return self.asked(**{**site, **more})

    def plan(self, starts_at: datetime = AT_TEN, *, minutes: int = 40, staff: tuple[Any, ...] = ()) -> Any:
        from banshi.rooms.homevisits import actions

        return actions.Plan(starts_at, minutes, [one.pk for one in staff or (self.town.clerk,)])

    def planned(self, starts_at: datetime = AT_TEN, *, staff: tuple[Any, ...] = (), **more: Any) -> Any:
        from banshi.rooms.homevisits import actions

        visit = self.asked(**more)
        return actions.plan(no=visit.no, to=self.plan(starts_at, staff=staff), by=PLANNER, now=TUESDAY_NINE)

    def under_way(self, **more: Any) -> Any:
        from banshi.rooms.homevisits import actions

        return actions.set_off(no=self.planned(**more).no, by=PLANNER, now=AT_TEN)


@pytest.fixture
def visits(town: Town) -> Visits:
    return Visits(town)


@pytest.fixture
def committed_visits(committed_town: Any) -> Visits:
    return Visits(committed_town)
