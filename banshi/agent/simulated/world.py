"""Parts that are not there, and how they misbehave. Moods are data: part → its moods now, in a file that may change any time.

What comes out of a part stands in a file of the folder `out`; what lies before a reader or a camera, in a file of `before`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from banshi.agent.drivers import Health

MOODS: Final[Mapping[str, tuple[str, ...]]] = {
    "receipt_printer": ("paper_low", "paper_out", "jam", "power_cut", "slow", "broken"),
    "page_printer": ("paper_low", "paper_out", "jam", "power_cut", "slow", "broken"),
    "reader": ("half_read", "slow", "broken"),
    "scanner": ("broken",),
    "camera": ("broken",),
    "document_camera": ("broken",),
    "cabinet": ("stuck", "power_cut", "slow", "broken"),
    "door": ("stuck", "power_cut", "slow", "broken"),
    "evaluator": ("broken",),
    "screen": ("slow", "broken"),
}
SLOW_S: Final = 20.0
_SHOWS: Final[Mapping[str, Health]] = {
    "broken": "broken", "paper_out": "out", "jam": "jam", "stuck": "jam", "paper_low": "low",
}  # fmt: skip


class PowerCut(BaseException):
    """The power went: nothing after it happens. No driver's trouble, so nobody catches it."""


class World:
    """What all parts of one simulated machine share: a folder, the moods in it, and the clock's sleep."""

    def __init__(self, folder: Path, *, sleep: Callable[[float], None]) -> None:
        self.folder, self.sleep = folder, sleep

    def moods(self, part: str) -> tuple[str, ...]:
        """Those that the part knows, worst first where several are set."""
        try:
            said = json.loads((self.folder / "moods.json").read_text()).get(part, [])
        except (OSError, ValueError, AttributeError):
            return ()
        return tuple(mood for mood in MOODS[part] if mood in said)

    def health(self, part: str) -> Health:
        moods = self.moods(part)
        return next((word for mood, word in _SHOWS.items() if mood in moods), "ok")

    def comes_out(self, part: str, text: str) -> None:
        """Whatever a person in front of the machine would see."""
        out = self.folder / "out"
        out.mkdir(parents=True, exist_ok=True)
        with (out / part).open("a", encoding="utf-8") as file:
            file.write(text)

    def before(self, name: str) -> bytes | None:
        """What somebody laid there."""
        try:
            return (self.folder / "before" / name).read_bytes()
        except OSError:
            return None
