"""`{% load seeing %}`: numbers as the figures and the floor plan write them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import chain, repeat
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from banshi.frames.staff.exports import Column, written
from banshi.frames.staff.figures import minutes_above, percent

register = template.Library()
register.filter(percent)


@register.filter
def half(value: float) -> float:
    return round(value / 2, 1)


@register.filter
def words(text: str) -> list[str]:
    """A fixed list written in a template."""
    return text.split()


@register.filter
def of(table: dict[Any, Any], key: Any) -> Any:
    return table.get(key)


@register.filter
def minutes(seconds: float | None) -> str:
    """Seconds → minutes with one decimal, “11.5”; “–” for None."""
    return "–" if seconds is None else f"{seconds / 60:.1f}"


@register.filter
def below_minutes(seconds: float | None) -> str:
    """What a share of people stayed below, in minutes with one decimal: rounded up, at least one."""
    return "–" if seconds is None else f"{minutes_above(seconds):g}"


@register.filter
def grouped(number: int) -> str:
    """1823 → “1,823”, as in the tables."""
    return f"{number:,}"


@register.filter
def in_days(days: float | None) -> str:
    """“12”, “12.5”; “–” for None."""
    return written(days, "days")


@register.filter
def in_hundredths(mean: float | None) -> str:
    """“1.25”; “–” for None."""
    return written(mean, "score")


@register.filter
def table_rows(body: Sequence[Sequence[tuple[Column, str]]], hrefs: Sequence[str] = ()) -> SafeString:
    """The rows of a table of figures, the first cell of each its head. In one piece: a hall's page has thousands of cells, and a
    node of a template costs more than a cell.

    :param hrefs: where the head of each row leads, "" = nowhere; of as many rows from the first.
    """
    rows = []
    for row, href in zip(body, chain(hrefs, repeat("")), strict=False):
        (_, head), *cells = row
        numbers = "".join(f'<td class="num">{escape(str(text))}</td>' for _, text in cells)
        said = escape(str(head))
        name = f'<a href="{escape(href)}">{said}</a>' if href else said
        rows.append(f'<tr><th scope="row">{name}</th>{numbers}</tr>')
    return mark_safe("".join(rows))  # noqa: S308 – every text is escaped above
