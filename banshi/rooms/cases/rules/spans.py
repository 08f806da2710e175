"""A limit in words, as papers and pages say it."""

from __future__ import annotations

from banshi.rooms.catalogue.rules.handling import Limit

_ZH = {"working_day": "个工作日", "day": "天", "hour": "小时", "minute": "分钟"}


def span_words(limit: Limit) -> str:
    """“5 个工作日”; "" where no limit is set. Papers are in Chinese."""
    return f"{limit.value} {_ZH[limit.unit]}" if limit.value else ""
