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
"""
ORDERS = """
server.give("k-1", key="t-1")
server.give("k-1", key="t-2")
machine.agent.turn()
"""
NUMBERS = """
machine.agent.turn()
machine.agent.numbers.give("A", press="p", language="zh-hans", wall=machine.clock.at)
"""
ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, program: str, when: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + program, str(folder), when],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT, timeout=120,
    )  # fmt: skip
    return done.returncode


@pytest.mark.crash
@pytest.mark.parametrize(("when", "printed"), [("before", 0), ("after", 1)])
def test_killed_in_the_middle_it_is_unsure_and_not_printed_again(tmp_path: Path, when: str, printed: int):
    ended = run(tmp_path, ORDERS, when)
    server = FakeServer()
    machine = Machine(server, tmp_path)
    out = machine.slips()

    machine.agent.turn()
    machine.agent.turn()

    assert (ended, out) == (-signal.SIGKILL, printed)
    assert [(order, state, why) for _, order, state, why in server.ended] == [
        (1, "unsure", "restarted"), (2, "done", ""),
    ]  # fmt: skip
    assert machine.slips() == printed + 1


@pytest.mark.crash
@pytest.mark.parametrize(("when", "printed"), [("before", 0), ("after", 1)])
def test_killed_while_it_prints_a_number_that_number_is_nobody_elses_and_is_told(
    tmp_path: Path, when: str, printed: int
):
    ended = run(tmp_path, NUMBERS, when)
    server = FakeServer()
    machine = Machine(server, tmp_path)
    out = machine.slips()

    next_one = machine.agent.numbers.give("A", press="q", language="zh-hans", wall=machine.clock.at)
    machine.agent.turn()
    machine.agent.turn()

    assert (ended, out, next_one) == (-signal.SIGKILL, printed, "PA002")
    assert [each[:2] for each in server.numbers] == [("PA", 1), ("PA", 2)]
