"""Signs papers with keys that lie in a folder, and looks at the signatures of strangers' files.

- `Folder`: keys and certificates as an authority gave them, laid into `BANSHI_SEALS_FOLDER` by an operator (docs/operate.md).
- `DemoAuthority`: the same, but what is missing is made, by an authority that proves nothing. Refused in production.

A machine that keeps keys to itself (加密机), or a signing service, is another class behind the port `banshi.rooms.seals.ports`.
`pades`, which signs, takes two seconds to import, so it is imported by whoever signs: the worker.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from django.conf import settings

from banshi.gateways.moods import strikes
from banshi.gateways.seals import authority
from banshi.gateways.seals.picture import drawn
from banshi.rooms.seals import rules
from banshi.rooms.seals.ports import Busy, CannotSeal, Rejected, SealOf, Seen, SignerDown

CHILD = Path(__file__).with_name("child.py")
MEMORY = 1024 * 1024 * 1024  # bytes of address space
CPU_S = 20
WALL_S = 40.0
AT_ONCE = 1  # in one process of ours; a web server has several
LIMITS = {"memory": MEMORY, "seconds": CPU_S, "bytes": rules.MOST_BYTES}
MOST_ANSWER = 4096

log = structlog.get_logger("banshi.seals")
_turns = threading.BoundedSemaphore(AT_ONCE)


class Folder:
    """See above. `BANSHI_SIGNER_DOWN=1`: it does not answer."""

    def enrol(self, seal: SealOf, *, at: datetime) -> str:
        form = serialization.Encoding.PEM
        return "".join(each.public_bytes(form).decode() for each in authority.chain_of(seal.key))

    def sign(self, content: bytes, *, seal: SealOf, beside: Sequence[str], at: datetime) -> bytes:
        if settings.BANSHI_SIGNER_DOWN:
            raise SignerDown("down")
        from banshi.gateways.seals import child, pades

        done = pades.signed(content, seal=seal, beside=beside, at=at)
        # What nobody would believe is not given out: of a key and a certificate that do not belong together, or one that is over.
        seen = child.look(done, [_der(authority.chain_of(seal.key)[-1])])
        if not all(seen.get(each) for each in ("intact", "whole", "trusted", "in_time", "sound")):
            raise CannotSeal("the signature does not hold: is the certificate over, or another key's?")
        return done

    def picture(self, seal: SealOf) -> bytes:
        return drawn(seal.words, "svg")


class DemoAuthority(Folder):
    """See above. It is down, out of date, without the time or cut short as the demo's page has it."""

    def enrol(self, seal: SealOf, *, at: datetime) -> str:
        authority.make(seal, at=at)
        return super().enrol(seal, at=at)

    def sign(self, content: bytes, *, seal: SealOf, beside: Sequence[str], at: datetime) -> bytes:
        if strikes("signer", "down"):
            raise SignerDown("down")
        if strikes("signer", "stamp"):
            raise SignerDown("the time stamp authority does not answer")
        if strikes("signer", "expired"):
            raise CannotSeal("the certificate is over")
        done = super().sign(content, seal=seal, beside=beside, at=at)
        return done[: len(content) // 2] if strikes("signer", "half") else done


def seen(content: bytes, *, roots: Sequence[str]) -> Seen:
    """The signatures in a stranger's file (the port `Signatures`), looked at in a process of its own.

    :raises Rejected: `heavy` when it took too much memory or time. :raises Busy: no turn within `WALL_S`.
    """
    if not content.startswith(b"%PDF-") or len(content) > rules.MOST_BYTES:
        raise Rejected("unreadable")
    trusted = [base64.b64encode(_der(x509.load_pem_x509_certificate(each.encode()))).decode() for each in roots]
    if not _turns.acquire(timeout=WALL_S):
        raise Busy
    try:
        said = _asked(content, json.dumps({"limits": LIMITS, "roots": trusted}))
    finally:
        _turns.release()
    if "rejected" in said or not isinstance(said.get("signatures"), int):
        raise Rejected("heavy" if said.get("rejected") == "heavy" else "unreadable")
    return _seen(said)


def _seen(said: dict[str, Any]) -> Seen:
    """:raises Rejected: it is not what a child says."""
    if said["signatures"] == 0 or "certificate" not in said:
        return Seen(0)
    try:
        at = datetime.fromisoformat(said["signed_at"]) if said["signed_at"] else None
    except (ValueError, TypeError) as wrong:
        raise Rejected("unreadable") from wrong
    sound = said["sound"] is True
    return Seen(
        said["signatures"], said["intact"] is True, said["whole"] is True, said["trusted"] is True and sound,
        said["in_time"] is True, at, str(said["certificate"])[:64], str(said["name"])[:120],
    )  # fmt: skip


def _asked(content: bytes, told: str) -> dict[str, Any]:
    """What the child answers. :raises Rejected: heavy – it came to its bounds; unreadable – it broke."""
    child = subprocess.Popen(
        [sys.executable, "-I", "-B", str(CHILD), told],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath, "MALLOC_ARENA_MAX": "1"}, cwd="/", start_new_session=True,
    )  # fmt: skip
    try:
        answer, _ = child.communicate(content, timeout=WALL_S)
    except subprocess.TimeoutExpired:
        raise Rejected("heavy") from None
    finally:
        child.kill()
        child.wait()
    if child.returncode != 0 or len(answer) > MOST_ANSWER:
        log.warning("signature-child-ended", code=child.returncode)
        raise Rejected("heavy" if child.returncode < 0 else "unreadable")
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {}


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
