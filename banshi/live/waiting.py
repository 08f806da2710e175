"""Who waits in this process for news of something."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator


class Waiting:
    """By subject, an event for each who waits: set when it moved."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def __iter__(self) -> Iterator[str]:
        """The subjects that somebody waits for."""
        return iter(list(self._waiting))

    @contextlib.contextmanager
    def of(self, subject: str) -> Iterator[asyncio.Event]:
        """What happens to it from now on is not missed."""
        news = asyncio.Event()
        self._waiting.setdefault(subject, set()).add(news)
        try:
            yield news
        finally:
            self._waiting[subject].discard(news)
            if not self._waiting[subject]:
                del self._waiting[subject]

    def moved(self, subjects: Iterable[str]) -> None:
        for subject in subjects:
            for news in self._waiting.get(subject, ()):
                news.set()
