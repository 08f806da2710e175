"""How the pages of home visits call kinds, reasons, half days, steps, and why somebody looks at an address."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from banshi.foundation.said import english
from banshi.rooms.homevisits.rules import REASONS

Text = str | Promise

KINDS: dict[str, Text] = {
    "home": pgettext_lazy("home visit", "At home"),
    "project": pgettext_lazy("home visit", "For a key project"),
}
HALVES: dict[str, Text] = {
    "am": pgettext_lazy("home visit", "In the morning"),
    "pm": pgettext_lazy("home visit", "In the afternoon"),
}
LOOKS: dict[str, Text] = {
    "ring": pgettext_lazy("home visit", "To ring up"),
    "prepare": pgettext_lazy("home visit", "To prepare the way"),
    "check": pgettext_lazy("home visit", "To check what was said"),
}
STEPS: dict[str, Text] = {
    "ask": pgettext_lazy("home visit", "Asked for"),
    "plan": pgettext_lazy("home visit", "Planned"),
    "move": pgettext_lazy("home visit", "Moved"),
    "set_off": pgettext_lazy("home visit", "Set off"),
    "finish": pgettext_lazy("home visit", "Done"),
    "not_met": pgettext_lazy("home visit", "Nobody met"),
    "cancel": pgettext_lazy("home visit", "Cancelled"),
}


def reason_word(code: str) -> str:
    """Why somebody cannot come, in the active language; "" of a project."""
    zh, en = REASONS.get(code, ("", ""))
    return en if english() else zh
