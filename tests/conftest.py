"""Fixtures for all tests: the small town of fixed people. The environment is set in tests/environment.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import *  # noqa: F403 – fixtures


@pytest.fixture(scope="session", autouse=True)
def _chinese() -> Any:
    """Compile the translations: tests read pages as people do."""
    from banshi.foundation.translations import compile_all

    compile_all()


@pytest.fixture(autouse=True)
def _fresh_catalogue() -> None:
    """Each test has its own catalogue; none remembers another's."""
    from banshi.rooms.catalogue import queries

    queries.forget()
