"""立等可取: somebody waits in the hall for the result. When it is promised, in the hall's own hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

WAITS_IN: Final = ("received", "accepted", "in_review", "decided", "issuing")  # phases in which somebody may wait


def promised(sessions: Iterable[tuple[datetime, datetime]], *, minutes: int, now: datetime) -> datetime | None:
    """So many minutes of the hall's hours from now; what a day has not left goes on with the next. None: no hours are known.

    :param sessions: beginning and end of each, in their order, the first running or to come.
    """
    left = timedelta(minutes=minutes)
    for begins, ends in sessions:
        start = max(begins, now)
        if start + left <= ends:
            return start + left
        left -= max(timedelta(), ends - start)
    return None


def is_late(*, wait_until: datetime | None, ready: bool, now: datetime) -> bool:
    """Whether what was promised to whoever waits is not there."""
    return wait_until is not None and not ready and now > wait_until
