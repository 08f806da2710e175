"""Looks for viruses with ClamAV's daemon (clamd, INSTREAM), at `BANSHI_CLAMD`: `host:port`, or the path of its socket."""

from __future__ import annotations

import socket
from contextlib import closing

from django.conf import settings

TIMEOUT_S = 20.0
PIECE = 64 * 1024


def found(content: bytes) -> str | None:
    """The name of what clamd finds, None for nothing (library's port `Scanner`).

    :raises OSError: it does not answer, or not in its own terms: also where its `StreamMaxLength` is less than 20 MB.
    """
    with closing(_connected(settings.BANSHI_CLAMD)) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            clamd.sendall(len(piece).to_bytes(4, "big") + piece)
        clamd.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and (more := clamd.recv(4096)):
            answer += more
    said = answer.rstrip(b"\0").decode(errors="replace")
    if said == "stream: OK":
        return None
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    raise OSError("clamd does not say whether there is a virus")


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        clamd.settimeout(TIMEOUT_S)
        try:
            clamd.connect(address)
        except OSError:
            clamd.close()
            raise
        return clamd
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT_S)
