"""pg.json: the passwords of a data directory's server and where it lives, mode 0600."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from banshi.foundation.postgres.accounts import os_user, run_as
from banshi.foundation.postgres.trouble import PostgresTrouble

State = dict[
    str, Any
]  # password, superuser_password, app_password, home, socket, port; paths inside the directory relative


def recall(data: Path) -> State:
    """What is kept, else passwords and a home made now.

    :raises PostgresTrouble: the file is damaged, or gone although there is data.
    """
    file = data / "pg.json"
    if file.exists():
        try:
            state: State = json.loads(file.read_text())
        except ValueError as error:
            raise PostgresTrouble(
                f"{file} is damaged. Put it back from a backup, or remove {data} to start afresh."
            ) from error
        return state
    if (data / "pg" / "cluster").exists():
        raise PostgresTrouble(
            f"{file}, which holds the passwords, is gone but the data is there. Put the file back from a backup, "
            f"or remove {data} to start afresh."
        )
    state = {
        "password": secrets.token_urlsafe(24),
        "superuser_password": secrets.token_urlsafe(24),
        "home": _choose_home(data),
    }
    remember(data, state)
    return state


def remember(data: Path, state: State) -> None:
    """Keep it, for our eyes only."""
    data.mkdir(parents=True, exist_ok=True)
    draft = data / "pg.json.new"
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(state, file, indent=1)
    if os.geteuid() == 0:
        # Root may lend a hand; the directory's owner must still get in afterwards.
        owner = data.stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
    draft.replace(data / "pg.json")


def _choose_home(data: Path) -> str:
    """``data/pg``, unless PostgreSQL's own user may not walk there (a checkout under /root)."""
    if os.geteuid() != 0:
        return "pg"
    data.mkdir(parents=True, exist_ok=True)
    reach = subprocess.run(["/bin/sh", "-c", 'cd "$0"', str(data)], **run_as(os_user()), capture_output=True)
    if reach.returncode == 0:
        return "pg"
    shelf = Path("/var/lib/banshi-pg")
    shelf.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="data-", dir=shelf))
    (home / "belongs-to").write_text(f"{data}\n")
    return str(home)
