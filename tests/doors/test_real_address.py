"""Behind a proxy the real address counts, and only a declared proxy says which it is: through the application that serves."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode

import pytest

from banshi.kernel.addresses import networks
from tests.doors.conftest import Asgi
from tests.house.test_production import environment

PROXY = "127.0.0.1"
TOKEN = "t" * 32
WRONG = {"login": "manager", "password": "wrong"}


@pytest.fixture
def sign_in(asgi: Asgi) -> Any:
    """One try at a staff sign-in, from a browser that nobody knows."""

    def tried(forwarded: str, *, peer: str = PROXY, login: str = "manager") -> int:
        said = urlencode({**WRONG, "login": login, "csrfmiddlewaretoken": TOKEN}).encode()
        return asgi(
            "post", "/staff/sign-in", said, client=peer, X_Forwarded_For=forwarded, Cookie=f"csrftoken={TOKEN}",
            Content_Type="application/x-www-form-urlencoded",
        ).status  # fmt: skip

    return tried


def test_behind_a_declared_proxy_each_real_address_has_its_own_tries(sign_in: Any, settings: Any) -> None:
    settings.BANSHI_TRUSTED_PROXIES = networks("127.0.0.0/8")

    first = [sign_in("192.0.2.7") for _ in range(6)]
    second = [sign_in("192.0.2.8") for _ in range(6)]

    assert (first, second) == ([422] * 5 + [429], [422] * 5 + [429])


def test_what_a_client_wrote_left_of_its_own_address_gives_it_no_new_tries(sign_in: Any, settings: Any) -> None:
    settings.BANSHI_TRUSTED_PROXIES = networks("127.0.0.0/8")

    assert [sign_in(f"203.0.113.{n}, 192.0.2.7") for n in range(6)] == [422] * 5 + [429]


@pytest.mark.parametrize("declared", ["", "10.0.0.0/8"])
def test_who_was_not_declared_a_proxy_is_counted_whatever_it_forwards(
    sign_in: Any, settings: Any, declared: str
) -> None:
    settings.BANSHI_TRUSTED_PROXIES = networks(declared)

    made_up = [sign_in(f"203.0.113.{n}", peer="198.51.100.9") for n in range(6)]

    assert made_up == [422] * 5 + [429]
    assert sign_in("198.51.100.9", peer="198.51.100.10") == 422  # nor is anybody else kept out in their name


@pytest.mark.parametrize(("declared", "codes"), [("127.0.0.0/8", [302] * 12), ("", [302] * 10 + [409] * 2)])
def test_citizens_behind_a_declared_proxy_share_no_limit_of_codes(
    asgi: Asgi, settings: Any, declared: str, codes: list[int]
) -> None:
    """All of a city behind nginx are 127.0.0.1 to the server: from the eleventh code on they would have to work for it."""
    settings.BANSHI_TRUSTED_PROXIES = networks(declared)

    def ask(i: int) -> int:
        said = urlencode({"phone": f"1390000{i:04d}", "csrfmiddlewaretoken": TOKEN}).encode()
        return asgi(
            "post", "/sign-in", said, client=PROXY, X_Forwarded_For=f"192.0.2.{i + 1}", Cookie=f"csrftoken={TOKEN}",
            Content_Type="application/x-www-form-urlencoded",
        ).status  # fmt: skip

    assert [ask(i) for i in range(12)] == codes


@pytest.mark.parametrize(
    ("behind_tls", "named", "trusted"),
    [
        ("1", None, "127.0.0.0/8 ::1/128"),  # the proxy on this machine, as docs/operate.md sets it up
        ("1", "10.0.0.7", "10.0.0.7/32"),
        ("0", None, ""),
    ],
)
def test_without_a_word_only_a_proxy_on_this_machine_that_speaks_tls_is_believed(
    behind_tls: str, named: str | None, trusted: str
) -> None:
    asked = environment(
        BANSHI_MODE="demo", BANSHI_BEHIND_TLS=behind_tls, BANSHI_TRUSTED_PROXIES=named,
        DATABASE_URL=os.environ["DATABASE_URL"],
    )  # fmt: skip
    show = "from banshi.config.settings import BANSHI_TRUSTED_PROXIES as p; print(*p)"

    done = subprocess.run([sys.executable, "-c", show], env=asked, capture_output=True, text=True, timeout=60)

    assert done.stdout.strip() == trusted, done.stderr
