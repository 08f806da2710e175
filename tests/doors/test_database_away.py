"""PostgreSQL away, silent or held by a lock: whoever asks is told so in time, and nothing is written by halves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from banshi.foundation import patience
from banshi.rooms.booking.models import Appointment
from tests.doors.conftest import Served, serving
from tests.surfaces.api.conftest import booking, keys_of, open_all_day, stop_the_clock
from tests.together import together

pytestmark = pytest.mark.race


@contextmanager
def silent_listener() -> Iterator[int]:
    """A port where somebody listens, takes every connection, and never says a word."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:

        def accept() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                pass

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=5)
    for one in held:
        one.close()


def ask_everything(served: Served) -> dict[str, tuple[int, bool]]:
    key = {"Authorization": "Bearer bs_channel_any"}
    answers = {
        "page": served.get("/"),
        "api": served.get("/api/v1/halls", headers=key),
        "book": served.post("/api/v1/appointments", json={}, headers=key),
        "number": served.post("/api/v1/halls/town/tickets", json={}, headers=key),
        "call": served.post("/api/v1/windows/town-01/calls", headers=key),
        "stream": served.get("/live/halls/town"),
        "health": served.get("/healthz"),
        "files": served.get("/static/desk/desk.css"),
    }
    return {name: (a.status_code, "retry-after" in a.headers) for name, a in answers.items()}


AWAY = {
    **dict.fromkeys(("page", "api", "book", "number", "call", "stream"), (503, True)),
    "files": (200, False),
}


def test_while_the_database_is_away_everything_says_so(db: Any, tmp_path: Any) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://x:y@127.0.0.1:{nobody.getsockname()[1]}/none"
        with serving(tmp_path, DATABASE_URL=url, BANSHI_MODE="demo") as served:
            answers = ask_everything(served)
            page = served.get("/sign-in", headers={"Accept-Language": "en"}).text
            sent = served.post("/sign-in", data={"phone": "13900000001"}).text

    health = answers.pop("health")
    assert answers == AWAY
    assert health[0] == 503
    assert "稍后再试" in page
    assert "try again soon" in page
    # What was looked at comes back by itself; what was sent is not sent again.
    assert ['http-equiv="refresh"' in each for each in (page, sent)] == [True, False]


def test_a_silent_database_hangs_nobody(db: Any, tmp_path: Any) -> None:
    with (
        silent_listener() as port,
        serving(
            tmp_path, DATABASE_URL=f"postgresql://x:y@127.0.0.1:{port}/none?connect_timeout=2", BANSHI_MODE="demo"
        ) as served,
    ):
        answers = together(20, lambda _: served.get("/halls").status_code)
        rest = ask_everything(served)

    health = rest.pop("health")
    assert set(answers) == {503}
    assert rest == AWAY
    assert health[0] == 503


def test_a_probe_is_answered_before_a_silent_database_is_given_up(db: Any, tmp_path: Any) -> None:
    """Connecting has a minute here: what answers is the probe's own patience. Several probes hold up neither files nor us."""
    with (
        silent_listener() as port,
        serving(
            tmp_path,
            DATABASE_URL=f"postgresql://x:y@127.0.0.1:{port}/none?connect_timeout=60",
            BANSHI_MODE="demo",
            BANSHI_PROBE_PATIENCE_S="0.2",
        ) as served,
    ):
        answers = together(8, lambda i: served.get("/healthz" if i % 2 else "/readyz"))
        files = [served.get(f"/static/{name}").status_code for name in ("ui/none", "desk/desk.css", "ui/none")]
        alive = served.get("/livez").json()

    assert [(a.status_code, a.headers["retry-after"], a.json()["database"]) for a in answers] == [
        (503, "5", "silent")
    ] * 8
    assert {a.json()["status"] for a in answers} == {"down", "not ready"}
    assert (files, alive) == ([404, 200, 404], {"status": "alive"})


def test_a_database_that_falls_silent_loses_the_connection(db: Any) -> None:
    """What is read in a thread wakes with an error once the patience is over; there is no clock in it but ours."""
    waits = threading.Event()

    def wait() -> str:
        from django.db import OperationalError

        with patience.patience(1000), connection.cursor() as cursor:
            waits.set()
            try:
                cursor.execute("SELECT pg_sleep(60)")
            except OperationalError:
                return "given up"
        return "waited"

    def look(i: int) -> Any:
        if i == 0:
            return wait()
        waits.wait(20)
        while not patience.look(1e12):
            pass
        return None

    assert together(2, look)[0] == "given up"


def test_a_lock_held_too_long_is_a_503_and_leaves_nothing(committed_town: Any, tmp_path: Any) -> None:
    stop_the_clock()
    open_all_day(committed_town)
    key = keys_of(committed_town)["channel"]
    slot = committed_town.slot(quota=3)
    with serving(tmp_path, BANSHI_LOCK_S="1") as served:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM booking_slot WHERE id = %s FOR UPDATE", [slot.pk])
            held = served.post("/api/v1/appointments", json=booking(slot), headers={"Authorization": f"Bearer {key}"})
        after = served.post("/api/v1/appointments", json=booking(slot), headers={"Authorization": f"Bearer {key}"})

    assert (held.status_code, held.json()["type"], "retry-after" in held.headers) == (503, "busy", True)
    assert after.status_code == 201
    assert Appointment.objects.count() == 1
