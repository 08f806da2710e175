"""Become the web server, or the worker."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import threading
from datetime import UTC
from pathlib import Path

# How long requests under way may take after SIGTERM. Open streams never end by themselves (ADR 0002).
GRACE_S = 3
# A phone that follows its ticket holds one request open: thousands of them are a normal morning.
OPEN_REQUESTS = 16_384

HEAD_BYTES = 64 * 1024  # a request's head, and what is read ahead of its body
LOG_CONFIG = (
    Path(__file__).parents[1] / "config" / "granian_log.json"
)  # until Django sets logging up, and in the parent
HEAD_MS = 20_000  # until a head is whole; also how long an idle connection is kept


def become_web_server(
    *, host: str, port: int, workers: int, access_log: bool, app: str = "banshi.config.asgi:app"
) -> None:
    """Replace this process by granian. Does not return."""
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    options = [
        *("--interface", "asgi", "--host", host, "--port", str(port), "--workers", str(workers)),
        *("--backlog", "4096", "--backpressure", str(OPEN_REQUESTS)),
        *("--http1-buffer-size", str(HEAD_BYTES), "--http1-header-read-timeout", str(HEAD_MS)),
        *("--workers-kill-timeout", str(GRACE_S), "--respawn-failed-workers", "--respawn-interval", "0.5"),
        "--access-log" if access_log else "--no-access-log",
        *(("--log-config", str(LOG_CONFIG)) if os.environ.get("BANSHI_MODE") == "production" else ()),
        app,
    ]
    sys.stdout.flush()
    os.environ.pop("BANSHI_OWNER_URL", None)  # whoever breaks in here does not find the owner's password
    os.execv(sys.executable, [sys.executable, "-m", "granian", *options])  # noqa: S606


def work_until_told() -> None:
    """Run the worker until SIGTERM or SIGINT; a second signal ends it at once, which the jobs survive."""
    from banshi.config.jobs import AT_ONCE
    from banshi.foundation.worker import run

    os.environ.pop("BANSHI_OWNER_URL", None)
    stop = threading.Event()

    def told(number: int, frame: object) -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    run(stop, concurrency=sum(AT_ONCE.values()))


def backup_name() -> str:
    from banshi.cli.ground import prepare_django

    prepare_django()
    from banshi.foundation import clock

    return f"banshi-{clock.wall().astimezone(UTC):%Y%m%dT%H%M%SZ}.dump"
