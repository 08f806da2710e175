"""What nobody needs any more is deleted: a little often, so that no table grows for ever and no delete lasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.models import Session

from banshi.foundation import announce, answers, limits
from banshi.rooms.identity import actions as identity

A_DAY: Final = timedelta(hours=24)
EVENTS_KEPT: Final = timedelta(days=7)  # what was told to whoever watched; only the newest of a hall is asked for again
MOST: Final = 5000  # rows in one statement
ROUNDS: Final = 20  # statements for one table: the rest waits for the next time


def forget(*, now: datetime, wall: datetime) -> dict[str, int]:
    """Delete answers and counts of tries a day old, codes and sessions that have ended, events of last week.

    :param now: hall time, which events bear; :param wall: machine time, which everything else bears.
    :returns: how many rows of each.
    """
    old = wall - A_DAY
    kinds: Mapping[str, Callable[[], int]] = {
        "answers": lambda: answers.forget_old(before=wall - answers.KEPT, most=MOST),
        "tries": lambda: limits.forget_old(before=old, most=MOST),
        "codes": lambda: identity.forget_codes(before=old, most=MOST),
        "events": lambda: announce.forget_old(before=now - EVENTS_KEPT, most=MOST),
        "sessions": lambda: _forget_sessions(wall),
    }
    return {kind: _all(act) for kind, act in kinds.items()}


def _all(act: Callable[[], int]) -> int:
    total = 0
    for _ in range(ROUNDS):
        count = act()
        total += count
        if count < MOST:
            break
    return total


def _forget_sessions(wall: datetime) -> int:
    ended = Session.objects.filter(expire_date__lt=wall).order_by("expire_date").values("pk")[:MOST]
    return Session.objects.filter(pk__in=ended).delete()[0]
