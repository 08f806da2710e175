"""The line to the server: outbound HTTPS alone, one operation a method. What fails is the line, the key, or the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from banshi.agent.keyfile import Held, reader_key_of

PATIENCE_S: Final = 10.0
HERE: Final = ("127.0.0.1", "localhost", "::1")


class LineDown(Exception):
    """Nobody answered, or not now: tried again later. `after_s`: as the server asked for, else 0."""

    def __init__(self, why: str, after_s: float = 0.0) -> None:
        self.after_s = after_s
        super().__init__(why)


class KeyEnded(Exception):
    """The key opens nothing any more: the machine was retired, or got a new pairing code."""


class SaidNo(Exception):
    """The server understood and refused; asking again changes nothing. `slug`: of docs/integrate.md."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(slug)


@dataclass(frozen=True)
class Ordered:
    """`key` names the order for ever, `id` while the server knows it so."""

    id: int
    key: str
    kind: str
    body: dict[str, Any]
    takes_s: float


@dataclass(frozen=True)
class Fetched:
    orders: list[Ordered]
    version: str  # the server's


def client_of(server: str) -> httpx.Client:
    """:raises ValueError: an address that would show the key to the network."""
    parts = urlsplit(server)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
        raise ValueError("the server's address begins with https://")
    return httpx.Client(base_url=server, timeout=PATIENCE_S)


def enrol(client: httpx.Client, *, server: str, device: str, code: str) -> Held:
    """:raises SaidNo: code-wrong and others. :raises LineDown: a new code is needed where the answer was lost."""
    said = _asked(client, "POST", f"/api/v1/devices/{device}/enrol", json={"code": code})
    return Held(server=server, device=device, key=str(said["key"]), reader_key=reader_key_of(code))


class Line:
    """With the machine's own key."""

    def __init__(self, held: Held, client: httpx.Client) -> None:
        self._client = client
        self._path = f"/api/v1/devices/{held.device}"
        self._headers = {"Authorization": f"Bearer {held.key}"}
        self.down = False  # whether nobody answered when it was asked last

    def fetch(self, *, wait_s: int) -> Fetched:
        """Orders that nobody gets a second time. :raises LineDown, KeyEnded, SaidNo."""
        said = self._said("GET", "/orders", params={"wait": wait_s}, timeout=PATIENCE_S + wait_s)
        orders = [Ordered(o["id"], o["key"], o["kind"], o["body"], float(o["takes_s"])) for o in said["data"]]
        return Fetched(orders, str(said.get("version", "")))

    def ended(self, order: int, *, state: str, why: str) -> None:
        """Said again it is the same. :raises LineDown, KeyEnded, SaidNo."""
        self._said("POST", f"/orders/{order}/ended", json={"state": state, "why": why})

    def heartbeat(self, *, parts: Mapping[str, str], version: str) -> None:
        """:raises LineDown, KeyEnded, SaidNo."""
        self._said("POST", "/heartbeat", json={"parts": dict(parts), "version": version})

    def numbers_ahead(self, *, anew: bool) -> dict[str, Any]:
        """What may be given while nobody answers.

        :param anew: nothing is known of what was given before. :raises LineDown, KeyEnded, SaidNo.
        """
        said: dict[str, Any] = self._said("POST", "/numbers/ahead", json={"anew": anew})
        return said

    def numbers(self, given: Sequence[Mapping[str, Any]]) -> None:
        """What was given meanwhile; said again it is the same. :raises LineDown, KeyEnded, SaidNo."""
        self._said("POST", "/numbers", json={"given": list(given)})

    def _said(self, method: str, path: str, **more: Any) -> Any:
        try:
            said = _asked(self._client, method, self._path + path, headers=self._headers, **more)
        except LineDown:
            self.down = True
            raise
        except (KeyEnded, SaidNo):
            self.down = False
            raise
        self.down = False
        return said


def _asked(client: httpx.Client, method: str, path: str, **more: Any) -> Any:
    try:
        answer = client.request(method, path, **more)
        said = answer.json() if answer.content else {}
    except (httpx.HTTPError, ValueError) as trouble:
        raise LineDown(type(trouble).__name__) from trouble
    if answer.status_code == 401:
        raise KeyEnded
    if answer.status_code == 429 or answer.status_code >= 500:
        after = answer.headers.get("Retry-After", "")
        raise LineDown(str(answer.status_code), float(after) if after.isdecimal() else 0.0)
    if not answer.is_success:
        raise SaidNo(str(said.get("type", answer.status_code)) if isinstance(said, dict) else str(answer.status_code))
    return said
