"""A server for tests: fast, forgetful, and gone with the last who needs it."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO

from banshi.foundation.postgres.binaries import find_binaries
from banshi.foundation.postgres.server import Server


def for_tests(root: Path) -> str:
    """URL of a fast, forgetful server under ``root``, one per major version, shared by all test runs going on.

    The last test run to end stops it: each holds a shared lock, which the kernel lets go even after SIGKILL.
    """
    binaries = find_binaries()
    server = Server(root / f"pg{binaries[0].major if binaries else 0}", test=True)
    server.data.mkdir(parents=True, exist_ok=True)
    users = open(server.data / "users.lock", "a")  # noqa: SIM115 - held for the life of the process
    fcntl.flock(users, fcntl.LOCK_SH)
    url = server.ensure()
    atexit.register(_stop_if_last, server, users, os.getpid())
    return url


def _stop_if_last(server: Server, users: IO[str], pid: int) -> None:
    if os.getpid() != pid:
        return
    with users, contextlib.suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        server.stop()
