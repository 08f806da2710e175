"""A hall's day as its public plans it: who walks in when, who books, how one who booked behaves. Pure, seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from banshi.crowd.dice import dice, moments, weighted
from banshi.crowd.halls import Profile
from banshi.crowd.people import Person, person

LANES = ("disabled", "pregnant", "serviceman")
# People book from early morning to late evening, most around opening and after supper (relative, per minute).
BOOKING_HOURS = ((8, 10, 1.6), (10, 12, 1.2), (12, 14, 0.9), (14, 18, 1.0), (18, 22, 1.3))
SOURCES = {"wechat": 0.5, "web": 0.15, "app": 0.2, "phone": 0.15}
PEOPLE = 1_000_000  # of a hall's area; a seed begins somewhere among them


@dataclass(frozen=True)
class Session:
    """Opening session of a day as the API tells it."""

    starts_at: datetime
    ends_at: datetime
    kind: str
    items: tuple[str, ...] | None = None

    @property
    def minutes(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds() / 60


@dataclass(frozen=True)
class Arrival:
    """Somebody who does something at a moment. `share`: 0–1; who comes when only a share of the public can."""

    at: datetime
    what: str  # walk_in | book
    number: int
    share: float


@dataclass(frozen=True)
class Citizen:
    """One person and what they will do; drawn once, from seed, hall, day and number."""

    who: Person
    category: str
    lane: str
    by_item: bool
    named: bool  # gives the document when walking in
    misses: bool  # is not there when called
    returns: bool  # comes back after having been missed
    stars: int  # 0: does not rate


def session_at(sessions: Sequence[Session], at: datetime) -> Session | None:
    return next((s for s in sessions if s.starts_at <= at < s.ends_at), None)


def open_minutes(sessions: Sequence[Session]) -> float:
    return sum(s.minutes for s in sessions)


def arrivals(profile: Profile, *, seed: int, day: date, sessions: Sequence[Session], booked: int) -> list[Arrival]:
    """Everything the public will do on a day, in order: walk-ins while the hall is open, bookings from 8 to 22.

    :param booked: visitors who come with an appointment that day; the others of an ordinary day walk in. A session that
        is short (an evening, a Saturday) draws its part of a day of seven hours.
    """
    chance = dice(seed, profile.hall, day, "arrivals")
    found: list[Arrival] = []
    pieces = [piece for s in sessions for piece in _pieces(profile, s)]
    part = min(1.0, open_minutes(sessions) / 420) if sessions else 0.0
    walking = max(0, round(profile.daily_arrivals * part) - booked)
    for at in moments(chance, pieces, walking):
        found.append(Arrival(at, "walk_in", chance.randrange(PEOPLE), chance.random()))
    midnight = sessions[0].starts_at.replace(hour=0, minute=0, second=0, microsecond=0) if sessions else None
    if midnight is not None:
        hours = [(midnight + timedelta(hours=a), midnight + timedelta(hours=b), w) for a, b, w in BOOKING_HOURS]
        lost = min(0.9, profile.no_show_rate + profile.cancel_share)
        for at in moments(chance, hours, round(profile.daily_arrivals * profile.booked_share / (1 - lost))):
            found.append(Arrival(at, "book", chance.randrange(PEOPLE), chance.random()))
    return sorted(found, key=lambda a: (a.at, a.what, a.number))


def _pieces(profile: Profile, session: Session) -> list[tuple[datetime, datetime, float]]:
    """A session cut into quarter hours with their weights; nobody takes a number in the last ten minutes."""
    found = []
    start, end = session.starts_at, session.ends_at - timedelta(minutes=10)
    while start < end:
        until = min(start + timedelta(minutes=15), end)
        found.append((start, until, profile.weight_at(start.time())))
        start = until
    return found


def citizen(profile: Profile, *, seed: int, day: date, number: int) -> Citizen:
    """Who this is and how they will behave."""
    chance = dice(seed, profile.hall, day, "citizen", number)
    first = chance.random() < profile.priority_share
    elder = first and chance.random() < 0.75
    return Citizen(
        who=person(number + seed * 104_729, hall=profile.hall, elder=elder),
        category=weighted(chance, dict(profile.arrivals_weight)) if profile.arrivals_weight else "",
        lane=("" if elder else chance.choice(LANES)) if first else "",
        by_item=chance.random() < 0.4,
        named=chance.random() < 0.8 or elder,
        misses=chance.random() < profile.missed_share,
        returns=chance.random() < 0.7,
        stars=weighted(chance, dict(profile.stars)) if chance.random() < profile.rating_share else 0,
    )


@dataclass
class Booked:
    """An appointment somebody of the crowd holds, and what they will make of it."""

    code: str
    hall: str
    item: str
    number: int
    made_on: str
    starts_at: datetime
    ends_at: datetime
    fate: str  # come | late | never | cancel | move
    come_at: datetime
    act_at: datetime | None = None  # cancel or move then
    by_id: bool = False
    done: str = ""  # checked_in | walk_in | cancelled | refused
    settled: bool = False  # counted as a no-show or not

    def kept(self) -> dict[str, Any]:
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}

    @classmethod
    def known(cls, row: dict[str, Any]) -> Booked:
        """:raises KeyError, TypeError, ValueError: not what `kept` gave."""
        times = {
            k: datetime.fromisoformat(row[k]) if row[k] else None for k in ("starts_at", "ends_at", "come_at", "act_at")
        }
        return cls(**{**row, **times})


def fate(
    profile: Profile, *, seed: int, code: str, hall: str, item: str, number: int, made_at: datetime,
    starts_at: datetime, ends_at: datetime,
) -> Booked:  # fmt: skip
    """What becomes of an appointment: come early, late or never, cancel or move before. Seeded."""
    chance = dice(seed, profile.hall, starts_at.date(), "fate", number)
    left = chance.random()
    how = "come"
    shares = (
        ("never", profile.no_show_rate),
        ("cancel", profile.cancel_share),
        ("move", 0.03),
        ("late", profile.late_share),
    )
    for name, share in shares:
        left -= share
        if left < 0:
            how = name
            break
    if how == "late":
        minutes = max(1.0, chance.gauss(*profile.late_minutes))
    else:
        minutes = -max(1.0, chance.gauss(*profile.early_minutes))
    come_at = starts_at + timedelta(minutes=minutes)
    act_at = made_at + (come_at - made_at) * chance.uniform(0.05, 0.9) if how in ("cancel", "move") else None
    if act_at is not None and not time(7) <= act_at.time() <= time(22):
        act_at = act_at.replace(hour=chance.randrange(8, 22))
        if act_at <= made_at:
            act_at = made_at + timedelta(minutes=20)
    return Booked(
        code=code, hall=hall, item=item, number=number, made_on=made_at.date().isoformat(), starts_at=starts_at,
        ends_at=ends_at, fate=how, come_at=come_at, act_at=act_at, by_id=chance.random() < 0.35,
    )  # fmt: skip
