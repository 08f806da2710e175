"""Programs that run for months outlive restarts of the database."""

from __future__ import annotations

from django.db import connection


def renew() -> None:
    """Let go of a connection that broke, so that the next statement opens a new one; a transaction keeps its own."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
