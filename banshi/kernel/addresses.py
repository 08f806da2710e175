"""Where a request really comes from, when proxies stand in front."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str) -> tuple[Network, ...]:
    """`10.0.0.0/8, 127.0.0.1, ::1` as networks.

    :raises ValueError: with the part that is no address.
    """
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


@lru_cache(maxsize=4096)
def client_address(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The rightmost address that no trusted proxy vouches for.

    Who sends a request may write anything into X-Forwarded-For; what the proxies in front add stands to the right of it.

    :param peer: the address the connection comes from.
    :param forwarded: the X-Forwarded-For header, "" without one.
    :param trusted: networks of the proxies in front; empty = the header is never believed.
    """
    if not within(peer, trusted):
        return _plain(peer)
    believed = peer
    for hop in reversed([part.strip() for part in forwarded.split(",")]):
        address = _without_port(hop)
        if _parsed(address) is None:
            break
        believed = address
        if not within(address, trusted):
            break
    return _plain(believed)


def network_of(address: str) -> str:
    """What one client can call its own: an IPv4 address, or the /64 of an IPv6 address; "" where it is neither."""
    parsed = _parsed(address)
    if parsed is None:
        return ""
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False))


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed


def _plain(text: str) -> str:
    parsed = _parsed(text)
    return text[:60] if parsed is None else str(parsed)


def within(text: str, trusted: Sequence[Network]) -> bool:
    """Whether an address lies in one of the networks."""
    parsed = _parsed(text)
    return parsed is not None and any(parsed in network for network in trusted)


def _without_port(hop: str) -> str:
    """`[2001:db8::1]:443` and `192.0.2.1:443` without their port."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
