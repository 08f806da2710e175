"""What rules of booking are asked about: a period, a matter, a person as they stand now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from banshi.rooms.catalogue.rules.retiring import Retired
from banshi.rooms.catalogue.rules.seasons import Seasons

_NOON = time(12)


VIDEO: Final = "video"  # the business of all places by video, whatever the matter
SOURCES = ("web", "wechat", "app", "kiosk", "phone", "video", "staff", "api")


def storable(*texts: str) -> bool:
    """Whether the database can hold these texts: no NUL, no half of a surrogate pair."""
    return all(_encodable(text) for text in texts)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def half_of(starts_at: datetime) -> str:
    """`am` or `pm` by local noon: a period that starts at 12:00 is in the afternoon. :param starts_at: local."""
    return "am" if starts_at.time() < _NOON else "pm"


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A period and its places. Moments are aware; `starts_at` and `ends_at` in the hall's zone."""

    id: int
    business: str  # cat:<code> | item:<code> | hall | video
    day: date
    half: str
    starts_at: datetime
    ends_at: datetime
    quota: int
    taken: int
    internal_quota: int = 0
    internal_taken: int = 0
    closed: bool = False
    cut_off_at: datetime | None = None
    extended_only: bool = False
    items: frozenset[str] | None = None
    channels: frozenset[str] | None = None
    carried: int = 0  # places of its time used by people booked on an earlier grid

    def free(self, *, internal: bool = False) -> int:
        """Free places, never below none: a quota may be cut below who is booked."""
        if internal:
            return max(0, self.internal_quota - self.internal_taken)
        return max(0, self.quota - self.carried - self.taken)

    @property
    def busy(self) -> float:
        """How full the period is: 0 empty, 1 full (a period without public places is full)."""
        return min(1.0, (self.taken + self.carried) / self.quota) if self.quota > 0 else 1.0


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item in a hall. `exempt`: the half-day limit does not count it [N]. `periods`: how many it takes in a row.
    `most_persons`: for how many one booking may be; each takes a place. `retired`: it is not booked from a day on.
    `seasons`: only in these; None all year."""

    code: str
    category: str
    bookable: bool = True
    extended: bool = False
    exempt: bool = False
    periods: int = 1
    most_persons: int = 1
    retired: Retired | None = None
    seasons: Seasons | None = None


@dataclass(frozen=True, slots=True)
class Barred:
    """A suspension in force; `until_on` is its last day."""

    until_on: date
    reason: str  # no_shows | cancels | manual


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """The account that books is a registered agent (代办): its own limits, and whether this person's mandate covers it."""

    live_most: int
    day_most: int
    mandated: bool
    until: date | None = None  # the mandate's last day


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What counts for one person under one limit key: the live appointment of this half day and business, one at the same
    time in any hall, live ones in all, suspension; and how many persons are to come by the account that books, if one does: a
    place each, and a kept one.
    """

    same_half_day: str | None = None  # its code
    same_half_day_starts_at: datetime | None = None
    live: int = 0
    barred: Barred | None = None
    same_time: str | None = None  # code of an appointment that overlaps
    same_time_starts_at: datetime | None = None
    account_live: int = 0
    account_in_period: int = 0
    told: bool = True  # whether the one who asks may learn which booking it is
    account_in_day: int = 0  # persons of the account on the slot's day, in its hall
    anywhere: int = 0  # live ones of the person in all halls
    agent: AgentFacts | None = None


NOBODY = PersonFacts()
