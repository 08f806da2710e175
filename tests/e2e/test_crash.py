"""Processes are killed with SIGKILL under load: what was acknowledged is there once, and every due message goes out once."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from urllib.parse import urlparse

import httpx
import psycopg
import pytest

from banshi.kernel.documents import generate_resident_id
from tests.e2e.conftest import SERVE, installed, start, until_up
from tests.e2e.crash_matters import Matters

pytestmark = [pytest.mark.crash, pytest.mark.browser]
HALL = "dongcheng"


@pytest.fixture(scope="module")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with installed(tmp_path_factory.mktemp("doomed"), "crash") as running:
        yield running


class Load:
    """Citizens and clerks that keep on until told; remembers only what was acknowledged with 201."""

    def __init__(self, running: Any) -> None:
        self.running = running
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.booked: list[str] = []
        self.tickets: list[str] = []
        self.calls: list[str] = []
        with running.api("channel") as api:
            rows = api.get("/items", params={"hall": HALL, "limit": 40}).json()["data"]
        self.items = [row["code"] for row in rows if row["bookable"]]

    def until(self, times: int) -> None:
        """Wait until so many bookings, numbers and calls each were acknowledged."""
        while min(len(self.booked), len(self.tickets), len(self.calls)) < times:
            time.sleep(0.05)

    def _say(self, kept: list[str], what: str) -> None:
        with self.lock:
            kept.append(what)

    def _until_over(self, act: Any) -> None:
        n = 0
        while not self.over.is_set():
            n += 1
            try:
                act(n)
            except httpx.HTTPError:
                time.sleep(0.05)

    def _surely(self, api: httpx.Client, path: str, key: str) -> httpx.Response:
        """A device's way through a crash: the same Idempotency-Key until there is an answer."""
        while True:
            try:
                return api.post(path, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                time.sleep(0.05)

    def book(self, worker: int) -> None:
        with self.running.api("channel") as api:

            def one(n: int) -> None:
                item = self.items[(worker * 7 + n) % len(self.items)]
                slots = api.get(f"/halls/{HALL}/slots", params={"item": item}).json().get("data", [])
                free = [s for s in slots if s["bookable"]]
                if not free:
                    return
                i = worker * 2000 + n
                person = {
                    "name": "压力测",
                    "id_type": "resident_id",
                    "id_number": generate_resident_id(
                        "110101", date(1950 + i % 50, 1 + i // 50 % 12, 1 + i // 600 % 28), i % 999
                    ),
                    "phone": f"137{i:08d}",
                }
                answer = api.post(
                    "/appointments",
                    json={"slot": free[n % len(free)]["id"], "item": item, "person": person, "source": "app"},
                )
                if answer.status_code == 201:
                    self._say(self.booked, answer.json()["code"])

            self._until_over(one)

    def arrive(self) -> None:
        with self.running.api("kiosk", HALL) as api:

            def one(n: int) -> None:
                answer = api.post(f"/halls/{HALL}/tickets", json={"category": "ABCDEFG"[n % 7]})
                if answer.status_code == 201:
                    self._say(self.tickets, answer.json()["id"])

            self._until_over(one)

    def serve(self, window: str) -> None:
        with self.running.api("desk", window) as api:
            api.post(f"/windows/{window}/sign-in")

            def one(n: int) -> None:
                answer = self._surely(api, f"/windows/{window}/calls", f"{window}-{n}")
                if answer.status_code == 201:
                    ref = answer.json()["id"]
                    self._say(self.calls, ref)
                    self._surely(api, f"/tickets/{ref}/start", f"start-{ref}")
                    self._surely(api, f"/tickets/{ref}/finish", f"finish-{ref}")
                else:
                    time.sleep(0.02)

            self._until_over(one)


def kill(process: Any) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def rows(running: Any, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(running.environment["DATABASE_URL"], autocommit=True) as connection:
        return connection.execute(sql).fetchall()


def test_nothing_acknowledged_is_lost_or_doubled_when_processes_are_killed(doomed: Any):
    load = Load(doomed)
    port = str(urlparse(doomed.url).port)
    workers = [lambda i=i: load.book(i) for i in range(3)] + [load.arrive]
    workers += [lambda w=w: load.serve(w) for w in (f"{HALL}-01", f"{HALL}-02", f"{HALL}-03")]
    matters = [Matters(doomed, HALL, worker) for worker in range(2)]
    workers += [lambda m=m: m.until(load.over) for m in matters]
    with ThreadPoolExecutor(len(workers)) as pool:
        running = [pool.submit(worker) for worker in workers]
        try:
            for so_far in (8, 16):
                load.until(so_far)
                web, work = doomed.processes[-2:]
                kill(web)
                kill(work)
                start(doomed, *SERVE, port)
                start(doomed, "work")
                until_up(doomed)
            load.until(24)
            while min(each.through for each in matters) < 1:
                assert not any(one.done() for one in running), "somebody gave up"
                time.sleep(0.05)
        finally:
            load.over.set()
        for one in running:
            one.result()

    there = Counter(code for (code,) in rows(doomed, "SELECT code FROM booking_appointment"))
    assert {code: there[code] for code in load.booked if there[code] != 1} == {}
    numbers = Counter(ref for (ref,) in rows(doomed, "SELECT ref FROM tickets_ticket"))
    assert {ref: numbers[ref] for ref in load.tickets if numbers[ref] != 1} == {}
    calls = Counter(
        r
        for (r,) in rows(
            doomed, "SELECT t.ref FROM tickets_call c JOIN tickets_ticket t ON t.id = c.ticket_id WHERE c.kind = 'call'"
        )
    )
    assert {ref: calls[ref] for ref in load.calls if calls[ref] != 1} == {}
    assert (
        rows(
            doomed,
            "SELECT window_id FROM tickets_ticket WHERE state IN ('called', 'serving') GROUP BY 1 HAVING count(*) > 1",
        )
        == []
    )
    taken = rows(
        doomed,
        "SELECT s.id, s.taken, count(a.id) FROM booking_slot s LEFT JOIN booking_appointment a ON a.slot_id = s.id "
        "AND a.state IN ('booked', 'checked_in', 'served', 'no_show') AND NOT a.internal "
        "GROUP BY s.id HAVING s.taken <> count(a.id)",
    )
    assert taken == []
    see_to_matters(doomed, matters)


def see_to_matters(running: Any, matters: list[Matters]) -> None:
    """Every step that was acknowledged stands once, in a story without gaps; every file is there once, and whole."""
    steps = Counter(rows(running, "SELECT c.no, e.verb FROM cases_event e JOIN cases_case c ON c.id = e.case_id"))
    acknowledged = [each for one in matters for each in one.done]
    assert {each: steps[each] for each in acknowledged if steps[each] != 1} == {}
    papers = Counter(
        rows(
            running,
            "SELECT c.no, m.code FROM cases_material m JOIN cases_case c ON c.id = m.case_id WHERE m.gone_at IS NULL",
        )
    )
    files = [each for one in matters for each in one.files]
    assert {each: papers[each] for each in files if papers[each] != 1} == {}
    assert rows(
        running, "SELECT e.case_id, e.seq FROM cases_event e "
        "LEFT JOIN cases_event b ON b.case_id = e.case_id AND b.seq = e.seq - 1 "
        "WHERE e.seq > 1 AND b.hash IS DISTINCT FROM e.earlier_hash",
    ) == []  # fmt: skip
    licences = rows(
        running, "SELECT case_id FROM cases_paper WHERE kind = 'licence' GROUP BY 1 HAVING count(*) > 1 UNION ALL "
        "SELECT case_id FROM delivery_delivery GROUP BY 1 HAVING count(*) > 1",
    )  # fmt: skip
    assert licences == []
    with running.api("channel") as api:
        for no, _ in files[-4:]:
            for paper in api.get(f"/cases/{no}").json()["requirements"]:
                for each in paper["materials"]:
                    assert api.get(f"/cases/{no}/materials/{each['id']}/content").status_code == 200


def test_every_due_message_goes_out_once_after_the_crash(doomed: Any):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        now = rows(doomed, "SELECT hall_at FROM foundation_clock")[0][0]
        ((left,),) = rows(
            doomed,
            f"SELECT count(*) FROM messaging_message WHERE state IN ('due', 'sending') AND due_at <= '{now.isoformat()}'",
        )
        if left == 0:
            break
        time.sleep(1)

    sent = rows(doomed, "SELECT count(*) FROM messaging_message WHERE state = 'sent'")[0][0]
    delivered = rows(doomed, "SELECT count(*), count(DISTINCT message) FROM messaging_delivery")[0]

    assert left == 0
    assert delivered == (sent, sent)
