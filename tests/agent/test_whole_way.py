"""The whole way, with programs of their own: let in by a code, an order over real HTTP, a slip out of the simulated printer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from banshi.agent import keyfile
from banshi.foundation import clock
from banshi.kernel.actors import SYSTEM
from banshi.rooms.devices import actions
from banshi.rooms.devices.actions import orders, queries
from banshi.rooms.devices.models import Device, DeviceOrder, MachineType
from tests.agent.server import SLIP
from tests.doors.conftest import serving
from tests.town import TUESDAY_NINE, Town


def program(folder: Path, *said: str, code: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "banshi.agent", "--folder", str(folder), *said]
    return subprocess.run(command, input=code, text=True, capture_output=True, timeout=120)


def until(seen: Callable[[], Any], process: subprocess.Popen[bytes]) -> None:
    """Two minutes are for a busy machine."""
    end = time.monotonic() + 120
    while not seen():
        assert process.poll() is None, "it ended by itself"
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


@pytest.mark.race
def test_from_the_code_to_the_slip(committed_town: Town, tmp_path: Path):
    kind = MachineType.objects.create(
        code="prints", name_zh="打印机", name_en="Printer", parts=["receipt_printer", "reader", "network"]
    )
    device = Device.objects.create(hall=committed_town.hall, code="k-1", kind="kiosk", name="一号机", type=kind)
    code = actions.new_secret(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    folder, printed = tmp_path / "agent", tmp_path / "parts" / "out" / "receipt_printer"

    def states() -> dict[str, str]:
        return dict(DeviceOrder.objects.order_by("id").values_list("key", "state"))

    def give(key: str) -> None:
        orders.give(device=device, key=key, kind="print_slip", body=SLIP, by=SYSTEM, at=clock.wall(), now=TUESDAY_NINE)

    with serving(tmp_path) as served:
        enrolling = ("enrol", "--server", served.url, "--device", "k-1")
        wrong = program(folder, *enrolling, code="guessed")
        let_in = program(folder, *enrolling, code=f"{code}\n")
        once_more = program(folder, *enrolling, code=code)
        give("t-1")
        command = [sys.executable, "-m", "banshi.agent", "--folder", str(folder), "run", "--simulated"]
        process = subprocess.Popen([*command, str(tmp_path / "parts")], env=dict(os.environ), stderr=subprocess.DEVNULL)
        try:
            until(lambda: states() == {"t-1": "done"}, process)
            give("t-2")  # while it waits
            until(lambda: states() == {"t-1": "done", "t-2": "done"}, process)
            second = program(folder, "run", "--simulated", str(tmp_path / "parts"))
            process.send_signal(signal.SIGTERM)
            ended = process.wait(timeout=60)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    assert [(each.returncode, each.stderr) for each in (wrong, once_more)] == [
        (1, "banshi-agent: the code is wrong, used or too old\n")
    ] * 2
    assert (let_in.returncode, let_in.stderr, let_in.stdout) == (0, "", "")
    assert (second.returncode, "another program" in second.stderr) == (1, True)
    assert (printed.read_text().count("---\n"), ended) == (2, 0)
    held = keyfile.held(folder)
    assert ((folder / keyfile.NAME).stat().st_mode & 0o777, held.device) == (0o600, "k-1")
    device.refresh_from_db()
    assert device.last_seen_at is not None  # with parts that its type does not count
    assert device.reader_key == held.reader_key == queries.secret_hash("reader", code)
