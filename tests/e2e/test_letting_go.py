"""A Chromium that does not end is killed, and holds nothing up."""

from __future__ import annotations

import psutil
import pytest

from tests.e2e import conftest

pytestmark = pytest.mark.browser


class Hangs:
    """A browser whose end waits for a process that ends by itself never."""

    def __init__(self, process: psutil.Process) -> None:
        self.process = process

    def close(self) -> None:
        self.process.wait(timeout=60)


def test_a_browser_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "CLOSES_S", 0.2)
    process = psutil.Popen(["/bin/sleep", "60"])
    monkeypatch.setattr(conftest, "is_browser", lambda each: each.pid == process.pid)

    conftest.let_go(Hangs(process))

    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
