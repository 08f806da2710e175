"""Child processes that end with their parent, ports and who sits on them. Linux; elsewhere it knows less."""

from __future__ import annotations

import contextlib
import ctypes
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
BACK_OFF_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
GOOD_LIFE_S: Final = 60.0
LOG_LIMIT_BYTES: Final = 20 * 2**20


def follow_parent() -> None:
    """End with SIGTERM when the parent goes, even by SIGKILL, if ``$BANSHI_FOLLOW`` says so."""
    follow = os.environ.pop("BANSHI_FOLLOW", "")
    if not follow or not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if follow.isdigit() and int(follow) > 1 and os.getppid() != int(follow):
        raise SystemExit(0)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def port_trouble(host: str, port: int) -> str | None:
    """Why one cannot listen there and what to do, or None."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            return f"port {port} needs root. Choose one above 1023, for example: PORT=8000 make run"
        except OSError as error:
            owner = port_owner(port)
            if error.errno != 98 and not owner:
                return f"cannot listen on {host}:{port}: {error.strerror}"
            who = f"by process {owner[0]} ({owner[1]})" if owner else "by another program"
            stop = f"Stop it (kill {owner[0]})" if owner else "Stop that one"
            return f"port {port} is taken {who}. {stop}, or choose another: PORT={free_port(port + 1)} make run"
    return None


def free_port(first: int) -> int:
    """The first port from ``first`` on where nobody listens."""
    for port in range(first, min(first + 200, 65536)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("0.0.0.0", port))  # noqa: S104 - a probe
            return port
    return first


def port_owner(port: int) -> tuple[int, str] | None:
    """Process id and command line of who listens on a TCP port, as far as the system tells us."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == "0A" and int(columns[1].rsplit(":", 1)[1], 16) == port:
                    inodes.add(f"socket:[{columns[9]}]")
    for folder in Path("/proc").glob("[0-9]*/fd") if inodes else ():
        with contextlib.suppress(OSError):
            for handle in folder.iterdir():
                with contextlib.suppress(OSError):
                    if os.readlink(handle) in inodes:
                        words = (folder.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                        return int(folder.parent.name), words.strip()[:80]
    return None


@dataclass
class Child:
    """One program kept alive: started again when it ends, ever later while it keeps ending."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    falls: int = 0
    again_at: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        environment = {**os.environ, **self.environment, "BANSHI_FOLLOW": str(os.getpid()), "PYTHONUNBUFFERED": "1"}
        environment.pop("BANSHI_OWNER_URL", None)  # the owner's address is for operators' commands
        with open(self.log, "ab") as log:
            # A session of its own: Ctrl-C reaches the supervisor alone, and what the child leaves behind can be swept.
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    def tend(self) -> str | None:
        """Start again what has ended, in due time. Returns a line worth printing, or None."""
        if self.process is None:
            if time.monotonic() >= self.again_at:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.signal(signal.SIGKILL)
        self.falls = 0 if time.monotonic() - self.started_at > GOOD_LIFE_S else self.falls
        wait = BACK_OFF_S[min(self.falls, len(BACK_OFF_S) - 1)]
        self.falls += 1
        self.process, self.again_at = None, time.monotonic() + wait
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
        return f"{self.name} ended with {how}; starting it again in {wait:g} s. See {self.log}"

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the child and all it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tail(self, lines: int = 15) -> str:
        with contextlib.suppress(OSError), open(self.log, "rb") as file:
            file.seek(max(0, self.log.stat().st_size - 16_384))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
        return ""


def stop_all(children: list[Child], *, patience_s: float) -> None:
    """SIGTERM to all, then SIGKILL to whom and whatever is left after ``patience_s``."""
    for child in children:
        # Only the child itself: it knows in which order its own must end.
        if child.alive and child.process is not None:
            child.process.terminate()
    deadline = time.monotonic() + patience_s
    while any(child.alive for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.signal(signal.SIGKILL)
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=2)
