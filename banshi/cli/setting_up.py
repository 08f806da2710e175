"""What an installation needs before people come: translations, tables, rights, halls. Several commands do parts of it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from banshi.cli.talk import Trouble, step

if TYPE_CHECKING:
    from banshi.journeys.hall.load_presets import Otherwise


def compile_translations() -> None:
    from banshi.foundation.translations import compile_all

    try:
        compile_all()
    except ValueError as error:
        raise Trouble(str(error)) from error


def migrate_tables() -> None:
    """Make all tables where there are none, and apply what is pending, one line of progress per migration."""
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    from banshi.foundation import locks
    from banshi.foundation.planner import look_at_tables
    from banshi.foundation.postgres import structure

    def told(*event: Any) -> None:
        action, migration = event[0], event[1] if len(event) > 1 else None
        if migration is None:
            return
        if action == "apply_start":
            tell(f"{migration.app_label}.{migration.name}", len(done), total)
        elif action == "apply_success":
            done.append(migration)
            tell(f"{migration.app_label}.{migration.name}", len(done), total)

    done: list[Any] = []
    with step("Tables") as tell:
        locks.take(locks.MIGRATING)  # web, worker and operator may all migrate at once; one at a time does it
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                laid = structure.lay(cursor)
            executor = MigrationExecutor(connection, progress_callback=told)
            targets = executor.loader.graph.leaf_nodes()
            plan = executor.migration_plan(targets)
            total = len(plan)
            if plan:
                with rarely_collecting():
                    executor.migrate(targets, plan)
            if plan or laid:
                emit_post_migrate()
                look_at_tables()
            grant_rights()
        finally:
            connection.close()


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Django makes every model anew for nearly every step of a migration, and nothing of it is garbage yet: to look for some
    takes a fifth of the time of a new installation's tables, for some hundred megabytes less meanwhile.
    """
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def grant_rights() -> None:
    """Where owner and programs are kept apart: what the programs may do with the tables there are now."""
    from urllib.parse import unquote, urlparse

    from django.db import connection

    from banshi.foundation.roles import grant

    app = unquote(urlparse(os.environ.get("DATABASE_URL", "")).username or "")
    owner = connection.settings_dict["USER"]
    if os.environ.get("BANSHI_OWNER_URL") and app and app != owner:
        connection.ensure_connection()
        grant(connection.connection, app=app)


def emit_post_migrate() -> None:
    """Permissions and content types, as Django's own command makes them."""
    from django.core.management.sql import emit_post_migrate_signal
    from django.db import DEFAULT_DB_ALIAS

    emit_post_migrate_signal(0, False, DEFAULT_DB_ALIAS)


def load_presets(root: Path) -> list[Otherwise]:
    from banshi.foundation import clock
    from banshi.journeys.hall.load_presets import load

    with step("Halls") as tell:
        return load(root, clock.now(), tell)


def take_over_presets(root: Path, hall: str) -> list[Otherwise]:
    from banshi.foundation import clock
    from banshi.journeys.hall.load_presets import take_over
    from banshi.kernel.actors import SYSTEM

    with step(f"Halls: {hall} as the files say"):
        return take_over(root, hall, by=SYSTEM, now=clock.now())


def otherwise(left: Sequence[Otherwise], *, most: int) -> list[str]:
    """What stands otherwise than the files say, a line for each hall and kind. :param most: codes named in each."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in left:
        found.setdefault((each.hall, each.kind), []).append(each.code)
    lines = []
    for (hall, kind), codes in found.items():
        named = ", ".join(codes[:most]) + (f" and {len(codes) - most} more" if len(codes) > most else "")
        where = hall or ("national calendar" if kind == "day" else "catalogue")
        lines.append(f"kept as the office decided: {where}, {kind}s: {named}")
    return lines
