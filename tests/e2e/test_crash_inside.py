"""Killed inside: web, or the database under it, dies with SIGKILL while an upload, a file in parts, an acceptance and an issue
are under way, each held at a table it has to write. All or nothing is there, and who asks again with the same key has it once.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import httpx
import psycopg
import pytest

from banshi.foundation.postgres import Server, dump, load_dump
from tests.e2e.conftest import SERVE, installed, start
from tests.e2e.crash_call import STANDS, Call
from tests.e2e.crash_matters import Matters
from tests.e2e.test_crash import HALL, kill, rows, see_to_matters

pytestmark = [pytest.mark.crash, pytest.mark.browser]
# At which tables they are held, round by round: a file's bytes or part, its paper, what it is called; a step's event, its paper,
# what it tells or issues.
HELD = {
    "first": ("library_blob", "library_upload_part", "cases_event"),
    "in the middle": ("cases_material", "cases_paper"),
    "last": ("library_document_version", "messaging_message", "library_certificate"),
}
PATIENT = {"BANSHI_LOCK_S": "60", "BANSHI_STATEMENT_S": "60"}  # whoever is held waits until the kill
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
ALL = """
SELECT (SELECT count(*) FROM cases_event), (SELECT count(*) FROM cases_paper), (SELECT count(*) FROM cases_material),
  (SELECT count(*) FROM library_certificate), (SELECT count(*) FROM messaging_message),
  (SELECT sum(received) FROM library_upload), (SELECT count(*) FROM library_document),
  (SELECT count(*) FROM library_blob b WHERE NOT EXISTS (SELECT FROM library_document_version v WHERE v.blob_id = b.id)),
  (SELECT count(*) FROM library_blob b WHERE size > 0 AND NOT EXISTS (SELECT FROM library_blob_part p WHERE p.blob_id = b.id))
