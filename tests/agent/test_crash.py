"""The program is killed between the beginning and the end of a deed: what may have come out is never done again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agent.server import FakeServer, Machine

# A program of its own, whose printer puts the slip out and is killed before it can say so.
PROGRAM = """
import os, signal, sys
from pathlib import Path
from tests.agent.server import FakeServer, Machine

server = FakeServer()
machine = Machine(server, Path(sys.argv[1]))
world = machine.agent.parts["receipt_printer"].world
comes_out = world.comes_out

def killed(part, text):
    if sys.argv[2] == "after":
        comes_out(part, text)
    os.kill(os.getpid(), signal.SIGKILL)

world.comes_out = killed
server.give("k-1", key="t-1")
server.give("k-1", key="t-2")
machine.agent.turn()
"""


@pytest.mark.crash
@pytest.mark.parametrize(("when", "printed"), [("before", 0), ("after", 1)])
def test_killed_in_the_middle_it_is_unsure_and_not_printed_again(tmp_path: Path, when: str, printed: int):
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), when],
        env={**os.environ, "PYTHONPATH": str(root)}, cwd=root, timeout=120,
    )  # fmt: skip
    server = FakeServer()
    machine = Machine(server, tmp_path)
    out = machine.slips()

    machine.agent.turn()
    machine.agent.turn()

    assert (done.returncode, out) == (-signal.SIGKILL, printed)
    assert [(order, state, why) for _, order, state, why in server.ended] == [
        (1, "unsure", "restarted"), (2, "done", ""),
    ]  # fmt: skip
    assert machine.slips() == printed + 1
