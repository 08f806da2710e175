"""Visits, waits, handling, appointments and ratings by level; counts come from facts, so levels add up exactly.

A fact belongs to one key of a level: a visit and its rating to the hall and day of the visit, a ticket to the window it
was last at, a visit to the category, item and window of its first number. Several persons who come on one booking are one
visit; `persons` counts them, where no booking says how many came as one. Percentiles are taken from the facts of
the row itself, never from other rows. A no-show that was forgiven is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from django.db import connection
from django.db.models import QuerySet

from banshi.rooms.catalogue.models import Item
from banshi.rooms.places.models import Category, Hall, Region, Window

By = Literal["day", "hour", "hall", "category", "item", "window", "channel", "region"]
BYS: tuple[By, ...] = ("day", "hour", "hall", "category", "item", "window", "channel", "region")
COUNTS = (
    "visits", "persons", "visits_served", "tickets", "booked", "walk_in", "served", "done", "paper_missing", "advice_only",
    "refused", "held", "wasted", "one_stop", "missed", "left", "closed", "redirected",
    "open", "appointments", "checked_in", "no_shows", "cancelled", "ratings", "stars_1", "stars_2", "stars_3",
    "stars_4", "stars_5",
)  # fmt: skip
TIMES = ("wait_mean_s", "wait_p50_s", "wait_p90_s", "way_mean_s", "handling_mean_s", "handling_p50_s", "handling_p90_s")
SATISFIED = ("stars_3", "stars_4", "stars_5")  # three stars and up (mission §8)

Row = dict[str, Any]
_IN_RANGE = "{0}.hall_id = ANY(%(halls)s) AND {0}.day BETWEEN %(first)s AND %(last)s"
_TICKET_KEYS = """h.code AS hall, t.day AS day, EXTRACT(hour FROM t.made_at AT TIME ZONE h.timezone)::int AS hour,
  t.category_id AS category, t.item_id AS item, t.window_id AS "window", t.channel AS channel"""
TICKETS = f"""
SELECT {_TICKET_KEYS}, t.kind, t.state, t.misses, t.outcome, t.closed_why,
  CASE WHEN t.started_at IS NOT NULL AND t.channel <> 'paper' THEN t.wait_s END AS wait_s,
  CASE WHEN t.started_at IS NOT NULL THEN t.way_s END AS way_s,
  CASE WHEN t.state = 'finished' THEN t.handling_s END AS handling_s
FROM tickets_ticket t JOIN places_hall h ON h.id = t.hall_id WHERE {_IN_RANGE.format("t")}
"""  # noqa: S608
TICKETS_SAY = """
count(*) AS tickets, count(*) FILTER (WHERE kind = 'booked') AS booked,
count(*) FILTER (WHERE kind <> 'booked') AS walk_in,
count(*) FILTER (WHERE state = 'finished') AS served,
count(*) FILTER (WHERE outcome = 'done') AS done, count(*) FILTER (WHERE outcome = 'paper_missing') AS paper_missing,
count(*) FILTER (WHERE outcome = 'advice_only') AS advice_only,
count(*) FILTER (WHERE outcome = 'refused') AS refused,
count(*) FILTER (WHERE state = 'finished' AND closed_why = 'held') AS held, count(*) FILTER (WHERE misses > 0) AS missed,
count(*) FILTER (WHERE state = 'left') AS "left", count(*) FILTER (WHERE state = 'closed') AS closed,
count(*) FILTER (WHERE state = 'redirected') AS redirected,
count(*) FILTER (WHERE state NOT IN ('finished', 'left', 'closed', 'redirected')) AS open,
avg(wait_s) AS wait_mean_s, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY wait_s) AS wait_s,
avg(way_s) AS way_mean_s,
avg(handling_s) AS handling_mean_s, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY handling_s) AS handling_s
"""
VISITS = f"""
SELECT h.code AS hall, v.day AS day, EXTRACT(hour FROM v.arrived_at AT TIME ZONE h.timezone)::int AS hour,
  n.category, n.item, n."window", v.channel AS channel, n.started, n.paper, COALESCE(n.persons, 1) AS persons,
  n.started AND n.wasted AS wasted, n.started AND n.done AS one_stop
