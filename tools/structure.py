"""Write banshi/foundation/postgres/structure.sql anew: what the migrations make of an empty database.

The tables are those that its test compares with; a minute or two where they are not made yet. `make structure` calls this.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banshi.config.settings")

from banshi.foundation.postgres import find_binaries  # noqa: E402
from banshi.foundation.postgres.structure import APPLIED_SQL, DUMP_ARGUMENTS, FILE, written  # noqa: E402
from tests import environment  # noqa: E402, F401 – a PostgreSQL
from tests.tables import migrated_tables  # noqa: E402


def main() -> None:
    server = os.environ["DATABASE_URL"]
    url = urlunsplit(urlsplit(server)._replace(path=f"/{migrated_tables(server)}"))
    pg_dump = find_binaries()[0]["pg_dump"]
    dumped = subprocess.run([pg_dump, *DUMP_ARGUMENTS, "-d", url], check=True, capture_output=True, text=True).stdout
    with psycopg.connect(url) as connection:
        applied = connection.execute(APPLIED_SQL).fetchall()
    FILE.write_text(written(dumped, applied), encoding="utf-8")


if __name__ == "__main__":
    main()
