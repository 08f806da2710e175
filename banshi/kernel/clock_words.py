"""Clock times as people read them: “9:30”, the same in every sentence, list and message. Data keeps “09:30”."""

from __future__ import annotations

from datetime import UTC, datetime, time


def clock_words(at: datetime | time) -> str:
    """“9:30”; a moment as it stands: bring it into the hall's zone first.

    :raises ValueError: a moment in Greenwich time, as the database hands it out.
    """
    if isinstance(at, datetime) and at.tzinfo is UTC:
        raise ValueError("a clock time needs the hall's zone, this moment is in UTC")
    return f"{at.hour}:{at.minute:02d}"


def hours_words(starts: datetime | time, ends: datetime | time) -> str:
    """“9:00–17:00”."""
    return f"{clock_words(starts)}–{clock_words(ends)}"
