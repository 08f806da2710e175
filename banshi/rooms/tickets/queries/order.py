"""Who is next – said once. `call_next`, the line, the boards and a desk's “next” all take their order from here.

A number's turn, hall-wide: those whose last moment has come (`call_by`: put first, waited too long) by that moment;
then by weighted share where the policy has weights; then by rank and id. At a window those of its preferred categories
come before others whose last moment has not come. Who may be called there: numbers kept for that window, and those of
the categories it serves – in its own zone first, where the policy calls within zones (`call_within`).

The SQL stands on three names a statement brings along: a CTE `here (hall_id, day)`, `policy (document)`, and the
parameter `now`. `may_call` and `turn_at` say about loaded rows what `MAY_CALL` and `TURN` say in SQL;
tests/rooms/tickets/test_order.py holds them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from banshi.rooms.places.statements import policy_in_force, policy_value

# The newest policy in force of the hall `here`.
_OURS = "(SELECT document FROM policy)"
POLICY_CTE = f"policy AS ({policy_in_force('(SELECT hall_id FROM here)')})"  # noqa: S608 – fragments only

# `shares (id, share)`: only where the policy has weights. The n-th waiting number of a category is called when its
# category has been called so often more: dividing by the weight merges the categories' lines as weighted calling does.
SHARES_CTES = f"""weights AS (
  SELECT e.key AS code, e.value::float8 AS weight
  FROM policy, jsonb_each_text({policy_value("tickets.weights", "policy.document")}) e
), called_today AS (
  SELECT c.id AS category_id, COALESCE(g.weight, 1) AS weight,
    (SELECT count(*) FROM tickets_ticket k WHERE k.hall_id = c.hall_id AND k.day = (SELECT day FROM here)
       AND k.category_id = c.id AND k.calls > 0) AS n
  FROM places_category c LEFT JOIN weights g ON g.code = c.code
  WHERE c.hall_id = (SELECT hall_id FROM here) AND EXISTS (SELECT 1 FROM weights)
), shares AS (
  SELECT s.id, (k.n + row_number() OVER (PARTITION BY s.category_id ORDER BY s.rank_class, s.rank_key, s.id) - 1)
    / k.weight AS share
  FROM tickets_ticket s JOIN called_today k ON k.category_id = s.category_id
  WHERE EXISTS (SELECT 1 FROM weights) AND s.state = 'waiting'
    AND s.hall_id = (SELECT hall_id FROM here) AND s.day = (SELECT day FROM here)
)"""  # noqa: S608 – fragments only

BOOKED_CTES = """booked_waiting AS (
  SELECT DISTINCT b.session_kind FROM tickets_ticket b
  WHERE b.hall_id = (SELECT hall_id FROM here) AND b.day = (SELECT day FROM here)
    AND b.state = 'waiting' AND b.kind = 'booked'
), booked_to_come AS (
  SELECT min(a.starts_at) AS starts_at FROM booking_appointment a
  WHERE a.hall_id = (SELECT hall_id FROM here) AND a.day = (SELECT day FROM here)
    AND a.business <> 'video' AND a.state = 'booked' AND a.ends_at > %(now)s
)"""

# Closures that run now: of the whole hall, of zones and the categories whose people wait there – without a zone of their
# own, where all their windows are –, of a category or item.
SHUT_CTE = """shut AS MATERIALIZED (
  SELECT c.floor_id IS NULL AND c.zone_id IS NULL AND c.category_id IS NULL AND c.item_id IS NULL AS whole,
    z.zones, c.category_id, c.item_id, c.kind,
    ARRAY(SELECT k.id FROM places_category k WHERE k.zone_id = ANY (z.zones) OR k.zone_id IS NULL AND (
      SELECT bool_and(kw.zone_id = ANY (z.zones)) FROM places_window_category kc
      JOIN places_window kw ON kw.id = kc.window_id WHERE kc.category_id = k.id)) AS categories
  FROM calendars_closure c
  CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT o.id FROM places_zone o WHERE o.id = c.zone_id OR o.floor_id = c.floor_id) AS zones) z
  WHERE c.hall_id = (SELECT hall_id FROM here) AND c.withdrawn_at IS NULL
    AND c.starts_at <= %(now)s AND c.ends_at > %(now)s
)"""

CTES = ", ".join([POLICY_CTE, SHARES_CTES, BOOKED_CTES, SHUT_CTE])

OVERDUE = "COALESCE(t.call_by <= %(now)s, false)"
OVERDUE_BY_INDEX = (
    "t.call_by IS NOT NULL AND t.call_by <= %(now)s"  # the same as a condition: not the whole line is looked at
)
BY_LAST_MOMENT = "t.call_by, t.rank_class, t.rank_key, t.id"
BY_RANK = "t.rank_class, t.rank_key, t.id"
# With LEFT JOIN shares: the whole hall's order.
TURN = f"NOT {OVERDUE}, CASE WHEN {OVERDUE} THEN t.call_by END, COALESCE(shares.share, 0), {BY_RANK}"

# Whose appointment the hall kept although it closes, and was told to come: served all the same, but not in an evacuation.
LET_IN = """(shut.kind <> 'evacuation' AND t.appointment_id IS NOT NULL
  AND EXISTS (SELECT 1 FROM booking_kept k WHERE k.appointment_id = t.appointment_id AND k.served))"""

# Stands in a line that a closure has stopped.
STOPPED = f"""EXISTS (SELECT 1 FROM shut WHERE (shut.whole OR shut.category_id = t.category_id OR shut.item_id = t.item_id
    OR t.category_id = ANY (shut.categories)) AND NOT {LET_IN})"""  # noqa: S608 – fragments only

# Not now, at whichever window: an extended session's walk-in before its booked work is done; a person at a window; what
# is closed now.
NOT_YET = f"""(
  (t.after_booked AND NOT (t.session_kind NOT IN (SELECT session_kind FROM booked_waiting)
    AND COALESCE(COALESCE(t.session_until, 'infinity') <= (SELECT starts_at FROM booked_to_come), true)))
  OR (t.person_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM tickets_ticket o WHERE o.person_id = t.person_id AND o.limit_key = t.limit_key
      AND o.state IN ('called', 'serving')))
  OR {STOPPED}
)"""  # noqa: S608 – fragments only

# What the window of `free` serves: `far` where its people wait in another zone, which is open and has a window at work
# for them.
SERVED_CTE = f"""served AS (
  SELECT wc.category_id, wc.preferred,
    {policy_value("tickets.call_within", _OURS)} = 'zone'
      AND c.zone_id IS NOT NULL AND c.zone_id <> free.zone_id
      AND NOT EXISTS (SELECT 1 FROM shut WHERE c.zone_id = ANY (shut.zones))
      AND EXISTS (SELECT 1 FROM tickets_window_session os
        JOIN places_window ow ON ow.id = os.window_id AND ow.zone_id = c.zone_id
        JOIN places_window_category oc ON oc.window_id = ow.id AND oc.category_id = wc.category_id
        WHERE os.hall_id = free.hall_id AND os.signed_out_at IS NULL
          AND os.paused_at IS NULL AND os.emergency_at IS NULL) AS far
  FROM places_window_category wc JOIN places_category c ON c.id = wc.category_id, free
  WHERE wc.window_id = free.window_id
), skipped AS (
  SELECT k.ticket_id FROM tickets_skip k JOIN tickets_ticket q ON q.id = k.ticket_id AND q.state = 'waiting'
  WHERE k.window_id = (SELECT window_id FROM free) AND q.only_window_id IS DISTINCT FROM k.window_id AND EXISTS (
    SELECT 1 FROM tickets_window_session os
    JOIN places_window ow ON ow.id = os.window_id AND NOT EXISTS (SELECT 1 FROM shut WHERE ow.zone_id = ANY (shut.zones))
    JOIN places_window_category oc ON oc.window_id = os.window_id AND oc.category_id = q.category_id
    WHERE os.hall_id = q.hall_id AND os.window_id <> k.window_id AND os.signed_out_at IS NULL
      AND os.paused_at IS NULL AND os.emergency_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM tickets_skip o WHERE o.ticket_id = q.id AND o.window_id = os.window_id))
), spill AS (
  SELECT %(now)s - make_interval(mins => {policy_value("tickets.spill_over_after", _OURS)}) AS since
)"""  # noqa: S608 – fragments only

# A ticket `t` that the window of `free` may call now.
MAY_CALL = f"""
  t.state = 'waiting' AND t.hall_id = (SELECT hall_id FROM free) AND t.day = (SELECT day FROM free)
  AND (t.only_window_id = (SELECT window_id FROM free)
    OR t.only_window_id IS NULL AND (
      t.category_id = ANY (ARRAY(SELECT category_id FROM served WHERE NOT far))
      OR t.category_id = ANY (ARRAY(SELECT category_id FROM served WHERE far))
        AND ({OVERDUE} OR COALESCE(t.waits_from, t.made_at) <= (SELECT since FROM spill))))
  AND t.id <> ALL (ARRAY(SELECT ticket_id FROM skipped))
  AND NOT EXISTS (SELECT 1 FROM shut WHERE (SELECT zone_id FROM free) = ANY (shut.zones))
  AND NOT {NOT_YET}
