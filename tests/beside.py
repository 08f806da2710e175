"""Tests beside each other (`-n 2`): a file stays together, and all that share the running installation do.

What takes longest begins first: the shared installation, then files with an installation of their own, then the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

OF_THEIR_OWN = ("tests/e2e/test_crash.py", "tests/e2e/test_pictures.py", "tests/e2e/test_production.py")


def group_of(nodeid: str) -> str:
    """What runs on one worker, one after the other."""
    file = nodeid.split("::")[0]
    return "e2e" if file.startswith("tests/e2e/") and file not in OF_THEIR_OWN else file


def _length(item: pytest.Item) -> int:
    if group_of(item.nodeid) == "e2e":
        return 0
    return 1 if item.get_closest_marker("browser") else 2


@pytest.hookimpl(wrapper=True)  # after pytest-django has set its own order
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    yield
    if hasattr(config, "workerinput"):
        items.sort(key=_length)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return Together(config, log)
