"""Where a request comes from, behind proxies that are trusted and before those that are not."""

from __future__ import annotations

import pytest

from banshi.kernel.addresses import client_address, network_of, networks

TRUSTED = networks("127.0.0.0/8, ::1, 10.1.0.0/16")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # anybody may write the header
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "1.1.1.1, 192.0.2.7", "192.0.2.7"),  # what was sent stands left of what the proxy added
        ("127.0.0.1", "1.1.1.1, 192.0.2.7, 10.1.2.3", "192.0.2.7"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "1.1.1.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7:50123", "192.0.2.7"),
        ("::1", "[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_rightmost_address_no_proxy_vouches_for_counts(peer: str, forwarded: str, client: str) -> None:
    assert client_address(peer, forwarded, TRUSTED) == client


def test_without_declared_proxies_the_header_is_never_believed() -> None:
    assert client_address("127.0.0.1", "192.0.2.7", ()) == "127.0.0.1"


def test_a_client_owns_its_address_or_the_64_of_an_ipv6_address() -> None:
    assert [network_of(a) for a in ("192.0.2.7", "2001:db8:0:1:aaaa::1", "2001:db8:0:1:bbbb::2", "nonsense", "")] == [
        "192.0.2.7",
        "2001:db8:0:1::/64",
        "2001:db8:0:1::/64",
        "",
        "",
    ]


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        networks("127.0.0.1, nonsense")
