"""Numbers this browser has signed in with: their owner is never kept from a code by what strangers ask for (for a year)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponseBase

COOKIE = "numbers"
KEPT = 5
LASTS_S = 365 * 24 * 3600


@dataclass(frozen=True)
class Known:
    """`browser`: of the cookie, to count by; `numbers`: blind indices, the latest last."""

    browser: str = ""
    numbers: tuple[str, ...] = ()


def known(request: Any) -> Known:
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=LASTS_S)
        return Known(str(said["browser"]), tuple(str(each) for each in said["numbers"]))
    except (signing.BadSignature, KeyError, TypeError):
        return Known()


def remember(request: Any, answer: HttpResponseBase, index: str) -> None:
    """This browser's owner has this telephone; signing out does not forget it."""
    before = known(request)
    numbers = [each for each in before.numbers if each != index]
    kept = {"browser": before.browser or secrets.token_hex(16), "numbers": [*numbers, index][-KEPT:]}
    answer.set_cookie(
        COOKIE, signing.dumps(kept, salt=COOKIE), max_age=LASTS_S, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
