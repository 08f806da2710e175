"""The day's bookings on paper (今日预约单): what a hall works by when nothing else works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from banshi.kernel.clock_words import clock_words
from banshi.rooms.booking.models import BY_VIDEO, Appointment
from banshi.rooms.booking.queries.appointments import shown_name
from banshi.rooms.booking.queries.standing import excused
from banshi.rooms.places.models import Hall
from banshi.rooms.places.queries import policy_of


@dataclass(frozen=True)
class SheetLine:
    """One appointment; times in the hall's zone. `name` as the hall's policy shows it; `last4` of the document. `excused`: it is
    closed then, and whoever is booked was told that they are not served."""

    starts_at: datetime
    ends_at: datetime
    letter: str
    item_zh: str
    item_en: str
    name: str
    persons: int
    last4: str
    code: str
    arrived: bool
    excused: bool = False

    def matter(self, language: str) -> str:
        """With what becomes of it. :param language: zh | en."""
        zh = language == "zh"
        name = self.item_zh if zh else self.item_en
        return name if not self.excused else f"{name}（那时关闭，不办）" if zh else f"{name} (closed then, not served)"


@dataclass(frozen=True)
class DaySheet:
    """Booked and arrived, by time and category. `made_at` in the hall's zone."""

    hall_zh: str
    hall_en: str
    day: date
    made_at: datetime
    lines: tuple[SheetLine, ...]


def day_sheet_count(hall: Hall, day: date) -> int:
    return _coming(hall, day).count()


def _coming(hall: Hall, day: date) -> QuerySet[Appointment]:
    """Who comes to the hall itself."""
    return Appointment.objects.filter(hall=hall, day=day, state__in=["booked", "checked_in"]).exclude(BY_VIDEO)


def day_sheet(hall: Hall, day: date, *, now: datetime) -> DaySheet:
    """Who comes on a day, as it stands now."""
    zone = ZoneInfo(hall.timezone)
    whole = policy_of(hall.pk, now=now).messages.day_sheet_names == "whole"
    rows = (
        _coming(hall, day).select_related("item", "category", "person").order_by("starts_at", "category__letter", "id")
    )
    away = excused([row.code for row in rows])
    lines = tuple(
        SheetLine(
            starts_at=row.starts_at.astimezone(zone),
            ends_at=row.ends_at.astimezone(zone),
            letter=row.category.letter,
            item_zh=row.item.name_zh,
            item_en=row.item.name_en,
            name=(row.name or row.person.name) if whole else shown_name(row),
            persons=row.persons,
            last4=row.person.number_last4,
            code=row.code,
            arrived=row.state == "checked_in",
            excused=row.code in away,
        )
        for row in rows
    )
    return DaySheet(hall.name_zh, hall.name_en, day, now.astimezone(zone), lines)


_WORDS = {
    "zh": (
        "当日预约单", "打印于", "时间", "类别", "事项", "姓名", "人数", "证件尾号", "预约号", "到", "共 {n} 个预约",
        "没有预约",
    ),
    "en": (
        "Day sheet", "printed", "Time", "Category", "Matter", "Name", "Persons", "Document ends", "Reference", "Came",
        "{n} appointments", "Nobody is booked",
    ),
}  # fmt: skip
_STYLE = SafeString(
    "body{font:14px/1.5 'PingFang SC','Noto Sans SC','Microsoft YaHei',sans-serif;margin:16px;color:#1b1f24}"
    "h1{font-size:20px;margin:0}table{border-collapse:collapse;width:100%;margin-top:12px}"
    "th,td{border:1px solid #999;padding:4px 8px;text-align:left;vertical-align:top}"
    "th{background:#eee}td{font-variant-numeric:tabular-nums}.box{width:2.5em}"
    "thead{display:table-header-group}tr{break-inside:avoid}@page{margin:12mm}"
)


def as_html(sheet: DaySheet, *, language: str) -> str:
    """A page that prints well and needs nothing else: it is a file of its own in a mailbox.

    :param language: zh | en.
    """
    title, printed, *heads, count, none = _WORDS[language]
    hall = sheet.hall_zh if language == "zh" else sheet.hall_en
    rows: Sequence[tuple[object, ...]] = [
        (
            f"{clock_words(line.starts_at)}–{clock_words(line.ends_at)}",
            line.letter,
            line.matter(language),
            line.name,
            str(line.persons) if line.persons > 1 else "",
            line.last4,
            line.code,
            "✓" if line.arrived else "",
        )
        for line in sheet.lines
    ]
    cells = SafeString("<td>{}</td>" * 7 + '<td class="box">{}</td>')
    body = (
        format_html(
            "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
            format_html_join("", "<th>{}</th>", ((head,) for head in heads)),
            format_html_join("", "<tr>" + cells + "</tr>", rows),
        )
        if rows
        else format_html("<p>{}</p>", none)
    )
    return str(
        format_html(
            '<!doctype html><html lang="{}"><meta charset="utf-8"><title>{} {}</title><style>{}</style>'
            "<h1>{} · {} · {}</h1><p>{} · {} {} {}</p>{}</html>",
            "zh-Hans" if language == "zh" else "en",
            title,
            sheet.day.isoformat(),
            _STYLE,
            title,
            hall,
            sheet.day.isoformat(),
            count.format(n=len(rows)),
            printed,
            sheet.made_at.date().isoformat(),
            clock_words(sheet.made_at),
            body,
        )
    )
