"""Screens: what a call looks and sounds like."""

from __future__ import annotations

from typing import Literal

from banshi.kernel.policy.section import Section


class ScreenPolicy(Section):
    silent: bool = True
    chime: bool = False
    voice: bool = False
    names: Literal["none", "masked"] = "masked"  # beside a called number, where evidence stands behind the name
    notices_zh: tuple[str, ...] = ()
    notices_en: tuple[str, ...] = ()
