"""The line of a hall as whoever took a number last left it, kept for a moment. Whoever takes one within it reads what happened
since and stands behind: the hall is not read again, its line not counted and played again.

It is kept only while nothing happened but new numbers. What changes without an event – a closure that begins, a time
that is booked –, and what was announced before but committed after what has been read, is seen a moment later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import NamedTuple

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.kernel.policy import TicketPolicy
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.queries.scene import Promise, Scene, rows

MOMENT_S = 1.0

# What happened in the hall since. A number that was given, and nothing else since, is one more in the line.
SINCE_SQL = """
SELECT e.id, t.id, t.category_id, t.rank_class, t.rank_key, t.only_window_id,
  t.id > %(newest)s AND t.state = 'waiting' AND t.calls = 0 AND t.misses = 0 AND t.channel <> 'desk'
  AND t.appointment_id IS NULL AND t.late_for_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM tickets_ticket o WHERE o.visit_id = t.visit_id AND o.id <> t.id AND o.state = 'waiting')
FROM foundation_event e
LEFT JOIN tickets_ticket t ON e.topic = 'line' AND t.ref = e.subject AND t.hall_id = %(hall)s AND t.day = %(day)s
WHERE e.hall = (SELECT code FROM places_hall WHERE id = %(hall)s) AND e.id > %(version)s ORDER BY e.id
"""
VERSION_SQL = """
SELECT COALESCE(max(id), 0) FROM foundation_event WHERE hall = (SELECT code FROM places_hall WHERE id = %(hall)s)
"""
NEWEST_SQL = "SELECT COALESCE(max(id), 0) FROM tickets_ticket"
IN_LINE_SQL = """
SELECT 1 FROM tickets_ticket
WHERE hall_id = %(hall)s AND day = %(day)s AND state = 'waiting' AND person_id = ANY (%(people)s::bigint[]) LIMIT 1
"""

Whose = tuple[str, int, str]


@dataclass(frozen=True)
class Newcomer:
    """Somebody about to stand in line. `person`, `limit_key`: whose other numbers are nobody before them."""

    category: int
    rank: rules.Rank
    only_window: int | None = None
    person: int | None = None
    limit_key: str = ""

    @property
    def comes_last(self) -> bool:
        """Whether nothing but the moment at which they came says where they stand."""
        return self.rank.rank_class == rules.RankClass.WALK_IN and self.only_window is None


class Group(NamedTuple):
    """Waiting numbers between two rungs, `many` alike. `visit`, `person`, `limit_key`: of those that are told apart."""

    rung: int | None  # the first before which they are called, from 1; None: behind all
    category: int
    rank_class: int
    only_window: int | None
    persons: int
    many: int
    visit: int | None
    person: int | None
    limit_key: str | None
    first: int  # keys of the ranks
    last: int
    overdue: bool


def whose(person: int | None, limit_key: str, else_: int) -> Whose:
    return ("person", person, limit_key) if person is not None else ("visit", else_, "")


class _News(NamedTuple):
    event: int
    ticket: int | None
    category: int
    rank_class: int
    rank_key: int
    only_window: int | None
    arrived: bool | None  # a number given since, and nothing else


@dataclass
class KeptLine:
    """A hall and its line, and all who have stood at its end since it was read.

    :ivar version: newest event that is in it. :ivar read_at: monotonic seconds.
    :ivar newest: the newest number there was when the line had been read. One that was given while it was read may be in it
        already: it is none of those that stand behind it, and the hall is read anew.
    :ivar end: key of the last walk-in in line. :ivar beyond: of the first that stands behind whoever comes now.
    """

    seen: Scene
    hall: int
    day: date
    hour: int
    version: int
    read_at: float
    newest: int = 0
    end: int = 0
    beyond: int | None = None
    _line: list[tuple[rules.InLine, int]] = field(default_factory=list)
    _alone: Counter[int] = field(default_factory=Counter)  # people by category
    _apart: dict[int, set[Whose]] = field(default_factory=dict)
    _played: dict[frozenset[int], rules.Forecaster] = field(default_factory=dict)
    # Category and rank of those of whom no event told yet.
    _placed: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    _heard: set[int] = field(default_factory=set)  # numbers whose event was

    def read(self, before: Iterable[Group]) -> None:
        """:param before: who waits, in order."""
        for group in before:
            walks_in = group.rank_class == rules.RankClass.WALK_IN and not group.overdue
            if group.rung is None:
                if walks_in:
                    self.beyond = group.first if self.beyond is None else min(group.first, self.beyond)
                continue
            if walks_in:
                self.end = max(self.end, group.last)
            waits = rules.InLine(group.category, group.rank_class, group.only_window, persons=group.persons)
            self._line.append((waits, group.many))
            if group.only_window is None and group.visit is None:
                self._alone[group.category] += group.many
            elif group.only_window is None:
                theirs = whose(group.person, group.limit_key or "", group.visit or 0)
                self._apart.setdefault(group.category, set()).add(theirs)
        self.newest = int(rows(NEWEST_SQL)[0][0])  # in a statement after the line's

    def fits(self, *, day: date, hour: int, policy: TicketPolicy, now: datetime) -> bool:
        """Whether it was read a moment ago, for the same question."""
        moment = 0 <= (now - self.seen.now).total_seconds() <= MOMENT_S
        same = (self.day, self.hour) == (day, hour) and self.seen.policy == policy
        return moment and same and clock.monotonic() - self.read_at <= MOMENT_S

    def follow(self) -> bool:
        """Take in what happened since; False where that was more than numbers given."""
        at = {"hall": self.hall, "day": self.day, "version": self.version, "newest": self.newest}
        for each in map(_News._make, rows(SINCE_SQL, **at)):
            if not each.arrived or each.ticket is None or each.ticket in self._heard:
                return False
            self._heard.add(each.ticket)
            known = (each.category, each.rank_class, each.rank_key)
            if self._placed[known] > 0:
                self._placed[known] -= 1
            elif each.rank_class == rules.RankClass.WALK_IN and self._elsewhere(each.rank_key):
                return False
            else:
                self._stands(each.category, rules.Rank(each.rank_class, each.rank_key), each.only_window, play=True)
            self.version = each.event
        return not +self._placed  # nobody was refused a place after all

    def takes(self, newcomers: Sequence[Newcomer]) -> bool:
        """Whether nobody of them is in it already, and those who come last stand at its end."""
        if any(self._elsewhere(each.rank.key) for each in newcomers if each.comes_last):
            return False
        people = [each.person for each in newcomers if each.person is not None]
        return not (people and rows(IN_LINE_SQL, hall=self.hall, day=self.day, people=people))

    def _elsewhere(self, key: int) -> bool:
        """Whether a walk-in of this key does not stand at the end. Of those who come in the same moment either may be first."""
        return key < self.end - MOMENT_S * 1000 or (self.beyond is not None and key >= self.beyond)

    def before_all(self, newcomer: Newcomer) -> None:
        """Somebody who does not come last stands in it from now on: in which place is nothing to those who do."""
        self._stands(newcomer.category, newcomer.rank, newcomer.only_window, play=True)
        self._placed[newcomer.category, *newcomer.rank] += 1

    def promises(self, newcomers: Sequence[Newcomer]) -> list[Promise]:
        """What each is told, one after the other; they stand at its end from now on."""
        return [self._promise(each) for each in newcomers]

    def _promise(self, mine: Newcomer) -> Promise:
        seen = self.seen
        near = seen.neighbours[mine.category]
        apart = set[Whose]().union(*(self._apart.get(category, ()) for category in near))
        ahead = sum(self._alone[category] for category in near) + len(apart)
        spills = seen.spills_in_s(seen.now)
        band = self._playing(mine.category).place(rules.InLine(mine.category, mine.rank.rank_class, None, spills))
        self._stands(mine.category, mine.rank, None, play=False)
        self._placed[mine.category, *mine.rank] += 1
        return Promise(ahead, band, seen.place_of(mine.category))

    def _stands(self, category: int, rank: rules.Rank, only_window: int | None, *, play: bool) -> None:
        waits = rules.InLine(category, rank.rank_class, only_window)
        self._line.append((waits, 1))
        if only_window is None:
            self._alone[category] += 1
        if rank.rank_class == rules.RankClass.WALK_IN:
            self.end = max(self.end, rank.key)
        forecaster = self._played.get(self.seen.meeting(category))
        if play and forecaster is not None:
            forecaster.pass_by(waits)

    def _playing(self, category: int) -> rules.Forecaster:
        """The line of all that meet this category, played to its end."""
        among = self.seen.meeting(category)
        found = self._played.get(among)
        if found is None:
            met = [(waits, many) for waits, many in self._line if waits.category in among]
            found = self._played[among] = self.seen.forecaster(sum(many for _, many in met), among=among)
            for waits, many in met:
                found.pass_by(waits, many)
        return found


class _Kept:
    """Of each hall; whoever works with one has it alone."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_hall: dict[int, KeptLine] = {}

    def take(self, hall: int) -> KeptLine | None:
        with self._lock:
            return self._by_hall.pop(hall, None)

    def keep(self, line: KeptLine) -> None:
        with self._lock:
            self._by_hall[line.hall] = line

    def forget(self) -> None:
        with self._lock:
            self._by_hall.clear()


kept = _Kept()
forgettable(kept.forget)


def version_of(hall: int) -> int:
    """Newest event of the hall, to be read before anything else of it: what is announced meanwhile is looked at again."""
    return int(rows(VERSION_SQL, hall=hall)[0][0])
