"""Where a number waits and which windows may call it: one answer for slip, kiosk, phone, boards, messages and API.

People wait in their category's zone; a category without one waits where the first of its windows is. The windows shown
are the few that may call now: at work, and in that zone where the policy calls within zones and anybody works there.
Nobody at work: those that would be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection


class Post(NamedTuple):
    """A window that serves the category."""

    window_id: int
    number: str
    zone: str
    floor_zh: str
    floor_en: str
    at_work: bool


class Place(NamedTuple):
    """Where to wait, and the windows that may call."""

    floor_zh: str
    floor_en: str
    windows: tuple[Post, ...]

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


def place(posts: Sequence[Post], zone: Zone | None, *, within_zone: bool) -> Place:
    """:param posts: windows that serve the category, in order. :param zone: where its people wait."""
    ready = [post for post in posts if post.at_work] or list(posts)
    if within_zone and zone is not None:
        ready = [post for post in ready if post.zone == zone.code] or ready
    if zone is not None:
        return Place(zone.floor_zh, zone.floor_en, tuple(ready))
    first = ready[0] if ready else None
    return Place(first.floor_zh if first else "", first.floor_en if first else "", tuple(ready))


PLACES_SQL = """
SELECT c.id, cz.code, cf.label_zh, cf.label_en,
  COALESCE((SELECT p.document #>> '{tickets,call_within}' FROM places_policy_version p
    WHERE p.hall_id = c.hall_id AND p.valid_from <= %(now)s ORDER BY p.version DESC LIMIT 1), 'hall') = 'zone',
  w.id, w.number, z.code, f.label_zh, f.label_en, s.id IS NOT NULL
FROM places_category c
LEFT JOIN places_zone cz ON cz.id = c.zone_id
LEFT JOIN places_floor cf ON cf.id = cz.floor_id
LEFT JOIN places_window_category wc ON wc.category_id = c.id
LEFT JOIN places_window w ON w.id = wc.window_id
LEFT JOIN places_zone z ON z.id = w.zone_id
LEFT JOIN places_floor f ON f.id = z.floor_id
LEFT JOIN tickets_window_session s ON s.window_id = w.id AND s.signed_out_at IS NULL AND s.paused_at IS NULL
  AND s.emergency_at IS NULL
WHERE c.id = ANY (%(categories)s) ORDER BY w.code
"""


def places(categories: Iterable[int], now: datetime) -> dict[int, Place]:
    """Of each category; one query. :param now: as of which the policy is read."""
    posts: dict[int, list[Post]] = {}
    about: dict[int, tuple[Zone | None, bool]] = {}
    with connection.cursor() as cursor:
        cursor.execute(PLACES_SQL, {"categories": list(categories), "now": now})
        for category, zone, zone_zh, zone_en, within, *post in cursor.fetchall():
            about[category] = (Zone(zone, zone_zh, zone_en) if zone else None, within)
            of = posts.setdefault(category, [])
            if post[0] is not None:
                of.append(Post(*post))
    return {category: place(posts[category], zone, within_zone=within) for category, (zone, within) in about.items()}
