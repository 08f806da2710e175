"""What an exception nobody caught means for the one who asked: the database is away, busy, or the input cannot be."""

from __future__ import annotations

from django.db import DataError, Error, InterfaceError, OperationalError

# A lock held too long, a deadlock, a serialisation failure, a statement that ran out of time: try again.
BUSY = frozenset({"55P03", "40P01", "40001", "57014"})
AWAY = ("08", "53", "57P")
HELD = "55P03"  # a lock that somebody held for longer than lock_timeout


def held(trouble: BaseException) -> bool:
    """Whether somebody else kept a lock for too long. Nothing of the transaction has happened."""
    return isinstance(trouble, OperationalError) and getattr(trouble.__cause__, "sqlstate", None) == HELD


def slug_of(trouble: BaseException) -> str:
    """`unavailable`, `busy`, `bad-request` or `broken`: slugs of answers.HTTP_PROBLEMS."""
    if isinstance(trouble, DataError) or _cannot_be_text(trouble):
        return "bad-request"
    if not isinstance(trouble, Error):
        return "broken"
    state = getattr(trouble.__cause__, "sqlstate", None)
    if state in BUSY:
        return "busy"
    lost = isinstance(trouble, (OperationalError, InterfaceError)) and state is None
    return "unavailable" if lost or (state is not None and state.startswith(AWAY)) else "broken"


def _cannot_be_text(trouble: BaseException) -> bool:
    """NUL and lone surrogates, which PostgreSQL's text does not hold."""
    if isinstance(trouble, UnicodeEncodeError):
        return True
    return isinstance(trouble, ValueError) and "NUL (0x00)" in str(trouble)
