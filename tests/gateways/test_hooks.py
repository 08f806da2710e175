"""Webhooks go to the address that was looked at, follow nothing, and take ten seconds at most."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass

import pytest

from banshi.gateways import hooks
from banshi.rooms.hooks.rules import Reach
from tests.gateways.fakes import Asked, Fake, serving

HERE, PRODUCTION = Reach(loopback=True), Reach()
HEADERS = {"webhook-id": "evt_1", "content-type": "application/cloudevents+json"}


@dataclass
class Receiver(Fake):
    status: int = 200

    def answer(self, asked: Asked) -> tuple[int, object]:
        return self.status, {"said": "x" * 5000}


def post(url, reach=HERE):
    return hooks.posted(url, headers=HEADERS, body=b'{"a":1}', reach=reach)


def resolves_to(monkeypatch, *addresses):
    """Any name; how often it was asked for."""
    asked = []

    def found(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return asked


def test_what_is_sent_arrives_and_the_beginning_of_the_answer_is_kept():
    with serving(Receiver()) as receiver:
        answered = post(receiver.url + "/in?a=1")

    (asked,) = receiver.asked
    assert (answered.status, len(answered.said)) == (200, hooks.READ)
    assert (asked.path, asked.headers["webhook-id"], asked.body) == ("/in", "evt_1", b'{"a":1}')


def test_a_redirect_is_an_answer_and_is_not_followed():
    with serving(Receiver(status=302)) as receiver:
        answered = post(receiver.url)

    assert (answered.status, answered.heard, len(receiver.asked)) == (302, False, 1)


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:192.168.0.1"])
def test_a_name_that_leads_inside_is_not_connected_to_even_beside_a_public_address(monkeypatch, inside):
    resolves_to(monkeypatch, "1.1.1.1", inside)
    monkeypatch.setattr(hooks.httpcore.SyncBackend, "connect_tcp", lambda *_, **__: pytest.fail("connected"))

    answered = post("https://hooks.example.com/", PRODUCTION)

    assert (answered.status, answered.said) == (None, "not allowed: address")


def test_it_is_resolved_once_and_that_address_connected_to(monkeypatch):
    asked, connected = resolves_to(monkeypatch, "1.1.1.1"), []

    def connect(self, host, port, **_):
        connected.append((host, port))
        raise hooks.httpcore.ConnectError("refused")

    monkeypatch.setattr(hooks.httpcore.SyncBackend, "connect_tcp", connect)

    answered = post("https://hooks.example.com/", PRODUCTION)

    assert answered.status is None
    assert (asked, connected) == (["hooks.example.com"], [("1.1.1.1", 443)])


def test_production_sends_nothing_in_clear_and_nothing_to_itself():
    with serving(Receiver()) as receiver:
        answered = post(receiver.url, PRODUCTION)

    assert (answered.status, receiver.asked) == (None, [])


def test_nobody_there_is_said_and_raises_nothing():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert post(f"http://127.0.0.1:{port}/").status is None


def test_whoever_answers_in_drops_is_left_when_the_time_is_over(monkeypatch):
    monkeypatch.setattr(hooks.rules, "TIMEOUT_S", 0.2)
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        accepting = threading.Thread(target=lambda: taken.append(silent.accept()[0]))
        accepting.start()
        answered = post(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        accepting.join()
    taken[0].close()

    assert (answered.status, answered.said) == (None, "timed out")
