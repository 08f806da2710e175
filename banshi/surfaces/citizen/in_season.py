"""What a page says of a matter that is received in parts of the year only (受理时段): now or not, until or from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries.retiring import today
from banshi.rooms.catalogue.queries.seasons import seasons_of
from banshi.rooms.catalogue.rules.seasons import words

LAST_DAYS = timedelta(days=14)
BOOKED_AHEAD = timedelta(days=62)


@dataclass(frozen=True)
class InSeason:
    """`text`: all of its seasons. `closes`: the last day, while it is received; `soon`: that is near; `opens`: else the next."""

    text_zh: str
    text_en: str
    closes: date | None
    opens: date | None
    soon: bool = False
    far: bool = False  # no day of it can be booked yet

    @property
    def now(self) -> bool:
        return self.closes is not None

    @property
    def tone(self) -> str:
        return "info" if self.now and not self.soon else "wait"


def in_season(item: Item, *, now: datetime) -> InSeason | None:
    """None where it is received all year."""
    found, day = seasons_of(item), today(now)
    if found is None:
        return None
    zh, en = words(found.spans)
    if not found.hold(day):
        opens = found.opens(day)
        return InSeason(zh, en, None, opens, far=opens is None or opens - day > BOOKED_AHEAD)
    closes = found.closes(day)
    return InSeason(zh, en, closes, None, soon=closes - day < LAST_DAYS)
