"""A day in the words of refusals: 2026年3月13日, 13 March 2026."""

from __future__ import annotations

from datetime import date


def day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def day_en(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
