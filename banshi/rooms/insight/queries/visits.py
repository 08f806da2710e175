"""Visits, waits, handling, appointments and ratings by level; counts come from facts, so levels add up exactly.

Settled days are read from what is kept of them (kept.py), all others from their facts (facts.py); both count alike. Means and
percentiles are those of the facts of the row itself, never of other rows: times are counted in steps (rules.ENDS).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from django.db.models import QuerySet

from banshi.rooms.catalogue.models import Item
from banshi.rooms.insight import rules
from banshi.rooms.insight.queries import facts
from banshi.rooms.insight.queries.kept import kept
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
    regions and its own halls, as rows nest. One query for what is kept, one for days that are not settled, one for names.

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
    """`visits` by several things at once (no region), with one query more for each further kind of name.

    :returns: by → rows as in `visits`; "" → the total alone.
    """
    found, missing = kept(halls=halls, first=first, last=last, bys=bys)
    facts.add(found, facts.counted(missing, bys))
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
    found, missing = kept(halls=halls, first=first, last=last, pairs=pairs)
    facts.add(found, facts.counted_in(missing, pairs))
    rows = []
    top = min((region.path.count("/") for region in regions.values()), default=0)
    for name, key in _in_tree_order(regions, halls, top):
        rows.append(_finished({**name, "total": False}, found.get(("level", key), {})))
    last_row = {
        "key": "total",
        "name_zh": "合计",
        "name_en": "Total",
        "level": "",
        "parent": None,
        "depth": 0,
        "total": True,
    }
    return [*rows, _finished(last_row, found.get(("level", ""), {}))]


def _finished(name: Row, said: Row) -> Row:
    """Zeros where nothing happened, seconds rounded, shares worked out."""
    row: Row = {**name, **{count: said.get(count, 0) for count in COUNTS}}
    row["unserved"] = row["left"] + row["closed"]
    times: dict[str, float | None] = {}
    for of in ("wait", "way", "handling"):
        n = said.get(f"{of}_n", 0)
        times[f"{of}_mean_s"] = said[f"{of}_sum_s"] / n if n else None
    for of in ("wait", "handling"):
        for share in (50, 90):
            times[f"{of}_p{share}_s"] = rules.percentile(said.get(f"{of}_steps", {}), share / 100)
    row |= {time: None if (value := times[time]) is None else round(value) for time in TIMES}
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
