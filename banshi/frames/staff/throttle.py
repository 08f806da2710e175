"""Wrong passwords cost time: by login and address together, by pattern, and never for who is known.

- A pair (login, address) has 5 tries; then each waits twice as long.
- Many addresses on one login, or many logins from one address, is a pattern: it slows down strangers alone.
- A device somebody signed in on before carries a signed cookie that names the login: from there only its own tries count,
  so that nobody else's wrong tries keep the rightful owner out.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from banshi.foundation.crypto import blind_index
from banshi.foundation.limits import Tries
from banshi.kernel.addresses import network_of

COOKIE = "known_device"
SALT = "banshi.known-device"
LASTS_S = 180 * 24 * 3600
MOST_LOGINS = 40  # a hall's computer has many clerks


def login_index(login: str) -> str:
    return blind_index(login, purpose="login")[:32]


def tries_of(request: HttpRequest, login: str) -> list[Tries]:
    """What a try of this login from here counts against."""
    index = login_index(login)
    device, logins = _known(request)
    if index[:16] in logins:
        return [Tries(f"staff:{index}:{device}", free=8, most_s=600)]
    address = blind_index(network_of(request.META.get("REMOTE_ADDR", "")), purpose="address")[:32]
    return [
        Tries(f"staff:{index}:{address}", free=5, most_s=900),
        Tries(f"staff-login:{index}", free=30, most_s=300),
        Tries(f"staff-from:{address}", free=60, most_s=60),
    ]


def remember(request: HttpRequest, answer: HttpResponseBase, login: str) -> None:
    """From here this login is known."""
    device, logins = _known(request)
    mine = login_index(login)[:16]
    known = [mine, *(each for each in logins if each != mine)][:MOST_LOGINS]
    answer.set_cookie(
        COOKIE,
        signing.dumps({"d": device or secrets.token_hex(8), "l": known}, salt=SALT),
        max_age=LASTS_S,
        path="/staff/",
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _known(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        said: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS_S)
        return str(said["d"])[:16], [str(each) for each in said["l"]]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return "", []
