"""Fixtures for all tests: the small town of fixed people. The environment is set in tests/environment.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import *  # noqa: F403 – fixtures


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Threads that tests started (gatherers, streams) may still hold connections when the database is dropped."""
    yield
    with django_db_blocker.unblock():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _fresh_catalogue() -> None:
    """Each test has its own catalogue; none remembers another's."""
    from banshi.rooms.catalogue import queries
    from banshi.rooms.insight.queries import often

    queries.forget()
    often.forget()
