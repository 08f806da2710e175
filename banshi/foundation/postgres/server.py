"""One private PostgreSQL under a data directory, started and stopped by us."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from banshi.foundation.postgres.accounts import own_folder
from banshi.foundation.postgres.binaries import Binaries
from banshi.foundation.postgres.cluster import SUPERUSER, Cluster
from banshi.foundation.postgres.record import State, recall, remember
from banshi.foundation.postgres.settings import SETTINGS, TEST_SETTINGS
from banshi.foundation.postgres.trouble import LEAST_FREE_BYTES, PostgresTrouble, explain, need_space, trouble_told

ROLE: Final = "banshi"
APP_ROLE: Final = "banshi_app"
DATABASE: Final = "banshi"
SOCKET_PORT: Final = 5432
LONGEST_SOCKET_DIR: Final = 107 - len(f"/.s.PGSQL.{SOCKET_PORT}")  # sun_path holds 108 bytes and a NUL
EXTENSIONS: Final = ("pg_trgm", "btree_gist")
START_TIMEOUT_S: Final = 300
CRASH_RETRY_S: Final = 15.0


@dataclass(frozen=True)
class Status:
    """What is known about the server of one data directory."""

    running: bool
    data: Path
    version: str | None = None
    url: str | None = None
    size_bytes: int | None = None
    log: Path | None = None


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
        with trouble_told(self.data), self._locked():
            state = recall(self.data)
            cluster = self._cluster(state)
            binaries = cluster.binaries()
            if not self._answers(state):
                if not cluster.is_made:
                    cluster.make(binaries, superuser_password=state["superuser_password"])
                self._start(cluster, binaries, state)
            self._furnish(state)
            return self._url(state)

    def stop(self, *, fast: bool = True) -> bool:
        """Stop the server; True when it was running. Not ``fast``: like a power cut, but crash-safe."""
        with trouble_told(self.data):
            if not (self.data / "pg.json").exists():
                return False
            with self._locked():
                cluster = self._cluster(recall(self.data))
                if not cluster.is_made:
                    return False
                binaries = cluster.binaries()
                if cluster.pg_ctl(binaries, "status").returncode != 0:
                    return False
                mode = "fast" if fast else "immediate"
                done = cluster.pg_ctl(binaries, "stop", "-m", mode, "-w", "-t", "60")
                if done.returncode != 0:
                    raise PostgresTrouble(f"PostgreSQL did not stop: {done.stdout.strip()}. See {cluster.log}.")
                return True

    def status(self) -> Status:
        """Say whether the server runs, without starting it."""
        with trouble_told(self.data):
            if not (self.data / "pg.json").exists():
                return Status(running=False, data=self.data)
            state = recall(self.data)
            log = Cluster(self._place(state["home"])).log
            if not self._answers(state):
                return Status(running=False, data=self.data, log=log)
            with self._connect(state, database=DATABASE) as connection:
                row = connection.execute("SELECT current_setting('server_version'), pg_database_size(%s)", [DATABASE])
                version, size = row.fetchone() or ("?", 0)
            return Status(running=True, data=self.data, version=version, url=self._url(state), size_bytes=size, log=log)

    def tool(self, name: str) -> str:
        """Path of a PostgreSQL program (``psql``, ``pgbench`` …) of the server's own version."""
        with trouble_told(self.data):
            return self._cluster(recall(self.data)).binaries()[name]

    def app_url(self) -> str:
        """Address for web and worker where people are served: a role that owns nothing. Call `ensure` before."""
        with self._locked():
            state = recall(self.data)
            if "app_password" not in state:
                state["app_password"] = secrets.token_urlsafe(24)
                remember(self.data, state)
            with self._connect(state, database="postgres") as connection:
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone()
                text = "ALTER ROLE {} PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
                connection.execute(sql.SQL(text).format(sql.Identifier(APP_ROLE), sql.Literal(state["app_password"])))
            return self._url(state, role=APP_ROLE, password=state["app_password"])

    # -- the pieces

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.data.mkdir(parents=True, exist_ok=True)
        with open(self.data / "pg.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _place(self, path: str) -> Path:
        """Paths inside the data directory are kept relative, so a moved or copied directory is its own server."""
        return self.data / path

    def _cluster(self, state: State) -> Cluster:
        home = self._place(state["home"])
        if home != self.data / "pg" and not home.exists():
            raise PostgresTrouble(f"The database files in {home} are gone. Put them back, or remove {self.data}.")
        cluster = Cluster(home, test=self.test)
        own_folder(home, cluster.runner())
        return cluster

    def _settings(self, cluster: Cluster, state: State) -> dict[str, str]:
        port = os.environ.get("BANSHI_PG_PORT", "")
        settings = {
            **SETTINGS,
            **(TEST_SETTINGS if self.test else {}),
            "port": port or str(SOCKET_PORT),
            "listen_addresses": "127.0.0.1" if port else "",
            "unix_socket_directories": self._socket_folder(cluster, state),
        }
        state["port"] = int(port or SOCKET_PORT)
        remember(self.data, state)
        return settings

    def _socket_folder(self, cluster: Cluster, state: State) -> str:
        """A directory for the socket whose path fits into the 107 bytes that unix sockets allow."""
        own = cluster.home / "run"
        mode = 0o755 if cluster.runner() else 0o700
        if len(os.fsencode(own)) <= LONGEST_SOCKET_DIR and re.fullmatch(r"[\w/. +:@%~-]+", str(own)):
            own_folder(own, cluster.runner(), mode=mode)
            state["socket"] = str(own.relative_to(self.data)) if own.is_relative_to(self.data) else str(own)
        else:
            short = self._place(state.get("socket", "no"))
            if not (short.is_dir() and short.owner() == (cluster.runner() or pwd.getpwuid(os.geteuid())).pw_name):
                short = Path(tempfile.mkdtemp(prefix="banshi-pg-", dir="/tmp"))
            own_folder(short, cluster.runner(), mode=mode)
            state["socket"] = str(short)
        return str(self._place(state["socket"]))

    def _start(self, cluster: Cluster, binaries: Binaries, state: State) -> None:
        need_space(cluster.home, least=LEAST_FREE_BYTES // 10)
        cluster.configure(self._settings(cluster, state))
        log = cluster.log
        if log.exists() and log.stat().st_size > 20 * 2**20:
            log.replace(log.with_name("server.log.1"))
        deadline = time.monotonic() + CRASH_RETRY_S
        while True:
            said_before = log.stat().st_size if log.exists() else 0
            done = cluster.pg_ctl(binaries, "start", "-w", "-t", str(START_TIMEOUT_S), "-l", str(log), "-s")
            if self._answers(state):
                return
            said = cluster.said_since(said_before)
            # Whoever killed the postmaster left its children behind; they notice and go within seconds.
            passing = "shared memory block" in said or "another server might be running" in done.stdout + said
            if not passing or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        explain(said + done.stdout, cluster.home)
        raise PostgresTrouble(f"PostgreSQL did not start. It said (in {log}):\n{said.strip() or done.stdout.strip()}")

    def _answers(self, state: State) -> bool:
        """Whether our own server, and not some other on the same address, answers a query."""
        if "socket" not in state:
            return False
        try:
            with self._connect(state, database="postgres") as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        if row is None or Path(row[0]) != Cluster(self._place(state["home"])).files:
            # Some other server answers there; ours gets a socket of its own when it starts.
            del state["socket"]
            return False
        return True

    def _connect(self, state: State, *, database: str) -> psycopg.Connection[Any]:
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

    def _furnish(self, state: State) -> None:
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

    def _url(self, state: State, *, role: str = "", password: str = "") -> str:
        query = f"host={quote(str(self._place(state['socket'])), safe='/')}"
        if state["port"] != SOCKET_PORT:
            query += f"&port={state['port']}"
        role, password = role or ROLE, password or state["password"]
        return f"postgresql://{role}:{quote(password, safe='')}@/{DATABASE}?{query}"


def search_trouble(connection: psycopg.Connection[Any]) -> str | None:
    """Say why Chinese search would fail on this database, or None. Needs the extension pg_trgm."""
    row = connection.execute("SELECT show_trgm('号')").fetchone()
    if row and row[0]:
        return None
    return (
        "This database drops Chinese characters in searches (its locale is C). Create it anew with "
        "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'."
    )
