"""Where a number waits and which windows may call it: one answer for slip, kiosk, phone, boards, messages and API.

People wait in their category's zone; a category without one – or whose zone is closed, while others serve it – waits
where the first of its windows is. So does one of whose windows at work none is on that floor: nobody is told to wait on one
floor for windows on another. The windows shown are the few that may call now: at work, and in that zone where the
policy calls within zones and anybody works there; those of other zones are `beyond`, and call who has waited long.
Nobody at work: those that would be, where they are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from banshi.foundation import prepared
from banshi.foundation.windows import few
from banshi.rooms.places.statements import policy_in_force, policy_value


class Post(NamedTuple):
    """A window that serves the category."""

    window_id: int
    number: str
    zone: str
    floor_zh: str
    floor_en: str
    at_work: bool
    shut: bool = False  # its zone is closed now


class Place(NamedTuple):
    """Where to wait, and the windows that may call.

    `shut`: all of them are closed now. `floor_shut`: so is the floor.
    `moved`: its own zone is closed, its people wait on another floor.
    """

    floor_zh: str
    floor_en: str
    windows: tuple[Post, ...]
    beyond: tuple[Post, ...] = ()  # of other zones: they may call after `spill_over_after` minutes
    shut: bool = False
    floor_shut: bool = False
    moved: bool = False
    closed: frozenset[int] = frozenset()  # windows that are closed now

    @property
    def now(self) -> Place:
        """For who is in the hall: nobody is sent to a closed window, or told to wait where everybody had to go."""
        if not self.shut:
            return self
        floor = ("", "") if self.floor_shut else (self.floor_zh, self.floor_en)
        return Place(*floor, (), shut=True, floor_shut=self.floor_shut, closed=self.closed)

    @property
    def beyond_floors(self) -> list[tuple[str, str]]:
        """Other floors to which who waits long may be called."""
        known = set(self.floors)
        return [floor for floor in dict.fromkeys((p.floor_zh, p.floor_en) for p in self.beyond) if floor not in known]

    @property
    def numbers(self) -> list[str]:
        return [post.number for post in self.windows]

    @property
    def floors(self) -> list[tuple[str, str]]:
        """Where they may call to; the floor to wait on first."""
        calls = [(post.floor_zh, post.floor_en) for post in self.windows]
        own = (self.floor_zh, self.floor_en)
        return list(dict.fromkeys([own, *calls] if own in calls else calls or [own]))


class Zone(NamedTuple):
    code: str
    floor_zh: str
    floor_en: str
    shut: bool = False  # closed now


def place(posts: Sequence[Post], zone: Zone | None, *, within_zone: bool) -> Place:
    """:param posts: windows that serve the category, in order. :param zone: where its people wait."""
    home, closed = zone, frozenset(post.window_id for post in posts if post.shut)
    shut = bool(posts) and len(closed) == len(posts)
    posts = [post for post in posts if not post.shut] or posts
    if zone is not None and zone.shut and posts and not shut:
        zone = None
    ready = [post for post in posts if post.at_work] or list(posts)
    beyond: list[Post] = []
    if within_zone and zone is not None and (own := [post for post in ready if post.zone == zone.code]):
        ready, beyond = own, [post for post in ready if post.zone != zone.code]
    floors = [(post.floor_zh, post.floor_en) for post in ready]
    floor = floors[0] if floors else ("", "")
    if zone is not None and (not floors or (zone.floor_zh, zone.floor_en) in floors):
        floor = (zone.floor_zh, zone.floor_en)
    if not any(post.at_work for post in ready) and not few([post.number for post in ready]):
        ready = []
    moved = home is not None and home.shut and not shut and floor not in (("", ""), (home.floor_zh, home.floor_en))
    floor_shut = shut and (home is None or home.shut)
    return Place(*floor, tuple(ready), tuple(beyond), shut, floor_shut, moved, closed)


def shut_now(zone: str) -> str:
    """SQL: whether a closure runs at `now` over the zone of this alias."""
    return f"""EXISTS (SELECT 1 FROM calendars_closure k WHERE k.withdrawn_at IS NULL AND k.starts_at <= %(now)s
      AND k.ends_at > %(now)s AND (k.zone_id = {zone}.id OR k.floor_id = {zone}.floor_id))"""  # noqa: S608


# Categories, then windows in order with those of the categories that they serve: not a row for each pair of them.
PLACES_SQL = f"""
SELECT c.id, '' AS turn, '', cz.code, cf.label_zh, cf.label_en, {shut_now("cz")},
  {policy_value("tickets.call_within", f"({policy_in_force('c.hall_id')})")} = 'zone',
  NULL::bigint[]
FROM places_category c
LEFT JOIN places_zone cz ON cz.id = c.zone_id
LEFT JOIN places_floor cf ON cf.id = cz.floor_id
WHERE c.id = ANY (%(categories)s)
UNION ALL
SELECT w.id, w.code, w.number, z.code, f.label_zh, f.label_en, {shut_now("z")}, s.id IS NOT NULL, served.categories
FROM (
  SELECT wc.window_id, array_agg(wc.category_id) AS categories FROM places_window_category wc
  WHERE wc.category_id = ANY (%(categories)s) GROUP BY wc.window_id
) served
JOIN places_window w ON w.id = served.window_id
JOIN places_zone z ON z.id = w.zone_id
JOIN places_floor f ON f.id = z.floor_id
LEFT JOIN tickets_window_session s ON s.window_id = w.id AND s.signed_out_at IS NULL AND s.paused_at IS NULL
  AND s.emergency_at IS NULL
ORDER BY turn
"""  # noqa: S608 – fragments only


def places(categories: Iterable[int], now: datetime) -> dict[int, Place]:
    """Of each category; one query. :param now: as of which policy and closures are read."""
    posts: dict[int, list[Post]] = {}
    about: dict[int, tuple[Zone | None, bool]] = {}
    rows = prepared.rows(PLACES_SQL, {"categories": list(categories), "now": now})
    for id_, _, number, zone, zone_zh, zone_en, shut, flag, served in rows:
        if served is None:  # a category; they come before all windows
            about[id_] = (Zone(zone, zone_zh, zone_en, shut) if zone else None, flag)
            posts[id_] = []
            continue
        post = Post(id_, number, zone, zone_zh, zone_en, flag, shut)
        for category in served:
            posts[category].append(post)
    return {category: place(posts[category], zone, within_zone=within) for category, (zone, within) in about.items()}
