"""Posts webhooks: to the very address that was looked at, within ten seconds in all, following nothing.

A name may resolve to something public when it is looked at and to 169.254.169.254 when it is connected to. So it is resolved
here, once; what it resolves to is looked at; and that address is connected to, while TLS still asks for the certificate of the
name. Proxies of the environment are not asked: they would resolve again. Of the answer only the status counts, and its first
bytes for whoever wonders.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import httpcore

from banshi.foundation import clock
from banshi.foundation.memory import forgettable
from banshi.rooms.hooks import rules
from banshi.rooms.hooks.ports import Answered
from banshi.rooms.hooks.rules import Reach

READ = 400  # bytes of an answer that are looked at


class NotAllowed(Exception):
    """The address may not be reached from here."""


class TooLong(httpcore.TimeoutException):
    """The ten seconds are over, however the time was spent."""


def posted(url: str, *, headers: Mapping[str, str], body: bytes, reach: Reach) -> Answered:
    """See `banshi.rooms.hooks.ports.Post`."""
    fault = rules.url_fault(url, reach)  # what may be reached is a setting, and may have become less
    if fault:
        return Answered(None, f"not allowed: {fault}")
    backend = _Checked(reach, until=clock.monotonic() + rules.TIMEOUT_S)
    extensions = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), rules.TIMEOUT_S)}
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, retries=0) as pool,
            pool.stream("POST", url, headers=list(headers.items()), content=body, extensions=extensions) as response,
        ):
            return Answered(response.status, _beginning(response.iter_stream()))
    except NotAllowed as no:
        return Answered(None, f"not allowed: {no}")
    except httpcore.TimeoutException:
        return Answered(None, "timed out")
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
        OSError,
        ValueError,
    ) as trouble:
        return Answered(None, f"{type(trouble).__name__}: {trouble}"[: rules.MOST_SAID])


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


forgettable(_tls.cache_clear)


def _beginning(stream: Iterable[bytes]) -> str:
    """First bytes of an answer. One that breaks off after its status was an answer all the same."""
    said = b""
    try:
        for chunk in stream:
            said += chunk[:READ]
            if len(said) >= READ:
                break
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
        pass
    return said[:READ].decode("utf-8", "replace")


class _Checked(httpcore.NetworkBackend):
    """Resolves, looks, connects to what it looked at."""

    def __init__(self, reach: Reach, *, until: float) -> None:
        self._reach, self._until = reach, until
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """:raises NotAllowed: one of its addresses is none of those that may be reached. All are looked at: a name that
        leads inside by one of several is no accident."""
        found = list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        barred = [address for address in found if not rules.may_reach(address, self._reach)]
        if barred or not found:
            raise NotAllowed("address")
        trouble: Exception | None = None
        for address in found[:4]:
            try:
                stream = self._sockets.connect_tcp(
                    address, port, timeout=_left(self._until), socket_options=socket_options
                )
                return _Timed(stream, self._until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as no:
                trouble = no
        raise trouble or NotAllowed("address")


class _Timed(httpcore.NetworkStream):
    """A stream on which everything together may last until a moment: who sends a byte every nine seconds gets no further."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=_left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=_left(self._until))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, timeout=_left(self._until)), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - clock.monotonic()
    if left <= 0:
        raise TooLong
    return left
