"""Who may rate: whoever holds the slip or the message, not whoever knows the number's ref, which staff see too."""

from __future__ import annotations

from typing import Any

from banshi.foundation.crypto import rating_key, rating_key_ok

HELD = "rating_refs"
MOST = 20


def note_key(request: Any, ref: str) -> None:
    """Remember in this browser that it came with the right key."""
    given = str(request.GET.get("k") or request.POST.get("k") or "")[:40]
    if rating_key_ok(ref, given):
        _hold(request, ref)


def keep_key(request: Any, ref: str, *, goes_on_as: str) -> None:
    """Whoever came with the key of a number that was sent on holds that of the number it became."""
    if key_held(request, ref):
        _hold(request, goes_on_as)


def _hold(request: Any, ref: str) -> None:
    held = [each for each in request.session.get(HELD, []) if each != ref]
    request.session[HELD] = [*held[-MOST + 1 :], ref]


def key_held(request: Any, ref: str) -> str:
    """The key, where this browser came with it; else ""."""
    return rating_key(ref) if ref in request.session.get(HELD, []) else ""
