"""`banshi-agent enrol`, `banshi-agent run`."""

from __future__ import annotations

import argparse
import getpass
import logging
import re
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from banshi.agent import keyfile, line
from banshi.agent.agent import BEAT_S, Agent
from banshi.agent.clock import Clock
from banshi.agent.door import Door
from banshi.agent.journal import Journal, Taken
from banshi.agent.simulated import parts
from banshi.agent.simulated.world import World
from banshi.kernel.machine_orders import DOOR_PORT
from banshi.kernel.version import VERSION

FOLDER = Path.home() / ".banshi-agent"


def main(said: Sequence[str] | None = None) -> int:
    """Returns 0, or 1 with a sentence on standard error."""
    asked = _arguments().parse_args(said)
    try:
        return int(asked.act(asked))
    except (keyfile.NoKey, Taken, ValueError) as trouble:
        return _sorry(str(trouble))
    except line.KeyEnded:
        return _sorry("the key opens nothing any more: make a new pairing code in the office and enrol again")
    except line.SaidNo as no:
        return _sorry({"code-wrong": "the code is wrong, used or too old"}.get(no.slug, no.slug))
    except line.LineDown as down:
        return _sorry(f"no answer from the server ({down}); if the code was used up, make a new one")


def _arguments() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="banshi-agent", description="The program on a kiosk's or window's PC.")
    top.add_argument("--version", action="version", version=VERSION)
    top.add_argument("--folder", type=Path, default=FOLDER, help="where its key and journal lie")
    acts = top.add_subparsers(required=True)
    enrol = acts.add_parser("enrol", help="let this machine in, once, with the code that the office shows")
    enrol.add_argument("--server", required=True, help="address of the installation: https://…")
    enrol.add_argument("--device", required=True, help="code of the machine in the office")
    enrol.set_defaults(act=_enrol)
    run = acts.add_parser("run", help="fetch orders and do them, until it is stopped")
    run.add_argument(
        "--simulated", type=Path, required=True, help="folder of the simulated parts; there are no others yet"
    )
    run.add_argument("--beat", type=float, default=BEAT_S, help="seconds between heartbeats")
    run.add_argument(
        "--door",
        type=int,
        default=0,
        help=f"port on 127.0.0.1 for the page on this PC, {DOOR_PORT} for a kiosk; 0: none",
    )
    run.set_defaults(act=_run)
    return top


def _enrol(asked: Any) -> int:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", asked.device):
        raise ValueError("a machine's code has small letters, digits, - and _")
    # Not an argument: those stand in the list of processes and in the shell's history.
    code = getpass.getpass("Pairing code: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    with line.client_of(asked.server) as client:
        keyfile.keep(asked.folder, line.enrol(client, server=asked.server, device=asked.device, code=code))
    return 0


def _run(asked: Any) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # else a line for each request
    held, clock = keyfile.held(asked.folder), Clock()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: clock.stopping.set())
    journal = Journal(asked.folder)
    try:
        with line.client_of(held.server) as client:
            agent = Agent(
                line=line.Line(held, client), journal=journal, parts=parts(World(asked.simulated, sleep=clock.sleep)),
                clock=clock, beat_s=asked.beat,
            )  # fmt: skip
            if asked.door:
                door = Door(agent, held, folder=asked.folder, port=asked.door)
                threading.Thread(target=door.serve_forever, name="door", daemon=True).start()
            agent.run(clock.stopping)
    finally:
        clock.stopping.set()
        journal.close()
    return 0


def _sorry(why: str) -> int:
    sys.stderr.write(f"banshi-agent: {why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
