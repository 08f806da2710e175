"""`--database-only`: the tests that speak to a database, for a second run on another PostgreSQL; rules in pure functions
give the same there.
"""

from __future__ import annotations

import pytest

FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="only tests that speak to a database")


def speaks_to_it(item: pytest.Item) -> bool:
    return item.get_closest_marker("django_db") is not None or bool(FIXTURES & set(getattr(item, "fixturenames", ())))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--database-only"):
        return
    config.hook.pytest_deselected(items=[item for item in items if not speaks_to_it(item)])
    items[:] = [item for item in items if speaks_to_it(item)]
