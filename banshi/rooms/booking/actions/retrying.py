"""Do it again when two changes met: a deadlock the database broke, or a row that moved between looking and locking."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError

from banshi.kernel.refusals import Refused

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 3
_MET = {"40P01", "40001"}  # deadlock detected, could not serialise: nothing of the transaction has happened


class Meanwhile(Exception):
    """What was looked up is no longer so; nothing has been written in this transaction yet."""


def met(trouble: DatabaseError | InterfaceError) -> bool:
    return getattr(trouble.__cause__, "sqlstate", None) in _MET


def again(act: Callable[P, R]) -> Callable[P, R]:
    """Try an action up to three times. It runs in a transaction (or savepoint) of its own, so nothing is done twice.

    :raises Refused: changed-meanwhile, when others were quicker three times.
    """

    @wraps(act)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in reversed(range(TRIES)):
            try:
                return act(*args, **kwargs)
            except Meanwhile as trouble:
                if not left:
                    raise Refused("changed-meanwhile") from trouble
            except OperationalError as trouble:
                if not left or not met(trouble):
                    raise
        raise AssertionError("unreachable")

    return wrapped
