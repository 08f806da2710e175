"""What people typed, read one way on every surface: a value, or None where it is none; never an error.

Signs of a Chinese keyboard count as what they stand for. What only a surface can know to be wrong it says with `invalid`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils.functional import Promise

from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import YEARS, can_be_asked_for

MOST = 2_000_000_000
MOST_KEY = 2**63 - 1


def day_asked(text: str | None, default: date) -> date:
    """A day of a query string; the default where it is none."""
    found = day_or_none(text)
    return default if found is None else found


def day_or_none(text: str | None) -> date | None:
    """`2026-10-01`, within the years that calendars can work with; else None."""
    try:
        found = date.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return found if found.year in YEARS else None


def time_or_none(text: str | None) -> time | None:
    """`9:05` or `09:05`; else None."""
    cleaned = (text or "").strip().replace("：", ":")
    if len(cleaned) == 4:
        cleaned = f"0{cleaned}"
    try:
        return (
            time.fromisoformat(cleaned).replace(second=0, microsecond=0, tzinfo=None)
            if len(cleaned) in (5, 8)
            else None
        )
    except ValueError:
        return None


def moment_or_none(text: str | None) -> datetime | None:
    """`2026-10-01T09:00+08:00`, a moment with its offset in whole minutes as a page wrote it, within the years that calendars can
    work with wherever that is; else None.
    """
    try:
        found = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    offset = found.utcoffset()
    if offset is None or offset % timedelta(minutes=1):
        return None
    return found if can_be_asked_for(found) else None


def int_or_none(text: str | None, low: int = 0, high: int = MOST) -> int | None:
    """A whole number low–high; else None."""
    cleaned = (text or "").strip()
    if not cleaned.isascii() or not cleaned.removeprefix("-").isdigit() or len(cleaned) > 20:
        return None
    value = int(cleaned)
    return value if low <= value <= high else None


def ints_of(texts: Iterable[str], low: int, high: int) -> list[int]:
    """The whole numbers low–high among what was ticked; anything else is left out."""
    return [found for each in texts if (found := int_or_none(each, low, high)) is not None]


def key_or_none(text: str | None) -> int | None:
    """The key of a row, as a form or an address carries it; else None."""
    return int_or_none(text, 1, MOST_KEY)


def clean(text: str | None, most: int) -> str:
    """One line as typed, without control characters, cut to `most` characters."""
    return "".join(c for c in (text or "") if c >= " " and c != "\x7f").strip()[:most]


def lines_of(text: str | None, most: int) -> str:
    """Several lines as typed, without control characters, cut to `most` characters."""
    kept = (text or "").replace("\r\n", "\n")
    return "".join(c for c in kept if c == "\n" or (c >= " " and c != "\x7f")).strip()[:most]


def invalid(field: str, reason: str | Promise) -> Refused:
    """A refusal in the reader's language, for what only this surface can know to be wrong."""
    return Refused("invalid", facts={"field": field, "reason": str(reason)})
