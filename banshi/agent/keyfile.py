"""What the machine holds after it was let in: its key, in a file that nobody else on it may read."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

NAME: Final = "key.json"
MODE: Final = 0o600


class NoKey(Exception):
    """The machine was not let in yet, or its file is not as it was written."""


@dataclass(frozen=True)
class Held:
    """`key`: what the server knows it by; `reader_key`: what its card reader signs with (kernel/cards.py)."""

    server: str
    device: str
    key: str
    reader_key: str


def reader_key_of(code: str) -> str:
    """Both sides make it from the pairing code."""
    return hashlib.sha256(f"reader:{code.strip().lower()}".encode()).hexdigest()


def keep(folder: Path, held: Held) -> None:
    """Whole or not at all; of mode 0600 before anything stands in it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = folder / f"{NAME}.new"
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w") as out:
        json.dump(asdict(held), out)
        out.flush()
        os.fsync(out.fileno())
    new.replace(folder / NAME)


def held(folder: Path) -> Held:
    """:raises NoKey: none, unreadable, or readable for others."""
    file = folder / NAME
    try:
        with file.open() as text:
            if os.name == "posix" and stat.S_IMODE(os.fstat(text.fileno()).st_mode) & 0o077:
                raise NoKey(f"{file} can be read by others: chmod 600 it, and have a new pairing code made")
            return Held(**json.load(text))
    except (OSError, ValueError, TypeError) as trouble:
        raise NoKey(f"no key in {file}: enrol first") from trouble
