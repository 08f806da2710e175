"""When the video service is open, where it has hours of its own."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

LAST: Final = time(23, 59)  # who closes then closes at midnight: from 0:00 to 23:59 is day and night
NOT_NOW: Final = {"zh": "视频办现在不接听", "en": "The video service takes no calls now"}


def next_open(opens: time, closes: time, *, local: datetime) -> datetime | None:
    """None: it is open now; else when it opens next. It is open every day.

    :param local: now, in the hall's zone.
    """
    if opens <= local.time() and (local.time() < closes or closes >= LAST):
        return None
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, local.tzinfo)
