"""The machine's own time; nothing else here reads it. Passed in, so that tests need not wait."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class Clock:
    """Wall time for what people and the server read, monotonic seconds for waiting; a wait ends early when the program does."""

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        self.stopping.wait(seconds)
