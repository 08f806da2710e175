"""The load generator against a server that answers in pieces, in a hurry, or hangs up."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from banshi.crowd.bench.load import Connection, bookings, burst, closed_loop, request

CREATED = b'HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n{"id":"AB1"}'[:-1]
FULL = b'HTTP/1.1 409 Conflict\r\ncontent-length: 20\r\n\r\n{"type":"slot-full"}'
NOBODY = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextmanager
def answering(answer: Callable[[socket.socket, int], None]) -> Iterator[tuple[str, int]]:
    """A server that reads one request at a time and lets `answer(connection, number)` reply."""
    door = socket.create_server(("127.0.0.1", 0))
    door.settimeout(5)

    def serve(connection: socket.socket) -> None:
        number = 0
        with connection:
            while True:
                data = connection.recv(65_536)
                if not data:
                    return
                number += 1
                try:
                    answer(connection, number)
                except OSError:
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield door.getsockname()
    finally:
        door.close()
        acceptor.join()


def run(address: tuple[str, int], *, clients: int, most: int) -> dict[str, int]:
    connections = [Connection(address) for _ in range(clients)]
    endless = iter(lambda: request("GET", "/x", "key"), None)
    result = closed_loop(connections, endless, seconds=None, most=most)
    for connection in connections:
        connection.socket.close()
    assert len(result.latencies) == sum(n for what, n in result.outcomes.items() if what != "connection lost")
    return dict(result.outcomes)


def test_refusals_are_counted_by_their_slug():
    def answer(connection: socket.socket, number: int) -> None:
        connection.sendall(FULL if number % 2 else NOBODY)

    with answering(answer) as address:
        assert run(address, clients=1, most=5) == {"409 slot-full": 3, "204": 2}


def test_an_answer_in_pieces_is_one_answer():
    def answer(connection: socket.socket, number: int) -> None:
        for n in range(len(CREATED)):
            connection.sendall(CREATED[n : n + 1])

    with answering(answer) as address:
        assert run(address, clients=3, most=9) == {"201": 9}


def test_a_lost_connection_is_counted_and_opened_again():
    def answer(connection: socket.socket, number: int) -> None:
        if number == 2:
            raise ConnectionAbortedError
        connection.sendall(CREATED)

    with answering(answer) as address:
        assert run(address, clients=1, most=4) == {"201": 2, "connection lost": 2}


def test_a_burst_asks_once_on_each_connection():
    def answer(connection: socket.socket, number: int) -> None:
        connection.sendall(CREATED)

    with answering(answer) as address:
        connections = [Connection(address) for _ in range(12)]
        result = burst(connections, [request("POST", "/y", "key")] * 12, spread_s=0.05, seed=1)
        for connection in connections:
            connection.socket.close()

    assert (dict(result.outcomes), result.bodies) == ({"201": 12}, ["AB1"] * 12)


def test_every_booking_asked_for_is_of_another_person():
    made = bookings({"first": 5, "pairs": [[1, "item"]], "key": "k"})

    asked = {next(made) for _ in range(200)}

    assert len(asked) == 200


def test_a_yardstick_that_got_nothing_done_measures_longer(monkeypatch):
    from banshi.crowd.bench import yardstick

    said = iter(["number of transactions actually processed: 0\n", "…processed: 7\ntps = 3.500000 (…)\n"])
    asked: list[int] = []

    def run(command, **_):
        asked.append(int(command[command.index("-T") + 1]))
        return subprocess.CompletedProcess(command, 0, next(said), "")

    measure = object.__new__(yardstick.Yardstick)
    measure.program, measure.pairs, measure.first, measure.last = "pgbench", 1, 1, 1
    measure.on = SimpleNamespace(url="postgresql://nowhere")
    monkeypatch.setattr(yardstick.subprocess, "run", run)

    assert measure.run(clients=64, seconds=2) == 3.5
    assert asked == [2, 10]
