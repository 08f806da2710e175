"""`{% load seeing %}`: numbers as the figures and the floor plan write them."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def half(value: float) -> float:
    return round(value / 2, 1)


@register.filter
def percent(share: float | None) -> str:
    """0.99936 → “99.9%”; “–” for None. Never rounds up to 100."""
    if share is None:
        return "–"
    shown = round(share * 100, 1)
    if share < 1 and shown >= 100:
        shown = 99.9
    return f"{shown:g}%"


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


def minutes_above(seconds: float) -> float:
    """The first tenth of a minute above, at least one minute."""
    return max(1.0, (seconds // 6 + 1) / 10)


@register.filter
def grouped(number: int) -> str:
    """1823 → “1,823”, as in the tables."""
    return f"{number:,}"
