"""Anchors of the audit trail: a line per seal in a file beside the data, and, where it is set, a POST to another machine.

Files: `$BANSHI_AUDIT_ANCHORS` (default `$BANSHI_DATA/audit`)`/<database>/<month>.jsonl`, flushed to the disk line by line.
Remote: `BANSHI_AUDIT_ANCHOR_URL`, JSON `{"installation", "no", "hash", "at", "restored"}`, with
`BANSHI_AUDIT_ANCHOR_TOKEN` as bearer token. What did not arrive is sent with the next seal: a later head proves all before it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import httpx
from django.conf import settings

from banshi.rooms.audit.ports import Anchor

TIMEOUT_S = 8.0


class Kept:
    """In files, and elsewhere where an address is given."""

    def __init__(self, folder: Path, *, url: str = "", token: str = "", installation: str = "") -> None:
        self.folder, self.url, self.token, self.installation = folder, url, token, installation

    def keep(self, anchor: Anchor) -> None:
        """:raises OSError: the disk, or the other machine, did not take it."""
        line = json.dumps(_plain(anchor)) + "\n"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{anchor.at:%Y-%m}.jsonl"
        fresh = not path.exists()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            _sync_folder(self.folder)
        self._tell(anchor)

    def kept(self) -> Sequence[Anchor]:
        found = []
        for path in sorted(self.folder.glob("*.jsonl")):
            for line in path.read_text().splitlines():
                # A line cut short by a power failure says nothing; those around it do.
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    row = json.loads(line)
                    at = datetime.fromisoformat(row["at"])
                    found.append(Anchor(int(row["no"]), str(row["hash"]), at, bool(row.get("restored"))))
        return found

    def _tell(self, anchor: Anchor) -> None:
        if not self.url:
            return
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        said = {"installation": self.installation, **_plain(anchor)}
        try:
            httpx.post(self.url, json=said, headers=headers, timeout=TIMEOUT_S).raise_for_status()
        except httpx.HTTPError as trouble:
            raise OSError(f"the remote anchor was not taken: {type(trouble).__name__}") from trouble


def _plain(anchor: Anchor) -> dict[str, object]:
    said: dict[str, object] = {"no": anchor.no, "hash": anchor.hash, "at": anchor.at.isoformat()}
    return said | ({"restored": True} if anchor.restored else {})


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def anchors() -> Kept:
    """As the environment says."""
    root = Path(os.environ.get("BANSHI_AUDIT_ANCHORS") or settings.DATA_DIR / "audit")
    database = re.sub(r"[^\w.-]", "_", str(settings.DATABASES["default"]["NAME"]))
    return Kept(
        root / database,
        url=os.environ.get("BANSHI_AUDIT_ANCHOR_URL", ""),
        token=os.environ.get("BANSHI_AUDIT_ANCHOR_TOKEN", ""),
        installation=settings.BANSHI_PUBLIC_URL,
    )
