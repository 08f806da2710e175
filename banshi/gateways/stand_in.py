"""What the demo's stand-ins for other people's machines have in common: a memory in files of their own, and a word to us.

Files, since each is another's machine, which our processes ask at the same time and whose memory outlives them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import structlog

log = structlog.get_logger("banshi.stand_in")
PATIENCE_S: Final = 3.0
LONGEST: Final = 32


@dataclass(frozen=True)
class Memory:
    """One file a reference, in `folder`."""

    folder: Path

    def known(self, reference: str) -> dict[str, Any] | None:
        """None: nothing, or no reference of ours."""
        file = self._file(reference)
        if file is None or not file.is_file():
            return None
        found: dict[str, Any] = json.loads(file.read_text())
        return found

    def keep(self, reference: str, said: Mapping[str, Any]) -> None:
        """Whole or not at all: another process may be reading."""
        file = self._file(reference)
        assert file is not None
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder)
        with os.fdopen(handle, "w") as out:
            json.dump(said, out, ensure_ascii=False)
        Path(name).replace(file)

    def files(self) -> list[Path]:
        """In the order of their references."""
        return sorted(self.folder.glob("*.json")) if self.folder.is_dir() else []

    def _file(self, reference: str) -> Path | None:
        known = reference.isascii() and reference.isalnum() and len(reference) <= LONGEST
        return self.folder / f"{reference}.json" if known else None


def tell(address: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Once; what does not arrive is asked for. :param address: "": nobody is told."""
    if not address:
        return
    try:
        httpx.post(address, content=body, headers=dict(headers), timeout=PATIENCE_S)
    except httpx.HTTPError as trouble:
        log.warning("not-told", why=type(trouble).__name__)
