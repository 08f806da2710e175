"""Loaded by pytest before Django reads its settings (`-p tests.environment`): test mode, the translations compiled (tests
read pages as people do), and a PostgreSQL to test on.

DATABASE_URL if it is set, else an embedded server in test mode under var/.
"""

from __future__ import annotations

import os
from pathlib import Path

from banshi.foundation.translations import compile_all

os.environ["BANSHI_MODE"] = "test"
compile_all()  # before Django loads them: what it has once looked for, it does not look for again
if "DATABASE_URL" not in os.environ:
    from banshi.foundation import postgres

    os.environ["DATABASE_URL"] = postgres.for_tests(Path(__file__).resolve().parent.parent / "var" / "test-pg")
