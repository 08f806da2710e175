"""Servers that look like the real ones, record what they are asked, and fail on demand; each on its own port."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse


@dataclass
class Asked:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Fake:
    """`answers`: (status, content) given first, one per request; after that `answer` decides."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)

    def answer(self, asked: Asked) -> tuple[int, Any]:
        return 200, {}


@dataclass
class FakeSms(Fake):
    """Delivers each Idempotency-Key once and answers repetitions with the first receipt."""

    delivered: dict[str, str] = field(default_factory=dict)

    def answer(self, asked: Asked) -> tuple[int, Any]:
        key = asked.headers["idempotency-key"]
        self.delivered.setdefault(key, asked.json["text"])
        return 200, {"receipt": f"sms-{key}"}


@dataclass
class FakeWechat(Fake):
    """A stable token that `expire()` ends, and template messages kept once per client_msg_id."""

    token: str = "token-1"
    delivered: dict[str, Any] = field(default_factory=dict)
    errcode: int = 0

    def expire(self) -> None:
        self.token = f"token-{int(self.token.split('-')[1]) + 1}"

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.path == "/cgi-bin/stable_token":
            if asked.json["secret"] != "s":
                return 200, {"errcode": 40125, "errmsg": "invalid appsecret"}
            return 200, {"access_token": self.token, "expires_in": 7200}
        if asked.query.get("access_token") != self.token:
            return 200, {"errcode": 42001, "errmsg": "access_token expired"}
        if self.errcode:
            return 200, {"errcode": self.errcode, "errmsg": "no"}
        self.delivered.setdefault(asked.json["client_msg_id"], asked.json)
        return 200, {"errcode": 0, "errmsg": "ok", "msgid": len(self.delivered)}


@contextmanager
def serving(fake: Fake) -> Iterator[Any]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            url = urlparse(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            asked = Asked(url.path, query, {k.lower(): v for k, v in self.headers.items()}, body)
            fake.asked.append(asked)
            status, content = fake.answers.pop(0) if fake.answers else fake.answer(asked)
            text = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: Any) -> None: ...

    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        fake.url = f"http://127.0.0.1:{port}"
        yield fake


@dataclass
class FakeMail:
    """An SMTP server that keeps letters; `refuse` answers RCPT with that code."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    refuse: int = 0


@contextmanager
def mailing(fake: FakeMail) -> Iterator[FakeMail]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 fake\r\n")
            while line := self.rfile.readline():
                word = line.strip().upper()
                if word.startswith(b"RCPT") and fake.refuse:
                    self.wfile.write(f"{fake.refuse} no\r\n".encode())
                elif word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    fake.letters.append(self._letter())
                    self.wfile.write(b"250 kept\r\n")
                elif word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                else:
                    self.wfile.write(b"250 ok\r\n")

        def _letter(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            return b"".join(lines)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with _running(Server(("127.0.0.1", 0), Handler)) as port:
        fake.port = port
        yield fake


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]  # type: ignore[index, misc]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
