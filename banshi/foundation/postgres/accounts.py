"""Users of the operating system: PostgreSQL refuses to run as root, so root starts it as a user of its own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from banshi.foundation.postgres.trouble import PostgresTrouble

OS_USER: Final = "banshi-pg"


def clean_environment() -> dict[str, str]:
    """Ours without PG… variables, which would quietly send programs to another server, and with a known locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC"}


def run_as(runner: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments for subprocess: environment, and another user when there is one."""
    environment = clean_environment()
    if runner is None:
        return {"env": environment, "cwd": "/"}
    environment.update(HOME="/", USER=runner.pw_name, LOGNAME=runner.pw_name)
    return {
        "env": environment,
        "cwd": "/",
        "user": runner.pw_uid,
        "group": runner.pw_gid,
        "extra_groups": [],
        "umask": 0o077,
    }


def os_user() -> pwd.struct_passwd:
    name = os.environ.get("BANSHI_PG_USER", OS_USER)
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name)
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    said = "there is no useradd here"
    if useradd:
        nologin = "/usr/sbin/nologin"
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", nologin, name]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        said = done.stderr.strip()
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    for stand_in in ("postgres",):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(stand_in)
    raise PostgresTrouble(
        f"PostgreSQL must not run as root and the user {name} could not be created ({said}). Create it with "
        f"`useradd --system {name}`, set BANSHI_PG_USER to an existing one, or run as an ordinary user."
    )


def own_folder(folder: Path, runner: pwd.struct_passwd | None, *, mode: int = 0o755) -> None:
    if folder.exists() and (runner is None or folder.stat().st_uid == runner.pw_uid):
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if runner is not None:
        os.chown(folder, runner.pw_uid, runner.pw_gid)


def open_for_reading(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