"""  # noqa: S608 – fragments only


class Waits(Protocol):
    """A waiting number as loaded."""

    @property
    def category(self) -> int: ...
    @property
    def only_window(self) -> int | None: ...
    @property
    def call_by(self) -> datetime | None: ...
    @property
    def waits_from(self) -> datetime: ...
    @property
    def skipped_by(self) -> Sequence[int]: ...
    @property
    def not_yet(self) -> bool: ...


@dataclass(frozen=True)
class Reach:
    """What a window may call: categories whose people wait in its own zone, in others, and those it prefers.

    `shut`: its zone is closed now, and nobody is called there.
    """

    window: int
    near: frozenset[int]
    far: frozenset[int]
    preferred: frozenset[int]
    shut: bool
    others: Mapping[int, frozenset[int]]  # category → windows at work that serve it


@dataclass(frozen=True)
class Post:
    """A window: its zone, what it serves and prefers, whether somebody works there now."""

    window: int
    zone: int
    categories: frozenset[int]
    preferred: frozenset[int]
    at_work: bool
    shut: bool

    @property
    def takes(self) -> bool:
        return self.at_work and not self.shut


def reaches(posts: Sequence[Post], zones: Mapping[int, int | None], *, within_zone: bool) -> dict[int, Reach]:
    """Of each window.

    :param zones: category → zone in which its people wait.
    :param within_zone: the policy calls within zones first.
    """
    at_work: dict[int, set[int]] = {}
    manned: set[tuple[int, int]] = set()
    for post in posts:
        for c in post.categories if post.takes else ():
            at_work.setdefault(c, set()).add(post.window)
            manned.add((post.zone, c))
    others = {c: frozenset(windows) for c, windows in at_work.items()}
    apart: dict[tuple[int, frozenset[int]], frozenset[int]] = {}  # many windows of a zone serve the same
    found = {}
    for post in posts:
        far = apart.get((post.zone, post.categories))
        if far is None:
            far = apart[post.zone, post.categories] = frozenset(
                c
                for c in post.categories
                if within_zone and (zone := zones.get(c)) is not None and zone != post.zone and (zone, c) in manned
            )
        found[post.window] = Reach(post.window, post.categories - far, far, post.preferred, post.shut, others)
    return found


def overdue(ticket: Waits, now: datetime) -> bool:
    return ticket.call_by is not None and ticket.call_by <= now


def may_call(reach: Reach, ticket: Waits, *, now: datetime, spill_over: timedelta) -> bool:
    """As MAY_CALL."""
    if ticket.not_yet or reach.shut:
        return False
    if ticket.only_window is not None:
        return ticket.only_window == reach.window
    others = reach.others.get(ticket.category, frozenset()) - {reach.window, *ticket.skipped_by}
    if reach.window in ticket.skipped_by and others:  # passed by here, as long as anybody else may take it
        return False
    if ticket.category in reach.near:
        return True
    return ticket.category in reach.far and (overdue(ticket, now) or ticket.waits_from <= now - spill_over)


Ticket = TypeVar("Ticket", bound=Waits)


def turn_at(reach: Reach, in_order: Iterable[Ticket], *, now: datetime, spill_over: timedelta) -> list[Ticket]:
    """Whom the window calls, first to last, out of the hall's order (TURN)."""
    mine = [t for t in in_order if may_call(reach, t, now=now, spill_over=spill_over)]
    if not reach.preferred:
        return mine
    return sorted(mine, key=lambda t: not overdue(t, now) and t.category not in reach.preferred)
