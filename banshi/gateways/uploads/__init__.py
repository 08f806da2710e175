"""Opens files that strangers send, in a process of its own for each: bounded in memory and time, it reads, draws anew and
answers. What breaks or kills it has done no more than that.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import structlog

from banshi.rooms.library import rules
from banshi.rooms.library.ports import Busy, Cleaned, Rejected

CHILD = Path(__file__).with_name("child.py")
MEMORY = 1024 * 1024 * 1024  # bytes of address space
CPU_S = 10
WALL_S = 30.0
AT_ONCE = 2  # in one process of ours; a web server has several
IN_LINE = 8  # opened or waiting for it: whoever waits holds a thread that everybody's requests need
MOST_ANSWER = rules.MOST_BYTES + 4096
LIMITS = {
    "memory": MEMORY, "seconds": CPU_S, "bytes": rules.MOST_BYTES, "pixels": rules.MOST_PIXELS,
    "side": rules.LONGEST_SIDE, "pages": rules.MOST_PAGES,
}  # fmt: skip

log = structlog.get_logger("banshi.uploads")
_line = threading.BoundedSemaphore(IN_LINE)
_turns = threading.BoundedSemaphore(AT_ONCE)


def cleaned(content: bytes) -> Cleaned:
    """The file as it may be kept (library's port `Intake`).

    :raises Rejected: with why; `heavy` when it took too much memory or time. :raises Busy: the line is full, or no
        turn comes within `WALL_S`.
    """
    if not _line.acquire(blocking=False):
        raise Busy
    try:
        if not _turns.acquire(timeout=WALL_S):
            raise Busy
        try:
            answer = _asked(content)
        finally:
            _turns.release()
    finally:
        _line.release()
    head, _, kept = answer.partition(b"\n")
    said = _read(head)
    if "rejected" in said:
        why = str(said["rejected"])
        raise Rejected(why if why in rules.REASONS else "unreadable")
    if said.get("mime") == rules.PDF and said.get("kept"):
        return Cleaned(content, rules.PDF, int(said["pages"]))
    if said.get("mime") == rules.IMAGE and kept.startswith(b"\xff\xd8\xff"):
        return Cleaned(kept, rules.IMAGE, 1)
    raise Rejected("unreadable")


def _read(head: bytes) -> dict[str, Any]:
    try:
        said = json.loads(head)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {}


def _asked(content: bytes) -> bytes:
    """What the child answers. :raises Rejected: heavy – it came to its bounds; unreadable – it broke."""
    # Isolated: nothing of our environment reaches it. One arena: decoders' threads claim no memory in advance.
    child = subprocess.Popen(
        [sys.executable, "-I", "-B", str(CHILD), json.dumps(LIMITS)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath, "MALLOC_ARENA_MAX": "1"}, cwd="/", start_new_session=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    late = threading.Timer(WALL_S, child.kill)
    feeding = threading.Thread(target=_feed, args=(child.stdin, content), daemon=True)
    with child:
        try:
            late.start()
            feeding.start()
            answer = child.stdout.read(MOST_ANSWER + 1)
            if len(answer) > MOST_ANSWER:
                child.kill()
            ended = child.wait()
        finally:
            child.kill()
            late.cancel()
            feeding.join()
    if ended != 0:
        log.warning("upload-child-ended", code=ended)
        raise Rejected("heavy" if ended < 0 else "unreadable")
    return answer


def _feed(into: IO[bytes], content: bytes) -> None:
    """It may end before it has read all."""
    with contextlib.suppress(OSError):
        into.write(content)
    with contextlib.suppress(OSError):
        into.close()