"""


def until_ready(running: Any) -> None:
    """People can be served; no worker runs here, so that all is never well."""

    def answers() -> bool:
        try:
            return httpx.get(f"{running.url}/readyz", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    until(answers, "web answers")


@contextmanager
def alone(running: Any) -> Iterator[Any]:
    """Its web, patient, and no worker beside it."""
    for process in running.processes:
        kill(process)
    running.environment.update(PATIENT)
    start(running, *SERVE, str(urlparse(running.url).port))
    until_ready(running)
    yield running


@pytest.fixture(scope="module")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with installed(tmp_path_factory.mktemp("inside"), "inside") as running, alone(running):
        yield running


def until(so: Callable[[], bool], what: str) -> None:
    """Two minutes are for a machine that is busy with other things."""
    end = time.monotonic() + 120
    while not so():
        assert time.monotonic() < end, what
        time.sleep(0.02)


class Round:
    """Four matters, each one request away from a step; and the requests, which ask until there is an answer."""

    def __init__(self, matters: Matters, nth: int) -> None:
        self.matters, self.stack = matters, ExitStack()
        self.api = self.stack.enter_context(matters.by_channel())
        one, papers = matters.open(self.api, 10 * nth)
        other, _ = matters.open(self.api, 10 * nth + 1)
        accepts, issues = self.before("accept", 10 * nth + 2), self.before("issue", 10 * nth + 3)
        self.cases = [one, other, accepts, issues]
        acts = [
            lambda api: matters.at_once(api, one, papers[-1]),
            lambda api: matters.in_parts(api, other, papers[0]),
            lambda api: matters.walk(api, accepts, since="accept", before="hand_over"),
            lambda api: matters.walk(api, issues, since="issue", before="shelve"),
        ]
        self.troubles: list[BaseException] = []
        self.threads = [threading.Thread(target=self._run, args=(act,)) for act in acts]

    def before(self, verb: str, n: int) -> str:
        no, papers = self.matters.open(self.api, n)
        for code in papers:
            self.matters.at_once(self.api, no, code)
        self.matters.walk(self.api, no, before=verb)
        return no

    def _run(self, act: Callable[[httpx.Client], None]) -> None:
        try:
            with self.matters.by_channel() as api:
                act(api)
        except BaseException as trouble:
            self.troubles.append(trouble)

    def go(self) -> None:
        for thread in self.threads:
            thread.start()

    def through(self) -> None:
        """Each has its answer; nothing else went wrong."""
        for thread in self.threads:
            thread.join(timeout=180)
        self.stack.close()
        assert self.troubles == []
        assert not any(thread.is_alive() for thread in self.threads)


@contextmanager
def held_at(running: Any, tables: tuple[str, ...], people: int) -> Iterator[Callable[[], None]]:
    """Nobody writes these tables; what is given waits until so many want to."""
    holds = psycopg.connect(running.environment["DATABASE_URL"])
    try:
        for table in tables:
            holds.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield lambda: until(lambda: rows(running, WAITING)[0][0] >= people, f"{people} wait at {tables}")
    finally:
        holds.close()


def kills_left_nothing_open(running: Any, web: Any, tables: tuple[str, ...], four: Round) -> None:
    with held_at(running, tables, len(four.threads)) as until_held:
        four.go()
        until_held()
        before = rows(running, ALL)  # what was done so far
        kill(web)
    until(lambda: rows(running, OTHERS)[0][0] == 0, "what the dead web had begun is given up")
    after = rows(running, ALL)
    assert after == before, f"killed at {tables}: half of it is there"


@pytest.mark.parametrize("where", HELD)
def test_killed_with_four_requests_inside(doomed: Any, where: str) -> None:
    matters = Matters(doomed, HALL, 3 + list(HELD).index(where))
    four = Round(matters, 1)

    kills_left_nothing_open(doomed, doomed.processes[-1], HELD[where], four)
    start(doomed, *SERVE, str(urlparse(doomed.url).port))
    until_ready(doomed)
    four.through()

    see_to_matters(doomed, [matters])
    assert rows(doomed, ALL)[0][-2:] == (0, 0)


def test_killed_after_it_was_done_and_before_it_was_said(doomed: Any) -> None:
    """The step is committed; its answer may have gone out, or not."""
    matters = Matters(doomed, HALL, 8)
    four = Round(matters, 1)
    web = doomed.processes[-1]
    accepted = (
        "SELECT count(*) FROM cases_event e JOIN cases_case c ON c.id = e.case_id "
        f"WHERE verb = 'accept' AND c.no = '{four.cases[2]}'"
    )

    four.go()
    until(lambda: bool(rows(doomed, accepted)[0][0]), "accepted")
    kill(web)
    start(doomed, *SERVE, str(urlparse(doomed.url).port))
    until_ready(doomed)
    four.through()

    see_to_matters(doomed, [matters])


def test_killed_in_a_call(doomed: Any) -> None:
    """A line that is written, a folder that is begun and a time that is booked, each held at its table as web dies: nothing
    of them is there, the calls go on, and who asks again has each once."""
    call, tables = Call(doomed, HALL), ("remote_said", "cases_case", "booking_appointment")

    with held_at(doomed, tables, len(call.threads)) as until_held:
        call.go()
        until_held()
        before = rows(doomed, STANDS)[0]
        kill(doomed.processes[-1])
    until(lambda: rows(doomed, OTHERS)[0][0] == 0, "what the dead web had begun is given up")
    assert rows(doomed, STANDS)[0] == before
    start(doomed, *SERVE, str(urlparse(doomed.url).port))
    until_ready(doomed)
    call.through()

    grown = [now - was for now, was in zip(rows(doomed, STANDS)[0], before, strict=True)]
    assert grown == [1, -2, 1, 1]  # lines; the two talks ended; a draft; an appointment


# --- The database -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Server]]:
    """An installation on a PostgreSQL of its own, which may be killed."""
    with installed(tmp_path_factory.mktemp("fallen"), "fallen") as running:
        server = Server(running.data)
        url, copy = server.ensure(), running.data / "seeded.dump"
        try:
            dump(running.environment["DATABASE_URL"], copy, pg_dump=server.tool("pg_dump"))
            load_dump(url, copy, tools=Path(server.tool("psql")).parent)
            running.environment["DATABASE_URL"] = url
            with alone(running):
                yield running, server
        finally:
            server.stop()
            home = Path(json.loads((running.data / "pg.json").read_text())["home"])
            if home.is_absolute():  # root's PostgreSQL cannot walk into a directory of pytest's
                shutil.rmtree(home, ignore_errors=True)


def postmaster(running: Any) -> int:
    """The parent of whoever answers."""
    with psycopg.connect(running.environment["DATABASE_URL"], autocommit=True) as one:
        status = Path(f"/proc/{one.info.backend_pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:")))


@pytest.mark.parametrize("where", HELD)
def test_the_database_killed_with_four_requests_inside(own_server: tuple[Any, Server], where: str) -> None:
    running, server = own_server
    matters = Matters(running, HALL, 3 + list(HELD).index(where))
    four, web = Round(matters, 2), running.processes[-1]
    with held_at(running, HELD[where], len(four.threads)) as until_held:
        four.go()
        until_held()
        before = rows(running, ALL)
        os.kill(postmaster(running), signal.SIGKILL)

        asks = {"Accept-Language": "zh", "Authorization": f"Bearer {running.key('channel')}"}
        with httpx.Client(base_url=running.url, timeout=60, trust_env=False, headers=asks) as plain:
            said = [plain.get(path) for path in ("/", "/api/v1/halls", "/healthz")]
    server.ensure()
    after = rows(running, ALL)
    until_ready(running)
    four.through()

    assert [each.status_code for each in said] == [503] * 3
    assert "稍后再试" in said[0].text
    assert all("retry-after" in each.headers for each in said)
    assert after == before, f"killed at {HELD[where]}: half of it is there"
    assert web.poll() is None, "web was not started anew: it came back by itself"
    see_to_matters(running, [matters])
