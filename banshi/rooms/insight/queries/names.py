"""How the rows of figures are called, in which order they stand, and which halls a level is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.places.models import Category, Hall, Region, Window

Row = dict[str, Any]
Names = dict[Any, Row]
Naming = Callable[[Sequence[Hall], date, date, Names], Names]  # halls, first and last day, what was found by key
Finishing = Callable[[Row, Row], Row]  # a name and what was added up → the row with its figures
TOTAL: Row = {"key": "total", "name_zh": "合计", "name_en": "Total", "total": True}

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
CASE_CHANNELS: dict[str, tuple[str, str]] = {
    "web": ("网上", "Online"),
    "window": ("窗口", "At the window"),
    "video": ("视频", "Video"),
    "kiosk": ("自助终端", "Kiosk"),
    "phone": ("电话", "Phone"),
    "api": ("接口", "API"),
}


def _name(key: str, zh: str, en: str, **more: Any) -> Row:
    return {"key": key, "name_zh": zh, "name_en": en, **more}


def days_named(_halls: Sequence[Hall], first: date, last: date, _found: Names) -> Names:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {day: _name(day.isoformat(), f"{day.month}月{day.day}日", f"{day.day} {day:%b}") for day in days}


def hours_named(_halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    """From the first hour in which anything happened to the last."""
    if not found:
        return {}
    return {h: _name(f"{h:02d}", f"{h}–{h + 1} 时", f"{h}:00–{h + 1}:00") for h in range(min(found), max(found) + 1)}


def halls_named(halls: Sequence[Hall], _first: date, _last: date, _found: Names) -> Names:
    return {hall.code: _name(hall.code, hall.name_zh, hall.name_en) for hall in halls}


def regions_below(halls: Sequence[Hall], region: str | None) -> dict[str, str]:
    """Hall code → the region it counts in: the one right below `region` that it lies in, however deep – a street's hall counts
    in its district; that region itself for a hall of its own.

    :param region: code; None: the lowest that holds all of these halls, nothing where none does.
    """
    paths = {hall.code: hall.region.path.strip("/").split("/") for hall in halls}
    if region is None:
        top = _shared(list(paths.values())) - 1
    else:
        top = min((path.index(region) for path in paths.values()), default=0)
    return {code: path[min(top + 1, len(path) - 1)] for code, path in paths.items()}


def _shared(paths: Sequence[Sequence[str]]) -> int:
    """How many steps from the root all of them have in common."""
    return next(
        (n for n, steps in enumerate(zip(*paths, strict=False)) if len(set(steps)) > 1), min(map(len, paths), default=0)
    )


def regions_named(region: str | None, halls: Sequence[Hall], _first: date, _last: date, _found: Names) -> Names:
    """Every region in which one of the halls counts; the one that holds the others stands for its own halls alone."""
    rows = list(Region.objects.filter(code__in=set(regions_below(halls, region).values())).order_by("path"))
    named = {}
    for row in rows:
        own = any(each is not row and each.path.startswith(row.path) for each in rows)
        zh, en = (f"{row.name_zh}本级", f"{row.name_en} itself") if own else (row.name_zh, row.name_en)
        named[row.code] = _name(row.code, zh, en)
    return named


def categories_named(halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
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


def windows_named(halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    rows: QuerySet[Window] = Window.objects.order_by("hall__order", "hall__code", "code")
    several = len(halls) != 1
    if several:
        rows = rows.filter(pk__in=[key for key in found if key is not None]).select_related("hall")
    else:
        rows = rows.filter(hall=halls[0])
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


def items_named(_halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
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


def case_channels_named(_halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    order = sorted(found, key=lambda code: (-_weight(found[code]), code))
    return {code: _name(code, *CASE_CHANNELS.get(code, (code, code))) for code in order}


def channels_named(_halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    order = sorted(found, key=lambda code: (-_weight(found[code]), code or ""))
    return {code: _name(code or "none", *CHANNELS.get(code, (code, code))) for code in order}


def departments_named(_halls: Sequence[Hall], _first: date, _last: date, found: Names) -> Names:
    """Those that had cases, the busiest first."""
    rows = Department.objects.in_bulk(list(found))
    order = sorted(rows, key=lambda pk: (-_weight(found[pk]), rows[pk].code))
    return {pk: _name(rows[pk].code, rows[pk].name_zh, rows[pk].name_en) for pk in order}


def instant_named(_halls: Sequence[Hall], _first: date, _last: date, _found: Names) -> Names:
    """即办件 and 承诺件: both, also where there was none of one."""
    return {
        True: _name("instant", "即办件", "Settled on the spot"),
        False: _name("committed", "承诺件", "By a promised day"),
    }


def _weight(row: Row) -> int:
    """How much there was of it: numbers and bookings, or cases."""
    return int(sum(row.get(count, 0) for count in ("tickets", "appointments", "received", "completed")))


def _with_none(named: Names, found: Names, zh: str, en: str) -> Names:
    """Facts without such a key have a row of their own, or the rows would not add up."""
    return {**named, None: _name("none", zh, en)} if None in found else named


def levels_of(halls: Sequence[Hall]) -> tuple[list[tuple[str, str]], list[tuple[Row, str]]]:
    """The region tree above these halls.

    :returns: which hall belongs to which key – regions, halls themselves, and "" for all of them – and the rows in the order
        of the tree, each with its key.
    """
    regions = _regions_above(halls)
    pairs = [
        (hall.code, f"region:{code}")
        for hall in halls
        for code in hall.region.path.strip("/").split("/")
        if code in regions
    ]
    pairs += [(hall.code, f"hall:{hall.code}") for hall in halls] + [(hall.code, "") for hall in halls]
    top = min((region.path.count("/") for region in regions.values()), default=0)
    return pairs, list(_in_tree_order(regions, halls, top))


def rows_of(
    found: Mapping[tuple[str, Any], Row],
    namings: Mapping[str, Naming],
    finished: Finishing,
    halls: Sequence[Hall],
    first: date,
    last: date,
) -> dict[str, list[Row]]:
    """What was added up, as rows under their names.

    :param found: (by, key) → sums; ("", None) all together.
    :returns: by → a row per key and last the total; "" → the total alone.
    """
    total = finished(TOTAL, found.get(("", None), {}))
    answer: dict[str, list[Row]] = {"": [total]}
    for by, naming in namings.items():
        mine = {key: row for (of, key), row in found.items() if of == by}
        named = naming(halls, first, last, mine)
        answer[by] = [finished({**name, "total": False}, mine.get(key, {})) for key, name in named.items()] + [total]
    return answer


def rows_of_levels(
    found: Mapping[tuple[str, Any], Row], tree: Sequence[tuple[Row, str]], finished: Finishing
) -> list[Row]:
    """As `rows_of`, of the levels of `levels_of`: parents before children, and last the total."""
    rows = [finished({**name, "total": False}, found.get(("level", key), {})) for name, key in tree]
    whole = {**TOTAL, "level": "", "parent": None, "depth": 0}
    return [*rows, finished(whole, found.get(("level", ""), {}))]


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
