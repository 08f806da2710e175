"""停办: from a day on nothing new of an item is begun. What runs goes on, what is booked stays, its page can still be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from banshi.kernel.refusals import Refusal
from banshi.kernel.transitions import Step, Table
from banshi.rooms.catalogue.rules.days import day_en, day_zh

RETIREMENT = Table(
    "retirement",
    states=["asked", "agreed", "asked_back", "undone"],
    ends=["undone"],
    steps={
        "agree": Step("asked", to="agreed"),
        "undo": Step("asked", "agreed", to="undone"),
        "ask_back": Step("agreed", to="asked_back"),  # 恢复办理: after its day it takes two people again
        "stay": Step("asked_back", to="agreed"),
        "put_back": Step("asked_back", to="undone"),
    },
)
LONGEST_AHEAD = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Retired:
    """An item that is, or will be, retired; `successor`: code and names of what is applied for in its stead."""

    item: str
    from_day: date
    successor: tuple[str, str, str] | None = None

    def refusal(self, day: date) -> Refusal | None:
        """Why nothing new of it is begun for this day, or None.

        :param day: of the booking, the number or the case, in the hall's zone.
        """
        if day < self.from_day:
            return None
        zh, en = f"{day_zh(self.from_day)}起停止办理", f"It is no longer handled from {day_en(self.from_day)}"
        facts: dict[str, Any] = {"item": self.item, "from": self.from_day}
        if self.successor is not None:
            code, name_zh, name_en = self.successor
            facts |= {"successor": code, "link": f"/items/{code}"}
            zh, en = f"{zh}，改办“{name_zh}”", f"{en}; apply for “{name_en}” instead"
        return Refusal("item-retired", facts | {"reason": {"zh": f"{zh}。", "en": f"{en}."}})


def retired(
    item: str, retired_on: date | None, code: str | None = None, name_zh: str | None = None, name_en: str | None = None
) -> Retired | None:
    """Made of columns; None where nobody retires it. :param code: of its successor, if it has one."""
    if retired_on is None:
        return None
    return Retired(item, retired_on, (code, name_zh or "", name_en or "") if code else None)


def day_fault(from_day: date, *, today: date) -> tuple[str, str] | None:
    """What is wrong with a day to retire from, in zh and en: people are told before, so it is to come."""
    if from_day <= today:
        return "最早从明天起", "From tomorrow at the earliest"
    if from_day > today + LONGEST_AHEAD:
        return "最多提前两年", "Two years ahead at most"
    return None
