"""One log line per API write: which request, key and operation, how it ended, how long it took. Nothing personal."""

from __future__ import annotations

import re
import secrets

import structlog

log = structlog.get_logger("banshi.api")
TRACE = "x-request-id"
USABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")
# A telephone, a document, a key of ours: whoever sends that as an id does not mean it to stand in a log.
PERSONAL = re.compile(r"(?:86)?1[3-9]\d{9}|\d{17}[\dXx]|[A-Za-z]{1,2}\d{7,10}|bs_.*", re.IGNORECASE)


def request_id_of(said: str) -> str:
    """The caller's X-Request-Id where it is usable, else a new one."""
    return said if USABLE.fullmatch(said) and not PERSONAL.fullmatch(said) else secrets.token_hex(8)


def log_write(*, request_id: str, operation: str, key: int | None, status: int, took: float) -> None:
    """:param key: id of the API key, None where none was valid. :param took: seconds."""
    log.info("write", request_id=request_id, operation=operation, key=key, status=status, ms=round(took * 1000, 1))
