"""The house's ground rules that no linter knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import CheckConstraint, UniqueConstraint

from banshi.foundation.words import WORDS
from banshi.kernel.refusals import SLUGS

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = [config for config in apps.get_app_configs() if config.name.startswith("banshi.")]


def sources(*folders: str) -> list[Path]:
    return [p for folder in folders for p in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in p.parts]


def test_every_refusal_has_words():
    assert set(WORDS) == set(SLUGS)


def test_every_table_has_an_explicit_name_that_starts_with_its_room():
    wrong = [
        m.__name__
        for config in ROOMS
        for m in config.get_models()
        if not m._meta.db_table.startswith(f"{config.label}_")
    ]

    assert wrong == []


def test_constraints_can_be_read_aloud():
    unreadable = [
        constraint.name
        for config in ROOMS
        for model in config.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, (CheckConstraint, UniqueConstraint))
        and ("_" not in constraint.name or len(constraint.name) < 10)
    ]

    assert unreadable == []


def test_only_the_clock_reads_the_clock():
    reading = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|timezone\.now)\(")
    found = [
        str(p.relative_to(ROOT))
        for p in sources("banshi")
        if p.name != "clock.py" and reading.search(p.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_sql_takes_the_time_as_a_parameter():
    reading = re.compile(r"\b(CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIMESTAMP|clock_timestamp\(\))", re.I)
    found = [str(p.relative_to(ROOT)) for p in sources("banshi") if reading.search(p.read_text(encoding="utf-8"))]

    assert found == []


WRITES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z]+)_[a-z_]+", re.I)
OWNERS = {c.label: c.name.removeprefix("banshi.").replace(".", "/") for c in ROOMS}


def writers(*folders: str) -> set[tuple[str, str]]:
    """Files under these folders with SQL of their own that writes a table, and whose table it is. A statement that an owner
    lends (`messaging/statements.py`, `audit/statements.py`, `foundation/announce.py`) stands in the owner's file.
    """
    return {
        (str(path.relative_to(ROOT / "banshi")), owner)
        for path in sources(*(f"banshi/{folder}" for folder in folders))
        for owner in WRITES.findall(path.read_text(encoding="utf-8"))
        if owner in OWNERS
    }


def test_sql_writes_only_the_tables_of_its_own_room():
    floors = ("foundation", "rooms", "journeys", "frames", "surfaces", "live", "gateways", "config", "cli")

    foreign = {(path, owner) for path, owner in writers(*floors) if not path.startswith(f"{OWNERS[owner]}/")}

    assert foreign == set()


@pytest.mark.parametrize("owner", ["foundation", "rooms/audit", "rooms/booking", "rooms/messaging", "rooms/tickets"])
def test_who_writes_a_table_is_seen(owner: str):
    assert writers(owner) != set()


def test_no_template_uses_inline_script_or_style():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|\son[a-z]+\s*=\s*[\"']|\sstyle\s*=\s*[\"']|<style", re.I
    )
    found = [
        str(p.relative_to(ROOT))
        for p in sorted((ROOT / "banshi").rglob("templates/**/*.html"))
        if inline.search(p.read_text(encoding="utf-8"))
    ]

    assert found == []


@pytest.mark.django_db
def test_migrations_say_what_the_models_say():
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


LIVES_LONG = re.compile(
    r"^(?:@(?:functools\.)?(?:lru_)?cache\b|\s+global \w"
    r"|_?[a-z]\w*(?:: [^=\n]+)? = (?:\{\}|\[\]|set\(\)|dict\(\)|_[A-Z]\w*\(\)))",
    re.M,
)
# What depends on nothing that a test could change: keys, icons, lunar days, the environment, parsed texts, formulas.
HARMLESS = {
    "config/wiring.py", "foundation/crypto.py", "foundation/patience.py", "foundation/prepared.py",
    "foundation/templatetags/ui.py", "rooms/tickets/rules/handling.py",
    "rooms/booking/queries/facts.py", "rooms/calendars/rules/when.py", "surfaces/api/answers.py", "surfaces/api/docs.py",
}  # fmt: skip


def test_what_a_process_remembers_can_be_forgotten():
    silent = {
        str(p.relative_to(ROOT / "banshi"))
        for folder in ("config", "foundation", "rooms", "journeys", "frames", "surfaces", "live", "gateways")
        for p in sources(f"banshi/{folder}")
        if LIVES_LONG.search(text := p.read_text(encoding="utf-8")) and "forgettable" not in text
    }

    assert silent - HARMLESS == set()
