"""A WebSocket client of a few lines, for tests that talk to the real web server (RFC 6455, text frames alone)."""

from __future__ import annotations

import base64
import os
import socket
import struct
from typing import Any

import orjson


class Ended(Exception):
    """The server closed it. :ivar code: why, as the server says."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Socket:
    """One open socket; `status` is 101 where the server took it."""

    def __init__(self, port: int, path: str, *, origin: str = "", timeout: float = 60) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        said = f"Origin: {origin}\r\n" if origin else ""
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{said}"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self._more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        self.status = int(head.split(b" ", 2)[1])

    def _more(self) -> bytes:
        part = self.line.recv(65536)
        if not part:
            raise Ended(1006)
        return part

    def _take(self, size: int) -> bytes:
        while len(self.rest) < size:
            self.rest += self._more()
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def say(self, told: Any) -> None:
        body = told.encode() if isinstance(told, str) else orjson.dumps(told)
        mask = os.urandom(4)
        size = len(body)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        if size > 65535:
            length = b"\xff" + struct.pack(">Q", size)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(body))
        self.line.sendall(b"\x81" + length + mask + masked)

    def hear(self) -> Any:
        """The next message that says something. :raises Ended: the server closed it."""
        while True:
            first, second = self._take(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack(">H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._take(8))[0]
            body = self._take(size)
            if first & 0x0F == 8:
                raise Ended(struct.unpack(">H", body[:2])[0] if len(body) >= 2 else 1005)
            if first & 0x0F == 1 and (told := orjson.loads(body))["kind"] != "ping":
                return told

    def close(self) -> None:
        self.line.close()
