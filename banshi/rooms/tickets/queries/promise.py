"""What people who take a number are told of their wait, worked out together for all who take one in the same moment.

The line is read as counts, and played forward once: who waits, in the order in which they are called, and between them
those who come now. Whoever takes one a moment later, and stands at its end, goes on from there (`kept_line`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from banshi.foundation import clock
from banshi.kernel.policy import TicketPolicy
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.queries import order
from banshi.rooms.tickets.queries.kept_line import Group, KeptLine, Newcomer, Whose, kept, version_of, whose
from banshi.rooms.tickets.queries.scene import Promise, Scene, rows, scene


class _Rung(NamedTuple):
    """A place in the hall's order (`order.TURN`) at which a newcomer stands."""

    share: float
    rank_class: int
    rank_key: int


# By weighted calling, the part of the line at which a number of this rank would stand.
SHARES_SQL = f"""
WITH here AS (SELECT %(hall)s::bigint AS hall_id, %(day)s::date AS day), {order.POLICY_CTE}, {order.SHARES_CTES}
SELECT COALESCE((
  SELECT (k.n + (SELECT count(*) FROM tickets_ticket o
      WHERE o.hall_id = %(hall)s AND o.day = %(day)s AND o.state = 'waiting' AND o.category_id = k.category_id
        AND (o.rank_class, o.rank_key) <= (a.rank_class, a.rank_key))) / k.weight
  FROM called_today k WHERE k.category_id = a.category), 0)
FROM unnest(%(categories)s::bigint[], %(classes)s::int[], %(keys)s::bigint[])
  WITH ORDINALITY AS a(category, rank_class, rank_key, n) ORDER BY a.n
"""  # noqa: S608 – fragments only
# Who is called before each rung, counted. Numbers of one visit are told apart, and those of the newcomers themselves: a
# person is ahead once, and nobody is ahead of themselves. Nobody waits for whoever a closure has stopped.
BEFORE_SQL = f"""
WITH here AS (SELECT %(hall)s::bigint AS hall_id, %(day)s::date AS day), {order.POLICY_CTE}, {order.SHARES_CTES},
{order.SHUT_CTE}, rungs AS (
  SELECT * FROM unnest(%(shares)s::float8[], %(classes)s::int[], %(keys)s::bigint[])
    WITH ORDINALITY AS r(share, rank_class, rank_key, n)
), line AS (
  SELECT t.category_id, t.rank_class, t.only_window_id, COALESCE(a.persons, 1) AS persons, t.visit_id, t.person_id,
    t.limit_key, t.rank_key, {order.OVERDUE} AS overdue,
    count(*) OVER (PARTITION BY t.visit_id) > 1 OR t.person_id = ANY (%(people)s::bigint[]) AS apart,
    CASE WHEN {order.OVERDUE} THEN 1 ELSE (SELECT min(r.n) FROM rungs r
      WHERE (COALESCE(shares.share, 0), t.rank_class, t.rank_key) <= (r.share, r.rank_class, r.rank_key)) END AS rung
  FROM tickets_ticket t
  LEFT JOIN shares ON shares.id = t.id
  LEFT JOIN booking_appointment a ON a.id = t.appointment_id
  WHERE t.hall_id = %(hall)s AND t.day = %(day)s AND t.state = 'waiting' AND NOT {order.STOPPED}
)
SELECT rung, category_id, rank_class, only_window_id, persons, count(*), CASE WHEN apart THEN visit_id END,
  CASE WHEN apart THEN person_id END, CASE WHEN apart THEN limit_key END, min(rank_key), max(rank_key), overdue
FROM line WHERE rung IS NOT NULL OR %(behind)s GROUP BY 1, 2, 3, 4, 5, 7, 8, 9, 12 ORDER BY 1, 3, 2, 4, 5, 7
"""  # noqa: S608 – fragments only


def promises_for(
    *, hall_id: int, day: date, hour: int, policy: TicketPolicy, now: datetime, newcomers: Sequence[Newcomer]
) -> list[Promise]:
    """How many other people stand before each newcomer, and how long each will wait; one each, in order. Of those of the same
    rank the first stands first.

    Those before them are read as counts: their order among themselves hardly moves the newcomers' own turn.
    As many queries for a hundred as for one.
    """
    at = {"hall": hall_id, "day": day, "now": now}
    line = kept.take(hall_id)
    if line is not None and not (line.fits(day=day, hour=hour, policy=policy, now=now) and line.follow()):
        line = None
    last = [each for each in newcomers if each.comes_last] if not policy.weights else []
    if line is None and last:
        version, read_at = version_of(hall_id), clock.monotonic()
        seen = scene(hall_id=hall_id, day=day, hour=hour, policy=policy, now=now)
        line = KeptLine(seen, hall_id, day, hour, version, read_at)
        line.read(_before([_Rung(0.0, *max(each.rank for each in last))], last, at, behind=True))
    if line is None or not line.takes(newcomers):
        seen = line.seen if line else scene(hall_id=hall_id, day=day, hour=hour, policy=policy, now=now)
        return _among(seen, newcomers, at)
    first = [each for each in newcomers if not each.comes_last]
    of_first = iter(_among(line.seen, first, at) if first else [])
    for each in first:
        line.before_all(each)
    of_last = iter(line.promises(last))
    kept.keep(line)
    return [next(of_last if each.comes_last else of_first) for each in newcomers]