FROM tickets_visit v JOIN places_hall h ON h.id = v.hall_id
LEFT JOIN (
  SELECT t.visit_id, (array_agg(t.category_id ORDER BY t.id))[1] AS category,
    (array_agg(t.item_id ORDER BY t.id))[1] AS item,
    (array_agg(t.window_id ORDER BY t.id))[1] AS "window",
    bool_or(t.started_at IS NOT NULL OR t.channel = 'paper' AND t.state = 'finished') AS started,
    max(b.persons) AS persons,
    bool_and(t.channel = 'paper') AS paper, bool_and(t.came_from_id IS NOT NULL AND t.waits_from IS NULL) AS expected,
    bool_or(t.outcome IN ('paper_missing', 'refused')) AS wasted,
    bool_and(t.outcome = 'done' AND NOT EXISTS (SELECT 1 FROM tickets_transfer x WHERE x.ticket_id = t.id)) AS done
  FROM tickets_ticket t LEFT JOIN booking_appointment b ON b.id = t.appointment_id
  WHERE {_IN_RANGE.format("t")} GROUP BY t.visit_id
) n ON n.visit_id = v.id
WHERE {_IN_RANGE.format("v")} AND n.expected IS NOT TRUE
"""  # noqa: S608 – who was sent on and never arrived was not there
VISITS_SAY = """
count(*) AS visits, COALESCE(sum(persons), 0) AS persons, count(*) FILTER (WHERE started) AS visits_served,
count(*) FILTER (WHERE started AND NOT paper) AS visits_told,
count(*) FILTER (WHERE wasted) AS wasted, count(*) FILTER (WHERE one_stop) AS one_stop
"""
APPOINTMENTS = f"""
SELECT h.code AS hall, a.day AS day, EXTRACT(hour FROM a.starts_at AT TIME ZONE h.timezone)::int AS hour,
  a.category_id AS category, a.item_id AS item, t.window_id AS "window", a.source AS channel,
  CASE WHEN a.state = 'no_show' AND EXISTS (
    SELECT 1 FROM booking_ledger_entry e WHERE e.kind = 'no_show' AND e.forgiven_at IS NOT NULL
      AND (e.appointment_id = a.id OR e.visit = a.code OR e.visit <> '' AND e.visit = a.visit_group))
  THEN 'forgiven' ELSE a.state END AS state
FROM booking_appointment a JOIN places_hall h ON h.id = a.hall_id
LEFT JOIN tickets_ticket t ON t.appointment_id = a.id AND t.state NOT IN ('redirected')
WHERE {_IN_RANGE.format("a")}
"""  # noqa: S608
APPOINTMENTS_SAY = """
count(*) AS appointments, count(*) FILTER (WHERE state IN ('checked_in', 'served')) AS checked_in,
count(*) FILTER (WHERE state = 'no_show') AS no_shows, count(*) FILTER (WHERE state = 'cancelled') AS cancelled
"""
RATINGS = f"""
SELECT h.code AS hall, v.day AS day, EXTRACT(hour FROM v.arrived_at AT TIME ZONE h.timezone)::int AS hour,
  t.category_id AS category, t.item_id AS item, r.window_id AS "window", v.channel AS channel, r.stars
