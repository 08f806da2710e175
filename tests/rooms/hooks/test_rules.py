from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.kernel.addresses import networks
from banshi.rooms.hooks.rules import BACK_OFF, Reach, delay, may_reach, rest, url_fault, wants

HERE = Reach(loopback=True)
PRODUCTION = Reach()
INSIDE = Reach(inside=networks("10.20.0.0/16"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a9fe:a9fe", "2001:db8::1", "::7f00:1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_not_reached(address):
    assert not may_reach(address, PRODUCTION)


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2400:3200::1", "64:ff9b::101:101"])
def test_what_is_public_is(address):
    assert may_reach(address, PRODUCTION)


def test_a_network_of_the_government_may_be_named_and_nothing_beside_it():
    assert may_reach("10.20.3.4", INSIDE)
    assert may_reach("::ffff:10.20.3.4", INSIDE)
    assert not may_reach("10.21.3.4", INSIDE)
    assert not may_reach("127.0.0.1", INSIDE)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://hooks.example.com/in?a=1", ""),
        ("https://hooks.example.com:8443/", ""),
        ("http://hooks.example.com/", "scheme"),
        ("http://127.0.0.1:9000/", "scheme"),
        ("ftp://hooks.example.com/", "scheme"),
        ("https://me:secret@hooks.example.com/", "login"),
        ("https:///x", "host"),
        ("https://hooks.example.com/#x", "host"),
        ("https://hooks.example.com\\@10.0.0.1/", "host"),
        ("https://hooks.example.com:99999/", "host"),
        ("https://hooks.example.com:0/", "port"),
        ("https://localhost/", "address"),
        ("https://169.254.169.254/latest", "address"),
        ("https://[::1]/", "address"),
        ("https://例.com/", "host"),
        ("https://hooks.example.com/" + "x" * 500, "long"),
    ],
)
def test_addresses_in_production(url, fault):
    assert url_fault(url, PRODUCTION) == fault


def test_a_demo_may_tell_itself_in_clear_and_nobody_else():
    assert url_fault("http://127.0.0.1:9000/", HERE) == ""
    assert url_fault("http://localhost:9000/", HERE) == ""
    assert url_fault("http://10.0.0.1/", HERE) == "scheme"


def test_tries_come_ever_later_and_end():
    waits = [delay(n) for n in range(1, len(BACK_OFF) + 2)]

    assert waits[:-1] == sorted(waits[:-1])
    assert (waits[0], waits[-1]) == (timedelta(seconds=5), None)
    assert rest(99) == timedelta(minutes=10)


def test_a_hook_hears_the_types_it_asked_for():
    assert wants([], "case.closed")
    assert wants(["ticket.*"], "ticket.called")
    assert not wants(["ticket.*"], "case.closed")
    assert wants(["case.closed"], "case.closed")
