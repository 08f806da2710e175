"""What may keep a database from running, as advice to whoever runs it."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LEAST_FREE_BYTES: Final = 300 * 2**20


class PostgresTrouble(Exception):
    """The database cannot run; the message says why and what to do."""


def need_space(folder: Path, *, least: int = LEAST_FREE_BYTES) -> None:
    free = shutil.disk_usage(folder).free
    if free < least:
        raise PostgresTrouble(
            f"The disk that holds {folder} is full: {free // 2**20} MB free, at least {least // 2**20} MB are needed. "
            f"Free some space, or set BANSHI_DATA to a directory on another disk."
        )


def explain(said: str, folder: Path) -> None:
    """Raise with advice when PostgreSQL's words betray a cause a person can remove."""
    if "No space left on device" in said:
        raise PostgresTrouble(
            f"The disk that holds {folder} is full. Free some space, or set BANSHI_DATA to a directory on another disk."
        )
    if "could not bind" in said and "Address already in use" in said and os.environ.get("BANSHI_PG_PORT"):
        raise PostgresTrouble(
            f"Port {os.environ['BANSHI_PG_PORT']} (BANSHI_PG_PORT) is taken. Choose another or leave it unset."
        )
    if "invalid locale name" in said:
        raise PostgresTrouble("The locale C.UTF-8 is missing. On Debian: `apt-get install libc-bin`.")
    if "incompatible with server" in said:
        raise PostgresTrouble(
            f"The data in {folder} was written by another major version of PostgreSQL. Set BANSHI_PG_BIN to that one."
        )


@contextlib.contextmanager
def trouble_told(data: Path) -> Iterator[None]:
    """Turn what the operating system refuses into advice."""
    try:
        yield
    except OSError as error:
        where = error.filename or data
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            advice = f"The disk that holds {where} is full. Free some space, or set BANSHI_DATA to another disk."
        elif error.errno == errno.EROFS:
            advice = f"{where} is on a read-only file system. Set BANSHI_DATA to a directory that can be written to."
        elif error.errno in {errno.EACCES, errno.EPERM}:
            advice = (
                f"No permission for {where}. It may belong to another user: run as that user, "
                f"or set BANSHI_DATA to a directory of your own."
            )
        else:
            advice = f"{where}: {error.strerror or error}"
        raise PostgresTrouble(advice) from error
