from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from tests.town import TUESDAY_NINE, Town

DESK = Actor(ActorKind.STAFF, "1", "town")
LINE = Actor(ActorKind.STAFF, "2", "town")
TEXT = "三号窗口的叫号屏坏了两天"


@dataclass
class Hotline:
    """The town with a desk of the hotline."""

    town: Town

    def opened(self, text: str = TEXT, *, now: datetime = TUESDAY_NINE, **more: Any) -> Any:
        from banshi.rooms.hotline import actions

        asked = {"hall": self.town.hall, "kind": "complaint", "subject": "machines", "text": text, "phone": "13800138000",
                 "name": "李雷"}  # fmt: skip
        return actions.open_order(actions.Opening(**{**asked, **more}), by=DESK, now=now)

    def assigned(self, line: str = "department:hrss", **more: Any) -> Any:
        return self.opened(line=line, **more)

    def replied(self, text: str = "已经修好了。", *, now: datetime = TUESDAY_NINE, **more: Any) -> Any:
        from banshi.rooms.hotline import actions

        order = more.pop("order", None) or self.assigned(now=now, **more)
        return actions.reply(no=order.no, text=text, line=None, by=LINE, now=now)

    def heard(self, order: Any, said: str, *, now: datetime = TUESDAY_NINE) -> Any:
        from banshi.rooms.hotline import actions

        return actions.revisit(no=order.no, said=said, text="打过电话", by=DESK, now=now)


@pytest.fixture
def hotline(town: Town) -> Hotline:
    return Hotline(town)


@pytest.fixture
def committed_hotline(committed_town: Any) -> Hotline:
    return Hotline(committed_town)
