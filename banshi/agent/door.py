"""For the page on the same PC: a door on 127.0.0.1, with a token from a file that only this machine's user reads.

`GET /status | /card | /scan | /picture | /page | /stars`. A card comes signed (kernel/cards.py), so that the server believes the
reader and not the page. Another page's script, or a name that leads here by a trick, is refused: the page's
origin is the server's.

`GET /` and `POST /numbers` are the machine's own page (agent/page.py), without a token: whoever stands before it may take a
number while the line is down; else it leads to the server's page. That one asks `GET /away` before it comes here.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from banshi.agent import page
from banshi.agent.agent import Agent
from banshi.agent.drivers import Trouble
from banshi.agent.keyfile import MODE, Held
from banshi.agent.numbers import NoNumber
from banshi.kernel.cards import MARK, sign
from banshi.kernel.version import VERSION

TOKEN: Final = "door.token"  # noqa: S105 – a file's name
SHOWS: Final = {
    "/scan": ("scanner", "read"), "/picture": ("camera", "picture"), "/page": ("document_camera", "picture"),
    "/stars": ("evaluator", "stars"),
}  # fmt: skip
MOST_SENT: Final = 2000  # bytes of a form
LONGEST_PRESS: Final = 40


class Door(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, agent: Agent, held: Held, *, folder: Path, port: int) -> None:
        """:param port: 0 takes a free one."""
        self.agent, self.held = agent, held
        parts = urlsplit(held.server)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.token = secrets.token_urlsafe(24)  # anew each time the program begins
        path = folder / TOKEN
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w") as out:
            out.write(self.token)
        super().__init__(("127.0.0.1", port), _Handler)
        self.names = {f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost")}

    def answer(self, path: str) -> tuple[int, Any]:
        """Status and what is said; a part that is not there, or in trouble, is 409 with `why`."""
        try:
            if path == "/status":
                return 200, {
                    "version": VERSION,
                    "server_version": self.agent.server_version,
                    "parts": self.agent.health(),
                }
            if path == "/card":
                return 200, {"card": self._card()}
            if path not in SHOWS:
                return 404, {"why": "nothing-found"}
            name, verb = SHOWS[path]
            seen = getattr(self._part(name), verb)()
            return 200, {path[1:]: base64.b64encode(seen).decode() if isinstance(seen, bytes) else seen}
        except Trouble as trouble:
            return 409, {"why": trouble.why}

    def start(self) -> str | None:
        """Where the server's page of this machine is; None while the line is down, or before the server has said."""
        hall = self.agent.numbers.hall()
        return None if self.agent.line.down or hall is None else f"{self.origin}/kiosk/{hall.code}/"

    def choosing(self, why: str = "") -> str:
        numbers, wall = self.agent.numbers, self.agent.clock.wall()
        return page.choosing(numbers.hall(), numbers.categories(wall=wall), press=secrets.token_hex(16), why=why)

    def pressed(self, sent: str) -> str:
        """The page that follows a press of a key."""
        said = {name: values[0] for name, values in parse_qs(sent).items()}
        numbers = self.agent.numbers
        try:
            if self.start() is not None:
                raise NoNumber("online")
            if not 0 < len(said.get("press", "")) <= LONGEST_PRESS:
                raise NoNumber("nothing-found")
            number = numbers.give(
                said.get("category", ""), press=said["press"], language="zh-hans", wall=self.agent.clock.wall()
            )
        except NoNumber as no:
            return self.choosing(no.why)
        return page.given(numbers.hall(), number)

    def _card(self) -> str | None:
        """As the reader signs it; None: no card lies there."""
        card = self._part("reader").read()
        if card is None:
            return None
        seconds = int(self.agent.clock.wall().timestamp())
        said = f"{MARK}|{seconds}|{card.number}|{card.name}|{card.kind}"
        return f"{said}|{sign(said, key=self.held.reader_key)}"

    def _part(self, name: str) -> Any:
        if name not in self.agent.parts:
            raise Trouble("no_part")
        return self.agent.parts[name]


class _Handler(BaseHTTPRequestHandler):
    server: Door
    timeout = 10

    def do_OPTIONS(self) -> None:
        """What a browser asks before it lets the page ask."""
        self._say(204 if self._from_here() else 403, None)

    def do_GET(self) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.path in ("/", "/style.css"):
            self._own_page()
        elif self.path == "/away" and self._from_here():
            self._say(200, {"away": self.server.start() is None})
        elif not self._from_here():
            self._say(403, {"why": "not-allowed"})
        elif not hmac.compare_digest(token.encode(), self.server.token.encode()):
            self._say(401, {"why": "unauthenticated"})
        else:
            self._say(*self.server.answer(self.path))

    def do_POST(self) -> None:
        """A key of the machine's own page; no other page's form."""
        if self.path != "/numbers":
            self.send_error(501)
            return
        length = self.headers.get("Content-Length", "")
        ours = {f"http://{name}" for name in self.server.names}
        if self.headers.get("Host", "") not in self.server.names or self.headers.get("Origin", "") not in ours:
            self._say(403, {"why": "not-allowed"})
        elif not length.isdecimal() or int(length) > MOST_SENT:
            self._say(413, {"why": "invalid"})
        else:
            sent = self.rfile.read(int(length)).decode("utf-8", "replace")
            self._show(self.server.pressed(sent), "text/html")

    def _own_page(self) -> None:
        if self.headers.get("Host", "") not in self.server.names:
            self._say(403, {"why": "not-allowed"})
        elif self.path == "/style.css":
            self._show(page.STYLE, "text/css")
        elif start := self.server.start():
            self.send_response(303)
            self.send_header("Location", start)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._show(self.server.choosing(), "text/html")

    def _show(self, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(200)
        policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _from_here(self) -> bool:
        named = self.headers.get("Host", "") in self.server.names
        return named and self.headers.get("Origin", self.server.origin) == self.server.origin

    def _say(self, status: int, content: Any) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", self.server.origin)
        self.send_header("Access-Control-Allow-Headers", "Authorization")
        self.send_header("Access-Control-Allow-Private-Network", "true")  # a page of the network asks this PC
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a page asks every second."""
