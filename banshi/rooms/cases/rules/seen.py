"""Who stands at a window is known before something is granted to them: by what, and what a clerk may say they saw."""

from __future__ import annotations

from typing import Final

from banshi.kernel.refusals import Refusal

SEEN: Final = ("card", "passport", "electronic", "other")  # documents a clerk compares by eye, by code


def seen_refusal(*, grant: bool, seen: str, reached: bool) -> Refusal | None:
    """Nothing is granted on the spot to somebody whose document nobody saw.

    :param seen: code of what the clerk saw; "" nothing. :param reached: they are known otherwise: their card was read, or they
        opened it with an account or a machine that proves them.
    """
    if seen and seen not in SEEN:
        return Refusal(
            "invalid", {"field": "seen", "reason": {"zh": "没有这种证件", "en": "There is no such document"}}
        )
    return Refusal("identity-not-seen") if grant and not seen and not reached else None
