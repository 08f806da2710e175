"""A call of two browsers that may only meet over a relay: coturn on this machine, with the names and passwords we give out.

Left out, with a word, where coturn is not installed."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ROOT, SERVE, Installation, _free_port, until_up
from tests.e2e.test_call import HALL, SEES, at_the_seat, browser, hang_up, write  # noqa: F401 – a fixture
from tests.e2e.test_citizen import sign_in

pytestmark = pytest.mark.browser
TURNSERVER = shutil.which("turnserver")
REMEMBERS = """
const Plain = window.RTCPeerConnection;
window.peers = [];
window.RTCPeerConnection = class extends Plain {
  constructor(...given) { super(...given); window.peers.push(this); }
};
"""
# Over which pair the picture goes: what kinds both ends of it are.
KINDS = """async () => {
  for (const peer of window.peers.filter((one) => one.connectionState === "connected")) {
    const heard = await peer.getStats();
    const pair = [...heard.values()].find((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
    if (pair) return [heard.get(pair.localCandidateId).candidateType, heard.get(pair.remoteCandidateId).candidateType];
  }
  return null;
}"""


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """coturn for this machine alone: its port, and the secret it shares with us."""
    if TURNSERVER is None:
        pytest.skip("coturn is not installed: apt-get install coturn")
    port, secret = _free_port(), secrets.token_hex(16)
    first = 40_000 + secrets.randbelow(8_000)
    settings = {
        "listening-ip": "127.0.0.1", "relay-ip": "127.0.0.1", "listening-port": port, "min-port": first, "max-port": first + 60,
        "realm": "hall.example", "static-auth-secret": secret, "log-file": tmp_path / "turn.log",
        "pidfile": tmp_path / "turn.pid", "userdb": tmp_path / "turn.db",
    }  # fmt: skip
    lines = [f"{name}={value}" for name, value in settings.items()]
    lines += ["use-auth-secret", "no-cli", "no-tls", "no-dtls", "allow-loopback-peers", "simple-log"]
    (tmp_path / "turn.conf").write_text("\n".join(lines) + "\n")
    with (tmp_path / "turn.out").open("wb") as out:
        process = subprocess.Popen([TURNSERVER, "-c", str(tmp_path / "turn.conf")], stdout=out, stderr=out)
    try:
        _until_it_listens(port, process)
        yield port, secret
    finally:
        process.terminate()
        process.wait(timeout=20)


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "coturn ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("coturn does not listen")


@pytest.fixture
def beside(installation: Installation, relay: tuple[int, str]) -> Iterator[Installation]:
    """A second web server of the installation: calls that come in here go over the relay alone."""
    port, secret = relay
    own = _free_port()
    environment = {
        **installation.environment, "PORT": str(own), "BANSHI_TURN_URLS": f"turn:127.0.0.1:{port}",
        "BANSHI_TURN_SECRET": secret, "BANSHI_TURN_ONLY": "1",
    }  # fmt: skip
    with (installation.data / "relayed.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "banshi.cli", *SERVE, str(own)], env=environment, cwd=ROOT, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        running = replace(installation, url=f"http://127.0.0.1:{own}", processes=[])
        until_up(running)
        yield running
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def test_over_a_relay_alone_both_see_and_hear_each_other(
    open_page: Any,
    beside: Installation,
    browser: Any,  # noqa: F811
) -> None:
    seat = at_the_seat(browser, beside.url, before=REMEMBERS)
    seat.click("#be-ready")
    seat.wait_for_selector("#be-ready.is-now")
    phone = open_page("/")
    phone.context.add_init_script(REMEMBERS)
    phone.set_default_timeout(60_000)
    phone.goto(f"{beside.url}/video/?hall={HALL}")
    sign_in(phone, beside, "13822007752")
    phone.click("form[method=post] .btn--lg")
    seat.wait_for_selector("#answers")
    seat.keyboard.press("a")

    for page in (seat, phone):
        page.wait_for_function(SEES)
    write(phone, "看得见吗？")
    seat.wait_for_selector(".said[data-by=citizen]")
    kinds = [page.evaluate(KINDS) for page in (seat, phone)]
    hang_up(seat)
    seat.wait_for_selector("[data-seat]")
    seat.context.close()

    assert kinds == [["relay", "relay"], ["relay", "relay"]]
