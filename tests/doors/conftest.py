"""The web server as it really serves: granian with the town's database, and the ASGI application without a port."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.asgi import Reply, asked, scope_of
from tests.surfaces.api.conftest import *  # noqa: F403 – keys and callers


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def database_url() -> str:
    """The database tests write to, as a URL."""
    from django.db import connection

    known = connection.settings_dict
    place = f"host={quote(known['HOST'], safe='')}" if known["HOST"].startswith("/") else ""
    server = "" if place else f"{known['HOST']}"
    port = f":{known['PORT']}" if known["PORT"] and not place else ""
    query = "&".join(part for part in (place, f"port={known['PORT']}" if place and known["PORT"] else "") if part)
    user = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}@" if known["USER"] else ""
    return f"postgresql://{user}{server}{port}/{known['NAME']}?{query}"


@dataclass
class Served:
    port: int
    log: Any

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **more: Any) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=120, trust_env=False, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return httpx.post(f"{self.url}{path}", timeout=120, trust_env=False, **more)

    def socket(self, text: bytes = b"") -> socket.socket:
        """A connection on which `text` was sent."""
        one = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        one.sendall(text)
        return one


@contextmanager
def serving(tmp_path: Any, **environment: str) -> Iterator[Served]:
    """granian on a free port; its database is the tests' unless said otherwise."""
    port = free_port()
    log = tmp_path / "web.log"
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [*command, "--workers-kill-timeout", "1", "banshi.config.asgi:app"],
            env={**os.environ, "DATABASE_URL": database_url(), "BANSHI_MODE": "test", **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(400):
            try:
                if process.poll() is None and httpx.get(
                    f"http://127.0.0.1:{port}/static/ui/none", timeout=20, trust_env=False
                ):
                    break
            except httpx.TransportError:
                pass
            if process.poll() is not None:
                raise AssertionError(log.read_text())
            asyncio.run(asyncio.sleep(0.05))
        yield Served(port, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)


@dataclass
class Asgi:
    """The whole ASGI application: lanes, pages and streams, on one event loop."""

    loop: Any
    app: Any

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        parts: list[dict[str, Any]] | None = None,
        client: str = "192.0.2.1",
        **headers: str,
    ) -> Reply:
        """One request. `parts`: the messages its body comes in, instead of `body`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent.setdefault("Content-Length", str(len(body)))
            sent.setdefault("Content-Type", "application/json")
        messages = parts if parts is not None else [{"type": "http.request", "body": body or b"", "more_body": False}]
        return self.loop.run_until_complete(asked(self.app, scope_of(method, path, sent, client), messages))


@pytest.fixture
def asgi(committed_town: Any) -> Iterator[Asgi]:
    from banshi.config.asgi import App

    loop = asyncio.new_event_loop()
    app = App()
    yield Asgi(loop, app)
    if app.hub is not None:
        loop.run_until_complete(app.hub.stop())
        for pool in (app.hub.pool, app.hub.first, app.hub.talk):
            pool.gone.wait()
    app.lanes.close()
    for bridge in (app.pages, app.quick, app.probes):
        bridge.close()
        bridge.threads.gone.wait()
    while left := asyncio.all_tasks(loop):
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
