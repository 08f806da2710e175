"""Fixtures for all tests: fresh ground, and the small town of fixed people. The environment is set in tests/environment.py."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings

from banshi.foundation import clock
from banshi.foundation.memory import forget_everything
from tests.asgi import close_lanes
from tests.emptying import empty_quickly
from tests.remembered import count_apart
from tests.tables import leave_uncounted, tables
from tests.town import *  # noqa: F403 – fixtures
from tests.town import TOWN

# How quickly an example is drawn or tried says how busy the machine is, not whether the rule holds.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The test database is a copy of one that has all tables."""
    connection.settings_dict["TEST"].update(TEMPLATE=tables(os.environ["DATABASE_URL"]), MIGRATE=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Tests with committed data empty every table behind them; a real trail refuses that (tests/rooms/audit).

    Threads that tests started (gatherers, streams) may still hold connections when the database is dropped.
    """
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_is_not_emptied")
            cursor.execute("ALTER TABLE audit_seal DISABLE TRIGGER audit_seal_is_not_emptied")
        leave_uncounted()
        count_apart()
        TOWN.remember()
    empty_quickly()
    yield
    close_lanes()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.fixture(autouse=True)
def _fresh_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test knows what ran before it, nor how quick the machine is: nothing is remembered, and what is remembered
    during the test does not expire by itself."""
    forget_everything()
    cache.clear()
    translation.deactivate()
    timezone.deactivate()
    stands = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: stands)