def _among(seen: Scene, newcomers: Sequence[Newcomer], at: dict[str, object]) -> list[Promise]:
    """Of newcomers that may stand anywhere in the line."""
    stand = _rungs(newcomers, seen.policy, at)
    rungs = sorted(set(stand))
    before = _before(rungs, newcomers, at)
    places = [rungs.index(rung) + 1 for rung in stand]
    ahead = _ahead(seen, newcomers, places, before)
    bands = _bands(seen, newcomers, places, before)
    where = [seen.place_of(each.category) for each in newcomers]
    return [Promise(*each) for each in zip(ahead, bands, where, strict=True)]


def _before(
    rungs: Sequence[_Rung], newcomers: Sequence[Newcomer], at: dict[str, object], *, behind: bool = False
) -> list[Group]:
    """:param behind: with those who stand behind the last rung."""
    found = rows(
        BEFORE_SQL,
        **at,
        shares=[rung.share for rung in rungs],
        classes=[rung.rank_class for rung in rungs],
        keys=[rung.rank_key for rung in rungs],
        people=[each.person for each in newcomers if each.person is not None],
        behind=behind,
    )
    return [Group(*row) for row in found]


def _rungs(newcomers: Sequence[Newcomer], policy: TicketPolicy, at: dict[str, object]) -> list[_Rung]:
    shares = [0.0] * len(newcomers)
    if policy.weights:
        found = rows(
            SHARES_SQL,
            **at,
            categories=[each.category for each in newcomers],
            classes=[int(each.rank.rank_class) for each in newcomers],
            keys=[each.rank.key for each in newcomers],
        )
        shares = [float(share) for (share,) in found]
    return [
        _Rung(share, int(each.rank.rank_class), each.rank.key) for share, each in zip(shares, newcomers, strict=True)
    ]


def _ahead(seen: Scene, newcomers: Sequence[Newcomer], places: Sequence[int], before: Sequence[Group]) -> list[int]:
    """Other people before each newcomer, in the categories that stand in one line with theirs."""
    alone: dict[int, list[tuple[int, int]]] = {}  # category → rung, and how many
    apart: list[tuple[int, int, Whose]] = []
    for group in before:
        if group.only_window is None and group.rung is not None:
            if group.visit is None:
                alone.setdefault(group.category, []).append((group.rung, group.many))
            else:
                apart.append((group.rung, group.category, whose(group.person, group.limit_key or "", group.visit)))

    @cache
    def singles(category: int, place: int) -> int:
        return sum(many for c in seen.neighbours[category] for rung, many in alone.get(c, ()) if rung <= place)

    found = []
    for i, (mine, place) in enumerate(zip(newcomers, places, strict=True)):
        if mine.only_window is not None:
            found.append(0)
            continue
        near = seen.neighbours[mine.category]
        others = {whose for rung, category, whose in apart if rung <= place and category in near}
        for k, (other, theirs) in enumerate(zip(newcomers, places, strict=True)):
            first = theirs < place or (theirs == place and k < i)
            if first and other.only_window is None and other.category in near:
                others.add(whose(other.person, other.limit_key, -1 - k))
        others.discard(whose(mine.person, mine.limit_key, -1 - i))
        found.append(singles(mine.category, place) + len(others))
    return found


def _bands(
    seen: Scene, newcomers: Sequence[Newcomer], places: Sequence[int], before: Sequence[Group]
) -> list[rules.Band | None]:
    """The wait of each newcomer. Lines that meet at no window are played apart."""
    found: list[rules.Band | None] = [None] * len(newcomers)
    lines: dict[frozenset[int], list[int]] = {}
    for i in sorted(range(len(newcomers)), key=lambda i: places[i]):
        lines.setdefault(seen.meeting(newcomers[i].category), []).append(i)
    for among, theirs in lines.items():
        met = [group for group in before if group.category in among]
        forecaster = seen.forecaster(sum(group.many for group in met) + len(theirs) - 1, among=among)
        passed = 0
        for i in theirs:
            while passed < len(met) and (met[passed].rung or 0) <= places[i]:
                group = met[passed]
                waiting = rules.InLine(group.category, group.rank_class, group.only_window, persons=group.persons)
                forecaster.pass_by(waiting, group.many)
                passed += 1
            mine = newcomers[i]
            spills = seen.spills_in_s(seen.now)
            found[i] = forecaster.place(rules.InLine(mine.category, mine.rank.rank_class, mine.only_window, spills))
    return found
