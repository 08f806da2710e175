"""The public API as a patient client uses it: capped rate, a key per write, back-off while the server is away."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

BASE = "/api/v1"
PATIENCE_S = 600.0  # how long one write is tried again while the server is away
OFTEN = 4  # tries of a request that the server breaks on


class Closing(Exception):
    """The crowd goes home: no new requests."""


@dataclass(frozen=True)
class Reply:
    """An answer: status, JSON body (None without), and for refusals its slug. `took_s`: from wanting to send it, turns and
    further tries included, to this answer; what it did was done at some moment of these."""

    status: int
    body: Any
    took_s: float = 0.0

    @property
    def ok(self) -> bool:
        return self.status < 300

    @property
    def slug(self) -> str:
        return str(self.body.get("type", "")) if isinstance(self.body, dict) and self.status >= 400 else ""


@dataclass
class Traffic:
    """What went over the wire."""

    requests: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    away: int = 0


class Api:
    """Requests of the whole crowd, at most `per_second` of them; a write is done once, however often it is sent."""

    def __init__(self, url: str, *, per_second: float = 50.0, connections: int = 24) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.AsyncClient(base_url=url, timeout=15.0, trust_env=False, limits=limits)
        self._streams = httpx.AsyncClient(
            base_url=url,
            timeout=httpx.Timeout(15.0, read=40.0),
            trust_env=False,
            limits=httpx.Limits(max_connections=200),
        )
        self._gap = 1.0 / per_second
        self._next = 0.0
        self._run = uuid.uuid4().hex[:12]
        self._writes = 0
        self.traffic = Traffic()
        self.under_way = 0
        self.closing = False
        self.patience_s = PATIENCE_S
        self.takes_s = 0.0  # from wanting to send a request to having its answer, of late

    async def close(self) -> None:
        await self._http.aclose()
        await self._streams.aclose()

    async def finish(self, within_s: float) -> None:
        """Refuse new requests and let those under way get their answers."""
        self.closing = True
        until = time.monotonic() + within_s
        while self.under_way and time.monotonic() < until:
            await asyncio.sleep(0.02)

    async def get(self, path: str, key: str, **params: Any) -> Reply:
        return await self._sent("GET", path, key, params={k: v for k, v in params.items() if v is not None})

    async def post(self, path: str, key: str, body: Any = None) -> Reply:
        return await self._sent("POST", path, key, body=body)

    async def upload(self, path: str, key: str, fields: Mapping[str, str], file: bytes) -> Reply:
        """A form with one file."""
        return await self._sent("POST", path, key, form=(fields, file))

    async def press(self, page: str, how: str) -> bool:
        """A button of the demo's till or carrier, on its own page as a browser shows it."""
        address = httpx.URL(page).raw_path.decode()
        await self._turn()
        shown = await self._http.get(address)
        token = shown.cookies.get("csrftoken") or self._http.cookies.get("csrftoken") or ""
        said = {"how": how, "csrfmiddlewaretoken": token}
        headers = {"Cookie": f"csrftoken={token}", "Origin": str(self._http.base_url).rstrip("/")}
        return (await self._http.post(address, data=said, headers=headers)).status_code == 302

    async def fetch(self, path: str, key: str) -> bytes | None:
        """A file."""
        await self._turn()
        answer = await self._http.get(BASE + path, headers={"Authorization": f"Bearer {key}"})
        return answer.content if answer.status_code == 200 else None

    async def put(self, path: str, key: str, body: Any) -> Reply:
        return await self._sent("PUT", path, key, body=body)

    async def delete(self, path: str, key: str) -> Reply:
        return await self._sent("DELETE", path, key)

    async def pages(self, path: str, key: str, **params: Any) -> list[Any]:
        """All entries of a list, page by page."""
        rows: list[Any] = []
        cursor: str | None = None
        while True:
            reply = await self.get(path, key, limit=200, cursor=cursor, **params)
            if not reply.ok:
                raise RuntimeError(f"GET {path}: {reply.status} {reply.slug}")
            rows += reply.body["data"]
            cursor = reply.body.get("next")
            if not cursor:
                return rows

    async def _turn(self) -> None:
        now = time.monotonic()
        self._next = max(self._next, now - 0.5) + self._gap  # half a second of rest may be caught up
        if self._next > now:
            await asyncio.sleep(self._next - now)

    async def _sent(
        self,
        method: str,
        path: str,
        key: str,
        *,
        params: Any = None,
        body: Any = None,
        form: tuple[Mapping[str, str], bytes] | None = None,
    ) -> Reply:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        sent: dict[str, Any] = {}
        if method != "GET":
            self._writes += 1
            headers["Idempotency-Key"] = f"crowd-{self._run}-{self._writes}"
        if body is not None:
            sent["content"] = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        if form is not None:
            sent |= {"data": dict(form[0]), "files": {"file": ("page.jpg", form[1], "image/jpeg")}}
        began, wait, broken = time.monotonic(), 0.2, 0
        while True:
            if self.closing:
                raise Closing
            await self._turn()
            if self.closing:
                raise Closing
            self.under_way += 1
            try:
                self.traffic.requests += 1
                answer = await self._http.request(method, BASE + path, params=params, headers=headers, **sent)
            except httpx.TransportError:
                self.traffic.away += 1
                if time.monotonic() - began > self.patience_s:
                    return Reply(503, None)
                answer = None
            finally:
                self.under_way -= 1
            if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                took_s = time.monotonic() - began
                self.takes_s += 0.05 * (took_s - self.takes_s)
                return self._read(answer, took_s)
            if answer is not None and answer.status_code != 429:
                broken += 1
                if broken >= OFTEN:
                    self.traffic.broken[f"{answer.status_code} {method} {_shape(path)}"] += 1
                    return Reply(answer.status_code, None)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 3.0)

    def _read(self, answer: httpx.Response, took_s: float) -> Reply:
        body = answer.json() if answer.content else None
        reply = Reply(answer.status_code, body, took_s)
        if reply.slug:
            self.traffic.refusals[reply.slug] += 1
        return reply

    async def events(self, path: str) -> AsyncIterator[Any]:
        """`state` events of a live stream, as JSON; connects again for ever. An empty dict: there was a gap."""
        last, wait = "", 0.2
        while not self.closing:
            try:
                headers = {"Last-Event-ID": last} if last else {}
                async with self._streams.stream("GET", path, headers=headers) as answer:
                    if answer.status_code in (401, 403, 404):
                        return
                    answer.raise_for_status()
                    wait, kind, data = 0.2, "", ""
                    async for line in answer.aiter_lines():
                        if line.startswith("id:"):
                            last = line[3:].strip()
                        elif line.startswith("event:"):
                            kind = line[6:].strip()
                        elif line.startswith("data:"):
                            data = line[5:].strip()
                        elif not line:
                            if kind == "state" and data:
                                yield json.loads(data)
                            kind = data = ""
            except httpx.HTTPError:
                self.traffic.away += 1
            yield {}
            await asyncio.sleep(wait)
            wait = min(wait * 2, 3.0)


def _shape(path: str) -> str:
    """A path without its ids, for counting."""
    parts = path.split("/")
    return "/".join(part if n in (1, len(parts) - 1) else "…" for n, part in enumerate(parts) if part)
