"""Tests beside each other (`-n 2`): a file stays together. Those in a browser share a running installation, one a worker.

What takes longest begins first, so that nobody waits for it at the end: files of one long test, then those in a browser,
then the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

LONGEST = (
    "tests/bench/test_bench.py",
    "tests/e2e/test_crash.py",
    "tests/e2e/test_crowd.py",
    "tests/e2e/test_production.py",
)


def group_of(nodeid: str) -> str:
    """What runs on one worker, one after the other: a file."""
    return nodeid.split("::")[0]


def place_of(file: str, *, in_a_browser: bool) -> int:
    """When a file begins: the lowest first."""
    if file in LONGEST:
        return LONGEST.index(file)
    return len(LONGEST) + (0 if in_a_browser else 1)


def _place(item: pytest.Item) -> int:
    return place_of(group_of(item.nodeid), in_a_browser=item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)  # after pytest-django has set its own order
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    yield
    if hasattr(config, "workerinput"):
        items.sort(key=_place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return Together(config, log)