FROM tickets_visit v JOIN places_hall h ON h.id = v.hall_id
JOIN feedback_rating r ON r.visit_id = v.id AND NOT r.follow_up
JOIN tickets_ticket t ON t.id = r.ticket_id
WHERE {_IN_RANGE.format("v")}
"""  # noqa: S608
RATINGS_SAY = "count(*) AS ratings, " + ", ".join(
    f"count(*) FILTER (WHERE stars = {n}) AS stars_{n}" for n in range(1, 6)
)
FACTS = ((TICKETS, TICKETS_SAY), (VISITS, VISITS_SAY), (APPOINTMENTS, APPOINTMENTS_SAY), (RATINGS, RATINGS_SAY))

CHANNELS: dict[str, tuple[str, str]] = {
    "kiosk": ("取号机", "Kiosk"),
    "paper": ("纸质号", "On paper"),
    "desk": ("窗口", "At the window"),
    "staff": ("工作人员代办", "By staff"),
    "guide": ("导办", "Guide"),
    "web": ("网页", "Web"),
    "wechat": ("微信", "WeChat"),
    "app": ("应用", "App"),
    "phone": ("电话", "Phone"),
    "video": ("视频", "Video"),
    "api": ("接口", "API"),
    "office": ("管理端", "Office"),
    "screen": ("大屏", "Screen"),
}


def visits(*, halls: Sequence[Hall], first: date, last: date, by: str | None = None) -> list[Row]:
    """Figures of halls and business days first–last, both included; one row per key and last the total (`total` true).

    Every row has `key`, `name_zh`, `name_en`, the counts (COUNTS), times in whole seconds (TIMES, None without any) and
    rating shares 0–1. For every count the rows add up to the total; by region each parent is the sum of its child
    regions and its own halls, as rows nest. Four queries and one for names.

    :param by: one of BYS; None for the total alone.
    :raises ValueError: another `by`.
    """
    if by is None:
        return [figures(halls=halls, first=first, last=last, bys=())[""][-1]]
    if by not in BYS:
        raise ValueError(by)
    if by == "region":
        rows = levels(halls=halls, first=first, last=last)
        return [row for row in rows if row["total"] or row["level"] != "hall"]
    return figures(halls=halls, first=first, last=last, bys=[by])[by]


def figures(*, halls: Sequence[Hall], first: date, last: date, bys: Sequence[str]) -> dict[str, list[Row]]:
    """`visits` by several things at once (no region): each fact is read once, four queries and one per kind of name.

    :returns: by → rows as in `visits`; "" → the total alone.
    """
    found: dict[tuple[str, Any], Row] = {}
    for facts, say in FACTS:
        for mask, keys, said in _rows(_grouped(facts, say, bys), _range(halls, first, last), bys):
            grouped = next((n for n in range(len(bys)) if not mask >> (len(bys) - 1 - n) & 1), None)
            by, key = ("", None) if grouped is None else (bys[grouped], keys[grouped])
            found.setdefault((by, key), {}).update(said)
    total = _finished({"key": "total", "name_zh": "合计", "name_en": "Total", "total": True}, found.get(("", None), {}))
    answer: dict[str, list[Row]] = {"": [total]}
    for by in bys:
        mine = {key: row for (of, key), row in found.items() if of == by}
        named = _NAMES[by](halls, first, last, mine)
        answer[by] = [_finished({**name, "total": False}, mine.get(key, {})) for key, name in named.items()] + [total]
    return answer


def levels(*, halls: Sequence[Hall], first: date, last: date) -> list[Row]:
    """Figures of every region above the halls and of every hall, parents before children, and last the total.

    Each row has `level` (province, city, district, town, village, hall), `parent` (region code or None) and `depth`.
    """
    regions = _regions_above(halls)
    pairs = [
        (hall.code, f"region:{code}")
        for hall in halls
        for code in hall.region.path.strip("/").split("/")
        if code in regions
    ]
    pairs += [(hall.code, f"hall:{hall.code}") for hall in halls] + [(hall.code, "") for hall in halls]
    params = {**_range(halls, first, last), "of": [p[0] for p in pairs], "keys": [p[1] for p in pairs]}
    found: dict[str, Row] = {}
    for facts, say in FACTS:
        sql = f"""SELECT 0 AS mask, m.key, {say} FROM ({facts}) f
          JOIN unnest(%(of)s::text[], %(keys)s::text[]) AS m(hall, key) ON m.hall = f.hall GROUP BY m.key"""  # noqa: S608
        for _, keys, said in _rows(sql, params, ("key",)):
            found.setdefault(keys[0], {}).update(said)
    rows = []
    top = min((region.path.count("/") for region in regions.values()), default=0)
    for name, key in _in_tree_order(regions, halls, top):
        rows.append(_finished({**name, "total": False}, found.get(key, {})))
    last_row = {
        "key": "total",
        "name_zh": "合计",
        "name_en": "Total",
        "level": "",
        "parent": None,
        "depth": 0,
        "total": True,
    }
    return [*rows, _finished(last_row, found.get("", {}))]


# --- reading ---------------------------------------------------------------------------------------------------------


def _range(halls: Sequence[Hall], first: date, last: date) -> dict[str, Any]:
    return {"halls": [hall.pk for hall in halls], "first": first, "last": last}


def _grouped(facts: str, say: str, bys: Sequence[str]) -> str:
    """`bys` come from BYS, never from a request as they are."""
    columns = [f'f."{by}"' for by in bys]
    mask = f"GROUPING({', '.join(columns)})" if columns else "0"
    sets = ", ".join([*(f"({column})" for column in columns), "()"])
    return f"SELECT {', '.join([mask, *columns])}, {say} FROM ({facts}) f GROUP BY GROUPING SETS ({sets})"  # noqa: S608


def _rows(sql: str, params: Mapping[str, Any], bys: Sequence[str]) -> Iterable[tuple[int, list[Any], Row]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            said = dict(zip(names[1 + len(bys) :], row[1 + len(bys) :], strict=True))
            for name in ("wait", "handling"):
                if f"{name}_mean_s" in said:
                    said[f"{name}_p50_s"], said[f"{name}_p90_s"] = said.pop(f"{name}_s") or (None, None)
            yield row[0], list(row[1 : 1 + len(bys)]), said


def _finished(name: Row, said: Row) -> Row:
    """Zeros where nothing happened, seconds rounded, shares worked out."""
    row: Row = {**name, **{count: said.get(count, 0) for count in COUNTS}}
    row["unserved"] = row["left"] + row["closed"]
    for time in TIMES:
        value = said.get(time)
        row[time] = None if value is None else round(float(value))
    n = row["ratings"]
    row["rating_mean"] = round(sum(stars * row[f"stars_{stars}"] for stars in range(1, 6)) / n, 2) if n else None
    # What is told by outcome leaves out numbers of days before outcomes were kept.
    told = row["done"] + row["paper_missing"] + row["advice_only"] + row["refused"]
    row["completion_share"] = round(row["done"] / told, 5) if told else None
    ended = said.get("visits_told", 0)  # how a visit on paper ended nobody wrote down
    row["one_stop_share"] = round(row["one_stop"] / ended, 5) if ended else None
    row["satisfied_share"] = round(sum(row[stars] for stars in SATISFIED) / n, 5) if n else None
    row["five_star_share"] = round(row["stars_5"] / n, 5) if n else None
    row["rated_share"] = round(min(1.0, n / row["visits_served"]), 5) if row["visits_served"] else None
    return row


# --- names -----------------------------------------------------------------------------------------------------------

Names = dict[Any, Row]


def _name(key: str, zh: str, en: str, **more: Any) -> Row:
    return {"key": key, "name_zh": zh, "name_en": en, **more}


def _days(_halls: Sequence[Hall], first: date, last: date, _found: Names) -> Names:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {day: _name(day.isoformat(), f"{day.month}月{day.day}日", f"{day.day} {day:%b}") for day in days}


def _hours(_halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    """From the first hour in which anything happened to the last."""
    if not found:
        return {}
    return {h: _name(f"{h:02d}", f"{h}–{h + 1} 时", f"{h}:00–{h + 1}:00") for h in range(min(found), max(found) + 1)}


def _halls(halls: Sequence[Hall], _first: date, _last: date, _found: Names) -> Names:
    return {hall.code: _name(hall.code, hall.name_zh, hall.name_en) for hall in halls}


def _categories(halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    """All of a single hall, in its order; of several halls those with figures, named with their hall."""
    rows = Category.objects.select_related("hall").order_by("hall__order", "hall__code", "order", "code")
    if len(halls) == 1:
        named = {c.pk: _name(c.code, c.name_zh, c.name_en) for c in rows.filter(hall=halls[0])}
    else:
        named = {
            c.pk: _name(f"{c.hall.code}:{c.code}", f"{c.hall.name_zh} · {c.name_zh}", f"{c.hall.name_en} · {c.name_en}")
            for c in rows.filter(pk__in=[key for key in found if key is not None])
        }
    return _with_none(named, found, "未分类", "No category")


def _windows(halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    rows: QuerySet[Window] = Window.objects.select_related("hall").order_by("hall__order", "hall__code", "code")
    rows = (
        rows.filter(hall=halls[0]) if len(halls) == 1 else rows.filter(pk__in=[key for key in found if key is not None])
    )
    several = len(halls) != 1
    named = {
        w.pk: _name(
            w.code,
            f"{w.hall.name_zh} · {w.number} 号窗口" if several else f"{w.number} 号窗口",
            f"{w.hall.name_en} · Window {w.number}" if several else f"Window {w.number}",
            number=w.number,
        )
        for w in rows
    }
    return _with_none(named, found, "未到窗口", "Not called to a window")


def _items(_halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    """Most asked for first."""
    rows = {
        i.pk: i
        for i in Item.objects.filter(pk__in=[key for key in found if key is not None]).only(
            "code", "name_zh", "name_en"
        )
    }
    order = sorted(rows, key=lambda pk: (-_weight(found[pk]), rows[pk].code))
    return _with_none(
        {pk: _name(rows[pk].code, rows[pk].name_zh, rows[pk].name_en) for pk in order},
        found,
        "只选了业务类别",
        "Category only",
    )


def _channels(_halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    order = sorted(found, key=lambda code: (-_weight(found[code]), code or ""))
    return {code: _name(code or "none", *CHANNELS.get(code, (code, code))) for code in order}


def _weight(row: Row) -> int:
    return int(row.get("tickets", 0) + row.get("appointments", 0))


def _with_none(named: Names, found: Names, zh: str, en: str) -> Names:
    """Facts without such a key have a row of their own, or the rows would not add up."""
    return {**named, None: _name("none", zh, en)} if None in found else named


_NAMES: dict[str, Callable[[Sequence[Hall], date, date, Names], Names]] = {
    "day": _days,
    "hour": _hours,
    "hall": _halls,
    "category": _categories,
    "window": _windows,
    "item": _items,
    "channel": _channels,
}


def _regions_above(halls: Sequence[Hall]) -> dict[str, Region]:
    codes = {code for hall in halls for code in hall.region.path.strip("/").split("/")}
    return {region.code: region for region in Region.objects.filter(code__in=codes).order_by("path")}


def _in_tree_order(regions: Mapping[str, Region], halls: Sequence[Hall], top: int) -> Iterable[tuple[Row, str]]:
    for region in regions.values():
        depth = region.path.count("/") - top
        about = {"level": region.level, "parent": region.parent_id, "depth": depth}
        yield _name(region.code, region.name_zh, region.name_en, **about), f"region:{region.code}"
        for hall in halls:
            if hall.region_id == region.code:
                about = {"level": "hall", "parent": region.code, "depth": depth + 1}
                yield _name(hall.code, hall.name_zh, hall.name_en, **about), f"hall:{hall.code}"
